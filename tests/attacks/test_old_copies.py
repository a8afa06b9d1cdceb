"""Old copies put back under today's pins: told at unlock and by `log verify`, now and after further commands."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.english import in_english
from tests.services.founded import MEMBER, PASSPHRASE, Filled
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import VaultError, VerificationError
from vault.records.work import Entry
from vault.seal.entrance.keyfile import KEY_FILE_SIZE, KeyFile, seal_slot, slot_info
from vault.seal.entrance.passphrase import derive_unlock_key, stretch
from vault.seal.purposes import Purpose
from vault.services.cases import cases, notes
from vault.services.evidence import log_checking
from vault.store.files import promote, read_limited, write_aside

OLDER = "is an older copy"
KEYS = "keys file is not the one"


def change_keys(session: Session) -> None:
    """Make the next generation of the `keys` file as a change of passphrase does, and list it in the log."""
    path = session.folder.keys
    file = KeyFile.decode(read_limited(path, KEY_FILE_SIZE))
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


def put_back_database(victim: Filled, old: Path) -> None:
    write_a_note(victim)
    put_back(victim, old, "vault.db")


def put_back_keys(victim: Filled, old: Path) -> None:
    change_keys_and_use_them(victim)
    put_back(victim, old, "keys")


def put_back_keys_never_used(victim: Filled, old: Path) -> None:
    with victim.open() as session:
        change_keys(session)
    put_back(victim, old, "keys")


def put_back_folder(victim: Filled, old: Path) -> None:
    write_a_note(victim)
    put_back(victim, old)


def put_back_folder_and_keys(victim: Filled, old: Path) -> None:
    change_keys_and_use_them(victim)
    put_back(victim, old)


OLD_COPIES = [
    pytest.param(put_back_database, (OLDER,), {"cut"}, id="the database alone"),
    pytest.param(put_back_keys, (KEYS,), {"keys-file"}, id="keys alone"),
    pytest.param(put_back_keys_never_used, (), {"keys-file"}, id="keys alone, the new ones never used"),
    pytest.param(put_back_folder, (OLDER,), {"cut"}, id="the whole folder"),
    pytest.param(put_back_folder_and_keys, (OLDER, KEYS), {"cut"}, id="the whole folder, from before a change of keys"),
]


@pytest.fixture
def old(victim: Filled, tmp_path: Path) -> Path:
    """A copy of the vault's folder as it was before the last commands."""
    shutil.copytree(victim.path, tmp_path / "old")
    return tmp_path / "old"


@pytest.mark.long_after(2)
@pytest.mark.parametrize(("attack", "warned", "codes"), OLD_COPIES)
def test_an_old_copy_is_told_at_unlock_and_by_verify(
    victim: Filled,
    old: Path,
    attack: Callable[[Filled, Path], None],
    warned: tuple[str, ...],
    codes: set[str],
) -> None:
    with victim.open() as session:
        origin = session.log.origin
    attack(victim, old)
    for command in ("at once", "after a note", "after reading"):
        with victim.open() as session:
            warnings = " ".join(in_english(session.warnings))
            for words in warned:
                assert words in warnings, command
            first = log_checking.verify(session).faults[0]
            assert first.code in codes, command
            assert first.origin == origin
            assert first.seq is not None
            with pytest.raises(VerificationError, match="waits until the log is sound"):
                session.require_sound_log()
            notes.add(session, victim.cases[1], Note(NoteKind.CONTACT, command))
    with victim.open() as session:
        texts = [note.value.text for note in cases.open_case(session, victim.cases[1]).notes]
    assert texts[-3:] == ["at once", "after a note", "after reading"]


def test_keys_that_the_log_lists_as_newest_are_no_news(victim: Filled) -> None:
    change_keys_and_use_them(victim)
    with victim.open() as session:
        assert session.warnings == ()
        session.require_sound_log()


def test_the_same_old_folder_without_pins_is_a_new_account_and_says_so(victim: Filled) -> None:
    shutil.rmtree(victim.state / "pins")
    with victim.open() as session:
        assert "no memory of this vault" in " ".join(in_english(session.warnings))
        assert log_checking.verify(session).verified
        session.require_sound_log()


def test_an_old_database_beside_new_keys_of_another_vault_is_refused(victim: Filled, long_template: Filled) -> None:
    put_back(victim, long_template.path, "vault.db")
    (victim.path / "keys").write_bytes(os.urandom(KEY_FILE_SIZE))
    with pytest.raises(VaultError, match="keys file has format"):
        victim.open()


def run(victim: Filled, *words: str, tmp_path: Path) -> tuple[int, dict[str, object], str]:
    """Run the real command and return its exit code, its answer and what it said beside."""
    password = tmp_path / "passphrase"
    password.write_bytes(PASSPHRASE)
    password.chmod(0o600)
    command = [sys.executable, "-m", "vault", *words, "--json", "--no-input"]
    command += ["--vault", str(victim.path), "--member", MEMBER, "--passphrase-file", str(password)]
    # The command looks for its state in the account's usual place.
    state = tmp_path / "home"
    if not (state / "casevault").exists():
        shutil.copytree(victim.state, state / "casevault")
    done = subprocess.run(
        command, env={**os.environ, "XDG_STATE_HOME": str(state)}, capture_output=True, text=True, check=False
    )
    answer: dict[str, object] = json.loads(done.stdout)
    return done.returncode, answer, done.stderr


@pytest.mark.long
def test_the_real_command_ends_with_6_and_names_the_place(victim: Filled, old: Path, tmp_path: Path) -> None:
    assert run(victim, "log", "verify", tmp_path=tmp_path)[0] == 0
    put_back(victim, old)
    for _ in range(2):
        code, answer, said = run(victim, "log", "verify", tmp_path=tmp_path)
        assert code == 6
        assert answer["verified"] is False
        first = answer["problems"][0]  # type: ignore[index]  # parsed JSON
        assert first["code"] == "cut"
        assert OLDER in said
        assert run(victim, "case", "show", victim.refs[0], tmp_path=tmp_path)[0] == 0


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
