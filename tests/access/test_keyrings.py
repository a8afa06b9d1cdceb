"""What a seat was granted and does not hold yet: what is opened, and what is told of the rest."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace

import pytest

from tests.access.test_proving import stored
from tests.attacks.outsider import digest_of
from tests.services.founded import MEMBER, PASSPHRASE, Filled
from tests.services.founded import Place as PlaceOfFounded
from vault.access.seat_keys.rekeying import read_key_file
from vault.access.seat_keys.slots import Factors, change_factors
from vault.access.session import Session
from vault.access.trust.keyrings import (
    GrantedKey,
    grants_between,
    missing_keys,
    stored_keyring,
)
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import VerificationError
from vault.ids import ZERO_ID, CompartmentId, CompartmentKind, EpochId, SeatId, VaultId, make_id
from vault.log.epoch_notice import EpochNotice
from vault.log.genesis import GENESIS_SIZE
from vault.log.items import ItemKind, compartment_tag, keys_tag
from vault.records.seatlog import Holder, Predecessor, SealedPlace, begin
from vault.records.work import Entry, Work
from vault.seal.entrance.doors import open_doors
from vault.seal.entrance.keyfile import KeyFile
from vault.seal.entrance.passphrase import FLOOR
from vault.seal.keyring import Keyring, epoch_id, make_key
from vault.seal.purposes import Purpose
from vault.seal.recipients import GrantContext, KemPrivate, grant_digest, make_kem_seed, seal_to
from vault.seal.signing import make_signing_seed
from vault.services.cases import cases, notes
from vault.services.evidence import log_checking
from vault.store.rows import Rows
from vault.store.rowtypes import EpochRow, GrantRow, LocalRow, OperationRow
from vault.store.schema import open_in_memory
from vault.validity.authority import Listings, Position

VAULT = VaultId(b"v" * 16)
SEAT, GIVER, OTHER = (SeatId(bytes([n]) * 16) for n in (1, 2, 3))
CASE, DIRECTORY = CompartmentId(b"c" * 16), CompartmentId(b"d" * 16)
PRIVATE, STRANGER = (KemPrivate.from_seed(bytes([n]) * 96) for n in (1, 2))
PLACE = SealedPlace(VAULT, SEAT, b"k" * 32)
KEYS = [bytes([n]) * 32 for n in range(1, 5)]
LOG, OTHER_LOG = b"l" * 32, b"o" * 32


def epoch_of(key: bytes) -> EpochId:
    return EpochId(epoch_id(CASE, LOG, key))


def notice(key: bytes, *, compartment: bytes = CASE, kind: CompartmentKind = CompartmentKind.CASE) -> EpochNotice:
    """Return the row of a key of the case."""
    return EpochNotice(1, VAULT, compartment, kind, LOG, epoch_of(key))


def grant(key: bytes, *, seat: SeatId = SEAT, private: KemPrivate = PRIVATE) -> GrantRow:
    epoch = epoch_of(key)
    sealed = seal_to(private.public, key, GrantContext(Purpose.GRANT, VAULT, CASE, epoch, GIVER, seat))
    return GrantRow(grant_digest(epoch, seat, sealed), epoch, seat, GIVER, sealed)


class Vault:
    """Rows of keys, and where logs list to whom they were given."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.listed: dict[bytes, list[Position]] = {}
        rows.add_genesis(LOG, bytes(17) + GIVER + bytes(GENESIS_SIZE - 33))

    def add(self, *things: EpochNotice | GrantRow, at: int = 0, is_listed: bool = True) -> None:
        for one in things:
            if isinstance(one, EpochNotice):
                self.rows.add_epochs([EpochRow(one.digest(), one.compartment, one.encode())])
            else:
                self.rows.add_grants([one])
                if is_listed:
                    self.listed[one.epoch + one.seat] = [(LOG, at)]

    def open(self, keyring: Keyring | None = None) -> list[GrantedKey]:
        tagged = {
            given: {(origin, compartment_tag(CASE, given)) for origin, _ in at} for given, at in self.listed.items()
        }
        listings = Listings({ItemKind.GRANT: self.listed}, grants=tagged)
        return missing_keys(self.rows, PLACE, PRIVATE, keyring or Keyring(), listings)


