"""What is told about a vault that is not as it should be, which of it stops what, and what pins keep of it.

While the log is in doubt nothing leaves, is granted or is erased (FORMAT.md 7). But whoever may write a log may also
spoil it. So a fault that lies in the logs of a device alone does not stop what takes access from that device; and once
it was ended, the fault is told and nothing waits for it any more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from vault.display import time_text
from vault.ids import ID_SIZE, Origin, SeatId
from vault.policy.clocks import ClockReading, ClockState
from vault.words.finding import Code, Finding, Severity
from vault.words.message import Message, Value, filled
from vault.words.next_step import NextStep

Stored = tuple[Any, ...]
"""As pins keep a finding: code, subject, seats, numbers."""

# What cannot be seen a second time: a fault is kept until a clean verification, news for the one session that follows,
# since this one may be cut off before it told (FORMAT.md 7). `{subject}` is the begin of a device's id.
_KEPT: Final[Mapping[Code, Message]] = {
    Code.ACT: Message(
        "A program wrote one thing into the log of a device and did another: {verify} says whose, and which entry."
    ),
    Code.DAMAGED: Message("The log is damaged or was altered: a new log begins; run {verify}."),
    Code.DATABASE: Message("The database contradicts itself: records may seem to be missing. Run {verify}."),
    Code.FORK: Message(
        "The log of a device has two histories, both signed by its key. Both are valid, unless a revocation cuts them"
        " off. {verify} says whose it is."
    ),
    Code.KEYRING: Message("The keyring of this device is an older copy, or was altered: its keys were opened again."),
    Code.NEW_SHEETS: Message(
        "New recovery sheets were made. Compare their 13 words with a new sheet, and say so here: {confirm_sheets}."
        " Until then this device goes by the old sheets."
    ),
    Code.OPEN_LOGS: Message("This device has several newest logs: a vault was copied and both copies were used."),
    Code.OTHER_TREE: Message(
        "The key of a device's log also signed another history, which is not here; the history that is here is valid."
    ),
    Code.OWN_DEVICE: Message(
        "A device was admitted in your name: {subject}. If it is not yours, tell an admin at once; {revoke} ends it."
    ),
    Code.OWN_LOG: Message("Others have seen more of this device's log than is here: this vault is an older copy."),
    Code.PINS: Message(
        "The memory that this device had of this vault was destroyed: CaseVault would not notice an older copy."
    ),
    Code.RATCHET: Message(
        "An older audit key was put back on this device: a new key begins, and nothing is sealed twice."
    ),
    Code.REMEMBERED: Message("An earlier session, with an older program, noted that something is wrong here."),
    Code.SESSION_KEY: Message(
        "The session key of this device is gone or was altered (removed, or a backup was restored): a new log begins."
    ),
    Code.SHEETS: Message(
        "Recovery sheets were used. Devices admitted: {admitted}, ended or lowered: {ended}. If you did not know, ask"
        " who did it."
    ),
    Code.VALID_AGAIN: Message(
        "Device {subject} was revoked, or its member had lost a role, and is valid again here: a backup was restored"
        " or a line of a log is gone. Import a bundle of a colleague who knows of it, or do it again: {revoke}."
    ),
    Code.VERIFY: Message("The log does not verify: {verify} names the places."),
}
_NEWS: Final = frozenset({Code.NEW_SHEETS, Code.OWN_DEVICE, Code.SHEETS})
# In one log each, and worth nothing to who looks for it without that; the sentence names no id.
_OF_A_LOG: Final = frozenset({Code.ACT, Code.FORK, Code.OTHER_TREE})
_STEPS: Final[Mapping[str, Value]] = {
    "verify": NextStep.VERIFY_LOG,
    "revoke": NextStep.REVOKE_DEVICE,
    "confirm_sheets": NextStep.CONFIRM_SHEETS,
}

# Told until it was ended again; no verification settles it (`trust.brought_back`).
VALID_AGAIN: Final = frozenset({Code.VALID_AGAIN})


def lasting(
    code: Code, subject: bytes | None = None, *, seats: frozenset[SeatId] = frozenset(), **numbers: int
) -> Finding:
    """Return a finding that pins keep. All of it but its sentence is stored, and that one follows from its code.

    Raises:
        KeyError: the code is none of those, or it lacks its log, or its sentence needs other numbers.
    """
    if subject is None and code in _OF_A_LOG:
        raise KeyError(code)
    shown = {} if subject is None else {"subject": subject.hex()[:8]}
    message = filled(_KEPT[code], **shown, **_STEPS, **numbers)
    str(message)  # all that it needs is there
    severity = Severity.NEWS if code in _NEWS else Severity.FAULT
    return Finding(code, message, subject, seats=seats, severity=severity)


def fork_alarm(origin: Origin, seat: SeatId) -> Finding:
    """Return the alarm of a log that its key signed in two forms."""
    return lasting(Code.FORK, origin, seats=frozenset({seat}))


def faults_among(
    alarms: Iterable[Finding], *, live: Collection[bytes], taken_from: Collection[bytes] = ()
) -> list[Finding]:
    """Return the alarms that stop any act, wherever.

    `live` are the seats that are in. From `taken_from` the act takes something, and gives nothing to others:
    what a restore made valid again does not stop it, for that is how it ends, one member after the other.
    """
    over = frozenset(taken_from)
    return [
        alarm
        for alarm in alarms
        if alarm.severity is Severity.FAULT
        and not (alarm.seats and all(seat in over or seat not in live for seat in alarm.seats))
        and not (over and alarm.code is Code.VALID_AGAIN)
    ]


def settled(alarms: Iterable[Finding], found: Finding | None, faults: Collection[Finding]) -> tuple[Finding, ...]:
    """Return the alarms after a verification of all data: with what it found, or without what is remembered.

    What the session's own unlock noticed stays: a verification in a later session settles it.
    """
    kept = [alarm for alarm in alarms if alarm.code is not Code.VERIFY]
    if found is not None:
        kept.append(found)
    elif all(alarm.is_remembered or alarm.code is Code.VERIFY for alarm in faults):
        kept = [alarm for alarm in kept if not alarm.is_remembered or alarm.code in VALID_AGAIN]
    return tuple(kept)


def stored(alarms: Iterable[Finding]) -> tuple[Stored, ...]:
    """Return what pins keep of the alarms that last: no sentence; news that was remembered is kept no longer."""
    return tuple(
        (
            alarm.code.value,
            alarm.subject,
            sorted(alarm.seats),
            {name: value for name, value in alarm.message.values if isinstance(value, int)},
        )
        for alarm in alarms
        if alarm.code in _KEPT and (alarm.code in VALID_AGAIN or not (alarm.is_remembered and alarm.is_news))
    )


def remembered(kept: Stored) -> Finding:
    """Return the alarm that pins kept. What this program does not know is a fault that stops everything."""
    try:
        code, subject, seats, numbers = kept
        alarm = lasting(Code(code), subject, seats=frozenset(map(_seat, seats)), **numbers)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        alarm = lasting(Code.REMEMBERED)
    return replace(alarm, is_remembered=True)


def _seat(stored_seat: bytes) -> SeatId:
    if len(stored_seat) != ID_SIZE:
        raise ValueError
    return SeatId(stored_seat)


# What a person hears of the clock at unlock (FORMAT.md 7): a jump is a question, a clock set back is news.
def clock_alarms(reading: ClockReading) -> tuple[Finding, ...]:
    """Return what to say of a reading; nothing where the clock went on as clocks do."""
    seen = time_text(reading.trusted_ms)
    match reading.state:
        case ClockState.JUMPED:
            message = Message(
                "The clock of this computer is more than 48 hours ahead of the last time seen here ({seen}). Until you"
                " confirm that the clock is right, that time decides when rights end: {step}.",
                seen=seen,
                step=NextStep.CONFIRM_CLOCK,
            )
        case ClockState.SET_BACK:
            message = Message(
                "The clock of this computer is behind a time that was seen here before ({seen}). That time still"
                " decides when rights end. Set the clock. If that time was wrong, a supervisor repairs it: {step}.",
                seen=seen,
                step=NextStep.REPAIR_CLOCK,
            )
        case ClockState.STEADY:
            return ()
    return (Finding(Code.CLOCK, message, severity=Severity.NEWS),)
