"""How work that takes long says how far it is, and hears that it may stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vault.words.message import Words

Progress = Callable[[int, int], None]
"""Told how many steps are done, of how many."""
StepProgress = Callable[[Words, int, int], None]
"""Told what is being done, how many of its steps are done, of how many."""
Stopped = Callable[[], bool]
"""Asked between steps: whether nobody wants the result any more."""


class CancelledError(Exception):
    """The caller does not want the result any more."""


@dataclass(frozen=True, slots=True)
class Working:
    """Whom long work tells how far it is, and asks whether to stop."""

    tell: StepProgress = lambda what, done, total: None
    stopped: Stopped = lambda: False

    def named(self, what: Words) -> Working:
        """Return whom a part of the work tells how far it is."""
        return Working(lambda _, done, total: self.tell(what, done, total), self.stopped)

    def __call__(self, done: int, total: int) -> None:
        """Tell it as a `Progress`; raises `CancelledError` once somebody stopped the work."""
        self.step("", done, total)

    def step(self, what: Words, done: int, total: int) -> None:
        """Tell it as a `StepProgress`, in the same way."""
        if self.stopped():
            raise CancelledError
        self.tell(what, done, total)
