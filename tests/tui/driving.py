"""How the tests drive an app without a terminal, and see what it would have sent to one."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any, cast

from textual._compositor import CompositorUpdate
from textual.app import App
from textual.pilot import Pilot

from tui.safe import SafeApp

OWN_SEQUENCE = re.compile("\x1b\\[[0-9;?]*[A-Za-z]")
"""Colours and cursor moves, the only sequences that a painted screen needs."""

Steps = Callable[[Pilot[Any]], Awaitable[None]]


def drive(app: App[Any], steps: Steps, *, size: tuple[int, int] = (80, 24), notifications: bool = False) -> None:
    """Run the app without a terminal and take these steps in it."""

    async def session() -> None:
        async with app.run_test(size=size, notifications=notifications) as pilot:
            await pilot.pause()
            await steps(pilot)

    asyncio.run(session())


def painted(app: App[Any]) -> str:
    """Return all that the app would send to paint its screen now."""
    update = app.screen._compositor.render_update(full=True)
    return str(cast(CompositorUpdate, update).render_segments(app.console))


def shown(app: App[Any]) -> str:
    """Return the text of the screen, one line per row."""
    return "\n".join("".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips())


def hostile_in(output: str) -> str:
    """Return what a terminal could obey in this output, beyond colours and cursor moves."""
    return "".join(re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2066\U000e0041]", OWN_SEQUENCE.sub("", output)))


def without(app: type[SafeApp], *overrides: str) -> type[SafeApp]:
    """Return the app as it would be if these overrides had been forgotten: Textual's own code stands in their place."""
    return type(f"Without_{'_'.join(overrides)}", (app,), {name: getattr(App, name) for name in overrides})


class Wire:
    """Records what the app sends through its driver."""

    def __init__(self, app: App[Any]) -> None:
        self.sent = ""
        driver = app._driver
        assert driver is not None
        driver.write = self._take  # type: ignore[method-assign]  # a headless driver writes nowhere

    def _take(self, data: str) -> None:
        self.sent += data
