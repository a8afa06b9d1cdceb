"""Print a week of dates: what stands on the wall of an office names nobody."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from pathlib import Path

from vault.access.session import Session
from vault.export.paper_pages import PaperDate, PaperDay, PaperWeek, render_week
from vault.ids import is_case_ref
from vault.policy.roles import Action
from vault.records.work import Entry
from vault.services.cases import story_records
from vault.services.cases.story_records import AgendaLine
from vault.store.files import require_new, write_new
from vault.words.message import Message, Words

_DAYS = 7
_FULL_DAY = len("2026-11-27")


def print_week(session: Session, first: datetime.date, out: Path, in_words: Callable[[Words], str]) -> int:
    """Write the week that this day lies in as a PDF of references, kinds and times; return how many dates are on it.

    That it was printed is in the log before the file is there. `in_words` makes sentences in the language of who asks.

    Raises:
        RefusedError: something lies at `out`.
        TryAgainError: no room.
    """
    rule = session.require(Action.CASE_LIST)
    require_new(out)
    week = week_of(session, first, in_words)
    dates = sum(len(day.lines) for day in week.entries)
    page = render_week(week)
    session.log_act(Entry(act="print", covers={"dates": dates}, pol=rule))
    write_new(out, page)
    return dates


def week_of(session: Session, first: datetime.date, in_words: Callable[[Words], str]) -> PaperWeek:
    """Return what stands on the page of the week that this day lies in; nothing is printed."""
    session.require(Action.CASE_LIST)
    monday = first - datetime.timedelta(days=first.weekday())
    days = [monday + datetime.timedelta(days=number) for number in range(_DAYS)]
    found = story_records.agenda(session, days[0], days[-1])
    lines = [entry for entry in found.lines if len(entry.line.when or "") >= _FULL_DAY]
    return PaperWeek(
        in_words(Message("Week {number}", number=monday.isocalendar().week)),
        in_words(Message("{first} to {last}", first=days[0].isoformat(), last=days[-1].isoformat())),
        in_words(Message("nothing")),
        in_words(Message("References only: this page names nobody. Open the case in CaseVault to see whose it is.")),
        tuple(_day(day, lines, found.left.get(day.isoformat(), 0), in_words) for day in days),
    )


def week_lines(week: PaperWeek) -> Iterator[Words]:
    """Yield the same for a screen: each day, and below it times, references and kinds."""
    yield Message("{title}: {days}", title=week.title, days=week.days)
    for day in week.entries:
        yield day.name
        for date in day.lines:
            said = "  ".join(part for part in (date.time or "     ", date.ref, date.what) if part)
            yield Message("  {date}  done", date=said) if date.done else Message("  {date}", date=said)
        if day.more or not day.lines:
            yield Message("  {said}", said=day.more or week.nothing)


def _day(day: datetime.date, lines: list[AgendaLine], left: int, in_words: Callable[[Words], str]) -> PaperDay:
    found = [entry for entry in lines if (entry.line.when or "").startswith(day.isoformat())]
    name = in_words(Message("{weekday} {day}", weekday=_WEEKDAYS[day.weekday()], day=day.isoformat()))
    return PaperDay(
        day.isoformat(),
        name,
        tuple(
            PaperDate(
                (entry.line.when or "").partition("T")[2],
                entry.line.ref if is_case_ref(entry.line.ref) else "",
                in_words(story_records.kind_named(entry.line.kind).FORM.title),
                not entry.is_due,
            )
            for entry in found
        ),
        in_words(Message("and {count} more, in the case itself", count=left)) if left else "",
    )


_WEEKDAYS = (
    Message("Monday"),
    Message("Tuesday"),
    Message("Wednesday"),
    Message("Thursday"),
    Message("Friday"),
    Message("Saturday"),
    Message("Sunday"),
)
