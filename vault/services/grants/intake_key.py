"""The key of the intake: once a week the first supervisor who is there makes a new one."""

from __future__ import annotations

from vault.access.session import Session
from vault.casework.intake import Slip, SlipState
from vault.durations import DAY_MS
from vault.errors import MalformedError, RefusedError
from vault.ids import CompartmentId, CompartmentKind, RecordId, VersionId
from vault.index.heads import heads_of
from vault.log.items import Item, ItemKind
from vault.policy.clocks import ClockState
from vault.policy.roles import Action
from vault.records.codec import from_fields
from vault.records.versions import open_each
from vault.records.work import Entry
from vault.services.grants.sharing import replace_key
from vault.services.projection.kinds_held import held_of_kind
from vault.services.projection.projection import up_to_date_index
from vault.words.message import Message

# The record that holds the time of the last weekly key (FORMAT.md 4).
WEEKLY = RecordId(b"casevault/weekly")
_MONDAY = 3  # 1 January 1970 was a Thursday


def rotate_weekly(session: Session) -> bool:
    """Give the intake a new key if this week has none yet and there are slips of earlier weeks; say whether it did.

    Raises:
        RefusedError: this member's role replaces no key of the intake.
    """
    rule = session.require(Action.INTAKE_WRITE)
    if not session.directory.rights.may_grant(session.roles, CompartmentKind.INTAKE):
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
    slips, marks = _weeks(session, home)
    if min(slips, default=this_week) >= this_week or this_week in marks:
        return False
    parents = [VersionId(head) for head in heads_of(up_to_date_index(session), home, WEEKLY, Slip.KIND)]
    mark = Slip(received=clock.trusted_ms, state=SlipState.CLOSED)
    replace_key(session, home, act="key.rotate", rule=rule)
    with session.work(home) as work:
        work.keep(home, mark, WEEKLY, parents)
        work.commit(Entry(act="intake.edit", covers={Slip.KIND: 1}, pol=rule))
    return True


def _weeks(session: Session, home: CompartmentId) -> tuple[set[int], set[int]]:
    """Return the weeks in which slips came, and those in which somebody who may give the key made a new one.

    Every volunteer writes slips: one of theirs is no mark, and whatever they write over keeps its week.
    """
    slips, marks = set[int](), set[int]()
    state = session.state_of(home)
    with session.database.reading() as rows:
        authority = session.authority(rows)
        opened, _ = open_each(rows.versions(home), vault=session.vault, keyring=session.keyring)
        for version in opened:
            try:
                week = _week(from_fields(Slip, version.content.fields).received)
            except MalformedError:
                continue
            if version.record != WEEKLY:
                slips.add(week)
            elif state is not None:
                item = Item.in_compartment(ItemKind.VERSION, home, version.id)
                entries = authority.entries_at(version.origin, version.seq)
                if any(item in entry.listed and state.may_give(entry) for entry in entries):
                    marks.add(week)
    return slips, marks


def _week(ms: int) -> int:
    return (ms // DAY_MS + _MONDAY) // 7
