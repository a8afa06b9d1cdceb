"""The alarm of a `keys` file that was put back or altered cannot be switched off with the database key alone."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.access.test_keychange import read_keys
from tests.attacks.outsider import digest_of
from tests.services.founded import MEMBER, PASSPHRASE, Filled, Place
from vault.access.seat_keys.slots import Factors, change_factors
from vault.access.session import Session
from vault.ids import SeatId, make_id
from vault.log.items import ItemKind, keys_tag
from vault.records.seatlog import Holder, Predecessor, SealedPlace, begin
from vault.records.work import Entry, Work
from vault.seal.entrance.keyfile import KeyFile
from vault.seal.entrance.passphrase import FLOOR
from vault.seal.keyring import Keyring, make_key
from vault.seal.recipients import KemPrivate, make_kem_seed
from vault.seal.signing import make_signing_seed
from vault.services.evidence import log_checking
from vault.store.rowtypes import OperationRow


def alter_keys(place: Place, *, generation: int = 0) -> KeyFile:
    """Double the cost of every unlock, as whoever can write the folder could."""
    file = read_keys(place.path)
    altered = replace(file, header=replace(file.header, generation=generation, previous=FLOOR))
    (place.path / "keys").write_bytes(altered.encode())
    return altered


@pytest.mark.parametrize("part", ["a slot of somebody else", "a door", "the recovery door", "the attempts key"])
def test_a_part_that_unlock_does_not_read_and_was_altered_is_told_by_the_next_unlock(filled: Filled, part: str) -> None:
    file = read_keys(filled.path)
    changed = {
        "a slot of somebody else": {"slots": (*file.slots[:7], os.urandom(1024), *file.slots[8:])},
        "a door": {"doors": (*file.doors[:31], os.urandom(1200))},
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
    """Plant the log of a seat in no roster that claims to go on from this seat's log and lists the file."""
    seat = SeatId(make_id())
    stranger = begin(
        database=session.database,
        place=SealedPlace(session.vault, seat, make_key()),
        identity_seed=make_signing_seed(),
        roster=session.log.roster,
        auditors=[Holder(seat, KemPrivate.from_seed(make_kem_seed()).public)],
        keyring=Keyring(),
        app_version="stranger",
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
