"""What an unlock finishes: keys that others gave, the `keys` file, a seat that waited, the ballast."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.access.opening import Way, keys_of, slot_of, watch, wrap
from tests.access.test_unlock_opening import fail, slot, way
from tests.services.colleague import NAME, PASSPHRASE, admit
from vault import platform
from vault.access import unlock as unlock_module
from vault.access.unlock import _renew_ballast
from vault.errors import InternalError, TryAgainError
from vault.ids import SeatId
from vault.seal.doors import DoorKeys, make_doors
from vault.seal.keyfile import KeyFile
from vault.seal.purposes import Purpose
from vault.seal.recipients import KemPrivate
from vault.store.files import BALLAST_SIZE
from vault.store.folder import VaultFolder

__all__ = ["slot", "way"]  # fixtures


# ---- keys that others gave


@pytest.mark.parametrize(("needs", "times"), [(True, 1), (False, 0)])
def test_what_others_did_since_is_taken_in_where_they_did_anything(
    way: Way, monkeypatch: pytest.MonkeyPatch, *, needs: bool, times: int
) -> None:
    monkeypatch.setattr(unlock_module, "needs_refresh", lambda rows, seat, keyring: needs and rows.geneses() != [])
    refreshed = wrap(monkeypatch, "refresh")
    with way.open() as session:
        assert refreshed == [(session, [])] * times


def test_keys_that_the_keyring_lacks_are_taken_in_again(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    with way.open() as session:
        held = session.keyring.compartments()
        with session.database.transaction() as rows:
            rows.delete_local(session.seat, Purpose.KEYRING)
    monkeypatch.setattr(unlock_module, "needs_refresh", lambda *asked: False)
    with way.open() as session:
        assert sorted(session.keyring.compartments()) == sorted(held)
        assert [alarm.code for alarm in session.alarms] == ["keyring"]


# ---- the `keys` file


def with_other_doors(way: Way) -> tuple[KeyFile, DoorKeys]:
    """Return the next generation of the file, as a change of key that was cut off leaves it, and its keys."""
    file, kem = keys_of(way.place), KemPrivate.from_seed(way.slot.secrets.kem_seed)
    doors = DoorKeys(b"n" * 32, b"o" * 32)
    sealed = make_doors(file.header.vault, doors, [(way.slot.secrets.seat, kem.public)])
    return file.with_doors(sealed, file.recovery_door), doors


def test_a_sound_vault_gets_its_slot_renewed_and_then_its_change_of_key_finished(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = keys_of(way.place)
    first, second = (replace(file, header=replace(file.header, generation=number)) for number in (7, 8))
    renewed, finished = wrap(monkeypatch, "renew_slot", first), wrap(monkeypatch, "finish_rekey", second)
    opened = wrap(monkeypatch, "doors_of")
    with way.open() as session:
        assert renewed == [(session, file, way.slot)]
        ((*asked, doors, opened_with),) = finished
        assert asked == [session, first]
        assert doors == DoorKeys(opened_with)  # type: ignore[arg-type]  # bytes, as the database opened
        assert session.keys_now == (second, way.slot.number)
    assert len(opened) == 1
    assert way.pins.keys_generation == 8


def test_while_the_logs_are_in_doubt_the_keys_file_stays(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    way.remember(alarms=(("fork", "A fault."),))
    renewed, finished = wrap(monkeypatch, "renew_slot"), wrap(monkeypatch, "finish_rekey")
    with way.open() as session:
        assert (renewed, finished) == ([], [])
        assert session.keys_now == (keys_of(way.place), way.slot.number)


@pytest.mark.parametrize("has_other_doors", [False, True])
def test_a_slot_is_not_renewed_in_another_file_than_it_was_opened_in_and_other_doors_are_opened_anew(
    way: Way, monkeypatch: pytest.MonkeyPatch, *, has_other_doors: bool
) -> None:
    file, held = with_other_doors(way) if has_other_doors else (replace(keys_of(way.place)), None)
    settled = wrap(monkeypatch, "settle_new_keys", file)
    monkeypatch.setattr(unlock_module, "judge_keys", lambda *asked, **named: ())
    renewed, finished = wrap(monkeypatch, "renew_slot"), wrap(monkeypatch, "finish_rekey", file)
    opened = wrap(monkeypatch, "doors_of")
    with way.open():
        ((_, _, before, _, _),) = settled
        assert before == keys_of(way.place)
        assert renewed == []
        ((_, given, doors, raw_key),) = finished
        assert given is file
        assert doors == (held or DoorKeys(raw_key))  # type: ignore[arg-type]  # bytes
    assert len(opened) == 1 + has_other_doors


# ---- a seat that waited


def test_a_new_seat_begins_its_log_once_whatever_cuts_its_first_unlock_off(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    with way.open() as session:
        colleague = admit(session)
    new = Way(way.place, slot_of(way.place, NAME, PASSPHRASE))
    seen = watch(monkeypatch)
    with monkeypatch.context() as cutting:
        cutting.setattr(unlock_module, "finish_joining", fail)
        with pytest.raises(InternalError, match="cut the power"), new.open():
            pass
    finished = wrap(monkeypatch, "finish_joining")
    with new.open() as session:
        assert session.alarms == ()
        assert (session.seat, session.member) == (colleague.seat, colleague.member)
        assert session.log.origin == session.directory.standing.certificates[colleague.seat].genesis
        assert session.here >= {SeatId(way.slot.secrets.seat), colleague.seat}
        with session.database.reading() as rows:
            assert rows.local(colleague.seat, Purpose.JOINING) is None
    assert seen.acts == ["log.genesis", "unlock.ok"]
    assert len(finished) == 1
    with new.open() as session:
        assert session.alarms == ()
    assert len(finished) == 1


# ---- the ballast


AMPLE = 16 * BALLAST_SIZE


def made(path: Path) -> None:
    path.write_bytes(b"made")


def full(path: Path) -> None:
    raise TryAgainError("no room, says the test")


@pytest.mark.parametrize(
    ("free", "make", "is_made"),
    [
        pytest.param(AMPLE, made, True, id="ample"),
        pytest.param(AMPLE, full, False, id="ample until it is written"),
        pytest.param(AMPLE - 1, made, False, id="a byte less"),
        pytest.param(None, made, False, id="nobody knows"),
    ],
)
def test_a_ballast_that_is_gone_is_put_back_where_there_is_ample_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int | None, make: Callable[[Path], None], *, is_made: bool
) -> None:
    folder = VaultFolder(tmp_path)
    monkeypatch.setattr(platform, "free_bytes", lambda path: free if path == tmp_path else 0)
    monkeypatch.setattr(unlock_module, "make_ballast", make)
    _renew_ballast(folder)
    assert folder.ballast.exists() is is_made


def test_a_ballast_that_is_there_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = VaultFolder(tmp_path)
    folder.ballast.write_bytes(b"there")
    monkeypatch.setattr(platform, "free_bytes", lambda path: AMPLE)
    monkeypatch.setattr(unlock_module, "make_ballast", made)
    _renew_ballast(folder)
    assert folder.ballast.read_bytes() == b"there"
