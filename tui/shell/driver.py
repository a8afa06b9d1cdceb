"""The terminal driver: nothing but plain output leaves, and nothing stays behind on screen or in scrollback."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import termios
from codecs import utf_8_decode
from collections.abc import Callable
from functools import partial
from queue import Full
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from typing_extensions import override

from tui.shell.terminal_reset import CLEAR, CLICKS, is_in_front, without_strings

if TYPE_CHECKING:
    from textual.message import Message


# What a terminal sends, as text: a byte that is no UTF-8 costs one letter, and never the session.
class TerminalText:
    """Decodes as it comes; half a letter waits for its other half."""

    def __init__(self) -> None:
        self._rest = b""

    def decode(self, untrusted: bytes) -> tuple[str, bool]:
        """Return the text so far, and whether some of it was no UTF-8 and is replaced by U+FFFD."""
        waiting = self._rest + untrusted
        try:
            text, used = utf_8_decode(waiting, "strict", False)
        except UnicodeDecodeError:
            text, used = utf_8_decode(waiting, "replace", False)
            is_foreign = True
        else:
            is_foreign = False
        self._rest = waiting[used:]
        return text, is_foreign


STALL_SECONDS: Final = 20.0
"""How long a terminal may take nothing (a dead line) before the app locks: no idle lock could fire while it waits."""

_LOOK_SECONDS: Final = 0.1
"""How soon the reading thread sees that it is to end."""
_READ_BYTES: Final = 4096


class Lockable(Protocol):
    """The app, as far as the driver knows it."""

    def lock(self) -> None:
        """Blank the screen and end the process that holds the keys."""

    def end(self, code: int) -> None:
        """Save, blank the screen and end the process."""

    def end_stalled(self) -> None:
        """End the process from within a write that the terminal does not take."""

    def stop_on_fault(self, error: BaseException) -> None:
        """Save, and end the process with words about the fault."""

    def tell_not_utf8(self) -> None:
        """Say what is wrong with what the terminal sends."""


class SafeDriver(LinuxDriver):
    """Textual's driver for Linux and macOS, with the doors closed that it leaves open."""

    @override
    def write(self, data: str) -> None:
        """Send output without OSC, DCS and their kin; lock when the terminal takes nothing for `STALL_SECONDS`."""
        writer = self._writer_thread
        if writer is None:
            return
        try:
            writer._queue.put(without_strings(data), timeout=STALL_SECONDS)  # noqa: SLF001 - its write waits for ever
        except Full:
            self._lockable.end_stalled()

    def blank_now(self) -> None:
        """Wipe screen and scrollback, as the next thing that the terminal receives. Never waits."""
        writer = self._writer_thread
        if writer is None:
            self._wipe()
            return
        try:
            writer._queue.put_nowait(CLEAR)  # noqa: SLF001 - its write waits for ever
        except Full:
            return  # A line that takes nothing shows nothing new either; the launcher wipes afterwards.

    @override
    def disable_input(self) -> None:
        """Stop listening at once. Textual waits up to 0.2 s for its reading thread; here the process ends anyway."""
        if self.exit_event.is_set():
            return
        signal.signal(signal.SIGWINCH, signal.SIG_DFL)
        self._disable_mouse_support()
        self.exit_event.set()
        with contextlib.suppress(termios.error):
            termios.tcflush(self.fileno, termios.TCIFLUSH)

    @override
    def run_input_thread(self) -> None:
        """Read keys until the app ends, whatever bytes come. That some are no UTF-8 is told once."""
        parser, text = XTermParser(self._debug), TerminalText()
        has_told = False
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(_LOOK_SECONDS):
                    typed, is_foreign = text.decode(os.read(self.fileno, _READ_BYTES))
                    if is_foreign and not has_told:
                        has_told = True
                        self._call_app(self._lockable.tell_not_utf8)
                    if typed:  # to the parser no text is the end of all
                        for event in parser.feed(typed):
                            self.process_message(event)
                for event in parser.tick():
                    self.process_message(event)

    @override
    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except OSError:  # no terminal is there any more
            self._call_app(partial(self._lockable.end, 128 + signal.SIGHUP))
        except Exception as error:  # with its place, which Textual does not pass on
            self._call_app(partial(self._lockable.stop_on_fault, error))

    @override
    def process_message(self, message: Message) -> None:
        if not self.exit_event.is_set():  # What is still typed afterwards has no app to go to.
            super().process_message(message)

    @override
    def stop_application_mode(self) -> None:
        """Give the terminal back wiped on both sides of the alternate screen, which some terminals do not have."""
        self.write(CLEAR)
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # it would stop this process, keys and all, behind a shell
        if not is_in_front(self.fileno):
            self.attrs_before = None
        super().stop_application_mode()
        self.write(CLEAR)

    def lend(self) -> None:
        """Leave the terminal, wiped and in line mode, to another program: nothing is read or written until `take_back`.

        The reading thread has ended when this returns: not one key meant for the other program can come here.
        """
        self.stop_application_mode()
        if self._key_thread is not None:
            self._key_thread.join()
        with contextlib.suppress(termios.error):
            termios.tcflush(self.fileno, termios.TCIFLUSH)
        self.exit_event.clear()
        self.close()
        self._writer_thread = None

    def take_back(self) -> None:
        """Wipe what the other program left on the terminal and go on."""
        with contextlib.suppress(termios.error):
            termios.tcflush(self.fileno, termios.TCIFLUSH)
        self._wipe()
        self.start_application_mode()  # type: ignore[no-untyped-call]  # Textual's

    def _wipe(self) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.write(CLEAR)
                self._file.flush()

    @override
    def _enable_mouse_support(self) -> None:
        """Ask for clicks and the wheel alone: a mouse that moves sends no byte."""
        if self._mouse:
            self.write(CLICKS)
            self.flush()

    # Being stopped from outside (SIGTSTP) and coming back (SIGCONT, also after SIGSTOP) both lock: the case must not
    # stay on a screen that nobody answers for.
    @override
    def _sigtstp_application(self, *_: Any) -> None:
        self._call_app(self._lockable.lock)

    @override
    def _sigcont_application(self, *_: Any) -> None:
        self._call_app(self._lockable.lock)

    @property
    def _lockable(self) -> Lockable:
        return cast("Lockable", self._app)

    def _call_app(self, act: Callable[[], None]) -> None:
        self._loop.call_soon_threadsafe(act)
