"""A new seat: it asks to join, and waits until a valid roster certifies it, up to its first entry."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from vault import platform
from vault.access.pins.pins import Pins
from vault.access.seat_keys.rekeying import (
    change_keys,
    doors_here,
    doors_of,
    free_slot,
    open_with_doors,
    read_key_file,
    seats_here,
)
from vault.access.session import Session
from vault.access.trust.attempts import attempts_key, make_hints
from vault.access.trust.continuity import Continuity
from vault.access.trust.directory import Directory
from vault.casework.checks import checked_name, checked_name_of_member
from vault.errors import UsageError, VerificationError, WaitingForDecisionError
from vault.ids import ZERO_ID, MemberId, Origin, SeatId, VaultId, make_id
from vault.log.genesis import origin_of
from vault.log.roster_entries import Certificate
from vault.log.tree import Frontier
from vault.records.seatlog import SealedPlace, SeatLog, SessionKeys, begin, decoded
from vault.seal.entrance.doors import DoorKeys, make_doors, make_recovery_door
from vault.seal.entrance.keyfile import (
    SLOT_COUNT,
    KeyFile,
    KeyHeader,
    OpenedSlot,
    SeatSecrets,
    make_key_file,
    make_slot,
)
from vault.seal.entrance.passphrase import KdfParameters
from vault.seal.invitation import Invitation, Request, joining_words, seal_request
from vault.seal.keyring import Keyring, make_key
from vault.seal.purposes import Purpose
from vault.seal.recipients import KemPrivate, make_kem_seed
from vault.seal.signing import public_key
from vault.store.engine import Database, open_database
from vault.store.files import promote, write_aside
from vault.store.folder import VaultFolder, built_beside
from vault.store.rows import Rows
from vault.store.rowtypes import LocalRow
from vault.store.schema import make_tables
from vault.words.message import Message
from vault.words.next_step import NextStep

# A seat that waits: from its request until a valid roster certifies it, and to its first entry (FORMAT.md 2).
# Nothing that a bundle brings is believed for itself: the root key lies in the slot since the invitation, the 13
# words tied both sides to it, and the rosters have to lead from that key to the certificate that this seat asked for.

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
    with closing(database):
        with database.reading() as rows:
            waiting = pending_seat_of(rows, place_of(slot.secrets, VaultId(file.header.vault)))
        yield database if waiting is not None and not waiting.has_begun else None


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


# A new seat asks to join: its keys, how its log begins, and the request that answers an invitation (FORMAT.md 2).
@dataclass(frozen=True, slots=True)
class NewSeat:
    """The keys of a seat that asks to join, and how its first log will begin."""

    secrets: SeatSecrets = field(repr=False)
    waiting: PendingSeat
    request: Request


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was written, and the words to compare with whoever invited."""

    seat: SeatId
    words: tuple[str, ...]
    file: bytes = field(repr=False)


def certificate_of(request: Request) -> Certificate:
    return Certificate(
        seat=request.seat,
        member=request.member,
        kem=request.kem,
        identity=request.identity,
        genesis=origin_of(request.genesis),
    )


def join(
    path: Path, invitation: Invitation, *, member_name: str, passphrase: bytearray, parameters: KdfParameters
) -> Asked:
    """Make a vault that waits for admission, in a folder that does not exist or is empty, and the request for it.

    The caller wipes the passphrase.

    Raises:
        RefusedError: something is there already, the place is not safe, or the passphrase is refused.
        UsageError: the name is no printable line, or not the one that the invitation is for.
        TryAgainError: no room.
    """
    name = _checked_name(invitation, member_name)
    folder = VaultFolder(path)
    folder.require_free()
    header = KeyHeader(invitation.vault, make_id(), 0, make_key(), parameters)
    with built_beside(path) as building:
        make_hints(building, VaultId(invitation.vault))
        database_key = make_key()
        with closing(open_database(building.database, database_key, create=True)) as database:
            make_tables(database)
            new = new_seat(database, invitation, name, here=False)
            number = secrets.randbelow(SLOT_COUNT)
            slot = make_slot(header, number, new.secrets, passphrase=passphrase, member_name=name)
            file = _first_key_file(header, new, DoorKeys(database_key), number, slot)
            write_aside(building.keys, file.encode())
            with database.transaction() as rows:
                rows.put_local(LocalRow(new.request.seat, Purpose.SLOT, number, b""))
                rows.put_local(new.waiting.row(place_of(new.secrets, VaultId(invitation.vault))))
        promote(building.keys)
    platform.fsync_folder(path.parent)
    words = joining_words(invitation.root, new.request, invitation.roster)
    return Asked(SeatId(new.request.seat), words, seal_request(invitation, new.request))


