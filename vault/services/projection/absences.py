"""What is listed and not here, in words: of which case, whose entry, on its way or missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vault.access.pins.alarms import Alarm
from vault.access.session import Session
from vault.access.trust.absence import alarm_code, is_absence, lacking_keys, waits_for
from vault.casework.directory import Member
from vault.display import counted
from vault.durations import DAY_MS
from vault.ids import CompartmentId, MemberId, SeatId, VersionId
from vault.index.heads import heads_in
from vault.index.keys import Listed, missed_since
from vault.records.absence import Absent
from vault.records.logs import genesis_of
from vault.services.projection.places import name_of
from vault.services.projection.raised_alarms import notice
from vault.services.projection.reading import read_heads
from vault.services.projection.seats import names_said

# How long something may be on its way before it is called missing.
ON_ITS_WAY_MS = 14 * DAY_MS
_PREFIX = alarm_code(CompartmentId(b""))
_DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class PendingRows:
    """What a compartment waits for.

    Attributes:
        compartment: which.
        absent: what is not here, the first place first.
        is_missing: it was here, or was written in this folder, or did not come for 14 days.
        text: the sentence for a person.
    """

    compartment: CompartmentId
    absent: tuple[Absent, ...]
    is_missing: bool
    text: str


def all_pending(session: Session) -> list[PendingRows]:
    """Return each compartment that waits for something, by what was asked of the index so far."""
    of_versions = {finding.compartment for finding in session.quarantine if finding.compartment is not None}
    found = {
        compartment: waits_for(session, compartment) for compartment in sorted({*lacking_keys(session), *of_versions})
    }
    places = {place for absent in found.values() for gap in absent if (place := _place(gap)) is not None}
    now_ms = session.log.now_ms()
    since = missed_since(session.index(), places, now_ms) if places else {}
    late = {place for place, first in since.items() if now_ms - first > ON_ITS_WAY_MS}
    return [_pending(session, item, sorted(absent, key=_order), late) for item, absent in found.items() if absent]


def tell_waiting(session: Session) -> list[PendingRows]:
    """Have a person hear of each compartment that waits, and of none that does not any more; return them."""
    pending = all_pending(session)
    told = [Alarm(alarm_code(pending.compartment), pending.text, is_fault=False) for pending in pending]
    kept = tuple(alarm for alarm in session.alarms if not alarm.code.startswith(_PREFIX))
    if told or len(kept) < len(session.alarms):
        session.alarms = (*kept, *told)
    return pending


def tell_dropped(session: Session) -> None:
    """Say that the directory's newest key leaves this device out: it was ended, and gives nothing valid.

    The list of members that says so is sealed under that key: where everything opens, no log is read for this.
    """
    home = session.directory.compartment
    is_closed = any(found.compartment == home and is_absence(found) for found in session.quarantine)
    state = session.state_of(home) if is_closed else None
    makers = frozenset[SeatId]() if state is None else state.who_dropped(session.seat)
    if makers:
        who = " / ".join(sorted(filter(None, (author_of(session, seat) for seat in makers)))) or "somebody"
        text = (
            f"This device was taken off the organisation's directory ({who}): it seems to have been ended. Nothing is"
            " exported, shared or erased; reading and notes go on. Ask an admin."
        )
        notice(session, Alarm(_DROPPED, text, seats=makers))
    elif any(alarm.code == _DROPPED for alarm in session.alarms):
        session.alarms = tuple(alarm for alarm in session.alarms if alarm.code != _DROPPED)


def _place(absent: Absent) -> Listed | None:
    return None if absent.origin is None or absent.n is None else (absent.origin, absent.seq, absent.n)


def _order(absent: Absent) -> tuple[bool, bytes, int]:
    return not absent.is_key, absent.origin or b"", absent.seq


def _pending(session: Session, compartment: CompartmentId, absent: Sequence[Absent], late: set[Listed]) -> PendingRows:
    whose = {gap.origin: _seat_of(session, gap) for gap in absent}
    here = {session.seat, *session.here}  # what was written in this folder came by no bundle
    is_missing = any(
        gap.was_here or gap.is_closed or gap.origin is None or whose[gap.origin] in here or _place(gap) in late
        for gap in absent
    )
    first = absent[0]
    is_key = any(gap.is_key for gap in absent)
    count = sum(gap.is_key == is_key for gap in absent)
    what = counted(count, "key record" if is_key else "record")
    verb = "is" if count == 1 else "are"
    if first.is_closed:
        verb = "does" if count == 1 else "do"
    how = "not open" if first.is_closed else "missing" if is_missing else "on its way" if count == 1 else "on their way"
    where, who = name_of(session, compartment), author_of(session, whose[first.origin])
    place = f" ({who}, entry {first.seq})" if first.origin is not None else ""
    lines = (
        f"{what} of {where} {verb} {how}{place}.",
        _held_up(session, compartment, is_key),
        _way_out(who, is_missing) if not first.is_closed else _closed_way_out(who),
    )
    return PendingRows(compartment, tuple(absent), is_missing, " ".join(lines))


def _held_up(session: Session, compartment: CompartmentId, is_key: bool) -> str:
    if compartment == session.directory.compartment:
        return "Until then nothing is exported, shared or erased."
    if is_key:
        return "Until then nothing is written, exported, shared or sent there: who may read it, nobody can say."
    return "Until then nothing of it is exported, shared or erased; reading and notes go on."


def _way_out(who: str, is_missing: bool) -> str:
    if is_missing:
        return "Import a bundle from somebody who has it, or restore a backup."
    return f"A bundle from {who} brings it." if who else "A bundle from whoever wrote it brings it."


def _closed_way_out(who: str) -> str:
    author = who or "whoever wrote it"
    over = f"nothing waits for it once {author} is taken off or ended"
    return f"Take a bundle from {author}. If it still does not open, {over}."


def author_of(session: Session, seat: bytes | None) -> str:
    """Return the name of whose seat it is or was; nothing where no roster says.

    Not by way of `authors`: bringing the index level is what tells of absences.
    """
    certificate = None if seat is None else session.directory.certificate_of(seat)
    if certificate is None:
        return ""
    home = session.directory.compartment
    heads = frozenset(VersionId(head.version) for head in heads_in(session.index(), home) if head.kind == Member.KIND)
    said = names_said(read_heads(session, home, heads)).get(MemberId(certificate.member), set())
    return " / ".join(sorted(said)) or f"member {certificate.member.hex()[:8]}"


def _seat_of(session: Session, absent: Absent) -> bytes | None:
    if absent.origin is None:
        return None
    with session.database.reading() as rows:
        genesis = genesis_of(rows, absent.origin)
    return None if genesis is None else genesis.seat
