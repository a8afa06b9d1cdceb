"""How work that takes long says how far it is, and hears that it may stop."""

from __future__ import annotations

from collections.abc import Callable

from vault.words.message import Words

Progress = Callable[[int, int], None]
"""Told how many steps are done, of how many."""
StepProgress = Callable[[Words, int, int], None]
"""Told what is being done, how many of its steps are done, of how many."""
Stopped = Callable[[], bool]
"""Asked between steps: whether nobody wants the result any more."""


class CancelledError(Exception):
    """The caller does not want the result any more."""
