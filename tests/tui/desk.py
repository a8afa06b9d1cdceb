"""Somebody at the app over a real vault: keys go in, words come out; between two acts of a test the app stands still.

with Desk(place) as mira:
    mira.unlock()
    mira.press(":members", "a", " /media/stick/request", "f4")
    mira.sees("It must show these words:")
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from rich.cells import cell_len
from textual.message import Message
from textual.pilot import Pilot
from textual.screen import Screen
from typing_extensions import override

from tests.services.approvals.keyboard import Person
from tests.services.founded import MEMBER, PASSPHRASE, Place
from tests.tui.driving import painted, shown
from tests.tui.still import press, read_on, settled, type_in
from tui.gateway import Gateway
from tui.shell.app import CaseVaultApp
from tui.shell.safe import SafeApp
from tui.shell.start import Start
from tui.widgets.overlays import Confirm, ProgressModal

T = TypeVar("T")
A = TypeVar("A", bound=SafeApp)

_PATIENCE_S = 20.0
_WITH_THE_LIST = 2
"""How many screens there are when nothing lies over the list of cases: Textual has one of its own below."""


class Driver(Generic[A]):
    """Drives an app that stands still between two acts.

    Args:
        app: the app.
        size: columns and rows.
    """

    def __init__(self, app: A, size: tuple[int, int] = (80, 24)) -> None:
        self.app = app
        self._runner = asyncio.Runner()
        self._running: AbstractAsyncContextManager[Pilot[Any]] = app.run_test(size=size)
        self._pilot: Pilot[Any] | None = None

    def __enter__(self) -> Self:
        """Start the app; its first screen asks for the passphrase."""
        self._pilot = self._run(self._running.__aenter__())
        self._run(settled(self.pilot))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End the app and close its vault."""
        self.app._ending = True  # or a long act would hold up the end of a test that failed
        try:
            self._run(self._running.__aexit__(None, None, None))
        finally:
            if isinstance(self.app, CaseVaultApp):
                self.app.close_vault()
            self._runner.close()

    @property
    def pilot(self) -> Pilot[Any]:
        """What drives the app."""
        assert self._pilot is not None
        return self._pilot

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def _in_app(self, look: Callable[[], T]) -> T:
        async def do() -> T:
            return look()

        return self._run(do())

    def press(self, *keys: str) -> Self:
        """Press these one after the other, and let each take effect.

        `:words` chooses a command by its name; ` words` are pasted into the field that has the focus.
        """
        for key in keys:
            if key.startswith(" ") and len(key) > 1:
                self._run(type_in(self.pilot, key[1:]))
            else:
                self._run(press(self.pilot, key))
        return self

    def type_at_once(self, text: str, *keys: str) -> Self:
        """Type a text and then these keys, each before the one before took effect."""

        async def type_on() -> None:
            await self.pilot.press(*text, *keys)
            await settled(self.pilot)

        self._run(type_on())
        return self

    def home(self) -> Self:
        """Leave whatever is open, without keeping anything, for the list of cases."""
        for _ in range(10):
            if len(self.app.screen_stack) == _WITH_THE_LIST and not self.screen.query_one("#filter").display:
                return self
            asked = isinstance(self.screen, Confirm)
            self.press("escape")
            if isinstance(self.screen, Confirm) and not asked:
                self.press("y")  # what was typed is lost
        return self

    def press_and_wait(self, key: str, words: str) -> Self:
        """Press a key that begins something long, and wait until the screen says this."""
        self._run(self.pilot.press(key))
        self.wait_for(words)
        return self

    def names(self, last: str) -> Self:
        """Go on with an export as far as the question for whom it is, and answer it but for Enter."""
        return self.press("f4").sees("Type the last word of the recipient's name").press(f" {last}")

    def export(self, words: str, *, to: str = "") -> None:
        """Make the pages of an export, read them, say yes, and wait until the screen says this.

        `to` is the last word of its recipient's name, where nobody typed it yet.
        """
        if to:
            self.names(to)
        self.press_and_wait("enter" if to else "f4", "read back from the finished file")
        self.read_on()
        self.press_and_wait("f4", words)

    def hide(self, form: str, words: str) -> Self:
        """Hide another word of pages that are read, as a name, and wait until the pages made anew say this."""
        self.press_and_wait("h", "Which word")
        self._run(self.pilot.press(*form, "enter"))
        self.wait_for("What is it?")
        return self.press_and_wait("enter", words)

    def press_and_stop(self, key: str) -> Self:
        """Press a key that begins something long, and cancel it as soon as its bar comes up."""

        async def stop() -> None:
            pressing = asyncio.ensure_future(self.pilot.press(key))
            while not isinstance(self.screen, ProgressModal):
                await asyncio.sleep(0)
            self.screen.action_cancel()
            await pressing
            await settled(self.pilot)

        self._run(asyncio.wait_for(stop(), _PATIENCE_S))
        return self

    def wait_for(self, words: str) -> Self:
        """Wait until the screen says this, though a worker still works."""
        for _ in range(int(_PATIENCE_S / 0.02)):
            if self._says(words):
                self._run(self.pilot.pause(0.05))  # so that all of what came with them is painted
                return self
            self._run(self.pilot.pause(0.02))
        raise AssertionError(f"{words!r} did not come: {self.words()}")

    def fill(self, **fields: str) -> Self:
        """Put texts into fields of this screen, by their names."""
        for name, text in fields.items():
            self.go_to(name)
            self.press(f" {text}")
        return self

    def go_to(self, name: str) -> Self:
        """Give the focus to a field."""

        async def focus() -> None:
            self.screen.query(f"#{name}, #{name.replace('_', '-')}").first().focus()
            await self.pilot.pause()

        self._run(focus())
        return self

    def clear(self, name: str) -> Self:
        """Take all out of a field, as somebody does who types it anew."""
        self.go_to(name)
        self.press("end", "ctrl+u")
        return self

    def read_on(self) -> Self:
        """Read a text page by page to its end."""
        self._run(read_on(self.pilot))
        return self

    def until(self, words: str, key: str) -> Self:
        """Press the key until the screen says this: to a row of a list, or to a choice."""
        for _ in range(60):
            if self._says(words):
                return self
            self.press(key)
        raise AssertionError(f"{words!r} did not come: {self.words()}")

    def click(self, words: str) -> Self:
        """Click on words that stand on the screen."""
        for row, line in enumerate(self.lines().splitlines()):
            if words in line:
                at = (cell_len(line[: line.index(words)]), row)
                self._run(self.pilot.click(offset=at))
                self._run(settled(self.pilot))
                return self
        raise AssertionError(f"{words!r} is not on the screen: {self.words()}")

    def send(self, *sent: Message) -> Self:
        """Let events reach the app in one write, so that the next comes before the one before took effect."""

        async def post() -> None:
            for event in sent:
                self.app.post_message(event)
            await settled(self.pilot)

        self._run(post())
        return self

    def pause(self, seconds: float) -> Self:
        """Let time pass, as somebody does who looks away."""

        async def pass_by() -> None:
            await self.pilot.pause(seconds)
            await settled(self.pilot)

        self._run(pass_by())
        return self

    def resize(self, columns: int, rows: int) -> Self:
        """Make the window larger or smaller."""

        async def turn() -> None:
            await self.pilot.resize_terminal(columns, rows)
            await settled(self.pilot)

        self._run(turn())
        return self

    def call(self, work: Callable[[], object]) -> Self:
        """Call something in the app's own thread, and let it take effect."""

        async def do() -> None:
            work()
            await settled(self.pilot)

        self._run(do())
        return self

    def while_built(
        self, kind: type[Screen[Any]], begin: Callable[[], object], meanwhile: Callable[[], object]
    ) -> None:
        """Do something while a screen of this kind, which `begin` brings, still waits to be built."""

        async def do() -> None:
            is_begun, may_go_on = asyncio.Event(), asyncio.Event()
            compose = kind._compose

            async def compose_late(screen: Screen[Any]) -> None:
                is_begun.set()
                await may_go_on.wait()
                await compose(screen)

            setattr(kind, "_compose", compose_late)  # noqa: B010 - its own, not of Widget
            try:
                begin()
                await asyncio.wait_for(is_begun.wait(), _PATIENCE_S)
                meanwhile()
                await asyncio.sleep(0.02)
            finally:
                may_go_on.set()
                del kind._compose
            await settled(self.pilot)

        self._run(do())

    @property
    def screen(self) -> Screen[Any]:
        """What is on top."""
        return self.app.screen

    def lines(self) -> str:
        """Return the text of the screen, one line per row."""
        return self._in_app(lambda: shown(self.app))

    def words(self) -> str:
        """Return the words on the screen, without the frames around them and however they are broken into lines."""
        return " ".join(self.lines().replace("│", " ").split())

    def painted(self) -> str:
        """Return all that the app would send to paint its screen now."""
        return self._in_app(lambda: painted(self.app))

    def value(self, name: str) -> str:
        """Return what stands in a field."""
        field: Any = self.screen.query_one(f"#{name.replace('_', '-')}")
        return str(field.value if hasattr(field, "value") else field.text)

    def focused(self) -> str:
        """Return the name of the field that has the focus."""
        return "" if self.app.focused is None else (self.app.focused.id or "")

    def sees(self, *words: str) -> Self:
        """Assert that the screen says all of these, wherever it breaks a line."""
        missing = [said for said in words if not self._says(said)]
        assert not missing, f"{missing} not in: {self.words()}"
        return self

    def sees_not(self, *words: str) -> Self:
        """Assert that the screen says none of these."""
        found = [said for said in words if self._says(said)]
        assert not found, f"{found} in: {self.words()}"
        return self

    def at(self, head: str) -> Self:
        """Assert which screen this is, by its first line, in capitals or not."""
        first = " ".join(self.lines().splitlines()[0].split())
        assert first.casefold().startswith(head.casefold()), first
        return self

    def has(self, **fields: str) -> Self:
        """Assert what stands in fields of this screen, by their names."""
        assert {name: self.value(name) for name in fields} == fields
        return self

    def is_in(self, name: str) -> Self:
        """Assert which field has the focus."""
        assert self.focused() == name
        return self

    def _says(self, words: str) -> bool:
        return "".join(words.split()) in "".join(self.words().split())


