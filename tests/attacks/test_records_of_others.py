"""A colleague's record that writes lines of the program, or of others, into what the command line shows."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.desk import Desk, said
from tests.services.founded import MEMBER, Filled, Place
from tests.services.organisation import AMINA, DANA, JOEL, MIRA, NOOR, SELIN, Organisation, ask_to_join, give, share
from tests.sync import hostile
from tests.tables import each
from tests.tui.house import House, house, house_template
from vault.access.session import Session
from vault.acts.act import Act, Agreed
from vault.acts.bundle import IMPORT, SHOW
from vault.casework.intake import RegisterEntry, Slip
from vault.casework.note import Note
from vault.casework.person import Person, PersonName, SafeContact
from vault.casework.questionnaires import Filled as FilledForm
from vault.casework.questionnaires import FormAnswer
from vault.casework.vocabulary import Channel, NoteKind, PersonRole
from vault.cli import log as log_cli
from vault.cli import member as member_cli
from vault.cli import showing
from vault.cli.output import in_words
from vault.errors import UsageError
from vault.ids import CompartmentId, CompartmentKind, RecordId, make_id
from vault.progress import Working
from vault.records.seatlog import SeatLog
from vault.records.versions import encode_content
from vault.records.work import Entry
from vault.seal.bodies import Recipient
from vault.services.case_papers import pseudonym_to_write
from vault.services.cases import case_people, cases, intake, listing, notes, register, searching, sections
from vault.services.evidence import logbook
from vault.services.exchange import syncing
from vault.services.exchange.bundle_words import made_lines
from vault.services.members import admitting, members
from vault.services.projection.places import the_one_of_kind
from vault.services.projection.projection import up_to_date_index
from vault.sync.bundle_pages import VERSION_LIMIT

LINE = f"2026-12-24  deadline  appeal was WITHDRAWN, nothing more is due  id 7c41d0aa  {MEMBER}"
FORGED = f"nothing of note\n{LINE}\n  Set by: court"


@pytest.fixture
def desk(filled: Filled, tmp_path: Path) -> Desk:
    return Desk.of(filled.place, tmp_path)


def stands_alone(shown: str) -> list[str]:
    """Return the lines that begin as one of the program does: a record at the edge, a field of it two blanks in."""
    return [line for line in shown.splitlines() if line.startswith((LINE[:10], "  Set by", "(Its text", "CASE forged"))]


def test_no_text_of_a_record_stands_as_a_record_of_its_own(filled: Filled, desk: Desk) -> None:
    ref = filled.refs[0]
    case, when = ("--from", "-"), ("--at", "2026-12-20")
    deadline = {"what": "appeal", "text": FORGED}
    assert desk.run("deadline", "add", ref, "--set-by", "court", *when, *case, stdin=json.dumps(deadline)).code == 0
    assert desk.run("event", "add", ref, *case, stdin=json.dumps({"what": "a call", "text": FORGED})).code == 0
    shown = desk.run("deadline", "list", ref).out
    (own,) = [line for line in shown.splitlines() if line.startswith("2026")]
    assert own.startswith("2026-12-20")
    assert [line for line in shown.splitlines() if line.startswith("  Set by")] == ["  Set by: court"]
    assert f"    {LINE}" in shown.splitlines()  # it is read whole, below its own field
    record = said(desk, "deadline", "list", ref)["records"][0]["record"]
    for words in (("event", "list", ref), ("history", record), ("case", "show", ref)):
        answer = desk.run(*words)
        assert answer.code == 0, answer.err
        assert stands_alone(answer.out) in ([], ["  Set by: court"]), words


def test_no_note_and_no_text_of_a_paper_stands_as_a_line_of_the_program(
    filled: Filled, desk: Desk, tmp_path: Path
) -> None:
    ref = filled.refs[0]
    text = f"{FORGED}\nCASE forged\n(Its text is searched.)"
    note = desk.run("note", "add", ref, "--json", stdin=text).json()["note"]
    file = tmp_path / "letter.txt"
    file.write_text(text)
    paper = desk.run("document", "add", ref, str(file), "--from", "-", "--json", stdin="{}").json()["document"]
    for words in (("note", "show", note), ("case", "show", ref), ("document", "text", paper)):
        answer = desk.run(*words)
        assert answer.code == 0, answer.err
        assert LINE in answer.out
        assert len(stands_alone(answer.out)) == ("text" in words), words  # what the program says of the paper


def test_the_words_of_a_question_stand_in_one_line(filled: Filled, desk: Desk) -> None:
    """A colleague's own program writes what ours never would."""
    label = f"Note\n{LINE}\n  May we give your name to the embassy"
    with filled.open() as session, session.work(filled.cases[0]) as work:
        answers = {"a": FormAnswer(label, "text", "yes")}
        work.keep(filled.cases[0], FilledForm(form="intake", title="Intake", on="2026-11-28", answers=answers))
        work.commit(Entry(act="case.edit", obj=pseudonym_to_write(session, filled.cases[0]), covers={"filled": 1}))
    shown = desk.run("form", "answers", filled.refs[0]).out
    assert len(shown.splitlines()) == 2
    assert stands_alone(shown) == []


