"""Texts that somebody has to see whole before they answer for them: finished pages, a question from elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.looks.tokens import Token
from tui.screens.frame.act_screen import ActScreen, Doing
from tui.screens.frame.base import BACK, Command, VaultScreen, leave
from tui.screens.frame.dialogs import AskLine, ResultDialog, ask_new_file
from tui.screens.frame.form_fields import Choose, FormRow, FormRows
from tui.screens.frame.form_screen import BROWSE, FormScreen, PlaceInput
from tui.text.in_words import together
from tui.text.safe_content import safe_content
from tui.values.code_words import choices
from tui.widgets.fields import SafeInput
from tui.widgets.long_text import Pair, Twin
from tui.widgets.text_cells import Cell
from vault.acts.act import Plan, Said
from vault.acts.approval import GIVE, Asked
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from tui.gateway import Beside, Gateway
    from vault.services.approvals.question import ApprovalQuestion


# Texts that somebody has to see before they answer for them: it knows how far they were on the screen.
_BETWEEN: Final = "\n"


class ShownWhole(VerticalScroll):
    """Shows texts one below the other, and counts what was painted from the first line on, with nothing left out.

    Args:
        texts: what is shown.
        seen: the places of those that were painted just so before.
    """

    def __init__(self, texts: tuple[Words, ...], seen: Collection[int] = ()) -> None:
        super().__init__(id="pages")
        self._seen = seen
        self._texts = tuple(
            Static(safe_content(together((text, "") if text is not texts[-1] else (text,), _BETWEEN))) for text in texts
        )
        self._whole = 0
        self._lines = 0
        self._width = 0
        self._at_first = 0

    def begin_at(self, line: int) -> None:
        """Show this line first, as soon as there is room to."""
        self._at_first = line

    @override
    def compose(self) -> list[Static]:
        return list(self._texts)

    @property
    def whole(self) -> frozenset[int]:
        """The texts that were on the screen to their end."""
        return frozenset((*range(self._whole), *self._seen))

    @property
    def unread(self) -> int | None:
        """The first text, from 0, that was not on the screen to its end; None where all of them were."""
        return self._whole if self._whole < len(self._texts) else None

    def read_on(self) -> None:
        """Go to the first line that was not on the screen."""
        self.scroll_to(y=self._lines, animate=False)

    def on_resize(self) -> None:
        """Look once more, as soon as it is painted."""
        self.call_after_refresh(self._look)

    @override
    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        # What was scrolled past before anything was painted was on no screen.
        self.call_after_refresh(self._look)

    def _look(self) -> None:
        room, ends = self.scrollable_content_region, list(accumulate(text.outer_size.height for text in self._texts))
        if not room.area or not all(text.outer_size.height for text in self._texts):
            return
        if room.width != self._width:  # broken anew: lines are other lines, and whole texts stay whole
            self._width, self._lines = room.width, ends[self._whole - 1] if self._whole else 0
        if self._at_first:
            line, self._at_first = self._at_first, 0
            self.scroll_to(y=line, animate=False)
        top = self.scroll_offset.y
        if top <= self._lines:
            self._lines = max(self._lines, top + room.height)
        while self._whole < len(ends) and (self._whole in self._seen or ends[self._whole] <= self._lines):
            self._lines = max(self._lines, ends[self._whole])
            self._whole += 1


# The finished pages, as another program reads them out of the file: the last look before they are sealed.
_OTHERS: Final = (
    Command("h", "hide", Message("Hide another word, in all of this export"), "h", Message("hide")),
    Command("u", "take_back", Message("Take back the word that you hid last"), "u", Message("take back"), rank=2),
    Command("escape", "back", Message("Stop; nothing is written"), "Esc", Message("stop")),
    Command("down", "down", Message("Read on"), "Down, PgDn", Message("read on")),
)


_WHICH: Final = Message("Which word, or which words as they stand on the page? It is hidden everywhere in this export.")
_KINDS: Final = (
    ("name", Message("a name: each word of it is hidden, too")),
    ("place", Message("a place")),
    ("number", Message("a number")),
    ("other", Message("something else")),
)
ANEW: Final = "anew"


@dataclass(slots=True)
class Reading:
    """What somebody did who reads pages; they are made anew when something else is hidden.

    Attributes:
        hidden: what they hid, by its kind, the last at the end.
        seen: pages that they saw to the end.
        line: where they were.
        told: why the last was not hidden.
    """

    hidden: dict[str, str] = field(default_factory=dict, repr=False)
    seen: set[str] = field(default_factory=set, repr=False)
    line: int = 0
    told: Words = ""


class PagesScreen(VaultScreen):
    """Ends with a word when they may be sealed, or put before a second person: not before all were on the screen.

    Args:
        ref: the case.
        pages: what stands on each.
        does: what F4 does then: `seal` or `ask`.
        reading: what was hidden and seen before; without it, nothing more is hidden. It ends with `ANEW` if it changes.
    """

    NAME = Message("Pages")
    HOLDS_TYPING = True
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "seal", Message("Seal: the package is written"), "F4", Message("seal")),
        *_OTHERS,
    )
    ASKS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "seal", Message("Ask a second person: the question is written"), "F4", Message("ask")),
        *_OTHERS,
    )

    def __init__(self, ref: str, pages: tuple[str, ...], does: str = "seal", reading: Reading | None = None) -> None:
        super().__init__()
        self._reading = reading
        self._does = does
        self._ref = ref
        self._pages = pages

    @override
    def commands(self) -> tuple[Command, ...]:
        every, reading = self.ASKS if self._does == "ask" else self.ACTS, self._reading
        left_out = {"hide", "take_back"} if reading is None else set[str]() if reading.hidden else {"take_back"}
        return tuple(command for command in every if command.action not in left_out)

    @override
    def compose_middle(self) -> Iterable[Widget]:
        pages = tuple(
            Message("PAGE {number}\n{text}", number=number, text=text) for number, text in enumerate(self._pages, 1)
        )
        seen = set[str]() if self._reading is None else self._reading.seen
        yield ShownWhole(pages, [place for place, page in enumerate(self._pages) if page in seen])

    def on_mount(self) -> None:
        read_back = plural(
            "{count} page, read back from the finished file",
            "{count} pages, read back from the finished file",
            count=len(self._pages),
        )
        self.head(self._ref, read_back)
        self.query_one("#pages").focus()
        self.say(Message("Read all of it. Nothing is written before F4."))
        if self._reading is not None:
            self.query_one(ShownWhole).begin_at(self._reading.line)
            if self._reading.told:
                self.warn(self._reading.told)
                self._reading.told = ""
            elif self._reading.hidden:
                forms = ", ".join(self._reading.hidden)
                self.say(Message("You hid: {forms}. Read all that changed, then F4.", forms=forms))

    def action_down(self) -> None:
        self.query_one("#pages").scroll_down(animate=False)

    def action_hide(self) -> None:
        """Ask which word, and what it is; then the pages are made anew."""
        if self._reading is None:
            return
        self.unless_left(
            AskLine(_WHICH),
            lambda form: self.unless_left(Choose(Message("What is it?"), _KINDS), lambda kind: self._hide(form, kind)),
        )

    def _hide(self, form: str, kind: str) -> None:
        if self._reading is not None:
            self._reading.hidden.pop(form, None)
            self._reading.hidden[form] = kind
            self._make_anew(self._reading)

    def action_take_back(self) -> None:
        if self._reading is not None and self._reading.hidden:
            self._reading.hidden.popitem()
            self._make_anew(self._reading)

    def _make_anew(self, reading: Reading) -> None:
        pages = self.query_one(ShownWhole)
        reading.seen |= {self._pages[place] for place in pages.whole}
        reading.line, reading.told = int(pages.scroll_offset.y), ""
        self.dismiss(ANEW)

    def action_seal(self) -> None:
        pages = self.query_one(ShownWhole)
        if pages.unread is None:
            self.dismiss(self._does)
            return
        self.warn(
            Message(
                "You have not seen page {number} of {count} to its end. Read on, then F4.",
                number=pages.unread + 1,
                count=len(self._pages),
            )
        )
        pages.read_on()


# Being the second person: what leaves is read beside what stays; one key says yes, another one no, with a reason.
_ABOUT: Final = Message(
    "Another member asks whether something may be done: an export, say. Nobody can approve their own"
    " request. You read all that would leave before you answer."
)
_WHY: Final = Message("Your reason: it goes into the log and into what leaves.")
YOU_SAID_NO: Final = Message("You said no")
_WHY_NOT: Final = Message("Why not? You say no with this reason, and nothing is signed.")
_HEADS: Final = (Message("Stays here"), Message("Leaves, as it will be read"))
_HEADS_OF_ACT: Final = (Message("As your own vault has it"), Message("What you approve"))


class QuestionFile(FormScreen):
    """Asks where the question lies."""

    NAME = Message("Approve")
    HOLDS_TYPING = False
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "go_on", Message("Read the question"), "F4", Message("read it")),
        BROWSE,
        BACK,
    )

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield FormRows(
            FormRow(Message("Question"), PlaceInput(placeholder="/media/stick/question", id="file")),
            Static(safe_content(_ABOUT), classes="about"),
        )

    @on(SafeInput.Submitted)
    def action_go_on(self) -> None:
        file = self.place("file")
        if file is None:
            return
        self.say("")
        said = {"file": (str(file),)}

        def read(vault: Gateway) -> tuple[Plan[Asked], tuple[Beside, ...]]:
            plan = vault.acting.look(GIVE, said)
            return plan, vault.approvals.pages(plan.of.received.question)

        def show(found: tuple[Plan[Asked], tuple[Beside, ...]]) -> None:
            self.app.push_screen(QuestionByFile(said, *found), self._answered)

        self.ask(read, show)

    def _answered(self, words: str | None) -> None:
        self.say(words or Message("You gave no answer."))


class QuestionScreen(VaultScreen):
    """Shows all that is asked, and what of it stays here.

    Args:
        about: who asks, or is asked.
        question: what is asked.
        pages: what its pages show, where it has some.
        shown: what the vault of who reads says of it.
    """

    NAME = Message("A question to you")
    HOLDS_TYPING = True
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "approve", Message("Yes: approve it, with a reason"), "F4", Message("yes")),
        Command("n", "decline", Message("No: say why; nothing is signed"), "n", Message("no")),
        Command("down", "down", Message("Read on"), "Down, PgDn", Message("read on")),
        leave(Message("Leave; nothing is approved")),
    )

    def __init__(
        self, about: Words, question: ApprovalQuestion, pages: Sequence[Beside], shown: Sequence[Words] = ()
    ) -> None:
        super().__init__()
        self._about, self._question, self._pages, self._shown = about, question, pages, shown

    @override
    def compose_middle(self) -> Iterable[Widget]:
        left, right = _HEADS if self._pages else _HEADS_OF_ACT
        twins = (*_of_pages(self._pages), *_of_act(self._question, self._shown, has_pages=bool(self._pages)))
        yield Pair(Cell(left, Token.ACC, bold=True), Cell(right, Token.ACC, bold=True), twins, id="question")

    def on_mount(self) -> None:
        hidden = sum(line.hidden for line in self._pages)
        said = plural("{count} place hidden", "{count} places hidden", count=hidden)
        self.head(self._about, said if self._pages else "")
        self.query_one("#question").focus()
        self.say(Message("Read all of it. Nothing is signed before F4."))

    def action_down(self) -> None:
        self.query_one("#question").scroll_down(animate=False)

    def action_approve(self) -> None:
        """Ask for the reason; not before all that is asked was on the screen."""
        pair = self.query_one(Pair)
        if not pair.is_read:
            pair.read_on()
            self.warn(Message("You have not seen the question to its end. Read on, then F4."))
            return
        reasons = choices(self._question.reasons)
        self.unless_left(Choose(_WHY, reasons), self.approved)

    def approved(self, reason: str) -> None:
        """Go on with a yes."""
        raise NotImplementedError

    def action_decline(self) -> None:
        self.unless_left(AskLine(_WHY_NOT), self.declined)

    def declined(self, why: str) -> None:
        raise NotImplementedError


class QuestionByFile(ActScreen, QuestionScreen):
    """A question out of a file; ends with the words of what was approved, or with nothing."""

    def __init__(self, said: Said, plan: Plan[Asked], pages: Sequence[Beside]) -> None:
        received = plan.of.received
        asks = Message("{asker} asks", asker=received.name)
        super().__init__(asks, received.question, pages, received.shown)
        self._file, self._plan = said, plan

    @override
    def approved(self, reason: str) -> None:
        def answer_to(out: Path) -> None:
            said = {**self._file, "reason": (reason,), "out": (str(out),)}
            self.do(Doing(GIVE, said, lambda told: self.end(together(told.lines, " "))), self._plan)

        ask_new_file(self, Message("A new file for your answer"), "/media/stick/answer", answer_to)

    @override
    def declined(self, why: str) -> None:
        asker = self._plan.of.received.name
        lines = (
            Message("You signed nothing, and no file was written. Somebody else who was asked may still approve it."),
            Message("Tell {asker}: I do not approve it. {why}", asker=asker, why=why),
        )
        self.app.push_screen(ResultDialog(YOU_SAID_NO, lines), lambda _: self.end(""))


def _of_pages(pages: Sequence[Beside]) -> Iterator[Twin]:
    """Yield the lines of the pages; what others wrote begins with a mark: none of it passes for ours."""
    for line in pages:
        if line.is_heading:
            yield Twin((), ())
            yield Twin((), (Cell(line.ours, Token.ACC, bold=True),))
            continue
        own = Cell(line.ours, Token.DIM)
        leaves = (own, *(Cell(text, Token.WARN if stands else Token.FG, bold=stands) for text, stands in line.leaves))
        stays = tuple(Cell(text, Token.FG if goes else Token.DIM, bold=goes) for text, goes in line.stays)
        if not stays and line.hidden:
            count = plural("{count} place stays here", "{count} places stay here", count=line.hidden)
            stays = (Cell(count, Token.DIM),)
        mark = Cell("| ", Token.MARK)
        yield Twin(stays, leaves, "!" if line.hidden else "", (Cell(""), mark) if line.leaves else None)


def _of_act(question: ApprovalQuestion, shown: Sequence[Words], *, has_pages: bool) -> Iterator[Twin]:
    """Yield what is approved, beside what the own vault says; then what the asker says of it, with a mark."""
    asked = [Cell(line) for line in question.things()]
    left = [Cell(line) for line in shown]
    if has_pages:
        yield Twin((), ())
        yield Twin((), (Cell(_HEADS_OF_ACT[1], Token.ACC, bold=True),))
    elif not left:
        left = [Cell(Message("Your own vault is not open here: nothing to compare."), Token.DIM)]
    for place in range(max(len(left), len(asked))):
        yield Twin(tuple(left[place : place + 1]), tuple(asked[place : place + 1]))
    if question.about:
        yield Twin((), (Cell(Message("As the one who asks says:"), Token.DIM),))
    for line in question.about:
        yield Twin((), (Cell(line),), signs=(Cell(""), Cell("> ", Token.MARK)))