@pytest.fixture
def vault() -> Iterator[Vault]:
    with closing(open_in_memory()) as database, database.transaction() as rows:
        yield Vault(rows)


def test_a_key_that_was_granted_is_opened_with_its_notice_and_where_it_is_listed(vault: Vault) -> None:
    vault.add(notice(KEYS[0]), grant(KEYS[0]), at=7)
    (found,) = vault.open()
    assert (found.notice, found.key, found.listed_at) == (notice(KEYS[0]), KEYS[0], ((LOG, 7),))
    assert (found.compartment, found.epoch) == (CASE, epoch_of(KEYS[0]))


def test_only_what_the_keyring_lacks_is_opened(vault: Vault) -> None:
    for key in KEYS[:2]:
        vault.add(notice(key), grant(key))
    keyring = Keyring()
    keyring.add(CASE, epoch_of(KEYS[0]), KEYS[0])
    assert [one.key for one in vault.open(keyring)] == KEYS[1:2]


def test_where_nothing_is_missing_no_log_is_read(vault: Vault) -> None:
    vault.rows.add_genesis(LOG, b"genesis")
    for key, listed in ((None, 0), (KEYS[0], 1)):
        if key is not None:
            vault.add(notice(key), grant(key))
        listings = Listings()
        assert missing_keys(vault.rows, PLACE, PRIVATE, Keyring(), listings) == []
        assert bool(listings.read) is bool(listed)


def test_every_place_that_lists_that_it_was_given_is_told(vault: Vault) -> None:
    vault.add(notice(KEYS[0]), grant(KEYS[0]), at=3)
    vault.listed[epoch_of(KEYS[0]) + SEAT].append((OTHER_LOG, 4))
    (found,) = vault.open()
    assert sorted(found.listed_at) == [(LOG, 3), (OTHER_LOG, 4)]


@pytest.mark.parametrize("is_listed", [True, False])
def test_a_grant_is_opened_where_an_operation_lists_it(vault: Vault, *, is_listed: bool) -> None:
    vault.add(notice(KEYS[0]), grant(KEYS[0]), is_listed=is_listed)
    vault.add(notice(KEYS[1]), grant(KEYS[1]))
    assert {one.key for one in vault.open()} == ({*KEYS[:2]} if is_listed else {KEYS[1]})


def test_what_was_granted_to_others_is_not_opened(vault: Vault) -> None:
    vault.add(notice(KEYS[0]), grant(KEYS[0]), notice(KEYS[1]), grant(KEYS[1], seat=OTHER))
    vault.add(grant(KEYS[0], seat=OTHER))
    assert [(one.key, one.listed_at) for one in vault.open()] == [(KEYS[0], ((LOG, 0),))]
    assert {row.seat for row in vault.rows.grants_of(epoch_of(KEYS[0]))} == {SEAT, OTHER}
    assert {row.seat for row in grants_between(vault.rows, epoch_of(KEYS[0]), SEAT)} == {SEAT}


def test_of_an_epoch_without_a_notice_nothing_is_told(vault: Vault) -> None:
    vault.add(grant(KEYS[0]))
    vault.rows.add_epochs([EpochRow(bytes(32), CASE, notice(KEYS[0]).encode())])  # does not hold together
    assert vault.open() == []


def test_an_audit_key_is_not_opened_and_who_only_calls_another_so_hides_nothing(vault: Vault) -> None:
    for key in KEYS[:2]:
        vault.add(notice(key, kind=CompartmentKind.AUDIT), grant(key))
    assert vault.open() == []
    vault.add(notice(KEYS[1]))
    assert [(one.key, one.notice.kind) for one in vault.open()] == [(KEYS[1], CompartmentKind.CASE)]


def test_a_key_opens_by_whichever_notice_and_grant_are_true(vault: Vault) -> None:
    false = [notice(KEYS[0], compartment=bytes([n]) * 16) for n in range(8)]
    broken = [grant(KEYS[0], private=STRANGER) for _ in range(4)]
    vault.add(*false, notice(KEYS[0]), *broken, grant(KEYS[0]))
    (found,) = vault.open()
    assert (found.notice, found.key, found.is_altered) == (notice(KEYS[0]), KEYS[0], False)


