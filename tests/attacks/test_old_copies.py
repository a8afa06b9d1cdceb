"""Old copies put back under today's pins: told at unlock and by `log verify`, now and after further commands."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.conftest import RECIPIENT
from tests.attacks.outsider import Outsider, digest_of
from tests.cli.desk import Desk
from tests.english import in_english
from tests.services.founded import MEMBER, PASSPHRASE, Filled
from vault.access.seat_keys.rekeying import read_key_file
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import VaultError, VerificationError
from vault.ids import RecordId, VersionId, make_id
from vault.records.work import Entry
from vault.seal.age import make_identity, recipient_of
from vault.seal.entrance.keyfile import KEY_FILE_SIZE, seal_slot, slot_info
from vault.seal.entrance.passphrase import derive_unlock_key, stretch
from vault.seal.purposes import Purpose
from vault.services.cases import cases, notes, searching
from vault.services.evidence import log_checking
from vault.services.exports import exporting, partners
from vault.services.exports.export_material import Wish
from vault.store.files import promote, write_aside

OLDER = "is an older copy"
MISSING, UNSOUND = "waits until everything that is missing has arrived", "waits until the log is sound"
KEYS = "keys file is not the one"


def change_keys(session: Session) -> None:
    """Make the next generation of the `keys` file as a change of passphrase does, and list it in the log."""
    path = session.folder.keys
    file = read_key_file(path)
    k1 = stretch(bytearray(PASSPHRASE), MEMBER, file.header.vault_salt, file.header.parameters)
    unlock_key = derive_unlock_key(k1, slot_info=slot_info(file.header, 0))
    changed = file.with_slot(0, seal_slot(unlock_key, session._secrets, file.header, 0))
    write_aside(path, changed.encode())
    with session.work() as work:
        work.list_keys_file(changed.header.folder, changed.digest())
        work.commit(Entry(act="keys.change"))
    promote(path)


def change_keys_and_use_them(victim: Filled) -> None:
    with victim.open() as session:
        change_keys(session)
    with victim.open() as session:
        assert session.warnings == ()
        assert log_checking.verify(session).verified


def write_a_note(victim: Filled) -> None:
    with victim.open() as session:
        notes.add(session, victim.cases[0], Note(NoteKind.CONTACT, "written after the copy was made"))


def put_back(victim: Filled, old: Path, *names: str) -> None:
    """Replace parts of the vault's folder by those of the old copy."""
    for name in names or [part.name for part in old.iterdir()]:
        there = victim.path / name
        shutil.rmtree(there) if there.is_dir() else there.unlink()
        if (old / name).is_dir():
            shutil.copytree(old / name, there)
        else:
            shutil.copy2(old / name, there)


def make_keys_and_use_none(victim: Filled) -> None:
    with victim.open() as session:
        change_keys(session)


OLD_COPIES: dict[str, tuple[Callable[[Filled], None], tuple[str, ...], tuple[str, ...], str]] = {
    "the database alone": (write_a_note, ("vault.db",), (OLDER,), "cut"),
    "keys alone": (change_keys_and_use_them, ("keys",), (KEYS,), "keys-file"),
    "keys alone, the new ones never used": (make_keys_and_use_none, ("keys",), (), "keys-file"),
    "the whole folder": (write_a_note, (), (OLDER,), "cut"),
    "the whole folder, from before a change of keys": (change_keys_and_use_them, (), (OLDER, KEYS), "cut"),
}


@pytest.fixture
def old(victim: Filled, tmp_path: Path) -> Path:
    """A copy of the vault's folder as it was before the last commands."""
    shutil.copytree(victim.path, tmp_path / "old")
    return tmp_path / "old"


