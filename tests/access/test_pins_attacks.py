"""What this device remembers, under attack: nothing that was noticed once is forgotten by itself."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.access.power import cut_at_commit
from tests.access.seats import SEAT, VAULT
from tests.access.test_pins import PINS
from tests.services.founded import Filled, Place
from vault import platform
from vault.access.pins.pins import PinFile
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import VerificationError
from vault.log.checkpoint import encode_note, key_name, note_body
from vault.log.genesis import Genesis
from vault.seal.purposes import Purpose
from vault.services.cases import notes
from vault.services.evidence import log_checking
from vault.store.rowtypes import CheckpointRow


def codes(session: Session) -> dict[str, bool]:
    return {alarm.code: not alarm.is_news for alarm in session.alarms}


def pins_path(place: Place) -> Path:
    (path,) = (place.state / "pins").iterdir()
    return path


SPOILED = ("DELETE FROM local", "UPDATE local SET blob = zeroblob(200)")


def spoil_the_session_key(place: Place, how: str) -> None:
    """Delete or alter the row of the seat's session key, as somebody with the database key could."""
    with place.open() as session, session.database.transaction() as rows:
        rows.connection.exec_driver_sql(f"{how} WHERE purpose = {int(Purpose.SESSION)}")


def older_copy_under_todays_pins(filled: Filled, tmp_path: Path) -> None:
    shutil.copytree(filled.path, tmp_path / "older")
    with filled.open() as session:
        notes.add(session, filled.cases[0], Note(NoteKind.CONTACT, "written after the copy"))
    shutil.rmtree(filled.path)
    shutil.copytree(tmp_path / "older", filled.path)