class Desk(Driver[CaseVaultApp]):
    """Somebody at the app of a vault.

    Args:
        place: the vault, and the account's state.
        member: who sits here; None where the app asks for the name.
        passphrase: what lets them in.
        beside: sits at the same keyboard.
        size: columns and rows.
        unlocks: goes through the first screen on its own.
        comes_back: begins with the way back by recovery sheets.
        options: of the app, such as its clocks.
    """

    def __init__(
        self,
        place: Place,
        member: str | None = MEMBER,
        passphrase: bytes = PASSPHRASE,
        *,
        beside: Person | None = None,
        size: tuple[int, int] = (120, 40),
        unlocks: bool = False,
        comes_back: bool = False,
        **options: Any,
    ) -> None:
        self.gateway = Gateway(place.path, state=place.state)
        if beside is not None:
            self.gateway.approvals.run_second = beside.run
        self._passphrase = passphrase
        self._unlocks = unlocks
        options = {"begins_at_home": False} | options
        app = CaseVaultApp(
            Start(place.path, member, comes_back=comes_back), open_gateway=lambda _: self.gateway, **options
        )
        super().__init__(app, size)

    @override
    def __enter__(self) -> Self:
        super().__enter__()
        if self._unlocks:
            self.unlock()
        return self

    def unlock(self) -> None:
        """Go through the first screen."""
        self.press(f" {self._passphrase.decode()}", "enter")
