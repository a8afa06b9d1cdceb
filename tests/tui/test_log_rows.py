"""The rows of the log: what is folded, in which words an act stands, and what a filter finds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date

import pytest

from tests.tables import each
from tui.screens.evidence.log_view import LogRow, log_rows, matching, no_days, older, whole
from tui.text.in_words import in_words
from tui.values.cases_shown import LogLineShown, LogShown
from tui.values.code_words import ACT_WORDS, READING, done_in_words
from vault.log.items import ACTS
from vault.services.projection.approval_checks import UNDONE

NOON_MS = 1_795_780_800_000
"""2026-11-27 12:00 UTC."""
HOUR_MS = 3_600_000
TODAY = date(2026, 11, 27)


@pytest.fixture(autouse=True)
def _times_are_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def line(act: str, hours_ago: int = 0, *, by: str = "Amina", outcome: str = "ok", **more: str) -> LogLineShown:
    said = {"case": "", "why": "", "covers": "", "whom": ""} | more
    return LogLineShown(9 - hours_ago, NOON_MS - hours_ago * HOUR_MS, by, act, outcome, **said)


LINES = (
    line("export.done", case="K7QM-3XPD", whom="Kaltbrunner"),
    line("case.search", 1),
    line("case.view", 2, case="K7QM-3XPD"),
    line("case.view", 2, by="Joël", case="K7QM-3XPD"),
    line("unlock.ok", 3),
    line("note.create", 4),
    line("log.read", 30),
    LogLineShown(0, None, "Amina", "?", "sealed to other auditors", "", "", "", ""),
)


def said(rows: list[LogRow]) -> list[tuple[str, str, str]]:
    return [(in_words(row.when), in_words(row.who), in_words(row.what)) for row in rows]


def test_the_reading_of_a_day_is_one_quiet_row_below_all_else_of_that_day() -> None:
    rows = log_rows(LINES, year=2026, folds=True)
    assert said(rows) == [
        ("27 Nov 12:00", "Amina", "package sealed"),
        ("27 Nov 08:00", "Amina", "note written"),
        ("27 Nov", "2 members", "1 search, 2 openings, 1 unlock"),
        ("26 Nov", "Amina", "1 other"),
        ("?", "Amina", "sealed to other auditors"),
    ]
    assert [row.is_quiet for row in rows] == [False, False, True, True, False]
    assert rows[2].lines == (1, 2, 3, 4)


def test_unfolded_every_entry_is_a_row_and_reading_stays_quiet() -> None:
    rows = log_rows(LINES, year=2026, folds=False)
    assert [row.lines for row in rows] == [(place,) for place in range(len(LINES))]
    assert [row.is_quiet for row in rows] == [False, True, True, True, True, False, True, False]


@each(
    [
        ("export.begin", "denied:consent", "export begun: refused, consent"),
        ("export.begin", "denied", "export begun: refused"),
        ("grant.add", "denied:case-share", "refused: change who can open a case"),
        ("break.glass", "ok:alone", "ALONE: emergency access"),
        ("export.done", "ok:unread", "package sealed, pages not read"),
        ("log.verify", "error:found", "log verified: failed, found"),
        ("grant.add", "ok:joined", "may read now"),
        ("newer.act", "ok", "newer.act"),
    ]
)
def test_an_act_is_said_in_words_with_how_it_ended(act: str, outcome: str, words: str) -> None:
    assert in_words(done_in_words(act, outcome)) == words


def test_every_act_that_a_log_may_name_has_words() -> None:
    assert ACT_WORDS.keys() == {*ACTS, UNDONE}
    assert ACTS.keys() >= READING


def test_reading_that_was_refused_is_not_folded() -> None:
    (row,) = log_rows([line("case.view", outcome="denied")], year=2026, folds=True)
    assert (row.is_quiet, row.is_wrong) == (False, True)


def test_a_row_names_the_year_of_another_year_and_the_reason_that_is_not_the_usual_one() -> None:
    (row,) = log_rows([line("case.edit", why="handover")], year=2027, folds=True)
    assert said([row]) == [("27 Nov 2026", "Amina", "case changed, handover")]


@each({"a code": ("export", [0]), "words": ("SEALED", [0]), "a name": ("joë", [3]), "a case": ("k7qm", [0, 2, 3])})
def test_a_filter_finds_acts_by_code_and_by_words_people_and_cases(typed: str, places: list[int]) -> None:
    assert matching(LINES, typed, TODAY) == [LINES[place] for place in places]


def test_a_filter_takes_days_as_the_search_does() -> None:
    early, late = line("export.done", 72), line("export.done")
    assert matching([late, early], "since:yesterday export", TODAY) == [late]
    assert matching([late, early], "until:25.11.2026", TODAY) == [early]
    assert matching([late, early], "since:2", TODAY) == [late, early]
    assert no_days("since:2 until:31.11.2026 since:yesterday note", TODAY) == ["since:2", "until:31.11.2026"]


def test_all_that_an_entry_says_is_one_sentence() -> None:
    entry = line("export.done", case="K7QM-3XPD", whom="Kaltbrunner", covers="4 files", why="legal-referral")
    assert whole(entry) == (
        "Amina, entry 9, 2026-11-27 12:00 +0000: export.done, ok. 4 files. case K7QM-3XPD. names Kaltbrunner. "
        "reason legal referral"
    )


def test_a_list_that_does_not_hold_all_says_so_in_its_last_row() -> None:
    assert in_words(older(LogShown(LINES, 9)).what) == "1 older entry is not in this list"
