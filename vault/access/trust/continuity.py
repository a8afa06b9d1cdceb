"""Is this vault the one that this account saw last? Decides which log the seat goes on with (FORMAT.md 7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from vault.access.pins.alarms import faults_among, fork_alarm, lasting, remembered
from vault.access.pins.pins import Pinned, Pins
from vault.access.trust.prover import gives_root, report_of
from vault.errors import VerificationError
from vault.ids import ZERO_DIGEST, Origin, SeatId
from vault.log.genesis import Genesis
from vault.log.items import ItemKind, keys_tag
from vault.log.list_check import proven_lists
from vault.log.verify import LogReport
from vault.records.logs import geneses_of, genesis_of
from vault.records.seatlog import Predecessor, SealedPlace, stored_origin
from vault.seal.entrance.keyfile import KeyFile
from vault.store.rows import Rows
from vault.validity.authority import parting_of
from vault.validity.directory import Directory
from vault.words.finding import Code, Finding, Severity
from vault.words.message import Message
from vault.words.next_step import NextStep

_NEWS = {
    Code.NO_PINS: Message(
        "This device has no memory of this vault (a restored or copied vault, or a new account): a new log begins."
    ),
    Code.OTHER_MACHINE: Message("This vault was last used on another machine: a new log begins here."),
    Code.COPIED: Message(
        "A copy of this device continued its log: what both wrote since then is pending. A new log begins."
    ),
    Code.MOVED: Message(
        "This device continued with another log here (another account, or a restored state folder): a new log begins."
    ),
}
_ALTERED_KEYS = Message(
    "The keys file was altered since this device saw it last: the recovery sheets, or a colleague, may not be able to"
    " open this vault any more. {verify} names it. Tell an admin, and restore a backup: {restore}.",
    verify=NextStep.VERIFY_LOG,
    restore=NextStep.RESTORE_BACKUP,
)
_THIS_DEVICE, _ITS_SUCCESSOR = Message("this device saw"), Message("the log that goes on from it says")


@dataclass(frozen=True, slots=True)
class Continuity:
    """Which log to go on with; None means a new one after `predecessor`, and why in the alarms."""

    origin: Origin | None
    predecessor: Predecessor | None
    alarms: tuple[Finding, ...]


def judge(rows: Rows, place: SealedPlace, *, identity: bytes, pins: Pins | None, machine: bytes) -> Continuity:
    """Compare the stored logs with the pins: the root at the pinned size, not the size alone.

    A log that another key than `identity` began is not this seat's, whatever it claims.

    Raises:
        VerificationError: this seat has no log here at all.
    """
    own = _own_logs(rows, place.seat, identity)
    if not own and (pins is None or not pins.logs):
        raise VerificationError(
            Message("this vault holds no log of this device"), next_step=Message("Restore the vault from a backup.")
        )
    if pins is None:
        alarms = (_news(Code.NO_PINS), *_judge_predecessors(rows, own, {}))
        return _new_log(rows, own, None, alarms)
    seen = [_compare(rows, origin, pinned, _THIS_DEVICE) for origin, pinned in pins.logs.items()]
    alarms = (*(alarm for alarm in seen if alarm is not None), *_judge_predecessors(rows, own, pins.logs))
    if pins.machine != machine:
        return _new_log(rows, own, pins, (*alarms, _news(Code.OTHER_MACHINE)))
    current = pins.pending if pins.pending in own else pins.current
    if codes := {alarm.code for alarm in alarms if alarm.subject == current}:
        copied = (_news(Code.COPIED),) if Code.FORK in codes else ()
        return _new_log(rows, own, pins, (*alarms, *copied))
    held = _held_origin(rows, place)
    if held is None and current in own:
        held = lasting(Code.SESSION_KEY)
    if isinstance(held, Finding):
        return _new_log(rows, own, pins, (*alarms, held))
    if held != current:
        return _new_log(rows, own, pins, (*alarms, _news(Code.MOVED)))
    return Continuity(current, None, alarms)


def _news(code: Code) -> Finding:
    return Finding(code, _NEWS[code], severity=Severity.NEWS)


def after_damage(
    rows: Rows, place: SealedPlace, *, identity: bytes, pins: Pins | None, alarms: tuple[Finding, ...]
) -> Continuity:
    """Return how to go on when the log that should be continued is not what its last session signed.

    Work goes on in a new log, aloud; exports, grants and erasure wait until somebody has looked (`log verify`).
    """
    return _new_log(rows, _own_logs(rows, place.seat, identity), pins, (*alarms, lasting(Code.DAMAGED)))


def with_remembered(noticed: tuple[Finding, ...], pins: Pins | None) -> tuple[Finding, ...]:
    """Return the alarms of this unlock, and those of earlier ones that no clean verification has settled."""
    kept = () if pins is None else map(remembered, pins.alarms)
    return noticed + tuple(alarm for alarm in kept if not any(alarm.replaces(told) for told in noticed))


def judge_keys(
    rows: Rows,
    file: KeyFile,
    own: tuple[SeatId, int],
    *,
    pins: Pins | None,
    directory: Directory,
    alarms: tuple[Finding, ...],
) -> tuple[Finding, ...]:
    """Report a `keys` file that is neither the one that this account saw last nor a newer one that a seat listed.

    Every change makes a new generation: of the same one, whatever is different was altered.

    `own` is this seat and the number of its slot. `alarms` is what is known of the logs: in an old copy of the vault,
    old keys are the newest listed.
    """
    if pins is None:
        return ()
    header_is_known = sha256(file.header.encode()).digest() == pins.keys_header
    seat, slot = own
    slot_is_known = sha256(file.slots[slot]).digest() == pins.keys_slot
    if header_is_known and slot_is_known:
        return () if pins.keys_file in {b"", file.digest()} else (Finding(Code.OLD_KEYS, _ALTERED_KEYS),)
    # What is wrong with the logs of others alone makes no generation later than the pinned one.
    live = directory.certificates
    logs_are_current = not faults_among(alarms, live=live, taken_from=live.keys() - {seat})
    is_later = file.header.generation > pins.keys_generation
    if logs_are_current and is_later and file.digest() in newest_keys(rows, file.header.folder, directory).values():
        return ()
    message = Message("The keys file is not the one that this device saw last: an older copy was put in its place.")
    return (Finding(Code.OLD_KEYS, message),)


def newest_keys(
    rows: Rows, folder: bytes, directory: Directory, reports: Mapping[Origin, LogReport] | None = None
) -> dict[Origin, bytes]:
    """Return the digest of the `keys` file that each log lists last for this folder, less the logs that went on.

    Only logs that a certified key began are asked, only what is proven of them, and only a later log of the same seat
    makes one give way. `reports` are those of logs that were checked already.
    """
    newest: dict[Origin, bytes] = {}
    logs = {name: genesis for name, genesis in geneses_of(rows).items() if _is_certified(genesis, directory)}
    for name in logs:
        report = (reports or {}).get(name) or report_of(rows, name)
        for _, items in proven_lists(rows.operations(name), report):
            for item in items:
                if item.kind == ItemKind.KEYS and item.tag == keys_tag(folder, item.digest):
                    newest[name] = item.digest
    for name in list(newest):
        earlier = Origin(logs[name].predecessor)
        while earlier in logs and logs[earlier].seat == logs[name].seat:
            newest.pop(earlier, None)
            earlier = Origin(logs[earlier].predecessor)
    return newest


def _is_certified(genesis: Genesis, directory: Directory) -> bool:
    """Say whether a seat that is in began the log: none that was ended."""
    certificate = directory.certificates.get(SeatId(genesis.seat))
    return certificate is not None and certificate.identity == genesis.identity


def _own_logs(rows: Rows, seat: SeatId, identity: bytes) -> dict[Origin, Genesis]:
    geneses = geneses_of(rows)
    return {name: begun for name, begun in geneses.items() if (begun.seat, begun.identity) == (seat, identity)}


def _held_origin(rows: Rows, place: SealedPlace) -> Origin | Finding | None:
    try:
        return stored_origin(rows, place)
    except VerificationError:
        return lasting(Code.SESSION_KEY)


def _judge_predecessors(
    rows: Rows, own: Mapping[Origin, Genesis], seen: Mapping[Origin, Pinned]
) -> tuple[Finding, ...]:
    """Compare each log that another one of this seat goes on from with what the successor's genesis says of it.

    What this account saw at that size or later was compared when it was seen, and is compared by its pin.
    """
    alarms: list[Finding | None] = []
    before = [genesis for genesis in own.values() if not genesis.is_first]
    for genesis in before:
        origin = Origin(genesis.predecessor)
        if origin not in seen or seen[origin].size < genesis.predecessor_size:
            bound = Pinned(genesis.predecessor_size, genesis.predecessor_root)
            alarms.append(_compare(rows, origin, bound, _ITS_SUCCESSOR))
    if len({genesis.predecessor for genesis in before}) < len(before):
        message = Message("Two logs of this device follow the same log: a vault was copied and both copies were used.")
        alarms.append(Finding(Code.TWIN_LOGS, message))
    return tuple(dict.fromkeys(alarm for alarm in alarms if alarm is not None))


def _compare(rows: Rows, origin: Origin, pinned: Pinned, who_saw: Message) -> Finding | None:
    stored, genesis = rows.size(origin), genesis_of(rows, origin)
    if genesis is None:
        message = Message(
            "The beginning of a device's log is missing or was altered. It may be in another copy of this vault that"
            " was used, such as a restored backup."
        )
    elif stored < pinned.size:
        message = Message(
            "This vault is an older copy: the log of a device has {stored} entries, {who_saw} {seen}.",
            stored=stored,
            who_saw=who_saw,
            seen=pinned.size,
        )
    elif gives_root(rows, origin, pinned, lambda *_: True) or gives_root(rows, origin, pinned, lambda *_: False):
        return None
    else:
        report = report_of(rows, origin, pinned)
        parting = parting_of(rows, origin, report.rejected)
        if parting and (report.size >= pinned.size or parting.roots.get(pinned.size) == pinned.root):
            return fork_alarm(origin, SeatId(genesis.seat))
        message = Message(
            "The log of a device changed: its first {seen} entries are not those that {who_saw}.",
            seen=pinned.size,
            who_saw=who_saw,
        )
    seats = frozenset() if genesis is None else frozenset({SeatId(genesis.seat)})
    return Finding(Code.ROLLBACK, message, origin, seats=seats)


def _new_log(rows: Rows, own: Mapping[Origin, Genesis], pins: Pins | None, alarms: tuple[Finding, ...]) -> Continuity:
    """Go on from the seat's newest log: as far as this account saw it, or else as far as it is proven."""
    named = {genesis.predecessor for genesis in own.values()} - {ZERO_DIGEST}
    is_here = pins is not None and (pins.current in own or not own)
    if pins is not None and is_here and pins.current in pins.logs and pins.current not in named:
        pinned = pins.logs[pins.current]
        return Continuity(None, Predecessor(pins.current, pinned.size, pinned.root), alarms)
    reports = {origin: report_of(rows, origin) for origin in own if origin not in named}
    if len(reports) > 1:
        alarms += (lasting(Code.OPEN_LOGS),)
    newest = max(reports.values(), key=lambda report: report.size)  # of equal ones the first by name
    if not newest.size:
        raise VerificationError(
            Message("nothing of this device's log is proven"), next_step=Message("Restore the vault from a backup.")
        )
    return Continuity(None, Predecessor(Origin(newest.origin), newest.size, newest.root), alarms)
