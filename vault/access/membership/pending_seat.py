"""A seat that waits: from its request until a valid roster certifies it, and to its first entry (FORMAT.md 2).

Nothing that a bundle brings is believed for itself: the root key lies in the slot since the invitation, the 13 words
tied both sides to it, and the rosters have to lead from that key to the certificate that this seat asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import msgspec

from vault.access.pins.pins import Pins
from vault.access.seat_keys.keychange import change_keys
from vault.access.seat_keys.rekeying import doors_of, open_with_doors
from vault.access.session import Session
from vault.access.trust.attempts import attempts_key
from vault.access.trust.continuity import Continuity
from vault.access.trust.directory import Directory
from vault.errors import VerificationError, WaitingForDecisionError
from vault.ids import MemberId, Origin, SeatId, VaultId
from vault.log.genesis import origin_of
from vault.log.rosters.roster_entries import Certificate
from vault.log.tree import Frontier
from vault.records.localrows import SessionKeys, decoded
from vault.records.seatlog import SealedPlace, SeatLog
from vault.seal.entrance.doors import DoorKeys, make_recovery_door
from vault.seal.entrance.keyfile import KeyFile, SeatSecrets
from vault.seal.entrance.unlocking import OpenedSlot
from vault.seal.keyring import Keyring
from vault.seal.purposes import Purpose
from vault.seal.recipients import KemPrivate
from vault.seal.signing import public_key
from vault.store.engine import Database
from vault.store.folder import VaultFolder
from vault.store.rows import Rows
from vault.store.rowtypes import LocalRow
from vault.words.message import Message
from vault.words.next_step import NextStep

# The log of a seat that joined has nothing to be compared with.
FIRST = Continuity(None, None, ())


@dataclass(frozen=True, slots=True)
class PendingSeat:
    """How the first log of a seat begins, from the request on until its entry 0.

    Attributes:
        genesis: the 249 bytes that its certificate names.
        member: whose seat it shall be.
        roster: the roster that the invitation named: it must be among those that are valid.
        here: whether the folder was a vault before, so that its `keys` file is complete.
        has_begun: whether its entry 0 is in the log; the `keys` file may wait for its last parts still.
        session_seed, following_seed: of the first session and the one after, 32 bytes each.
    """

    genesis: bytes
    member: MemberId
    roster: bytes
    here: bool
    session_seed: bytes = field(repr=False)
    following_seed: bytes = field(repr=False)
    has_begun: bool = False

    @property
    def origin(self) -> Origin:
        """The log that begins so."""
        return Origin(origin_of(self.genesis))

    def row(self, place: SealedPlace) -> LocalRow:
        """Return the local row to store."""
        wire = _WaitingMap(
            genesis=self.genesis,
            member=self.member,
            seed=self.session_seed,
            following=self.following_seed,
            roster=self.roster,
            here=self.here,
        )
        return place.seal_row(Purpose.JOINING, msgspec.msgpack.encode(wire))

    def certificate(self, opened: SeatSecrets) -> Certificate:
        """Return the certificate that the seat asked for."""
        return Certificate(
            seat=opened.seat,
            member=self.member,
            kem=KemPrivate.from_seed(opened.kem_seed).public,
            identity=public_key(opened.identity_seed),
            genesis=self.origin,
        )

    def begins(self, directory: Directory, opened: SeatSecrets, pins: Pins | None) -> bool:
        """Say whether the log begins now; refuse what does not lead from the root to this seat.

        A log that this account saw, as `pins` say, does not begin again.

        Raises:
            WaitingForDecisionError: no roster admits it yet.
            VerificationError: the invitation's roster is not among those that count, or another key, log or member was
                admitted in its place.
        """
        if self.has_begun or (pins is not None and self.origin in pins.logs):
            return False
        if directory.chain.by_root(self.roster) is None:
            raise VerificationError(
                Message(
                    "the list of members that the invitation names did not arrive: those here are older, or of a fork"
                ),
                next_step=Message(
                    "Ask the member who invited you for a new bundle; if it happens again, for a new invitation."
                ),
            )
        admitted = directory.effective.certificates.get(opened.seat)
        if admitted is None:
            if directory.roster == self.roster:
                raise _still_waiting()
            raise VerificationError(
                Message("the newest list of members does not admit this device"),
                next_step=Message("Ask the member who invited you; perhaps this device was revoked."),
            )
        if admitted != self.certificate(opened):
            raise VerificationError(
                Message("the list of members admits another key or another member instead of those of this device"),
                next_step=Message(
                    "Compare the 13 words again with the member who invited you; use nothing of this vault until then."
                ),
            )
        return True

    def begun(self, database: Database, place: SealedPlace, directory: Directory, keyring: Keyring) -> SeatLog:
        """Return the seat's first log; it exists once its entry 0 is committed."""
        return SeatLog(
            database=database,
            place=place,
            origin=self.origin,
            roster=directory.roster,
            auditors=directory.auditors(),
            keyring=keyring,
            frontier=Frontier(),
            session=SessionKeys(1, self.session_seed, self.following_seed),
            ratchet=None,
            genesis=self.genesis,
        )


