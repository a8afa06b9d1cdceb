"""So many working days from today, typed as a date: by the holidays of a country that is said, or not at all."""

from __future__ import annotations

import datetime

import pytest

from tests.tables import each
from vault.deadlines.working_days import working_days
from vault.errors import UsageError

FRIDAY = datetime.date(2026, 12, 18)


@each(
    [
        ("+10wd FR", "2027-01-05", ["2026-12-25", "2027-01-01"]),
        ("10 working days FR", "2027-01-05", ["2026-12-25", "2027-01-01"]),
        ("in 10 working days (fr)", "2027-01-05", ["2026-12-25", "2027-01-01"]),
        ("dans 10 jours ouvrés FR", "2027-01-05", ["2026-12-25", "2027-01-01"]),
        ("10 рабочих дней KG", "2027-01-04", ["2027-01-01"]),
        ("через 1 рабочий день KG", "2026-12-21", []),
        ("+5 wd DE", "2026-12-28", ["2026-12-25"]),
    ]
)
def test_working_days_are_counted_by_the_holidays_of_the_country_that_is_said(
    text: str, day: str, skipped: list[str]
) -> None:
    found = working_days(text, FRIDAY, "at")
    assert found is not None
    assert (found.day.isoformat(), [left.isoformat() for left in found.skipped]) == (day, skipped)
    assert day in str(found.told())
    assert all(left in str(found.told()) for left in skipped)


@each(
    [
        ("+10wd", "whose holidays count"),
        ("10 working days", "whose holidays count"),
        ("10 рабочих дней", "whose holidays count"),
        ("+10wd TJ", "whose holidays count"),
        ("+600wd FR", "2029"),
    ]
)
def test_working_days_of_no_known_country_or_year_are_not_counted(text: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        working_days(text, FRIDAY, "at")


@each(["+10", "10 days", "-10wd FR", "tomorrow", "10wd FR now", ""])
def test_another_date_is_left_to_those_who_read_dates(text: str) -> None:
    assert working_days(text, FRIDAY, "at") is None
