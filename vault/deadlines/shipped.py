"""The rules that ship, from `rules.toml`, which says of each how well its text is known.

What was read in the law and is in force is confirmed; everything else says who must check it.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Final

import msgspec

from vault.data_files import ReadWhenAsked, as_table, damaged, read_text, sentence
from vault.deadlines.rules import Certainty, Counting, Period, Rule, Trigger
from vault.deadlines.working_days import Clock, without_holidays
from vault.errors import UsageError
from vault.words.message import Message

_FILE: Final = "rules.toml"


class _Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule as the file has it: a `Rule` whose sentences are texts."""

    title: str
    trigger: Trigger
    source: str
    certainty: Certainty
    period: Period | None = None
    counting: Counting = Counting.DAY_AFTER
    is_rolled_over: bool = False
    may_be_suspended: bool = False
    country: str | None = None
    deemed_served_days: int | None = None
    valid_from: datetime.date | None = None
    valid_to: datetime.date | None = None
    is_irreversible: bool = False
    caution: str | None = None


def rules_of(text: str) -> Mapping[str, Rule]:
    """Return the rules that a file has, by code.

    Raises:
        DependencyMissingError: it has another form, or a rule that contradicts itself.
    """
    return {code: _rule(code, row) for code, row in as_table(text, _FILE, dict[str, _Row]).items()}


def _rule(code: str, row: _Row) -> Rule:
    texts = {"title": row.title, "source": row.source, "caution": row.caution}
    said = {name: sentence(text) for name, text in texts.items() if text is not None}
    try:
        return Rule(code=code, **{**msgspec.structs.asdict(row), **said})
    except UsageError as fault:
        raise damaged(_FILE, Message("{code}: {why}", code=code, why=fault.message)) from None


RULES: Mapping[str, Rule] = ReadWhenAsked(lambda: rules_of(read_text("vault.deadlines", _FILE)))
"""Every rule by its code. Those that are not enabled can be chosen by a person who has read their source."""


def rule_named(code: str) -> Rule:
    """Return the rule with this code, in letters of any size.

    Raises:
        UsageError: there is none; those that there are are named.
    """
    rule = RULES.get(code.strip().upper().replace("-", "_"))
    if rule is None:
        raise UsageError(Message("there is no such rule; there are: {names}", names=", ".join(sorted(RULES))))
    return rule


def answer_by(received: datetime.date) -> datetime.date:
    """Return the last day to answer a person who asks for their data, of a request that came on this day."""
    rule = RULES["GDPR_SAR"]
    periods = () if rule.period is None else (rule.period,)
    return Clock(periods, rule.counting, (), without_holidays(""), is_rolled_over=rule.is_rolled_over).due_day(received)