@pytest.mark.long_after(2)
@pytest.mark.parametrize("what", OLD_COPIES)
def test_an_old_copy_is_told_at_unlock_and_by_verify(victim: Filled, old: Path, what: str) -> None:
    before, names, warned, expected = OLD_COPIES[what]
    with victim.open() as session:
        origin = session.log.origin
    before(victim)
    put_back(victim, old, *names)
    for command in ("at once", "after a note", "after reading"):
        with victim.open() as session:
            assert [words for words in warned if words not in " ".join(in_english(session.warnings))] == [], command
            first = log_checking.verify(session).faults[0]
            assert (first.code, first.origin) == (expected, origin), command
            assert first.seq is not None
            with pytest.raises(VerificationError, match=UNSOUND):
                session.require_sound_log()
            notes.add(session, victim.cases[1], Note(NoteKind.CONTACT, command))
    with victim.open() as session:
        texts = [note.value.text for note in cases.open_case(session, victim.cases[1]).notes]
    assert texts[-3:] == ["at once", "after a note", "after reading"]


def test_the_same_old_folder_without_pins_is_a_new_account_and_says_so(victim: Filled) -> None:
    shutil.rmtree(victim.state / "pins")
    with victim.open() as session:
        assert "no memory of this vault" in " ".join(in_english(session.warnings))
        assert log_checking.verify(session).verified
        session.require_sound_log()


def test_an_old_database_beside_new_keys_of_another_vault_is_refused(victim: Filled, long_template: Filled) -> None:
    put_back(victim, long_template.path, "vault.db")
    (victim.path / "keys").write_bytes(b"\xff" * KEY_FILE_SIZE)
    with pytest.raises(VaultError, match="keys file has format"):
        victim.open()


@pytest.mark.long
def test_the_real_command_ends_with_6_and_names_the_place(victim: Filled, old: Path, tmp_path: Path) -> None:
    desk = Desk.of(victim.place, tmp_path)
    assert desk.run("log", "verify").code == 0
    put_back(victim, old)
    for _ in range(2):
        found = desk.run("log", "verify", "--json")
        answer = found.json()
        assert (found.code, answer["verified"], answer["problems"][0]["code"]) == (6, False, "cut")
        assert OLDER in found.err
        assert desk.run("case", "show", victim.refs[0]).code == 0


def test_an_old_audit_key_put_back_seals_nothing_twice(victim: Filled) -> None:
    with victim.open() as session:
        with session.database.reading() as rows:
            older = rows.local(session.seat, Purpose.RATCHET)
        assert older is not None
        notes.add(session, victim.cases[0], Note(NoteKind.CONTACT, "the ratchet turns"))
    with victim.open() as session, session.database.transaction() as rows:
        rows.put_local(older)
    with victim.open() as session:
        assert ["ratchet" for alarm in session.alarms if alarm.code == "ratchet"] == ["ratchet"]
        notes.add(session, victim.cases[0], Note(NoteKind.CONTACT, "sealed under a new audit key"))
        assert [fault.code for fault in log_checking.verify(session).faults] == ["ratchet"]
    with victim.open() as session:
        assert log_checking.verify(session).verified


# Rows taken away: what is shown then is older than what was written, and nobody is left to believe it is not.
NEWEST = "SELECT origin, seq, n FROM version ORDER BY seq DESC LIMIT 1"
VERSION = f"DELETE FROM version WHERE (origin, seq, n) = ({NEWEST})"
WRAP = f"DELETE FROM version_key WHERE (origin, seq, n) = ({NEWEST})"
TAKEN: dict[str, tuple[tuple[str, ...], str]] = {
    "the version": ((VERSION,), MISSING),
    "its wrapped key": ((WRAP,), MISSING),
    "both": ((WRAP, VERSION), MISSING),
    # In a compartment that nobody here holds, it is not passed over either.
    "its compartment": (
        (f"UPDATE version SET compartment = zeroblob(16) WHERE (origin, seq, n) = ({NEWEST})",),
        UNSOUND,
    ),
    "the list that names it": (
        (
            f"UPDATE operation SET list = zeroblob(0) WHERE (origin, seq) = (SELECT origin, seq FROM ({NEWEST}))",
            WRAP,
            VERSION,
        ),
        UNSOUND,
    ),
}


