"""What was typed into a field, step by step, so that it can be taken back and done again.

A step is a word or what was typed without a pause; a paste is one. Steps hold what was erased, so they go where the
text itself goes: into the sealed draft, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

MOST_STEPS: Final = 200
MOST_CHARACTERS: Final = 200_000
"""In all steps together; the last one stays however long it is."""
PAUSE_MS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Step:
    """At this place of the text this went, and that came."""

    at: int
    gone: str = field(repr=False)
    came: str = field(repr=False)

    def back(self) -> Step:
        """Return the step that undoes it."""
        return Step(self.at, self.came, self.gone)

    def fits(self, text: str) -> bool:
        """Say whether what goes stands there."""
        return text.startswith(self.gone, self.at) and self.at <= len(text)

    def of(self, text: str) -> str:
        """Return the text after it."""
        return text[: self.at] + self.came + text[self.at + len(self.gone) :]


def difference(before: str, after: str) -> Step:
    """Return the one step from a text to another."""
    start = _common(before, after, min(len(before), len(after)))
    end = _common(before[::-1], after[::-1], min(len(before), len(after)) - start)
    return Step(start, before[start : len(before) - end], after[start : len(after) - end])


class Steps:
    """The steps of one field, those that were taken back too.

    Args:
        now_ms: a clock that never runs back.
    """

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._done: list[Step] = []
        self._undone: list[Step] = []
        self._last_ms: int | None = None

    def changed(self, before: str, after: str) -> None:
        """Remember that a text became another."""
        if before == after:
            return
        step, now = difference(before, after), self._now_ms()
        whole = None
        if self._done and self._last_ms is not None and now - self._last_ms <= PAUSE_MS:
            whole = _as_one(self._done[-1], step)
        if whole is None:
            self._done.append(step)
        else:
            self._done[-1] = whole
        self._undone.clear()
        self._last_ms = now
        self._forget_the_oldest()

    def undo(self, text: str) -> Step | None:
        """Return the step that takes the last one back; None where there is none."""
        self._last_ms = None
        if self._done and self._done[-1].back().fits(text):
            self._undone.append(self._done.pop())
            return self._undone[-1].back()
        self._done.clear()
        return None

    def redo(self, text: str) -> Step | None:
        """Return the step that was taken back last; None where there is none."""
        self._last_ms = None
        if self._undone and self._undone[-1].fits(text):
            self._done.append(self._undone.pop())
            return self._done[-1]
        self._undone.clear()
        return None

    def clear(self) -> None:
        """Forget all."""
        self._done, self._undone, self._last_ms = [], [], None

    def kept(self) -> dict[str, list[list[int | str]]]:
        """Return all of it as JSON has it, for `restore`."""
        return {
            name: [[step.at, step.gone, step.came] for step in steps]
            for name, steps in (("done", self._done), ("undone", self._undone))
        }

    def restore(self, kept: object) -> None:
        """Go on with what `kept` gave; anything else is no history, and costs no text."""
        self.clear()
        match kept:
            case {"done": list(done), "undone": list(undone)}:
                steps = [*map(_step_of, done)], [*map(_step_of, undone)]
            case _:
                return
        if None not in (*steps[0], *steps[1]):
            self._done, self._undone = ([step for step in each if step is not None] for each in steps)
            self._forget_the_oldest()

    def _forget_the_oldest(self) -> None:
        count = sum(len(step.gone) + len(step.came) for step in (*self._done, *self._undone))
        while len(self._done) > 1 and (len(self._done) > MOST_STEPS or count > MOST_CHARACTERS):
            oldest = self._done.pop(0)
            count -= len(oldest.gone) + len(oldest.came)


def _as_one(last: Step, step: Step) -> Step | None:
    """Return two steps as one where a person typed or erased on within a word; else None."""
    if len(step.came) == 1 and not step.gone and not last.gone and step.at == last.at + len(last.came):
        begins_word = not step.came.isspace() and last.came[-1:].isspace()
        return None if begins_word or "\n" in step.came + last.came else Step(last.at, "", last.came + step.came)
    if len(step.gone) == 1 and not step.came and not last.came:
        whole = None
        if step.at + 1 == last.at:
            whole = Step(step.at, step.gone + last.gone, "")
        elif step.at == last.at:
            whole = Step(step.at, last.gone + step.gone, "")
        ends_word = step.gone.isspace() and not last.gone.isspace()
        return None if ends_word or "\n" in step.gone + last.gone else whole
    return None


def _common(first: str, second: str, most: int) -> int:
    """Return how many letters both begin with, at most so many."""
    if first[:most] == second[:most]:
        return most
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        if first[low:middle] == second[low:middle]:
            low = middle
        else:
            high = middle
    return low


def _step_of(kept: object) -> Step | None:
    match kept:
        case [int(at), str(gone), str(came)] if at >= 0:
            return Step(at, gone, came)
        case _:
            return None
