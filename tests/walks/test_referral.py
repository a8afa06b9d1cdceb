"""A client is taken on outside: somebody is asked, accepts, gets what the client agreed to, and answers."""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.desk import Answer, said
from tests.cli.desk import Desk as CommandDesk
from tests.services.founded import MEMBER, Place
from tests.tables import each
from tests.tui.desk import Desk
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.seal.age import make_identity, recipient_of
from vault.services.cases import case_people, cases, notes
from vault.services.exports import partners

LAWYER, OTHER, CLINIC = "Maître Ondrelle", "Advokat Lindqvist", "Clinic at the Harbour"
WHERE = "Ostwinkel"  # where the brother lives
AGREED = ("--given", "today", "--how", "written", "--identity", "yes", "--others", "yes", "--account", "yes")
LEGAL = ("--purpose", "legal-referral")


def day(ahead: int) -> str:
    return (datetime.datetime.now(tz=datetime.UTC).date() + datetime.timedelta(days=ahead)).isoformat()


@dataclass(frozen=True, slots=True)
class Office:
    """The command line over a vault of one case, three confirmed recipients, and the key file of each."""

    desk: CommandDesk
    ref: str
    keys: dict[str, Path]
    out: Path

    def asked(self, who: str, *more: str) -> str:
        return str(said(self.desk, "referral", "ask", self.ref, "--recipient", who, *LEGAL, *more)["record"])

    def agrees(self, to: str, *, excluded: str = "") -> str:
        """Write down that the client agrees that they are told."""
        words = ("consent", "add", self.ref, "--recipient", to, *LEGAL, *AGREED, "--proceedings", "yes", "--json")
        piped = ("--from", "-") if excluded else ()
        answer = self.desk.run(*words, *piped, stdin=json.dumps({"excluded": [excluded]}) if excluded else "")
        assert answer.code == 0, answer.err
        return str(answer.json()["record"])

    def export(self, to: str) -> Answer:
        wish = ("--profile", "lawyer", "--to", to, "--out", str(self.out), "--unread", "--decide", "proposed")
        return self.desk.run("export", self.ref, *wish)

    def opens(self, package: Path, key: str, into: str) -> Answer:
        out = self.out.parent / into
        return self.desk.run_bare("package", "open", str(package), "--identity", str(self.keys[key]), "--out", str(out))

    def listed(self, record: str) -> dict[str, str]:
        found = said(self.desk, "referral", "list", self.ref)["records"]
        return next(each for each in found if each["record"] == record)

    def due(self) -> list[tuple[str, str]]:
        """Return of the referrals in the list of what is due until when each is."""
        rows = said(self.desk, "deadline", "list")["due"]
        return sorted((row["when"], row["about"]) for row in rows if row["kind"] == "referral")


@pytest.fixture
def office(founded_template: Place, tmp_path: Path) -> Office:
    place = founded_template.copied_to(tmp_path / "office")
    (out := tmp_path / "out").mkdir()
    keys = {}
    with place.open() as mira:
        made = cases.create(mira, title="Appeal of a teacher", kind="asylum")
        case_people.add(mira, made.case, role="client", names=["Miralo Dastenov"])
        text = f"He came on foot. His brother lives in {WHERE}."
        notes.add(mira, made.case, Note(NoteKind.CONTACT, text))
        for number, name in enumerate((LAWYER, OTHER, CLINIC)):
            identity = make_identity()
            partners.add(mira, name=name, age_recipient=recipient_of(identity), compared=True)
            keys[name] = tmp_path / f"{number}.key"
            keys[name].write_text(f"{identity}\n")
    return Office(CommandDesk.of(place, tmp_path), made.ref, keys, out)


