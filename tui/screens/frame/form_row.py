"""A label with its field on one line."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.text.safe_content import safe_content


class FormRow(Horizontal):
    """One row of a form.

    Args:
        label: what the field is for.
        field: the widget to type into.
    """

    DEFAULT_CSS = """
    FormRow { height: 1; margin-bottom: 1; }
    FormRow > .label { width: 14; }
    """

    def __init__(self, label: str, field: Widget) -> None:
        super().__init__()
        self._label = label
        self._field = field

    @override
    def compose(self) -> ComposeResult:
        yield Static(safe_content(self._label), classes="label")
        yield self._field

    def relabel(self, label: str) -> None:
        """Say something else before the field."""
        self.query_one(".label", Static).update(safe_content(label))
