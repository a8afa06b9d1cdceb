"""When something is due, and what the engine says where the facts leave it open."""

from __future__ import annotations

import datetime
import re
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.english import in_english
from tests.tables import each, refused
from vault.casework.dates import PartialDate
from vault.deadlines.facts import Facts, Moment, Place, Suspension
from vault.deadlines.icalendar import Entry, calendar_text
from vault.deadlines.reckoning import Due, State, due, standing
from vault.deadlines.rules import Certainty, Counting, Period, Rule, Trigger, Unit
from vault.deadlines.working_days import CALENDARS
from vault.errors import UsageError
from vault.words.message import Message, english

Day = datetime.date
_ONE = datetime.timedelta(days=1)
DAY = datetime.date.fromisoformat
PARIS = Place(ZoneInfo("Europe/Paris"), "FR")
TEN_DAYS = Rule(
    code="TEN_DAYS",
    title=Message("Complaint"),
    trigger=Trigger.COURT_ORDER,
    period=Period(10, Unit.DAYS),
    source=Message("Invented Code, Art. 7"),
    certainty=Certainty.CONFIRMED,
)
HOURS = replace(TEN_DAYS, period=Period(72, Unit.HOURS))
IN_FORCE = replace(TEN_DAYS, valid_from=DAY("2026-06-12"), valid_to=DAY("2027-12-31"))
NOON = datetime.datetime(2026, 11, 3, 12, 0, tzinfo=PARIS.zone)

days = st.dates(DAY("2026-01-01"), DAY("2028-06-30"))
in_days = st.builds(Period, st.integers(1, 60), st.sampled_from([Unit.DAYS, Unit.WORKING_DAYS]))
in_months = st.builds(Period, st.integers(1, 18), st.just(Unit.MONTHS))
in_hours = st.builds(Period, st.integers(0, 200), st.just(Unit.HOURS))


def rules_of(periods: st.SearchStrategy[Period]) -> st.SearchStrategy[Rule]:
    return st.builds(
        lambda period, counting, rolled, country: replace(
            TEN_DAYS, period=period, counting=counting, is_rolled_over=rolled, may_be_suspended=True, country=country
        ),
        periods,
        st.sampled_from(Counting),
        st.booleans(),
        st.sampled_from([None, *CALENDARS, "XX"]),
    )


day_rules = rules_of(in_days | in_months)
any_rules = day_rules | st.builds(lambda period: replace(TEN_DAYS, period=period), in_hours)
gaps = st.builds(lambda start, count: Suspension(start, start + count * _ONE), days, st.integers(0, 90))


def known(day: Day, **others: Any) -> Facts:
    return Facts(trigger=PartialDate(day.year, day.month, day.day), **others)


def date_of(found: Due) -> Day:
    assert found.at is not None
    return found.at.date() if isinstance(found.at, datetime.datetime) else found.at


def reckoned(rule: Rule, facts: Facts, now: datetime.datetime = NOON) -> Due:
    return due(rule, facts, now, PARIS)


@given(any_rules, days, st.integers(0, 400))
def test_a_later_trigger_never_gives_an_earlier_date(rule: Rule, day: Day, count: int) -> None:
    assert date_of(reckoned(rule, known(day))) <= date_of(reckoned(rule, known(day + count * _ONE)))


@given(rules_of(in_days), days, st.integers(0, 400), st.lists(gaps, max_size=3))
def test_a_later_trigger_never_gives_an_earlier_date_where_the_clock_stood_still(
    rule: Rule, day: Day, count: int, still: list[Suspension]
) -> None:
    first, second = (known(start, suspensions=tuple(still)) for start in (day, day + count * _ONE))
    assert date_of(reckoned(rule, first)) <= date_of(reckoned(rule, second))


@given(day_rules, days, st.lists(gaps, max_size=3))
def test_rollover_lands_on_a_working_day_and_never_goes_earlier(rule: Rule, day: Day, still: list[Suspension]) -> None:
    facts = known(day, suspensions=tuple(still))
    rolled = date_of(reckoned(replace(rule, is_rolled_over=True), facts))
    assert rolled >= date_of(reckoned(replace(rule, is_rolled_over=False), facts))
    assert rolled.weekday() < 5
    calendar = CALENDARS.get(rule.country or "FR")
    assert calendar is None or rolled not in calendar.holidays


