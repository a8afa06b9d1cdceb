"""A seat that waits: what it keeps of its request, what its first log needs to begin, and when it waits no more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from tests.access.seats import DATABASE_KEY, KEM, MEMBER, SEAT, SECRETS, VAULT, keys_file
from tests.access.told import is_told
from tests.log.test_roster import ALONE, chain
from tests.services.founded import Place
from tests.services.organisation import Account, ask_to_join, finish_joining
from tests.store.samples import new_vault, operation
from vault import __version__
from vault.access.membership.pending_seat import PendingSeat, pending_database, pending_seat_of, place_of
from vault.access.pins.pins import Pinned, Pins
from vault.access.recovery_session import open_door
from vault.access.seat_keys.rekeying import doors_here
from vault.access.seat_keys.root_secret import kept_secret
from vault.access.session import Session
from vault.access.trust.directory import RECOVERY, Directory
from vault.errors import MalformedError, VaultError, VerificationError, WaitingForDecisionError
from vault.ids import CompartmentId, Origin
from vault.log.genesis import origin_of
from vault.log.roster import Roster
from vault.log.roster_entries import Certificate
from vault.records.seatlog import Holder, SealedPlace, SessionKeys
from vault.records.versions import open_each
from vault.seal.entrance.keyfile import KeyFile, OpenedSlot
from vault.seal.entrance.passphrase import FLOOR
from vault.seal.keyring import Keyring
from vault.seal.purposes import Purpose
from vault.seal.recipients import KemPrivate
from vault.seal.signing import public_key
from vault.services.members import invitations
from vault.store.engine import Database, open_database
from vault.store.folder import VaultFolder
from vault.store.rows import Rows
from vault.store.rowtypes import LocalRow
from vault.store.schema import open_in_memory

NAME = "Ilse Marrow"
PLACE = SealedPlace(VAULT, SEAT, SECRETS.keyring_key)
GENESIS = b"g" * 249
LOG = Origin(origin_of(GENESIS))
INVITING = ALONE.roster("root")
LATER = ALONE.with_member("Kim", "field", INVITING).roster("root")
WAITING = PendingSeat(GENESIS, MEMBER, INVITING.root, False, b"1" * 32, b"2" * 32)
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
        "member": MEMBER,
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
    assert log.app_version == __version__


# ---- the end of waiting


@pytest.mark.parametrize("is_here", [True, False])
def test_the_keys_file_of_a_new_folder_gets_recovery_and_attempts_from_the_directory(
    session: Session, tmp_path: Path, *, is_here: bool
) -> None:
    place = Place(tmp_path / "new.vault", tmp_path / "state")
    request, words = ask_to_join(tmp_path, place, invitations.invite(session, like="caseworker"), NAME)
    before = KeyFile.decode((place.path / "keys").read_bytes())
    admitted = invitations.admit(session, invitations.look(session, request), words)
    if not is_here:  # the key of the attempts: a patched program left it out of the bundle
        forget_attempts_key(session)
    with finish_joining(tmp_path, session, Account(NAME, place, admitted.member, admitted.seat)) as joined:
        after = KeyFile.decode((place.path / "keys").read_bytes())
        attempts = KeyFile.decode(session.folder.keys.read_bytes()) if is_here else before
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
