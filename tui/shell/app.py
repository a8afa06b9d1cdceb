"""The app that the child runs: which screen is shown, who works for it, and every way out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar

from textual import events, on
from textual.app import App
from textual.binding import BindingType
from textual.dom import DOMNode
from textual.screen import Screen
from typing_extensions import override

from tui.screens.credentials.unlock_screen import UnlockScreen
from tui.screens.frame.base import EVERYWHERE, VaultScreen, bindings
from tui.screens.frame.desk import Answer, OpenCase, ShowBoth, Unlocked
from tui.screens.frame.form_fields import ChoiceField, label_of
from tui.screens.frame.screen_words import clock_time
from tui.shell.looking import looks_of_account
from tui.shell.safe import EXIT_OK, EXIT_SWITCHED, SafeApp
from tui.shell.start import Start, due_line
from tui.shell.terminal_handover import TerminalLoan
from tui.text.in_words import in_words, together
from tui.values.cases_shown import CaseShown, Spot, Typed, VaultStatus, VersionsShown
from tui.widgets.overlays import IdleWarning, Neutral, ProgressModal, Sheet
from vault.clock import monotonic_ms, now_ms
from vault.durations import MINUTE_MS
from vault.errors import InternalError, VaultError
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from tui.gateway import Gateway

# From pane to pane and from field to field: F6 and F7, on every screen.

_NOT_BEFORE: Final = {"previous_pane", "call", "commands", "home", "go"}


class PanesApp(SafeApp):
    """The safe app with the keys for panes."""

    @override
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the lock screen its own F7 and F9; what leads away from it waits until the vault is open."""
        screen = self.screen
        is_left = isinstance(screen, UnlockScreen) and (
            action in _NOT_BEFORE or (action == "help" and screen.is_opening)
        )
        return not is_left and super().check_action(action, parameters)

    @override
    async def run_action(
        self, action: Any, default_namespace: DOMNode | None = None, namespaces: Mapping[str, DOMNode] | None = None
    ) -> bool:
        """Do it; what a screen said of the act before goes as the next one begins.

        Nothing is kept while a choice has letters in it that choose nothing: they would go without a word.
        """
        screen = default_namespace
        if isinstance(screen, VaultScreen) and any(act.action == action for act in screen.ACTS if "app." not in action):
            screen.act_begins()
            field = screen.focused
            if action == "finish" and isinstance(field, ChoiceField) and field.finds_nothing:
                screen.warn(
                    Message(
                        "{label}: {problem}", label=in_words(label_of(field) or "").strip(), problem=field.nothing()
                    )
                )
                return True
        return await super().run_action(action, default_namespace, namespaces)

    async def leave_help(self) -> None:
        """Take away the help that was asked for just as the vault began to open: the way in waits for nobody."""
        if isinstance(self.screen, Sheet):
            await self.pop_screen()

    def action_next_pane(self) -> None:
        self.action_focus_next()

    def action_previous_pane(self) -> None:
        self.action_focus_previous()


# What happens to what is being typed when the app ends: each screen's draft is kept, and the person is told where.
def keep_typed(screens: Iterable[VaultScreen], save: Callable[[Typed], None]) -> str:
    """Save what is typed on these screens and not kept yet; return sentences for all that is kept."""
    kept: list[str] = []
    for screen in screens:
        draft = screen.save_now()
        if draft is not None:
            save(draft)
        saved_ms = draft.saved_ms if draft is not None else screen.kept_ms()
        if saved_ms:
            kept.append(together([screen.kept_words(clock_time(saved_ms))]))
    return " ".join(kept)


def propose_sheets(app: App[Any]) -> None:
    """Show the guide where this member can make or prove recovery sheets and none are proven: once a day."""
    from tui.screens.credentials.recovery import RecoveryScreen, SheetsGuide  # noqa: PLC0415 - not at the first paint

    def guided(begin: str | None) -> None:
        if begin:
            app.push_screen(RecoveryScreen(begin))

    def answer(found: tuple[bool, bool]) -> None:
        proposes, are_made = found
        if proposes:
            app.push_screen(SheetsGuide(are_made=are_made), guided)

    if isinstance(app.screen, VaultScreen):
        app.screen.ask(lambda vault: (vault.recovery.proposes(), vault.recovery.are_made), answer)


