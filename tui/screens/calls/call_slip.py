"""A call slip, over whatever was there: begun by one key, kept by one, and what is typed survives anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import on
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.calls.call_fields import CallFields, heard
from tui.screens.frame.base import Command, VaultScreen
from tui.screens.frame.desk import OpenCase
from tui.screens.frame.dialogs import ResultDialog
from tui.screens.frame.kept_form import LOOK_SECONDS, KeepsDraft
from tui.screens.frame.screen_words import sentence
from tui.text.calendar import long_day
from tui.text.in_words import warning
from tui.values.forms_typed import CaseLike, Reminding, SlipBegun, SlipTyped
from tui.values.shaping import do_not_call
from tui.widgets.fields import SafeInput, SafeTextArea
from tui.widgets.overlays import Cover, Neutral, ProgressModal, TooSmall
from tui.widgets.screen_lines import Head, KeyHints
from vault.acts.intake import ADD
from vault.clock import monotonic_ms
from vault.display import here, time_text
from vault.errors import VaultError
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from tui.gateway import Gateway

_REMIND_SECONDS: Final = 0.25


def begin_call(app: App[Any], tell: Callable[[Words], None]) -> None:
    """Begin a slip over the screen of this app, a bar of long work too, or say that one is open.

    `tell` says what became of it, on the screen where somebody then is.
    """
    top = app.screen
    if isinstance(top, Cover | Neutral | CallSlip):
        return
    if any(isinstance(below, CallSlip) for below in app.screen_stack):
        if isinstance(top, VaultScreen):
            top.warn(Message("A call slip is open already. Esc goes back to it."))
        return

    def said(words: str | None) -> None:
        if words:
            app.call_later(tell, words)

    slip = CallSlip(top.NAME if isinstance(top, VaultScreen) else "")
    app.push_screen(slip, said)


class CallSlip(KeepsDraft):
    """Ends with a sentence for the screen below, which stays as it was."""

    NOT_SAVED = Message("The slip is not saved.")
    SAVED_AGAIN = Message("The slip is saved again.")
    NAME = Message("Call")
    HOLDS_TYPING = True
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "finish", Message("Keep the slip"), "F4", Message("keep")),
        Command("tab", "app.focus_next", Message("Next field"), "Tab", Message("next field"), rank=3),
        Command(
            "ctrl+d",
            "again",
            Message("The same again as in the last call, in this field"),
            "Ctrl+D",
            Message("same again"),
            first=True,
            rank=4,
        ),
        Command("escape", "back", Message("Put the slip away; F9 goes on with it"), "Esc", Message("put away")),
        Command("", "discard", Message("Throw away what was typed"), ""),
    )

    def __init__(self, behind: Words = "") -> None:
        super().__init__()
        self._behind = behind
        self._slip: SlipTyped | None = None
        self._last: SlipTyped | None = None
        self._waits = False
        self._was_busy = False
        self._reminds: Timer | None = None
        self._asked = ("", "", "")
        self._reminding = Reminding()

    @override
    def compose(self) -> ComposeResult:
        with Vertical(id="call"):
            yield Head(self.NAME)
            yield from self.compose_middle()
            yield Static("", id="status")
            yield KeyHints(self.footer())
        yield TooSmall()

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield CallFields()

    def on_mount(self) -> None:
        """Stand where somebody writes what is said, and go on with what was put away."""
        self._fields.area.focus()
        self.head(_when(self.desk.now_ms()), Message("not saved yet, no field is needed"))
        self._was_busy = self._is_busy
        if self._was_busy:
            self.warn(Message("Long work goes on below. Numbers and names are compared when it has ended."))
        elif self._behind:
            self.say(Message("Behind this: {screen}; nothing there is lost.", screen=self._behind))
        now = self.desk.now_ms()
        self.ask(lambda vault: vault.intake.begin(now), self._begun, failed=self._not_begun, alone=False)
        self.set_interval(LOOK_SECONDS, self.look)

    def _begun(self, begun: SlipBegun) -> None:
        if begun.slip is None:
            self._is_over = True
            self.app.switch_screen(ResultDialog(self.NAME, [begun.refusal]))
            return
        self._slip, self._last = begun.slip, begun.last
        self.head(_when(begun.slip.begun_ms), _saved(begun.slip.saved_ms))
        typed = self._as_typed()
        if not begun.slip.is_empty:
            self.say(Message("Going on with the slip that was put away."))
        self._fields.add(begun.slip)
        if not typed.is_empty:
            self._keeper.typed()

    def _not_begun(self, error: VaultError) -> None:
        self.end(warning(sentence(error)))

    # ---- keeping what is typed ----------------------------------------------------------------------------------

    @on(SafeTextArea.Changed)
    @on(SafeInput.Changed)
    def _typed(self) -> None:
        if self.is_mounted and self._slip is not None and self._as_typed() != self._slip:
            self._keeper.typed()

    @property
    def _is_busy(self) -> bool:
        """Whether long work goes on below: nothing but drafts is written meanwhile, and nothing is looked up."""
        return any(isinstance(below, ProgressModal) and not below.is_over for below in self.app.screen_stack)

    @override
    def has_draft(self) -> bool:
        return self._slip is not None and super().has_draft()

    @override
    def look(self) -> None:
        if self._was_busy and not self._is_busy:
            self._was_busy = False
            self._remind()
            if self._waits:
                self.action_finish()
        super().look()

    @override
    def kept_ms(self) -> int:
        if self._is_over or self._slip is None or self._slip.is_empty or self._keeper.is_unsaved:
            return 0
        return self._slip.saved_ms

    @override
    def kept_words(self, time: str) -> Message:
        return Message("Your call slip is kept (saved {time}). Start it again; F9 goes on with it.", time=time)

    @override
    def take(self) -> SlipTyped:
        typed = self._as_typed()
        self._slip = replace(typed, saved_ms=self.desk.now_ms(), turn=max(typed.turn + 1, monotonic_ms()))
        return self._slip

    def _as_typed(self) -> SlipTyped:
        slip = self._slip or SlipTyped("", self.desk.now_ms())
        return self._fields.typed(slip)

    @override
    def was_saved(self, saved_ms: int) -> None:
        super().was_saved(saved_ms)
        self.head(right=_saved(saved_ms))

    @override
    def was_not_saved(self, error: VaultError) -> None:
        super().was_not_saved(error)
        self.head(right=Message("NOT SAVED"))

    # ---- whom it reminds of -------------------------------------------------------------------------------------

    @on(SafeInput.Changed)
    @on(SafeTextArea.Changed)
    def _remind_late(self) -> None:
        if self._reminds is not None:
            self._reminds.stop()
        self._reminds = self.set_timer(_REMIND_SECONDS, self._remind)

    def _remind(self) -> None:
        self._was_busy = self._is_busy
        asked = (self._fields.text_of("number"), self._fields.text_of("name"), self._fields.area.text)
        if not self._was_busy and asked != self._asked:
            self._asked = asked
            self.ask(lambda vault: vault.intake.remind(*asked), partial(self._show_reminding, asked))

    def _show_reminding(self, asked: tuple[str, str, str], found: Reminding) -> None:
        if asked == self._asked:
            if found.do_not_call:
                self.warn(do_not_call("   ".join(found.do_not_call)))
            elif self._reminding.do_not_call:
                self.say("")
            self._reminding = found
            self._fields.show_reminding(found)

    @override
    def act_begins(self) -> None:
        if not self._reminding.do_not_call:
            super().act_begins()

    @on(SafeInput.Submitted, "#number")
    def _show_by_number(self) -> None:
        self._show_case(self._reminding.by_number)

    @on(SafeInput.Submitted, "#name")
    def _show_by_name(self) -> None:
        self._show_case(self._reminding.by_name)

    @on(SafeInput.Submitted)
    def _next_field(self, event: SafeInput.Submitted) -> None:
        if event.input.id not in {"number", "name"}:
            self.app.action_focus_next()

    def _show_case(self, found: tuple[CaseLike, ...]) -> None:
        if found:
            self.post_message(OpenCase(found[0].case))
        else:
            self.app.action_focus_next()

    # ---- ending -------------------------------------------------------------------------------------------------

    def action_finish(self) -> None:
        """Keep the slip; it is durable when the sheet closes."""
        if self._is_finishing or self._slip is None:
            return
        slip = self.take()
        if slip.is_empty:
            self.warn(Message("Nothing is written yet. Esc puts the slip away."))
            return
        self._waits = self._is_busy
        if self._waits:
            self._keeper.typed()  # the words are saved at once, as a draft
            self.say(Message("The words are saved. The slip is kept as soon as the long work below has ended."))
            return
        self._is_finishing = True

        def keep(vault: Gateway) -> None:
            vault.acting.try_at_once(ADD, heard(slip))
            vault.intake.kept(slip)

        self.ask(
            keep,
            lambda _: self.end(Message("The call slip is kept. F2 lists the open ones.")),
            failed=self.not_finished,
        )

    @override
    def not_finished(self, error: VaultError) -> None:
        super().not_finished(error)
        self._fields.go_to_wrong(error)

    @override
    def action_back(self) -> None:
        if self._is_finishing:
            return
        if self._slip is None:
            self.end("")
            return
        slip = self.take()
        words: Words = "" if slip.is_empty else Message("The call slip is put away. F9 goes on with it.")
        self._keeper.begun()
        self.ask(
            lambda vault: vault.writing.forget(slip) if slip.is_empty else vault.writing.save(slip),
            lambda _: self.end(words),
            failed=self.was_not_saved,
            alone=False,
        )

    def action_again(self) -> None:
        if self._last is not None:
            self._fields.take_again(self._last)

    def action_discard(self) -> None:
        if self._slip is not None:
            told = Message("What was typed is gone for good.")
            self.ask_to_discard(self._slip, Message("Throw this call slip away?"), told)

    @property
    def _fields(self) -> CallFields:
        return self.query_one(CallFields)

    @override
    def head(self, about: Words = "", right: Words = "", *, name: Words = "") -> None:
        self._about = about or self._about
        super().head(self._about, right, name=name)

    _about: Words = ""


def _when(ms: int) -> Message:
    return Message("{time}, {day}", time=time_text(ms, "%H:%M", zone=None), day=long_day(here(ms).date()))


def _saved(ms: int) -> Message:
    if ms:
        return Message("saved {time}, nothing else is needed", time=time_text(ms, "%H:%M", zone=None))
    return Message("not saved yet, no field is needed")
