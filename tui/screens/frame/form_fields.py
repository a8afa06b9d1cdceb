"""A label with its field on one line; and choosing one of a few words, in a form or as a small question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar, Final

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message as Event
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import EVERYWHERE, Command, VaultScreen
from tui.text.in_words import in_words
from tui.text.safe_content import safe_content
from tui.widgets.fields import SafeInput
from tui.widgets.overlays import Sheet
from tui.widgets.screen_lines import Hint, KeyLine
from tui.widgets.text_cells import Column, fit
from tui.widgets.virtual_list import FixedRows, ListRow, VirtualList
from vault.casework.typed_dates import plain
from vault.words.message import Message, Words


class FormRows(VerticalScroll, can_focus=False):
    """The rows of a form, one below another."""

    DEFAULT_CLASSES = "form"


class FormRow(Horizontal):
    """One row of a form."""

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
        self._align()

    def on_descendant_focus(self) -> None:
        """Show which field is in use: `:focus-within` is not looked at again where only the focus moves on."""
        self.add_class("-here")

    def on_descendant_blur(self) -> None:
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


# Choosing one of a few words: as a field of a form, and as a small question over a screen.
_NOTHING_CHOSEN: Final = "\0"
_WHILE_TYPED: Final = {
    "enter": "take_what_is_left",
    "escape": "leave_as_it_was",
    "backspace": "erase_letter",
    "up": "step_up",
    "down": "step_down",
}


class ChoiceField(Widget, can_focus=True):
    """One of a few words: typing narrows them, the arrows move among what is left, Enter takes and goes on.

    Before anything is typed, Enter shows all of them in a list.

    Args:
        words: (value, label), the first chosen.
    """

    DEFAULT_CSS = """
    ChoiceField { height: 1; width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", show=False),
        Binding("right,space", "step(1)", show=False),
        Binding("enter,down", "show_all", show=False),
    ]
    place: reactive[int] = reactive(0)
    typed: reactive[str] = reactive("")

    class Changed(Event):
        """Another word was chosen."""

        def __init__(self, field: ChoiceField) -> None:
            super().__init__()
            self.field = field

        @property
        @override
        def control(self) -> ChoiceField:
            """The field, for `@on` with a selector."""
            return self.field

    def __init__(
        self,
        words: Sequence[tuple[str, Words]],
        *,
        value: str = "",
        id: str | None = None,  # noqa: A002 - Textual's word
    ) -> None:
        super().__init__(id=id)
        self._words = tuple((value, in_words(label)) for value, label in words)
        self._before = 0
        self.choose(value)

    @property
    def value(self) -> str:
        return self._words[self.place][0]

    @property
    def finds_nothing(self) -> bool:
        """Whether what is typed is the name of nothing here."""
        return bool(self.typed) and not self._left(self.typed)

    def nothing(self) -> Message:
        return Message("{typed}: nothing has this name; Enter shows all", typed=self.typed)

    def offer(self, words: Sequence[tuple[str, Words]], value: str) -> None:
        """Offer other words, with this one chosen."""
        self._words = tuple((each, in_words(label)) for each, label in words)
        self.set_reactive(ChoiceField.place, 0)
        self.choose(value)
        self.refresh()

    def choose(self, value: str) -> None:
        """Take this value; one that is not among the words changes nothing."""
        for place, (known, _) in enumerate(self._words):
            if known == value:
                self.set_reactive(ChoiceField.place, place)
                self.refresh()

    def take(self, value: str) -> None:
        """Take this value as if a person had chosen it."""
        self._take(next((place for place, (known, _) in enumerate(self._words) if known == value), self.place))

    def action_step(self, by: int) -> None:
        left = self._left(self.typed) or range(len(self._words))
        at = left.index(self.place) if self.place in left else 0
        self._take(left[(at + by) % len(left)])

    def on_key(self, event: events.Key) -> None:
        """Narrow the words to those with what was typed."""
        if self.typed and event.key in _WHILE_TYPED:
            event.stop()
            getattr(self, _WHILE_TYPED[event.key])()
        elif event.character is not None and (event.character.isalnum() or (self.typed and event.character in " -")):
            event.stop()
            self._type(event.character)

    def _type(self, letter: str) -> None:
        if not self.typed:
            self._before = self.place
        is_again = self.typed and set(plain(self.typed + letter)) == {plain(letter)}
        if is_again and self._left(self.typed) and not self._left(self.typed + letter):
            self.action_step(1)  # the same letter again: the next word that begins so
            return
        self.typed += letter
        self._narrow()

    def _narrow(self) -> None:
        """Choose among what is left; where nothing is called so, what was chosen before stays."""
        left = self._left(self.typed)
        if not left:
            self._take(self._before)
        elif not plain(self._words[self.place][1]).startswith(plain(self.typed)):
            self._take(left[0])

    def take_what_is_left(self) -> None:
        """Take the word that is chosen, and go on to the next field; show all where nothing is called so."""
        has_one = bool(self._left(self.typed))
        self.typed = ""
        if not has_one:
            self.action_show_all()
            return
        self.screen.focus_next()

    def leave_as_it_was(self) -> None:
        """Forget what was typed, and what it chose."""
        self.typed = ""
        self._take(self._before)

    def erase_letter(self) -> None:
        """Narrow less."""
        self.typed = self.typed[:-1]
        if self.typed:
            self._narrow()

    def step_up(self) -> None:
        self.action_step(-1)

    def step_down(self) -> None:
        self.action_step(1)

    def on_blur(self) -> None:
        """What is chosen stays; what was typed to find it is done with. Who typed another name is told what stands."""
        if self.finds_nothing and isinstance(self.screen, VaultScreen):
            stays = self._words[self.place][1]
            self.screen.warn(
                Message("{typed}: nothing has this name. It stays: {chosen}.", typed=self.typed, chosen=stays)
            )
        self.typed = ""

    def on_click(self, event: events.Click) -> None:
        self.action_step(1)

    def action_show_all(self) -> None:

        def chosen(value: str | None) -> None:
            if value is not None and value != _NOTHING_CHOSEN:
                self.take(value)

        label = self.parent.words if isinstance(self.parent, FormRow) else Message("Which of these?")
        options = [(value, words) for value, words in self._words]
        self.app.push_screen(Choose(label, options, at=self.value, left=_NOTHING_CHOSEN), chosen)

    def _take(self, place: int) -> None:
        if place != self.place:
            self.place = place
            self.post_message(self.Changed(self))

    def _left(self, typed: str) -> list[int]:
        """Return the places of the words with this at the beginning, or at that of a part; all of them for nothing."""
        wanted = plain(typed)
        labels = [plain(label) for _, label in self._words]
        first = [place for place, label in enumerate(labels) if label.startswith(wanted)]
        inner = [place for place, label in enumerate(labels) if re.search(rf"[\s-]{re.escape(wanted)}", label)]
        return first + [place for place in inner if place not in first] if wanted else first

    @override
    def render(self) -> Content:
        word, width = self._words[self.place][1], self.size.width
        if not self.has_focus:
            return Content(fit(word, width))
        if self.finds_nothing:
            return Content(fit(in_words(self.nothing()), width))
        if self.typed:
            others = "  ".join(self._words[place][1] for place in self._left(self.typed) if place != self.place)
            return Content(fit(f"{self.typed}  > {word}  {others}", width))
        place, count = self.place + 1, len(self._words)
        helps = (
            Message("  ({place} of {count}; type, or left and right; Enter shows all)", place=place, count=count),
            Message("  ({place} of {count}; type, or left and right)", place=place, count=count),
            Message("  ({place} of {count}; Enter shows all)", place=place, count=count),
            Message("  ({place} of {count})", place=place, count=count),
        )
        fitting = (word + text for text in map(in_words, helps) if cell_len(word + text) <= width)
        return Content(fit(next(fitting, word), width))


