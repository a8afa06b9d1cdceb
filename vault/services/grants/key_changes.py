"""How the keys of cases stand, and the weekly key of the intake. Changing keys is `grants.sharing`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from vault.access.session import Session
from vault.casework.intake import Slip, SlipState
from vault.durations import DAY_MS
from vault.errors import MalformedError, NotFoundError, RefusedError
from vault.ids import CompartmentId, CompartmentKind, RecordId, VersionId
from vault.index.heads import heads_of
from vault.log.items import Item, ItemKind
from vault.policy.clocks import ClockState
from vault.policy.rights import RIGHTS
from vault.policy.roles import Action
from vault.records.epochs import pending
from vault.records.versions import OpenedVersion, from_fields, open_each
from vault.records.work import Entry
from vault.services.grants.sharing import replace_key
from vault.services.projection.places import held_of_kind
from vault.services.projection.projection import up_to_date_index
from vault.store.rowtypes import SealedVersion
from vault.words.message import Message

# How the keys of cases stand: how many there were, what waits for the newest. Changing them is `grants.sharing`.


@dataclass(frozen=True, slots=True)
class KeysOfCase:
    """The keys of one case.

    It had `epochs` so far. Two are current after two people changed it at once, until one of them writes; `pending`
    versions do not lie under the current key yet.
    """

    epochs: int
    current: int
    pending: int


def keys_of(session: Session, case: CompartmentId) -> KeysOfCase:
    """Return how the keys of a case or section stand."""
    session.require(Action.CASE_READ, case)
    state = session.state_of(case)
    if state is None:
        raise NotFoundError(Message("case {case}: its founding entry is missing or invalid", case=case.hex()))
    with session.database.reading() as rows:
        versions = rows.versions(case)
    left = pending(versions, state.current[0]) if len(state.current) == 1 else len({version.id for version in versions})
    return KeysOfCase(len(state.epochs), len(state.current), left)


def cases_held(session: Session) -> list[CompartmentId]:
    """Return the cases and sections that this member holds."""
    session.require(Action.CASE_LIST)
    return [
        compartment
        for kind in (CompartmentKind.CASE, CompartmentKind.SECTION)
        for compartment in held_of_kind(session, kind)
        if compartment not in session.hidden
    ]


# The key of the intake: once a week the first supervisor who is there makes a new one.

# The record that holds the time of the last weekly key (FORMAT.md 4).
WEEKLY = RecordId(b"casevault/weekly")
_MONDAY = 3  # 1 January 1970 was a Thursday


def rotate_weekly(session: Session) -> bool:
    """Give the intake a new key if this week has none yet and there are slips of earlier weeks; say whether it did.

    Raises:
        RefusedError: this member's role replaces no key of the intake.
    """
    rule = session.require(Action.INTAKE_WRITE)
    if not RIGHTS.may_grant(session.roles, CompartmentKind.INTAKE):
        raise RefusedError(Message("your role cannot replace a key of the intake"))
    homes = held_of_kind(session, CompartmentKind.INTAKE)
    if not homes:
        return False
    home = homes[0]
    session.require_sound_log(home)
    clock = session.clock()
    if clock.state is ClockState.JUMPED:
        return False  # which week it is, a person says first
    this_week = _week(clock.trusted_ms)
    if this_week in _marks(session, home) or min(_weeks_of_slips(session, home), default=this_week) >= this_week:
        return False
    parents = [VersionId(head) for head in heads_of(up_to_date_index(session), home, WEEKLY, Slip.KIND)]
    mark = Slip(received=clock.trusted_ms, state=SlipState.CLOSED)
    replace_key(session, home, act="key.rotate", rule=rule)
    with session.work(home) as work:
        work.keep(home, mark, WEEKLY, parents)
        work.commit(Entry(act="intake.edit", covers={Slip.KIND: 1}, pol=rule))
    return True


def _marks(session: Session, home: CompartmentId) -> set[int]:
    """Return the weeks in which somebody who may give the key made a new one.

    Every volunteer writes slips: one of theirs is no mark. It is asked first, as it opens no slip.
    """
    state, found = session.state_of(home), set[int]()
    if state is None:
        return found
    with session.database.reading() as rows:
        authority = session.authority(rows)
        for version, week in _in_weeks(session, rows.versions(home, WEEKLY)):
            item = Item.in_compartment(ItemKind.VERSION, home, version.id)
            entries = authority.entries_at(version.origin, version.seq)
            if any(item in entry.listed and state.may_give(entry) for entry in entries):
                found.add(week)
    return found


def _weeks_of_slips(session: Session, home: CompartmentId) -> set[int]:
    """Return the weeks in which slips came: whatever somebody writes over one, keeps its week."""
    with session.database.reading() as rows:
        slips = [row for row in rows.versions(home) if row.record != WEEKLY]
    return {week for _, week in _in_weeks(session, slips)}


def _in_weeks(session: Session, sealed: Iterable[SealedVersion]) -> Iterator[tuple[OpenedVersion, int]]:
    opened, _ = open_each(sealed, vault=session.vault, keyring=session.keyring)
    for version in opened:
        with suppress(MalformedError):
            yield version, _week(from_fields(Slip, version.content.fields).received)


def _week(ms: int) -> int:
    return (ms // DAY_MS + _MONDAY) // 7