def test_pins_that_were_altered_anywhere_are_none(tmp_path: Path) -> None:
    file = PinFile(tmp_path, VAULT, SEAT, b"k" * 32)
    file.save(PINS)
    stored = file.path.read_bytes()
    flipped = [
        stored[:at] + bytes([stored[at] ^ 1]) + stored[at + 1 :] for at in (0, len(stored) // 2, -1 % len(stored))
    ]
    for altered in [b"", stored[:-1], stored + b"\0", *flipped]:
        file.path.write_bytes(altered)
        assert file.load() is None


# ---- an older copy


def test_an_older_copy_is_told_on_another_machine_too_and_ever_after(
    filled: Filled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older_copy_under_todays_pins(filled, tmp_path)
    monkeypatch.setattr(platform, "machine_id", lambda state: b"another machine")
    for _ in range(2):
        with filled.open() as session:
            assert codes(session)["rollback"]
            assert not log_checking.verify(session).verified
            with pytest.raises(VerificationError, match="this waits until the log is sound"):
                session.require_sound_log()


def test_a_crash_before_the_first_entry_on_another_machine_does_not_bring_back_the_old_log(
    filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log of the other machine may go on there: its key must not sign here."""
    with filled.open() as session:
        first = session.log.origin
    monkeypatch.setattr(platform, "machine_id", lambda state: b"another machine")
    with cut_at_commit(monkeypatch, after=False):
        filled.open()
    with filled.open() as session:
        assert session.log.origin != first
        assert not any(codes(session).values())


# ---- the session row


@pytest.mark.parametrize("how", SPOILED)
def test_a_session_key_that_is_gone_is_a_fault_until_a_clean_verification(filled: Filled, how: str) -> None:
    spoil_the_session_key(filled.place, how)
    with filled.open() as session:
        assert codes(session) == {"session-key": True}
    # Said again, although nothing is to be seen any more.
    with filled.open() as session:
        assert codes(session) == {"session-key": True}
        with pytest.raises(VerificationError, match="waits until the log is sound") as refused:
            session.require_sound_log()
        assert "session key" in str(refused.value.next_step)
        assert log_checking.verify(session).verified
        session.require_sound_log()
        assert session.warnings == ()
    with filled.open() as session:
        assert session.warnings == ()
        session.require_sound_log()


def test_what_this_unlock_notices_is_not_forgotten_by_its_own_verification(filled: Filled) -> None:
    spoil_the_session_key(filled.place, SPOILED[0])
    with filled.open() as session:
        assert [fault.code for fault in log_checking.verify(session).faults] == ["session-key"]
        assert codes(session)["session-key"]
    with filled.open() as session:
        assert codes(session)["session-key"]


def test_a_log_that_did_not_verify_waits_in_the_next_session_too(filled: Filled) -> None:
    with filled.open() as session, session.database.transaction() as rows:
        (kept,) = rows.connection.exec_driver_sql("SELECT list FROM operation WHERE seq = 3").fetchall()
        rows.connection.exec_driver_sql("UPDATE operation SET list = zeroblob(49) WHERE seq = 3")
    with filled.open() as session:
        assert not log_checking.verify(session).verified
    with filled.open() as session:
        assert codes(session) == {"verify": True}
        with pytest.raises(VerificationError, match="waits until the log is sound") as refused:
            session.require_sound_log()
        assert "does not verify" in str(refused.value.next_step)
        with session.database.transaction() as rows:
            rows.connection.exec_driver_sql("UPDATE operation SET list = ? WHERE seq = 3", (kept[0],))
        assert log_checking.verify(session).verified
    with filled.open() as session:
        assert session.warnings == ()


# ---- the pins file itself


def overwrite(path: Path) -> None:
    path.write_bytes(bytes(10))


def fill(path: Path) -> None:
    path.write_bytes(os.urandom(2 * 1024 * 1024))


def make_folder(path: Path) -> None:
    path.unlink()
    (path / "within").mkdir(parents=True)


def make_fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def link_to_nowhere(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


@pytest.mark.parametrize("break_pins", [overwrite, fill, make_folder, make_fifo, link_to_nowhere])
def test_pins_that_are_there_and_do_not_open_are_a_fault_and_keep_nobody_out(
    filled: Filled, break_pins: Callable[[Path], None]
) -> None:
    break_pins(pins_path(filled.place))
    with filled.open() as session:
        assert codes(session)["pins"]
    with filled.open() as session:
        assert codes(session) == {"pins": True}
        assert log_checking.verify(session).verified
    with filled.open() as session:
        assert session.warnings == ()


# ---- what a new log says of the one before it


def plant_checkpoint(session: Session) -> None:
    """Put in a checkpoint that nobody signed, of more entries than there are."""
    origin, size, root = session.log.origin, 2**50, b"\x11" * 32
    note = encode_note(note_body(origin, size, root), key_name(origin), b"\x01" * 32, b"\x02" * 64)
    with session.database.transaction() as rows:
        rows.add_checkpoint(CheckpointRow(origin, size, root, note))


def test_a_new_log_names_of_its_predecessor_only_what_is_proven(filled: Filled) -> None:
    with filled.open() as session:
        origin, size, root = session.log.origin, session.log.size, session.log.frontier.root()
        plant_checkpoint(session)
    shutil.rmtree(filled.state)
    with filled.open() as session, session.database.reading() as rows:
        genesis = Genesis.decode(rows.genesis(session.log.origin) or b"")
    assert (genesis.predecessor, genesis.predecessor_size, genesis.predecessor_root) == (origin, size, root)


def test_logs_of_two_accounts_that_take_turns_follow_one_another(filled: Filled, tmp_path: Path) -> None:
    """A new log goes on from the seat's newest one, not from the one that this account used last."""
    there = Place(filled.path, tmp_path / "other account")
    origins = []
    for place in (filled.place, there, filled.place, there):
        with place.open() as session:
            origins.append(session.log.origin)
    with filled.open() as session, session.database.reading() as rows:
        before = {
            origin: Genesis.decode(rows.genesis(origin) or b"").predecessor for origin in [*origins, session.log.origin]
        }
        assert [before[origin] for origin in origins[1:]] == origins[:-1]
        assert before[session.log.origin] == origins[-1]
        assert not any(codes(session).values())