def test_a_client_is_referred_to_a_lawyer_and_to_a_clinic_and_takes_one_consent_back(office: Office) -> None:
    desk = office.desk
    told = desk.does("referral", "ask", office.ref, "--recipient", LAWYER, *LEGAL).out
    assert f"`casevault export {office.ref} --profile enquiry --to " in told
    (asked,) = said(desk, "referral", "list", office.ref)["records"]
    lawyer = asked["record"]
    assert (asked["asked"], asked["due"], asked["answer"]) == (day(0), day(7), None)
    assert office.due() == [(day(7), "legal-referral")]
    accepted = desk.does("referral", "accept", lawyer[:8]).out
    assert "`casevault consent add " in accepted
    assert "`casevault export " in accepted
    assert "there is none" in office.export(LAWYER).err
    consent = office.agrees(LAWYER)
    exported = office.export(LAWYER).out
    assert f"Once they have it, write down that it was sent: `casevault referral send {lawyer[:8]}`." in exported
    desk.does("referral", "send", lawyer)
    assert office.due() == [(day(30), "legal-referral, accepted")]

    clinic = office.asked(CLINIC)
    assert "it names another recipient" in office.export(CLINIC).err
    office.agrees(CLINIC)
    assert f"casevault referral send {clinic[:8]}" in office.export(CLINIC).out
    assert "a conflict of interest may not be checked" in desk.does("referral", "send", clinic).out
    assert len(list(office.out.glob("*.age"))) == 2

    desk.does("consent", "withdraw", consent)
    refused = office.export(LAWYER)
    assert (refused.code, f"it was withdrawn on {day(0)}" in refused.err) == (5, True)
    assert "The package is at " in office.export(CLINIC).out

    replied = ("referral", "answer", lawyer, "--due", day(60), "--from", "-")
    desk.does(*replied, stdin=json.dumps({"outcome": "She deleted it."}))
    assert (office.listed(lawyer)["replied"], office.listed(lawyer)["due"]) == (day(0), day(60))
    desk.does("referral", "close", lawyer, "--from", "-", stdin=json.dumps({"outcome": "Taken back."}))
    assert office.listed(lawyer)["outcome"] == "Taken back."
    assert office.due() == [(day(30), "legal-referral")]
    assert "Taken back." in desk.does("referral", "list", office.ref).out


def test_what_the_lawyer_gets_has_no_excluded_word_opens_by_their_key_alone_and_is_for_no_other(office: Office) -> None:
    office.agrees(LAWYER, excluded=WHERE)
    blocked = office.export(OTHER)
    assert (blocked.code, "it names another recipient" in blocked.err) == (5, True)
    assert list(office.out.iterdir()) == []
    assert "The package is at " in office.export(LAWYER).out
    (package,) = office.out.glob("*.age")
    assert office.opens(package, OTHER, "theirs").code != 0
    assert office.opens(package, LAWYER, "hers").code == 0
    data = (office.out.parent / "hers" / "data.json").read_text(encoding="utf-8").casefold()
    assert "came on foot" in data
    assert WHERE.casefold() not in data


def test_who_declines_is_asked_no_more_and_somebody_else_is(office: Office) -> None:
    record = office.asked(OTHER)
    told = office.desk.does("referral", "decline", record, "--answer", "conflict-of-interest").out
    assert "Ask somebody else: `casevault referral ask " in told
    kept = office.listed(record)
    assert (kept["answer"], kept["answered"], kept["closed"]) == ("conflict-of-interest", day(0), day(0))
    assert office.due() == []


def test_an_answer_that_is_late_stands_among_what_is_late(office: Office) -> None:
    office.asked(LAWYER, "--on", day(-10))
    assert office.due() == [(day(-3), "legal-referral")]


def test_what_cannot_be_is_refused_with_what_to_do(office: Office) -> None:
    desk = office.desk
    new, closed, declined, accepted = (office.asked(LAWYER, "--on", day(-5)) for _ in range(4))
    desk.does("referral", "close", closed)
    desk.does("referral", "decline", declined)
    desk.does("referral", "accept", accepted)
    ask = ("ask", office.ref, *LEGAL)
    rows: dict[str, tuple[tuple[str, ...], str]] = {
        "closed twice": (("close", closed), f"was closed on {day(0)}. Change the record if that is wrong"),
        "accepted once it is closed": (("accept", closed), f"was closed on {day(0)}"),
        "sent to who declined": (("send", declined), f"was closed on {day(0)}"),
        "accepted twice": (("accept", accepted), f"they answered on {day(0)}: accepted"),
        "declined once they accepted": (("decline", accepted), f"they answered on {day(0)}: accepted"),
        "answered before anything was sent": (("answer", new, "--outcome", "Yes."), "nothing was sent to them"),
        "accepted before it was asked": (("accept", new, "--on", day(-6)), "answered is before the day on which"),
        "sent before it was asked": (("send", new, "--on", day(-6)), "sent is before the day on which"),
        "closed before it was asked": (("close", new, "--on", day(-6)), "closed is before the day on which"),
        "awaited until before it was asked": (("edit", new, "--due", day(-6)), "due is before the day on which"),
        "accepted tomorrow": (("accept", new, "--on", day(2)), "is still to come"),
        "asked tomorrow": ((*ask, "--recipient", LAWYER, "--on", day(2)), "is still to come"),
        "an answer without its day": (("edit", new, "--answer", "accepted"), "answered is empty"),
        "heard from without a package": (("edit", new, "--replied", day(0)), "sent is empty"),
        "another word": (("decline", new, "--answer", "accepted"), "--answer"),
        "nobody known": ((*ask, "--recipient", "Nobody"), "there is no recipient with this name"),
        "nobody at all": (ask, "--recipient"),
        "no purpose": (("ask", office.ref, "--recipient", LAWYER), "--purpose"),
        "no such referral": (("accept", "00" * 16), "no such record"),
    }
    before = said(desk, "referral", "list", office.ref)

    @each(rows)
    def is_refused(words: tuple[str, ...], fault: str) -> None:
        answer = desk.run("referral", *words)
        assert answer.code in {2, 4}
        assert fault in answer.err

    is_refused()
    assert said(desk, "referral", "list", office.ref) == before


