"""Two versions of one record side by side: each difference is answered, and both stay in the history."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.looks.signs import DONE, MORE, SOON
from tui.looks.tokens import Token
from tui.screens.cases.due_acts import confirm_anew
from tui.screens.frame.act_screen import ActScreen
from tui.screens.frame.base import Command
from tui.screens.frame.dialogs import AskLine
from tui.screens.frame.screen_words import moment
from tui.text.in_words import together
from tui.text.safe_content import safe_content
from tui.values.cases_shown import SideShown, VersionsShown
from tui.values.code_words import word_of
from tui.values.shaping import piece_told
from tui.widgets.fields import SafeTextArea
from tui.widgets.long_text import Pair, Twin
from tui.widgets.overlays import Sheet
from tui.widgets.screen_lines import Hint, KeyLine
from tui.widgets.text_cells import Cell, Column
from tui.widgets.virtual_list import FixedRows, ListRow, VirtualList
from vault.acts.act import Told
from vault.casework.differences import Answer, Chosen, Part, Piece
from vault.words.message import Message, Words


class WriteLines(Sheet[str]):
    """Ends with the lines, or empty when nothing was to be said."""

    DEFAULT_CSS = """
    WriteLines SafeTextArea { height: 8; margin: 1 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False, priority=True),
        Binding("f4", "take", show=False, priority=True),
    ]

    def __init__(self, question: Words, text: str) -> None:
        super().__init__()
        self._question = question
        self._text = text

    @override
    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(safe_content(self._question))
            yield SafeTextArea(self._text, id="lines")
            yield KeyLine(Hint("F4", Message("take it")), Hint("Esc", Message("back")))

    def action_take(self) -> None:
        self.dismiss(self.query_one(SafeTextArea).text.strip("\n"))


_COLUMNS: Final = (Column("", 1), Column("", 29), Column(""))
_KEYS: Final = {Answer.LEFT: "1", Answer.RIGHT: "2", Answer.BOTH: "b", Answer.WRITTEN: "e"}
_HERE: Final = ">"