class Choose(Sheet[str]):
    """Ask for one of a few; the result is its key, or empty when nothing was chosen.

    Args:
        question: one sentence.
        options: (key, words).
        at: the key under the cursor; without it, the first.
        left: what it ends with when nothing was chosen.
    """

    DEFAULT_CSS = """
    Choose > Vertical { width: 70; }
    Choose VirtualList { height: auto; max-height: 12; margin-top: 1; }
    Choose .keys { margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f1", "help", show=False)]

    def __init__(self, question: Words, options: Sequence[tuple[str, Words]], *, at: str = "", left: str = "") -> None:
        super().__init__()
        self._question = question
        self._options = [(key, in_words(words)) for key, words in options]
        self._rows = FixedRows([ListRow(key, (words,)) for key, words in self._options])
        self._first = next((place for place, (key, _) in enumerate(options) if key == at), 0)
        self._typed = ""
        self._left = left

    @override
    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(safe_content(self._question), id="question")
            yield VirtualList((Column(""),), self._rows)
            yield KeyLine(Hint("Enter", Message("choose")), Hint("Esc", Message("back")))

    def on_mount(self) -> None:
        """Give the list the height of its rows."""
        rows = self.query_one(VirtualList)
        rows.styles.height = min(self._rows.count(), 12)
        self.call_after_refresh(setattr, rows, "cursor", self._first)

    def on_key(self, event: events.Key) -> None:
        """Leave those rows alone that have what was typed."""
        if event.key == "backspace" and self._typed:
            self._narrow(self._typed[:-1])
        elif event.character is not None and (event.character.isalnum() or (self._typed and event.character in " -")):
            self._narrow(self._typed + event.character)
        else:
            return
        event.stop()

    def _narrow(self, typed: str) -> None:
        """Show what has each of the typed words; what would leave nothing is not taken."""
        words = plain(typed).split()
        left = [ListRow(key, (label,)) for key, label in self._options if all(word in plain(label) for word in words)]
        if not left:
            return
        self._typed = typed
        question = Message("{question}\n> {typed}", question=self._question, typed=typed) if typed else self._question
        self.query_one("#question", Static).update(safe_content(question))
        self.query_one(VirtualList).show_source(FixedRows(left))
        self.query_one(VirtualList).cursor = 0

    @on(VirtualList.Opened)
    def _chosen(self, event: VirtualList.Opened) -> None:
        self.dismiss(event.row.key)

    @override
    def action_leave(self) -> None:
        """Show all again where something was typed; else choose nothing."""
        if self._typed:
            self._narrow("")
        else:
            self.dismiss(self._left)

    def action_help(self) -> None:
        from tui.screens.frame.helping import Help  # noqa: PLC0415 - it is made of these very lists

        self.app.push_screen(Help(Message("Choose"), _KEYS, [command for command in EVERYWHERE if command.first]))


_KEYS: Final = (
    Command("", "", Message("Up and down in the list; a page, first, last"), "Up Down"),
    Command("", "", Message("Choose what is under the cursor"), "Enter"),
    Command("", "", Message("Back; nothing is chosen"), "Esc"),
)