@given(rules_of(st.builds(Period, st.integers(1, 60), st.just(Unit.DAYS)) | in_months), days, st.data())
def test_a_clock_that_stood_still_for_n_days_gives_a_date_n_days_later(rule: Rule, day: Day, data: Any) -> None:
    rule = replace(rule, is_rolled_over=False, counting=Counting.DAY_AFTER)
    before = date_of(reckoned(rule, known(day)))
    start = data.draw(st.dates(day + _ONE, before))
    count = data.draw(st.integers(0, 300))
    after = reckoned(rule, known(day, suspensions=(Suspension(start, start + count * _ONE),)))
    assert date_of(after) == before + count * _ONE


@given(day_rules, days, st.lists(gaps, max_size=4), gaps)
def test_a_clock_that_stood_still_never_gives_an_earlier_date(
    rule: Rule, day: Day, still: list[Suspension], another: Suspension
) -> None:
    with_fewer = date_of(reckoned(rule, known(day, suspensions=tuple(still))))
    assert with_fewer <= date_of(reckoned(rule, known(day, suspensions=(*still, another))))


@given(day_rules, days, st.dates(DAY("2026-01-01"), DAY("2028-12-31")))
def test_a_holiday_more_never_gives_an_earlier_date(rule: Rule, day: Day, holiday: Day) -> None:
    calendar = CALENDARS["FR"]
    fuller = replace(calendar, holidays=calendar.holidays | {holiday})
    rule = replace(rule, country="FR")
    found = [due(rule, known(day), NOON, PARIS, calendars={"FR": each_one}) for each_one in (calendar, fuller)]
    assert date_of(found[0]) <= date_of(found[1])


@given(in_hours, st.datetimes(datetime.datetime(2026, 1, 1), datetime.datetime(2028, 12, 1)))
def test_hours_pass_on_holidays_and_when_clocks_are_changed(period: Period, naive: datetime.datetime) -> None:
    start = naive.replace(tzinfo=datetime.UTC)
    rule = replace(TEN_DAYS, period=period, country="FR")
    found = reckoned(rule, Facts(trigger=start)).at
    assert isinstance(found, datetime.datetime)
    assert found.astimezone(datetime.UTC) == start + datetime.timedelta(hours=period.count)


@each([(40, State.LATE), (-40, State.DUE_TODAY)])
def test_in_the_hour_that_clocks_show_twice_a_time_is_late_once_it_has_passed(minutes: int, state: State) -> None:
    until = datetime.datetime(2026, 10, 25, 0, 30, tzinfo=datetime.UTC)
    now = until + datetime.timedelta(minutes=minutes)
    start = until - datetime.timedelta(hours=72)
    assert reckoned(HOURS, Facts(trigger=start), now).state is state
    assert standing(until, now, PARIS.zone) is state


@given(any_rules, st.sampled_from(Certainty), st.lists(days, min_size=1, max_size=3), st.none() | days)
def test_a_date_that_a_court_set_always_wins(
    rule: Rule, certainty: Certainty, orders: list[Day], trigger: Day | None
) -> None:
    rule = replace(rule, certainty=certainty)
    facts = Facts(court_set=tuple(orders)) if trigger is None else known(trigger, court_set=tuple(orders))
    found = reckoned(rule, facts)
    assert (found.at, found.latest, found.is_set_by_court) == (orders[-1], orders[-1], True)
    assert found.state is not State.CHECK
    without = reckoned(rule, replace(facts, court_set=()))
    assert found.history == (*([] if without.at is None else [without.at]), *orders[:-1])


@given(any_rules, st.sampled_from([Certainty.UNCONFIRMED, Certainty.SUPERSEDED]), days, st.integers(-900, 900))
def test_a_rule_that_is_not_confirmed_never_says_how_much_time_is_left(
    rule: Rule, certainty: Certainty, day: Day, count: int
) -> None:
    found = reckoned(replace(rule, certainty=certainty), known(day), NOON + count * _ONE)
    assert found.state is State.CHECK
    assert (found.at is None) is (certainty is Certainty.SUPERSEDED)


@given(any_rules, days, st.sampled_from([4, 7]))
def test_a_date_that_is_known_in_part_gives_a_range_that_holds_the_true_one(rule: Rule, day: Day, length: int) -> None:
    part = reckoned(rule, Facts(trigger=PartialDate.parse(day.isoformat()[:length])))
    true = reckoned(rule, known(day))
    assert part.at is not None
    assert part.latest is not None
    assert true.at is not None
    assert part.at <= true.at <= part.latest


@each(
    {
        "long before": ("2026-10-20", State.IN_TIME),
        "eight days before": ("2026-11-05", State.IN_TIME),
        "seven days before": ("2026-11-06", State.SOON),
        "the day before": ("2026-11-12", State.SOON),
        "on the day": ("2026-11-13", State.DUE_TODAY),
        "the day after": ("2026-11-14", State.LATE),
    }
)
def test_a_day_is_in_time_soon_today_or_late(today: str, state: State) -> None:
    # 23:30 in London is the next day in Paris.
    now = datetime.datetime.fromisoformat(today + "T22:30:00+00:00")
    assert reckoned(TEN_DAYS, known(DAY("2026-11-03")), now).state is state


