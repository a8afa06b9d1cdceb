"""Fields to type into: nothing blinks, pastes are said when cut, and a passphrase cannot be copied out."""

from __future__ import annotations

from typing import Any, ClassVar, cast

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
from tui.text.keys import with_layouts
from tui.text.safe_text import safe_line
from tui.values.typing_steps import Step, Steps
from vault.clock import monotonic_ms
from vault.words.message import Message as Sentence


class SafeInput(Input):
    """One line of text. What was typed can be taken back.

    A placeholder that is no sentence of ours is an example, and says so: where a terminal dims nothing, it would look
    like a value.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(with_layouts("ctrl+z"), "undo", show=False),
        Binding(with_layouts("ctrl+y"), "redo", show=False),
    ]
    REMEMBERS: ClassVar[bool] = True
    """Whether what was typed and erased is kept as long as the field is there."""

    class PasteCut(Message):
        """Only the first line of a paste was taken.

        Args:
            field: the field that was pasted into.
            lost_lines: how many lines that held something were left out.
        """

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
        """Remember what was typed."""
        if self.REMEMBERS and self.is_mounted and value != self._known:
            self.steps.changed(self._known, value)
        self._known = value if self.REMEMBERS else ""

    def action_undo(self) -> None:
        """Take back what was typed or erased last."""
        if not self.REMEMBERS:
            raise SkipAction
        self._take(self.steps.undo(self.value))

    def action_redo(self) -> None:
        """Do again what was taken back."""
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

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(with_layouts("ctrl+z"), "undo", show=False),
        Binding(with_layouts("ctrl+y"), "redo", show=False),
    ]

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
