"""Is this vault the one that this account saw last? Decides which log the seat goes on with (FORMAT.md 7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from vault.access.pins import Pins
from vault.access.session import Alarm
from vault.errors import MalformedError, VerificationError
from vault.ids import ZERO_DIGEST, Origin, SeatId
from vault.log.checkpoint import parse_note
from vault.log.genesis import Genesis, verify_genesis
from vault.log.tree import leaf_hash, root_at
from vault.records.seatlog import Predecessor, SealedPlace, stored_origin
from vault.seal.keyfile import KeyFile
from vault.seal.signing import is_signed_raw
from vault.store.rows import GenesisRow, Rows


@dataclass(frozen=True, slots=True)
class Continuity:
    """Which log to go on with; None means a new one after `predecessor`, and why in the alarms."""

    origin: Origin | None
    predecessor: Predecessor | None
    alarms: tuple[Alarm, ...]


def judge(rows: Rows, place: SealedPlace, *, pins: Pins | None, machine: bytes) -> Continuity:
    """Compare the stored logs with the pins: the root at the pinned size, not the size alone.

    Raises:
        VerificationError: this seat has no log here at all.
    """
    own = _own_logs(rows, place.seat)
    if not own and (pins is None or not pins.logs):
        raise VerificationError("this vault holds no log of your seat", advice="Restore the vault from a backup.")
    if pins is None:
        words = (
            "This device has no memory of this vault (a restored or copied vault, or a new account): a new log begins."
        )
        return _new_log(rows, own, None, (Alarm("no-pins", words, is_fault=False),))
    if pins.machine != machine:
        words = "This vault was last used on another machine: a new log begins here."
        return _new_log(rows, own, pins, (Alarm("other-machine", words, is_fault=False),))
    alarms = tuple(alarm for origin in pins.logs if (alarm := _compare(rows, origin, pins)) is not None)
    current = pins.pending if pins.pending in own else pins.current
    if current not in own or any(alarm.code == f"rollback:{current.hex()}" for alarm in alarms):
        return _new_log(rows, own, pins, alarms)
    if stored_origin(rows, place) != current:
        words = (
            "Your seat went on with another log here (another account, or a restored state folder): a new log begins."
        )
        return _new_log(rows, own, pins, (*alarms, Alarm("moved", words, is_fault=False)))
    return Continuity(current, None, alarms)


def after_damage(
    rows: Rows, place: SealedPlace, *, pins: Pins | None, alarms: tuple[Alarm, ...], found: str
) -> Continuity:
    """Return how to go on when the log that should be continued is not what its last session signed.

    Work goes on in a new log, aloud; exports, grants and erasure wait until somebody has looked (`log verify`).
    """
    words = f"The log is damaged or was altered: {found}. A new log begins; run `casevault log verify`."
    return _new_log(rows, _own_logs(rows, place.seat), pins, (*alarms, Alarm("damaged", words)))


def judge_keys(file: KeyFile, slot: int, pins: Pins | None) -> tuple[Alarm, ...]:
    """Report a `keys` file that is not the one this account saw last."""
    if pins is None:
        return ()
    header_is_known = sha256(file.header_bytes()).digest() == pins.keys_header
    slot_is_known = sha256(file.slots[slot]).digest() == pins.keys_slot
    if header_is_known and slot_is_known:
        return ()
    words = "The keys file is not the one that this device saw last: an older copy was put in its place."
    return (Alarm("old-keys", words),)


def _own_logs(rows: Rows, seat: SeatId) -> dict[Origin, Genesis]:
    logs: dict[Origin, Genesis] = {}
    for row in rows.geneses():
        genesis = _decoded(row)
        if genesis is not None and genesis.seat == seat and sha256(row.bytes).digest() == row.origin:
            logs[Origin(row.origin)] = verify_genesis(row.bytes, is_signed_raw)
    return logs


def _decoded(row: GenesisRow) -> Genesis | None:
    try:
        return Genesis.decode(row.bytes)
    except MalformedError:
        return None


def _compare(rows: Rows, origin: Origin, pins: Pins) -> Alarm | None:
    pinned = pins.logs[origin]
    stored = rows.size(origin)
    if stored < pinned.size:
        words = (
            f"This vault is an older copy: log {origin.hex()[:16]} has {stored} entries, this device saw {pinned.size}."
        )
        return Alarm(f"rollback:{origin.hex()}", words)
    root = root_at(
        pinned.size,
        lambda level, index: rows.tile(origin, level, index),
        lambda start, stop: [leaf_hash(row.header) for row in rows.operations(origin, start, stop)],
    )
    if root != pinned.root:
        words = f"Log {origin.hex()[:16]} is not the one that this device saw: its first {pinned.size} entries changed."
        return Alarm(f"rollback:{origin.hex()}", words)
    return None


def _new_log(rows: Rows, own: Mapping[Origin, Genesis], pins: Pins | None, alarms: tuple[Alarm, ...]) -> Continuity:
    if pins is not None and pins.current in pins.logs:
        pinned = pins.logs[pins.current]
        return Continuity(None, Predecessor(pins.current, pinned.size, pinned.root), alarms)
    named = {genesis.predecessor for genesis in own.values()} - {ZERO_DIGEST}
    ends = [origin for origin in own if origin not in named]
    if len(ends) > 1:
        words = f"Your seat has {len(ends)} logs that nothing follows: a vault was copied and both copies were used."
        alarms += (Alarm("fork", words),)
    origin = min(ends, key=lambda end: (-rows.size(end), end))
    note = rows.newest_checkpoint(origin)
    if note is None:
        raise VerificationError(f"log {origin.hex()} has no checkpoint")
    checkpoint = parse_note(note.note)
    return Continuity(None, Predecessor(origin, checkpoint.size, checkpoint.root), alarms)
