"""A seat that waits: what it keeps of its request, what its first log needs to begin, and when it waits no more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from tests.access.seats import DATABASE_KEY, KEM, MEMBER, SEAT, SECRETS, VAULT, keys_file
from tests.log.test_roster import ALONE, chain
from tests.store.samples import new_vault, operation
from vault import __version__
from vault.access import waiting
from vault.access.directory import RECOVERY, Directory
from vault.access.pins import Pinned, Pins
from vault.access.waiting import Waiting, finish_joining, place_of, waiting_database, waiting_seat
from vault.errors import MalformedError, VaultError, VerificationError, WaitingForDecisionError
from vault.ids import CompartmentId, Origin
from vault.log.genesis import origin_of
from vault.log.roster import Roster
from vault.log.roster_entries import Certificate
from vault.records.localrows import SessionKeys
from vault.records.seatlog import Holder, SealedPlace
from vault.seal.doors import DoorKeys, open_recovery_door
from vault.seal.keyfile import KeyFile
from vault.seal.keyring import Keyring
from vault.seal.passphrase import FLOOR
from vault.seal.purposes import Purpose
from vault.seal.recipients import KemPrivate
from vault.seal.signing import public_key
from vault.seal.unlocking import OpenedSlot
from vault.store.engine import Database, open_database
from vault.store.folder import VaultFolder
from vault.store.rows import Rows
from vault.store.rowtypes import LocalRow

PLACE = SealedPlace(VAULT, SEAT, SECRETS.keyring_key)
GENESIS = b"g" * 249
LOG = Origin(origin_of(GENESIS))
INVITING = ALONE.roster("root")
LATER = ALONE.with_member("Kim", "field", INVITING).roster("root")
WAITING = Waiting(GENESIS, MEMBER, INVITING.root, False, b"1" * 32, b"2" * 32)
OWN = Certificate(SEAT, MEMBER, KEM.public, public_key(SECRETS.identity_seed), LOG)
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
    assert judged.standing is not None
    certificates = {} if admitted is None else {bytes(SEAT): admitted}
    return Directory(CompartmentId(b"d" * 16), judged, replace(judged.standing, certificates=certificates))


@dataclass
class Kept:
    """Stands for `Rows`: the local rows of the seat, and how long which logs are."""

    locals_: dict[tuple[bytes, int], LocalRow] = field(default_factory=dict)
    sizes: dict[bytes, int] = field(default_factory=dict)

    def local(self, seat: bytes, purpose: int) -> LocalRow | None:
        return self.locals_.get((seat, purpose))

    def delete_local(self, seat: bytes, purpose: int) -> None:
        self.locals_.pop((seat, purpose), None)

    def size(self, origin: bytes) -> int:
        return self.sizes.get(origin, 0)

    @contextmanager
    def reading(self) -> Iterator[Kept]:
        yield self

    transaction = reading


def kept(row: LocalRow | None = None, *, size: int = 0) -> Kept:
    row = WAITING.row(PLACE) if row is None else row
    return Kept({(row.seat, row.purpose): row}, {LOG: size})


def seat_of(rows: Kept, held: Keyring | None = None) -> Waiting | None:
    return waiting_seat(cast("Rows", rows), PLACE, held)


# ---- what is kept of the request


def test_what_a_seat_keeps_while_it_waits_is_the_map_of_the_format_sealed_for_it() -> None:
    row = WAITING.row(PLACE)
    assert (row.seat, row.purpose, row.number) == (SEAT, Purpose.JOINING, 0)
    assert msgspec.msgpack.decode(PLACE.open_row(row)) == {
        "genesis": GENESIS,
        "member": MEMBER,
        "seed": b"1" * 32,
        "following": b"2" * 32,
        "roster": INVITING.root,
        "here": False,
    }


@pytest.mark.parametrize("here", [False, True])
@pytest.mark.parametrize(("size", "has_begun"), [(0, False), (1, True), (2, True)])
def test_a_seat_that_waits_is_found_as_it_asked_and_has_begun_with_its_first_entry(
    size: int, *, has_begun: bool, here: bool
) -> None:
    asked = replace(WAITING, here=here)
    assert seat_of(kept(asked.row(PLACE), size=size)) == replace(asked, has_begun=has_begun)


def test_a_seat_without_such_a_row_is_an_ordinary_one() -> None:
    assert seat_of(Kept()) is None


MAP = msgspec.msgpack.decode(PLACE.open_row(WAITING.row(PLACE)))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(MAP | {"more": 1}, id="a member of the map that nobody knows"),
        pytest.param({name: value for name, value in MAP.items() if name != "roster"}, id="a member too few"),
        pytest.param(MAP | {"here": b""}, id="another type"),
        pytest.param(b"\xc1", id="no MessagePack"),
        pytest.param(b"\x81\xa1\xff\x01", id="no UTF-8"),
    ],
)
def test_a_row_of_another_form_is_refused(content: object) -> None:
    encoded = content if isinstance(content, bytes) else msgspec.msgpack.encode(content)
    with pytest.raises(MalformedError, match="the row of the waiting seat cannot be read"):
        seat_of(kept(PLACE.seal_row(Purpose.JOINING, encoded)))


def test_the_seat_waits_until_something_is_granted_to_it_or_its_log_has_begun() -> None:
    nothing, something = Keyring(), Keyring()
    something.add(b"c" * 16, b"e" * 16, b"K" * 32)
    with pytest.raises(WaitingForDecisionError, match="this device is waiting for admission"):
        seat_of(kept(), nothing)
    assert seat_of(kept(), something) == WAITING
    assert seat_of(kept(), None) == WAITING
    assert seat_of(kept(size=1), nothing) == replace(WAITING, has_begun=True)


# ---- whether its log begins


def test_the_certificate_that_a_seat_asks_for_is_of_its_own_keys_and_its_first_log() -> None:
    assert WAITING.certificate(SECRETS) == OWN
    assert WAITING.origin == LOG


@pytest.mark.parametrize("rosters", [(INVITING,), (INVITING, LATER)])
@pytest.mark.parametrize("pins", [None, PINS])
def test_a_log_begins_where_the_newest_roster_admits_what_was_asked_for(
    rosters: tuple[Roster, ...], pins: Pins | None
) -> None:
    assert WAITING.begins(directory(*rosters, admitted=OWN), SECRETS, pins)


def test_a_log_does_not_begin_twice() -> None:
    admitted = directory(INVITING, LATER, admitted=OWN)
    assert not replace(WAITING, has_begun=True).begins(admitted, SECRETS, None)
    assert not replace(WAITING, has_begun=True).begins(admitted, SECRETS, PINS)
    assert not WAITING.begins(admitted, SECRETS, replace(PINS, logs={LOG: Pinned(0, bytes(32))}))


OTHER_SEED = b"o" * 32
NOT_ADMITTED: list[object] = [
    pytest.param(
        WAITING,
        directory(INVITING),
        WaitingForDecisionError,
        "this device is waiting for admission",
        id="no newer roster than the invitation's",
    ),
    pytest.param(
        WAITING,
        directory(INVITING, LATER),
        VerificationError,
        "the newest roster does not admit this device",
        id="a newer one without it",
    ),
    pytest.param(
        replace(WAITING, roster=LATER.root),
        directory(INVITING, admitted=OWN),
        VerificationError,
        "the roster that the invitation names is not among those that arrived",
        id="older ones than the invitation's",
    ),
    *(
        pytest.param(
            WAITING,
            directory(INVITING, LATER, admitted=replace(OWN, **{name: value})),
            VerificationError,
            "another key or member was admitted in the place of this device's own",
            id=f"another {name}",
        )
        for name, value in {
            "seat": b"t" * 16,
            "member": b"n" * 16,
            "kem": KemPrivate.from_seed(b"o" * 96).public,
            "identity": public_key(OTHER_SEED),
            "genesis": origin_of(b"h" * 249),
        }.items()
    ),
]


@pytest.mark.parametrize(("waits", "found", "error", "words"), NOT_ADMITTED)
def test_no_log_begins_where_the_rosters_do_not_lead_to_what_was_asked_for(
    waits: Waiting, found: Directory, error: type[VaultError], words: str
) -> None:
    with pytest.raises(error, match=f"^{words}"):
        waits.begins(found, SECRETS, None)


def test_the_first_log_is_the_one_that_was_asked_for_and_still_empty() -> None:
    database, keyring = cast("Database", object()), Keyring()
    found = directory(INVITING, LATER, admitted=OWN)
    log = WAITING.begun(database, PLACE, found, keyring)
    assert (log.database, log.place, log.keyring) == (database, PLACE, keyring)
    assert (log.origin, log.genesis, log.size, log.ratchet) == (LOG, GENESIS, 0, None)
    assert (log.roster, log.auditors) == (LATER.root, [Holder(RECOVERY, found.standing.head.recovery)])
    assert log.session == SessionKeys(1, b"1" * 32, b"2" * 32)
    assert log.app_version == __version__


# ---- the end of waiting


RECOVERY_KEM = KemPrivate.from_seed(b"y" * 96)
DOORS = DoorKeys(DATABASE_KEY)


@dataclass
class Joining:
    """A session of a seat that waits, and what it made of the `keys` file; stands for `Session` and `change_keys`."""

    rows: Kept
    attempts: KemPrivate | None
    changed: list[KeyFile] = field(default_factory=list)

    def finish(self, monkeypatch: pytest.MonkeyPatch, waits: Waiting, file: KeyFile) -> KeyFile:
        found = directory(INVITING, LATER, admitted=OWN)
        found = replace(
            found, standing=replace(found.standing, head=replace(found.standing.head, recovery=RECOVERY_KEM.public))
        )
        keyring = Keyring()
        session = SimpleNamespace(vault=VAULT, seat=SEAT, database=self.rows, directory=found, keyring=keyring)

        def attempts_key(*asked: object) -> KemPrivate | None:
            assert asked == (self.rows, VAULT, keyring, found)
            return self.attempts

        def change_keys(asking: object, new: KeyFile) -> KeyFile:
            assert asking is session
            self.changed.append(new)
            return new

        monkeypatch.setattr(waiting, "attempts_key", attempts_key)
        monkeypatch.setattr(waiting, "change_keys", change_keys)
        return finish_joining(cast("Any", session), waits, file, DOORS)


@pytest.mark.parametrize("attempts", [pytest.param(None, id="none here"), KemPrivate.from_seed(b"a" * 96)])
def test_the_keys_file_of_a_new_folder_gets_recovery_and_attempts_from_the_directory(
    monkeypatch: pytest.MonkeyPatch, attempts: KemPrivate | None
) -> None:
    file, joining = keys_file(), Joining(kept(), attempts)
    finished = joining.finish(monkeypatch, WAITING, file)
    assert joining.changed == [finished]
    assert open_recovery_door(RECOVERY_KEM, VAULT, finished.recovery_door) == DOORS
    assert finished.attempts_public == (file.attempts_public if attempts is None else attempts.public)
    assert (finished.slots, finished.doors) == (file.slots, file.doors)
    assert finished.header.generation == file.header.generation + 1
    assert seat_of(joining.rows) is None


def test_a_folder_that_was_a_vault_before_keeps_its_keys_file(monkeypatch: pytest.MonkeyPatch) -> None:
    file, joining = keys_file(), Joining(kept(), None)
    assert joining.finish(monkeypatch, replace(WAITING, here=True), file) is file
    assert joining.changed == []
    assert seat_of(joining.rows) is None


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
        with waiting_database(VaultFolder(tmp_path), file, slot) as found:
            if found is not None:
                with found.reading() as rows:
                    assert waiting_seat(rows, PLACE) == WAITING
        again = open_database(tmp_path / "vault.db", DATABASE_KEY, create=False)  # nobody else has it open
        change(again)
        again.close()
        return found is not None

    assert [look(begins), look(ends), look()] == [True, False, False]
