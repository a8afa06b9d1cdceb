"""A client is taken on outside: somebody is asked, accepts, gets what the client agreed to, and answers."""

from __future__ import annotations

import dataclasses
import datetime
import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pytest
from pypdf import PdfReader
from typing_extensions import override

from tests.cli.desk import Answer, said
from tests.cli.desk import Desk as CommandDesk
from tests.services.founded import MEMBER, Place
from tests.tables import each
from tests.tui.desk import Desk
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.seal.age import make_identity, recipient_of
from vault.services import own_forms
from vault.services.cases import case_people, cases, notes
from vault.services.exports import partners

LAWYER, OTHER, CLINIC = "Maître Ondrelle", "Advokat Lindqvist", "Clinic at the Harbour"
WHERE = "Ostwinkel"  # where the brother lives
AGREED = ("--given", "today", "--how", "written", "--identity", "yes", "--others", "yes", "--account", "yes")
LEGAL = ("--purpose", "legal-referral")
QUESTION = '[[questions]]\nname = "safe_house"\nlabel = "Safe house"\nkind = "text"\n'


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

    def agrees(self, to: str, *, excluded: str = "", purpose: str = LEGAL[1], more: str = "proceedings") -> str:
        """Write down that the client agrees that they are told."""
        what = ("--purpose", purpose, *AGREED, f"--{more}", "yes", "--json")
        words = ("consent", "add", self.ref, "--recipient", to, *what)
        piped = ("--from", "-") if excluded else ()
        answer = self.desk.run(*words, *piped, stdin=json.dumps({"excluded": [excluded]}) if excluded else "")
        assert answer.code == 0, answer.err
        return str(answer.json()["record"])

    def export(self, to: str, profile: str = "lawyer") -> Answer:
        wish = (
            "--profile",
            profile,
            "--to",
            to,
            "--out",
            str(self.out),
            "--unread",
            "--decide",
            "proposed",
            "--surname",
            to.rsplit(maxsplit=1)[-1],
        )
        return self.desk.run("export", self.ref, *wish)

    def read(self, to: str, profile: str) -> str:
        """Export; return what the recipient reads, in small letters."""
        before = set(self.out.iterdir())
        done = self.export(to, profile)
        assert done.code == 0, done.err
        (package,) = set(self.out.iterdir()) - before
        assert self.opens(package, to, f"read {package.stem}").code == 0
        return (self.out.parent / f"read {package.stem}" / "data.json").read_text("utf-8").casefold()

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
    first = office.read(LAWYER, "enquiry")
    assert "asylum" in first
    assert not [word for word in ("dastenov", "miralo", "foot", "[p-") if word in first]
    accepted = desk.does("referral", "accept", lawyer[:8]).out
    assert "`casevault consent add " in accepted
    assert "`casevault export " in accepted
    assert "there is none" in office.export(LAWYER).err
    consent = office.agrees(LAWYER)
    exported = office.export(LAWYER).out
    assert f"Once they have it, write down that it was sent: `casevault referral send {lawyer[:8]}`." in exported
    desk.does("referral", "send", lawyer)
    assert office.due() == [(day(30), "legal-referral, accepted")]

    medical = ("--purpose", "medical-care")
    clinic = said(desk, "referral", "ask", office.ref, "--recipient", CLINIC, *medical)["record"]
    assert "it names another recipient" in office.export(CLINIC, "medical").err
    office.agrees(CLINIC, purpose="medical-care", more="health")
    assert f"casevault referral send {clinic[:8]}" in office.export(CLINIC, "medical").out
    assert "a conflict of interest may not be checked" in desk.does("referral", "send", clinic).out
    assert "it is for another purpose" in office.export(CLINIC).err
    left = said(desk, "package", "list", office.ref)["packages"]
    assert [row["consents"] for row in left if row["recipient"] == asked["recipient"]] == [[consent], []]
    assert len({row["reference"] for row in left}) == 2

    recalled = said(desk, "consent", "withdraw", consent)
    assert [row["consents"] for row in recalled["packages"]] == [[consent]]
    assert f"  reference {recalled['packages'][0]['reference']}, made on {day(0)}" in recalled["letter"]
    assert [row["about"] for row in said(desk, "deadline", "list")["due"] if row["kind"] == "task"] == [
        f"did {LAWYER} confirm the deletion?"
    ]
    refused = office.export(LAWYER)
    assert (refused.code, f"it was withdrawn on {day(0)}" in refused.err) == (5, True)
    assert "The package is at " in office.export(CLINIC, "medical").out

    replied = ("referral", "answer", lawyer, "--due", day(60), "--from", "-")
    desk.does(*replied, stdin=json.dumps({"outcome": "She deleted it."}))
    assert (office.listed(lawyer)["replied"], office.listed(lawyer)["due"]) == (day(0), day(60))
    desk.does("referral", "close", lawyer, "--from", "-", stdin=json.dumps({"outcome": "Taken back."}))
    assert office.listed(lawyer)["outcome"] == "Taken back."
    assert office.due() == [(day(30), "medical-care")]
    assert "Taken back." in desk.does("referral", "list", office.ref).out


