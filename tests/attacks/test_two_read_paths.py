"""Somebody with the database's key alters the file around the rows: what two readers see never differs unnamed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.outsider import Outsider, flipped, learn
from tests.cli.desk import Desk
from tests.english import in_english
from tests.services.founded import MEMBER, PASSPHRASE, Filled
from tests.services.sheets_help import typed
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import VaultError, VerificationError
from vault.services.backups import backups
from vault.services.cases import cases, notes
from vault.services.credentials import recovery
from vault.services.evidence import log_checking

# A row that an index lacks: taken out, put back while the index is not attached (decoder-C).
STALE = {
    "version_by_record": "version WHERE rowid = (SELECT max(rowid) FROM version)",
    "epoch_by_compartment": "epoch WHERE rowid = (SELECT max(rowid) FROM epoch)",
}


def leave_out(path: Path, outsider: Outsider, index: str) -> None:
    """Let an index lack the newest row of its table."""
    table = STALE[index].split()[0]
    with outsider.rows(path) as rows:
        row = rows.execute(f"SELECT * FROM {STALE[index]}").fetchone()
        rows.execute(f"DELETE FROM {STALE[index]}")
        attached = rows.execute("SELECT * FROM sqlite_master WHERE name = ?", (index,)).fetchone()
        rows.execute("PRAGMA writable_schema=ON")
        rows.execute("DELETE FROM sqlite_master WHERE name = ?", (index,))
    with outsider.rows(path) as rows:
        rows.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
        rows.execute("PRAGMA writable_schema=ON")
        rows.execute("INSERT INTO sqlite_master VALUES (?, ?, ?, ?, ?)", attached)


def whole_index(path: Path) -> None:
    shutil.rmtree(path / "index")
    (path / "index").mkdir()


@pytest.mark.parametrize("index", STALE)
def test_a_row_that_an_index_lacks_is_named_when_all_is_read(short: Filled, holder: Outsider, index: str) -> None:
    leave_out(short.path, holder, index)
    with short.open() as session:
        first = log_checking.verify(session).faults[0]
        assert first.code == "database"
        assert f"the table {STALE[index].split()[0]} and its index {index} do not hold the same rows" in str(
            first.message
        )
        with pytest.raises(VerificationError, match="waits until the log is sound"):
            session.require_sound_log()


def test_a_row_that_an_index_lacks_is_told_when_the_members_index_is_made_anew(short: Filled, holder: Outsider) -> None:
    leave_out(short.path, holder, "version_by_record")
    whole_index(short.path)
    with short.open() as session:
        cases.open_case(session, short.cases[0])
        assert any("contradicts itself" in warning for warning in in_english(session.warnings))
        with pytest.raises(VerificationError, match="waits until the log is sound"):
            session.require_sound_log()


def add_trigger(rows: Any) -> None:
    rows.execute("CREATE TRIGGER copies AFTER INSERT ON version BEGIN DELETE FROM tile; END")


ALTERED: dict[str, tuple[Callable[[Any], object], str]] = {
    "a trigger": (add_trigger, "it has the trigger copies of the table version, which CaseVault does not make"),
    "a table": (lambda rows: rows.execute("CREATE TABLE kept (blob)"), "it has the table kept, which"),
    "a view": (lambda rows: rows.execute("CREATE VIEW seen AS SELECT * FROM version"), "it has the view seen, which"),
    "an index": (
        lambda rows: rows.execute("CREATE INDEX more ON version (blob)"),
        "it has the index more of the table",
    ),
    "an index taken": (
        lambda rows: rows.execute("DROP INDEX granted_by_seat"),
        "the index granted_by_seat is missing",
    ),
    "an index of other columns": (
        lambda rows: (
            rows.execute("DROP INDEX granted_by_seat"),
            rows.execute("CREATE INDEX granted_by_seat ON granted (epoch)"),
        ),
        "the index granted_by_seat was altered",
    ),
    "a number": (lambda rows: rows.execute("PRAGMA user_version = 7"), "its number user_version is not the one"),
    "two stamps": (lambda rows: rows.execute("INSERT INTO alembic_version VALUES ('0000')"), "several stamps"),
}


@pytest.mark.parametrize(("how", "words"), ALTERED.values(), ids=ALTERED)
def test_what_stands_around_the_tables_is_told_at_unlock_and_named(
    short: Filled, holder: Outsider, how: Callable[[Any], object], words: str
) -> None:
    with holder.rows(short.path) as rows:
        how(rows)
    with short.open() as session:
        assert any(words in warning for warning in in_english(session.warnings))
        assert words in str(log_checking.verify(session).faults[0].message)
        assert cases.open_case(session, short.cases[0]).notes


TABLES = ("genesis", "operation", "version", "version_key", "epoch", "granted", "checkpoint", "tile", "local")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("how", ["DROP TABLE {}", "ALTER TABLE {} ADD COLUMN more"], ids=["dropped", "widened"])
def test_a_table_that_is_not_what_it_was_is_named_and_no_error_of_the_program(
    short: Filled, holder: Outsider, tmp_path: Path, table: str, how: str
) -> None:
    with holder.rows(short.path) as rows:
        rows.execute(how.format(table))
    with pytest.raises(VerificationError, match=f"the table {table} (is missing|was altered)"):
        short.open()


@pytest.mark.parametrize(
    "statement",
    ["DROP TABLE alembic_version", "UPDATE alembic_version SET version_num = '0000'", "DELETE FROM alembic_version"],
)
def test_a_stamp_that_no_program_wrote_is_no_error_of_the_program(
    short: Filled, holder: Outsider, statement: str
) -> None:
    with holder.rows(short.path) as rows:
        rows.execute(statement)
    with pytest.raises(VerificationError, match=r"a step from schema .* failed and was undone"):
        short.open()


@pytest.mark.long
def test_the_command_ends_in_6_and_says_what_to_do(short: Filled, holder: Outsider, tmp_path: Path) -> None:
    with holder.rows(short.path) as rows:
        add_trigger(rows)
    desk = Desk.of(short.place, tmp_path)
    answer = desk.run("log", "verify")
    assert (answer.code, answer.out.split(":")[0]) == (6, "NOT VERIFIED. First bad place")
    assert "make a backup and restore it" in " ".join(answer.out.split())
    with holder.rows(short.path) as rows:
        rows.execute("DROP TABLE operation")
    answer = desk.run("log", "verify")
    assert (answer.code, "the table operation is missing" in answer.err) == (6, True)


SWALLOWED = ("version", "version_key", "checkpoint", "local")


@pytest.mark.parametrize("table", SWALLOWED)
@pytest.mark.parametrize(
    "trigger", ["BEFORE INSERT ON {} BEGIN SELECT RAISE(IGNORE); END", "AFTER INSERT ON {} BEGIN DELETE FROM {}; END"]
)
def test_a_write_that_a_trigger_swallows_is_an_error_of_its_act(
    short: Filled, holder: Outsider, table: str, trigger: str
) -> None:
    with short.open() as session:
        with session.database.transaction() as rows:
            rows.connection.exec_driver_sql(f"CREATE TRIGGER swallows {trigger.format(table, table)}")
        size = session.log.size
        with pytest.raises(VerificationError, match="is not in the database after it was written"):
            notes.add(session, short.cases[0], Note(NoteKind.CONTACT, "swallowed"))
        assert session.log.size == size
        with session.database.transaction() as rows:
            rows.connection.exec_driver_sql("DROP TRIGGER swallows")
        notes.add(session, short.cases[0], Note(NoteKind.CONTACT, "kept after all"))
        assert log_checking.verify(session).verified


@pytest.mark.parametrize("table", ["epoch", "granted"])
def test_a_new_case_whose_keys_a_trigger_swallows_is_not_said_to_be_there(short: Filled, table: str) -> None:
    with short.open() as session:
        with session.database.transaction() as rows:
            rows.connection.exec_driver_sql(
                f"CREATE TRIGGER swallows BEFORE INSERT ON {table} BEGIN SELECT RAISE(IGNORE); END"
            )
        with pytest.raises(VerificationError, match="is not in the database after it was written"):
            cases.create(session, title="Far", kind="asylum")


BACKUPS: dict[str, Callable[[Path, Outsider], None]] = {
    "a stale index": lambda path, outsider: leave_out(path, outsider, "version_by_record"),
    "a trigger": lambda path, outsider: _with(path, outsider, add_trigger),
    "a table dropped": lambda path, outsider: _with(path, outsider, lambda rows: rows.execute("DROP TABLE operation")),
}


def _with(path: Path, outsider: Outsider, how: Callable[[Any], object]) -> None:
    with outsider.rows(path) as rows:
        how(rows)


@pytest.mark.parametrize("how", BACKUPS.values(), ids=BACKUPS)
def test_a_backup_so_altered_is_not_whole_even_where_its_digests_are_made_right(
    short: Filled,
    holder: Outsider,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    how: Callable[[Path, Outsider], None],
) -> None:
    with short.open() as session:
        made = backups.make(session, tmp_path / "stick")
    assert made is not None
    how(made.path, learn(made.path))
    monkeypatch.setattr("vault.services.backups.backups.require_undamaged", lambda folder: {})
    monkeypatch.setattr("vault.services.backups.proven_backup.Manifest.files", {}, raising=False)
    with pytest.raises(VerificationError, match=r"vault\.db: (the table|it has the trigger)"):
        backups.verify(made.path, member=MEMBER, passphrase=bytearray(PASSPHRASE), state=tmp_path / "state")


# ---- what a seat keeps sealed for itself


@pytest.mark.parametrize(
    ("purpose", "words"),
    [
        (7, "the secret of the recovery sheets"),
        (10, "what this device knows of others' devices"),
        (12, "the invitations that this device made"),
    ],
)
def test_a_row_of_this_device_that_was_altered_is_named(
    short: Filled, holder: Outsider, purpose: int, words: str
) -> None:
    with holder.rows(short.path) as rows:
        seat, blob = rows.execute("SELECT seat, blob FROM local WHERE purpose = 7").fetchone()
        rows.execute("DELETE FROM local WHERE purpose = ?", (purpose,))
        rows.execute("INSERT INTO local VALUES (?, ?, 0, ?)", (seat, purpose, flipped(blob)))
    with short.open() as session:
        (fault,) = log_checking.verify(session).faults
        assert (fault.code, str(fault.message)) == ("local", f"{words}: altered, and of no use any more")


def test_a_secret_that_is_gone_before_a_drill_proved_it_is_named(short: Filled, holder: Outsider) -> None:
    with holder.rows(short.path) as rows:
        rows.execute("DELETE FROM local WHERE purpose = 7")
    with short.open() as session:
        (fault,) = log_checking.verify(session).faults
    assert fault.code == "local"
    assert "drill-recovery" in str(fault.message)


def test_a_secret_that_a_drill_erased_is_not_missed(short: Filled) -> None:
    with short.open() as session:
        recovery.drill(session, typed(recovery.sheets(session), 1, 2))
        assert log_checking.verify(session).verified


def test_recovery_says_what_to_do_and_not_what_leads_back_to_it(short: Filled, holder: Outsider) -> None:
    with holder.rows(short.path) as rows:
        (blob,) = rows.execute("SELECT blob FROM local WHERE purpose = 7").fetchone()
        rows.execute("UPDATE local SET blob = ? WHERE purpose = 7", (flipped(blob),))
    with short.open() as session, pytest.raises(VerificationError) as refusal:
        recovery.status(session)
    assert "verify-log" not in str(refusal.value.next_step)
    assert "drill-recovery" in str(refusal.value.next_step)


def test_bytes_behind_the_end_are_named(short: Filled) -> None:
    with (short.path / "vault.db").open("ab") as file:
        file.write(bytes(20_000))
    with short.open() as session:
        (fault,) = log_checking.verify(session).faults
    assert str(fault.message) == "vault.db: there are bytes after its end, which nothing reads"


@pytest.mark.long
def test_a_flip_in_any_page_is_named_or_refused(short: Filled, tmp_path: Path) -> None:
    size = (short.path / "vault.db").stat().st_size
    for page in range(1, size // 8192):
        place = short.place.copied_to(tmp_path / str(page))
        whole = bytearray((place.path / "vault.db").read_bytes())
        whole[page * 8192 + 4096] ^= 1
        (place.path / "vault.db").write_bytes(whole)
        try:
            with place.open() as session:
                assert not log_checking.verify(session).verified
        except VaultError as refusal:
            assert refusal.exit_code == VerificationError.exit_code  # noqa: PT017 - either is an answer
