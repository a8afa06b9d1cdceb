"""The base of the app: stock Textual with every door closed through which a case could leave or a note could act."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final, NoReturn

from rich.text import Text
from textual import constants, events
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.css.query import NoMatches
from textual.widget import MountError
from textual.worker import WorkerFailed
from typing_extensions import override

from tui.shell.key_order import KeyOrder
from tui.shell.looking import LookingApp
from tui.shell.quiet_process import describe_fault
from tui.text.in_words import in_words, warning
from tui.text.safe_content import HOSTILE_FILTER
from tui.text.safe_text import safe_paste, safe_text
from tui.widgets.overlays import Cover
from tui.widgets.screen_lines import with_layouts
from vault.errors import InternalError, RefusedError
from vault.platform import NOT_UTF8
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from textual.driver import Driver
    from textual.filter import LineFilter
    from textual.notifications import SeverityLevel
    from textual.screen import Screen

EXIT_OK: Final = 0
EXIT_FAULT: Final = 70
EXIT_LOCKED: Final = 75
"""Tells the launcher to start a fresh child that asks for the passphrase. Never leaves the launcher."""
EXIT_SWITCHED: Final = 76
"""The same, and nobody's name is filled in there."""

GRACE_SECONDS: Final = 1.0
"""How long an orderly end may take once the draft is safe. Threads that still work then are cut off, keys and all."""

_SWITCHES_OFF: Final = {
    "DEBUG": False,
    "DRIVER": None,
    "LOG_FILE": None,
    "SCREENSHOT_DELAY": -1,
    "PRESS": "",
    "FILTERS": "",
    "SHOW_RETURN": False,
}


