"""What is listed and not here, in words: of which case, whose entry, on its way or missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vault.access.absence import alarm_code, lacking_keys, waits_for
from vault.access.alarms import Alarm
from vault.access.session import Session
from vault.display import counted
from vault.ids import CompartmentId, MemberId, VersionId
from vault.index.heads import heads_in
from vault.index.keys import Listed, missed_since
from vault.records.absence import Absent
from vault.records.logs import genesis_of
from vault.services.places import name_of
from vault.services.reading import read_heads
from vault.services.seats import names_said

# How long something may be on its way before it is called missing.
ON_ITS_WAY_MS = 14 * 86_400_000
_PREFIX = alarm_code(CompartmentId(b""))


@dataclass(frozen=True, slots=True)
class Waiting:
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


def all_waiting(session: Session) -> list[Waiting]:
    """Return each compartment that waits for something, by what was asked of the index so far."""
    of_versions = {one.compartment for one in session.quarantine if one.compartment is not None}
    found = {one: waits_for(session, one) for one in sorted({*lacking_keys(session), *of_versions})}
    places = {place for absent in found.values() for one in absent if (place := _place(one)) is not None}
    now_ms = session.log.now_ms()
    since = missed_since(session.index(), places, now_ms) if places else {}
    late = {place for place, first in since.items() if now_ms - first > ON_ITS_WAY_MS}
    return [_waiting(session, one, sorted(absent, key=_order), late) for one, absent in found.items() if absent]


def tell_waiting(session: Session) -> list[Waiting]:
    """Have a person hear of each compartment that waits, and of none that does not any more; return them."""
    waiting = all_waiting(session)
    told = [Alarm(alarm_code(one.compartment), one.text, is_fault=False) for one in waiting]
    kept = tuple(one for one in session.alarms if not one.code.startswith(_PREFIX))
    if told or len(kept) < len(session.alarms):
        session.alarms = (*kept, *told)
    return waiting


def _place(one: Absent) -> Listed | None:
    return None if one.origin is None or one.n is None else (one.origin, one.seq, one.n)


def _order(one: Absent) -> tuple[bool, bytes, int]:
    return not one.is_key, one.origin or b"", one.seq


def _waiting(session: Session, compartment: CompartmentId, absent: Sequence[Absent], late: set[Listed]) -> Waiting:
    whose = {one.origin: _seat_of(session, one) for one in absent}
    here = {session.seat, *session.here}  # what was written in this folder came by no bundle
    is_missing = any(
        one.was_here or one.origin is None or whose[one.origin] in here or _place(one) in late for one in absent
    )
    first = absent[0]
    is_key = any(one.is_key for one in absent)
    count = sum(one.is_key == is_key for one in absent)
    what = counted(count, "key record" if is_key else "record")
    verb = "is" if count == 1 else "are"
    how = "missing" if is_missing else "on its way" if count == 1 else "on their way"
    where, who = name_of(session, compartment), author_of(session, whose[first.origin])
    place = f" ({who}, entry {first.seq})" if first.origin is not None else ""
    lines = (
        f"{what} of {where} {verb} {how}{place}.",
        _held_up(session, compartment, is_key),
        _way_out(who, is_missing),
    )
    return Waiting(compartment, tuple(absent), is_missing, " ".join(lines))


def _held_up(session: Session, compartment: CompartmentId, is_key: bool) -> str:
    if compartment == session.directory.compartment:
        return "Until then nothing is exported, shared or erased."
    if is_key:
        return "Until then nothing is written, exported, shared or sent there: who may read it, nobody can say."
    return "Until then nothing of it is exported, shared or erased; reading and notes go on."


def _way_out(who: str, is_missing: bool) -> str:
    if is_missing:
        return "Take a bundle from somebody who has it, or restore a backup."
    return f"A bundle from {who} brings it." if who else "A bundle from whoever wrote it brings it."


def author_of(session: Session, seat: bytes | None) -> str:
    """Return the name of whose seat it is or was; nothing where no roster says.

    Not by way of `authors`: bringing the index level is what tells of absences.
    """
    certificate = None if seat is None else session.directory.certificate_of(seat)
    if certificate is None:
        return ""
    home = session.directory.compartment
    heads = frozenset(VersionId(head.version) for head in heads_in(session.index(), home) if head.kind == "member")
    said = names_said(read_heads(session, home, heads)).get(MemberId(certificate.member), set())
    return " / ".join(sorted(said)) or f"member {certificate.member.hex()[:8]}"


def _seat_of(session: Session, one: Absent) -> bytes | None:
    if one.origin is None:
        return None
    with session.database.reading() as rows:
        genesis = genesis_of(rows, one.origin)
    return None if genesis is None else genesis.seat
