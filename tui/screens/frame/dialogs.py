"""Over a screen: a question that one line answers, what came of an act, a whole text, and who may be known already."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import BACK, Command, VaultScreen
from tui.screens.frame.form_screen import WHOLE_PATH, whole_path
from tui.text.in_words import in_words, together, warning
from tui.text.safe_content import safe_content
from tui.widgets.fields import SafeInput
from tui.widgets.long_text import LongText, beginning
from tui.widgets.overlays import Sheet
from tui.widgets.screen_lines import Hint, KeyLine
from vault.words.message import Message, Words, plural

# Over a screen: a small question that one line answers, and what came of an act.


class AskLine(Sheet[str]):
    """Ask for one line; the result is what was typed, or empty when nothing was to be said.

    Args:
        question: one or two sentences.
        value: what stands there at first.
        hint: an example.
        problem: says what is wrong with an answer, or nothing.
        refused: what was wrong with `value`, where it was an answer that nobody could take.
    """

    DEFAULT_CSS = """
    AskLine > Vertical { width: 70; }
    AskLine SafeInput { margin-top: 1; }
    AskLine .keys { margin-top: 1; }
    """

    def __init__(
        self,
        question: Words,
        *,
        value: str = "",
        hint: Words = "",
        problem: Callable[[str], Words] = lambda _: "",
        refused: Words = "",
    ) -> None:
        super().__init__()
        self._question = question
        self._value = value
        self._hint = hint
        self._problem_with = problem
        self._refused = refused

    @override
    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(safe_content(self._question))
            yield SafeInput(self._value, placeholder=self._hint)
            yield Static(safe_content(warning(self._refused) if self._refused else ""), id="problem")
            yield KeyLine(Hint("Enter", Message("go on")), Hint("Esc", Message("back")))

    @on(SafeInput.Submitted)
    def _answered(self, event: SafeInput.Submitted) -> None:
        typed = event.value.strip()
        problem = self._problem_with(typed) if typed else Message("Type something, or leave with Esc.")
        if problem:
            self.query_one("#problem", Static).update(safe_content(warning(problem)))
        else:
            self.dismiss(typed)


def no_whole_path(typed: str) -> Words:
    """Return what is wrong with a path, or nothing."""
    return "" if whole_path(typed) is not None else WHOLE_PATH


def ask_new_file(screen: VaultScreen, question: Words, hint: str, then: Callable[[Path], None]) -> None:
    """Ask over a screen where a new file goes; `then` gets its path, unless somebody leaves."""

    def answered(place: str) -> None:
        then(Path(place).expanduser())

    screen.unless_left(AskLine(question, hint=hint, problem=no_whole_path), answered)


class ResultDialog(Sheet[str]):
    """Shows sentences until they were read."""

    DEFAULT_CSS = """
    ResultDialog .head { color: $acc; text-style: bold; }
    ResultDialog VerticalScroll { height: auto; max-height: 17; margin: 1 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "leave", show=False)]

    def __init__(self, head: Words, lines: Sequence[Words]) -> None:
        super().__init__()
        self._head = head
        self._lines = tuple(lines)

    @override
    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(safe_content(self._head), classes="head")
            with VerticalScroll():
                yield Static(safe_content(together(self._lines)))
            yield KeyLine(Hint("Enter", Message("goes on")))


# A text that is too long for the pane beside its list, whole.
class WholeText(VaultScreen):
    """Shows a text from its start to its end."""

    NAME = Message("Text")
    ACTS: ClassVar[tuple[Command, ...]] = (BACK,)

    def __init__(self, about: Words, text: Words) -> None:
        super().__init__()
        self._about, self._text = about, text

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield LongText(self._text, id="whole")

    def on_mount(self) -> None:
        self.head(self._about)
        self.query_one("#whole").focus()


def first_lines(text: Words, *, opens: bool = False) -> Words:
    """Return a text for a pane: all of it, or its first lines and how many more there are; Enter may open all of it."""
    shown, more = beginning(in_words(text))
    if not more:
        return text
    said = plural("{count} more line", "{count} more lines", count=more)
    if opens:
        said = Message("{more}; Enter opens all of it", more=said)
    return Message("{text}\n\n! {more}", text=shown, more=said)


def is_long(text: Words) -> bool:
    """Say whether a pane shows the first lines of a text alone."""
    return beginning(in_words(text))[1] > 0
