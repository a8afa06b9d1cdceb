"""Days without work: what is entered, and how a year is entered."""

from __future__ import annotations

import datetime

from tests.tables import each, refused
from vault.deadlines.working_days import CALENDARS, Calendar
from vault.errors import UsageError

DAY = datetime.date.fromisoformat


def easter(year: int) -> datetime.date:
    """Return Easter Sunday by the rule of Gauss as Meeus has it, for years to 2099."""
    a, b, c = year % 19, year % 4, year % 7
    d = (19 * a + 24) % 30
    e = (2 * b + 4 * c + 6 * d + 5) % 7
    return datetime.date(year, 3, 22) + datetime.timedelta(days=d + e)


@each([2026, 2027, 2028])
def test_the_feasts_that_move_stand_on_their_days(year: int) -> None:
    good_friday, monday, ascension, whit_monday = (
        easter(year) + datetime.timedelta(days=count) for count in (-2, 1, 39, 50)
    )
    assert {monday, ascension, whit_monday} <= CALENDARS["FR"].holidays & CALENDARS["DE"].holidays
    assert good_friday in CALENDARS["DE"].holidays - CALENDARS["FR"].holidays


def test_each_country_has_its_days_in_each_year() -> None:
    counts = {
        country: {sum(day.year == year for day in calendar.holidays) for year in calendar.years}
        for country, calendar in CALENDARS.items()
    }
    assert counts == {"DE": {9}, "FR": {11}, "KG": {11}, "KZ": {13}, "RU": {14}}


@each(
    [
        ("FR", "2026-07-14", False),
        ("FR", "2026-07-15", True),
        ("DE", "2026-07-14", True),
        ("KG", "2026-08-31", False),
        ("RU", "2027-06-12", False),
        ("KZ", "2026-12-16", False),
        ("KZ", "2026-12-19", False),
    ]
)
def test_a_day_is_working_or_not(country: str, day: str, is_working: bool) -> None:
    assert CALENDARS[country].is_working(DAY(day)) is is_working


def test_the_next_working_day_is_behind_feast_and_weekend() -> None:
    # Christmas 2026 is a Friday.
    assert CALENDARS["FR"].working_day_from(DAY("2026-12-25")) == DAY("2026-12-28")
    assert CALENDARS["DE"].working_day_from(DAY("2026-12-28")) == DAY("2026-12-28")


def test_a_week_without_work_and_a_day_of_another_year_are_refused() -> None:
    refused(
        UsageError,
        "weekend|not covered",
        lambda act: act(),
        [
            lambda: Calendar("FR", frozenset(), frozenset(), weekend=frozenset(range(7))),
            lambda: Calendar("FR", frozenset({2031}), frozenset({DAY("2032-01-01")})),
        ],
    )
