from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

import vault.store.schema
from tests.store.samples import KEY, add_entry, new_vault, whole_entries
from tests.tables import each
from vault.errors import InternalError, NewerVaultError, TryAgainError, VerificationError
from vault.store.engine import Database, open_database
from vault.store.schema import SCHEMA, make_tables, migrate
from vault.words.message import Message

_REPOSITORY = Path(__file__).parents[2]
_NEXT_STEP = """
import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    with op.batch_alter_table("granted") as table:
        table.add_column(sa.Column("until", sa.BigInteger, nullable=True))
    op.create_table("later", sa.Column("id", sa.LargeBinary, nullable=False))
"""


def _shape(database: Database) -> list[tuple[str, str, str | None]]:
    with database.reading() as rows:
        found = rows.connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_master ORDER BY type, name")
        return [(kind, name, sql) for kind, name, sql in found]


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Database]:
    database = open_database(tmp_path / "empty.db", KEY, create=True)
    yield database
    database.close()


@pytest.fixture
def steps(tmp_path: Path) -> Path:
    """The real steps and one more."""
    folder = tmp_path / "steps, 100% real"
    shutil.copytree(_REPOSITORY / "migrations", folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "0003_next.py").write_text(_NEXT_STEP)
    return folder


def test_a_new_vault_has_the_tables_that_the_steps_make(database: Database, empty: Database) -> None:
    assert empty.schema_stamp() is None
    assert migrate(empty, back_up=lambda: None)
    assert empty.schema_stamp() == database.schema_stamp() == SCHEMA
    assert _shape(empty) == _shape(database)
    assert len(_shape(database)) > 20


def test_the_stamp_that_this_program_writes_is_its_newest_step() -> None:
    names = sorted(path.stem for path in (_REPOSITORY / "migrations" / "versions").glob("*.py"))
    assert names[-1].partition("_")[0] == SCHEMA


def test_a_vault_of_this_schema_is_left_alone(database: Database) -> None:
    def never() -> None:
        pytest.fail("a backup was made for nothing")

    assert not migrate(database, back_up=never)


def test_opening_a_vault_of_this_schema_does_not_load_alembic(tmp_path: Path) -> None:
    new_vault(tmp_path / "vault.db").close()
    code = (
        "import sys; from pathlib import Path; from vault.store.engine import open_database;"
        "from vault.store.schema import migrate;"
        f"migrate(open_database(Path({str(tmp_path / 'vault.db')!r}), bytes(range(32)), create=False), back_up=None);"
        "sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=_REPOSITORY, check=False).returncode == 0


def test_a_step_keeps_the_rows_and_sets_the_stamp_after_one_backup(database: Database, steps: Path) -> None:
    with database.transaction() as rows:
        add_entry(rows, 0)
    stamps: list[str | None] = []
    assert migrate(database, back_up=lambda: stamps.append(database.schema_stamp()), target="0003", scripts=steps)
    assert stamps == ["0002"]
    assert database.schema_stamp() == "0003"
    assert whole_entries(database) == 1
    with database.reading() as rows:
        assert rows.connection.scalar(sa.text("SELECT count(until) FROM granted")) == 0
    assert not Path(f"{database.path}-wal").stat().st_size


@each(
    {
        '    raise RuntimeError("a row with a name in it")\n': "a step from schema 0002 to 0003 failed and was undone",
        '    op.execute("INSERT INTO nowhere VALUES (1)")\n': r"the database layer failed at vault\.db: SQLITE_ERROR",
    }.items()
)
def test_a_step_that_fails_half_way_is_undone_whole_and_its_words_are_not_repeated(
    more: str, words: str, database: Database, steps: Path
) -> None:
    (steps / "versions" / "0003_next.py").write_text(_NEXT_STEP + more)
    before = _shape(database)
    with pytest.raises(InternalError, match=f"^{words}$") as caught:
        migrate(database, back_up=lambda: None, target="0003", scripts=steps)
    assert caught.value.__suppress_context__
    assert _shape(database) == before
    assert database.schema_stamp() == "0002"


def test_without_room_for_copies_or_a_proven_backup_no_step_runs(
    database: Database, steps: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise TryAgainError(Message("no room for a backup"))

    before = _shape(database)
    with pytest.raises(TryAgainError, match="no room for a backup"):
        migrate(database, back_up=fail, target="0003", scripts=steps)
    monkeypatch.setattr("vault.store.engine.free_bytes", lambda _: 64 << 20)
    with pytest.raises(TryAgainError, match=r"no room at vault\.db: 64 MiB are needed, 64 are free"):
        migrate(database, back_up=lambda: pytest.fail("too early"), target="0003", scripts=steps)
    assert _shape(database) == before
    assert database.schema_stamp() == "0002"


def test_a_newer_vault_is_named_and_not_touched(database: Database) -> None:
    with database.transaction() as rows:
        rows.connection.execute(sa.text("UPDATE alembic_version SET version_num = '0007'"))
    before = _shape(database)
    with pytest.raises(NewerVaultError, match="this vault has schema 0007, this program knows 0002") as caught:
        migrate(database, back_up=lambda: pytest.fail("too early"))
    assert "knows schema 0007" in str(caught.value.next_step)
    assert _shape(database) == before


def test_the_tables_of_a_new_vault_come_all_or_not_at_all(empty: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault.store.schema, "SCHEMA", None)  # the stamp comes last and may not be empty
    with pytest.raises(VerificationError):
        make_tables(empty)
    assert _shape(empty) == []


def test_steps_know_nothing_of_the_vault_beyond_its_tables() -> None:
    for path in (_REPOSITORY / "migrations").rglob("*.py"):
        lines = [line for line in path.read_text().splitlines() if "import" in line and "vault" in line]
        assert lines in ([], ["from vault.store.tables import metadata"]), path
