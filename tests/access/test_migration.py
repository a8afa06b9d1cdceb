"""An older vault is copied and proven before the first step; a newer one is not touched."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.services.founded import Place
from tests.store.samples import KEY
from vault.access.session import Session
from vault.errors import NewerVaultError, TryAgainError, VerificationError
from vault.seal.entrance.doors import open_doors
from vault.seal.entrance.keyfile import KEY_FILE_SIZE, KeyFile
from vault.seal.recipients import KemPrivate
from vault.store.engine import Database, open_database
from vault.store.files import read_limited
from vault.store.folder import VaultFolder
from vault.store.schema import SCHEMA, bring_up_to_date


def stamp(session: Session, revision: str) -> None:
    with session.database.transaction() as rows:
        rows.connection.exec_driver_sql("UPDATE alembic_version SET version_num = ?", (revision,))


def raw_key(session: Session) -> bytes:
    file = KeyFile.decode(read_limited(session.folder.keys, KEY_FILE_SIZE))
    private = KemPrivate.from_seed(session._secrets.kem_seed)
    return open_doors(private, session.seat, session.vault, file.doors).new


def copies(place: Place) -> list[Path]:
    return sorted(place.path.glob("vault.db.schema-*"))


def test_a_current_vault_is_left_alone(founded: Place, session: Session) -> None:
    assert not bring_up_to_date(session.database, session.folder, raw_key(session))
    assert copies(founded) == []


@pytest.mark.parametrize("is_second_try", [False, True])
def test_a_vault_without_a_stamp_is_brought_up_to_date_after_a_copy_of_it_was_kept(
    tmp_path: Path, *, is_second_try: bool
) -> None:
    folder = VaultFolder(tmp_path)
    database = open_database(folder.database, KEY, create=True)
    with database.transaction() as rows:
        rows.connection.exec_driver_sql("CREATE TABLE older (what TEXT)")
    path = tmp_path / "vault.db.schema-none"
    if is_second_try:
        path.write_bytes(b"of a try that was cut off")
    assert bring_up_to_date(database, folder, KEY)
    assert database.schema_stamp() == SCHEMA
    assert not bring_up_to_date(database, folder, KEY)
    database.close()
    copy = open_database(path, KEY, create=False)
    with copy.reading() as rows:
        assert sa.inspect(rows.connection).get_table_names() == ["older"]
    copy.close()


def test_a_newer_vault_is_refused_with_the_schema_needed_and_not_touched(founded: Place) -> None:
    with founded.open() as session:
        stamp(session, "0999")
    before = (founded.path / "vault.db").read_bytes()
    with pytest.raises(NewerVaultError, match="schema 0999"):
        founded.open()
    assert (founded.path / "vault.db").read_bytes() == before
    assert copies(founded) == []


def test_before_the_first_step_stands_a_copy_that_opens(founded: Place, session: Session) -> None:
    stamp(session, "0000")
    # No step leads on from a schema that never was, so the migration fails, and the copy is what is left to stand on.
    with pytest.raises(VerificationError, match="a step from schema 0000 to 0002 failed and was undone"):
        bring_up_to_date(session.database, session.folder, raw_key(session))
    (copy,) = copies(founded)
    assert copy.name == "vault.db.schema-0000"
    opened = open_database(copy, raw_key(session), create=False)
    try:
        with opened.reading() as rows:
            assert rows.size(session.log.origin) == session.log.size
        assert opened.schema_stamp() == "0000"
    finally:
        opened.close()


def test_a_copy_that_is_not_what_was_copied_stops_the_migration(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamp(session, "0000")
    stamped: list[str | None] = []
    true_stamp = Database.schema_stamp

    def wrong_in_the_copy(database: Database) -> str | None:
        stamped.append("7777" if database is not session.database else true_stamp(database))
        return stamped[-1]

    monkeypatch.setattr(Database, "schema_stamp", wrong_in_the_copy)
    with pytest.raises(VerificationError, match="is not what was copied"):
        bring_up_to_date(session.database, session.folder, raw_key(session))


def test_without_room_for_a_copy_nothing_is_begun(
    founded: Place, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamp(session, "0000")
    monkeypatch.setattr("vault.store.engine.free_bytes", lambda path: 1 << 20)
    with pytest.raises(TryAgainError, match="no room"):
        bring_up_to_date(session.database, session.folder, raw_key(session))
    assert session.database.schema_stamp() == "0000"
    assert copies(founded) == []


def test_neither_the_copy_nor_what_proves_it_stays_open(session: Session, closed: list[Database]) -> None:
    stamp(session, "0000")
    with pytest.raises(VerificationError, match="failed and was undone"):
        bring_up_to_date(session.database, session.folder, raw_key(session))
    assert len(closed) == 2
    assert session.database not in closed
