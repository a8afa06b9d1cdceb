"""A new seat, from an invitation to its first entry: waiting until a roster that counts certifies it (FORMAT.md 2).

Nothing that a bundle brings is believed for itself: the root key lies in the slot since the invitation, the 13 words
tied both sides to it, and the rosters have to lead from that key to the certificate that this seat asked for.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from vault import __version__, platform
from vault.access.attempts import attempts_key
from vault.access.directory import Directory
from vault.access.founding import make_beside, no_room
from vault.access.rekeying import doors_of, open_with_doors
from vault.errors import (
    MalformedError,
    RefusedError,
    UsageError,
    VerificationError,
    WaitingForDecisionError,
)
from vault.ids import ZERO_ID, MemberId, Origin, SeatId, VaultId, make_id
from vault.log.genesis import origin_of
from vault.log.roster_entries import Certificate
from vault.log.tree import Frontier
from vault.records.seatlog import SealedPlace, SeatLog, SessionKeys, begin
from vault.seal.doors import DoorKeys, make_doors, make_recovery_door
from vault.seal.joining import Invitation, Request, joining_words, seal_request
from vault.seal.keyfile import SLOT_COUNT, KeyFile, KeyHeader, SeatSecrets, make_key_file
from vault.seal.keyring import Keyring
from vault.seal.keys import make_key
from vault.seal.passphrase import KdfParameters
from vault.seal.purposes import Purpose
from vault.seal.recipients import KemPrivate, make_kem_seed
from vault.seal.signing import make_signing_seed, public_key
from vault.seal.unlocking import OpenedSlot, make_slot
from vault.store.engine import Database, open_database
from vault.store.files import make_ballast, promote, write_aside
from vault.store.folder import VaultFolder
from vault.store.rows import Rows
from vault.store.rowtypes import LocalRow
from vault.store.schema import make_tables


@dataclass(frozen=True, slots=True)
class Waiting:
    """How the first log of a seat begins, from the request on until its entry 0.

    Attributes:
        genesis: the 249 bytes that its certificate names.
        member: whose seat it shall be.
        roster: the roster that the invitation named: it must be among those that count.
        here: whether the folder was a vault before, so that its `keys` file is complete.
        session_seed, following_seed: of the first session and the one after, 32 bytes each.
    """

    genesis: bytes
    member: MemberId
    roster: bytes
    here: bool
    session_seed: bytes = field(repr=False)
    following_seed: bytes = field(repr=False)

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

    def require_admitted(self, directory: Directory, opened: SeatSecrets) -> None:
        """Refuse what does not lead from the root to this seat.

        Args:
            directory: what the rosters that arrived come to, judged from the root key in the slot.
            opened: the seat's own secrets.

        Raises:
            WaitingForDecisionError: no roster admits it yet.
            VerificationError: the invitation's roster is not among those that count, or another key, log or member was
                admitted in its place.
        """
        if directory.chain.by_root(self.roster) is None:
            raise VerificationError(
                "the roster that the invitation names is not among those that arrived: they are older, or of a fork",
                advice="Ask who invited you for a new bundle; if it happens again, for a new invitation.",
            )
        admitted = directory.standing.certificates.get(opened.seat)
        if admitted is None:
            if directory.chain.newest is not None and directory.chain.newest.root == self.roster:
                raise _still_waiting()
            raise VerificationError(
                "the newest roster does not admit this device", advice="Ask who invited you; perhaps it was ended."
            )
        if admitted != self.certificate(opened):
            raise VerificationError(
                "another key or member was admitted in the place of this device's own",
                advice="Compare the 13 words again with whoever invited you; use nothing of this vault until then.",
            )

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
            app_version=__version__,
            genesis=self.genesis,
        )


@dataclass(frozen=True, slots=True)
class NewSeat:
    """The keys of a seat that asks to join, and how its first log will begin."""

    secrets: SeatSecrets = field(repr=False)
    waiting: Waiting
    request: Request

    @property
    def certificate(self) -> Certificate:
        """What the roster shall say of it."""
        return certificate_of(self.request)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was written, and the words to compare with whoever invited."""

    seat: SeatId
    words: tuple[str, ...]
    file: bytes = field(repr=False)


class _WaitingMap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    genesis: bytes
    member: bytes
    seed: bytes
    following: bytes
    roster: bytes
    here: bool


def certificate_of(request: Request) -> Certificate:
    """Return the certificate that a request asks for."""
    return Certificate(
        seat=request.seat,
        member=request.member,
        kem=request.kem,
        identity=request.identity,
        genesis=origin_of(request.genesis),
    )


