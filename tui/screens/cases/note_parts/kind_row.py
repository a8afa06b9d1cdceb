"""The kinds of a note in one row: all of them are seen, the chosen one is underlined."""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len
from textual import events
from textual.content import Content
from typing_extensions import override

from tui.looks.signs import MORE
from tui.screens.frame.choice_field import ChoiceField
from tui.screens.frame.form_row import FormRow

_GAP: Final = 2
_NONE: Final = -1


class KindRow(ChoiceField):
    """Words side by side. Typing, the arrows and a click choose, as in any field of few words."""

    @override
    def render(self) -> Content:
        if self.typed:
            return super().render()
        content = Content()
        for place, label in self._shown(self.content_size.width):
            word = Content(label)
            if place == self.place:
                word = word.stylize("underline").stylize("bold $fg")
            elif not self.has_focus:
                word = word.stylize("$dim")
            content += word + Content(" " * _GAP)
        return content

    @override
    def on_click(self, event: events.Click) -> None:
        """Choose the word under the mouse."""
        event.prevent_default()  # or any field of words would take the next one behind it
        at = event.x - self.styles.padding.left
        for place, label in self._shown(self.content_size.width):
            if 0 <= at < cell_len(label) and place != _NONE:
                self.take(self._words[place][0])
            at -= cell_len(label) + _GAP

    def _shown(self, width: int) -> list[tuple[int, str]]:
        """Return the words that fit whole, the chosen one among them; `+2` says how many are left out."""
        labels = [(place, label) for place, (_, label) in enumerate(self._words)]
        if _taken(labels) <= width:
            return labels
        room = width - _GAP - cell_len(f"{MORE}{len(labels)}")
        first, last = 0, self.place + 1
        while first < self.place and _taken(labels[first:last]) > room:
            first += 1
        while last < len(labels) and _taken(labels[first : last + 1]) <= room:
            last += 1
        return [*labels[first:last], (_NONE, f"{MORE}{len(labels) - last + first}")]


class NoteRow(FormRow):
    """A row over the text of a note: its label takes no more than it needs."""

    NARROWEST = 0


def _taken(labels: list[tuple[int, str]]) -> int:
    return sum(cell_len(label) + _GAP for _, label in labels) - _GAP