@each(
    {
        "at the start": (0, State.SOON),
        "four hours before": (68, State.DUE_TODAY),
        "at the time": (72, State.DUE_TODAY),
        "an hour after": (73, State.LATE),
    }
)
def test_a_time_is_late_when_it_has_passed_not_at_midnight(hours: int, state: State) -> None:
    now = NOON + datetime.timedelta(hours=hours)
    assert reckoned(HOURS, Facts(trigger=NOON), now).state is state


@each(
    {
        "about": (TEN_DAYS, Facts(trigger=PartialDate(2026, 11, 3, circa=True)), "only approximate"),
        "nothing": (TEN_DAYS, Facts(), "not known when the clock started: order of a court"),
        "an older law": (IN_FORCE, known(DAY("2026-06-11")), "to that day. A lawyer must check: Invented Code"),
        "a newer law": (IN_FORCE, known(DAY("2028-01-01")), "does not apply to that day"),
        "a law of half the month": (IN_FORCE, Facts(trigger=PartialDate(2026, 6)), "does not apply to that day"),
        "no text": (
            replace(TEN_DAYS, period=None, certainty=Certainty.UNCONFIRMED), known(DAY("2026-11-03")),
            "length of this period is not known",
        ),
        "superseded": (
            replace(TEN_DAYS, certainty=Certainty.SUPERSEDED), known(DAY("2026-11-03")), "superseded, and no date",
        ),
    }
)  # fmt: skip
def test_no_date_is_computed_without_its_facts(rule: Rule, facts: Facts, words: str) -> None:
    found = reckoned(rule, facts)
    assert (found.at, found.latest, found.state) == (None, None, State.CHECK)
    assert words in " ".join(in_english(found.explanation))


@each(
    {
        "long before": ("2026-10-01", State.IN_TIME, None),
        "soon before its first day": ("2026-11-06", State.SOON, None),
        "on its first day": ("2026-11-11", State.DUE_TODAY, None),
        "within": ("2026-11-20", State.CHECK, "may have passed"),
        "after its last day": ("2026-12-20", State.LATE, None),
    }
)
def test_a_range_is_as_urgent_as_its_first_day_and_late_after_its_last(
    today: str, state: State, words: str | None
) -> None:
    now = datetime.datetime.fromisoformat(today + "T12:00:00+00:00")
    found = reckoned(TEN_DAYS, Facts(trigger=PartialDate(2026, 11)), now)
    assert (found.at, found.latest, found.state) == (DAY("2026-11-11"), DAY("2026-12-10"), state)
    said = " ".join(in_english(found.explanation))
    assert "between 2026-11-11 and 2026-12-10" in said
    assert (words or "") in said


def test_an_uncertain_date_that_passed_is_said_to_have_passed() -> None:
    rule = replace(TEN_DAYS, certainty=Certainty.UNCONFIRMED)
    found = reckoned(rule, known(DAY("2026-01-05")))
    assert found.state is State.CHECK
    assert "By this count the date has passed." in in_english(found.explanation)


def test_a_day_without_its_hour_gives_a_range_of_hours() -> None:
    found = reckoned(HOURS, known(DAY("2026-11-03")))
    midnight = datetime.datetime(2026, 11, 6, tzinfo=PARIS.zone)
    assert (found.at, found.latest) == (midnight, midnight + _ONE)


def test_a_clock_that_stands_still_gives_the_earliest_date_and_no_latest() -> None:
    rule = replace(TEN_DAYS, may_be_suspended=True)
    facts = known(DAY("2026-10-20"), suspensions=(Suspension(DAY("2026-10-25")),))
    found = reckoned(rule, facts)
    assert (found.at, found.latest, found.state) == (DAY("2026-11-08"), None, State.CHECK)
    assert "has been stopped since 2026-10-25" in " ".join(in_english(found.explanation))


def test_a_rule_that_does_not_stop_says_so() -> None:
    facts = known(DAY("2026-11-03"), suspensions=(Suspension(DAY("2026-11-05"), DAY("2026-11-08")),))
    found = reckoned(TEN_DAYS, facts)
    assert found.at == DAY("2026-11-13")
    assert "This clock does not stop: the suspension changes nothing." in in_english(found.explanation)


