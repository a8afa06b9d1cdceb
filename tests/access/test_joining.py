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
from tests.access.seats import DATABASE_KEY, KEM, SEAT, SECRETS, VAULT, keys_file
from tests.access.seats import MEMBER as SEATS_MEMBER
from tests.access.told import is_told, told_by
from tests.log.test_roster import ALONE, chain
from tests.services import colleague
from tests.services.founded import MEMBER, Place
from tests.services.organisation import Account, ask_to_join, finish_joining
from tests.store.samples import new_vault, operation
from vault.access.membership.inviting import make_invitation
from vault.access.membership.pending_seat import (
    Asked,
    PendingSeat,
    certificate_of,
    join,
    join_here,
    new_seat,
    pending_database,
    pending_seat_of,
    place_of,
)
from vault.access.pins.pins import Pinned, Pins
from vault.access.recovery_session import open_door
from vault.access.seat_keys.rekeying import doors_here, doors_of, free_slot, read_key_file, slots_here
from vault.access.seat_keys.root_secret import kept_secret
from vault.access.session import Session
from vault.access.trust.directory import RECOVERY, Directory
from vault.errors import (
    BrokenSealError,
    MalformedError,
    RefusedError,
    TryAgainError,
    UsageError,
    VaultError,
    VerificationError,
    WaitingForDecisionError,
)
from vault.ids import CompartmentId, Origin, SeatId, VaultId, make_id
from vault.log.genesis import Genesis, origin_of, verify_genesis
from vault.log.roster import Roster
from vault.log.roster_entries import Certificate
from vault.policy.roles import Role
from vault.records.seatlog import Holder, SealedPlace, SessionKeys
from vault.records.versions import open_each
from vault.seal.entrance.doors import DoorKeys, open_doors, open_recovery_door
from vault.seal.entrance.keyfile import SLOT_COUNT, KeyFile, OpenedSlot, unlock
from vault.seal.entrance.passphrase import FLOOR
from vault.seal.invitation import Invitation, Request, joining_words, open_request
from vault.seal.keyring import Keyring
from vault.seal.purposes import Purpose
from vault.seal.recipients import KemPrivate
from vault.seal.recovery import derive_recovery_seed
from vault.seal.signing import is_signed_raw, public_key
from vault.services.members import invitations
from vault.store.engine import Database, open_database
from vault.store.folder import VaultFolder
from vault.store.rows import Rows
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
    file = read_key_file(path / "keys")
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
    with closing(open_in_memory()) as database:
        yield database


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
    with closing(open_database(path / "vault.db", doors.new, create=False)) as database, database.reading() as rows:
        assert slots_here(rows) == {asked.seat: slot.number}
        assert rows.locals_for(Purpose.SLOT) == [LocalRow(asked.seat, Purpose.SLOT, slot.number, b"")]
        begins = pending_seat_of(rows, place_of(slot.secrets, VaultId(INVITATION.vault)))
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
    return make_invitation(session, by=MEMBER, roles=["caseworker"], is_kept=False)


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
    with open_in_memory().transaction() as rows:
        for row in new.rows:
            rows.put_local(row)
        waiting = pending_seat_of(rows, place_of(slot.secrets, vault))
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


# A seat that waits: what it keeps of its request, what its first log needs to begin, and when it waits no more.
PENDING_NAME = "Ilse Marrow"
PLACE = SealedPlace(VAULT, SEAT, SECRETS.keyring_key)
GENESIS = b"g" * 249
LOG = Origin(origin_of(GENESIS))
INVITING = ALONE.roster("root")
LATER = ALONE.with_member("Kim", "field", INVITING).roster("root")
WAITING = PendingSeat(GENESIS, SEATS_MEMBER, INVITING.root, False, b"1" * 32, b"2" * 32)
OWN = Certificate(SEAT, SEATS_MEMBER, KEM.public, public_key(SECRETS.identity_seed), LOG)
PINS = Pins(
    machine=b"M" * 32,
    logs={},
    current=LOG,
    pending=None,
    roster=LATER.root,
    keys_header=b"",
    keys_slot=b"",
    index=None,
    highest_ms=0,
)


def directory(*rosters: Roster, admitted: Certificate | None = None) -> Directory:
    """Return what these rosters come to; the last one certifies this for the seat and nobody else."""
    judged = chain(*rosters)
    assert judged.effective is not None
    certificates = {} if admitted is None else {bytes(SEAT): admitted}
    return Directory(CompartmentId(b"d" * 16), judged, replace(judged.effective, certificates=certificates))


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


def seat_of(*stored: LocalRow, entries: int = 0, held: Keyring | None = None) -> PendingSeat | None:
    with kept(*stored, entries=entries) as rows:
        return pending_seat_of(rows, PLACE, held)


# ---- what is kept of the request


