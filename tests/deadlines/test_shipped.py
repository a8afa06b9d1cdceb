"""Each rule that ships, counted by hand; and what each of them may never say."""

from __future__ import annotations

import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.english import in_english
from tests.hygiene.tree import ROOT
from tests.tables import each, refused
from vault.casework.dates import PartialDate
from vault.deadlines.facts import Facts, Place, Suspension, exact_moment, facts_of, moment_of, moment_text
from vault.deadlines.reckoning import SOON, STATES, State, due
from vault.deadlines.rules import TRIGGERS, Certainty, Counting, Period, Rule, Unit
from vault.deadlines.sentences import CERTAINTIES
from vault.deadlines.shipped import RULES, rule_named
from vault.deadlines.working_days import CALENDARS, Calendar, working_days
from vault.errors import UsageError
from vault.services.cases import deadlines

DAY = datetime.date.fromisoformat
BISHKEK = Place(ZoneInfo("Asia/Bishkek"), "KG")
PARIS = Place(ZoneInfo("Europe/Paris"), "FR")
AT = datetime.datetime(2026, 11, 3, 5, 40, tzinfo=BISHKEK.zone)
LONG_BEFORE = datetime.datetime(2026, 6, 1, 9, 0, tzinfo=datetime.UTC)

# code: what is known, what it gives, and how it was found with a calendar on paper.
EXAMPLES: Final[dict[str, tuple[Facts, datetime.date | None]]] = {
    # Agreement of 17 February 1994, Art. 1: within 1 day, within 10 days
    "CIS_ACK_1D": (Facts(trigger=AT), DAY("2026-11-04")),
    "CIS_PICKUP_10D": (Facts(trigger=PartialDate(2026, 11, 25)), DAY("2026-12-05")),
    # European Convention on Extradition, Art. 16(4): 18 and 40 days after arrest
    "COE_16_18D": (Facts(trigger=PartialDate(2026, 11, 3)), DAY("2026-11-21")),
    "COE_16_40D": (Facts(trigger=PartialDate(2026, 11, 3)), DAY("2026-12-13")),
    # Minsk Convention after 1997: 40 days
    "MINSK_40D": (Facts(trigger=PartialDate(2027, 2, 1)), DAY("2027-03-13")),
    "CHIS_TERM": (Facts(trigger=PartialDate(2026, 11, 3)), None),
    # The order itself: nothing without it
    "COURT_SET": (Facts(trigger=PartialDate(2026, 11, 3)), None),
    # Rule of the house: 90 days
    "CONSENT_90D": (Facts(trigger=PartialDate(2026, 11, 3)), DAY("2027-02-01")),
    # GDPR Art. 12(3): 1 month
    "GDPR_SAR": (Facts(trigger=PartialDate(2026, 11, 13)), DAY("2026-12-13")),
    # GDPR Art. 33: 72 hours
    "GDPR_BREACH": (Facts(trigger=AT), AT + datetime.timedelta(hours=72)),
    # At once
    "HRC_IM": (Facts(trigger=AT), AT),
    "ECHR_R39": (Facts(trigger=AT), AT),
    "CED_30": (Facts(trigger=AT), AT),
    # Protocol 15: 4 months; February has no 31st
    "ECHR_4M": (Facts(trigger=PartialDate(2026, 10, 31)), DAY("2027-02-28")),
    # CCF Statute Art. 40: 4 and 9 months
    "CCF_ACCESS": (Facts(trigger=PartialDate(2026, 11, 3)), DAY("2027-03-03")),
    "CCF_DELETE": (Facts(trigger=PartialDate(2026, 11, 3)), DAY("2027-08-03")),
    # Ireland Act 9/2026 s. 176: 12 weeks, from a Tuesday to a Tuesday
    "EU_BORDER_12W": (Facts(trigger=PartialDate(2026, 11, 3)), DAY("2027-01-26")),
    # Regulation 2024/1351 Art. 45: 2 weeks, 1 week
    "EU_TAKE_2W": (Facts(trigger=PartialDate(2026, 12, 22)), DAY("2027-01-05")),
    "EU_TAKE_REPLY_1W": (Facts(trigger=PartialDate(2026, 12, 22)), DAY("2026-12-29")),
    "EU_APD_REGISTER": (Facts(trigger=PartialDate(2026, 5, 4)), None),
    "EU_APD_DECISION": (Facts(trigger=PartialDate(2026, 5, 4)), None),
    # asile-en-france.org: 21 days
    "FR_OFPRA_21D": (Facts(trigger=PartialDate(2026, 11, 3)), DAY("2026-11-24")),
    # rimailho-avocat.com: 1 month to Sunday 6 December, which moves to Monday
    "FR_CNDA_1M": (Facts(trigger=PartialDate(2026, 11, 6)), DAY("2026-12-07")),
    # Posted on 27 October, served on 11 November; 15 days
    "FR_AJ_15D": (Facts(posted=DAY("2026-10-27")), DAY("2026-11-26")),
    # service-public F2675: 5 months, 5 weeks
    "FR_CNDA_5M": (Facts(trigger=PartialDate(2026, 11, 3)), DAY("2027-04-03")),
    "FR_CNDA_5W": (Facts(trigger=PartialDate(2026, 11, 3)), DAY("2026-12-08")),
    # Government Regulation 188: 6 months; February has 28 days
    "KG_RSD_DECISION": (Facts(trigger=PartialDate(2026, 8, 31)), DAY("2027-02-28")),
    "KG_REGISTER": (Facts(trigger=PartialDate(2026, 11, 3)), None),
    "KG_RSD_APPEAL": (Facts(trigger=PartialDate(2026, 11, 3)), None),
    # Code No. 129 Art. 114: 2 months, the day of custody included
    "KG_REMAND": (Facts(trigger=AT), DAY("2027-01-02")),
    "KG_OLD_3DAYS": (Facts(trigger=PartialDate(2026, 11, 3)), None),
    "KG_EXTR_APPEAL": (Facts(trigger=PartialDate(2026, 11, 3)), None),
}


