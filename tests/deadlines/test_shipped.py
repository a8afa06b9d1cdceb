"""Each rule that ships, counted by hand; and what each of them may never say."""

from __future__ import annotations

import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from tests.english import in_english
from tests.tables import each
from vault.casework.dates import PartialDate
from vault.deadlines.facts import Facts, Place, Suspension
from vault.deadlines.reckoning import State, due
from vault.deadlines.rules import Certainty, Rule
from vault.deadlines.shipped import RULES
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
