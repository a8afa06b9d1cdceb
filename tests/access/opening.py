"""The steps behind an opened slot, for tests: nobody stretches a passphrase in them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.services.founded import MEMBER, PASSPHRASE, Place
from vault.access import unlock as unlock_module
from vault.access.pins import PinFile, Pins
from vault.access.session import Session
from vault.access.unlock import _Opening
from vault.ids import SeatId
from vault.records.work import Entry, Work
from vault.seal.keyfile import KEY_FILE_SIZE, KeyFile
from vault.seal.unlocking import OpenedSlot
from vault.seal.unlocking import unlock as open_slot
from vault.store.files import read_limited
from vault.store.folder import VaultFolder


def keys_of(place: Place) -> KeyFile:
    return KeyFile.decode(read_limited(place.path / "keys", KEY_FILE_SIZE))


def slot_of(place: Place, member: str = MEMBER, passphrase: bytes = PASSPHRASE) -> OpenedSlot:
    return open_slot(keys_of(place), bytearray(passphrase), member)


@dataclass(frozen=True, slots=True)
class Way:
    """A vault and an opened slot of it."""

    place: Place
    slot: OpenedSlot

    @contextmanager
    def open(self, *, accept_loss: bool = False) -> Iterator[Session]:
        folder = VaultFolder(self.place.path)
        with ExitStack() as undo:
            opening = _Opening(folder, self.place.state, keys_of(self.place), self.slot, accept_loss)
            session = opening.open(undo)
            undo.pop_all()
        with session:
            yield session

    @property
    def pin_file(self) -> PinFile:
        secrets = self.slot.secrets
        return PinFile(self.place.state / "pins", self.place.vault_id, SeatId(secrets.seat), secrets.pin_key)

    @property
    def pins(self) -> Pins:
        pins = self.pin_file.load()
        assert pins is not None
        return pins

    def remember(self, **changes: Any) -> Pins:
        """Have the account remember something else; return it."""
        changed = replace(self.pins, **changes)
        self.pin_file.save(changed)
        return changed


@dataclass(frozen=True, slots=True)
class Seen:
    """What unlocks wrote, in order: acts and pins."""

    acts: list[str]
    pins: list[Pins]


def watch(monkeypatch: pytest.MonkeyPatch) -> Seen:
    """Look on while entries are committed and pins saved."""
    seen = Seen([], [])
    commit, save = Work.commit, PinFile.save

    def committing(self: Work, entry: Entry) -> object:
        seen.acts.append(entry.act)
        return commit(self, entry)

    def saving(self: PinFile, pins: Pins) -> None:
        seen.pins.append(pins)
        save(self, pins)

    monkeypatch.setattr(Work, "commit", committing)
    monkeypatch.setattr(PinFile, "save", saving)
    return seen


def wrap(monkeypatch: pytest.MonkeyPatch, name: str, result: object = None) -> list[tuple[object, ...]]:
    """Note what a function is asked that unlock uses; it does as it did, unless a result is given."""
    asked: list[tuple[object, ...]] = []
    real = getattr(unlock_module, name)

    def asking(*given: object, **named: object) -> object:
        asked.append((*given, *named.values()))
        return real(*given, **named) if result is None else result

    monkeypatch.setattr(unlock_module, name, asking)
    return asked