T = TypeVar("T")

LENT_MS: Final = 15 * MINUTE_MS
"""How long a second person may read and type at this keyboard; their approval would be too old after that anyway."""
WARNED_MS: Final = 30_000
"""How long before the idle lock it is announced."""
CLOSE_SECONDS: Final = 0.8
"""How long the files of a session get to be closed; whatever is not, the next unlock mends."""


class CaseVaultApp(PanesApp):
    """Screens of one vault.

    Args:
        start: which vault, for whom.
        last_words: see `SafeApp`.
        open_gateway: makes the gateway, in a thread: it loads the library, after the first paint.
        clock_ms: the wall clock that screens show.
        idle_clock_ms: the clock that the idle lock goes by.
        looks: see `LookingApp`.
    """

    URGENT = SafeApp.URGENT | {"f12"}
    not_kept = Message("What was typed last could not be kept as a draft.")
    CSS_PATH = Path(__file__).with_name("app.tcss")
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        command
        for command in EVERYWHERE
        if command.action.removeprefix("app.") not in {"lock", "leave_at_once", "quit"}
    )

    def __init__(
        self,
        start: Start,
        last_words: Callable[[str], None] | None = None,
        *,
        open_gateway: Callable[[Path], Gateway] | None = None,
        clock_ms: Callable[[], int] = now_ms,
        idle_clock_ms: Callable[[], int] = monotonic_ms,
        begins_at_home: bool = True,
        **looks: Any,
    ) -> None:
        super().__init__(last_words=last_words, **looks)
        self._begins_at_home = begins_at_home
        self._start_with = start
        self._open_gateway = open_gateway or _open_gateway
        self._clock_ms = clock_ms
        self._idle_clock_ms = idle_clock_ms
        self._gateway: Gateway | None = None
        self._gateway_came = threading.Event()
        self._is_open = False
        self._is_locking = False
        self._touched_ms = idle_clock_ms()
        self._warning: IdleWarning | None = None
        self._loan = TerminalLoan(self)
        self.typed_last: dict[str, str] = {}
        self.export_folder = ""

    # ---- work for screens ---------------------------------------------------------------------------------------

    def now_ms(self) -> int:
        """Return the wall clock."""
        return self._clock_ms()

    def work_for(
        self,
        screen: Screen[Any],
        work: Callable[[Gateway], T],
        then: Callable[[T], object],
        failed: Callable[[VaultError], None],
        *,
        alone: bool,
    ) -> None:
        """Run the work in a thread and deliver its answer to the screen, in the app's own thread."""

        def run() -> None:
            try:
                found = self._work(work, alone)
            except VaultError as error:
                screen.post_message(Answer(partial(failed, error)))
            else:
                screen.post_message(Answer(partial(then, found)))

        self.run_worker(run, thread=True)

    def lend_terminal(self, work: Callable[[], T]) -> T:
        """Return what the work returns, done in this worker's thread while its own program has the terminal."""
        self._touched_ms = self._idle_clock_ms()
        return self._loan.run(work)

    def _work(self, work: Callable[[Gateway], T], alone: bool) -> T:
        self._gateway_came.wait()
        gateway = self._gateway
        if gateway is None or self._ending:
            raise InternalError(Message("the app is ending"))
        if not alone:
            return work(gateway)
        with gateway.turn:
            return work(gateway)

    def on_mount(self) -> None:
        """Ask for the passphrase, and load the library behind the question."""
        start = self._start_with
        self.push_screen(UnlockScreen(start.vault_path.name, start.member, comes_back=start.comes_back, due=start.due))
        self.set_interval(1, self._look_whether_idle)
        self.call_after_refresh(self.run_worker, self._load, thread=True)

    def _load(self) -> None:
        try:
            self._gateway = self._open_gateway(self._start_with.vault_path)
            self._gateway.hide_names(self.settings.hides_names)
        finally:
            self._gateway_came.set()

    # ---- from screen to screen ----------------------------------------------------------------------------------

    @on(Unlocked)
    async def _unlocked(self) -> None:
        self._is_open = True
        await self.leave_help()
        if isinstance(screen := self.screen, UnlockScreen):
            screen.ask(
                lambda vault: (
                    vault.writing.take_spot(),
                    (vault.status(), vault.finding.sorts, vault.casework.reasons),
                ),
                self._show_list,
            )

    def _show_list(self, found: tuple[Spot | None, tuple[VaultStatus, tuple[str, ...], tuple[str, ...]]]) -> None:
        from tui.screens.cases.case_list import CaseList  # noqa: PLC0415 - not needed for the first paint

        spot, known = found
        if not isinstance(self.screen, UnlockScreen):
            return  # F12 emptied it: any key locks
        self.switch_screen(cases := CaseList(*known))
        if spot is not None:
            self.call_later(cases.go_on, spot)
            return
        if self._begins_at_home:
            self._show_home()
        self.call_later(propose_sheets, self)

    @on(OpenCase)
    def _open_case(self, wish: OpenCase) -> None:
        screen = self.screen
        if isinstance(screen, VaultScreen):
            screen.ask(lambda vault: vault.casework.open(wish.case, wish.why), lambda case: self._show_case(case, wish))

    def _show_case(self, case: CaseShown, wish: OpenCase) -> None:
        from tui.screens.cases.case import CaseScreen  # noqa: PLC0415 - not needed for the first paint

        self.push_screen(CaseScreen(case, wish))

    @on(ShowBoth)
    def _show_both(self, wish: ShowBoth) -> None:
        from tui.screens.cases.versions_screen import TwoVersions  # noqa: PLC0415 - not needed for the first paint

        def show(found: VersionsShown) -> None:
            self.push_screen(TwoVersions(wish.ref, found, wish.more), wish.then)

        if isinstance(self.screen, VaultScreen):
            self.screen.ask(lambda vault: vault.story.two_versions(wish.case, wish.record, wish.kind, wish.why), show)

    async def action_home(self) -> None:
        """Go back to the list, unless that would lose what somebody typed."""
        if not self._is_open or not isinstance(self.screen, VaultScreen):
            return
        above = self.screen_stack[2:]
        if any(isinstance(screen, VaultScreen) and screen.holds_typing for screen in above):
            self.screen.warn(Message("Finish this or leave it with Esc first."))
            return
        for _ in above:
            await self.pop_screen()
        if self._begins_at_home:
            self._show_home()

    def _show_home(self) -> None:
        from tui.screens.cases.home import HomeScreen  # noqa: PLC0415 - not needed for the first paint

        self.push_screen(HomeScreen())

    def action_go(self, place: str) -> None:
        """Go to a screen that stands on its own, such as the search, or to the form of an act."""
        from tui.screens.frame.act_form import ActForm  # noqa: PLC0415 - not needed for the first paint
        from tui.screens.routes import PLACES  # noqa: PLC0415 - not needed for the first paint

        there, here = PLACES[place], self.screen
        if not (self._is_open and isinstance(here, VaultScreen)):
            return
        if isinstance(there, type):
            if not isinstance(here, there):
                self.push_screen(there())
        elif here.help_name != there.title:
            self.push_screen(ActForm(there, {}, ""), lambda words: self.tell(words or ""))

    def action_call(self) -> None:
        """Begin a call slip over whatever is there; nothing below is lost."""
        from tui.screens.calls.call_slip import begin_call  # noqa: PLC0415 - not needed for the first paint

        if self._is_open:
            begin_call(self, self.tell)

    def action_help(self) -> None:
        from tui.screens.frame.helping import Help  # noqa: PLC0415 - not needed for the first paint

        if isinstance(screen := self.screen, VaultScreen):
            everywhere = EVERYWHERE if self._is_open else EVERYWHERE[-3:]
            self.push_screen(Help(screen.help_name, screen.commands(), everywhere))

    def action_commands(self) -> None:
        """Show the commands of this screen, and all acts, by name."""
        from tui.screens.frame.helping import CommandList  # noqa: PLC0415 - not needed for the first paint
        from tui.screens.routes import acts_by_name  # noqa: PLC0415 - not needed for the first paint

        screen = self.screen
        if self._is_open and isinstance(screen, VaultScreen):
            commands = [*screen.commands(), *EVERYWHERE]
            chosen = partial(self._run_chosen, screen)
            self.push_screen(CommandList([*commands, *acts_by_name(commands)]), chosen)

    def action_act(self, name: str) -> None:
        from tui.screens.routes import open_act  # noqa: PLC0415 - not needed for the first paint

        if self._is_open and isinstance(screen := self.screen, VaultScreen):
            open_act(screen, name)

    async def _run_chosen(self, screen: VaultScreen, action: str | None) -> None:
        if action:
            await self.run_action(action, screen)

    @override
    def tell(self, words: Words) -> None:
        screen = self.screen
        if isinstance(screen, VaultScreen):
            screen.call_later(screen.say_unless_warned, words)  # it may not be built yet
        else:
            super().tell(words)

    # ---- ending, and being left alone ---------------------------------------------------------------------------

    @override
    def lock(self) -> None:
        self._is_locking = True
        super().lock()

    @override
    def before_end(self) -> None:
        """Save what is being typed, and let whoever waits go. The files are closed behind it (`close_vault`)."""
        self._gateway_came.set()
        if self._gateway is None or not self._is_open:
            return
        screens = [screen for screen in self._screen_stack if isinstance(screen, VaultScreen) and screen.is_mounted]
        self.kept = keep_typed(screens, self._gateway.writing.save)
        spots = [spot for screen in screens if (spot := screen.spot())]
        if self._is_locking:
            if spots:
                self._gateway.writing.keep_spot(spots[-1])
            if self._last_words is not None:
                self._last_words(due_line(self._gateway.times_due(self.now_ms() // 1000)))

    def close_vault(self) -> None:
        """Close the files of the session, or give up after `CLOSE_SECONDS`."""
        gateway = self._gateway
        if gateway is None:
            return

        def close() -> None:
            with suppress(VaultError):  # What was acknowledged is safe; nobody is here to hear of the rest.
                gateway.close()

        closing = threading.Thread(target=close, daemon=True)
        closing.start()
        closing.join(CLOSE_SECONDS)

    def action_switch_member(self) -> None:
        """End this session as a lock does; the next one asks for a name, and knows nothing of this one."""
        if self._is_open:
            self.end(EXIT_SWITCHED)

    def action_neutral(self) -> None:
        """Empty the screen at once; the second time, leave."""
        if isinstance(self.screen, Neutral):
            self.action_leave_at_once()
        else:
            self.push_screen(Neutral())

    @override
    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.MouseDown | events.Paste) and not event.is_forwarded:
            self._touched_ms = self._idle_clock_ms()
            if not (isinstance(event, events.Key) and event.key in self.URGENT) and self._swallows():
                return
        await super().on_event(event)

    def _swallows(self) -> bool:
        """Say whether what was pressed is used up: it ends the warning, or asks for the passphrase again."""
        if self._warning is not None:
            warning, self._warning = self._warning, None
            warning.dismiss(None)
            return True
        if isinstance(self.screen, Neutral):
            self.lock()
            return True
        return False

    def _look_whether_idle(self) -> None:
        if not self._is_open or self._ending:
            return
        is_lent = self._loan.is_out
        is_busy = any(isinstance(screen, ProgressModal) and not screen.is_over for screen in self._screen_stack)
        if is_busy and not is_lent:
            self._touched_ms = self._idle_clock_ms()  # A long act is no idleness; its screen shows no case.
        left_ms = self._touched_ms + (LENT_MS if is_lent else self.settings.idle_ms) - self._idle_clock_ms()
        if left_ms <= 0:
            self.lock()
        elif left_ms <= WARNED_MS and not is_lent and not isinstance(self.screen, Neutral):
            if self._warning is None:
                self._warning = IdleWarning()
                self.push_screen(self._warning)
            self._warning.call_later(self._warning.show_left, -(-left_ms // 1000))


def _open_gateway(path: Path) -> Gateway:
    from tui.gateway import Gateway  # noqa: PLC0415 - it loads the whole library, behind the first paint

    return Gateway(path)


def run(start: Start, last_words: Callable[[str], None] | None = None) -> int:
    """Run the app on this terminal and return the exit code for the launcher."""
    app = CaseVaultApp(start, last_words, **looks_of_account())
    app.run(mouse=app.settings.has_mouse)
    app.close_vault()
    return EXIT_OK if app.return_code is None else app.return_code
