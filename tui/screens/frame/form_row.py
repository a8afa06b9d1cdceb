"""A label with its field on one line."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.text.in_words import in_words
from tui.text.safe_content import safe_content
from tui.widgets.fields import SafeInput
from vault.words.message import Words


class FormRows(VerticalScroll, can_focus=False):
    """The rows of a form, one below another."""

    DEFAULT_CLASSES = "form"


class FormRow(Horizontal):
    """One row of a form.

    Args:
        label: what the field is for.
        field: the widget to type into.
    """

    DEFAULT_CSS = """
    FormRow { height: 1; margin-bottom: 1; }
    """

    NARROWEST: ClassVar[int] = 14
    """How wide the column of the labels is at least."""

    def __init__(self, label: Words, field: Widget) -> None:
        super().__init__()
        self.words = label
        self._field = field

    @override
    def compose(self) -> ComposeResult:
        yield Static(safe_content(self.words), classes="label")
        yield self._field

    @classmethod
    def of_text(cls, name: str, label: Words, hint: Words = "", value: str = "") -> FormRow:
        """Return a row with a field of this name for one line of text."""
        return cls(label, SafeInput(value, placeholder=hint, id=name, compact=True))

    def relabel(self, label: Words) -> None:
        """Say something else before the field."""
        self.words = label
        self.query_one(".label", Static).update(safe_content(label))
        self._align()

    def on_mount(self) -> None:
        """Stand in one column with the other rows."""
        self._align()

    def on_descendant_focus(self) -> None:
        """Show which field is in use: `:focus-within` is not looked at again where only the focus moves on."""
        self.add_class("-here")

    def on_descendant_blur(self) -> None:
        """Its field is not in use any more."""
        self.remove_class("-here")

    def _align(self) -> None:
        rows = self.screen.query(FormRow)
        widest = max(cell_len(in_words(row.words)) for row in rows) + 1
        for label in self.screen.query("FormRow > .label"):
            label.styles.width = max(self.NARROWEST, widest)


def label_of(field: Widget) -> Words | None:
    """Return what stands before a field of a form."""
    row = next((above for above in field.ancestors if isinstance(above, FormRow)), None)
    return None if row is None else row.words