def test_a_grant_that_does_not_open_is_told_without_a_key(vault: Vault) -> None:
    vault.add(notice(KEYS[0]), grant(KEYS[0], private=STRANGER), at=5)
    (found,) = vault.open()
    assert (found.key, found.listed_at, found.is_altered) == (None, ((LOG, 5),), False)


def test_a_row_that_is_not_what_the_list_names_is_told_as_altered_where_no_other_opens(vault: Vault) -> None:
    vault.add(notice(KEYS[0]), grant(KEYS[0], private=STRANGER), grant(KEYS[0])._replace(sealed=bytes(1168)))
    (found,) = vault.open()
    assert (found.key, found.is_altered) == (None, True)
    vault.add(grant(KEYS[0]))
    (found,) = vault.open()
    assert (found.key, found.is_altered) == (KEYS[0], False)


def test_the_keyring_is_that_of_the_row_and_of_an_altered_row_or_none_nothing_is_kept(vault: Vault) -> None:
    assert len(stored_keyring(vault.rows, PLACE)) == 0
    kept = Keyring()
    kept.add(CASE, epoch_of(KEYS[0]), KEYS[0])
    row = PLACE.seal_row(Purpose.KEYRING, kept.encode())
    vault.rows.put_local(LocalRow(OTHER, Purpose.KEYRING, 0, b"of somebody else"))
    for kept_row, keys in ((row, KEYS[:1]), (row._replace(blob=bytes(len(row.blob))), [])):
        vault.rows.put_local(kept_row)
        held = stored_keyring(vault.rows, PLACE)
        assert [held.get(epoch) for epoch in held.epochs_of(CASE)] == keys


def test_a_grant_is_none_of_a_compartment_for_which_nobody_lists_it(vault: Vault) -> None:
    vault.add(notice(KEYS[0], compartment=DIRECTORY), grant(KEYS[0]))
    assert vault.open() == []


# An older keyring under today's rows: what was granted to the seat is opened again, aloud; no case vanishes.
LATE = "Late case"


def keyring_row(place: PlaceOfFounded) -> LocalRow:
    with place.open() as session:
        return stored(session)


def put_back(place: PlaceOfFounded, row: LocalRow) -> None:
    with place.open() as session, session.database.transaction() as rows:
        rows.put_local(row)


def alter(place: PlaceOfFounded, row: LocalRow) -> None:
    put_back(place, row._replace(blob=bytes(300)))


def remove(place: PlaceOfFounded, row: LocalRow) -> None:
    with place.open() as session, session.database.transaction() as rows:
        rows.delete_local(row.seat, Purpose.KEYRING)


def drop_index(place: PlaceOfFounded) -> None:
    for file in (place.path / "index").glob("*"):
        file.unlink()


def keep_index(place: PlaceOfFounded) -> None:
    """Leave the index, whose cursor is past the late case."""


def make_late_case(filled: Filled) -> None:
    with filled.open() as session:
        made = cases.create(session, title=LATE, kind="asylum")
        notes.add(session, made.case, Note(NoteKind.CONTACT, "a late note"))


def titles(session: Session) -> set[str]:
    return {row.title for row in cases.list_all(session)}


def late_notes(session: Session) -> list[str]:
    (late,) = [row for row in cases.list_all(session) if row.title == LATE]
    return [note.value.text for note in cases.open_case(session, CompartmentId(late.case)).notes]


@pytest.mark.parametrize(
    ("replace", "index"), [(put_back, keep_index), (put_back, drop_index), (alter, drop_index), (remove, keep_index)]
)
def test_a_keyring_that_lacks_what_was_granted_is_completed_aloud(
    filled: Filled, replace: Callable[[PlaceOfFounded, LocalRow], None], index: Callable[[PlaceOfFounded], None]
) -> None:
    older = keyring_row(filled.place)
    make_late_case(filled)
    replace(filled.place, older)
    index(filled.place)
    with filled.open() as session:
        assert [(alarm.code, not alarm.is_news) for alarm in session.alarms] == [("keyring", True)]
        assert LATE in titles(session)
        assert len(titles(session)) == 3
        assert late_notes(session) == ["a late note"]
        with pytest.raises(VerificationError, match="waits until the log is sound") as refused:
            session.require_sound_log()
        assert "keyring" in str(refused.value.next_step)
        assert not log_checking.verify(session).verified
    # It is whole again on the disk, and what was noticed waits for a clean verification.
    with filled.open() as session:
        assert [alarm.code for alarm in session.alarms] == ["keyring"]
        assert session.alarms[0].is_remembered
        assert log_checking.verify(session).verified
    with filled.open() as session:
        assert session.warnings == ()
        assert late_notes(session) == ["a late note"]