# What a colleague's own program writes: nothing hides a DO NOT CALL, and nothing that is long holds up the app.
__all__ = ["house", "house_template"]

BARRED = "+4915112345678"
SPELT = "+49 151 12345678"
_BOUND_S = 5.0


def _write_people(house: House, persons: Sequence[Person]) -> None:
    with house.open("Joel") as joel, joel.work(house.case) as work:
        for person in persons:
            work.keep(house.case, person)
        work.commit(Entry(act="person.create"))


def _write_slips(house: House, *slips: Slip) -> None:
    with house.open("Dana") as dana:
        home = the_one_of_kind(dana, CompartmentKind.INTAKE)
        with dana.work(home) as work:
            for slip in slips:
                work.keep(home, slip)
            work.commit(Entry(act="intake.edit"))


def _person(name: str, *never_use: str, hours: str = "", phones: tuple[str, ...] = ()) -> Person:
    contact = SafeContact(Channel.MESSENGER, "@x", hours=hours, never_use=never_use)
    return Person(PersonRole.CLIENT, (PersonName.written(name),), phones=phones, safe_contact=contact)


@pytest.mark.screen
@pytest.mark.long
def test_do_not_call_stands_beside_a_number_in_the_list_of_slips_in_one_and_while_it_is_typed(house: House) -> None:
    with house.open("Amina") as amina:
        case_people.keep(amina, house.case, _person("Real", BARRED))
    with house.open("Dana") as dana:
        intake.add(dana, name="Real", number=SPELT, text="husband says call back", call_back=True)
        intake.add(dana, name="Other", text="his number is 0151/12345678")
    with house.desk("Amina") as desk:
        desk.press(":calls")
        desk.sees("Real DO NOT CALL", "Other DO NOT CALL", f" {SPELT} Heard name Real")
        desk.press("enter")
        desk.sees(f"DO NOT CALL {SPELT}")
        desk.press("escape", "f9", f" She says {SPELT}.")
        desk.pause(0.4)
        desk.sees(f"! DO NOT CALL {SPELT}")
        desk.fill(number=SPELT)
        desk.pause(0.4)
        desk.sees("DO NOT CALL Heard name")


