"""How the walks press keys: each takes effect before the next."""

from __future__ import annotations

from typing import Any

from textual import events
from textual.pilot import Pilot

from tests.tui.driving import press_key, settled, shown

__all__ = ["press", "read_on", "settled", "type_in"]


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press these keys one after the other, and let each take effect; `:words` is F2, these words, and Enter."""
    for key in keys:
        if len(key) > 1 and key.startswith(":"):
            await press(pilot, "f2")
            await type_in(pilot, key[1:])
            await press(pilot, "enter")
        else:
            await press_key(pilot, key)


async def type_in(pilot: Pilot[Any], text: str) -> None:
    """Put a text into what has the focus, as a paste: letter by letter takes its time."""
    pilot.app.post_message(events.Paste(text))
    await settled(pilot)


async def read_on(pilot: Pilot[Any]) -> None:
    """Read a text page by page to its end, also while a worker waits for the answer."""
    before = ""
    while before != (before := shown(pilot.app)):
        await pilot.press("pagedown")
        await pilot.pause(0.05)