class SafeApp(LookingApp):
    """Textual's app without its leaks. Subclass it; override `before_end`, and nothing that stands here.

    Args:
        last_words: receives one line about a fault, for the launcher to show. Without it the line goes to stderr.
        looks: see `LookingApp`.
    """

    ENABLE_COMMAND_PALETTE: ClassVar[bool] = False
    ALLOW_SELECT: ClassVar[bool] = False
    TITLE = ""
    CSS = """
    Screen { background: $bg; color: $fg; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(with_layouts("ctrl+l"), "lock", "Lock", priority=True, id="app.lock"),
        Binding("ctrl+backslash", "leave_at_once", "Leave at once", show=False, priority=True, id="app.leave"),
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True, id="app.quit"),
        Binding("ctrl+z", "help_quit", "How to quit", show=False),
    ]

    kept: Words = ""
    """A sentence for whoever sees the app stop: where what they typed is. `before_end` sets it once it is kept."""
    not_kept: Words = ""
    """The same, for where `before_end` fails."""

    URGENT: ClassVar[frozenset[str]] = frozenset({*with_layouts("ctrl+l").split(","), "ctrl+backslash", "ctrl+q"})
    """Keys that wait for no other."""

    def __init__(self, *, last_words: Callable[[str], None] | None = None, **looks: Any) -> None:
        os.environ.pop("TEXTUAL", None)
        for name, off in _SWITCHES_OFF.items():
            if getattr(constants, name) != off:
                raise InternalError(
                    Message("Textual was imported before its switches were taken away: {name} is set", name=name)
                )
        super().__init__(**looks)
        self.features = frozenset()
        self.animation_level = "none"
        self._last_words = last_words
        self._words: list[str] = []
        self._ending = False
        self._key_order = KeyOrder(self, super().on_event)

    # ---- ending -------------------------------------------------------------------------------------------------

    @property
    def is_ending(self) -> bool:
        return self._ending

    def before_end(self) -> None:
        """Save the draft and drop the keys; called once, on every way out. Must have happened when it returns."""

    def lock(self) -> None:
        """Blank the screen at once and end this process; the launcher starts one that holds no key."""
        self.end(EXIT_LOCKED)

    def end(self, code: int) -> None:
        """Blank the screen, run `before_end`, and end the process with this exit code within `GRACE_SECONDS`."""
        if self._ending:
            return
        self.blank()
        self._run_before_end()
        if not self.is_headless:
            cut_off = threading.Timer(GRACE_SECONDS, os._exit, (code,))
            cut_off.daemon = True
            cut_off.start()
        self.exit(return_code=code)

    def end_stalled(self) -> NoReturn:
        """End now, from within a write that the terminal does not take."""
        self._run_before_end()
        os._exit(EXIT_LOCKED)

    def blank(self) -> None:
        """Wipe screen and scrollback and paint nothing more."""
        self._begin_batch()
        blank_now = getattr(self._driver, "blank_now", None)
        if blank_now is not None:
            blank_now()

    def _run_before_end(self) -> None:
        if self._ending:
            return
        self._ending = True
        try:
            self.before_end()
        except Exception as error:
            # Whatever failed there, the process must still end.
            self._say(describe_fault(error, kept=self.not_kept))

    def action_lock(self) -> None:
        self.lock()

    def action_leave_at_once(self) -> None:
        """End in a bare shell: the draft is saved, nothing is destroyed, nothing stays on screen."""
        self.end(EXIT_OK)

    @override
    async def action_quit(self) -> None:
        self.end(EXIT_OK)

    @override
    def _build_driver(self, headless: bool, inline: bool, mouse: bool, size: tuple[int, int] | None) -> Driver:
        if inline:
            raise RefusedError(Message("inline mode prints into the scrollback"))
        if not headless:
            loop = asyncio.get_running_loop()
            loop.set_exception_handler(self._on_loop_fault)
            for number in (signal.SIGTERM, signal.SIGHUP):
                loop.add_signal_handler(number, self.end, 128 + number)
        return super()._build_driver(headless, inline, mouse, size)

    @override
    def get_driver_class(self) -> type[Driver]:
        if sys.platform == "win32":
            return super().get_driver_class()
        from tui.shell.driver import SafeDriver  # noqa: PLC0415 - needs termios

        return SafeDriver

    @override
    def suspend(self) -> NoReturn:
        """Refused: an outside editor would need a plaintext file and the terminal (`terminal_handover` is ours)."""
        raise RefusedError(Message("the app does not hand its terminal to another program"))

    @override
    def action_suspend_process(self) -> None:
        self.lock()

    # ---- faults -------------------------------------------------------------------------------------------------

    @override
    def _handle_exception(self, error: Exception) -> None:
        if isinstance(error, NoMatches | MountError) and (self._exit or not self._running):
            return  # Textual gives no parts to a screen that is built while the app ends: nothing is wrong with it
        self.stop_on_fault(error.error if isinstance(error, WorkerFailed) else error)

    @override
    def _fatal_error(self) -> None:
        self.stop_on_fault(sys.exc_info()[1] or RuntimeError())

    @override
    def panic(self, *renderables: Any) -> None:
        self.stop_on_fault(sys.exc_info()[1] or RuntimeError())

    def stop_on_fault(self, error: BaseException) -> None:
        """Save, and end with words about the fault that hold nothing of what it holds."""
        if self._exception is None and isinstance(error, Exception):
            self._exception = error  # For Pilot, which raises it again in the test.
            self._exception_event.set()
        self._return_code = EXIT_FAULT
        self._run_before_end()
        self._say(describe_fault(error, kept=self.kept))
        self._close_messages_no_wait()

    def _on_loop_fault(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if error is not None:
            self._say(describe_fault(error))

    def _say(self, words: str) -> None:
        self._words.append(words)
        if self._last_words is not None:
            self._last_words(words)

    @override
    def _print_error_renderables(self) -> None:
        self._exit_renderables.clear()
        if self._last_words is None:
            for words in self._words:
                self.error_console.print(Text(words))

    # ---- what leaves: pictures, files, links, clipboard, prints ------------------------------------------------

    @override
    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        return ()

    @override
    def action_screenshot(self, filename: str | None = None, path: str | None = None) -> None:
        """Nothing: a picture of the screen is a case in plaintext."""

    @override
    def export_screenshot(self, *, title: str | None = None, simplify: bool = False) -> NoReturn:
        """Refused, and with it saving and delivering, which both begin here."""
        raise RefusedError(Message("no pictures of the screen are made"))

    @override
    def _deliver_binary(self, binary: Any, **_options: Any) -> NoReturn:
        raise RefusedError(Message("files leave through an export only"))

    @override
    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        """Nothing: opening a link tells a stranger that somebody reads it."""

    @override
    def copy_to_clipboard(self, text: str) -> None:
        """Keep the text for pasting inside this app. The clipboard of the desktop is never told."""
        self._clipboard = text

    @override
    def begin_capture_print(self, target: Any, stdout: bool = True, stderr: bool = True) -> None:
        """Nothing: what a library prints is shown by no widget, so it goes nowhere."""

    @override
    def _set_pointer_shape(self, shape: str) -> None:
        """Nothing: pointer shapes travel in OSC sequences, of which this app sends none."""

    # ---- what comes in: stored text, pastes, action links ------------------------------------------------------

    @override
    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), HOSTILE_FILTER]

    @override
    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Show a short message; its text is never read as markup."""
        super().notify(safe_text(message), title=safe_text(title), severity=severity, timeout=timeout, markup=False)

    @override
    async def _broker_event(self, event_name: str, event: events.Event, default_namespace: Any) -> bool:
        """Say that no action hides in the text under the mouse: `[@click=...]` in a note must not run."""
        return False

    @override
    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Paste) and not event.is_forwarded:
            event.text = safe_paste(event.text)
        is_urgent = isinstance(event, events.Key) and event.key in self.URGENT
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded and not is_urgent:
            await self._key_order.take(event)
        else:
            await super().on_event(event)

    def tell_not_utf8(self) -> None:
        """Say once what is wrong with what the terminal sends; what came stands there as U+FFFD."""
        self.tell(warning(NOT_UTF8))

    @override
    def action_help_quit(self) -> None:
        """Say how to leave: Ctrl+C and Ctrl+Z are habits, and no wish to lose anything."""
        self.tell(Message("Ctrl+Q quits; nothing was lost."))

    def tell(self, words: Words) -> None:
        """Say something about the program itself, where the person looks."""
        self.notify(in_words(words))

    # ---- what is seen ------------------------------------------------------------------------------------------

    def cover(self) -> None:
        """Hide everything behind an empty screen, within one frame, until `uncover`."""
        if self._screen_stack and not isinstance(self.screen, Cover):
            self.push_screen(Cover())

    def uncover(self) -> None:
        """Take the cover away, if it is on top."""
        if self._screen_stack and isinstance(self.screen, Cover):
            self.pop_screen()

    def on_app_blur(self) -> None:
        """Cover when the window goes to the back and the person asked for that."""
        if self.cover_on_focus_loss:
            self.cover()

    def on_app_focus(self) -> None:
        """Show again when the window comes to the front."""
        if self.cover_on_focus_loss:
            self.uncover()