class TwoVersions(ActScreen):
    """Ends with the id of the record once it was settled."""

    NAME = Message("Two versions")
    AUTO_FOCUS = "#answers"
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("1", "answer('left')", Message("What is on the left"), "1", Message("left")),
        Command("2", "answer('right')", Message("What is on the right"), "2", Message("right")),
        Command("b", "answer('both')", Message("Both, one under the other"), "b", Message("both")),
        Command("e", "answer('written')", Message("Write it yourself, from both"), "e", Message("write")),
        Command("left", "step(-1)", Message("The difference before"), "Left"),
        Command("right", "step(1)", Message("The next difference"), "Right"),
        Command("f4", "finish", Message("Keep what you chose as a new version"), "F4", Message("go on")),
        Command("escape", "back", Message("Later; nothing is changed"), "Esc", Message("later")),
    )

    def __init__(self, ref: str, shown: VersionsShown, more: int = 0) -> None:
        super().__init__()
        self._ref = ref
        self._shown = shown
        self._more = more
        self._open = tuple(place for place, piece in enumerate(shown.pieces) if piece.is_open)
        self._at = 0
        self._answers: dict[int, Chosen] = {}

    @override
    def compose_middle(self) -> Iterable[Widget]:
        said = Message("Both were written without seeing the other. Both stay in the history.")
        yield Static(safe_content(said), classes="above")
        yield Pair(_head(1, self._shown.left), _head(2, self._shown.right), id="both")
        yield Static("", id="signs", classes="above")
        yield Static("", id="answers-head", classes="pane-head")
        yield VirtualList(_COLUMNS, id="answers")

    def on_mount(self) -> None:
        of = Message("{kind}, {ref}", kind=word_of(self._shown.kind), ref=self._ref)
        count = self._more + 1
        self.head(of, Message("conflict 1 of {count}", count=count) if self._more else "")
        self.write("signs", Message("{one} one line, two ways   {only} only here", one=SOON, only=MORE))
        self._show()

    def action_step(self, by: int) -> None:
        if self._open:
            self._at = (self._at + by) % len(self._open)
            self._show()

    def action_answer(self, answer: str) -> None:
        if not self._open:
            return
        chosen, piece = Answer(answer), self._piece
        if chosen not in piece.answers:
            self.warn(
                Message("Only one value is possible here.") if chosen is Answer.BOTH else Message("Take one, or both.")
            )
        elif chosen is not Answer.WRITTEN:
            self._take(Chosen(chosen))
        elif piece.part is Part.LINES:
            both = "\n".join((*piece.left, *piece.right))
            self.unless_left(WriteLines(Message("What shall stand here?"), both), self._written)
        else:
            value = self._answers[self._place].text if self._place in self._answers else ""
            side = (piece.left or piece.right)[0]
            asked = Message("What is right for {field}?", field=_label(piece))
            self.unless_left(AskLine(asked, value=value or str(side)), self._written)

    def _written(self, text: str) -> None:
        self._take(Chosen(Answer.WRITTEN, text))

    def _take(self, chosen: Chosen) -> None:
        self._answers[self._place] = chosen
        later = [at for at, place in enumerate(self._open) if place not in self._answers]
        self._at = next((at for at in later if at > self._at), later[0] if later else self._at)
        self._show()

    @on(VirtualList.Opened)
    def _opened(self, event: VirtualList.Opened) -> None:
        self.action_answer(event.row.key)

    def action_finish(self) -> None:
        left = [at for at, place in enumerate(self._open) if place not in self._answers]
        if left:
            self._at = left[0]
            self._show()
            self.warn(Message("This difference is not answered yet."))
            return
        shown, answers = self._shown, dict(self._answers)
        self.ask(lambda vault: vault.story.settle(shown, answers), self._settled)

    def _settled(self, changed: Told) -> None:
        case, kind = self._shown.case, self._shown.kind
        confirm_anew(self, case, kind, changed, lambda: self.end(self._shown.record))

    @override
    def action_back(self) -> None:
        if not self._answers:
            self.end("")
            return
        self.confirm(
            Message("Leave the two versions for later?"),
            Message("Then your answers here are gone; both versions stay."),
            lambda: self.end(""),
            yes=Message("Later"),
            no=Message("Go on"),
        )

    @property
    def _place(self) -> int:
        return self._open[self._at]

    @property
    def _piece(self) -> Piece:
        return self._shown.pieces[self._place]

    def _show(self) -> None:
        pair = self.query_one(Pair)
        twins, first = self._twins()
        pair.show(twins)
        if self._open:
            self.call_after_refresh(pair.show_line, first[self._place])
        count = Message("difference {at} of {count}", at=self._at + 1, count=len(self._open))
        self.write(
            "answers-head",
            together((Message("What shall stand"), count if self._open else Message("nothing differs")), "  "),
        )
        rows = self.query_one("#answers", VirtualList)
        rows.show_source(FixedRows(self._rows()))
        rows.styles.height = max(len(self._rows()), 1)
        other = self._shown.right if self._shown.left.is_here else self._shown.left
        self.say(Message("F4 keeps it as a new version; {name} has it after the next exchange.", name=other.by))

    def _twins(self) -> tuple[list[Twin], dict[int, int]]:
        twins = [Twin((_where(self._shown.left),), (_where(self._shown.right),), signs=(Cell("  "), Cell("  ")))]
        is_text = any(piece.part is Part.LINES for piece in self._shown.pieces)
        first: dict[int, int] = {}
        here = self._place if self._open else -1
        for place, piece in enumerate(self._shown.pieces):
            if any(isinstance(value, bytes) for value in (*piece.left, *piece.right)):
                continue  # an id, which nobody reads
            if piece.part is not Part.LINES and not piece.is_open and (is_text or not piece.left):
                continue
            first[place] = len(twins)
            mark = _HERE if place == here else DONE if place in self._answers else ""
            sides = ((piece.left, piece.right), (piece.right, piece.left))
            (left, one), (right, other) = (_side(piece, values, beside) for values, beside in sides)
            twins.append(Twin((left,), (right,), mark, (one, other)))
        return twins, first

    def _rows(self) -> list[ListRow]:
        if not self._open:
            return []
        piece, chosen = self._piece, self._answers.get(self._place)
        effects: dict[Answer, tuple[Words, Words]] = {
            Answer.LEFT: (_take_words(self._shown.left), _quoted(piece, piece.left)),
            Answer.RIGHT: (_take_words(self._shown.right), _quoted(piece, piece.right)),
            Answer.BOTH: (
                Message("both, one under the other"),
                Message("with the names of who wrote it") if piece.part is Part.LINES else Message("in one list"),
            ),
            Answer.WRITTEN: (Message("write it myself"), Message("begins with what is there")),
        }
        rows = []
        for answer, (words, effect) in effects.items():
            if answer in piece.answers:
                is_chosen = chosen is not None and chosen.answer is answer
                said: Words = Message("{sign} chosen", sign=DONE) if is_chosen else effect
                rows.append(ListRow(answer.value, (Cell(_KEYS[answer], Token.ACC, bold=True), words, said)))
        return rows


def _head(number: int, side: SideShown) -> Cell:
    return Cell(Message("{number} {by}", number=number, by=side.by), Token.ACC, bold=True)


def _where(side: SideShown) -> Cell:
    where: Words = Message("this computer") if side.is_here else side.device or Message("another device")
    return Cell(Message("{when}, {where}", when=moment(side.written_ms), where=where), Token.DIM)


def _label(piece: Piece) -> Words:
    return word_of(piece.name.rpartition(".")[2].replace("_", " "))


def _side(piece: Piece, values: tuple[object, ...], other: tuple[object, ...]) -> tuple[Cell, Cell]:
    sign = "" if not piece.is_open or not values else SOON if other else MORE
    before = Cell(f"{sign or ' '} ", Token.WARN if sign == SOON else Token.FG, bold=True)
    return Cell(_words(piece, values), bold=bool(sign)), before


def _words(piece: Piece, values: tuple[object, ...]) -> Words:
    if piece.part is Part.LINES:
        return str(values[0]) if values else ""
    shown: Words = together([piece_told(value) for value in values], "; ") if values else Message("nothing")
    return Message("{field}: {value}", field=_label(piece), value=shown)


def _quoted(piece: Piece, values: tuple[object, ...]) -> Words:
    if not values:
        return Message("it goes")
    text = str(values[0]) if piece.part is Part.LINES else together([piece_told(value) for value in values], "; ")
    return Message("“{text}”", text=text)


def _take_words(side: SideShown) -> Words:
    return Message("take what is on this computer") if side.is_here else Message("take that of {name}", name=side.by)
