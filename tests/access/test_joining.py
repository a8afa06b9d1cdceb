"""A seat that asks to join: what stands in its folder while it waits, what it asks for, and what leaves nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from tests.access.power import at_flush, no_room
from tests.access.seats import DATABASE_KEY, SEAT, SECRETS, VAULT, keys_file
from tests.access.told import is_told, told_by
from tests.services import colleague
from tests.services.founded import Place
from tests.services.organisation import Account, admit_to, ask_to_join, finish_joining
from tests.store.samples import new_vault, operation
from vault.access.membership.act_listing import list_acts
from vault.access.membership.joining import (
    Asked,
    PendingSeat,
    join,
    join_here,
    new_seat,
    pending_database,
    pending_seat_of,
    place_of,
)
from vault.access.membership.sheets import by_the_sheets
from vault.access.pins.pins import Pinned
from vault.access.recovery_session import open_door
from vault.access.seat_keys.rekeying import doors_here, doors_of, free_slot, read_key_file, slots_here
from vault.access.seat_keys.root_secret import kept_secret
from vault.access.session import Session
from vault.errors import (
    BrokenSealError,
    MalformedError,
    RefusedError,
    TryAgainError,
    UsageError,
    WaitingForDecisionError,
)
from vault.ids import ZERO_ID, SeatId, VaultId, make_id
from vault.log.act_bytes import admit
from vault.log.genesis import Genesis, origin_of, verify_genesis
from vault.policy.roles import Role
from vault.records.seatlog import FirstLog, SealedPlace, SessionKeys
from vault.records.versions import open_each
from vault.seal.entrance.doors import DoorKeys, open_doors, open_recovery_door
from vault.seal.entrance.keyfile import SLOT_COUNT, KeyFile, OpenedSlot, unlock
from vault.seal.entrance.passphrase import FLOOR
from vault.seal.purposes import Purpose
from vault.seal.recipients import KemPrivate
from vault.seal.recovery import certificate_words, derive_recovery_seed
from vault.seal.signing import is_signed_raw, public_key
from vault.services.members import admitting
from vault.store.engine import Database, open_database
from vault.store.folder import VaultFolder
from vault.store.rows import Rows
from vault.store.rowtypes import LocalRow
from vault.store.schema import open_in_memory

NAME = "Oren Sabaluk"
PASSPHRASE = b"nine copper whistles"
ANCHOR = b"v" * 16 + b"a" * 16
OF_A_MEMBER = b"m" * 16


def ask(path: Path, name: str = NAME, passphrase: bytes = PASSPHRASE, member: bytes = ZERO_ID) -> Asked:
    return join(path, ANCHOR, member_name=name, passphrase=bytearray(passphrase), parameters=FLOOR, member=member)


def opened(path: Path) -> tuple[KeyFile, OpenedSlot]:
    file = read_key_file(path / "keys")
    return file, unlock(file, bytearray(PASSPHRASE), NAME)


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Asked]:
    """A folder of one that waits, which no test changes, and what was asked for."""
    path = tmp_path_factory.mktemp("waiting") / "new.vault"
    return path, ask(path, name=f"  {NAME} ")


def test_a_new_seat_asks_with_its_own_keys_and_the_beginning_of_its_log() -> None:
    for member in (ZERO_ID, OF_A_MEMBER):
        new = new_seat(ANCHOR, member=member, here=True)
        secrets, waiting = new.secrets, new.waiting
        kem, identity = KemPrivate.from_seed(secrets.kem_seed).public, public_key(secrets.identity_seed)
        genesis = verify_genesis(new.certificate, is_signed_raw)
        assert (secrets.anchor, waiting.here, waiting.log.genesis) == (ANCHOR, True, new.certificate)
        assert secrets.seat == genesis.seat == origin_of(new.certificate)[:16]
        keys, session = waiting.log.session, public_key(waiting.log.session.seed)
        own = (identity, session, genesis.nonce)
        assert genesis == Genesis(ANCHOR[:16], secrets.seat, *own, member=member, kem=kem)
        assert keys.following_seed != keys.seed


def test_a_folder_that_waits_has_all_parts_of_a_vault_and_nothing_else(waiting: tuple[Path, Asked]) -> None:
    path, _ = waiting
    assert [one.name for one in path.parent.iterdir()] == ["new.vault"]
    parts = {one.name for one in path.iterdir()}
    assert parts == {"attempts", "keys", "vault.db", "index", "drafts", "blobs", "ballast"}


def test_a_seat_that_waits_opens_its_slot_its_door_and_how_its_log_will_begin(waiting: tuple[Path, Asked]) -> None:
    path, asked = waiting
    vault = VaultId(ANCHOR[:16])
    file, slot = opened(path)
    assert (slot.secrets.seat, slot.secrets.anchor) == (asked.seat, ANCHOR)
    assert (file.header.vault, file.header.generation, file.header.parameters) == (vault, 0, FLOOR)
    assert (file.header.previous, file.header.folder != file.header.vault) == (None, True)
    private = KemPrivate.from_seed(slot.secrets.kem_seed)
    doors = open_doors(private, asked.seat, vault, file.doors)
    assert doors.old is None
    with closing(open_database(path / "vault.db", doors.new, create=False)) as database, database.reading() as rows:
        assert slots_here(rows) == {asked.seat: slot.number}
        assert rows.locals_for(Purpose.SLOT) == [LocalRow(asked.seat, Purpose.SLOT, slot.number, b"")]
        begins = pending_seat_of(rows, place_of(slot.secrets, vault))
    assert begins is not None
    assert (begins.log.genesis, begins.here) == (asked.file, False)
    assert asked.words == certificate_words(vault, asked.file)
    with pytest.raises(BrokenSealError):  # recovery gets a way in once the directory says which key it has
        open_recovery_door(private, vault, file.recovery_door)


def test_what_is_refused_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "new.vault"
    for act, error, words in (
        (lambda: ask(path, name=""), UsageError, "name of the member is empty"),
        (lambda: ask(path, name="   "), UsageError, "name of the member is empty"),
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


def test_what_cannot_be_cleared_away_hides_no_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def move_away() -> None:
        (building,) = tmp_path.glob("*.part")
        building.rename(tmp_path / "elsewhere")
        no_room()

    with at_flush(monkeypatch, 5, move_away):
        assert is_told(TryAgainError, "", ask, tmp_path / "new.vault")


def test_a_seat_in_the_same_folder_takes_a_free_slot_and_all_doors_are_made_anew(founded: Place) -> None:
    with founded.open() as session:
        other = colleague.admit(session, name="Ilse Marrow", passphrase=b"other words", roles={Role.CASEWORKER})
    with founded.open() as session:
        before = session.folder.keys.read_bytes()
        new = join_here(session, member_name=f" {NAME} ", passphrase=bytearray(PASSPHRASE))
        assert session.folder.keys.read_bytes() == before
        file = KeyFile.decode(before)
        doors = doors_of(file, session.kem_private, session.seat)
        recovery = KemPrivate.from_seed(derive_recovery_seed(kept_secret(session) or b""))
        with session.database.reading() as rows:
            assert new.seat not in slots_here(rows)
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
    assert (new.seat, Genesis.decode(new.certificate).kem) == (slot.secrets.seat, private.public)
    with open_in_memory().transaction() as rows:
        for row in new.rows:
            rows.put_local(row)
        waiting = pending_seat_of(rows, place_of(slot.secrets, vault))
    assert waiting is not None
    assert (waiting.here, waiting.log.genesis, bytes(new.member)) == (True, new.certificate, bytes(new.seat))


def test_where_every_slot_is_taken_nobody_joins(session: Session) -> None:
    with session.database.transaction() as rows:
        for number in range(1, SLOT_COUNT):
            rows.put_local(LocalRow(make_id(), Purpose.SLOT, number, b""))
    words = f"this folder has room for {SLOT_COUNT} devices, and all of it is in use"
    for name, error, told in ((" ", UsageError, "name of the member is empty"), (NAME, RefusedError, words)):
        passphrase = bytearray(PASSPHRASE)
        assert is_told(error, told, join_here, session, member_name=name, passphrase=passphrase)


# A seat that waits: what it keeps of its request, what its first log needs to begin, and when it waits no more.
PENDING_NAME = "Ilse Marrow"
PLACE = SealedPlace(VAULT, SEAT, SECRETS.keyring_key)
FIRST = FirstLog(new_seat(ANCHOR, here=False).certificate, SessionKeys(1, b"1" * 32, b"2" * 32))
GENESIS, LOG = FIRST.genesis, FIRST.origin
WAITING = PendingSeat(FIRST, here=False)


@contextmanager
def kept(*stored: LocalRow, entries: int = 0) -> Iterator[Rows]:
    """Return rows of the seat, whose log has so many entries."""
    with open_in_memory().transaction() as rows:
        rows.add_genesis(LOG, GENESIS)
        for row in stored:
            rows.put_local(row)
        for seq in range(entries):
            rows.add_operation(operation(seq, LOG))
        yield rows


def seat_of(*stored: LocalRow, entries: int = 0) -> PendingSeat | None:
    with kept(*stored, entries=entries) as rows:
        return pending_seat_of(rows, PLACE)


def test_what_a_seat_keeps_while_it_waits_is_the_map_of_the_format_sealed_for_it() -> None:
    row = WAITING.row(PLACE)
    assert (row.seat, row.purpose, row.number) == (SEAT, Purpose.JOINING, 0)
    assert msgspec.msgpack.decode(PLACE.open_row(row)) == {
        "genesis": GENESIS,
        "seed": b"1" * 32,
        "following": b"2" * 32,
        "here": False,
    }


def test_a_seat_that_waits_is_found_as_it_asked_and_has_begun_with_its_first_entry() -> None:
    assert seat_of() is None
    for here in (False, True):
        asked = replace(WAITING, here=here)
        for entries in (0, 1, 2):
            assert seat_of(asked.row(PLACE), entries=entries) == replace(asked, has_begun=entries > 0)


def test_a_row_of_another_form_is_refused() -> None:
    true = msgspec.msgpack.decode(PLACE.open_row(WAITING.row(PLACE)))
    few = {name: value for name, value in true.items() if name != "here"}
    for content in (true | {"more": 1}, few, true | {"here": b""}, b"\xc1", b"\x81\xa1\xff\x01"):
        encoded = content if isinstance(content, bytes) else msgspec.msgpack.encode(content)
        with pytest.raises(MalformedError, match="the row of the waiting device cannot be read"):
            seat_of(PLACE.seal_row(Purpose.JOINING, encoded))


def test_a_log_begins_once_where_its_certificate_is_admitted(founded: Place) -> None:
    with founded.open() as session:
        oren, other = (new_seat(session.anchor, here=True).waiting for _ in range(2))
        assert is_told(WaitingForDecisionError, "waiting for admission", oren.begins, session.directory, None)
        admission = admit(oren.log.genesis, {Role.FIELD}, None, bytes(16))
        list_acts(session, [by_the_sheets(session, admission)])
        pins = session.pins
        assert pins is not None
        assert oren.begins(session.directory, None)
        assert oren.begins(session.directory, pins)
        assert not replace(oren, has_begun=True).begins(session.directory, None)
        seen = replace(pins, logs={oren.origin: Pinned(0, bytes(32))})
        assert not oren.begins(session.directory, seen)  # this account saw it: it does not begin again
        assert is_told(WaitingForDecisionError, "waiting for admission", other.begins, session.directory, None)
        log = oren.begun(session.database, session.log.place, session.directory, session.keyring)
        assert (log.origin, log.genesis, log.size, log.ratchet) == (oren.origin, oren.log.genesis, 0, None)
        assert (log.auditors, log.session) == (session.directory.auditors(), oren.log.session)
        colleague.end_seats(session, oren.log.seat)
        assert is_told(RefusedError, "was admitted, and ended again", oren.begins, session.directory, None)


@pytest.mark.parametrize("is_here", [True, False])
def test_the_keys_file_of_a_new_folder_gets_recovery_and_attempts_from_the_directory(
    session: Session, tmp_path: Path, *, is_here: bool
) -> None:
    place = Place(tmp_path / "new.vault", tmp_path / "state")
    request, words = ask_to_join(tmp_path, place, admitting.vault_words(session), PENDING_NAME)
    before = read_key_file(place.path / "keys")
    admitted = admit_to(session, request, words, PENDING_NAME, "caseworker")
    if not is_here:  # the key of the attempts: a patched program left it out of the bundle
        forget_attempts_key(session)
    with finish_joining(tmp_path, session, Account(PENDING_NAME, place, admitted.member, admitted.seat)) as joined:
        after = read_key_file(place.path / "keys")
        attempts = read_key_file(session.folder.keys) if is_here else before
        assert after.attempts_public == attempts.attempts_public
        assert open_door(after, kept_secret(session) or b"") == doors_here(joined, after)
        assert (after.slots, after.doors) == (before.slots, before.doors)
        assert after.header.generation == before.header.generation + 1
        with joined.database.reading() as rows:
            assert pending_seat_of(rows, joined.log.place) is None


def forget_attempts_key(session: Session) -> None:
    with session.database.transaction() as rows:
        opened, _ = open_each(
            rows.versions(session.directory.compartment), vault=session.vault, keyring=session.keyring
        )
        rows.erase_versions([(one.origin, one.seq, one.n) for one in opened if one.content.kind == "attempts-key"])


def begins(database: Database) -> None:
    with database.transaction() as rows:
        rows.add_genesis(LOG, GENESIS)
        rows.add_operation(operation(0, LOG))


def ends(database: Database) -> None:
    with database.transaction() as rows:
        rows.delete_local(SEAT, Purpose.JOINING)


def test_a_bundle_finds_the_database_of_a_seat_that_waits_and_no_other(tmp_path: Path) -> None:
    database = new_vault(tmp_path / "vault.db", DATABASE_KEY)
    with database.transaction() as rows:
        rows.put_local(WAITING.row(PLACE))
    database.close()
    file, slot = keys_file(with_doors=True), OpenedSlot(0, FLOOR, SECRETS)
    assert place_of(SECRETS, VAULT) == PLACE

    def look(change: Callable[[Database], None] = lambda _: None) -> bool:
        with pending_database(VaultFolder(tmp_path), file, slot) as found:
            if found is not None:
                with found.reading() as rows:
                    assert pending_seat_of(rows, PLACE) == WAITING
        again = open_database(tmp_path / "vault.db", DATABASE_KEY, create=False)  # nobody else has it open
        change(again)
        again.close()
        return found is not None

    assert [look(begins), look(ends), look()] == [True, False, False]


# Which slot of a folder a new seat may take: one that nobody is known to have, drawn.
def free(taken: Iterable[int], choose: Callable[[Sequence[int]], int] = min) -> int:
    """Return the slot of a new seat where others have these."""
    with open_in_memory().transaction() as rows:
        for seat, number in enumerate(taken):
            rows.put_local(LocalRow(bytes([seat]) * 16, Purpose.SLOT, number, b""))
        return free_slot(rows, choose=choose)


def test_a_new_seat_gets_a_slot_that_nobody_has() -> None:
    assert free([]) == 0
    assert free([0]) == 1
    assert free([0, 7, 1, 2]) == 3
    assert free(range(31)) == 31
    with pytest.raises(RefusedError, match=r"^this folder has room for 32 devices, and all of it is in use$"):
        free(range(32))


def test_which_slot_a_new_seat_gets_is_drawn_from_all_that_are_free() -> None:
    offered: list[int] = []

    def last(numbers: Sequence[int]) -> int:
        offered.extend(numbers)
        return numbers[-1]

    assert free([2, 3], choose=last) == 31
    assert offered == [number for number in range(32) if number not in {2, 3}]
