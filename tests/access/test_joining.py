"""A seat that asks to join: what stands in its folder while it waits, what it asks for, and what leaves nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.access.power import at_flush, no_room
from tests.access.told import is_told, told_by
from tests.services import colleague
from tests.services.founded import MEMBER, Place
from vault.access.membership.pending_seat import (
    Asked,
    certificate_of,
    join,
    join_here,
    new_seat,
    pending_seat_of,
    place_of,
)
from vault.access.seat_keys.rekeying import doors_of, slots_here
from vault.access.seat_keys.root_secret import kept_secret
from vault.access.session import Session
from vault.errors import BrokenSealError, RefusedError, TryAgainError, UsageError
from vault.ids import SeatId, VaultId, make_id
from vault.log.genesis import Genesis, origin_of, verify_genesis
from vault.log.roster_entries import Certificate
from vault.policy.roles import Role
from vault.seal.entrance.doors import DoorKeys, open_doors, open_recovery_door
from vault.seal.entrance.keyfile import SLOT_COUNT, KeyFile, OpenedSlot, unlock
from vault.seal.entrance.passphrase import FLOOR
from vault.seal.invitation import Invitation, Request, joining_words, make_nonce, open_request
from vault.seal.purposes import Purpose
from vault.seal.recipients import KemPrivate
from vault.seal.recovery import derive_recovery_seed
from vault.seal.signing import is_signed_raw, public_key
from vault.store.engine import Database, open_database
from vault.store.folder import VaultFolder
from vault.store.rowtypes import LocalRow
from vault.store.schema import open_in_memory

NAME = "Oren Sabaluk"
PASSPHRASE = b"nine copper whistles"
INVITER = KemPrivate.from_seed(b"i" * 96)
INVITATION = Invitation(
    vault=b"v" * 16,
    root=b"R" * 32,
    roster=b"r" * 32,
    nonce=b"n" * 16,
    roles=("caseworker",),
    by=MEMBER,
    seat=b"s" * 16,
    kem=INVITER.public,
)
FOR_A_DEVICE = replace(INVITATION, roles=(), member=b"m" * 16, name=NAME)


def ask(path: Path, invitation: Invitation = INVITATION, name: str = NAME, passphrase: bytes = PASSPHRASE) -> Asked:
    return join(path, invitation, member_name=name, passphrase=bytearray(passphrase), parameters=FLOOR)


def opened(path: Path) -> tuple[KeyFile, OpenedSlot]:
    file = KeyFile.decode((path / "keys").read_bytes())
    return file, unlock(file, bytearray(PASSPHRASE), NAME)


def request_in(asked: Asked) -> Request:
    return open_request(INVITER, INVITATION.vault, INVITATION.seat, asked.file)


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Asked]:
    """A folder of one that waits, which no test changes, and what was asked for."""
    path = tmp_path_factory.mktemp("waiting") / "new.vault"
    return path, ask(path, name=f"  {NAME} ")


@pytest.fixture
def memory() -> Iterator[Database]:
    database = open_in_memory()
    yield database
    database.close()


# ---- what a new seat asks for


def test_a_new_seat_asks_with_its_own_keys_and_the_beginning_of_its_log(memory: Database) -> None:
    new = new_seat(memory, INVITATION, NAME, here=True)
    secrets, request, waiting = new.secrets, new.request, new.waiting
    genesis = verify_genesis(request.genesis, is_signed_raw)
    kem, identity = KemPrivate.from_seed(secrets.kem_seed).public, public_key(secrets.identity_seed)
    assert (secrets.root_public, waiting.here, waiting.roster) == (INVITATION.root, True, INVITATION.roster)
    asked = Request(INVITATION.digest(), secrets.seat, request.member, NAME, kem, identity, request.genesis)
    assert request == asked
    assert (waiting.genesis, waiting.member) == (request.genesis, request.member)
    assert genesis == Genesis(INVITATION.vault, secrets.seat, identity, public_key(waiting.session_seed), genesis.nonce)
    assert waiting.following_seed != waiting.session_seed
    assert certificate_of(request) == Certificate(
        request.seat, request.member, kem, identity, origin_of(request.genesis)
    )


def test_a_further_device_is_the_members_and_a_new_member_is_nobody_known(memory: Database) -> None:
    device = new_seat(memory, FOR_A_DEVICE, NAME, here=False)
    assert device.request.member == device.waiting.member == FOR_A_DEVICE.member
    assert len({new_seat(memory, INVITATION, NAME, here=False).request.member for _ in range(2)}) == 2


# ---- a folder that waits


def test_a_folder_that_waits_has_all_parts_of_a_vault_and_nothing_else(waiting: tuple[Path, Asked]) -> None:
    path, _ = waiting
    assert [one.name for one in path.parent.iterdir()] == ["new.vault"]
    parts = {one.name for one in path.iterdir()}
    assert parts == {"attempts", "keys", "vault.db", "index", "drafts", "blobs", "ballast"}


def test_a_seat_that_waits_opens_its_slot_its_door_and_how_its_log_will_begin(waiting: tuple[Path, Asked]) -> None:
    path, asked = waiting
    request = request_in(asked)
    file, slot = opened(path)
    assert (slot.secrets.seat, slot.secrets.root_public) == (asked.seat, INVITATION.root)
    assert (file.header.vault, file.header.generation, file.header.parameters) == (INVITATION.vault, 0, FLOOR)
    assert (file.header.previous, file.header.folder != file.header.vault) == (None, True)
    private = KemPrivate.from_seed(slot.secrets.kem_seed)
    doors = open_doors(private, asked.seat, INVITATION.vault, file.doors)
    assert doors.old is None
    database = open_database(VaultFolder(path).database, doors.new, create=False)
    with database.reading() as rows:
        assert slots_here(rows) == {asked.seat: slot.number}
        assert rows.locals_for(Purpose.SLOT) == [LocalRow(asked.seat, Purpose.SLOT, slot.number, b"")]
        begins = pending_seat_of(rows, place_of(slot.secrets, VaultId(INVITATION.vault)))
    database.close()
    assert begins is not None
    assert (begins.genesis, begins.member, begins.here) == (request.genesis, request.member, False)
    assert begins.roster == INVITATION.roster


def test_the_words_are_those_of_the_request_that_is_written_for_the_inviter(waiting: tuple[Path, Asked]) -> None:
    _, asked = waiting
    request = request_in(asked)
    assert (request.seat, request.name, request.invitation) == (asked.seat, NAME, INVITATION.digest())
    assert asked.words == joining_words(INVITATION.root, request, INVITATION.roster)


def test_recovery_gets_no_way_in_before_the_directory_says_which_key_it_has(waiting: tuple[Path, Asked]) -> None:
    file, slot = opened(waiting[0])
    with pytest.raises(BrokenSealError):
        open_recovery_door(KemPrivate.from_seed(slot.secrets.kem_seed), INVITATION.vault, file.recovery_door)
    with pytest.raises(BrokenSealError):
        open_recovery_door(INVITER, INVITATION.vault, file.recovery_door)


# ---- whose name


def test_the_device_of_a_member_is_asked_for_by_their_name_as_the_invitation_writes_it(tmp_path: Path) -> None:
    asked = ask(tmp_path / "new.vault", FOR_A_DEVICE, name=NAME.upper())
    assert request_in(asked).name == NAME


# ---- what leaves nothing


def test_what_is_refused_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "new.vault"
    for act, error, words in (
        (lambda: ask(path, name=""), UsageError, "name of the member is empty"),
        (lambda: ask(path, name="   "), UsageError, "name of the member is empty"),
        (lambda: ask(path, FOR_A_DEVICE, name="Somebody Else"), UsageError, "for another member's device"),
        (lambda: ask(path, passphrase=b""), RefusedError, "passphrase"),
    ):
        assert is_told(error, words, act)
        assert list(tmp_path.iterdir()) == []
    path.write_text("mine")
    assert is_told(RefusedError, "there is something at", ask, path)
    assert [part.read_text() for part in tmp_path.iterdir()] == ["mine"]


def test_no_room_at_any_step_leaves_nothing_and_at_last_its_name_is_durable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, outcomes = tmp_path / "new.vault", []
    with at_flush(monkeypatch, 0, no_room) as flushed:
        ask(path)
    for step in range(2, len(flushed), 3):  # of each file one
        shutil.rmtree(path, ignore_errors=True)
        with at_flush(monkeypatch, step, no_room):
            kind, _ = told_by(ask, path)
        outcomes.append((kind is None, [part.name for part in tmp_path.iterdir()] == ["new.vault"]))
        assert kind is None or list(tmp_path.iterdir()) == []
    # Only the hints about failed attempts may be missing from a folder that is made: one of these.
    assert {*outcomes} == {(False, False), (True, True)}
    assert outcomes.count((True, True)) == 1
    stood: list[bool] = []
    with at_flush(monkeypatch, len(flushed), lambda: stood.append(path.exists())):
        ask(path)
    assert stood == [True]


def test_where_the_name_was_taken_meanwhile_what_took_it_stays_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "new.vault"

    def take_the_name() -> None:
        path.mkdir()
        (path / "letter").write_text("mine")

    with at_flush(monkeypatch, 5, take_the_name):
        assert is_told(TryAgainError, f"the vault cannot be made at {path}", ask, path)
    assert [part.name for part in tmp_path.rglob("*")] == ["new.vault", "letter"]


def test_what_cannot_be_cleared_away_hides_no_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def move_away() -> None:
        (building,) = tmp_path.glob("*.part")
        building.rename(tmp_path / "elsewhere")
        no_room()

    with at_flush(monkeypatch, 5, move_away):
        assert is_told(TryAgainError, "", ask, tmp_path / "new.vault")


# ---- in a folder that is a vault already


def invitation_of(session: Session) -> Invitation:
    return Invitation(
        vault=session.vault,
        root=session.root_public,
        roster=session.directory.roster,
        nonce=make_nonce(),
        roles=("caseworker",),
        by=MEMBER,
        seat=session.seat,
        kem=session.kem_private.public,
    )


def test_a_seat_in_the_same_folder_takes_a_free_slot_and_all_doors_are_made_anew(founded: Place) -> None:
    with founded.open() as session:
        other = colleague.admit(session, name="Ilse Marrow", passphrase=b"other words", roles={Role.CASEWORKER})
    with founded.open() as session:
        before = session.folder.keys.read_bytes()
        new = join_here(session, invitation_of(session), member_name=f" {NAME} ", passphrase=bytearray(PASSPHRASE))
        assert session.folder.keys.read_bytes() == before
        file = KeyFile.decode(before)
        doors = doors_of(file, session.kem_private, session.seat)
        recovery = KemPrivate.from_seed(derive_recovery_seed(kept_secret(session) or b""))
        with session.database.reading() as rows:
            assert new.certificate.seat not in slots_here(rows)
            taken = {*slots_here(rows).values()}
        assert doors_of(new.keys, session.kem_private, session.seat) == doors
        assert open_recovery_door(recovery, session.vault, new.keys.recovery_door) == doors
        vault = session.vault
    slot = unlock(new.keys, bytearray(PASSPHRASE), NAME)
    theirs = unlock(new.keys, bytearray(other.passphrase), other.name)
    for one in (slot, theirs):
        assert doors_of(new.keys, KemPrivate.from_seed(one.secrets.kem_seed), SeatId(one.secrets.seat)) == doors
    assert isinstance(doors, DoorKeys)
    assert slot.number not in taken
    assert [n for n in range(SLOT_COUNT) if new.keys.slots[n] != file.slots[n]] == [slot.number]
    assert new.rows[0] == LocalRow(SeatId(slot.secrets.seat), Purpose.SLOT, slot.number, b"")
    assert len(new.rows) == 2
    private = KemPrivate.from_seed(slot.secrets.kem_seed)
    assert (new.certificate.seat, new.certificate.kem) == (slot.secrets.seat, private.public)
    memory = open_in_memory()
    with memory.transaction() as rows:
        for row in new.rows:
            rows.put_local(row)
        waiting = pending_seat_of(rows, place_of(slot.secrets, vault))
    memory.close()
    assert waiting is not None
    assert (waiting.here, waiting.origin, waiting.member) == (True, new.certificate.genesis, new.certificate.member)


def test_where_every_slot_is_taken_or_the_name_is_not_the_invitations_nobody_joins(session: Session) -> None:
    invitation = invitation_of(session)
    device = replace(invitation, roles=(), member=session.member, name=MEMBER)
    with session.database.transaction() as rows:
        for number in range(1, SLOT_COUNT):
            rows.put_local(LocalRow(make_id(), Purpose.SLOT, number, b""))
    words = f"this folder has room for {SLOT_COUNT} devices, and all of it is in use"
    for given, name, error, told in (
        (device, " ", UsageError, "name of the member is empty"),
        (device, NAME, UsageError, "this invitation is for another member's device"),
        (invitation, NAME, RefusedError, words),
    ):

        def join_with(given: Invitation = given, name: str = name) -> object:
            return join_here(session, given, member_name=name, passphrase=bytearray(PASSPHRASE))

        assert is_told(error, told, join_with)
