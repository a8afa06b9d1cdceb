"""What a person sets for this account on this computer. Nothing of a vault is in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from vault.durations import MINUTE_MS

IDLE_CHOICES: Final = (2, 5, 10, 15)
"""Minutes; never longer than a second person's approval counts."""
_USUAL: Final = 5
IDLE_MS: Final = _USUAL * MINUTE_MS
"""Where nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Choices beside the look.

    Attributes:
        idle_minutes: without a key for so long, the app locks.
        hides_names: lists show the first letters of names alone.
        covers: the screen is empty while another window is in front, where the terminal tells that.
        is_ascii: no sign is drawn that plain terminals lack.
        has_mouse: clicks and the wheel are asked of the terminal.
    """

    idle_minutes: int = _USUAL
    hides_names: bool = False
    covers: bool = False
    is_ascii: bool = False
    has_mouse: bool = True

    @property
    def idle_ms(self) -> int:
        """The time until the lock, in milliseconds."""
        return self.idle_minutes * MINUTE_MS
