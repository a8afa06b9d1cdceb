"""Facts as people type them."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from tests.tables import refused
from vault.casework.dates import PartialDate
from vault.deadlines.facts import Facts, Suspension, exact_moment, facts_of, moment_of, moment_text
from vault.deadlines.rules import Period, Unit
from vault.deadlines.shipped import RULES, rule_named
from vault.errors import UsageError

BISHKEK = ZoneInfo("Asia/Bishkek")
DAY = datetime.date.fromisoformat


def test_what_is_typed_is_read_as_papers_have_it() -> None:
    assert facts_of(
        BISHKEK,
        trigger="03.11.2026",
        posted="2026-10-27",
        suspended=("20.11.2026..2026-12-28", "2027-01-05.."),
        extended=("10d", "5 wd", "3M", "24h"),
        court=("2026-12-30", "2027-01-10T09:30"),
    ) == Facts(
        trigger=PartialDate(2026, 11, 3),
        posted=DAY("2026-10-27"),
        suspensions=(Suspension(DAY("2026-11-20"), DAY("2026-12-28")), Suspension(DAY("2027-01-05"))),
        extensions=(
            Period(10, Unit.DAYS),
            Period(5, Unit.WORKING_DAYS),
            Period(3, Unit.MONTHS),
            Period(24, Unit.HOURS),
        ),
        court_set=(DAY("2026-12-30"), datetime.datetime(2027, 1, 10, 9, 30, tzinfo=BISHKEK)),
    )
    assert facts_of(BISHKEK, trigger="2026-11-03T05:40").trigger == datetime.datetime(
        2026, 11, 3, 5, 40, tzinfo=BISHKEK
    )


@given(st.dates(DAY("1900-01-01"), DAY("2100-01-01")), st.none() | st.times())
def test_a_moment_is_kept_in_a_form_that_is_read_back(day: datetime.date, time: datetime.time | None) -> None:
    if time is None:
        assert moment_of(moment_text(day), BISHKEK) == PartialDate(day.year, day.month, day.day)
        assert exact_moment(moment_text(day), BISHKEK) == day
    else:
        moment = datetime.datetime.combine(day, time.replace(second=0, microsecond=0), BISHKEK)
        assert moment_of(moment_text(moment), BISHKEK) == moment
        assert exact_moment(moment_text(moment), BISHKEK) == moment


def test_less_than_a_day_is_no_exact_moment() -> None:
    assert [exact_moment(kept, BISHKEK) for kept in ("2026-11", "2026", "2026-11-03~")] == [None] * 3


def test_a_rule_is_found_by_its_code_in_letters_of_any_size() -> None:
    assert rule_named(" kg-remand ") is RULES["KG_REMAND"]


def test_other_forms_are_refused() -> None:
    refused(
        UsageError,
        "must be|no such rule|before",
        lambda act: act(),
        [
            lambda: facts_of(BISHKEK, trigger="soon"),
            lambda: facts_of(BISHKEK, posted="2026-11"),
            lambda: facts_of(BISHKEK, suspended=("2026-11-20",)),
            lambda: facts_of(BISHKEK, suspended=("2026-11..2026-12",)),
            lambda: facts_of(BISHKEK, suspended=("2026-12-20..2026-11-20",)),
            lambda: facts_of(BISHKEK, extended=("soon",)),
            lambda: facts_of(BISHKEK, extended=("0d",)),
            lambda: facts_of(BISHKEK, court=("2026-11",)),
            lambda: rule_named("NO_SUCH_RULE"),
        ],
    )
