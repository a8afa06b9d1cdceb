"""What is listed and not here, in words: of which case, whose entry, on its way or missing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass

import msgspec

from vault.access.session import Session
from vault.access.trust.waiting import waits_for
from vault.casework.organisation_records import Member
from vault.durations import DAY_MS
from vault.errors import InternalError, TryAgainError, VaultError
from vault.ids import CompartmentId, MemberId, VersionId, short_id
from vault.index.heads import heads_in
from vault.index.remembered import Listed
from vault.records.logs import Absent
from vault.seal.purposes import Purpose
from vault.services.projection.places import name_of
from vault.services.projection.seats import names_said, seat_of_log
from vault.services.projection.stored_records import read_heads
from vault.store.rows import Rows
from vault.words.finding import Code, Finding, Severity
from vault.words.message import Message, Value, filled, plural

# Since when something listed is not here (FORMAT.md 7, missed): of what is made anew, an index, no time depends.

# In the place of a position in a list: of the whole entry the payload is missed, or the approval that it names.
ITS_PAYLOAD, ITS_APPROVAL = -1, -2


def missed_since(session: Session, places: Collection[Listed], *, of_entries: int | None = None) -> dict[Listed, int]:
    """Return since when each of these listed things was missed, ms UTC; of what came meanwhile nothing is kept.

    Of whole entries `n` is `ITS_PAYLOAD` or `ITS_APPROVAL`; `of_entries` are the `n` of such places.
    """
    now_ms = session.log.now_ms()
    with session.database.reading() as rows:
        known = _stored(session, rows)
    mine = {place for place in known if (place[2] == of_entries if of_entries is not None else place[2] >= 0)}
    found = {place: known.get(place, now_ms) for place in places}
    if mine != found.keys():
        kept = {place: since for place, since in known.items() if place not in mine} | found
        content = msgspec.msgpack.encode(sorted((*place, since) for place, since in kept.items()))
        # Where there is no room, or the vault is in use by who asks, it is kept the next time.
        with suppress(InternalError, TryAgainError), session.database.transaction() as rows:
            rows.put_local(session.log.place.seal_row(Purpose.MISSED, content))
    return found


def _stored(session: Session, rows: Rows) -> dict[Listed, int]:
    """Return what the row says; of one that was altered nothing: the times begin again."""
    with suppress(RecursionError, ValueError, VaultError):
        if content := session.log.place.content(rows, Purpose.MISSED):
            kept = msgspec.msgpack.decode(content, type=list[tuple[bytes, int, int, int]])
            return {(origin, seq, n): since for origin, seq, n, since in kept}
    return {}


# How long something may be on its way before it is called missing.
ON_ITS_WAY_MS = 14 * DAY_MS


@dataclass(frozen=True, slots=True)
class PendingRows:
    """What a compartment waits for.

    The first place stands first. `is_missing`: it was here, or was written in this folder, or did not come for 14 days.
    """

    compartment: CompartmentId
    absent: tuple[Absent, ...]
    is_missing: bool
    message: Message


def all_pending(session: Session) -> list[PendingRows]:
    """Return each compartment that waits for something, by what was asked of the index so far."""
    of_versions = {finding.compartment for finding in session.quarantine if finding.compartment is not None}
    found = {compartment: waits_for(session, compartment) for compartment in sorted(of_versions)}
    places = {place for absent in found.values() for gap in absent if (place := _place(gap)) is not None}
    now_ms = session.log.now_ms()
    since = missed_since(session, places)
    late = {place for place, first in since.items() if now_ms - first > ON_ITS_WAY_MS}
    return [_pending(session, item, sorted(absent, key=_order), late) for item, absent in found.items() if absent]


def tell_waiting(session: Session) -> list[PendingRows]:
    """Have a person hear of each compartment that waits, and of none that does not any more; return them."""
    pending = all_pending(session)
    told = [Finding(Code.NOT_HERE, each.message, each.compartment, severity=Severity.NEWS) for each in pending]
    session.drop_alarms(Code.NOT_HERE)
    for alarm in told:
        session.add_alarm(alarm)
    return pending


def _place(absent: Absent) -> Listed | None:
    return None if absent.n is None else (absent.origin, absent.seq, absent.n)


def _order(absent: Absent) -> tuple[bytes, int]:
    return absent.origin, absent.seq


def _pending(session: Session, compartment: CompartmentId, absent: Sequence[Absent], late: set[Listed]) -> PendingRows:
    whose = {gap.origin: seat_of_log(session, gap.origin) for gap in absent}
    here = {session.seat, *session.here}  # what was written in this folder came by no bundle
    is_missing = any(
        gap.was_here or gap.is_closed or whose[gap.origin] in here or _place(gap) in late for gap in absent
    )
    first = absent[0]
    count = len(absent)
    how = _CLOSED if first.is_closed else _MISSING if is_missing else _ON_ITS_WAY
    who = author_of(session, whose[first.origin])
    at = Message(" ({who}, entry {seq})", who=who, seq=first.seq)
    message = Message(
        "{what} {held_up} {way_out}",
        what=filled(
            how,
            count=count,
            records=filled(_RECORDS, count=count),
            where=name_of(session, compartment),
            at=at,
        ),
        held_up=_held_up(session, compartment),
        way_out=_closed_way_out(who) if first.is_closed else _way_out(who, is_missing),
    )
    return PendingRows(compartment, tuple(absent), is_missing, message)


_RECORDS = plural("{count} record", "{count} records", count=0)
_CLOSED = plural("{records} of {where} does not open{at}.", "{records} of {where} do not open{at}.", count=0)
_MISSING = plural("{records} of {where} is missing{at}.", "{records} of {where} are missing{at}.", count=0)
_ON_ITS_WAY = plural("{records} of {where} is on its way{at}.", "{records} of {where} are on their way{at}.", count=0)
_WHOEVER = Message("whoever wrote it")


def _held_up(session: Session, compartment: CompartmentId) -> Message:
    if compartment == session.directory.compartment:
        return Message("Until then nothing is exported, shared or erased.")
    return Message("Until then nothing of it is exported, shared or erased; reading and notes go on.")


def _way_out(who: Value, is_missing: bool) -> Message:
    if is_missing:
        return Message("Import a bundle from somebody who has it, or restore a backup.")
    return Message("A bundle from {who} brings it.", who=who or _WHOEVER)


def _closed_way_out(who: Value) -> Message:
    return Message(
        "Import a bundle from {who}. If it still does not open, it holds up nothing once {who} is removed or revoked.",
        who=who or _WHOEVER,
    )


def author_of(session: Session, seat: bytes | None) -> str | Message:
    """Return the name of whose seat it is or was; nothing where no line says.

    Not by way of `authors`: bringing the index level is what tells of absences.
    """
    certificate = None if seat is None else session.directory.certificate_of(seat)
    if certificate is None:
        return ""
    home = session.directory.compartment
    heads = frozenset(VersionId(head.version) for head in heads_in(session.index(), home) if head.kind == Member.KIND)
    said = names_said(read_heads(session, home, heads)).get(MemberId(certificate.member), set())
    return " / ".join(sorted(said)) or Message("member {id}", id=short_id(certificate.member))