def test_at_a_terminal_a_consent_is_refused_before_anything_is_asked_and_a_new_one_is_not_withdrawn(
    office: Office,
) -> None:
    add = ("consent", "add", office.ref, "--recipient", LAWYER, *LEGAL, *AGREED)

    @each(
        {
            "no such case": (("consent", "add", "NOPE", *add[3:]), "you have no case"),
            "nobody known": ((*add[:4], "Nobody", *add[5:]), "there is no recipient"),
            "nobody of the case": ((*add, "--person", "00" * 16), "no such record"),
            "not how": (
                tuple(word for word in add if word not in {"--how", "written"}),
                "Say how they gave it: written",
            ),
            "nothing may be told": (add[:11], "identity is empty"),
            "no reason, and nothing may be told": ((*add[:11], "--basis", "legal-duty"), "identity is empty"),
        }
    )
    def is_refused(words: tuple[str, ...], fault: str) -> None:
        answer = office.desk.run_at_terminal(*words)
        assert answer.code in {2, 4}
        assert answer.err.startswith("casevault: ")
        assert fault in answer.err

    is_refused()
    asked = office.desk.run_at_terminal(*add, typed="\n" * 6).err
    assert ("Name of who speaks for them" in asked, "Withdrawn how" in asked) == (True, False)
    consent = office.agrees(LAWYER)
    edit = ("consent", "edit", consent, "--identity", "yes")
    assert "Withdrawn how" not in office.desk.run_at_terminal(*edit, typed="\n" * 6).err
    withdrawn = office.desk.run_at_terminal("consent", "withdraw", consent, typed="He called.\n").err
    assert "Withdrawn how" in withdrawn
    assert "Withdrawn how" in office.desk.run_at_terminal(*edit, typed="\n" * 7).err


def test_the_last_question_names_the_recipient_the_list_names_the_file_and_the_letter_is_written_at_once(
    office: Office,
) -> None:
    desk, paper = office.desk, office.out.parent / "letter.pdf"
    consent = office.agrees(LAWYER)
    recipient = next(row for row in said(desk, "recipient", "list")["recipients"] if row["name"] == LAWYER)
    wish = ("--profile", "lawyer", "--to", recipient["recipient"][:8], "--out", str(office.out), "--decide", "proposed")
    sealed = desk.run_at_terminal(
        "export", office.ref, *wish, typed="Mira, 0100\nLindqvist\nOndrelle\n\n\nyes\n", is_seen=True
    )
    assert "that is not the last word of the name of the recipient" in sealed.err
    assert (sealed.code, f"Seal them for {LAWYER}? Type yes: " in sealed.err) == (0, True)
    (package,) = office.out.glob("*.age")
    listed = desk.does("package", "list", office.ref).out
    assert (package.name in listed, "sent? not written down" in listed) == (True, True)

    typed = f"\n{office.out}/none/letter.pdf\n{paper}\n"
    told = desk.run_at_terminal("consent", "withdraw", consent, typed=typed, is_seen=True)
    assert "there is no folder" in told.err
    assert f"The letter is at {paper}. It is not encrypted." in told.out
    assert "Your answer to: Mira, 0100" in told.out
    assert "Your answer to: Mira, 0100" in "".join(page.extract_text() for page in PdfReader(paper).pages)
    (left,) = said(desk, "package", "list", office.ref)["packages"]
    wrong = ("wrong-recipient", office.ref, "--package", left["package"])
    done = desk.run_at_terminal("package", *wrong, typed="\n", is_seen=True)
    assert done.code == 0
    assert "The letter is at" not in done.out
    assert re.search(r"`casevault checklist list [0-9a-f]{8}`", done.out)
    assert "wrong hands" in desk.does("package", "list", office.ref).out


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


def test_three_readers_of_one_case_get_what_each_is_told_for(office: Office) -> None:
    with office.desk.place.open() as mira:
        case = cases.find(mira, office.ref)
        notes.add(mira, case, Note(NoteKind.LEGAL_ADVICE, "The appeal is weak without the letter."))
        notes.add(mira, case, Note(NoteKind.MEDICAL, "He cannot bend the left knee since the arrest."))
        own_forms.add(mira, f'code = "house"\ntitle = "House"\nversion = 1\n{QUESTION}'.encode())
        own_forms.fill(mira, case, "house", {"safe_house": "behind the granary"})
    office.agrees(LAWYER)
    office.agrees(CLINIC, purpose="medical-care", more="health")
    desk_says = {"--proceedings": "yes", "--health": "yes"}
    (clinic,) = (row for row in said(office.desk, "consent", "list", office.ref)["records"] if row["health"])
    office.desk.does("consent", "edit", clinic["record"], *(word for pair in desk_says.items() for word in pair))
    lawyer, doctor, donor = (
        office.read(LAWYER, "lawyer"),
        office.read(CLINIC, "medical"),
        office.read(OTHER, "donor-report"),
    )
    assert ("appeal is weak" in lawyer, "knee" in lawyer) == (True, False)
    assert ("appeal is weak" in doctor, "knee" in doctor) == (False, True)
    assert [word for word in ("weak", "knee", "foot", "dastenov", "[p-") if word in donor] == []
    assert [word for word in ("granary", "safe house") if word in lawyer + doctor + donor] == []


