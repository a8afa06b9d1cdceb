"""Recovery: how it stands, and the sheets by which access comes back when a passphrase is lost."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.credentials.sheet_typing import SheetTyping
from tui.screens.credentials.sheets_form import SheetsForm
from tui.screens.frame.base import Command
from tui.screens.frame.long_work import LongWorkScreen
from tui.screens.frame.wording import counted, day
from tui.text.safe_content import safe_content
from tui.values.values_own import DrillDone, RecoveryStatus, SealedAnew
from tui.widgets.confirm import Confirm
from tui.widgets.lines import KeyHints

_MANAGES: Final = frozenset({"sheets", "drill", "new"})


class RecoveryScreen(LongWorkScreen):
    """Leads to sheets, drill, and new sheets.

    Args:
        begin: an act to begin with: `sheets` or `drill`.
    """

    NAME = "RECOVERY"
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("s", "sheets", "Make sheets: for the printer, or to copy by hand", "s", "sheets"),
        Command("d", "drill", "Drill: prove that the sheets on paper open this vault", "d", "drill"),
        Command("n", "new", "New sheets in place of the old ones", "n", "new sheets"),
        Command("f", "follow", "Seal anew what replaced sheets still open", "f", "seal anew"),
        Command("escape", "back", "Back", "Esc", "back"),
    )

    def __init__(self, begin: str = "") -> None:
        super().__init__()
        self._begin = begin
        self._status: RecoveryStatus | None = None

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield VerticalScroll(Static("", id="standing-words"), classes="form")

    @override
    def commands(self) -> tuple[Command, ...]:
        may_manage = self._status is not None and self._status.may_manage
        return tuple(command for command in self.ACTS if may_manage or command.action not in _MANAGES)

    def on_mount(self) -> None:
        """Ask how it stands."""
        self.query_one(VerticalScroll).focus()
        self._refresh("")

    def _refresh(self, words: str | None) -> None:
        self.ask(lambda vault: vault.recovery.status(), self._show)
        if words:
            self.say(words)

    def _show(self, status: RecoveryStatus) -> None:
        self._status = status
        self.query_one("#standing-words", Static).update(safe_content("\n".join(_lines(status))))
        self.query_one(KeyHints).show_hints(self.footer())
        begin, self._begin = self._begin, ""
        if begin == "sheets":
            self.action_sheets()
        elif begin == "drill":
            self.action_drill()

    # ---- sheets -------------------------------------------------------------------------------------------------

    def action_sheets(self) -> None:
        """Make sheets of the secret that lies here."""
        if self._status is not None and self._status.secret_is_here:
            self.app.push_screen(SheetsForm(), self._refresh)
        else:
            self.say("! The secret of the sheets is on paper alone: they were proven. n makes new ones.")

    def action_drill(self) -> None:
        """Ask for the sheets and prove them."""
        self.app.push_screen(SheetTyping("DRILL"), self._drill)

    def _drill(self, typed: str | None) -> None:
        if not typed:
            self.say("Nothing was proven.")
            return
        self.say("Opening what you hold with the sheets.")
        self.ask(lambda vault: vault.recovery.drill(), self._drilled)

    def _drilled(self, done: DrillDone) -> None:
        words = f"PROVEN. The sheets open what you hold{_except(done.without)}."
        if done.erased:
            words += " The secret is erased here: it is on paper alone. Older backups hold it still."
        self._refresh(f"{words} `casevault recovery drill --backup SRC` tries them with a backup alone.")

    # ---- new sheets ---------------------------------------------------------------------------------------------

    def action_new(self) -> None:
        """Ask first: the old sheets are over then."""
        question = Confirm(
            "Make new sheets in place of the old ones?",
            "The old ones open nothing new. Burn them: they still open copies and backups from before.",
            yes="Make new sheets",
            no="Keep the old",
        )
        self.app.push_screen(question, self._new)

    def _new(self, yes: bool | None) -> None:
        status = self._status
        if not yes or status is None:
            return
        if status.secret_is_here:
            self.app.push_screen(SheetsForm(renews=True), self._refresh)
        else:
            self.app.push_screen(SheetTyping("THE OLD SHEETS"), self._old_typed)

    def _old_typed(self, typed: str | None) -> None:
        if typed:
            self.app.push_screen(SheetsForm(renews=True), self._refresh)
        else:
            self.say("Nothing was changed.")

    def action_follow(self) -> None:
        """Seal anew; every member may do it for what they hold."""
        self.work_long(
            "Sealing anew what replaced sheets still open",
            lambda vault, progress, stopped: vault.recovery.follow(progress, stopped),
            self._followed,
            when_stopped="Stopped. What is done is done; f goes on with the rest.",
        )

    def _followed(self, done: SealedAnew) -> None:
        self._refresh(sealed_words(done))


def sealed_words(done: SealedAnew) -> str:
    """Say how much of what is stored goes by the new sheets."""
    words = f"{counted(done.replaced, 'key is', 'keys are')} new: replaced sheets do not open them."
    if not done.replaced:
        words = "Replaced sheets open nothing that you could seal anew."
    pending = counted(done.pending, "key waits", "keys wait")
    return f"{words} {pending} for somebody who may give them." if done.pending else words


def _except(without: int) -> str:
    return f", except {counted(without, 'case or section', 'cases and sections')} made without them" if without else ""


def _lines(status: RecoveryStatus) -> list[str]:
    half = -(-len(status.root_words) // 2)
    lines = [
        "The 13 words on the sheets of this vault",
        f"  {' '.join(status.root_words[:half])}",
        f"  {' '.join(status.root_words[half:])}",
        "",
    ]
    if status.secret_is_here:
        lines += ["! NOT PROVEN. Without sheets a lost passphrase can lose everything.",
                  "  Make sheets (s), bring them to paper, then prove them (d)."]  # fmt: skip
    elif status.drill_ms is None:
        lines.append("The secret is not on this device; no drill was done here.")
    else:
        lines.append(f"Proven. The last drill here was on {day(status.drill_ms)}.")
    lines += ["", f"The sheets open what you hold{_except(status.without)}."]
    if status.stale:
        lines.append(f"! Replaced sheets still open some of it ({counted(status.stale, 'key')}): f seals that anew.")
    return [*lines, *(("", *status.used) if status.used else ())]