def join(
    path: Path,
    invitation: Invitation,
    *,
    member_name: str,
    passphrase: bytearray,
    parameters: KdfParameters,
) -> Asked:
    """Make a vault that waits for admission, in a folder that does not exist or is empty, and the request for it.

    The caller wipes the passphrase.

    Raises:
        RefusedError: something is there already, the place is not safe, or the passphrase is refused.
        UsageError: the name is empty, or not the one that the invitation is for.
        TryAgainError: no room.
    """
    name = _checked_name(invitation, member_name)
    folder = VaultFolder(path)
    folder.require_safe_place(platform.is_network_or_synced)
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise RefusedError(f"there is something at {path} already", advice="Choose another folder.")
    header = KeyHeader(invitation.vault, make_id(), 0, make_key(), parameters)
    building = make_beside(path)
    try:
        building.make()
        make_ballast(building.ballast)
        database_key = make_key()
        database = open_database(building.database, database_key, create=True, ballast=building.ballast)
        try:
            make_tables(database)
            new = new_seat(database, invitation, name, here=False)
            number = secrets.randbelow(SLOT_COUNT)
            slot = make_slot(header, number, new.secrets, passphrase=passphrase, member_name=member_name)
            file = _first_key_file(header, new, DoorKeys(database_key), number, slot)
            write_aside(building.keys, file.encode())
            with database.transaction() as rows:
                rows.put_local(LocalRow(new.request.seat, Purpose.SLOT, number, b""))
                rows.put_local(new.waiting.row(_place(new.secrets, VaultId(invitation.vault))))
        finally:
            database.close()
        promote(building.keys)
        building.path.replace(path)
    except BaseException as fault:
        shutil.rmtree(building.path, ignore_errors=True)
        if isinstance(fault, OSError):
            raise no_room(path) from None
        raise
    platform.fsync_folder(path.parent)
    words = joining_words(invitation.root, new.request, invitation.roster)
    return Asked(SeatId(new.request.seat), words, seal_request(invitation, new.request))


def new_seat(database: Database, invitation: Invitation, name: str, *, here: bool) -> NewSeat:
    """Draw the keys of a seat that answers an invitation, and the beginning of its first log."""
    content = SeatSecrets(
        seat=make_id(),
        kem_seed=make_kem_seed(),
        identity_seed=make_signing_seed(),
        keyring_key=make_key(),
        index_key=make_key(),
        draft_key=make_key(),
        pin_key=make_key(),
        root_public=invitation.root,
    )
    log = begin(
        database=database,
        place=_place(content, VaultId(invitation.vault)),
        identity_seed=content.identity_seed,
        roster=ZERO_ID,  # which one it will name, the admission says
        auditors=(),
        keyring=Keyring(),
        app_version=__version__,
    )
    genesis = log.genesis or b""
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
    waiting = Waiting(genesis, MemberId(request.member), invitation.roster, here, seeds.seed, seeds.following_seed)
    return NewSeat(content, waiting, request)


def waiting_seat(rows: Rows, place: SealedPlace) -> Waiting | None:
    """Return how this seat's first log begins, or None where it has begun already.

    Raises:
        VerificationError: the row was altered.
    """
    row = rows.local(place.seat, Purpose.JOINING)
    if row is None:
        return None
    try:
        wire = msgspec.msgpack.decode(place.open_row(row), type=_WaitingMap)
    except (msgspec.MsgspecError, ValueError):
        raise MalformedError("the row of the waiting seat cannot be read") from None
    waiting = Waiting(wire.genesis, MemberId(wire.member), wire.roster, wire.here, wire.seed, wire.following)
    return None if rows.size(waiting.origin) else waiting


def completed_keys(rows: Rows, file: KeyFile, keyring: Keyring, directory: Directory, doors: DoorKeys) -> KeyFile:
    """Return the next `keys` file of a device that was admitted: with the recovery door and attempts key it lacked."""
    vault = VaultId(file.header.vault)
    attempts = attempts_key(rows, vault, keyring, directory)
    completed = file.with_doors(file.doors, make_recovery_door(vault, doors, directory.standing.head.recovery))
    return completed if attempts is None else replace(completed, attempts_public=attempts.public)


@contextmanager
def waiting_database(folder: VaultFolder, file: KeyFile, slot: OpenedSlot) -> Iterator[Database | None]:
    """Open the database of a folder whose seat waits, so that a bundle can be taken; None where it does not wait."""
    seat = SeatId(slot.secrets.seat)
    database, _ = open_with_doors(folder, doors_of(file, slot.secrets.kem_seed, seat))
    try:
        with database.reading() as rows:
            waits = waiting_seat(rows, _place(slot.secrets, VaultId(file.header.vault))) is not None
        yield database if waits else None
    finally:
        database.close()


def _still_waiting() -> WaitingForDecisionError:
    return WaitingForDecisionError(
        "this device is waiting for admission",
        advice="Give the request to who invited you, compare the 13 words, and take the bundle that comes back: "
        "`casevault member finish BUNDLE`.",
    )


def require_directory(has_directory: bool) -> None:
    """Refuse to open a waiting vault to which nothing was granted yet.

    Raises:
        WaitingForDecisionError: nothing was.
    """
    if not has_directory:
        raise _still_waiting()


def _checked_name(invitation: Invitation, typed: str) -> str:
    name = typed.strip()
    if not name:
        raise UsageError("the member needs a name")
    if invitation.name and name.casefold() != invitation.name.casefold():
        raise UsageError("this invitation is for another member's device", advice="Give the name that it is for.")
    return invitation.name or name


def _place(content: SeatSecrets, vault: VaultId) -> SealedPlace:
    return SealedPlace(vault, SeatId(content.seat), content.keyring_key)


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
