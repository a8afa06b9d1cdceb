"""The screen of a case: what one must know first, its time, its notes by day, and its dates."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tables import each
from tests.tui.desk import Desk
from tests.tui.house import AMINA, House
from tui.drawn.case_time import case_time
from tui.drawn.timeline import Mark, Span
from tui.screens.cases.case_top import lay_top
from tui.screens.cases.lists_of_case import in_order
from tui.shell.looking import Eyes, eyes_of
from tui.text.calendar import day_said, days_left
from tui.values.cases_shown import CaseShown, NoteShown, RecordShown
from tui.widgets.text_cells import width_of
from vault.casework.case import Case, CaseKind
from vault.casework.form import FormedRecord, labelled
from vault.casework.note import Note
from vault.casework.person import SafeContact
from vault.casework.story.events import Deadline, Detention, Hearing, Task
from vault.casework.vocabulary import Channel, NoteKind, Risk
from vault.services.cases import case_changes, case_people, cases, story_records
from vault.services.evidence import logbook

TODAY = date(2026, 11, 27)
HEAD = Case("Request", CaseKind.EXTRADITION, "flagged", "K7QM-3XPD", bytes(16), "2026-09-19", Risk.HIGH)
CASE = CaseShown("c1" * 16, "K7QM-3XPD", HEAD, today=f"{TODAY}")


def _shown(record: FormedRecord) -> RecordShown:
    return RecordShown("d1" * 16, record.KIND, record.when() or "", record.headline(), record.is_due(), record.typed(),
                       tuple(labelled(record)))  # fmt: skip


def _day(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


@each(
    {
        "a day": ("2026-11-26", (date(2026, 11, 26), False), -1),
        "with a time": ("2026-11-30T09:30", (date(2026, 11, 30), False), 3),
        "about a day": ("2026-11-26~", (date(2026, 11, 26), True), -1),
        "a month": ("2026-11", (date(2026, 11, 1), True), None),
        "a year": ("2026", (date(2026, 1, 1), True), None),
        "nothing": ("", None, None),
        "no date": ("tomorrow", None, None),
    }
)
def test_a_date_as_it_is_kept_is_a_day_that_is_so_far_away(
    when: str, said: tuple[date, bool] | None, left: int | None
) -> None:
    assert day_said(when) == said
    assert days_left(when, TODAY) == left


def test_the_timeline_takes_detention_hearings_dates_and_open_tasks() -> None:
    records = (
        Detention(taken="2026-10-14T07:10", expires=_day(13)),
        Detention(taken="2026-03", expires="2026-05-01", ended="2026-04-20"),
        Hearing("2026-10-16", about="Arrest", outcome="held"),
        Hearing(f"{_day(3)}T09:30", about="Complaint"),
        Deadline("Appeal", _day(-1)),
        Task("Ask the sister", _day(1), done=_day(0)),
        Task("Call", _day(2)),
    )
    time = case_time(replace(CASE, story=tuple(map(_shown, records))), TODAY)
    assert time.detained == (
        Span(date(2026, 10, 14), TODAY + timedelta(days=13)),
        Span(date(2026, 3, 1), date(2026, 4, 20), is_about=True),
    )
    assert [(mark.day, mark.more) for mark in time.court] == [
        (date(2026, 10, 16), "held"),
        (TODAY + timedelta(days=3), "hearing: Complaint".removeprefix("hearing: ")),
    ]
    assert [(mark.day, mark.is_late) for mark in time.dates] == [
        (TODAY - timedelta(days=1), True),
        (TODAY + timedelta(days=2), False),
    ]


def test_who_should_be_free_and_is_not_said_to_be_is_held_with_no_end_and_the_date_is_late() -> None:
    time = case_time(replace(CASE, story=(_shown(Detention(place="K", taken="2026-10-14", expires=_day(-2))),)), TODAY)
    assert time.detained == (Span(date(2026, 10, 14)),)
    assert time.dates == (Mark(TODAY - timedelta(days=2), "K", is_late=True),)


def _said(case: CaseShown, width: int) -> list[str]:
    return ["".join(cell.text for cell in line).rstrip() for line in lay_top(case, width, 40, 0).lines]


def test_the_top_says_how_to_reach_whom_not_to_call_and_what_is_late_in_words() -> None:
    due = tuple(map(_shown, (Hearing(f"{_day(3)}T09:30", about="Complaint"), Deadline("Appeal", _day(-1)))))
    case = replace(CASE, safe_contacts=("Aaro: phone",), never_use=("+996 555 010 203", "112"), story=due)
    assert _said(case, 100) == [
        "SAFE CONTACT  Aaro: phone",
        f"DO NOT CALL   +996 555 010 203   112{'risk ▲▲▲ high':>60}",
        "NEXT          !! Appeal, Thu 26 Nov, 1 day late   then hearing: Complaint 30 Nov 09:30",
    ]
    assert _said(CASE, 60)[0] == "SAFE CONTACT  — none is known; ask first"


@given(
    st.lists(st.text("+0123456789 ", min_size=1, max_size=24).map(str.strip).filter(bool), max_size=6),
    st.lists(st.text(max_size=120), max_size=4),
    st.integers(60, 140),
)
def test_every_number_that_must_never_be_used_stands_whole_on_top_and_no_line_is_too_wide(
    numbers: list[str], contacts: list[str], width: int
) -> None:
    case = replace(CASE, never_use=tuple(numbers), safe_contacts=tuple(contacts))
    lines = lay_top(case, width, 40, 0).lines
    assert all(width_of(line) <= width - 2 for line in lines)
    said = "\n".join(_said(case, width))
    assert all(number in said for number in numbers)


@given(st.lists(st.integers(-1, 12), max_size=12))
def test_every_note_stands_once_and_what_corrects_it_below_it_whatever_points_where(amends: list[int]) -> None:
    ids = [bytes([place + 1]) * 16 for place in range(14)]
    notes = [
        NoteShown(ids[place].hex(), Note(NoteKind.CONTACT, "x", amends=None if to < 0 else ids[to]), place)
        for place, to in enumerate(amends)
    ]
    told = list(in_order(notes))
    assert sorted(note.record for note, _ in told) == sorted(note.record for note in notes)
    seen: set[str] = set()
    for note, is_under in told:
        assert not is_under or (note.note.amends is not None and note.note.amends.hex() in seen)
        seen.add(note.record)


def test_the_environment_asks_for_sentences_in_the_place_of_drawings() -> None:
    said = [eyes_of({"CASEVAULT_ACCESSIBLE": value}).reads_aloud for value in ("1", "0", "")]
    assert (said, eyes_of({}).reads_aloud) == ([True, False, False], False)


@pytest.fixture
def busy(house: House) -> House:
    """A case with a number that must never be used, a date that is late, and a second stage."""
    with house.open("Amina") as amina:
        today = date.fromisoformat(cases.today(amina))
        contact = SafeContact(Channel.PHONE, "her sister", never_use=("+996 555 010 203",))
        case_people.add(amina, house.case, role="relative", names=["Vera Torgaeva"], safe_contact=contact)
        story_records.add(amina, house.case, Deadline("Appeal", (today - timedelta(days=2)).isoformat()))
        case_changes.change(amina, house.case, stage="ordered")
    return house


def _views(house: House) -> int:
    with house.open("Mira") as mira:
        return len(logbook.newest(mira, limit=1_000, act="case.view").lines)


@pytest.mark.screen
def test_a_case_is_read_once_in_the_log_and_its_numbers_go_to_its_parts(busy: House) -> None:
    before = _views(busy)
    with busy.desk("Amina") as amina:
        amina.press("enter")
        amina.sees(
            "SAFE CONTACT Vera Torgaeva: phone her sister", "DO NOT CALL +996 555 010 203", "Appeal", "2 days late"
        )
        amina.sees("1 Notes 2", "2 People 3", "3 Papers 0", "4 Dates 1", "ordered")
        amina.press("4").sees("What must be done: Appeal", f"by {AMINA}")
        amina.press("enter").at("deadline")
        amina.press("escape", "2").sees("Person: client")
        amina.press("t", " Call the court", "f4").sees("4 Dates 2", "task: Call the court").is_in("dates")
    assert _views(busy) == before + 1


@pytest.mark.screen
def test_the_cursor_of_the_timeline_tells_what_lies_there_and_a_low_window_drops_it(amina: Desk) -> None:
    amina.press("enter", "f7").is_in("timeline").sees("2 notes", "zoom: months")
    amina.press("minus").sees("zoom: years")
    amina.press("plus", "plus", "left").sees("zoom: days", ": nothing")
    amina.press("f6").sees_not(": nothing")
    amina.resize(80, 24).press("1", "enter")
    amina.sees_not("detained")  # the text has its rows
    amina.press("f6", "f6").is_in("notes").sees("detained")
    amina.resize(60, 16).sees_not("detained").sees("SAFE CONTACT", "1 Notes 2", "Esc back")


@pytest.mark.screen
def test_with_a_screen_reader_the_timeline_is_a_list_that_stands_on_today(house: House) -> None:
    with house.desk("Amina", eyes=Eyes(reads_aloud=True)) as amina:
        amina.press("enter").sees("stage arrested", "Week of", "2 notes", "> Today is ")
        amina.press("f7", "up").is_in("time-list")
