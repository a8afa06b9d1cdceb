"""The app of one member on their device, over a real vault, as a walk drives it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from textual.pilot import Pilot

from tests.services.approvals.keyboard import Person
from tests.services.founded import PASSPHRASE, Place
from tests.tui.driving import drive, shown
from tests.tui.still import press, read_on, settled, type_in, wait_for_screen
from tui.gateway import Gateway
from tui.screens.referral.export import ExportScreen
from tui.screens.referral.shown_whole import PagesScreen
from tui.shell.app import CaseVaultApp
from tui.shell.start import Start


class AppDesk:
    """Drives the app of a member.

    Args:
        place: their vault, and their account's state.
        member: their full name.
        beside: sits at the same keyboard.
        comes_back: begins with the way back by recovery sheets.
    """

    def __init__(self, place: Place, member: str, beside: Person | None = None, *, comes_back: bool = False) -> None:
        def open_gateway(path: Path) -> Gateway:
            gateway = Gateway(path, state=place.state)
            if beside is not None:
                gateway.approvals.run_second = beside.run
            return gateway

        start = Start(place.path, member, comes_back=comes_back)
        self.app = CaseVaultApp(start, open_gateway=open_gateway, begins_at_home=False)

    def walk(self, steps: Callable[[Pilot[None]], Awaitable[None]]) -> None:
        """Take these steps, then close the vault."""
        drive(self.app, steps, size=(120, 40))
        self.app.close_vault()

    def said(self) -> str:
        """Return the words on the screen."""
        return " ".join(shown(self.app).split())

    def words(self) -> str:
        """Return the words on the screen, without the frame of a question over it."""
        return " ".join(self.said().replace("│", " ").split())

    async def unlock(self, pilot: Pilot[None], passphrase: bytes = PASSPHRASE) -> None:
        """Go through the first screen."""
        await settled(pilot)
        await type_in(pilot, passphrase.decode())
        await press(pilot, "enter")

    async def fill(self, pilot: Pilot[None], **fields: str) -> None:
        """Put texts into fields."""
        for name, text in fields.items():
            await self.go_to(pilot, name.replace("_", "-"))
            await type_in(pilot, text)

    async def go_to(self, pilot: Pilot[None], name: str) -> None:
        """Put the cursor into a field."""
        pilot.app.screen.query_one(f"#{name}").focus()
        await pilot.pause()

    async def export(self, pilot: Pilot[None]) -> None:
        """Make the pages, read them and say yes."""
        await pilot.press("f4")
        await wait_for_screen(pilot, PagesScreen)
        await read_on(pilot)
        await pilot.press("f4")
        await wait_for_screen(pilot, ExportScreen)
        await settled(pilot)