def test_an_extension_is_added_behind_the_period() -> None:
    found = reckoned(TEN_DAYS, known(DAY("2026-11-21"), extensions=(Period(9, Unit.MONTHS), Period(3, Unit.MONTHS))))
    assert found.at == DAY("2027-12-01")
    assert "It was extended by 9 months." in in_english(found.explanation)


@each(
    {
        "posted alone": (None, DAY("2026-11-28")),
        "read before": (PartialDate(2026, 11, 5), DAY("2026-11-15")),
        "read after": (PartialDate(2026, 11, 25), DAY("2026-11-28")),
    }
)
def test_a_posted_paper_counts_as_served_at_the_latest_after_its_days(read: Any, expected: Day) -> None:
    rule = replace(TEN_DAYS, deemed_served_days=15)
    found = reckoned(rule, Facts(trigger=read, posted=DAY("2026-11-03")))
    assert (found.at, found.latest) == (expected, expected)
    assert "counts as served on 2026-11-18, 15 days later, read or not" in " ".join(in_english(found.explanation))


@each(
    {
        "a year that is not entered": ("FR", "2031-03-03", "Holidays of 2031 are not known for FR: check."),
        "a country that is not entered": ("XX", "2026-11-03", "Holidays of 2026 are not known for XX: check."),
        "feasts by the moon": ("KG", "2026-11-03", "Check the calendar of that year."),
    }
)
def test_holidays_that_are_not_known_are_named_and_to_be_checked(country: str, day: str, words: str) -> None:
    rule = replace(TEN_DAYS, is_rolled_over=True, country=country)
    found = reckoned(rule, known(DAY(day)), NOON - 365 * _ONE)
    assert found.state is State.CHECK
    assert words in " ".join(in_english(found.explanation))


def test_a_place_without_a_country_has_weekends_alone_and_is_to_be_checked() -> None:
    rule = replace(TEN_DAYS, is_rolled_over=True)
    found = due(rule, known(DAY("2026-11-04")), NOON, Place(PARIS.zone))
    assert (found.at, found.state) == (DAY("2026-11-16"), State.CHECK)
    assert "only Saturdays and Sundays" in " ".join(in_english(found.explanation))


def test_the_day_of_a_time_is_that_of_the_place() -> None:
    late = datetime.datetime(2026, 11, 3, 23, 30, tzinfo=datetime.UTC)
    assert reckoned(TEN_DAYS, Facts(trigger=late)).at == DAY("2026-11-14")


def test_a_time_that_somebody_kept_is_late_when_it_has_passed_at_the_place() -> None:
    kept = datetime.datetime(2026, 11, 3, 12, 0, tzinfo=PARIS.zone)
    minute = datetime.timedelta(minutes=1)
    found = [standing(kept, (kept + after).astimezone(datetime.UTC), PARIS.zone) for after in (-minute, minute)]
    assert found == [State.DUE_TODAY, State.LATE]


def test_a_court_that_set_a_date_where_the_rule_has_no_period_replaces_no_computed_one() -> None:
    rule = replace(TEN_DAYS, period=None)
    found = reckoned(rule, Facts(court_set=(DAY("2026-12-30"),)))
    assert (found.at, found.is_set_by_court, found.history) == (DAY("2026-12-30"), True, ())
    assert len(in_english(found.explanation)) == 1


def test_a_time_of_a_court_is_shown_in_the_time_of_the_place() -> None:
    set_at: Moment = datetime.datetime(2026, 11, 3, 20, 0, tzinfo=datetime.UTC)
    found = reckoned(TEN_DAYS, Facts(court_set=(set_at,)))
    assert isinstance(found.at, datetime.datetime)
    assert found.at.isoformat() == "2026-11-03T21:00:00+01:00"
    assert found.state is State.DUE_TODAY


def test_what_contradicts_itself_is_refused() -> None:
    naive = datetime.datetime(2026, 11, 3, 12, 0)
    refused(
        UsageError,
        "time zone|outside the years|at most|is before|in hours if",
        lambda act: act(),
        [
            lambda: Facts(trigger=naive),
            lambda: Facts(court_set=(naive,)),
            lambda: Facts(court_set=(DAY("9999-12-31"),)),
            lambda: Facts(posted=DAY("1700-01-01")),
            lambda: Facts(suspensions=(Suspension(DAY("2026-01-01"), DAY("2200-01-01")),)),
            lambda: Facts(extensions=(Period(1, Unit.DAYS),) * 25),
            lambda: Suspension(DAY("2026-11-03"), DAY("2026-11-02")),
            lambda: reckoned(TEN_DAYS, Facts(), naive),
            lambda: reckoned(TEN_DAYS, known(DAY("2026-11-03"), extensions=(Period(1, Unit.HOURS),))),
            lambda: reckoned(HOURS, known(DAY("2026-11-03"), extensions=(Period(1, Unit.DAYS),))),
        ],
    )