@pytest.mark.screen
@pytest.mark.long
@each([(120, 40), (80, 24)])
def test_neither_people_made_up_nor_long_words_hide_what_must_never_be_used(
    columns: int, rows: int, house_template: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = house_template.copied_to(tmp_path / f"{columns}")
    with monkeypatch.context() as patched:
        patched.setattr(SeatLog, "tick", lambda _: (0, 0))
        _write_people(house, [_person(f"Made up {number}") for number in range(8)])
    _write_people(house, [_person("Long", "+996555000001", hours="evenings " * 56), _person("Third", BARRED)])
    with house.desk("Amina", size=(columns, rows)) as desk:
        desk.press("down")
        desk.pause(0.4)
        desk.sees("DO NOT CALL", BARRED, "+996555000001", "more in the case")
        desk.press("enter")
        desk.at(house.ref)
        desk.sees("DO NOT CALL", BARRED, "more, among the people")
        assert "He was asked" in desk.words()  # the notes have not been pushed away


@pytest.mark.screen
def test_a_list_that_is_too_long_for_the_screen_says_how_much_more_there_is_and_is_scrolled(house: House) -> None:
    _write_people(house, [_person("Real", *(f"+33{number:09d}" for number in range(1_000)))])
    with house.desk("Amina", size=(80, 24)) as desk:
        desk.press("down")
        desk.pause(0.4)
        desk.sees("DO NOT CALL +33000000000", "and 9")
        desk.press("enter")
        desk.sees("more lines; F6, then arrows", "He was asked")
        desk.go_to("case_top")
        desk.press("pagedown", "pagedown")
        desk.sees_not("+33000000000")


@pytest.mark.screen
@pytest.mark.long
@each(["Asia/Bishkek", "America/Los_Angeles"])
def test_a_slip_of_a_time_that_no_calendar_of_this_place_has_ends_nothing(
    zone: str, house_template: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = house_template.copied_to(tmp_path / zone.partition("/")[0])
    now = int(time.time() * 1000)
    _write_slips(house, Slip(253_402_300_799_999, name="Far"), Slip(0, name="Past"), Slip(now, name="Real"))
    with monkeypatch.context() as patched:
        patched.setenv("TZ", zone)
        time.tzset()
        with house.desk("Amina") as desk:
            desk.press(":calls")
            desk.sees("Far", "Real")
            desk.press("down", "down", "enter")
        with house.open("Amina") as amina:
            for slip in intake.list_open(amina):
                intake.move(amina, slip.stored.record.hex(), house.case)
    time.tzset()


@pytest.mark.screen
@pytest.mark.long
@each(["y", "ab "])
def test_a_slip_as_long_as_a_book_is_listed_and_opened_at_once(
    words: str, house_template: House, tmp_path: Path
) -> None:
    house = house_template.copied_to(tmp_path / words.strip())
    _write_slips(house, Slip(1, "A", text=(words * 900_000)[:900_000]), Slip(2, "B", text="short"))
    with house.desk("Amina") as desk:
        began = time.process_time()
        desk.press(":calls", "down", "up", "enter")
        assert desk.words().startswith("Call")
        assert time.process_time() - began < _BOUND_S


@pytest.mark.screen
def test_what_is_too_long_is_refused_where_it_is_written_with_the_name_of_the_field(house: House) -> None:
    with house.open("Amina") as amina:
        with pytest.raises(UsageError, match="text of a slip is longer than 20000 characters"):
            intake.add(amina, text="y" * 20_001)
        with pytest.raises(UsageError, match="never-use list of a person has more than 200 lines"):
            case_people.keep(amina, house.case, _person("Real", *(f"+33{number:09d}" for number in range(201))))


@pytest.mark.screen
@pytest.mark.long
def test_many_numbers_beside_many_that_must_never_be_used_cost_no_product_of_both(house: House) -> None:
    lines = tuple(f"+33{number:09d}" for number in range(20_000))
    numbers = [f"+49{number + 19_999:09d}" for number in range(20_000)]
    _write_people(house, [_person("Real", *lines, phones=tuple(numbers))])
    with house.open("Joel") as joel:
        notes.add(joel, house.case, Note(NoteKind.CONTACT, f"lawyer {'; '.join(numbers)}"))
    with house.open("Amina") as amina:
        up_to_date_index(amina)
        began = time.process_time()
        hits = searching.search(amina, "lawyer").hits
        assert {hit.do_not_call for hit in hits} == {(), (numbers[0],)}
        shown = listing.open_list(amina).preview(house.case)
        assert shown is not None
        assert set(lines) <= set(shown.never_use)
        assert len(cases.open_case(amina, house.case).persons) == 3
        intake.add(amina, number=numbers[0], text="; ".join(numbers[1:1_000]))
    with house.desk("Amina") as desk:
        desk.press(":calls")
        desk.sees(f"DO NOT CALL {numbers[0]}")
        desk.press("f8", "enter")
        desk.at(house.ref)
    assert time.process_time() - began < 2 * _BOUND_S


@pytest.mark.screen
@pytest.mark.long
def test_a_note_as_long_as_a_book_shows_its_first_lines_and_opens_whole(house: House) -> None:
    with house.open("Joel") as joel:
        notes.add(joel, house.case, Note(NoteKind.CONTACT, "a\n" * 420_000 + "The end"))
    with house.desk("Amina") as desk:
        began = time.process_time()
        desk.press("enter")
        desk.press("home", "enter", "end")
        desk.wait_for("The end")
        desk.press("escape")
        assert time.process_time() - began < _BOUND_S
        desk.press("enter", "escape")
        desk.go_to("text_pane")
        desk.press("end")
        desk.sees("! 419901 more lines; Enter opens all of it")


# A text that no bundle carries: refused before it is kept; one that is stored stops nothing but itself.
LONG = "ж" * 600_000  # two bytes each


def test_a_text_that_no_bundle_carries_is_refused_before_it_is_kept(short: Filled) -> None:
    with short.open() as session:
        before = len(cases.open_case(session, short.cases[0]).notes)
        size = session.log.size
        with pytest.raises(
            UsageError, match=r"the note is too long: 516,\d{3} of the 600,000 characters of its text fit"
        ):
            notes.add(session, short.cases[0], Note(NoteKind.CONTACT, LONG))
        assert session.log.size == size
        assert len(cases.open_case(session, short.cases[0]).notes) == before


@pytest.mark.parametrize("letter", ["ж", "🙂"], ids=["2 bytes", "4 bytes"])
def test_what_the_refusal_says_fits_does_fit_and_one_more_does_not(short: Filled, letter: str) -> None:
    with short.open() as session:
        try:
            notes.add(session, short.cases[0], Note(NoteKind.CONTACT, letter * 1_000_000))
            fits = 1_000_000
        except UsageError as refusal:
            fits = int(str(refusal.message).split(": ")[1].split()[0].replace(",", ""))
        notes.add(session, short.cases[0], Note(NoteKind.CONTACT, letter * fits))
        with session.database.reading() as rows:
            assert max(len(one.blob) for one in rows.versions(short.cases[0])) <= VERSION_LIMIT
        with pytest.raises(UsageError):
            notes.add(session, short.cases[0], Note(NoteKind.CONTACT, letter * (fits + 1)))


def test_the_command_refuses_it_in_words(short: Filled, tmp_path: Path) -> None:
    answer = Desk.of(short.place, tmp_path).run("note", "add", short.refs[0], stdin=LONG)
    assert answer.code == 2
    assert "of the 600,000 characters of its text fit" in answer.err
    assert "Nothing was written." in answer.err


def test_one_that_an_earlier_program_kept_is_passed_by_and_told(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with organisation.at(MIRA, AMINA) as (mira, amina):
        case = cases.create(mira, title="Far", kind="asylum")
        share(mira, case.case, organisation, AMINA)
        with monkeypatch.context() as earlier:
            earlier.setattr("vault.records.work.encode_to_travel", encode_content)
            notes.add(mira, case.case, Note(NoteKind.CONTACT, LONG))
        notes.add(mira, case.case, Note(NoteKind.CONTACT, "short enough"))
        assert LONG in [one.value.text for one in cases.open_case(mira, case.case).notes]
        made = syncing.make(mira, amina.member, tmp_path / "bundle")
        assert made.too_long == {case.ref: 1}
        assert f"NOT IN IT: 1 record of {case.ref} is too long for a bundle." in str(made_lines(made)[-1])
        give(mira, amina)
        assert [one.value.text for one in cases.open_case(amina, case.case).notes] == ["short enough"]


# A time that no calendar has, by a colleague or whoever makes a bundle: it is shown as none, and ends nothing.
FAR = 1 << 62


@pytest.mark.long
def test_an_entry_of_a_far_time_leaves_the_log_to_the_auditor(organisation: Organisation) -> None:
    organisation.exchange(NOOR, DANA)
    with organisation.open(DANA) as dana:
        dana.log.now_ms = lambda: FAR
        with dana.work() as work:
            work.commit(Entry(act="case.list", pol="role"))
    organisation.exchange(DANA, NOOR)
    with organisation.open(NOOR) as noor:
        lines = logbook.newest(noor).lines
    far = next(line for line in lines if line.payload is not None and line.payload.t == FAR)
    assert in_words(log_cli._line(far, "Dana", {})).startswith(f"{'?':<25}  Dana")
    assert log_cli._line_data(far, {})["time"] is None
    assert all(log_cli._line(line, "", {}) and json.dumps(log_cli._line_data(line, {})) for line in lines)


@pytest.mark.long
@pytest.mark.parametrize("clock_ms", [FAR, (1 << 64) - 1, -1])
def test_a_note_of_a_far_time_leaves_the_case_to_its_holders(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch, clock_ms: int
) -> None:
    with organisation.open(AMINA) as amina:
        case = cases.create(amina, title="A title", kind="asylum").case
        share(amina, case, organisation, JOEL)
    organisation.exchange(AMINA, JOEL)
    with organisation.open(JOEL) as joel:
        cases.find(joel, case.hex())
        with monkeypatch.context() as patch:
            patch.setattr(SeatLog, "tick", lambda _: (clock_ms, 0))
            notes.add(joel, case, Note(NoteKind.CONTACT, "from nowhere"))
    organisation.exchange(JOEL, AMINA)
    with organisation.open(AMINA) as amina:
        (note,) = cases.open_case(amina, case).notes
        assert in_words(showing.note_lines(note, {}, {})[0]).startswith("?  contact")
        assert showing.note_data(note, {}, {})["written"] is None


@pytest.mark.long
def test_a_member_until_a_far_day_leaves_the_list_of_members(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organisation.open(SELIN) as selin:
        place = Place(tmp_path / "new.vault", tmp_path / "state")
        request, words = ask_to_join(tmp_path, place, admitting.vault_words(selin), "Ned Farwell")
        monkeypatch.setattr(admitting, "_until", lambda *_: (1 << 53) - 1)
        asked = admitting.read_request(selin, request)
        assert admitting.admit(selin, asked, words, name="Ned Farwell", like="intake").outcome.is_done
    organisation.exchange(SELIN, MIRA)
    with organisation.open(MIRA) as mira:
        lines = [in_words(member_cli._member_line(one)) for one in members.list_all(mira)]
    assert "Ned Farwell: intake, until ?; 1 device" in lines


@pytest.mark.parametrize("act", [SHOW, IMPORT], ids=["show", "take"])
def test_a_bundle_of_a_far_time_is_shown_and_taken(organisation: Organisation, tmp_path: Path, act: Act[Path]) -> None:
    with organisation.open(AMINA) as amina:
        path = hostile.write(
            tmp_path / "of nobody",
            amina.vault,
            [],
            manifest=lambda honest: replace(honest, member=amina.member, made_ms=(1 << 64) - 1),
            to=Recipient(amina.seat, amina.kem_private.public),
        )
        told = act.do(amina, act.look(amina, {"file": (str(path),)}), Agreed(), Working())
    assert told.data["made"] is None
    assert "made on ? by their clock" in str(told.lines[0]) or "nothing new came" in str(told.lines[0])


# A record that does not hold the fields of its kind, by a patched program: the others are shown, without it.
NAME = "Ilham Quillfeather"


def write_none(session: Session, home: CompartmentId, kind: str, act: str, fields: dict[str, object]) -> None:
    with session.work(home) as work:
        work.write(home, RecordId(make_id()), kind, fields)
        work.commit(Entry(act=act, pol="role"))


@pytest.mark.long_after(2)
@pytest.mark.parametrize("received", [-1, 1 << 62, 0.5, "today", None])
def test_one_slip_that_is_none_leaves_the_list_of_slips(organisation: Organisation, received: object) -> None:
    with organisation.open(MIRA) as mira:
        kept = intake.add(mira, name=NAME)
    organisation.exchange(MIRA, DANA)
    with organisation.open(DANA) as dana:
        write_none(
            dana, the_one_of_kind(dana, CompartmentKind.INTAKE), Slip.KIND, "intake.edit", {"received": received}
        )
    organisation.exchange(DANA, MIRA)
    with organisation.open(MIRA) as mira:
        assert [one.stored.record for one in intake.list_open(mira)] == [kept]
        intake.close(mira, kept.hex())
        assert mira.faults() == []


def test_one_entry_that_is_none_leaves_the_register(organisation: Organisation) -> None:
    with organisation.open(MIRA) as mira:
        register.add(mira, [NAME])
    organisation.exchange(MIRA, DANA)
    with organisation.open(DANA) as dana:
        home = the_one_of_kind(dana, CompartmentKind.REGISTER)
        write_none(dana, home, RegisterEntry.KIND, "register.edit", {"contact": -1})
    organisation.exchange(DANA, MIRA)
    with organisation.open(MIRA) as mira:
        assert register.ask(mira, [NAME]) == [mira.member]
        assert mira.faults() == []
        assert mira.index().pending() == {}


def test_one_note_that_is_none_leaves_a_section(organisation: Organisation) -> None:
    with organisation.open(AMINA) as amina:
        case = cases.create(amina, title="A title", kind="asylum").case
        share(amina, case, organisation, JOEL)
        joel = organisation[JOEL].member
        section = sections.create(amina, case, what="location", title="Where she is", members=[joel])
        sections.add_note(amina, section, Note(NoteKind.SAFETY, "Quietwater Rise 17"))
    organisation.exchange(AMINA, JOEL)
    with organisation.open(JOEL) as session:
        write_none(session, section, Note.KIND, "note.create", {"text": -1})
    organisation.exchange(JOEL, AMINA)
    with organisation.open(AMINA) as amina:
        assert [note.value.text for note in sections.open_section(amina, section).notes] == ["Quietwater Rise 17"]
