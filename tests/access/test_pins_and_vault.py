"""What an account remembers of a vault, and what the vault does when it is older, another's or gone."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.services.founded import MEMBER, PASSPHRASE, Filled, Place
from vault.access.pins import PinFile, Pins
from vault.access.unlock import unlock
from vault.errors import InternalError
from vault.ids import SeatId
from vault.records.work import Work
from vault.seal.keyfile import KEY_FILE_SIZE, KeyFile
from vault.seal.unlocking import unlock as open_slot
from vault.services import checking, notes
from vault.store.files import read_limited


def pins_path(place: Place) -> Path:
    (path,) = (place.state / "pins").iterdir()
    return path


def test_pins_that_lag_behind_the_vault_are_no_news(filled: Filled) -> None:
    """A crash between a commit and its pins leaves exactly this."""
    earlier = pins_path(filled.place).read_bytes()
    with filled.open() as session:
        notes.add(session, filled.cases[0], kind="contact", text="after the pins")
    pins_path(filled.place).write_bytes(earlier)
    with filled.open() as session:
        assert session.warnings == ()
        assert checking.verify(session).logs == 1


def begin_new_log(place: Place) -> None:
    """Unlock as an account that has never seen the vault."""
    unlock(place.path, member=MEMBER, passphrase=bytearray(PASSPHRASE), state=place.state).close()


def fail(*args: object, **named: object) -> object:
    raise InternalError("the test cut the power here")


CUTS: list[object] = [
    pytest.param("before entry 0", id="before entry 0"),
    pytest.param("after entry 0", id="after entry 0, before the pins that follow"),
]


@pytest.mark.parametrize("cut", CUTS)
def test_a_crash_while_a_log_begins_does_not_begin_two(
    founded: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, cut: str
) -> None:
    place = Place(founded.path, tmp_path / "new account")
    saved: list[Pins] = []
    save = PinFile.save

    def recording(self: PinFile, pins: Pins) -> None:
        saved.append(pins)
        save(self, pins)

    with monkeypatch.context() as watched:
        watched.setattr(PinFile, "save", recording)
        if cut == "before entry 0":
            watched.setattr(Work, "commit", fail)
            with pytest.raises(InternalError, match="cut the power"):
                begin_new_log(place)
        else:
            begin_new_log(place)
    pending = saved[0]
    assert pending.pending is not None
    if cut == "after entry 0":
        seat, key = seat_and_pin_key(founded)
        PinFile(place.state / "pins", founded.vault_id, seat, key).save(pending)
    with place.open() as session:
        expected = 2
        assert checking.verify(session).logs == expected
        assert (session.log.origin == pending.pending) == (cut == "after entry 0")
        session.require_sound_log()
    with place.open() as session:
        assert session.warnings == ()
        assert checking.verify(session).logs == expected


def seat_and_pin_key(place: Place) -> tuple[SeatId, bytes]:
    """Return what seals the founder's pins, from the keys file."""
    file = KeyFile.decode(read_limited(place.path / "keys", KEY_FILE_SIZE))
    secrets = open_slot(file, bytearray(PASSPHRASE), MEMBER).secrets
    return SeatId(secrets.seat), secrets.pin_key


NEW_LOGS: list[object] = [
    pytest.param(lambda place: shutil.rmtree(place.state), "no memory of this vault", id="no pins"),
]


@pytest.mark.parametrize(("forget", "words"), NEW_LOGS)
def test_without_pins_a_new_log_begins_aloud_and_goes_on(
    filled: Filled, forget: Callable[[Place], None], words: str
) -> None:
    with filled.open() as session:
        first = session.log.origin
    forget(filled.place)
    with filled.open() as session:
        assert words in " ".join(session.warnings)
        second = session.log.origin
        assert second != first
        notes.add(session, filled.cases[0], kind="contact", text="in the new log")
    with filled.open() as session:
        assert (session.warnings, session.log.origin) == ((), second)
        assert checking.verify(session).verified


def test_pins_of_another_machine_begin_a_new_log(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr("vault.platform.machine_id", lambda state: b"another machine")
        with filled.open() as session:
            assert "last used on another machine" in " ".join(session.warnings)
            origin = session.log.origin
    with filled.open() as session:
        # Back home the pins are those of the other machine.
        assert "last used on another machine" in " ".join(session.warnings)
        assert session.log.origin != origin
        assert checking.verify(session).verified


def test_a_state_folder_from_before_a_new_log_does_not_bring_back_the_old_one(filled: Filled, tmp_path: Path) -> None:
    shutil.copytree(filled.state, tmp_path / "earlier state")
    shutil.rmtree(filled.state)
    with filled.open() as session:
        second = session.log.origin
    shutil.rmtree(filled.state)
    shutil.copytree(tmp_path / "earlier state", filled.state)
    with filled.open() as session:
        # The key of the old log is gone from the device: signing on there would be a fork.
        assert "went on with another log here" in " ".join(session.warnings)
        assert session.log.origin != second
        assert checking.verify(session).verified
