"""When a new key for the database is owed, and what an unlock does about it: by hand-made rows and rosters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from vault.access import rekeying
from vault.ids import SeatId
from vault.seal.doors import DoorKeys
from vault.seal.purposes import Purpose
from vault.store.folder import VaultFolder

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.seal.keyfile import KeyFile

IN, ENDED, LEFT_OUT = (SeatId(bytes([number]) * 16) for number in (1, 2, 3))


def session(stored: set[SeatId], remembered: set[SeatId]) -> Session:
    """Return a session whose roster has `IN` and ended `ENDED`, with slots of these seats in rows and pins."""

    def locals_for(purpose: Purpose) -> list[SimpleNamespace]:
        assert purpose is Purpose.SLOT
        return [SimpleNamespace(seat=seat, number=0) for seat in stored]

    @contextmanager
    def reading() -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(locals_for=locals_for)

    standing = SimpleNamespace(certificates={IN: None}, cuts=(SimpleNamespace(seat=ENDED),))
    made = SimpleNamespace(
        database=SimpleNamespace(reading=reading),
        directory=SimpleNamespace(standing=standing),
        here=frozenset(remembered),
    )
    return cast("Session", made)


@pytest.mark.parametrize(
    ("stored", "remembered", "is_owed"),
    [
        ({IN, ENDED}, set(), True),
        ({IN}, {ENDED}, True),
        ({IN}, {IN}, False),
        ({IN, LEFT_OUT}, {LEFT_OUT}, False),
        (set(), set(), False),
    ],
    ids=["its row is here", "its row was taken out", "nobody ended was here", "a fork left it out", "nobody"],
)
def test_a_new_key_is_owed_while_a_seat_that_was_ended_has_a_way_in(
    stored: set[SeatId], remembered: set[SeatId], *, is_owed: bool
) -> None:
    assert rekeying._seats_ended_here(session(stored, remembered)) is is_owed


@pytest.mark.parametrize("is_owed", [True, False])
def test_an_unlock_makes_the_key_that_is_owed(monkeypatch: pytest.MonkeyPatch, *, is_owed: bool) -> None:
    before, after = cast("KeyFile", "the file before"), cast("KeyFile", "the file with the new key")
    monkeypatch.setattr(rekeying, "rekey", lambda _: after)
    owed = session({IN, ENDED} if is_owed else {IN}, set())
    keys = DoorKeys(b"k" * 32)
    assert rekeying.finish_rekey(owed, before, keys, keys.new) is (after if is_owed else before)


def test_the_database_is_opened_with_the_ballast_that_a_full_disk_gives_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(rekeying, "open_database", lambda *_, **options: asked.append(options))
    folder = VaultFolder(tmp_path)
    rekeying.open_with_doors(folder, DoorKeys(b"k" * 32))
    assert asked == [{"create": False, "ballast": folder.ballast}]
