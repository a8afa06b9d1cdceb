"""What is told about a vault that is not as it should be, and which of it stops what.

While the log is in doubt nothing leaves, is granted or is erased (FORMAT.md 7). But whoever may write a log may also
spoil it. So a fault that lies in the logs of a device alone does not stop what takes access from that device; and once
it was ended, the fault is told and nothing waits for it any more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from vault.ids import ID_SIZE, CompartmentId, SeatId

# What a verification found, until one finds nothing.
VERIFY_ALARM = "verify"
# The clock of this computer jumped, or was set back (`pins.clocks`).
CLOCK_ALARM = "clock"
# News of one device or of one use of the sheets: the code goes on with a colon and which one.
DEVICE_ALARM, SHEETS_ALARM = "own-device", "sheets"
_NEWS = frozenset({DEVICE_ALARM, SHEETS_ALARM})
_SEATS_FOLLOW = "@"


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that unlock noticed about the vault: a code for `log verify`, a sentence for a person.

    Attributes:
        is_fault: a contradiction; a first use on a new machine is news.
        lasts: it cannot be seen a second time, so that pins keep it: a fault until a clean verification, news for the
            one session that follows, since this one may be cut off before it told (FORMAT.md 7).
        is_remembered: an earlier session noticed it.
        seats: in whose logs alone it lies; empty where that is not known.
        compartment: where alone it stops acts; None: everywhere.
    """

    code: str
    text: str
    is_fault: bool = True
    lasts: bool = False
    is_remembered: bool = False
    seats: frozenset[SeatId] = frozenset()
    compartment: CompartmentId | None = None


def fork_code(origin: bytes) -> str:
    """Return the code of the alarm of a log that its key signed in two forms."""
    return f"fork:{origin.hex()[:16]}"


def fork_alarm(origin: bytes, seat: SeatId) -> Alarm:
    """Return the alarm of a log that its key signed in two forms."""
    text = f"Log {origin.hex()[:16]} has two histories, both signed by its key; both count, up to what an ending names."
    return Alarm(fork_code(origin), text, lasts=True, seats=frozenset({seat}))


def faults_among(
    alarms: Iterable[Alarm], *, live: Collection[bytes], taken_from: Collection[bytes] = ()
) -> list[Alarm]:
    """Return the alarms that stop any act, wherever.

    Args:
        alarms: all that are told.
        live: the seats of the newest roster.
        taken_from: seats that the act ends or takes something from; it gives nothing to others.
    """
    over = frozenset(taken_from)
    return [
        alarm
        for alarm in alarms
        if alarm.is_fault
        and alarm.compartment is None
        and not (alarm.seats and all(seat in over or seat not in live for seat in alarm.seats))
    ]


def settled(alarms: Iterable[Alarm], found: Alarm | None, faults: Collection[Alarm]) -> tuple[Alarm, ...]:
    """Return the alarms after a verification of all data: with what it found, or without what is remembered.

    What the session's own unlock noticed stays: a verification in a later session settles it.
    """
    kept = [alarm for alarm in alarms if alarm.code != VERIFY_ALARM]
    if found is not None:
        kept.append(replace(found, code=VERIFY_ALARM, lasts=True))
    elif all(alarm.is_remembered or alarm.code == VERIFY_ALARM for alarm in faults):
        kept = [alarm for alarm in kept if not alarm.is_remembered]
    return tuple(kept)


def stored_code(alarm: Alarm) -> str:
    """Return what pins keep of an alarm beside its sentence."""
    seats = ",".join(seat.hex() for seat in sorted(alarm.seats))
    return f"{alarm.code}{_SEATS_FOLLOW}{seats}" if seats else alarm.code


def remembered(stored: str, text: str) -> Alarm:
    """Return the alarm that pins kept; news is told now, and kept no longer."""
    if stored.partition(":")[0] in _NEWS:
        return Alarm(stored, text, is_fault=False, is_remembered=True)
    code, _, names = stored.partition(_SEATS_FOLLOW)
    seats: frozenset[SeatId] = frozenset()
    try:
        seats = frozenset(SeatId(bytes.fromhex(name)) for name in names.split(","))
    except ValueError:
        code = stored
    if any(len(seat) != ID_SIZE for seat in seats):
        code, seats = stored, frozenset()
    return Alarm(code, text, lasts=True, is_remembered=True, seats=seats)