def test_what_a_recipient_promises_stands_with_its_day_and_with_who_confirmed_the_key(office: Office) -> None:
    desk = office.desk
    promise = json.dumps({"terms": "Deletes all after the appeal."})
    desk.does("recipient", "edit", LAWYER, "--terms-day", day(-2), "--from", "-", stdin=promise)
    shown = desk.does("recipient", "show", LAWYER).out
    assert f"promises since {day(-2)}: Deletes all after the appeal." in shown
    assert f"{MEMBER}  brought in the key, and compared its words with them" in shown
    assert f"{MEMBER}  changed it" in shown
    versions = said(desk, "recipient", "show", LAWYER)["versions"]
    assert [(each["by"], each["confirms"], each["terms_day"]) for each in versions] == [
        (MEMBER, True, ""),
        (MEMBER, False, day(-2)),
    ]
    desk.does("recipient", "edit", LAWYER, "--from", "-", stdin=json.dumps({"terms": "Deletes it at once."}))
    assert said(desk, "recipient", "show", LAWYER)["terms_day"] == day(0)
    refused = desk.run("recipient", "edit", LAWYER, "--terms-day", day(2))
    assert (refused.code, "is still to come" in refused.err) == (2, True)
    assert desk.run("recipient", "show", "Nobody").code == 4


@pytest.mark.screen
def test_in_the_app_a_referral_is_asked_accepted_sent_and_closed(office: Office) -> None:
    place = office.desk.place
    place.proposed_today()
    with Desk(place, unlocks=True) as desk:
        desk.press("enter", "d", "n").until("> referral", "down").press("enter")
        desk.go_to("recipient").until(f"Who is asked {LAWYER}", "right").press("f4")
        desk.sees("The record is saved.", "Tell them what the case is about, without a name: “Export”.")
        desk.press("escape").sees(day(7), "legal referral", LAWYER)
        desk.press("r").sees("They accept", "They decline", "The package was sent").sees_not("They answered")
        desk.press("enter", "f4").sees("Write down what the client agrees to: “consent”.").press("escape")
        desk.sees("legal referral, accepted")

        desk.press("escape", "e").go_to("recipient").until(f"Recipient {LAWYER}", "right").fill(out=str(office.out))
        desk.press("f4").sees("The client's consent does not allow this: there is none")
        desk.press("ctrl+n").sees(f"Who may be told {LAWYER}")
        for field in ("how", "identity", "others", "account", "proceedings"):
            desk.go_to(field).press("right")
        desk.press("f4").sees("The consent is saved.")
        desk.press_and_wait("f4", "1 open").press("a")
        desk.export("Once they have it, write down that it was sent: “The package was sent”.")
        desk.press("f4", "d").until(f"> {day(7)} ! referral", "up")
        desk.press("r").until("> The package was sent", "down").press("enter", "f4").sees(day(30))
        desk.press("r").until("> They answered", "down").press("enter").fill(outcome="She files on Monday").press("f4")
        desk.sees("She files on Monday")
        desk.press("space").sees("What came of it").press(" She took it on", "enter").sees("She took it on")
        desk.press("space").sees("There is no date to keep here.")
        desk.press("r").sees("This referral is closed.")

        desk.until("! consent", "down").until("Given on", "down").press("space").press(" She called", "enter")
        desk.press("escape", "e").go_to("recipient").until(f"Recipient {LAWYER}", "right")
        desk.fill(out=str(office.out)).press("f4").sees(f"it was withdrawn on {day(0)}")


@pytest.mark.screen
def test_in_the_app_a_late_answer_stands_on_home(office: Office) -> None:
    office.asked(LAWYER, "--on", day(-10))
    office.desk.place.proposed_today()
    with Desk(office.desk.place, unlocks=True, begins_at_home=True) as desk:
        desk.sees("1 overdue", "3 days late", "legal referral")
        desk.press("space").sees("What came of it").press(" No answer", "enter").sees("0 overdue")
