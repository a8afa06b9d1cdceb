"""Fields to type into: nothing blinks, steps can be taken back, and a passphrase cannot be copied out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, cast

from rich.segment import Segment
from rich.text import Text
from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.document._document import Document, EditResult
from textual.document._edit import Edit
from textual.message import Message
from textual.strip import Strip
from textual.widgets import Input, TextArea
from typing_extensions import override

from tui.text.in_words import in_words
from tui.text.safe_text import safe_line
from tui.widgets.screen_lines import with_layouts
from vault.clock import monotonic_ms
from vault.words.message import Message as Sentence

# What was typed into a field, step by step, so that it can be taken back and done again.
# A step is a word or what was typed without a pause; a paste is one. Steps hold what was erased, so they go where the
# text itself goes: into the sealed draft, and nowhere else.

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
        return Step(self.at, self.came, self.gone)

    def fits(self, text: str) -> bool:
        """Say whether what goes stands there."""
        return text.startswith(self.gone, self.at) and self.at <= len(text)

    def of(self, text: str) -> str:
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


_STEP_KEYS: Final[list[BindingType]] = [
    Binding(with_layouts("ctrl+z"), "undo", show=False),
    Binding(with_layouts("ctrl+y"), "redo", show=False),
]


class SafeInput(Input):
    """One line of text. What was typed can be taken back.

    A placeholder that is no sentence of ours is an example, and says so: where a terminal dims nothing, it would look
    like a value.
    """

    BINDINGS = _STEP_KEYS
    REMEMBERS: ClassVar[bool] = True
    """Whether what was typed and erased is kept as long as the field is there."""

    class PasteCut(Message):
        """Only the first line of a paste was taken."""

        def __init__(self, field: SafeInput, lost_lines: int) -> None:
            super().__init__()
            self.field = field
            self.lost_lines = lost_lines

    def __init__(self, *args: Any, **options: Any) -> None:
        shown = options.get("placeholder", "")
        if shown and not isinstance(shown, Sentence):
            shown = Sentence("e.g. {example}", example=shown)
        options["placeholder"] = safe_line(in_words(shown))
        options.setdefault("select_on_focus", False)  # the next key would erase what stands there
        self.steps = Steps(monotonic_ms)
        self._known = ""
        super().__init__(*args, **options)
        self.cursor_blink = False

    def on_focus(self, event: events.Focus) -> None:
        """Stand behind what is there: what is typed is added to it."""
        if not event.from_app_focus:
            self.cursor_position = len(self.value)

    def watch_value(self, value: str) -> None:
        if self.REMEMBERS and self.is_mounted and value != self._known:
            self.steps.changed(self._known, value)
        self._known = value if self.REMEMBERS else ""

    def action_undo(self) -> None:
        if not self.REMEMBERS:
            raise SkipAction
        self._take(self.steps.undo(self.value))

    def action_redo(self) -> None:
        if not self.REMEMBERS:
            raise SkipAction
        self._take(self.steps.redo(self.value))

    def _take(self, step: Step | None) -> None:
        if step is not None:
            self._known = step.of(self.value)
            self.value = self._known
            self.cursor_position = step.at + len(step.came)

    def on_paste(self, event: events.Paste) -> None:
        """Say what a field of one line cannot take; Textual's own handler then takes the first line."""
        lost = sum(1 for line in event.text.splitlines()[1:] if line.strip())
        if lost:
            self.post_message(self.PasteCut(self, lost))


class PassphraseInput(SafeInput):
    """One line that is shown as dots and leaves the field in no other way than by being read once."""

    REMEMBERS = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **(options | {"password": True}))

    def take(self) -> bytearray:
        """Return what was typed, to be wiped by who gets it, and empty the field."""
        typed, self.value = self.value, ""
        return bytearray(typed.encode("utf-8", "surrogatepass"))

    @override
    def action_copy(self) -> None:
        """Nothing: a passphrase goes to no clipboard, not even the app's own. Ctrl+C means what it means elsewhere."""
        raise SkipAction

    @override
    def action_cut(self) -> None:
        """Nothing, as for copying; deleting still works."""


class HiddenInput(PassphraseInput):
    """A passphrase of which nothing is shown, not even how long it is: the cursor stays where it was."""

    @property
    @override
    def _value(self) -> Text:
        return Text("")

    @property
    @override
    def _cursor_offset(self) -> int:
        return 0

    @override
    def render_line(self, y: int) -> Strip:
        if y != 0 or not self.value:
            return super().render_line(y)
        cursor = self.get_component_rich_style("input--cursor") if self.has_focus else None
        return Strip([Segment(" ", cursor)]).extend_cell_length(self.size.width).apply_style(self.rich_style)


class SafeTextArea(TextArea):
    """Several lines of text, without syntax colours. What was typed can be taken back, in our steps."""

    BINDINGS = _STEP_KEYS

    def __init__(self, *args: Any, **options: Any) -> None:
        self.steps = Steps(monotonic_ms)
        super().__init__(*args, **options, max_checkpoints=0)
        self.cursor_blink = False

    @override
    def edit(self, edit: Edit) -> EditResult:
        before = self.text
        result = super().edit(edit)
        self.steps.changed(before, self.text)
        return result

    @override
    def load_text(self, text: str) -> None:
        self.steps.clear()
        super().load_text(text)

    @override
    def undo(self) -> None:
        self._take(self.steps.undo(self.text))

    @override
    def redo(self) -> None:
        self._take(self.steps.redo(self.text))

    def _take(self, step: Step | None) -> None:
        if step is not None:
            document = cast("Document", self.document)  # the other kind has syntax colours, which nobody asks for
            start, end = (document.get_location_from_index(at) for at in (step.at, step.at + len(step.gone)))
            super().edit(Edit(step.came, start, end, maintain_selection_offset=False))
            self.scroll_cursor_visible()
