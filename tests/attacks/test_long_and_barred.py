"""What a colleague's own program writes: nothing hides a DO NOT CALL, and nothing that is long holds up the app."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.tables import each
from tests.tui.house import House, house, house_template
from vault.casework.intake import Slip
from vault.casework.note import Note
from vault.casework.person import Person, PersonName, SafeContact
from vault.casework.vocabulary import Channel, NoteKind, PersonRole
from vault.errors import UsageError
from vault.ids import CompartmentKind
from vault.records.seatlog import SeatLog
from vault.records.work import Entry
from vault.services.cases import case_people, cases, intake, listing, notes, searching
from vault.services.projection.places import the_one_of_kind
from vault.services.projection.projection import up_to_date_index

__all__ = ["house", "house_template"]
pytestmark = pytest.mark.screen

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


def test_what_is_too_long_is_refused_where_it_is_written_with_the_name_of_the_field(house: House) -> None:
    with house.open("Amina") as amina:
        with pytest.raises(UsageError, match="text of a slip is longer than 20000 characters"):
            intake.add(amina, text="y" * 20_001)
        with pytest.raises(UsageError, match="never-use list of a person has more than 200 lines"):
            case_people.keep(amina, house.case, _person("Real", *(f"+33{number:09d}" for number in range(201))))


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
