"""What every screen has: a table of its commands, two lines at the foot, and a way to ask the gateway."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.desk import Answer, Desk
from tui.screens.frame.screen_words import sentence
from tui.text.in_words import in_words, together, warning
from tui.text.safe_content import safe_content
from tui.widgets.fields import SafeInput
from tui.widgets.overlays import BY_HEIGHT, BY_WIDTH, Confirm, TooSmall, show_whether_too_small
from tui.widgets.screen_lines import Head, Hint, KeyHints, with_layouts
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from tui.gateway import Gateway
    from tui.values.cases_shown import Spot, Typed
    from vault.errors import VaultError

T = TypeVar("T")
_YES: Final = Message("Yes")
_NO: Final = Message("No")


@dataclass(frozen=True, slots=True)
class Command:
    """Something that a screen can do.

    Args:
        keys: as Textual names them, separated by commas; aliases of other layouts are added.
        action: the action of the screen.
        words: for the help and the command list.
        shown: the key as it is written on the keyboard.
        hint: a word for the footer, or empty.
        rank: when the footer gets narrow, the highest goes first; 0 stays.
        brief: a few words, for what works everywhere.
        first: obeyed before the field that has the focus sees the key: what is typed behind it goes on from there.
    """

    keys: str
    action: str
    words: Words
    shown: str
    hint: Words = ""
    brief: Words = ""
    first: bool = False
    rank: int = 1


EVERYWHERE = (
    Command("f1", "app.help", Message("Help for this screen"), "F1", Message("help"), brief=Message("help")),
    Command("f2", "app.commands", Message("All commands of this screen, by name"), "F2", brief=Message("commands")),
    Command("f3", "app.go('search')", Message("Search all your cases"), "F3", brief=Message("search")),
    # First: a text takes these two for selecting, and the next letter would erase what they select.
    Command(
        "f6", "app.next_pane", Message("Next pane or field (also Tab)"), "F6", brief=Message("next pane"), first=True
    ),
    Command(
        "f7",
        "app.previous_pane",
        Message("Previous pane or field (also Shift+Tab)"),
        "F7",
        brief=Message("previous pane"),
        first=True,
    ),
    # First: over a question too. A telephone waits for nobody.
    Command("f9", "app.call", Message("Call slip: somebody is calling"), "F9", brief=Message("call slip"), first=True),
    Command("f8", "app.home", Message("Home: dates, what to do, alerts"), "F8", brief=Message("home")),
    Command(
        "exclamation_mark",
        "app.go('emergency')",
        Message("In an emergency: computer taken, arrest, wrong hands, urgent package"),
        "!",
        brief=Message("in an emergency"),
    ),
    Command("", "app.go('week')", Message("The week: what has to be kept, day by day"), ""),
    Command("", "app.go('left')", Message("What left a case: packages sent, asked back, in wrong hands"), ""),
    Command("", "app.go('calls')", Message("Calls: open slips; move or close them"), ""),
    Command("", "app.go('back_up')", Message("Make a backup"), ""),
    Command("", "app.go('log')", Message("The log, and its verification"), ""),
    Command("", "app.go('erasures')", Message("What colleagues erased, and cases that are due to be erased"), ""),
    Command("", "app.go('members')", Message("Members: invite, admit, roles, away, leave"), ""),
    Command("", "app.go('recipients')", Message("Recipients: who gets packages, and whose key is confirmed"), ""),
    Command("", "app.go('devices')", Message("Devices: one is lost or taken; the drill"), ""),
    Command("", "app.go('own_access')", Message("Your access: passphrase, keyfile, recovery sheets"), ""),
    Command("", "app.go('exchange')", Message("Import a bundle that was made for you"), ""),
    Command("", "app.go('lists')", Message("Import a list of cases from a spreadsheet"), ""),
    Command("", "app.go('counts')", Message("Counts for those who ask: people, cases and acts"), ""),
    Command("", "app.go('export_all')", Message("Export all that you can read, sealed"), ""),
    Command("", "app.go('standing')", Message("Exchange: what would be lost, who has what"), ""),
    Command("", "app.go('approve')", Message("Approve what another member asks in a file"), ""),
    Command("", "app.settings", Message("Settings: looks, idle lock, names, windows, signs, mouse"), ""),
    Command("", "app.switch_member", Message("Switch member: this session ends, the next name is asked"), ""),
    Command(
        "ctrl+l",
        "app.lock",
        Message("Lock; a note, slip or record that you type is kept"),
        "Ctrl+L",
        Message("lock"),
        brief=Message("lock"),
    ),
    Command(
        "ctrl+backslash",
        "app.leave_at_once",
        Message("Close CaseVault now, ask nothing; what you type is kept"),
        "Ctrl+\\",
        brief=Message("close now, ask nothing"),
    ),
    Command(
        "f12",
        "app.neutral",
        Message("Empty the screen; then any key locks, F12 closes CaseVault"),
        "F12",
        brief=Message("empty the screen; again: close now"),
        first=True,  # over a dialog too
    ),
    Command("ctrl+q", "app.quit", Message("Quit"), "Ctrl+Q", brief=Message("quit")),
)
"""What works on every screen of an open vault; what has no key is chosen by name (F2)."""

NEXT_FIELD = Command("tab", "app.focus_next", Message("Next field"), "Tab", Message("next field"), rank=2)
READ_AGAIN = Command("f5", "refresh", Message("Read the list again"), "F5")
BACK = Command("escape", "back", Message("Back"), "Esc", Message("back"))


def leave(words: Message) -> Command:
    """Return the way out of a form; the words say what becomes of it then."""
    return Command("escape", "back", words, "Esc", Message("leave"))


class VaultScreen(Screen[str]):
    """A screen of an open vault. It ends with a word for whoever opened it, or with nothing."""

    ACTS: ClassVar[tuple[Command, ...]] = ()
    NAME: ClassVar[Words] = ""
    """What the help calls this screen."""
    HAS_CHIP: ClassVar[bool] = True
    """Whether its name stands on a ground of its own."""
    HOLDS_TYPING: ClassVar[bool] = False

    HORIZONTAL_BREAKPOINTS = BY_WIDTH
    VERTICAL_BREAKPOINTS = BY_HEIGHT

    @override
    def __init_subclass__(cls, **options: Any) -> None:
        """Make the bindings from the table of commands."""
        if "ACTS" in cls.__dict__:
            cls.BINDINGS = bindings(cls.ACTS)
        super().__init_subclass__(**options)

    def __init__(self) -> None:
        super().__init__()
        self.help_name: Words = self.NAME
        self._said = ""
        self._ends_with: str | None = None

    @override
    def compose(self) -> ComposeResult:
        yield Head(self.NAME) if self.HAS_CHIP else Head("", self.NAME)
        yield from self.compose_middle()
        yield Static("", id="status")
        yield KeyHints(self.footer())
        yield TooSmall()

    @on(events.Resize)
    def _tell_too_small(self, event: events.Resize) -> None:
        show_whether_too_small(self, event)

    def compose_middle(self) -> Iterable[Widget]:
        """Return what stands between the head and the status line."""
        return ()

    @property
    def holds_typing(self) -> bool:
        """Whether leaving it now loses something that was typed: then only its own keys leave it."""
        return self.HOLDS_TYPING

    def commands(self) -> tuple[Command, ...]:
        """Return what can be done here and now."""
        return self.ACTS

    @override
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Obey the keys of those commands alone that are offered here and now."""
        is_own = any(command.action == action for command in self.ACTS)
        return not is_own or any(command.action == action for command in self.commands())

    def footer(self) -> list[Hint]:
        """Return the footer: help first, the screen's own, lock last. At 80 columns all of it must fit."""
        lock = next(command for command in EVERYWHERE if command.action == "app.lock")
        return hints([EVERYWHERE[0], *self.commands(), lock])

    @property
    def desk(self) -> Desk:
        return cast("Desk", self.app)

    def say(self, words: Words) -> None:
        """Say what happened, in the lines above the footer; the same words again cost no byte."""
        said = in_words(words)
        if said != self._said:
            self._said = said
            said_content = safe_content(said)
            if said.startswith("! "):
                said_content = said_content.stylize("bold $warn", 0, 1)
            self.query_one("#status", Static).update(said_content)

    def warn(self, words: Words) -> None:
        """Say what somebody has to see."""
        self.say(warning(words))

    def say_unless_warned(self, words: Words) -> None:
        """Say something about the program itself; only another warning is written over a warning."""
        if in_words(words).startswith("!") or not self.said.startswith("!"):
            self.say(words)

    def act_begins(self) -> None:
        """Take away what was said of the act before."""
        self.say("")

    @property
    def said(self) -> str:
        """What stands there now."""
        return self._said

    def write(self, name: str, *words: Words) -> None:
        """Show words, line by line, in the text of this name."""
        self.query_one(f"#{name}", Static).update(safe_content(together(words)))

    def show_keys(self) -> None:
        """Show in the footer what can be done now."""
        self.query_one(KeyHints).show_hints(self.footer())

    def head(self, about: Words = "", right: Words = "", *, name: Words = "") -> None:
        """Show another first line: the name of this screen, or another one, what it is about, and one fact."""
        said = (name or self.NAME, about) if self.HAS_CHIP else ("", name or self.NAME)
        self.query_one(Head).say(*said, right)

    def ask(
        self,
        work: Callable[[Gateway], T],
        then: Callable[[T], object],
        *,
        failed: Callable[[VaultError], None] | None = None,
        alone: bool = True,
    ) -> None:
        """Have a worker do this and go on with its answer here.

        Args:
            work: gets the gateway, in another thread.
            then: gets the answer, in this one.
            failed: gets the error; without it, the status line shows its sentence.
            alone: waits for its turn; False for long acts and drafts.
        """
        self.desk.work_for(self, work, then, failed or self.fail, alone=alone)

    def confirm(
        self, question: Words, told: Words, then: Callable[[], None], *, yes: Words = _YES, no: Words = _NO
    ) -> None:
        """Ask, say what will have happened, and go on only where the answer is yes; see `Confirm`."""
        self.app.push_screen(Confirm(question, told, yes=yes, no=no), lambda wished: then() if wished else None)

    def unless_left(self, dialog: Screen[str], then: Callable[[str], object]) -> None:
        """Show a screen over this one, and go on with its answer, unless it has none."""

        def left(answer: str | None) -> None:
            if answer:
                then(answer)

        self.app.push_screen(dialog, left)

    def fail(self, error: VaultError) -> None:
        """Show what happened and what to do."""
        self.warn(sentence(error))

    @on(SafeInput.PasteCut)
    def _paste_cut(self, event: SafeInput.PasteCut) -> None:
        """Say what was left out: it would be missed only later, on another device or in another's hands."""
        self.warn(
            plural(
                "The field takes one line: {count} more line was left out of what you pasted.",
                "The field takes one line: {count} more lines were left out of what you pasted.",
                count=event.lost_lines,
            )
        )

    def on_answer(self, answer: Answer) -> None:
        """Take what a worker found, as long as the app goes on: while it ends, parts of the screen are gone already."""
        answer.stop()
        if self.app.is_running:
            answer.deliver()

    def save_now(self) -> Typed | None:
        """Return the draft that has to be saved before the app ends, or None."""
        return None

    def kept_ms(self) -> int:
        """Return when all that is typed here was kept as a draft, or 0 where something is not, or nothing is typed."""
        return 0

    def kept_words(self, time: str) -> Message:
        """Return what to say of what was typed here and is kept, when the app ends."""
        return Message("Your note is kept as a draft (saved {time}). Start it again; F4 goes on with it.", time=time)

    def end(self, word: Words) -> None:
        """Close, with this word for whoever opened the screen."""
        self.dismiss(in_words(word))

    @override
    def dismiss(self, result: str | None = None) -> AwaitComplete:
        """Close, or wait for that while another screen lies over this one: Textual would close that one instead."""
        if self.app.screen is self:
            return super().dismiss(result)
        self._ends_with = result
        return AwaitComplete()

    @on(events.ScreenResume)
    def _end_late(self) -> None:
        if self._ends_with is not None:
            self.dismiss(self._ends_with)

    def spot(self) -> Spot | None:
        """Return where to come back to after a lock, if it is worth coming back."""
        return None

    def cases_here(self) -> tuple[tuple[str, ...], Words]:
        """Return the cases to which an act that was found by its name is done here, and what a person calls them."""
        return (), ""

    def action_back(self) -> None:
        self.end("")


def bindings(commands: Iterable[Command]) -> list[Any]:
    """Return the commands as Textual takes them, with the keys of other layouts."""
    return [
        Binding(with_layouts(command.keys), command.action, show=False, priority=command.first)
        for command in commands
        if command.keys
    ]


def hints(commands: Iterable[Command]) -> list[Hint]:
    """Return the words for a footer."""
    return [
        Hint(command.shown, command.hint, command.rank, command.keys.partition(",")[0])
        for command in commands
        if command.hint
    ]