class _WaitingMap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    genesis: bytes
    member: bytes
    seed: bytes
    following: bytes
    roster: bytes
    here: bool


def pending_seat_of(rows: Rows, place: SealedPlace, held: Keyring | None = None) -> PendingSeat | None:
    """Return how this seat's first log begins, or None where it is an ordinary seat by now.

    `held` is what the grants that arrived open, where the vault is to be opened.

    Raises:
        WaitingForDecisionError: the seat waits, and nothing was granted to it yet.
        VerificationError: the row was altered.
    """
    row = rows.local(place.seat, Purpose.JOINING)
    if row is None:
        return None
    wire = decoded(place.open_row(row), _WaitingMap, Message("the row of the waiting device cannot be read"))
    waiting = PendingSeat(wire.genesis, MemberId(wire.member), wire.roster, wire.here, wire.seed, wire.following)
    waiting = replace(waiting, has_begun=rows.size(waiting.origin) > 0)
    if held is not None and not held.compartments() and not waiting.has_begun:
        raise _still_waiting()
    return waiting


def finish_joining(session: Session, waiting: PendingSeat, file: KeyFile, doors: DoorKeys) -> KeyFile:
    """Give the `keys` file of a new device what only the directory knows, and wait no more; return the valid file."""
    if not waiting.here:
        recovery = make_recovery_door(session.vault, doors, session.directory.effective.head.recovery)
        completed = file.with_doors(file.doors, recovery)
        with session.database.reading() as rows:
            attempts = attempts_key(rows, session.vault, session.keyring, session.directory)
        if attempts is not None:
            completed = replace(completed, attempts_public=attempts.public)
        file = change_keys(session, completed)
        session.door_for = session.directory.effective.head.recovery
    with session.database.transaction() as rows:
        rows.delete_local(session.seat, Purpose.JOINING)
    return file


@contextmanager
def pending_database(folder: VaultFolder, file: KeyFile, slot: OpenedSlot) -> Iterator[Database | None]:
    """Open the database of a folder whose seat waits, so that a bundle can be taken; None where it does not wait."""
    seat = SeatId(slot.secrets.seat)
    database, _ = open_with_doors(folder, doors_of(file, KemPrivate.from_seed(slot.secrets.kem_seed), seat))
    try:
        with database.reading() as rows:
            waiting = pending_seat_of(rows, place_of(slot.secrets, VaultId(file.header.vault)))
        yield database if waiting is not None and not waiting.has_begun else None
    finally:
        database.close()


def place_of(content: SeatSecrets, vault: VaultId) -> SealedPlace:
    """Return what seals the local rows of a seat."""
    return SealedPlace(vault, SeatId(content.seat), content.keyring_key)


def _still_waiting() -> WaitingForDecisionError:
    return WaitingForDecisionError(
        Message("this device is waiting for admission"),
        next_step=Message(
            "Give the request to the member who invited you and compare the 13 words. Then import the bundle that"
            " comes back: {finish_joining}.",
            finish_joining=NextStep.FINISH_JOINING,
        ),
    )
