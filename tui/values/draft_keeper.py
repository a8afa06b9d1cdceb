"""When a draft has to be saved: at each pause, and while somebody types on and on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

PAUSE_MS: Final = 400
LONGEST_MS: Final = 1_200
"""With the look each 0.1 s and the write itself, no letter waits for 2 seconds."""


class DraftKeeper:
    """Knows what is typed and not yet on the disk. One save at a time; what is typed meanwhile waits for the next.

    Args:
        now_ms: a clock that never runs back.
    """

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._first_ms: int | None = None
        self._last_ms = 0
        self._is_saving = False

    def typed(self) -> None:
        """Note that something was typed."""
        self._last_ms = self._now_ms()
        if self._first_ms is None:
            self._first_ms = self._last_ms

    @property
    def is_unsaved(self) -> bool:
        """Whether anything is not known to be on the disk."""
        return self._first_ms is not None or self._is_saving

    def is_due(self) -> bool:
        """Say whether to save now."""
        if self._first_ms is None or self._is_saving:
            return False
        now = self._now_ms()
        return now - self._last_ms >= PAUSE_MS or now - self._first_ms >= LONGEST_MS

    def begun(self) -> None:
        """Note that a save of all that is typed has begun."""
        self._is_saving, self._first_ms = True, None

    def ended(self, *, kept: bool) -> None:
        """Note that the save ended. What was not kept is due again."""
        self._is_saving = False
        if not kept:
            self.typed()
