"""Which log a seat goes on with: its own, by its own key, as this account last saw it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.english import in_english
from tests.records.beside import begin_beside
from tests.services.colleague import admit
from tests.services.founded import Filled, Place
from vault.access.session import Session
from vault.access.trust.continuity import newest_keys
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import Origin, SeatId, make_id
from vault.log.genesis import Genesis, origin_of
from vault.records.work import Entry, Work
from vault.seal.entrance.keyfile import KeyFile
from vault.seal.entrance.keyfile import unlock as open_slot
from vault.seal.signing import make_signing_seed
from vault.services.cases import notes
from vault.services.evidence import log_checking


def write_beside(
    session: Session, *, identity: bytes | None = None, seat: SeatId | None = None, goes_on: bool = False
) -> None:
    """Write another log into the database, and leave this device's own session key as it was."""
    with session.database.reading() as rows:
        kept = [row for purpose in (5, 6) if (row := rows.local(session.seat, purpose)) is not None]
    other = begin_beside(session, identity=identity, seat=seat, goes_on=goes_on)
    for _ in range(40):  # longer than the seat's own
        with Work(other) as work:
            work.commit(Entry(act="log.restored" if other.genesis else "log.read"))
    with session.database.transaction() as rows:
        for row in kept:
            rows.put_local(row)


def junk_genesis(session: Session) -> None:
    with session.database.transaction() as rows:
        rows.add_genesis(b"j" * 32, b"junk")
        rows.add_genesis(session.log.origin, b"junk under the name of the true log")


def unsigned_genesis(session: Session) -> None:
    """Put in a genesis that names this seat and its identity key, and that nobody signed."""
    with session.database.transaction() as rows:
        true = rows.genesis(session.log.origin)
        assert true is not None
        forged = Genesis.decode(true).encode(bytes(64))
        rows.add_genesis(origin_of(forged), forged)


BESIDE: list[Callable[[Session], None]] = [
    junk_genesis,
    unsigned_genesis,
    lambda session: write_beside(session, identity=make_signing_seed()),  # a log of our seat under another key
    lambda session: write_beside(session, seat=SeatId(make_id())),  # of a seat in no roster
]


@pytest.mark.parametrize("put_in", BESIDE)
def test_a_foreign_log_beside_ours_is_told_by_verify_and_not_gone_on_from_without_pins_either(
    filled: Filled, put_in: Callable[[Session], None]
) -> None:
    with filled.open() as session:
        origin = session.log.origin
        put_in(session)
    with filled.open() as session:
        assert (in_english(session.warnings), session.log.origin) == ((), origin)
        notes.add(session, filled.cases[0], Note(NoteKind.CONTACT, "undisturbed"))
        faults = log_checking.verify(session).faults
    assert {fault.code for fault in faults} == {"genesis"}
    assert (origin in {fault.origin for fault in faults}) == (put_in is junk_genesis)
    shutil.rmtree(filled.state)
    with filled.open() as session, session.database.reading() as rows:
        assert Genesis.decode(rows.genesis(session.log.origin) or b"").predecessor == origin
        assert {"fork", "twin-logs", "open-logs"}.isdisjoint(alarm.code for alarm in session.alarms)


def test_a_new_log_names_its_predecessor_and_what_was_seen_of_it(filled: Filled, tmp_path: Path) -> None:
    shutil.copytree(filled.path, tmp_path / "old")
    with filled.open() as session:
        notes.add(session, filled.cases[0], Note(NoteKind.CONTACT, "only on the newer copy"))
        origin, size, root = session.log.origin, session.log.size, session.log.frontier.root()
    with Place(tmp_path / "old", filled.state).open() as session, session.database.reading() as rows:
        genesis = Genesis.decode(rows.genesis(session.log.origin) or b"")
        assert (genesis.predecessor, genesis.predecessor_size, genesis.predecessor_root) == (origin, size, root)


def test_two_copies_that_were_both_used_are_a_fork(filled: Filled, tmp_path: Path) -> None:
    """Each copy begins a log after the same one; where both logs meet, an account without pins is told."""
    with filled.open() as session:
        write_beside(session, goes_on=True)
        write_beside(session, goes_on=True)
    shutil.rmtree(filled.state)
    with filled.open() as session:
        assert {"twin-logs", "open-logs"} <= {alarm.code for alarm in session.alarms}
        assert "follow the same log" in " ".join(in_english(session.warnings))


def test_the_newest_keys_are_those_of_the_log_that_went_on(filled: Filled) -> None:
    with filled.open() as session:
        folder = session.vault  # any 16 bytes: no file of this folder is listed yet
        first = session.log.origin
        assert [*newest_keys_of(session, folder)] == []
        list_keys(session, folder, b"1" * 32)
        list_keys(session, folder, b"2" * 32)
        assert newest_keys_of(session, folder) == {first: b"2" * 32}
    shutil.rmtree(filled.state)
    with filled.open() as session:
        assert newest_keys_of(session, folder) == {first: b"2" * 32}
        list_keys(session, folder, b"3" * 32)
        assert newest_keys_of(session, folder) == {session.log.origin: b"3" * 32}


def test_a_log_takes_nothing_from_another_seats_that_it_says_it_goes_on_from(filled: Filled) -> None:
    with filled.open() as session:
        oren = admit(session)
        keys = KeyFile.decode((filled.path / "keys").read_bytes())
        theirs = open_slot(keys, bytearray(oren.passphrase), oren.name).secrets
        list_keys(session, session.vault, b"1" * 32)
        other = begin_beside(session, seat=oren.seat, identity=theirs.identity_seed, goes_on=True)
        with Work(other) as work:
            work.list_keys_file(session.vault, b"2" * 32)
            work.commit(Entry(act="log.genesis"))
        assert newest_keys_of(session, session.vault) == {session.log.origin: b"1" * 32, other.origin: b"2" * 32}


def list_keys(session: Session, folder: bytes, digest: bytes) -> None:
    with session.work() as work:
        work.list_keys_file(folder, digest)
        work.commit(Entry(act="keys.change"))


def newest_keys_of(session: Session, folder: bytes) -> dict[Origin, bytes]:
    with session.database.reading() as rows:
        return newest_keys(rows, folder, session.directory)
