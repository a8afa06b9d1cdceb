"""Back in with recovery sheets, when no passphrase opens the vault any more: into the one here, or out of a backup."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.credentials.passphrase_forms import KINDS, NOT_THE_SAME, NOTHING_CHANGED, OWN, PassphrasePaper
from tui.screens.frame.base import Command, leave
from tui.screens.frame.form_fields import ChoiceField, FormRow, FormRows
from tui.screens.frame.form_screen import BROWSE, THIS_FOLDER, WHOLE_PATH, FormScreen, PlaceInput, whole_path
from tui.screens.frame.sheet_typing import SheetTyping
from tui.text.safe_content import safe_content
from tui.values.access_shown import BackPlan
from tui.values.exchange_shown import ResultText
from tui.widgets.fields import PassphraseInput
from vault.words.message import Message

if TYPE_CHECKING:
    from tui.gateway import GeneratedPassphrase

_ABOUT: Final = Message(
    "Two recovery sheets and the vault, or a backup of it, are enough. CaseVault checks what you name here;"
    " then you type the sheets row by row. Your old devices are revoked, except with a backup, which also brings back"
    " members who were removed and sheets that were replaced after it was made. Every member will see it."
)
_TITLE: Final = Message("Back in with recovery sheets")


class ComeBack(FormScreen):
    """Ends with the member's name once they are in again.

    Args:
        member: whose name is filled in.
    """

    NAME = _TITLE
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "go_on", Message("Check it, then type the sheets"), "F4", Message("go on")),
        BROWSE,
        leave(Message("Leave; what was typed is forgotten")),
    )

    def __init__(self, member: str) -> None:
        super().__init__()
        self._member = member
        self._new = bytearray()
        self._fitting = ""
        """What the sheets were found to open; a slip elsewhere in the form costs no second typing."""
        self._is_done = False

    @override
    def compose_middle(self) -> Iterable[Widget]:
        hint = Message("{example}; empty: the vault here", example="/media/stick/backups")
        backup = PlaceInput(new=THIS_FOLDER, placeholder=hint, id="backup")
        yield FormRows(
            FormRow(Message("Backup"), backup),
            FormRow.of_text("member", Message("Member"), value=self._member),
            FormRow(Message("Passphrase"), ChoiceField(KINDS, id="kind")),
            Vertical(
                FormRow(Message("New"), PassphraseInput(id="new", compact=True)),
                FormRow(Message("Again"), PassphraseInput(id="again", compact=True)),
                id="own",
            ),
            Static(safe_content(_ABOUT), classes="about"),
            Static("", id="result"),
        )

    def on_mount(self) -> None:
        self._show_kind()
        self.query_one("#backup").focus()

    @on(ChoiceField.Changed)
    def _show_kind(self) -> None:
        self._forget()
        own = self.query_one("#own")
        own.display = self.word("kind") == OWN
        for field in own.query(PassphraseInput):
            field.value = ""

    @override
    def commands(self) -> tuple[Command, ...]:
        return self.ACTS[2:] if self._is_done else self.ACTS

    def action_go_on(self) -> None:
        """Have what was named looked at: nobody types sixty-six words for nothing."""
        source, member = self._source(), self.text("member")
        if source is None:
            return
        if not member:
            self.refuse("member", Message("Type the member's name."))
        elif self.word("kind") != OWN or self._take_own():
            new, place = bytearray(self._new), source or None
            self.say(Message("Looking at it."))
            self.ask(
                lambda vault: vault.recovery.look_back(Path(place) if place else None, member, new), self._looked_at
            )

    def _source(self) -> str | None:
        """Return the path that was typed, empty for the vault here; None after saying what is wrong."""
        typed = self.text("backup")
        path = whole_path(typed)
        if typed and path is None:
            self.refuse("backup", WHOLE_PATH)
            return None
        return "" if path is None else str(path)

    def _take_own(self) -> bool:
        new, again = (self.query_one(name, PassphraseInput) for name in ("#new", "#again"))
        if new.value and new.value == again.value:
            self._forget()
            self._new = new.take()
            again.value = ""
        elif new.value or again.value or not self._new:
            self.warn(NOT_THE_SAME if new.value else Message("Type the new passphrase."))
            new.value = again.value = ""
            new.focus()
            return False
        return True  # taken already, at an earlier try

    def _looked_at(self, plan: BackPlan) -> None:
        self.say(plan.said)
        if not plan.opened:
            self._type_sheets()
            return
        self.confirm(
            Message("Is the old vault gone?"),
            Message(
                "This account opened it on {day}. Beside its restored copy it would no longer verify.", day=plan.opened
            ),
            self._type_sheets,
            yes=Message("It is gone"),
            no=Message("Leave"),
        )

    def _type_sheets(self) -> None:
        if self._fitting == self._where:
            self._choose_passphrase()
        else:
            self.app.push_screen(SheetTyping(_TITLE), self._typed)

    def _typed(self, word: str | None) -> None:
        if word:
            self.ask(lambda vault: vault.recovery.require_fitting(), lambda _: self._fit())
        else:
            self.say(NOTHING_CHANGED)

    def _fit(self) -> None:
        self._fitting = self._where
        self._choose_passphrase()

    def _choose_passphrase(self) -> None:
        kind = self.word("kind")
        if kind == OWN:
            self._come_back()
        else:
            self.ask(lambda vault: vault.own.propose(kind), self._show_made)

    @property
    def _where(self) -> str:
        return f"@{self.text('backup')}"

    def _show_made(self, made: GeneratedPassphrase) -> None:
        def typed_back(word: str | None) -> None:
            if word:
                self._new = bytearray(" ".join(made.words).encode())
                self._come_back()
            else:
                self.say(NOTHING_CHANGED)

        self.app.push_screen(PassphrasePaper(made), typed_back)

    def _come_back(self) -> None:
        new, self._new = self._new, bytearray()
        self.work_long(
            Message("Bringing it back"),
            lambda vault, progress, _: vault.recovery.come_back(new, progress),
            self._done,
            alone=True,
        )

    def _done(self, done: ResultText) -> None:
        self._is_done = True
        for field in self.query(FormRow):
            field.display = False
        self.query_one("#own").display = False
        self.query_one(".about").display = False
        self.write("result", *done.lines)
        self.say(
            Message("You have access again. Esc leads to the first screen, where the new passphrase opens the vault.")
        )

    @override
    def action_back(self) -> None:
        word = self.text("member") if self._is_done else ""
        self.ask(lambda vault: vault.recovery.forget(), lambda _: self.end(word))

    def on_unmount(self) -> None:
        self._forget()

    def _forget(self) -> None:
        self._new[:] = bytes(len(self._new))
        self._new = bytearray()