def place_of(rule: Rule) -> Place:
    return PARIS if rule.country == "FR" else BISHKEK


def test_each_rule_has_an_example() -> None:
    assert set(EXAMPLES) == set(RULES)


@each({code: (RULES[code], *example) for code, example in EXAMPLES.items()})
def test_a_rule_gives_the_date_that_was_counted_by_hand(rule: Rule, facts: Facts, expected: Any) -> None:
    found = due(rule, facts, LONG_BEFORE, place_of(rule))
    assert (found.at, found.latest) == (expected, expected)
    assert found.explanation


@each([rule for rule in RULES.values() if rule.certainty is not Certainty.CONFIRMED])
def test_what_is_not_confirmed_says_which_source_to_check_and_never_that_there_is_time(rule: Rule) -> None:
    found = due(rule, EXAMPLES[rule.code][0], LONG_BEFORE, place_of(rule))
    assert found.state is State.CHECK
    assert str(rule.source) in " ".join(in_english(found.explanation))
    assert not rule.is_enabled


@each([rule for rule in RULES.values() if rule.is_enabled and rule.period])
def test_a_confirmed_rule_says_that_there_is_time(rule: Rule) -> None:
    assert due(rule, EXAMPLES[rule.code][0], LONG_BEFORE, place_of(rule)).state is State.IN_TIME


def test_the_rules_that_are_enabled_are_those_whose_text_was_read_and_is_in_force() -> None:
    assert {rule.code for rule in RULES.values() if rule.is_enabled} == {
        "CIS_ACK_1D",
        "CIS_PICKUP_10D",
        "COE_16_18D",
        "COE_16_40D",
        "CONSENT_90D",
        "COURT_SET",
        "EU_BORDER_12W",
        "EU_TAKE_2W",
        "EU_TAKE_REPLY_1W",
    }


def test_legal_aid_stops_the_french_appeal_and_a_sunday_moves_its_end() -> None:
    # Refusal on 10 November, aid asked on 20 November, granted on 25 December: 35 days are added to 10 December 2026.
    facts = Facts(trigger=PartialDate(2026, 11, 10), suspensions=(Suspension(DAY("2026-11-20"), DAY("2026-12-25")),))
    found = due(RULES["FR_CNDA_1M"], facts, LONG_BEFORE, PARIS)
    assert found.at == DAY("2027-01-14")
    # Granted 3 days later, the end is Sunday 17 January.
    later = Facts(trigger=PartialDate(2026, 11, 10), suspensions=(Suspension(DAY("2026-11-20"), DAY("2026-12-28")),))
    found = due(RULES["FR_CNDA_1M"], later, LONG_BEFORE, PARIS)
    assert (found.at, found.state) == (DAY("2027-01-18"), State.CHECK)
    assert in_english(found.explanation) == (
        "The clock started: refusal notified, 2026-11-10.",
        "It runs 1 month, counted from the day after.",
        "The clock was stopped from 2026-11-20 and ran again on 2026-12-28.",
        "The last day would be 2027-01-17, which is no working day: it moves to 2027-01-18.",
        "This rule is not confirmed. A lawyer must check: "
        "French law since 12 June 2026 (before it: rimailho-avocat.com)",
    )


def test_an_order_beats_the_rule_and_an_extension_beats_the_order() -> None:
    facts = Facts(trigger=AT, court_set=(DAY("2026-12-30"), DAY("2027-02-28")))
    found = due(RULES["KG_REMAND"], facts, AT, BISHKEK)
    assert (found.at, found.state, found.is_set_by_court) == (DAY("2027-02-28"), State.IN_TIME, True)
    assert found.history == (DAY("2027-01-02"), DAY("2026-12-30"))
    assert in_english(found.explanation)[:3] == (
        "A court set this date, and it applies.",
        "An earlier order had the date 2026-12-30.",
        "By the rule alone the date would be 2027-01-02.",
    )


def test_of_a_rule_that_this_program_does_not_know_a_lawyer_checks_the_date() -> None:
    assert str(deadlines.check_of("a-rule-of-tomorrow")) == (
        "The rule is not known to this program: a lawyer must check it."
    )


