"""A session of hand-made parts: no folder, no database, no passphrase. What it asks of them can be seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.access.seats import MEMBER, SEAT, SECRETS, VAULT
from vault.access import session
from vault.access.pins import Pins
from vault.access.session import Session
from vault.errors import VaultError
from vault.ids import Origin
from vault.policy.roles import Role
from vault.records.counting import Learned

NOW_MS = 1_800_000_000_000
PINS = Pins(b"m" * 32, {}, Origin(b"l" * 32), None, b"o" * 32, b"h" * 32, b"s" * 32, None, 0)


@dataclass
class Closing:
    """Something that is open, and notes when it is closed."""

    name: str
    done: list[str]
    fault: VaultError | None = None

    def close(self) -> None:
        self.done.append(self.name)
        if self.fault is not None:
            raise self.fault


@dataclass
class Keeper(Closing):
    """Stands for `PinKeeper`."""

    kept: list[Pins] = field(default_factory=list)

    def keep(self, pins: Pins) -> None:
        self.kept.append(pins)
        self.done.append("pins")


@dataclass
class Reading(Closing):
    """Stands for `Database`: how often it was read. Its rows are a word."""

    read: int = 0

    @contextmanager
    def reading(self) -> Iterator[str]:
        self.read += 1
        yield "rows"


@dataclass
class Keys(Closing):
    """Stands for `Keyring`: compartment -> epochs that are held."""

    held: dict[bytes, list[bytes]] = field(default_factory=dict)

    def epochs_of(self, compartment: bytes) -> list[bytes]:
        assert isinstance(compartment, bytes), "an act of no case asks for no key"
        return self.held.get(compartment, [])

    def get(self, epoch: bytes) -> bytes | None:
        return b"key" if any(epoch in held for held in self.held.values()) else None


@dataclass
class Parts:
    """What a session is made of here; `done` is what was done with them, in order."""

    done: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.keeper = Keeper("keeper", self.done)
        self.database = Reading("database", self.done)
        self.keys = Keys("keyring", self.done)
        self.log = SimpleNamespace(now_ms=lambda: NOW_MS, period_is_over=False, roster=b"", auditors=[])
        self.directory = SimpleNamespace(
            standing=SimpleNamespace(certificates={SEAT: None}),
            compartment=bytes(16),
            chain="chain",
        )
        self.folder = SimpleNamespace(
            path=Path("nowhere.vault"),
            drafts_dir=Path("drafts"),
            index_dir=Path("index"),
            staging_dir=Path("staging"),
            ballast=Path("ballast"),
        )

    def session(self, *roles: Role, **changes: Any) -> Session:
        parts: dict[str, Any] = {
            "folder": self.folder,
            "vault": VAULT,
            "seat": SEAT,
            "member": MEMBER,
            "roles": frozenset(roles),
            "database": self.database,
            "keyring": self.keys,
            "directory": self.directory,
            "log": self.log,
            "alarms": (),
            "pins": None,
            "_secrets": SECRETS,
            "_keeper": self.keeper,
            "_next_pins": lambda: PINS,
            "prover": SimpleNamespace(around=lambda *asked: asked),
            "learned": Learned(),
            "state": Path("nowhere"),
            "highest_ms": 0,
        }
        return Session(**parts | changes)


class Indexed(Closing):
    """Stands for `Index`."""

    def __init__(self, name: str, path: Path, key: bytes, tag: Callable[..., bytes], done: list[str]) -> None:
        super().__init__(name, done)
        self.path, self.key, self.tag = path, key, tag

    def state(self) -> bytes:
        self.done.append("state")
        return b"state"


def with_index(parts: Parts, patch: pytest.MonkeyPatch) -> Any:
    """Return a session whose index is one of these."""
    patch.setattr(session, "open_index", lambda path, key, tag, **_: Indexed("opened", path, key, tag, parts.done))
    patch.setattr(session, "make_index", lambda path, key, tag: Indexed("made", path, key, tag, parts.done))
    return parts.session()


@pytest.fixture
def parts() -> Parts:
    """What a session is made of."""
    return Parts()