@dataclass(frozen=True, slots=True)
class HereSeat:
    """A new seat in a folder that is a vault already: what has to be stored before and with the roster.

    `keys` is the folder's next `keys` file, with its slot and its door.
    """

    certificate: Certificate
    keys: KeyFile = field(repr=False)
    rows: tuple[LocalRow, ...] = field(repr=False)


def join_here(session: Session, invitation: Invitation, *, member_name: str, passphrase: bytearray) -> HereSeat:
    """Make a seat in this very folder for somebody who types name and passphrase at the same keyboard.

    Nothing is written yet; the caller wipes the passphrase.

    Raises:
        RefusedError: no slot of the folder is free, or the passphrase is refused.
        UsageError: the name is no printable line, or not the one that the invitation is for.
    """
    name = _checked_name(invitation, member_name)
    file = read_key_file(session.folder.keys)
    new = new_seat(session.database, invitation, name, here=True)
    with session.database.reading() as rows:
        number = free_slot(rows)
    slot = make_slot(file.header, number, new.secrets, passphrase=passphrase, member_name=name)
    doors = doors_here(session, file)
    certificates = session.directory.effective.certificates
    seats = [(seat, certificates[seat].kem) for seat in seats_here(session)]
    keys = file.with_slot(number, slot).with_doors(
        make_doors(session.vault, doors, [*seats, (new.request.seat, new.request.kem)]),
        make_recovery_door(session.vault, doors, session.directory.effective.head.recovery),
    )
    place = place_of(new.secrets, session.vault)
    rows_of_it = (LocalRow(new.request.seat, Purpose.SLOT, number, b""), new.waiting.row(place))
    return HereSeat(certificate_of(new.request), keys, rows_of_it)


def new_seat(database: Database, invitation: Invitation, name: str, *, here: bool) -> NewSeat:
    """Draw the keys of a seat that answers an invitation, and the beginning of its first log."""
    content = SeatSecrets.draw(invitation.root)
    log = begin(
        database=database,
        place=place_of(content, VaultId(invitation.vault)),
        identity_seed=content.identity_seed,
        roster=ZERO_ID,  # which one it will name, the admission says
        auditors=(),
        keyring=Keyring(),
    )
    genesis = log.genesis
    assert genesis is not None  # noqa: S101 - the log has no entry yet; for the type checker
    request = Request(
        invitation=invitation.digest(),
        seat=content.seat,
        member=invitation.member or MemberId(make_id()),
        name=name,
        kem=KemPrivate.from_seed(content.kem_seed).public,
        identity=public_key(content.identity_seed),
        genesis=genesis,
    )
    seeds = log.session
    waiting = PendingSeat(genesis, MemberId(request.member), invitation.roster, here, seeds.seed, seeds.following_seed)
    return NewSeat(content, waiting, request)


def _checked_name(invitation: Invitation, typed: str) -> str:
    # Who is in already may be called what nobody new may.
    name = checked_name(typed, "name of the member") if invitation.name else checked_name_of_member(typed)
    if invitation.name and name.casefold() != invitation.name.casefold():
        raise UsageError(
            Message("this invitation is for another member's device"),
            next_step=Message("Give the member name that the invitation names."),
        )
    return invitation.name or name


def _first_key_file(header: KeyHeader, new: NewSeat, keys: DoorKeys, number: int, slot: bytes) -> KeyFile:
    """Return the `keys` file of a device that waits: recovery and attempts follow with the directory."""
    nobody = KemPrivate.from_seed(make_kem_seed()).public
    return make_key_file(
        header,
        doors=make_doors(header.vault, keys, [(new.request.seat, new.request.kem)]),
        recovery_door=make_recovery_door(header.vault, DoorKeys(make_key()), nobody),
        attempts_public=nobody,
        slots={number: slot},
    )