def test_somebody_asks_for_their_own_data_in_dari(office: Office) -> None:
    desk = office.desk
    with desk.place.open() as mira:
        made = cases.create(mira, title="T", kind="asylum")
        her = case_people.add(mira, made.case, role="client", names=["فریده نورزی"])
        case_people.add(mira, made.case, role="witness", names=["جمشید کابلی"])
        notes.add(mira, made.case, Note(NoteKind.INTERVIEW, "فریده نورزی گفت که جمشید کابلی در خانه بود."))
    request = said(desk, "subject-request", "add", made.ref, "--what", "copy", "--person", her.hex(), "--due", day(30))
    own = dataclasses.replace(office, ref=made.ref)
    copy = own.read(OTHER, "subject")
    assert "نورزی" in copy
    assert [word for word in ("جمشید", "کابلی") if word in copy] == []
    (pdf,) = office.out.parent.glob("read */*.pdf")
    assert "نورزی" in unicodedata.normalize("NFKC", "".join(page.extract_text() for page in PdfReader(pdf).pages))
    handed = json.dumps({"handed": "a stick, to her; no copy stays"})
    desk.does("subject-request", "done", request["record"], "--from", "-", stdin=handed)
    assert [row for row in said(desk, "deadline", "list")["due"] if row["kind"] == "subject-request"] == []


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
def test_in_the_app_a_referral_is_asked_accepted_sent_and_closed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = office.desk.place
    place.proposed_today()
    monkeypatch.chdir(office.out.parent)
    with Desk(place, unlocks=True) as desk:
        desk.press("enter", "d", "n").until("> referral", "down").press("enter")
        desk.go_to("recipient").until(f"Who is asked {LAWYER}", "right").press("f4")
        desk.sees("The record is saved.", "Tell them what the case is about, without a name: “Export”.")
        desk.press("escape").sees(day(7), "legal referral", LAWYER)
        desk.press("r").sees("They accept", "They decline", "The package was sent").sees_not("They answered")
        desk.press("enter", "f4").sees("Write down what the client agrees to: “consent”.").press("escape")
        desk.sees("legal referral, accepted")

        desk.press("escape", "e").is_in("out").press("f4").sees("! Type the folder for the package")
        desk.go_to("recipient").until(f"Recipient {LAWYER}", "right").fill(out=office.out.name)
        desk.names("Ondrelle").press("enter").sees("The client's consent does not allow this: there is none")
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
        desk.at("LETTER").sees("a person withdrew the consent").press("escape")
        desk.press("escape", "e").has(out=str(office.out)).press(" elsewhere").has(out="elsewhere").press("ctrl+z")
        desk.go_to("recipient").until(f"Recipient {LAWYER}", "right")
        desk.names("Ondrelle").press("enter").sees(f"it was withdrawn on {day(0)}")


@pytest.mark.screen
def test_in_the_app_a_late_answer_stands_on_home(office: Office) -> None:
    office.asked(LAWYER, "--on", day(-10))
    office.desk.place.proposed_today()
    with Desk(office.desk.place, unlocks=True, begins_at_home=True) as desk:
        desk.sees("1 overdue", "3 days late", "legal referral")
        desk.press("space").sees("What came of it").press(" No answer", "enter").sees("0 overdue")


class Counted(Desk):
    """Counts the keys that are pressed beside text."""

    keys = 0

    @override
    def press(self, *keys: str) -> Self:
        self.keys += sum(not (key.startswith(" ") and len(key) > 1) for key in keys)
        return super().press(*keys)

    @override
    def press_and_wait(self, key: str, words: str) -> Self:
        self.keys += 1
        return super().press_and_wait(key, words)


MOST_KEYS = 70  # ten of them name the recipient before anything is sealed


@pytest.mark.screen
def test_from_the_form_of_an_arrest_to_a_sealed_file_it_takes_few_keys(office: Office) -> None:
    place = office.desk.place
    place.proposed_today()
    with Counted(place, unlocks=True) as desk:
        desk.press("enter", "d", "n", *"inc").press("enter")  # arrest is the first word
        desk.press("tab", " 05:40", "tab", " the station on Granary Street").press("f4")
        desk.press("escape", "e", f" {office.out}")
        desk.press(*["shift+tab"] * 4, *"mai", "tab").sees(f"Recipient {LAWYER}")
        desk.press("right", "right", "right").sees("Who is named client: help at once")
        desk.press("ctrl+n", "tab", "tab", "tab", "right", "right", "right", "right").sees("by telephone")
        desk.press(*["tab"] * 4, "right", "tab", "right", "tab", "right", "tab", "right", "f4").sees("consent is saved")
        desk.press("f4", *"ondrelle", "enter").at("QUESTIONS").press("a").export(
            "The package is at"
        )  # one page: nothing to turn
        assert desk.keys <= MOST_KEYS
    (package,) = office.out.glob("*.age")
    assert office.opens(package, LAWYER, "hers").code == 0
    assert "arrest" in (office.out.parent / "hers" / "data.json").read_text("utf-8")
