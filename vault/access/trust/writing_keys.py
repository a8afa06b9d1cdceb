"""Under which key a device writes, and to whom it gives keys (FORMAT.md 6).

A key is no right: who holds one reads what lies under it. So a device writes under one that nobody else has than those
who read, and makes a new one where there is none. Putting somebody out, other sheets and a lost device need no more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from vault.access.trust.case_lines import LinesReader, given_keys
from vault.errors import RefusedError
from vault.ids import CompartmentId, CompartmentKind, EpochId, MemberId, SeatId
from vault.policy.clocks import ClockReading
from vault.progress import Progress
from vault.records.epochs import notices_naming
from vault.records.seatlog import Holder, SeatLog
from vault.records.work import ITEMS_IN_ONE_ENTRY, Entry, Work
from vault.seal.keyring import Keyring, epoch_id
from vault.store.rows import Rows
from vault.trust.case import who_has
from vault.trust.log_trees import Place
from vault.validity.compartment_access import CompartmentState
from vault.validity.directory import Directory
from vault.words.message import Message
from vault.words.next_step import NextStep


class KeyHolder(LinesReader, Protocol):
    """What of a session is asked here."""

    seat: SeatId
    member: MemberId
    keyring: Keyring
    log: SeatLog

    def clock(self) -> ClockReading:
        """Look at the clock."""

    def state_of(self, compartment: CompartmentId) -> CompartmentState | None:
        """Return who is in a compartment."""


def readers_of(session: KeyHolder, state: CompartmentState) -> frozenset[SeatId]:
    """Return to whom this device writes there now; itself always, also past its own day.

    Itself alone while an entry is altered or gone: it may have put somebody out. Later the others get the key.
    """
    if is_in_doubt(session, state):
        return frozenset({session.seat})
    return state.readers(session.clock().trusted_ms) | {session.seat}


def is_in_doubt(session: KeyHolder, state: CompartmentState) -> bool:
    """Say whether somebody altered what said who is in, or to whom keys were given."""
    return state.is_altered or session.learned.lists_are_altered


def holders(directory: Directory, readers: frozenset[SeatId]) -> list[Holder]:
    """Return these readers with the keys to which they are sealed, recovery the last."""
    seats = sorted(readers - {directory.recovery_seat})
    return directory.holders(seats, with_recovery=directory.recovery_seat in readers)


def lacking(
    session: KeyHolder, compartment: CompartmentId, everybody: Sequence[Holder]
) -> Iterator[tuple[EpochId, Holder]]:
    """Yield which of the keys that this device holds nobody gave to whom of these, the newest first.

    Only entries that count say that somebody gave one: else anybody could keep a key from others by saying so.
    """
    state, organisation = session.state_of(compartment), session.directory.organisation

    def counts(place: Place) -> bool:
        return state is not None and organisation.counts(place) and state.counts(place)

    for held in reversed(session.keyring.epochs_of(compartment)):
        epoch = EpochId(held)
        given = given_keys(session, epoch, counts)
        had = {session.seat, *given}.union(*given.values())
        yield from ((epoch, holder) for holder in everybody if holder.seat not in had)


def settle_keys(
    session: KeyHolder, *compartments: CompartmentId, progress: Progress = lambda done, total: None
) -> list[CompartmentId]:
    """Have a key to write under there that only readers have, and give them those that they lack.

    Return where a new key was made.
    """
    due = [each for compartment in compartments if (each := _due(session, compartment)) is not None]
    made, at = [], 0
    while at < len(due):
        work, room = Work(session.log), ITEMS_IN_ONE_ENTRY
        with work:
            start, has_new, given = at, False, set[SeatId]()
            while at < len(due):
                each = due[at]
                items = each.items()
                if items > room and at > start:
                    break
                if each.chosen is None:
                    everybody = holders(session.directory, each.readers)
                    each.chosen, has_new = work.add_key(each.compartment, each.kind, everybody), True
                    made.append(each.compartment)
                    room -= 1 + len(everybody)
                some, each.missing = each.missing[: max(0, room)], each.missing[max(0, room) :]
                for epoch, holder in some:
                    work.grant(each.compartment, epoch, [holder])
                    given.add(holder.seat)
                room -= len(some)
                if each.missing:
                    break
                at += 1
            work.commit(
                Entry(
                    act="key.rotate" if has_new else "grant.add",
                    out="ok:joined",
                    covers={"seat": len(given)} if given else {},
                )
            )
        progress(at, len(due))
    for each in due:
        assert each.chosen is not None  # noqa: S101 - made above; for the type checker
        session.learned.keys[each.compartment] = each.readers, each.chosen
    return made


@dataclass(slots=True)
class _Due:
    """A compartment that lacks a key to write under, or of which a reader lacks one that this device holds."""

    compartment: CompartmentId
    kind: CompartmentKind
    readers: frozenset[SeatId]
    chosen: EpochId | None
    missing: list[tuple[EpochId, Holder]]

    def items(self) -> int:
        """Return how many items an entry needs for it."""
        return len(self.missing) + (0 if self.chosen is not None else 1 + len(self.readers))


def _due(session: KeyHolder, compartment: CompartmentId) -> _Due | None:
    if not session.keyring.epochs_of(compartment):
        return None
    state = session.state_of(compartment)
    kind = _kind_of_own(session, compartment) if state is None else state.kind
    if kind is None or (state is not None and session.member not in state.members):
        return None
    readers = frozenset({session.seat}) if state is None else readers_of(session, state)
    known = session.learned.keys.get(compartment)
    if known is not None and known[0] == readers:
        return None
    if state is None or is_in_doubt(session, state):
        return _Due(compartment, kind, readers, None, [])  # to whom others were given, the altered list may have said
    chosen = _fitting(session, compartment, readers)
    missing = list(lacking(session, compartment, holders(session.directory, readers)))
    if chosen is not None and not missing:
        session.learned.keys[compartment] = readers, chosen
        return None
    return _Due(compartment, kind, readers, chosen, missing)


def key_to_write(session: KeyHolder, compartment: CompartmentId) -> EpochId | None:
    """Return the key under which a compartment is written now; None where this seat has none of it at all.

    Raises:
        RefusedError: this member is not in any more, or nothing here says who is.
    """
    known = session.learned.keys.get(compartment)
    if known is not None:
        return known[1]
    if not session.keyring.epochs_of(compartment):
        return None
    state = session.state_of(compartment)
    # Notes go on beside a damaged log, where this device made a key once.
    if state is None and _kind_of_own(session, compartment) is None:
        raise RefusedError(
            Message("what founds this case is not here, or was altered"),
            next_step=Message("Import a bundle from somebody who has it, or restore a backup."),
        )
    if state is not None and session.member not in state.members:
        raise RefusedError(
            Message("you are not in this case any more: nothing that you write there would count"),
            next_step=Message(
                "Ask somebody who keeps it to give it to you: {grant_access}.", grant_access=NextStep.GRANT_ACCESS
            ),
        )
    settle_keys(session, compartment)
    return session.learned.keys[compartment][1]


def _kind_of_own(session: KeyHolder, compartment: CompartmentId) -> CompartmentKind | None:
    """Return of which kind a compartment is of which this device made a key; None where it made none."""
    with session.database.reading() as rows:
        held = session.keyring.epochs_of(compartment)
        own = {EpochId(key) for key in held if _maker(session, rows, key) == session.seat}
        return next((notice.kind for notice in notices_naming(rows, own)), None)


def _fitting(session: KeyHolder, compartment: CompartmentId, readers: frozenset[SeatId]) -> EpochId | None:
    """Return the newest key of this device's own making that nobody else has, else the newest of any; None: none."""
    with session.database.reading() as rows:
        made = [
            (EpochId(key), maker)
            for key in reversed(session.keyring.epochs_of(compartment))
            if (maker := _maker(session, rows, key)) is not None
        ]
    own_first = sorted(made, key=lambda each: each[1] != session.seat)
    return next((key for key, maker in own_first if who_has(maker, given_keys(session, key)) <= readers), None)


def _maker(session: KeyHolder, rows: Rows, epoch: bytes) -> SeatId | None:
    """Return which seat made a key: its name is a hash of the log in which it did, whatever other rows say."""
    key = session.keyring.get(epoch) or b""
    for notice in notices_naming(rows, [epoch]):
        if epoch_id(notice.compartment, notice.origin, key) == epoch:
            return session.directory.places.seat_of(notice.origin)
    return None


# The audit keys of the own log.
def audit_is_stale(rows: Rows, log: SeatLog) -> bool:
    """Say whether the running audit epoch was granted to others than those who shall read the log now."""
    if log.ratchet is None:
        return False
    granted = {row.seat for row in rows.grants_of(log.ratchet.epoch) if row.giver == log.place.seat}
    return granted != {auditor.seat for auditor in log.auditors}


def ratchet_is_newest(log: SeatLog) -> bool:
    """Say whether the stored audit ratchet is the one behind the log's last entry (FORMAT.md 7)."""
    return log.ratchet is None or log.ratchet.is_at(log.size)