@each(
    [
        {"code": "lower"},
        {"country": "France"},
        {"deemed_served_days": -1},
        {"valid_from": DAY("2026-02-01"), "valid_to": DAY("2026-01-01")},
        {"period": Period(1, Unit.HOURS), "is_rolled_over": True},
        {"period": Period(1, Unit.HOURS), "may_be_suspended": True},
        {"period": Period(1, Unit.HOURS), "deemed_served_days": 1},
    ]
)
def test_a_rule_that_says_two_things_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        replace(TEN_DAYS, **fields)


@each([(0, Unit.DAYS), (-1, Unit.HOURS), (1001, Unit.DAYS), (0, Unit.MONTHS)])
def test_a_period_is_of_a_length_that_rules_have(count: int, unit: Unit) -> None:
    with pytest.raises(UsageError, match="period must be"):
        Period(count, unit)


def test_no_date_stands_in_a_repr() -> None:
    facts = known(DAY("2026-11-03"), posted=DAY("2026-11-03"), suspensions=(Suspension(DAY("2026-11-03")),))
    assert "2026" not in repr(facts) + repr(reckoned(TEN_DAYS, facts))


# What a calendar program gets: the date and nothing else.
STAMP = datetime.datetime(2026, 11, 28, 3, 0, tzinfo=datetime.UTC)
BISHKEK = datetime.timezone(datetime.timedelta(hours=6))
UID = "0f9c5f0e-6a50-4a52-9c3e-0d8f5a3c1b77"


def test_a_calendar_has_dates_under_neutral_titles() -> None:
    entries = [
        Entry(UID, datetime.date(2026, 12, 5)),
        Entry(UID.replace("0f", "1f"), datetime.datetime(2026, 12, 6, 5, 40, tzinfo=BISHKEK)),
    ]
    assert calendar_text(entries, STAMP, english) == (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//CaseVault//EN\r\n"
        f"BEGIN:VEVENT\r\nUID:{UID}\r\nDTSTAMP:20261128T030000Z\r\n"
        "DTSTART;VALUE=DATE:20261205\r\nSUMMARY:Date 1\r\nEND:VEVENT\r\n"
        f"BEGIN:VEVENT\r\nUID:1f{UID[2:]}\r\nDTSTAMP:20261128T030000Z\r\n"
        "DTSTART:20261205T234000Z\r\nSUMMARY:Date 2\r\nEND:VEVENT\r\n"
        "END:VCALENDAR\r\n"
    )


def test_what_would_end_a_value_is_escaped() -> None:
    text = calendar_text([Entry(UID, STAMP)], STAMP, lambda _: "a;b,c\\d\r\nATTENDEE:x\x00\u2028e")
    assert "SUMMARY:a\\;b\\,c\\\\d ATTENDEE:x e\r\n" in text
    assert "\nATTENDEE" not in text


@given(st.text(st.characters(codec="utf-8"), max_size=120))
def test_lines_are_folded_at_75_octets_and_unfold_to_the_same(title: str) -> None:
    text = calendar_text([Entry(UID, STAMP)], STAMP, lambda _: title)
    lines = text.split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    assert "\n" not in text.replace("\r\n", "")
    (summary,) = re.findall(r"^SUMMARY:(.*)$", text.replace("\r\n ", "").replace("\r\n", "\n"), re.MULTILINE)
    unescaped = re.sub(r"\\(.)", r"\1", summary)
    assert unescaped == re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", title)


def test_a_long_title_is_cut_between_letters_and_never_within_one() -> None:
    text = calendar_text([Entry(UID, STAMP)], STAMP, lambda _: "д" * 120)
    assert max(len(line.encode()) for line in text.split("\r\n")) in {74, 75}
    assert "SUMMARY:" + "д" * 120 in text.replace("\r\n ", "")


def test_an_id_that_could_be_a_name_and_a_time_without_a_zone_are_refused() -> None:
    naive = datetime.datetime(2026, 12, 5, 9, 0)
    refused(
        UsageError,
        "hexadecimal|time zone",
        lambda act: act(),
        [
            lambda: Entry("amina-raskolda-1", STAMP),
            lambda: Entry("0f9c", STAMP),
            lambda: Entry(UID + "\r\n", STAMP),
            lambda: Entry(UID, naive),
            lambda: calendar_text([], naive, english),
        ],
    )


def test_the_date_stands_in_no_repr() -> None:
    assert "2026" not in repr(Entry(UID, STAMP))