def take(victim: Filled, holder: Outsider, *statements: str, index: bool = False) -> None:
    with holder.rows(victim.path) as rows:
        for statement in statements:
            rows.execute(statement)
    if not index:
        shutil.rmtree(victim.path / "index")


Look = Callable[[Session, Filled], object]
LOOKS: dict[str, Look] = {
    "list the cases": lambda session, _: cases.list_all(session),
    "show the case": lambda session, victim: cases.open_case(session, victim.cases[0]),
    "search": lambda session, _: searching.search(session, "note"),
    "list the recipients": lambda session, _: partners.list_all(session),
}


def amend(session: Session, victim: Filled) -> None:
    note = cases.open_case(session, victim.cases[0]).notes[0]
    notes.amend(session, note.record.hex(), text="AMENDED: a note that must not be missed")


@pytest.mark.long
@pytest.mark.parametrize(("statements", "waits"), TAKEN.values(), ids=TAKEN)
@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_what_is_gone_or_altered_is_told_at_every_look_and_nothing_of_its_case_leaves(
    short: Filled, holder: Outsider, statements: tuple[str, ...], waits: str, look: Look
) -> None:
    with short.open() as session:
        amend(session, short)
    take(short, holder, *statements)
    line = "1 record is missing or not valid"
    if waits == MISSING:
        line = f"1 record of {short.refs[0]} is missing ({MEMBER}, entry"
    for _ in range(2):  # the second time the index has passed the place
        with short.open() as session:
            assert not in_english(session.warnings)
            look(session, short)
            assert [line in said for said in in_english(session.warnings)] == [True]
            with pytest.raises(VerificationError, match=waits):
                session.require_sound_log(*short.cases[: waits == MISSING])
            if waits == MISSING:
                session.require_sound_log(short.cases[1])


def test_verify_names_the_missing_one(short: Filled, holder: Outsider) -> None:
    with short.open() as session:
        amend(session, short)
    with holder.rows(short.path) as rows:
        _, seq, n = rows.execute(NEWEST).fetchone()
    take(short, holder, VERSION)
    with short.open() as session:
        first = log_checking.verify(session).faults[0]
        assert (first.code, first.seq, first.n) == ("absent", seq, n)


