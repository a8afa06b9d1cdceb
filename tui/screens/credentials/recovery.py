"""Recovery: how it stands, and the sheets by which access comes back when a passphrase is lost."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Final

from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.credentials.recovery_sheets import SheetsForm
from tui.screens.frame.act_form import ActForm
from tui.screens.frame.act_screen import ActScreen, Doing
from tui.screens.frame.base import BACK, Command, VaultScreen
from tui.screens.frame.form_fields import FormRows
from tui.text.in_words import in_words, together
from tui.text.safe_content import safe_content
from vault.acts.recovery import CONFIRM, DRILL, FOLLOW, MAKE, NEW, status_lines
from vault.words.message import Message

if TYPE_CHECKING:
    from vault.services.credentials.recovery import RecoveryStatus


_MANAGES: Final = frozenset({"sheets", "drill", "new"})


class RecoveryScreen(ActScreen):
    """Leads to sheets, drill, and new sheets.

    Args:
        begin: an act to begin with: `sheets` or `drill`.
    """

    NAME = Message("Recovery")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("s", "sheets", Message("Make sheets: for the printer, or to copy by hand"), "s", Message("sheets")),
        Command("d", "drill", Message("Drill: prove that the sheets on paper open this vault"), "d", Message("drill")),
        Command("n", "new", Message("New sheets in place of the old ones"), "n", Message("new")),
        Command(
            "c", "confirm", Message("Compare the words of new sheets, and go by them here"), "c", Message("compare")
        ),
        Command("f", "follow", Message("Seal again what replaced sheets still open"), "f", Message("seal")),
        BACK,
    )

    def __init__(self, begin: str = "") -> None:
        super().__init__()
        self._begin = begin
        self._may_manage = False

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield VerticalScroll(Static("", id="standing-words"), classes="form")

    @override
    def commands(self) -> tuple[Command, ...]:
        return tuple(command for command in self.ACTS if self._may_manage or command.action not in _MANAGES)

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()
        self._refresh("")

    def _refresh(self, words: str | None) -> None:
        self.ask(lambda vault: (vault.recovery.status(), vault.recovery.may_manage), lambda found: self._show(*found))
        if words:
            self.say(words)

    def _show(self, status: RecoveryStatus, may_manage: bool) -> None:
        self._may_manage = may_manage
        self.write("standing-words", *status_lines(status))
        self.show_keys()
        begin, self._begin = self._begin, ""
        if begin == "sheets":
            self.action_sheets()
        elif begin == "drill":
            self.action_drill()

    def action_sheets(self) -> None:
        self.app.push_screen(SheetsForm(MAKE, {}, ""), self._refresh)

    def action_drill(self) -> None:
        self.app.push_screen(ActForm(DRILL, {}, ""), self._refresh)

    def action_new(self) -> None:
        self.app.push_screen(SheetsForm(NEW, {}, ""), self._refresh)

    def action_confirm(self) -> None:
        self.app.push_screen(ActForm(CONFIRM, {}, ""), self._refresh)

    def action_follow(self) -> None:
        """Seal anew; every member may do it for what they hold."""
        self.do(Doing(FOLLOW, {}, lambda told: self._refresh(together(told.lines, " "))))


# The first thing for whoever founded a vault: a lost passphrase must not lose it.
_WHY: Final = Message(
    "Without them nobody can help a member who loses the passphrase, a keyfile or this computer: what only they could"
    " open is lost for good. There is no master key, and no service that could ask for one."
)
_LAST_STEPS: Final = (
    Message("Give each to another person, outside the organisation and the country."),
    Message("Drill: type two of them back. The secret then leaves this computer."),
)
_ALL_STEPS: Final = (
    Message("Make the sheets: 3 of them, any 2 open everything. Print or copy them."),
    Message("Type three words of each from the paper."),
    *_LAST_STEPS,
)
_NONE: Final = Message("This device knows of no recovery sheets of this vault.")
_MADE: Final = Message("Recovery sheets of this vault were made here, and no drill has proven them.")
_UNTIL_MADE: Final = Message("It takes ten minutes. Until then this is proposed once a day.")
_UNTIL_PROVEN: Final = Message("Until then this is proposed once a day. You cannot mix sheets of two sets.")


class SheetsGuide(VaultScreen):
    """Ends with the act to begin with: `sheets`, `drill`, or nothing.

    Args:
        are_made: there is a set already: what is left to do is to prove it.
    """

    NAME = Message("Before anything else: recovery sheets")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "go_on", Message("Make the sheets now"), "F4", Message("make them now")),
        Command(
            "d", "begin('drill')", Message("They are on paper: prove them"), "d", Message("they are on paper: prove")
        ),
        Command("escape", "back", Message("Later"), "Esc", Message("later")),
    )

    def __init__(self, *, are_made: bool = False) -> None:
        super().__init__()
        self._are_made = are_made

    @override
    def commands(self) -> tuple[Command, ...]:
        if not self._are_made:
            return self.ACTS
        return (Command("f4", "go_on", Message("Prove the sheets"), "F4", Message("prove them")), self.ACTS[-1])

    @override
    def compose_middle(self) -> Iterable[Widget]:
        steps = _LAST_STEPS if self._are_made else _ALL_STEPS
        numbered = "\n".join(f"{number}. {in_words(step)}" for number, step in enumerate(steps, 1))
        parts = (_MADE, _WHY, numbered, _UNTIL_PROVEN) if self._are_made else (_NONE, _WHY, numbered, _UNTIL_MADE)
        yield FormRows(Static(safe_content(together(parts, "\n\n"))))

    def action_go_on(self) -> None:
        self.dismiss("drill" if self._are_made else "sheets")

    def action_begin(self, act: str) -> None:
        self.dismiss(act)
