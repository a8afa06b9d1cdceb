"""A new seat asks to join: its keys, how its log begins, and the request that answers an invitation (FORMAT.md 2)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path

from vault import platform
from vault.access.membership.pending_seat import PendingSeat, place_of
from vault.access.seat_keys.key_file import read_key_file
from vault.access.seat_keys.rekeying import doors_here, free_slot, seats_here
from vault.access.session import Session
from vault.access.trust.attempts import make_hints
from vault.casework.checks import checked_name, checked_name_of_member
from vault.errors import UsageError
from vault.ids import ZERO_ID, MemberId, SeatId, VaultId, make_id
from vault.log.genesis import origin_of
from vault.log.rosters.roster_entries import Certificate
from vault.records.seatlog import begin
from vault.seal.entrance.doors import DoorKeys, make_doors, make_recovery_door
from vault.seal.entrance.keyfile import SLOT_COUNT, KeyFile, KeyHeader, SeatSecrets, make_key_file
from vault.seal.entrance.passphrase import KdfParameters
from vault.seal.entrance.unlocking import make_slot
from vault.seal.joining import Invitation, Request, joining_words, seal_request
from vault.seal.keyring import Keyring
from vault.seal.keys import make_key
from vault.seal.purposes import Purpose
from vault.seal.recipients import KemPrivate, make_kem_seed
from vault.seal.signing import public_key
from vault.store.beside import built_beside
from vault.store.engine import Database, open_database
from vault.store.files import promote, write_aside
from vault.store.folder import VaultFolder
from vault.store.rowtypes import LocalRow
from vault.store.schema import make_tables
from vault.words.message import Message


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
    """Return the certificate that a request asks for."""
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
        database = open_database(building.database, database_key, create=True)
        try:
            make_tables(database)
            new = new_seat(database, invitation, name, here=False)
            number = secrets.randbelow(SLOT_COUNT)
            slot = make_slot(header, number, new.secrets, passphrase=passphrase, member_name=name)
            file = _first_key_file(header, new, DoorKeys(database_key), number, slot)
            write_aside(building.keys, file.encode())
            with database.transaction() as rows:
                rows.put_local(LocalRow(new.request.seat, Purpose.SLOT, number, b""))
                rows.put_local(new.waiting.row(place_of(new.secrets, VaultId(invitation.vault))))
        finally:
            database.close()
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