# The page for people lists the rules as they are: its table is written from them.
PAGE = ROOT / "docs" / "deadlines.md"
HEAD = ("| code | what is due | clock starts with | period | text | certainty | x |", "|---|---|---|---|---|---|---|")


def period_of(rule: Rule) -> str:
    if rule.period is None:
        return "by the paper" if rule.is_enabled else "not known"
    notes = [
        "that day included" if rule.counting is Counting.SAME_DAY else "",
        "moves to a working day" if rule.is_rolled_over else "",
        "can be suspended" if rule.may_be_suspended else "",
        f"served {rule.deemed_served_days} days after posting" if rule.deemed_served_days else "",
    ]
    return "; ".join([str(rule.period.words()), *filter(None, notes)])


def row(rule: Rule) -> str:
    title = str(rule.title) if rule.caution is None else f"{rule.title}. {rule.caution}"
    cells = (f"`{rule.code}`", title, TRIGGERS[rule.trigger], period_of(rule), rule.source, CERTAINTIES[rule.certainty])
    return "".join(f"| {cell} " for cell in (*cells, "x" if rule.is_irreversible else "")) + "|"


def table() -> list[str]:
    """Return the lines of the table: confirmed rules first, each group by code."""
    order = list(Certainty)
    return [*HEAD, *map(row, sorted(RULES.values(), key=lambda rule: (order.index(rule.certainty), rule.code)))]


def test_the_page_has_the_table_of_the_rules_that_ship() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page[page.index(HEAD[0]) :].splitlines() == table()


def test_the_page_names_each_answer_and_the_years_of_the_holidays() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert all(f"| {words} |" in page for words in STATES.values())
    assert f"{SOON.days} days" in page
    assert {year for calendar in CALENDARS.values() for year in calendar.years} == {2026, 2027, 2028}
    assert "2026 to 2028" in page


def test_every_period_has_its_unit_in_words() -> None:
    assert {rule.period.unit for rule in RULES.values() if rule.period} == set(Unit)


# Facts as people type them.
DAYS_IN_BISHKEK = ZoneInfo("Asia/Bishkek")


def test_what_is_typed_is_read_as_papers_have_it() -> None:
    assert facts_of(
        DAYS_IN_BISHKEK,
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
        court_set=(DAY("2026-12-30"), datetime.datetime(2027, 1, 10, 9, 30, tzinfo=DAYS_IN_BISHKEK)),
    )
    assert facts_of(DAYS_IN_BISHKEK, trigger="2026-11-03T05:40").trigger == datetime.datetime(
        2026, 11, 3, 5, 40, tzinfo=DAYS_IN_BISHKEK
    )


@given(st.dates(DAY("1900-01-01"), DAY("2100-01-01")), st.none() | st.times())
def test_a_moment_is_kept_in_a_form_that_is_read_back(day: datetime.date, time: datetime.time | None) -> None:
    if time is None:
        assert moment_of(moment_text(day), DAYS_IN_BISHKEK) == PartialDate(day.year, day.month, day.day)
        assert exact_moment(moment_text(day), DAYS_IN_BISHKEK) == day
    else:
        moment = datetime.datetime.combine(day, time.replace(second=0, microsecond=0), DAYS_IN_BISHKEK)
        assert moment_of(moment_text(moment), DAYS_IN_BISHKEK) == moment
        assert exact_moment(moment_text(moment), DAYS_IN_BISHKEK) == moment


def test_less_than_a_day_is_no_exact_moment() -> None:
    assert [exact_moment(kept, DAYS_IN_BISHKEK) for kept in ("2026-11", "2026", "2026-11-03~")] == [None] * 3


def test_a_rule_is_found_by_its_code_in_letters_of_any_size() -> None:
    assert rule_named(" kg-remand ") is RULES["KG_REMAND"]


def test_other_forms_are_refused() -> None:
    refused(
        UsageError,
        "must be|no such rule|before",
        lambda act: act(),
        [
            lambda: facts_of(DAYS_IN_BISHKEK, trigger="soon"),
            lambda: facts_of(DAYS_IN_BISHKEK, posted="2026-11"),
            lambda: facts_of(DAYS_IN_BISHKEK, suspended=("2026-11-20",)),
            lambda: facts_of(DAYS_IN_BISHKEK, suspended=("2026-11..2026-12",)),
            lambda: facts_of(DAYS_IN_BISHKEK, suspended=("2026-12-20..2026-11-20",)),
            lambda: facts_of(DAYS_IN_BISHKEK, extended=("soon",)),
            lambda: facts_of(DAYS_IN_BISHKEK, extended=("0d",)),
            lambda: facts_of(DAYS_IN_BISHKEK, court=("2026-11",)),
            lambda: rule_named("NO_SUCH_RULE"),
        ],
    )


# So many working days from today, typed as a date: by the holidays of a country that is said, or not at all.
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


# Days without work: what is entered, and how a year is entered.
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
