"""The rows of the log: one for each entry, and one a day for all that was only read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from tui.text.calendar import day_and_year, short_day
from tui.text.in_words import in_words
from tui.values.acts import ACT_WORDS, done_in_words, is_folded, went_wrong
from tui.values.codes import word_of
from tui.values.values import LogLineShown, LogShown
from vault.casework.typed_dates import typed_day
from vault.display import DAY, NO_TIME, local_time, time_data, time_text
from vault.errors import UsageError
from vault.words.message import Message, Words, joined, listed, plural

_NARROWED: Final = re.compile(r"(?<!\S)(since|until):(\S*)", re.IGNORECASE)
_SEARCHES: Final = "case.search"
_OPENINGS: Final = frozenset({"case.view", "file.view"})
_UNLOCKS: Final = "unlock.ok"
_USUAL: Final = frozenset({"", "casework"})
"""Reasons that no row names: most of them are this one."""


@dataclass(frozen=True, slots=True)
class LogRow:
    """A row of the list.

    Attributes:
        lines: the places of the entries that it stands for.
        when, who, what, case, whom: its cells.
        is_quiet: it tells of reading.
        is_wrong: something was refused, or failed.
    """

    lines: tuple[int, ...]
    when: Words
    who: Words = field(repr=False)
    what: Words = field(repr=False)
    case: str = ""
    whom: str = field(default="", repr=False)
    is_quiet: bool = False
    is_wrong: bool = False


def log_rows(lines: Sequence[LogLineShown], *, year: int, folds: bool) -> list[LogRow]:
    """Return the rows of entries that stand newest first.

    Args:
        lines: the entries.
        year: the present one, which no row names.
        folds: whether the reading of each day is one row, below all else of that day.
    """
    rows: list[LogRow] = []
    folded: list[int] = []
    before: date | None = None
    for place, line in enumerate(lines):
        day = day_of(line)
        if folded and day != before:
            rows.append(_folded(lines, folded, before, year))
            folded = []
        before = day
        is_quiet = is_folded(line.act, line.outcome)
        if is_quiet and folds:
            folded.append(place)
        else:
            rows.append(_entry(line, place, year, is_quiet=is_quiet))
    if folded:
        rows.append(_folded(lines, folded, before, year))
    return rows


def older(log: LogShown) -> LogRow:
    """Return the row at the end of a list that does not hold all: how many entries are older than it."""
    count = log.total - len(log.lines)
    what = plural("{count} older entry is not in this list", "{count} older entries are not in this list", count=count)
    return LogRow((), "", "", what, is_quiet=True)


def matching(lines: Sequence[LogLineShown], typed: str, today: date) -> list[LogLineShown]:
    """Return the entries of which an act, as code or in words, a person or a reference begins or goes on like this.

    `since:` and `until:` narrow them to days, as in the search; what is no day yet narrows nothing.
    """
    wanted = " ".join(_NARROWED.sub(" ", typed).split()).casefold()
    first, last = date.min, date.max
    for name, value in _NARROWED.findall(typed):
        with suppress(UsageError):
            day = date.fromisoformat(typed_day(value, today, name))
            first, last = (day, last) if name.lower() == "since" else (first, day)
    return [
        line
        for line in lines
        if any(wanted in said.casefold() for said in _said(line))
        and ((at := day_of(line)) is None or first <= at <= last)
    ]


def no_days(typed: str, today: date) -> list[str]:
    """Return what was typed as a day and is none: it narrows nothing, and so must be told."""
    return [match[0] for match in _NARROWED.finditer(typed) if not _is_day(match[2], today)]


def _is_day(value: str, today: date) -> bool:
    try:
        date.fromisoformat(typed_day(value, today, "day"))
    except (UsageError, ValueError):
        return False
    return True


def whole(line: LogLineShown) -> str:
    """Return all that an entry says, in one sentence: a row is too short for it."""
    reason = Message("reason {why}", why=word_of(line.why)) if line.why else ""
    case = Message("case {case}", case=line.case) if line.case else ""
    whom = Message("names {whom}", whom=line.whom) if line.whom else ""
    parts = [part for part in (f"{line.act}, {line.outcome}", line.covers, case, whom, reason) if part]
    when = NO_TIME if line.when_ms is None else local_time(line.when_ms)
    where = Message("{member}, entry {seq}, {moment}", member=line.by, seq=line.seq, moment=when)
    return in_words(joined([joined([where, parts[0]], ": ") or "", *parts[1:]], ". ") or "")


def day_of(line: LogLineShown) -> date | None:
    """Return the day of an entry in this computer's zone; None where it has no time."""
    day = None if line.when_ms is None else time_data(line.when_ms, DAY, zone=None)
    return None if day is None else date.fromisoformat(day)


def _entry(line: LogLineShown, place: int, year: int, *, is_quiet: bool) -> LogRow:
    day = day_of(line)
    when = _day(day, year)
    if line.when_ms is not None and day is not None and day.year == year:
        when = Message("{day} {time}", day=when, time=time_text(line.when_ms, "%H:%M", zone=None))
    is_wrong = went_wrong(line.outcome)
    end = line.outcome.partition(":")[0] if is_wrong else line.outcome  # Enter says why, whole
    what = line.outcome if day is None and line.act not in ACT_WORDS else done_in_words(line.act, end)
    if line.why not in _USUAL:
        what = Message("{done}, {why}", done=what, why=word_of(line.why))
    return LogRow((place,), when, line.by, what, line.case, line.whom, is_quiet, is_wrong)


def _folded(lines: Sequence[LogLineShown], places: Sequence[int], day: date | None, year: int) -> LogRow:
    members = {lines[place].by for place in places}
    who: Words = plural("{count} member", "{count} members", count=len(members))
    if len(members) == 1:
        (who,) = members
    what = listed(_counts(lines[place].act for place in places))
    return LogRow(tuple(places), _day(day, year), who, what if isinstance(what, Message) else "", is_quiet=True)


def _counts(acts: Iterable[str]) -> list[Message]:
    counts = Counter(acts)
    openings = sum(counts.pop(act, 0) for act in _OPENINGS)
    searches, unlocks = counts.pop(_SEARCHES, 0), counts.pop(_UNLOCKS, 0)
    others = counts.total()
    found = []
    if searches:
        found.append(plural("{count} search", "{count} searches", count=searches))
    if openings:
        found.append(plural("{count} opening", "{count} openings", count=openings))
    if unlocks:
        found.append(plural("{count} unlock", "{count} unlocks", count=unlocks))
    if others:
        found.append(plural("{count} other", "{count} others", count=others))
    return found


def _day(day: date | None, year: int) -> Words:
    if day is None:
        return NO_TIME
    return short_day(day) if day.year == year else day_and_year(day)


def _said(line: LogLineShown) -> tuple[str, ...]:
    return line.act, in_words(done_in_words(line.act, line.outcome)), line.by, line.case, line.whom
