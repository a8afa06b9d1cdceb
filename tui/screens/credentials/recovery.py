"""Recovery: how it stands, and the sheets by which access comes back when a passphrase is lost."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Final

from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.credentials.passphrase_forms import NOTHING_CHANGED
from tui.screens.credentials.recovery_sheets import SheetsForm
from tui.screens.frame.base import BACK, Command, VaultScreen
from tui.screens.frame.dialogs import AskLine
from tui.screens.frame.form_fields import FormRows
from tui.screens.frame.long_work import LongWorkScreen
from tui.screens.frame.sheet_typing import SheetTyping
from tui.text.in_words import in_two_rows, in_words, together, warning
from tui.text.safe_content import safe_content
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from tui.gateway import Drilled, Followed, RecoveryStatus


_MANAGES: Final = frozenset({"sheets", "drill", "new"})


class RecoveryScreen(LongWorkScreen):
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
        self._status: RecoveryStatus | None = None
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
        self._status, self._may_manage = status, may_manage
        self.write("standing-words", *_lines(status))
        self.show_keys()
        begin, self._begin = self._begin, ""
        if begin == "sheets":
            self.action_sheets()
        elif begin == "drill":
            self.action_drill()

    # ---- sheets -------------------------------------------------------------------------------------------------

    def action_sheets(self) -> None:
        if self._status is not None and self._status.secret_is_here:
            self.app.push_screen(SheetsForm(), self._refresh)
        else:
            self.warn(Message("The secret of the sheets is on paper alone: they were proven. n makes new ones."))

    def action_drill(self) -> None:
        self.app.push_screen(SheetTyping(Message("Drill")), self._drill)

    def _drill(self, typed: str | None) -> None:
        if not typed:
            self.say(Message("Nothing was proven."))
            return
        self.say(Message("Opening what you hold with the sheets."))
        self.ask(lambda vault: vault.recovery.drill(), self._drilled)

    def _drilled(self, done: Drilled) -> None:
        words = [Message("PROVEN."), _open(done.without)]
        if done.erased:
            words.append(Message("The secret is erased here: it is on paper alone. Older backups hold it still."))
        words.append(Message("`casevault recovery drill --backup SRC` tries them with a backup alone."))
        self._refresh(together(words, " "))

    # ---- new sheets ---------------------------------------------------------------------------------------------

    def action_new(self) -> None:
        """Ask first: the old sheets are over then."""
        self.confirm(
            Message("Make new sheets in place of the old ones?"),
            Message("The old ones open nothing new. Burn them: they still open copies and backups from before."),
            self._new,
            yes=Message("Make new sheets"),
            no=Message("Keep the old"),
        )

    def _new(self) -> None:
        status = self._status
        if status is None:
            return
        if status.secret_is_here:
            self.app.push_screen(SheetsForm(renews=True), self._refresh)
        else:
            self.app.push_screen(SheetTyping(Message("The old sheets")), self._old_typed)

    def _old_typed(self, typed: str | None) -> None:
        if typed:
            self.app.push_screen(SheetsForm(renews=True), self._refresh)
        else:
            self.say(NOTHING_CHANGED)

    def action_confirm(self) -> None:
        if self._status is None or not self._status.to_confirm:
            self.warn(Message("No new sheets wait for this: this device goes by the newest that it knows."))
            return

        def typed(words: str) -> None:
            self.work_long(
                Message("Sealing again what replaced sheets still open"),
                lambda vault, progress, _stopped: vault.recovery.confirm(words, progress),
                self._followed,
                alone=True,
            )

        self.unless_left(AskLine(Message("The 13 words of the vault, from a new sheet on paper:")), typed)

    def action_follow(self) -> None:
        """Seal anew; every member may do it for what they hold."""
        self.work_long(
            Message("Sealing again what replaced sheets still open"),
            lambda vault, progress, stopped: vault.recovery.follow(progress, stopped),
            self._followed,
            when_stopped=Message("Stopped. What is done stays done; f goes on with the rest."),
        )

    def _followed(self, done: Followed) -> None:
        self._refresh(sealed_words(done))


def sealed_words(done: Followed) -> str:
    """Say how much of what is stored goes by the new sheets."""
    words = [Message("Replaced sheets open nothing that you could seal again.")]
    if done.replaced:
        words = [
            plural(
                "{count} key is new: replaced sheets do not open it.",
                "{count} keys are new: replaced sheets do not open them.",
                count=done.replaced,
            )
        ]
    if done.pending:
        words.append(
            plural(
                "{count} key waits for somebody who may give it.",
                "{count} keys wait for somebody who may give them.",
                count=done.pending,
            )
        )
    return together(words, " ")


def _open(without: int) -> Message:
    """Say what the sheets open, and what was made without them."""
    if not without:
        return Message("The sheets open what you hold.")
    return plural(
        "The sheets open what you hold, except {count} case or section made without them.",
        "The sheets open what you hold, except {count} cases and sections made without them.",
        count=without,
    )


def _lines(status: RecoveryStatus) -> list[Words]:
    lines: list[Words] = [
        Message("The 13 words of this vault, which a new device is told"),
        *in_two_rows(status.vault_words),
    ]
    if status.sheets_words != status.vault_words:
        lines += [Message("The 13 words on the newest sheets"), *in_two_rows(status.sheets_words)]
    if status.to_confirm:
        said_new = Message(
            "New sheets were made: c compares their words with the paper. Until then the old ones count."
        )
        lines.append(warning(said_new))
    lines.append("")
    said = status.said
    lines.append(warning(said.found) if status.proven is False else said.found)
    if status.secret_is_here:
        lines.append(Message("  Without sheets a lost passphrase can lose everything."))
        lines.append(Message("  Make sheets (s), put them on paper, then prove them (d)."))
    elif said.advice is not None:
        lines.append(Message("  {advice}", advice=said.advice))
    if status.proven is not False:
        lines += ["", _open(status.without)]
    if status.stale:
        keys = plural("{count} key", "{count} keys", count=status.stale)
        lines.append(warning(Message("Replaced sheets still open some of it ({keys}): f seals that again.", keys=keys)))
    used = [use.finding.message for use in status.used]
    return [*lines, "", *used] if used else lines


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