def test_what_a_seat_keeps_while_it_waits_is_the_map_of_the_format_sealed_for_it() -> None:
    row = WAITING.row(PLACE)
    assert (row.seat, row.purpose, row.number) == (SEAT, Purpose.JOINING, 0)
    assert msgspec.msgpack.decode(PLACE.open_row(row)) == {
        "genesis": GENESIS,
        "member": SEATS_MEMBER,
        "seed": b"1" * 32,
        "following": b"2" * 32,
        "roster": INVITING.root,
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
    few = {name: value for name, value in true.items() if name != "roster"}
    for content in (true | {"more": 1}, few, true | {"here": b""}, b"\xc1", b"\x81\xa1\xff\x01"):
        encoded = content if isinstance(content, bytes) else msgspec.msgpack.encode(content)
        with pytest.raises(MalformedError, match="the row of the waiting device cannot be read"):
            seat_of(PLACE.seal_row(Purpose.JOINING, encoded))


def test_the_seat_waits_until_something_is_granted_to_it_or_its_log_has_begun() -> None:
    row, nothing, something = WAITING.row(PLACE), Keyring(), Keyring()
    something.add(b"c" * 16, b"e" * 16, b"K" * 32)
    with pytest.raises(WaitingForDecisionError, match="this device is waiting for admission"):
        seat_of(row, held=nothing)
    assert seat_of(row, held=something) == WAITING
    assert seat_of(row, entries=1, held=nothing) == replace(WAITING, has_begun=True)


# ---- whether its log begins


def test_the_certificate_that_a_seat_asks_for_is_of_its_own_keys_and_its_first_log() -> None:
    assert WAITING.certificate(SECRETS) == OWN
    assert WAITING.origin == LOG


def test_a_log_begins_where_the_newest_roster_admits_what_was_asked_for_and_once() -> None:
    for rosters in ((INVITING,), (INVITING, LATER)):
        for pins in (None, PINS):
            assert WAITING.begins(directory(*rosters, admitted=OWN), SECRETS, pins)
            assert not replace(WAITING, has_begun=True).begins(directory(*rosters, admitted=OWN), SECRETS, pins)
    seen = replace(PINS, logs={LOG: Pinned(0, bytes(32))})
    assert not WAITING.begins(directory(INVITING, LATER, admitted=OWN), SECRETS, seen)


OTHER_SEED = b"o" * 32
OTHERS: dict[str, bytes] = {
    "seat": b"t" * 16,
    "member": b"n" * 16,
    "kem": KemPrivate.from_seed(b"o" * 96).public,
    "identity": public_key(OTHER_SEED),
    "genesis": origin_of(b"h" * 249),
}
ANOTHER = "the list of members admits another key or another member instead of those of this device"
NOT_ADMITTED: list[tuple[PendingSeat, Directory, type[VaultError], str]] = [
    (WAITING, directory(INVITING), WaitingForDecisionError, "this device is waiting for admission"),
    (WAITING, directory(INVITING, LATER), VerificationError, "the newest list of members does not admit this device"),
    (
        replace(WAITING, roster=LATER.root),
        directory(INVITING, admitted=OWN),
        VerificationError,
        "the list of members that the invitation names did not arrive",
    ),
    *(
        (WAITING, directory(INVITING, LATER, admitted=replace(OWN, **{name: value})), VerificationError, ANOTHER)
        for name, value in OTHERS.items()
    ),
]


def test_no_log_begins_where_the_rosters_do_not_lead_to_what_was_asked_for() -> None:
    begun = [
        words
        for waits, found, error, words in NOT_ADMITTED
        if not is_told(error, words, waits.begins, found, SECRETS, None)
    ]
    assert begun == []


def test_the_first_log_is_the_one_that_was_asked_for_and_still_empty() -> None:
    database, keyring = open_in_memory(), Keyring()
    found = directory(INVITING, LATER, admitted=OWN)
    log = WAITING.begun(database, PLACE, found, keyring)
    assert (log.database, log.place, log.keyring) == (database, PLACE, keyring)
    assert (log.origin, log.genesis, log.size, log.ratchet) == (LOG, GENESIS, 0, None)
    assert (log.roster, log.auditors) == (LATER.root, [Holder(RECOVERY, found.effective.head.recovery)])
    assert log.session == SessionKeys(1, b"1" * 32, b"2" * 32)


# ---- the end of waiting


@pytest.mark.parametrize("is_here", [True, False])
def test_the_keys_file_of_a_new_folder_gets_recovery_and_attempts_from_the_directory(
    session: Session, tmp_path: Path, *, is_here: bool
) -> None:
    place = Place(tmp_path / "new.vault", tmp_path / "state")
    request, words = ask_to_join(tmp_path, place, invitations.invite(session, like="caseworker"), PENDING_NAME)
    before = read_key_file(place.path / "keys")
    admitted = invitations.admit(session, invitations.look(session, request), words)
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


# Which slot of a folder a new seat may take: one that nobody is known to have, drawn, and never the first.
def free(taken: Iterable[int], choose: Callable[[Sequence[int]], int] = min) -> int:
    """Return the slot of a new seat where others have these."""
    with open_in_memory().transaction() as rows:
        for seat, number in enumerate(taken):
            rows.put_local(LocalRow(bytes([seat]) * 16, Purpose.SLOT, number, b""))
        return free_slot(rows, choose=choose)


def test_a_new_seat_gets_a_slot_that_nobody_has_and_never_the_first() -> None:
    assert free([]) == 1  # of a vault that nobody unlocked since slots are remembered
    assert free([0]) == 1
    assert free([7, 1, 2]) == 3
    assert free([2, 3]) == 1
    assert free(range(31)) == 31
    for taken in (range(32), range(1, 32)):
        with pytest.raises(RefusedError, match=r"^this folder has room for 32 devices, and all of it is in use$"):
            free(taken)


def test_which_slot_a_new_seat_gets_is_drawn_from_all_that_are_free() -> None:
    offered: list[int] = []

    def last(numbers: Sequence[int]) -> int:
        offered.extend(numbers)
        return numbers[-1]

    assert free([2, 3], choose=last) == 31
    assert offered == [number for number in range(1, 32) if number not in {2, 3}]
