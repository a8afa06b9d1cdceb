"""Dates in the text of a note: which of the case they may change, and which texts change nothing."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tests.tables import each
from vault.casework.moved_dates import Dated, moved_date

TODAY = date(2026, 11, 27)
HEARING = Dated("h", "hearing", "2026-11-30T10:00", "Complaint")
LATER = Dated("l", "hearing", "2026-12-10T09:00", "Second hearing")
APPEAL = Dated("a", "deadline", "2026-12-03", "Appeal")
HELD = Dated("d", "detention", "2026-12-20", "Centre")
NO_DAY = Dated("n", "hearing", "2026-12", "")


@each(
    {
        "a time": ("The hearing was moved to 09:30.", HEARING, "2026-11-30T09:30"),
        "a day of the week and a time": ("Hearing now on Tuesday at 08:15", HEARING, "2026-12-01T08:15"),
        "from one day to another": ("The hearing of 30 November is on 2 December", HEARING, "2026-12-02T10:00"),
        "the one of that day": ("The hearing of 10 December begins at 11:00.", LATER, "2026-12-10T11:00"),
        "French": ("L'audience est reportée au 4 décembre à 14h.", HEARING, "2026-12-04T14:00"),
        "Russian": ("Заседание перенесли на 4 декабря в 9:15", HEARING, "2026-12-04T09:15"),
        "by its own words": ("They accept the appeal until 5.12.2026", APPEAL, "2026-12-05"),
        "only the day is named": ("On 30 November we meet at 09:30", HEARING, "2026-11-30T09:30"),
        "the last sentence": ("Hearing at 09:00. No: the hearing is at 09:45.", HEARING, "2026-11-30T09:45"),
        "detention": ("Detention goes on until 2027-01-20", HELD, "2027-01-20"),
        "the same again": ("The hearing is on Monday at 10:00", None, ""),
        "a time of something else": ("He called at 07:40", None, ""),
        "a day of something else": ("He comes on 4 December", None, ""),
        "a day that is past": ("The hearing of 2026-11-02 was short", None, ""),
        "a day that no calendar has": ("The hearing is on 31 November", None, ""),
        "nothing": ("", None, ""),
    }
)
def test_a_text_proposes_another_date_or_none(text: str, what: Dated | None, now: str) -> None:
    found = moved_date(text, (HEARING, LATER, APPEAL, HELD, NO_DAY), TODAY)
    assert (None if found is None else (found.what, found.now)) == (None if what is None else (what, now))


def test_where_nothing_is_due_nothing_is_proposed() -> None:
    assert moved_date("The hearing was moved to 09:30.", (NO_DAY,), TODAY) is None


@given(st.text(max_size=200))
def test_any_text_is_read_and_never_proposes_what_is_there(text: str) -> None:
    found = moved_date(f"hearing {text}", (HEARING,), TODAY)
    assert found is None or found.now != HEARING.when
