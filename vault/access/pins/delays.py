"""Wrong attempts at this folder, as this account counts them on this device: each waits longer than the one before.

The count lies in the account's state folder, outside the vault, and belongs to the folder, never to a name: whose name
was typed changes nothing. It slows down whoever sits at this computer. Whoever copies the folder is not bound by it;
against them stands the cost of the passphrase alone.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

from vault import platform
from vault.errors import RefusedError, VaultError
from vault.seal.entrance.keyfile import HEADER_SIZE, KEY_FILE_SIZE, KeyHeader
from vault.seal.named import attempts_file_name
from vault.store.files import read_limited, write_durable
from vault.store.folder import VaultFolder
from vault.words.message import Message

FREE_ATTEMPTS = 3
LONGEST_SECONDS = 30
FEWEST_BEFORE_DESTROYING = 20

_LIMIT = 4096
_MS_PER_SECOND = 1000
# A planted number of thousands of digits would end an unlock where seconds are made of it.
_Number = Annotated[int, msgspec.Meta(ge=-(1 << 62), le=1 << 62)]

Wait = Callable[[float], None]
"""Gets the seconds to wait and returns after them; what it raises ends the unlock."""


@dataclass(frozen=True, slots=True)
class Attempts:
    """What is remembered.

    Attributes:
        count: wrong attempts since the last right one.
        last_ms: wall clock at the last of them.
        destroy_after: at this count the slots of the folder are destroyed; None, the default, is never.
    """

    count: _Number = 0
    last_ms: _Number = 0
    destroy_after: _Number | None = None

    @property
    def destroys_now(self) -> bool:
        """Whether the count has come to where the slots go; a lower number in the file counts as the lowest allowed."""
        return self.destroy_after is not None and self.count >= max(self.destroy_after, FEWEST_BEFORE_DESTROYING)


def delay_seconds(count: int) -> int:
    """Return how long the next attempt waits after so many wrong ones: none for three, then 1, 2, 4 ... 30 s."""
    if count < FREE_ATTEMPTS:
        return 0
    # Beyond a few doublings it is the longest; a planted count must not become a number of a million digits.
    return min(LONGEST_SECONDS, 1 << min(count - FREE_ATTEMPTS, 10))


def seconds_left(attempts: Attempts, now_ms: int) -> float:
    """Return how much of the delay is left. A clock that was set back counts as no time at all."""
    delay = delay_seconds(attempts.count)
    passed = (now_ms - attempts.last_ms) / _MS_PER_SECOND
    return delay if passed < 0 else max(0.0, delay - passed)


def counting_down(tell: Callable[[int], None], *, sleep: Callable[[float], None] = time.sleep) -> Wait:
    """Return a wait that tells the whole seconds left, each second down to 0; what `tell` raises ends it."""

    def wait(seconds: float) -> None:
        left = seconds
        while left > 0:
            tell(math.ceil(left))
            sleep(min(1.0, left))
            left -= 1.0
        tell(0)

    return wait


@dataclass(frozen=True, slots=True)
class AttemptFile:
    """Where the count of one folder of a vault lies. What cannot be read or written there stops nobody."""

    path: Path

    @classmethod
    def of(cls, header: KeyHeader, state: Path | None) -> AttemptFile:
        """Return the place for the folder whose `keys` file begins with this header."""
        folder = (platform.state_dir() if state is None else state) / "attempts"
        return cls(folder / f"{attempts_file_name(header.vault, header.folder)}.json")

    @classmethod
    def in_folder(cls, folder: VaultFolder, state: Path | None) -> AttemptFile:
        """Return the place for a folder that is there.

        Raises:
            VaultError: its `keys` file cannot be read.
        """
        return cls.of(KeyHeader.decode(read_limited(folder.keys, KEY_FILE_SIZE)[:HEADER_SIZE]), state)

    def load(self) -> Attempts:
        """Return what is remembered; a file that is missing or damaged is met as if nothing were."""
        try:
            return msgspec.json.decode(read_limited(self.path, _LIMIT, follow_links=False), type=Attempts)
        except (VaultError, RecursionError, ValueError):  # nested too deep, no UTF-8, and all that msgspec refuses
            return Attempts()

    def wait(self, wait: Wait, now_ms: int) -> None:
        """Let the delay pass that earlier attempts have earned, whoever tries now."""
        left = seconds_left(self.load(), now_ms)
        if left > 0:
            wait(left)

    def note_wrong(self, now_ms: int) -> Attempts:
        """Count one wrong attempt and return what is remembered now."""
        known = self.load()
        changed = Attempts(known.count + 1, now_ms, known.destroy_after)
        self._save(changed)
        return changed

    def note_right(self) -> None:
        """Begin anew after a right one."""
        known = self.load()
        if known.count:
            self._save(Attempts(destroy_after=known.destroy_after))

    def destroy_after(self, count: int | None) -> None:
        """Arm or disarm the destruction of this folder's slots.

        Raises:
            RefusedError: fewer attempts than a person can mistype.
        """
        if count is not None and count < FEWEST_BEFORE_DESTROYING:
            raise RefusedError(
                Message(
                    "slots are never destroyed before {fewest_before_destroying} wrong attempts",
                    fewest_before_destroying=FEWEST_BEFORE_DESTROYING,
                ),
                next_step=Message(
                    "Give {fewest_before_destroying} or more, or `off`.",
                    fewest_before_destroying=FEWEST_BEFORE_DESTROYING,
                ),
            )
        known = self.load()
        if known.destroy_after != count:
            self._save(Attempts(known.count, known.last_ms, count))

    def _save(self, attempts: Attempts) -> None:
        with suppress(VaultError, OSError):
            platform.make_private_folder(self.path.parent)
            write_durable(self.path, msgspec.json.encode(attempts))