def test_a_false_notice_that_calls_the_key_an_audit_key_does_not_hide_it(filled: Filled) -> None:
    older = keyring_row(filled.place)
    make_late_case(filled)
    with filled.open() as session:
        (late,) = set(session.keyring.compartments()) - {*filled.cases, *compartments_of(filled, session)}
        (epoch,) = session.keyring.epochs_of(late)
        false = EpochNotice(1, session.vault, ZERO_ID, CompartmentKind.AUDIT, bytes(32), epoch)
        with session.database.transaction() as rows:
            rows.put_local(older)
            rows.add_epochs([EpochRow(false.digest(), false.compartment, false.encode())])
    with filled.open() as session:
        assert [alarm.code for alarm in session.alarms] == ["keyring"]
        assert LATE in titles(session)


def compartments_of(filled: Filled, session: Session) -> set[bytes]:
    """Return the compartments that entry 0 founded."""
    with session.database.reading() as rows:
        first = [row for row in rows.epochs() if EpochNotice.decode(row.bytes).kind is not CompartmentKind.CASE]
    return {row.compartment for row in first}


def test_a_grant_that_no_operation_lists_is_not_opened(filled: Filled) -> None:
    """Anybody can seal a key to a seat; what counts is that a log lists it."""
    with filled.open() as session, session.database.transaction() as rows:
        rows.add_grants([GrantRow(b"d" * 32, b"e" * 16, session.seat, session.seat, bytes(1168))])
        before = session.keyring.encode()
    with filled.open() as session:
        assert session.keyring.encode() == before
        assert session.warnings == ()
        assert not log_checking.verify(session).verified


def test_a_listed_grant_that_does_not_open_is_a_fault(filled: Filled) -> None:
    older = keyring_row(filled.place)
    make_late_case(filled)
    with filled.open() as session:
        (late,) = set(session.keyring.compartments()) - {*filled.cases, *compartments_of(filled, session)}
        (epoch,) = session.keyring.epochs_of(late)
        with session.database.transaction() as rows:
            rows.put_local(older)
            rows.connection.exec_driver_sql("UPDATE granted SET sealed = zeroblob(1168) WHERE epoch = ?", (epoch,))
    for _ in range(2):
        with filled.open() as session:
            assert ("keyring-lost", True) in [(alarm.code, not alarm.is_news) for alarm in session.alarms]
            assert "keyring" in {fault.code for fault in log_checking.verify(session).faults}


def test_audit_keys_are_not_opened_at_unlock(filled: Filled) -> None:
    """The seat must not be able to look back: what it was granted as an auditor stays out of its keyring."""
    with filled.open() as session, session.database.reading() as rows:
        audit = {EpochNotice.decode(row.bytes).epoch for row in rows.epochs() if row.bytes[34] == CompartmentKind.AUDIT}
        assert audit
        assert audit <= set(rows.epochs_granted_to(session.seat))
        assert not [epoch for epoch in audit if session.keyring.get(epoch) is not None]


# The alarm of a `keys` file that was put back or altered cannot be switched off with the database key alone.
def alter_keys(place: PlaceOfFounded, *, generation: int = 0) -> KeyFile:
    """Double the cost of every unlock, as whoever can write the folder could."""
    file = read_key_file(place.path / "keys")
    altered = replace(file, header=replace(file.header, generation=generation, previous=FLOOR))
    (place.path / "keys").write_bytes(altered.encode())
    return altered


def with_another_door(filled: Filled, file: KeyFile) -> tuple[bytes, ...]:
    """Return the doors, one altered that is not this seat's own: they lie in random order."""
    with filled.open() as session:
        for n, door in enumerate(file.doors):
            with suppress(VerificationError):
                open_doors(session.kem_private, session.seat, session.vault, [door])
                continue
            return (*file.doors[:n], os.urandom(1200), *file.doors[n + 1 :])
    pytest.fail("all doors are this seat's")