def test_the_line_goes_when_the_missing_one_is_back(short: Filled, holder: Outsider) -> None:
    with short.open() as session:
        amend(session, short)
    with holder.rows(short.path) as rows:
        row = rows.execute(NEWEST.replace("origin, seq, n", "*")).fetchone()
    take(short, holder, VERSION)
    with short.open() as session:
        cases.list_all(session)
        assert in_english(session.warnings)
    with holder.rows(short.path) as rows:
        rows.execute("INSERT INTO version VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    with short.open() as session:
        texts = [note.value.text for note in cases.open_case(session, short.cases[0]).notes]
        assert "AMENDED: a note that must not be missed" in texts
        assert session.warnings == ()
        session.require_sound_log()


def of_the_case(victim: Filled, rows: Any) -> tuple[bytes, int, int]:
    found: tuple[bytes, int, int] = rows.execute(
        "SELECT origin, seq, n FROM version WHERE compartment = ? ORDER BY seq DESC LIMIT 1", (victim.cases[0],)
    ).fetchone()
    return found


@pytest.mark.parametrize("look", [LOOKS["show the case"], LOOKS["search"]], ids=["show the case", "search"])
def test_what_the_index_knows_and_the_store_lacks_is_told_and_the_rest_is_shown(
    short: Filled, holder: Outsider, look: Look
) -> None:
    with short.open() as session:
        before = len(cases.open_case(session, short.cases[0]).notes)
    with holder.rows(short.path) as rows:
        rows.execute("DELETE FROM version WHERE (origin, seq, n) = (?, ?, ?)", of_the_case(short, rows))
    with short.open() as session:
        look(session, short)
        assert f"1 record of {short.refs[0]} is not here" in " ".join(in_english(session.warnings))
        assert len(cases.open_case(session, short.cases[0]).notes) == before - 1
        with pytest.raises(VerificationError, match=MISSING):
            session.require_sound_log(short.cases[0])
        session.require_sound_log(short.cases[1])


@pytest.mark.parametrize("index", [True, False], ids=["index kept", "index removed"])
def test_a_recipients_older_key_is_not_taken_when_the_newer_one_is_gone(
    short: Filled, holder: Outsider, tmp_path_factory: pytest.TempPathFactory, index: bool
) -> None:
    with short.open() as session:
        partners.edit(session, RECIPIENT, age_recipient=recipient_of(make_identity()))
        new = partners.find(session, RECIPIENT).age_recipient
    take(short, holder, VERSION, index=index)
    with short.open() as session:
        kept = partners.list_all(session)
        assert in_english(session.warnings)
        assert not index or new not in {one.age_recipient for one in kept}
        with pytest.raises(VerificationError, match="waits until"):
            exporting.export(session, short.cases[0], Wish("lawyer", RECIPIENT), out=tmp_path_factory.mktemp("out"))


ALTERED = [
    pytest.param("UPDATE operation SET list = zeroblob(49) WHERE seq = 7", id="list"),
    pytest.param(
        """UPDATE operation SET header = CAST(replace(header, '"v":2', '"v":3') AS BLOB) WHERE seq = 8""", id="header"
    ),
    pytest.param("DELETE FROM operation WHERE seq = 9", id="row"),
]


@pytest.mark.parametrize("how", ALTERED)
def test_what_did_not_count_once_counts_when_its_row_is_back(short: Filled, holder: Outsider, how: str) -> None:
    with short.open() as session:
        texts = [note.value.text for note in cases.open_case(session, short.cases[0]).notes]
    with holder.rows(short.path) as rows:
        kept = rows.execute("SELECT * FROM operation").fetchall()
        rows.execute(how)
    shutil.rmtree(short.path / "index")
    with short.open() as session:
        cases.list_all(session)
        with pytest.raises(VerificationError, match=UNSOUND):
            session.require_sound_log()
    with holder.rows(short.path) as rows:
        marks = ", ".join("?" * len(kept[0]))
        for row in kept:
            rows.execute("DELETE FROM operation WHERE (origin, seq) = (?, ?)", row[:2])
            rows.execute(f"INSERT INTO operation VALUES ({marks})", row)
    with short.open() as session:
        assert [note.value.text for note in cases.open_case(session, short.cases[0]).notes] == texts


@pytest.mark.parametrize("nowhere", [(), (VersionId(bytes(32)),)], ids=["listed", "one in no list"])
def test_a_version_replaces_its_parents_once_all_of_them_are_listed_and_waits_until_then(
    short: Filled, nowhere: tuple[VersionId, ...]
) -> None:
    replaces = not nowhere
    with short.open() as session:
        note = cases.open_case(session, short.cases[0]).notes[0]
        with session.work() as work:
            fields = {"kind": "contact", "text": "in place of another"}
            work.write(short.cases[0], note.record, "note", fields, parents=[note.version, *nowhere])
            work.commit(Entry(act="note.correct"))
        texts = [one.value.text for one in cases.open_case(session, short.cases[0]).notes]
        assert ("in place of another" in texts, note.value.text in texts) == (replaces, not replaces)
        assert ["1 record is pending" in line for line in in_english(session.warnings)] == [True] * (not replaces)
        session.require_sound_log()


def test_a_record_that_nobody_listed_for_us_is_no_loss(short: Filled) -> None:
    """A version of a case that was never granted here is listed, absent, and no fault."""
    with short.open() as session:
        case = cases.create(session, title="held by others", kind="family").case
        notes.add(session, case, Note(NoteKind.CONTACT, "not for us"))
        for epoch in session.keyring.epochs_of(case):
            session.keyring.drop(epoch)
        with session.database.transaction() as rows:
            places = [(row.origin, row.seq, row.n) for row in rows.version_rows(session.log.origin)]
            rows.erase_versions([place for place in places if place[1] >= session.log.size - 2])
        cases.list_all(session)
        assert session.warnings == ()
        assert RecordId(make_id()) not in {one.record for one in cases.open_case(session, short.cases[0]).notes}


# Rows put beside the true ones: named by `log verify`, and they hide nothing.
STRANGER = b"\x99" * 32

PLANTED = [
    pytest.param(
        "INSERT INTO version SELECT ?, seq, n, id, compartment, record, blob FROM version LIMIT 1", id="version"
    ),
    pytest.param("INSERT INTO version_key SELECT ?, seq, n, epoch, wrap FROM version_key LIMIT 1", id="wrapped key"),
    pytest.param(
        "INSERT INTO operation (origin, seq, digest, header, list, sealed)"
        " SELECT ?, seq, digest, header, list, sealed FROM operation LIMIT 1",
        id="operation",
    ),
    pytest.param(
        "INSERT INTO checkpoint (origin, size, root, note) SELECT ?, size, root, note FROM checkpoint LIMIT 1",
        id="checkpoint",
    ),
]


@pytest.mark.parametrize("statement", PLANTED)
def test_rows_of_a_log_without_a_beginning_are_named(short: Filled, holder: Outsider, statement: str) -> None:
    with holder.rows(short.path) as rows:
        rows.execute(statement, (STRANGER,))
    with short.open() as session:
        found = log_checking.verify(session)
    assert [(fault.code, fault.origin) for fault in found.faults] == [("genesis", STRANGER)]


def plant_beside(rows: Any, seq: int) -> None:
    """Put a well-formed operation of the same list before the true one, as only the tree can tell them apart."""
    statement = "SELECT origin, header, list, sealed, digest FROM operation WHERE seq = ? ORDER BY digest LIMIT 1"
    origin, header, listed, sealed, true = rows.execute(statement, (seq,)).fetchone()
    digest = true
    while digest >= true:
        junk = os.urandom(len(sealed))
        members = {**json.loads(header), "x": sha256(junk).hexdigest()}
        forged = json.dumps(members, separators=(",", ":"), sort_keys=True).encode()
        digest = digest_of(forged, listed, junk)
    rows.execute(
        "INSERT INTO operation (origin, seq, digest, header, list, sealed) VALUES (?, ?, ?, ?, ?, ?)",
        (origin, seq, digest, forged, listed, junk),
    )


@pytest.mark.parametrize("count", [1, 6, 7, 12])
def test_doubled_operations_hide_nothing(short: Filled, holder: Outsider, count: int) -> None:
    with short.open() as session:
        texts = [note.value.text for note in cases.open_case(session, short.cases[0]).notes]
    with holder.rows(short.path) as rows:
        for seq in range(2, 2 + count):
            plant_beside(rows, seq)
    shutil.rmtree(short.path / "index")
    with short.open() as session:
        assert in_english(session.warnings)
        assert [note.value.text for note in cases.open_case(session, short.cases[0]).notes] == texts
        assert len(partners.list_all(session)) == 1
        found = log_checking.verify(session)
        assert found.entries == found.expected
        assert {fault.seq for fault in found.faults if fault.code == "false-row"} == set(range(2, 2 + count))


def test_more_doubled_operations_than_can_be_told_apart_are_told(short: Filled, holder: Outsider) -> None:
    with holder.rows(short.path) as rows:
        for seq in range(3, 14):
            true = rows.execute("SELECT * FROM operation WHERE seq=?", (seq,)).fetchone()
            plant_beside(rows, seq)
            plant_beside(rows, seq)
            if seq % 2:  # in no order in which they would have come
                rows.execute("DELETE FROM operation WHERE digest=?", (true[-1],))
                rows.execute(f"INSERT INTO operation VALUES ({','.join('?' * len(true))})", tuple(true))
    shutil.rmtree(short.path / "index")
    with short.open() as session:
        cases.list_all(session)
        assert "At least 1 record is missing or not valid" in " ".join(in_english(session.warnings))
        found = log_checking.verify(session)
        assert "nobody can tell which are true" in " ".join(str(fault.message) for fault in found.faults)
