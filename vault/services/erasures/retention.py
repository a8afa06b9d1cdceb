"""What goes with time. Closed cases are proposed after a time; people decide on each, and no case goes by itself.

The words of slips that were moved or closed are erased; that there was a slip, and what became of it, stays.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from vault.access.session import Session
from vault.casework.case import Case, KeptFor, Retention
from vault.casework.intake import Slip, SlipState
from vault.durations import MINUTE_MS
from vault.ids import CompartmentId, CompartmentKind, RecordId, VersionId
from vault.index.case_pages import closed_cases
from vault.index.heads import heads_of
from vault.index.remembered import tell_once
from vault.policy.roles import ALLOWED, Action
from vault.records.versions import of_kind
from vault.records.work import Entry
from vault.seal.named import retention_record
from vault.services.cases.cases import today
from vault.services.cases.holds import is_held
from vault.services.cases.undoing import UNDO_MINUTES
from vault.services.projection.places import held_of_kind
from vault.services.projection.projection import read_valid, reindex, up_to_date_index
from vault.store.rowtypes import PlacedVersion
from vault.words.message import Message, plural
from vault.words.next_step import NextStep

_MOST_LOOKED_AT = 10_000
_VERSIONS_AT_ONCE = 800


@dataclass(frozen=True, slots=True)
class Overdue:
    """A closed case that is past its time: since when, and whether a legal hold keeps it."""

    case: CompartmentId
    ref: str
    kind: str
    closed: str
    since: str
    is_held: bool


def rules(session: Session) -> dict[str, int]:
    """Return after how many months a closed case of a kind is proposed; of rules beside one another the longest."""
    session.require(Action.MEMBER_LIST)
    found: dict[str, int] = {}
    for _, said in of_kind(read_valid(session, session.directory.compartment), Retention):
        for rule in said.rules:
            found[rule.kind] = max(rule.months, found.get(rule.kind, 0))
    return found


def set_rule(session: Session, kind: str, months: int | None) -> None:
    """Have closed cases of a kind proposed after so many months, or, for None, never.

    Raises:
        UsageError: no such kind of case, or no such number.
    """
    rule = session.require(Action.RETENTION_SET)
    known = {**rules(session), **({} if months is None else {kind: KeptFor(kind, months).months})}
    if months is None:
        known.pop(kind, None)
    value = Retention(tuple(KeptFor(*each) for each in sorted(known.items())))
    home, record = session.directory.compartment, RecordId(retention_record())
    parents = [VersionId(head) for head in heads_of(up_to_date_index(session), home, record, Retention.KIND)]
    with session.work(home) as work:
        work.keep(home, value, record, parents)
        work.commit(Entry(act="config.change", covers={Retention.KIND: 1}, pol=rule))


def overdue(session: Session) -> list[Overdue]:
    """Return the closed cases of this member that are past their time, the oldest first; the look is in the log."""
    rule = session.require(Action.CASE_LIST)
    found = _overdue(session, rules(session))
    session.log_act(Entry(act="case.list", covers={Case.KIND: len(found)}, pol=rule))
    return found


def untold(session: Session) -> list[Message]:
    """Return a sentence where cases came to their time, once for each case."""
    if not session.roles & ALLOWED[Action.CASE_ERASE]:
        return []
    known = rules(session)
    found = {each.case for each in _overdue(session, known) if not each.is_held} if known else set()
    new = tell_once(session.index(), found)
    if not new:
        return []
    return [
        plural(
            "{count} closed case has been kept as long as the rules say: {list_erasures}. Nothing is erased by itself.",
            "{count} closed cases have been kept as long as the rules say: {list_erasures}. Nothing is erased by"
            " itself.",
            count=len(new),
            list_erasures=NextStep.LIST_OVERDUE,
        )
    ]


def _overdue(session: Session, known: Mapping[str, int]) -> list[Overdue]:
    now, found = today(session), []
    for row in closed_cases(up_to_date_index(session), limit=_MOST_LOOKED_AT) if known else ():
        if row.closed is None or row.kind not in known:
            continue
        since = _months_after(row.closed, known[row.kind])
        if since <= now:
            case = CompartmentId(row.case)
            found.append(Overdue(case, row.ref, row.kind, row.closed, since, is_held(session, case)))
    return sorted(found, key=lambda each: (each.since, each.ref))


def _months_after(day: str, months: int) -> str:
    """Return the day so many months later, or the last one of its month."""
    at = date.fromisoformat(day)
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(at.day, last)).isoformat()


def erase_words(session: Session) -> int:
    """Erase what slips said that ended longer ago than anybody may undo, and return of how many.

    Nothing is done without a role that takes calls.
    """
    if not session.roles & ALLOWED[Action.INTAKE_WRITE]:
        return 0
    rule = session.require(Action.INTAKE_WRITE)
    done = 0
    for home in held_of_kind(session, CompartmentKind.INTAKE):
        gone = list(_words(session, home))[:_VERSIONS_AT_ONCE]
        if not gone:
            continue
        session.require_sound_log(home)
        records = {RecordId(version.record) for version in gone}
        with session.index().in_doubt():
            with session.work() as work:
                for version in gone:
                    work.erase_placed(version)
                work.commit(Entry(act="intake.edit", covers={Slip.KIND: len(records)}, pol=rule))
            reindex(session, {(home, record) for record in records})
        done += len(records)
    return done


def _words(session: Session, home: CompartmentId) -> Iterator[PlacedVersion]:
    """Yield the replaced versions of slips of which every head has ended, and long enough ago."""
    latest = session.clock().trusted_ms - UNDO_MINUTES * MINUTE_MS
    heads: dict[RecordId, list[bool]] = {}
    kept: set[bytes] = set()
    for version, slip in of_kind(read_valid(session, home), Slip):
        has_ended = slip.state is not SlipState.OPEN and version.content.clock[0] <= latest
        heads.setdefault(version.record, []).append(has_ended)
        kept.add(version.id)
    ended = [record for record, found in heads.items() if all(found)]
    with session.database.reading() as rows:
        for record in ended:
            yield from (version for version in rows.placed(home, record) if version.id not in kept)