@pytest.mark.parametrize("part", ["a slot of somebody else", "a door", "the recovery door", "the attempts key"])
def test_a_part_that_unlock_does_not_read_and_was_altered_is_told_by_the_next_unlock(filled: Filled, part: str) -> None:
    file = read_key_file(filled.path / "keys")
    changed = {
        "a slot of somebody else": {"slots": (*file.slots[:7], os.urandom(1024), *file.slots[8:])},
        "a door": {"doors": with_another_door(filled, file)},
        "the recovery door": {"recovery_door": os.urandom(1200)},
        "the attempts key": {"attempts_public": os.urandom(1216)},
    }[part]
    (filled.path / "keys").write_bytes(replace(file, **changed).encode())  # type: ignore[arg-type]  # by name
    for _ in range(2):
        with filled.open() as session:
            assert [alarm.code for alarm in session.alarms] == ["old-keys"]
            assert "was altered since this device saw it last" in str(session.alarms[0].message)
    (filled.path / "keys").write_bytes(file.encode())
    with filled.open() as session:
        assert session.alarms == ()


def list_in_a_strangers_log(session: Session, file: KeyFile) -> None:
    """Plant the log of a seat that nobody admitted, which claims to go on from this seat's log and lists the file."""
    seat = SeatId(make_id())
    stranger = begin(
        database=session.database,
        place=SealedPlace(session.vault, seat, make_key()),
        identity_seed=make_signing_seed(),
        auditors=[Holder(seat, KemPrivate.from_seed(make_kem_seed()).public)],
        keyring=Keyring(),
        predecessor=Predecessor(session.log.origin, session.log.size, session.log.frontier.root()),
    )
    with Work(stranger) as work:
        work.list_keys_file(file.header.folder, file.digest())
        work.commit(Entry(act="log.genesis"))


def list_in_a_false_row(session: Session, file: KeyFile) -> None:
    """Put a row beside a true one that nobody signed, with a list that names the file."""
    item = bytes([ItemKind.KEYS]) + file.digest() + keys_tag(file.header.folder, file.digest())
    with session.database.transaction() as rows:
        true = rows.operation(session.log.origin, 3)
        assert true is not None
        digest = digest_of(true.header, item, true.sealed)
        rows.add_operation(OperationRow(true.origin, 3, true.header, item, true.sealed, digest))


@pytest.mark.parametrize("generation", [0, 1])
@pytest.mark.parametrize("listed_in", [list_in_a_strangers_log, list_in_a_false_row])
def test_what_no_seat_signed_does_not_make_altered_keys_right(
    filled: Filled, listed_in: Callable[[Session, KeyFile], None], generation: int
) -> None:
    altered = alter_keys(filled.place, generation=generation)
    with filled.open() as session:
        assert "old-keys" in {alarm.code for alarm in session.alarms}
        listed_in(session, altered)
    for _ in range(2):
        with filled.open() as session:
            assert "old-keys" in {alarm.code for alarm in session.alarms}
            assert "keys-file" in {fault.code for fault in log_checking.verify(session).faults}


def change_keys(session: Session) -> None:
    """Make the next generation, as a change of passphrase does."""
    old, new = (Factors(bytearray(PASSPHRASE)) for _ in range(2))
    change_factors(session, MEMBER, old, new)


def test_a_newer_generation_that_the_seat_listed_is_learned(filled: Filled) -> None:
    with filled.open() as session:
        change_keys(session)
    for _ in range(2):
        with filled.open() as session:
            assert session.warnings == ()
            keys = session.pin_file.load()
            assert keys is not None
            assert keys.keys_generation == 1


def test_an_earlier_generation_is_told_even_where_a_log_lists_it_as_its_newest(filled: Filled) -> None:
    """A log of the seat can list an old file last only if the seat did so; the pins know better."""
    first = (filled.path / "keys").read_bytes()
    with filled.open() as session:
        change_keys(session)
    filled.open().close()
    with filled.open() as session, session.work() as work:
        file = KeyFile.decode(first)
        work.list_keys_file(file.header.folder, file.digest())
        work.commit(Entry(act="keys.change"))
    (filled.path / "keys").write_bytes(first)
    with filled.open() as session:
        assert "old-keys" in {alarm.code for alarm in session.alarms}
