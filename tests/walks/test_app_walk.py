"""A caseworker's day in the app, on a real vault: from the passphrase to a package for a lawyer, and the lock."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import pytest
from textual._xterm_parser import XTermParser

from tests.cli.desk import Desk as CommandDesk
from tests.services.conftest import founded_template
from tests.services.founded import MEMBER, PASSPHRASE, Place
from tests.services.organisation import AMINA, JOEL, Organisation, share
from tests.services.test_papers import add, paper
from tests.tui.desk import Desk
from tui.gateway import Gateway
from tui.screens.cases.note_editor import NoteEditor
from tui.widgets.date_field import DateInput
from tui.widgets.fields import SafeInput, SafeTextArea
from vault.access.session import Session
from vault.acts.act import Agreed, Told
from vault.acts.case import NEW
from vault.acts.export import EXPORT
from vault.acts.recipient import ADD
from vault.acts.records import ADD as RECORDS
from vault.casework.note import Note
from vault.casework.person import PersonChange
from vault.casework.story.events import Detention
from vault.casework.vocabulary import NoteKind
from vault.progress import CancelledError
from vault.seal.age import make_identity, recipient_of
from vault.services import case_papers
from vault.services.backups import backups
from vault.services.cases import case_changes, case_people, cases, editing, notes, story_records
from vault.services.cases.editing import Place as PlaceOfEditing
from vault.services.evidence import log_checking
from vault.services.exports import packages

__all__ = ["founded_template"]  # fixtures

pytestmark = [pytest.mark.screen, pytest.mark.slow]

NAME = "Тихон Омутков"
NOTE = "Tikhon Omutkov called from Qarvosh about the hearing."


def test_a_day_from_the_passphrase_to_a_package_and_the_lock(founded_template: Place, tmp_path: Path) -> None:
    place = founded_template.copied_to(tmp_path / "office")
    out, stick, identity = tmp_path / "out", tmp_path / "stick", make_identity()
    out.mkdir()
    with Desk(place, unlocks=True) as desk:
        desk.sees("This device knows of no recovery sheets of this vault.")
        desk.press("escape").sees("No case yet. n makes one after a search; F9 takes a call.")
        desk.press("ctrl+n", " Hearing", "enter", "right", "f4").sees("Hearing extradition ► flagged")
        desk.press("p", f" {NAME}; Tikhon Omutkov", "tab", " 1987-06-05", "f4").sees("People 1", NAME)
        desk.press("n", f" {NOTE}", "escape").sees("Notes 0", "Drafts, for you alone")
        desk.press("enter", "f4").sees("Notes 1", NOTE)
        desk.press("f3", " qarv", "enter").sees("1 hit")
        desk.press("enter").sees(NOTE)

        desk.press("e", "ctrl+r", " Maître Lorvane", "tab", f" {recipient_of(identity)}", "f4")
        desk.sees("Do they read out these words of their key?")
        desk.press("y", f" {out}").names("lorvane").press("enter").sees(
            "! The client's consent does not allow this: there is none."
        )
        desk.press("ctrl+n").at("CONSENT").sees("Who may be told Maître Lorvane", "For what legal referral")
        desk.press("tab", "tab", "tab", "right").sees("How it was given written")
        for category in ("identity", "others", "account", "proceedings"):
            desk.go_to(category).press("right")
        desk.press("f4").sees("The consent is saved.").press("f4").at("QUESTIONS")
        assert list(out.iterdir()) == []
        desk.press("a").press_and_wait("f4", "read back from the finished file").sees(NAME).sees_not("Qarvosh")
        assert list(out.iterdir()) == []
        desk.hide("Zaqq", "Not hidden: Zaqq")
        desk.hide("HEARING", "You hid: HEARING")
        desk.hide("about", "You hid: HEARING, about")
        desk.press_and_wait("u", "You hid: HEARING.")
        assert list(out.iterdir()) == []
        desk.read_on().press_and_wait("f4", "The package is at")

        desk.press("escape", "f8", ":log", "v").sees("Nothing was changed, removed or reordered")
        desk.press("escape", ":backup", f" {stick}", "f4").sees("It was opened again and read:")
        desk.press("enter", ":would be lost").sees("you would lose less than an hour of work")
        desk.press("ctrl+l")
    assert desk.app.return_code == 75

    with place.open() as session:
        (row,) = cases.list_all(session)
        view = cases.open_case(session, cases.find(session, row.ref))
        assert [note.value.text for note in view.notes] == [NOTE]
        assert session.drafts().list() == []
        assert log_checking.verify(session).verified
    key = tmp_path / "lawyer.key"
    key.write_text(f"{identity}\n")
    (package,) = out.iterdir()
    opened = packages.open_to(package, identity_file=key, out=tmp_path / "opened")
    assert opened.files
    told = (tmp_path / "opened" / "data.json").read_text("utf-8")
    assert ("about the [R" in told, "hearing" in told) == (True, False)
    restored = backups.verify(stick, member=MEMBER, passphrase=bytearray(PASSPHRASE), state=place.state)
    assert restored.drafts == 0


def test_declined_pages_are_sealed_for_nobody_and_the_log_says_so(founded_template: Place, tmp_path: Path) -> None:
    place = founded_template.copied_to(tmp_path / "office")
    out = tmp_path / "out"
    out.mkdir()
    gateway = Gateway(place.path, state=place.state)
    gateway.unlock(MEMBER, bytearray(PASSPHRASE))
    new = gateway.acting.try_at_once(NEW, {"title": ("Hearing",), "kind": ("other",)})
    assert isinstance(new, Told)
    case = str(new.data["case"])
    said = {"name": ("Maître Lorvane",), "age": (recipient_of(make_identity()),)}
    gateway.acting.carry_out(ADD, said, gateway.acting.look(ADD, said), Agreed({"compared": "yes"}))
    seen: list[tuple[str, ...]] = []

    def decline(pages: tuple[str, ...]) -> bool:
        seen.append(pages)
        return False

    agreed = {"recipient": "Maître Lorvane", "purpose": "legal-referral", "given": "2026-01-01", "how": "written"}
    told = {"until": "2150-01-01", "account": "yes", "proceedings": "yes"}
    said = {"case": (case,), **{name: (text,) for name, text in (agreed | told).items()}}
    consent = RECORDS["consent"]
    gateway.acting.carry_out(consent, said, gateway.acting.look(consent, said), Agreed())
    said = {"case": (case,), "profile": ("lawyer",), "to": ("Maître Lorvane",), "out": (str(out),)}
    with pytest.raises(CancelledError):
        gateway.acting.carry_out(
            EXPORT, said, gateway.acting.look(EXPORT, said), Agreed({"surname": "Lorvane"}, read=decline)
        )
    assert seen
    assert list(out.iterdir()) == []
    assert [line.act for line in gateway.evidence.read_log().lines][1:3] == ["export.abort", "case.view"]
    gateway.close()


# A long note and every key that its screen names: not one word is lost, and what is typed lands where it was meant
# to.
# The editor of Textual takes F6 for "select the line" and F7 for "select all": the next key would erase them.
LINES = [f"{number}. The letter of day {number} says: transfer by 2027-01-20." for number in range(1, 201)]
NAMED = ("f1", "f2", "f3", "f6", "f7", "tab", "shift+tab", "f8", "f9")
"""What footer and help of the editor name, but for the keys that end it or the session."""


@pytest.fixture
def place(founded_template: Place, tmp_path: Path) -> Place:
    """A vault of one case, whose guide to recovery sheets was seen today."""
    made = founded_template.copied_to(tmp_path / "office")
    with made.open() as session:
        cases.create(session, title="Hearing", kind="extradition")
    made.proposed_today()
    return made


def test_a_note_of_200_lines_comes_out_whole_after_every_key_of_its_screen(place: Place, tmp_path: Path) -> None:
    with Desk(place, unlocks=True) as desk:
        desk.press("enter", "n", " " + "\n".join(LINES))
        editor = desk.app.screen
        assert isinstance(editor, NoteEditor)
        area = editor.query_one(SafeTextArea)
        for key in NAMED:
            desk.go_to("note").press(key)
            if desk.app.screen is not editor:
                desk.press("escape")
            assert desk.app.screen is editor, key
            desk.press("x")
            assert area.text.removesuffix("x") == "\n".join(LINES), f"{key}, then a letter"
            if area.text.endswith("x"):
                desk.press("backspace")

        desk.go_to("note")
        for erasing in ("ctrl+u", "ctrl+x"):
            desk.press(erasing)
            assert len(area.text) < len("\n".join(LINES))
            desk.press("ctrl+z")
            assert area.text.removesuffix("x") == "\n".join(LINES), "what was erased comes back, as the help says"
        desk.call(lambda: area.load_text("\n".join(LINES))).press("f6", "f6", "ctrl+u", " 2026-11-20")
        assert editor.query_one("#occurred", SafeInput).value == "2026-11-20"
        desk.press("f7", "f7")
        assert editor.focused is area
        desk.press("f4").sees("Notes 1")
    with place.open() as session:
        (row,) = cases.list_all(session)
    shown = CommandDesk.of(place, tmp_path).run("case", "show", row.ref, "--json").json()
    assert [one["text"] for one in shown["notes"]] == ["\n".join(LINES)]


AT_ONCE = [
    pytest.param("Nour Azzam\t\t1987-06-05\t0555", id="Tab"),
    pytest.param("Nour Azzam\x1b[17~\x1b[17~1987-06-05\x1b[17~0555", id="F6"),
    pytest.param("Noir\x7f\x7fur Azzma\x7f\x7fam\t\t\t0555\x1b[Z1987-06-05", id="Backspace and Shift+Tab"),
    pytest.param("wrong\x15Nour Azza\x1b[H\x1b[Fm\t\t6-05\x1b[H1987-0\t0555", id="Ctrl+U, Home, End"),
]


@pytest.mark.long_after(2)
@pytest.mark.parametrize("typed", AT_ONCE)
def test_keys_that_come_in_one_write_act_in_their_order(typed: str, place: Place) -> None:
    with Desk(place, unlocks=True) as desk:
        desk.press("enter", "p")
        desk.send(*XTermParser().feed(typed))  # a password manager types a form so, and a slow line delivers it so
        assert [field.value for field in desk.app.screen.query(SafeInput)][:3] == ["Nour Azzam", "1987-06-05", "0555"]


# A note from the first key to the record: kind, date in words, undo and redo, the lock, the way back, and the end.
def _letters(text: str) -> list[str]:
    return ["space" if letter == " " else letter for letter in text]


def test_a_note_with_a_kind_and_a_date_in_words_is_taken_back_and_done_again_across_a_lock(place: Place) -> None:
    yesterday = datetime.date.today() - datetime.timedelta(days=1)
    with Desk(place, unlocks=True) as desk:
        desk.press("enter", "n", *_letters("She waits outside"), "ctrl+z", "ctrl+z")
        area = desk.app.screen.query_one(SafeTextArea)
        assert area.text == "She "
        desk.press("ctrl+y")
        assert area.text == "She waits "
        desk.press(*_letters("at home"), "ctrl+z").go_to("kind").press(*"leg").sees("legal advice")
        desk.press("enter")
        assert isinstance(desk.app.focused, DateInput)
        desk.press(" 3/4/2026").sees("can be read in two ways")
        desk.press("f4").sees("! When: can be read in two ways.")
        desk.press("ctrl+u", " yesterday").sees(f"{yesterday:%Y}, yesterday")
        desk.press("ctrl+l")
    with place.open() as session:
        assert any("She waits at" in draft.text for draft in session.drafts().list())
    with Desk(place, unlocks=True) as desk:
        area = desk.app.screen.query_one(SafeTextArea)
        date = desk.app.screen.query_one(DateInput)
        assert (area.text, date.value) == ("She waits at ", yesterday.isoformat())
        desk.go_to("note").press("ctrl+y")
        assert area.text == "She waits at home"
        desk.press("ctrl+z", "ctrl+z", "ctrl+z")
        assert area.text == "She "
        desk.press("ctrl+y", "ctrl+y", "ctrl+y", "f4").sees("Notes 1", f"of {yesterday}")
    with place.open() as session:
        (row,) = cases.list_all(session)
        (note,) = cases.open_case(session, cases.find(session, row.ref)).notes
        assert session.drafts().list() == []
    assert note.value == Note(NoteKind.LEGAL_ADVICE, "She waits at home", yesterday.isoformat())


# Two members change one record without seeing each other: the app shows both, and a member says what stands.
BEFORE = "Hearing on Monday at 09:00, room 4.\nInterpreter is asked.\nNext call on Thursday."
OURS = "Hearing on Monday at 09:00, room 4.\nInterpreter is booked.\nThe wife comes at 08:30.\nNext call on Thursday."
THEIRS = "Hearing on Monday at 09:00, room 4.\nInterpreter is NOT booked.\nNext call on Thursday."


def _write(session: Session, place: PlaceOfEditing, text: str) -> None:
    editing.edit(session, place, Note, lambda note: replace(note, text=text), act="note.correct")


def test_two_versions_of_a_note_and_of_a_person_are_compared_answered_and_stay_in_the_history(
    organisation: Organisation,
) -> None:
    with organisation.open(AMINA) as amina:
        case = cases.create(amina, title="Arrest", kind="detention").case
        share(amina, case, organisation, JOEL)
        note = PlaceOfEditing(case, notes.add(amina, case, Note(NoteKind.CONTACT, BEFORE)), Note.KIND)
        record = case_people.add(
            amina, case, role="client", names=["Ilham Torgaev"], born="1984", phones=["030 555 1234"]
        )
        person = PlaceOfEditing(case, record, "person")
    organisation.exchange(AMINA, JOEL)
    with organisation.open(JOEL) as joel:
        _write(joel, note, THEIRS)
        case_people.change(joel, person, PersonChange(born="1985", add_phones=("030 555 9999",)))
    with organisation.open(AMINA) as amina:
        _write(amina, note, OURS)
        case_people.change(amina, person, PersonChange(born="1983"))
    organisation.exchange(AMINA, JOEL)

    account = organisation[AMINA]
    account.place.proposed_today()
    with Desk(account.place, account.name, PASSPHRASE, unlocks=True) as desk:
        desk.press("enter").sees("2 VERSIONS")
        desk.press("enter").at("Two versions note, ")
        desk.sees("conflict 1 of 2", "this computer", "Both stay in the history.", "difference 1 of 2")
        desk.sees("! Interpreter is booked.", "! Interpreter is NOT booked.", "+ The wife comes at 08:30.")
        desk.press("f4").sees("! This difference is not answered yet.")
        desk.press("b").sees("difference 2 of 2")
        desk.press("e", " At gate B.", "f4", "1", "left").sees("difference 1 of 2", "√ chosen")
        desk.press("e", "escape").sees("√ chosen")
        desk.press("f4").sees_not("Two versions note")
        desk.press("b").at("Two versions person, ").sees("born: 1983", "born: 1985", "phones")
        desk.press("b").sees("! Only one value is possible here.")
        desk.press("2", "b", "f4").sees_not("2 VERSIONS")
    with organisation.open(AMINA) as amina:
        view = cases.open_case(amina, case)
        (kept,) = view.notes
        assert kept.heads == 1
        assert kept.value.text.splitlines() == [
            "Hearing on Monday at 09:00, room 4.",
            *(f"{name}: {line}" for name, line in (
                (account.name, "Interpreter is booked."), (organisation[JOEL].name, "Interpreter is NOT booked.")
            )),
            "The wife comes at 08:30.",
            "Next call on Thursday.",
        ]  # fmt: skip
        assert (view.persons[0].value.born, len(view.persons[0].value.phones)) == ("1985", 2)
        assert len(editing.history(amina, note)) == 4


def test_two_versions_of_a_paper_and_of_a_confirmed_fact_are_settled_and_who_confirms_it_is_asked_anew(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.open(AMINA) as amina:
        case = cases.create(amina, title="Arrest", kind="detention").case
        share(amina, case, organisation, JOEL)
        scan = add(amina, case, paper(tmp_path, 900))
        held = PlaceOfEditing(case, story_records.add(amina, case, Detention(taken="2026-11-20")), Detention.KIND)
    organisation.exchange(AMINA, JOEL)
    with organisation.open(JOEL) as joel:
        case_papers.change(joel, scan, {"from_whom": "the court"})
        story_records.change(joel, held, {"place": "Cell 4", "confirmed": "a guard"})
    with organisation.open(AMINA) as amina:
        case_papers.change(amina, scan, {"from_whom": "the clerk"})
        story_records.change(amina, held, {"place": "Cell 9", "confirmed": "the lawyer"})
    organisation.exchange(AMINA, JOEL)

    account = organisation[AMINA]
    account.place.proposed_today()
    with Desk(account.place, account.name, PASSPHRASE, unlocks=True) as desk:
        desk.press("enter", "b").at("Two versions document, ")
        desk.sees("conflict 1 of 2", "from whom: the clerk", "from whom: the court", "difference 1 of 1")
        desk.sees_not("digest", "key")
        desk.press("2", "f4").sees_not("Two versions document")
        desk.press("b").at("Two versions detention, ")
        desk.press("2", "1", "f4").sees("nobody confirms it any more. Who confirms it as it is now?")
        desk.press(" a judge", "enter").sees_not("2 VERSIONS")
    with organisation.open(AMINA) as amina:
        view = cases.open_case(amina, case)
        assert [(kept.heads, kept.value.from_whom) for kept in view.papers] == [(1, "the court")]
        (fact,) = view.story
        assert (fact.heads, fact.value.plain()["place"], fact.value.plain()["confirmed"]) == (1, "Cell 4", "a judge")


@pytest.mark.long
def test_a_case_in_two_versions_is_marked_with_both_on_home_in_the_list_and_in_itself_and_b_joins_them(
    organisation: Organisation,
) -> None:
    with organisation.open(AMINA) as amina:
        made = cases.create(amina, title="Arrest", kind="asylum")
        share(amina, made.case, organisation, JOEL)
        person = PlaceOfEditing(
            made.case, case_people.add(amina, made.case, role="client", names=["Ilham Torgaev"]), "person"
        )
    organisation.exchange(AMINA, JOEL)
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case_changes.change(amina, made.case, stage="registered")
        case_changes.change(joel, made.case, stage="interviewed")
        case_changes.change(joel, made.case, owner=joel.member)
    organisation.exchange(AMINA, JOEL)

    account, joels = organisation[AMINA], organisation[JOEL].name
    account.place.proposed_today()
    with Desk(account.place, account.name, PASSPHRASE, unlocks=True, begins_at_home=True) as desk:
        desk.sees(f"2 versions of {made.ref}:", "show both", "registered, risk medium / interviewed, risk")
        desk.press("b").at("Two versions case, ")
        desk.press("escape", "c").sees("2 VERSIONS (b)", "registered, risk medium / interviewed, risk medium")
        desk.press("enter").sees("2 VERSIONS", "2 versions, b says which stands.", f"{joels}: stage: interviewed")
        desk.press("b").at("Two versions case, ")
        desk.sees("stage: registered", "stage: interviewed", f"owner: {account.name}", f"owner: {joels}")
        desk.press("2", "2", "2", "f4").sees("asylum ► interviewed").sees_not("VERSIONS")
    with organisation.open(AMINA) as amina:
        head = cases.open_case(amina, made.case).head
        assert (head.heads, head.value.stage, head.value.owner) == (1, "interviewed", organisation[JOEL].member)
    organisation.exchange(AMINA, JOEL)
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case_people.change(amina, person, PersonChange(born="1983"))
        case_people.change(joel, person, PersonChange(born="1985"))
    organisation.exchange(AMINA, JOEL)
    with Desk(account.place, account.name, PASSPHRASE, unlocks=True, begins_at_home=True) as desk:
        desk.sees("2 versions of a record of", f"{made.ref}: person")
        desk.press("c", "enter", "2").sees(f"{account.name}: born: 1983", f"{joels}: born: 1985", "b says which stands")
