"""How a screen gets into the state in which its picture is taken."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from textual.pilot import Pilot

from tests.tui.still import press, type_in, unlock

Steps = Callable[[Pilot[None]], Awaitable[None]]
SIZES = [pytest.param((80, 24), id="80x24"), pytest.param((120, 40), id="120x40")]


def keys(*names: str) -> Steps:
    """Return steps: unlock, then press these; a word with a space before it is put into the field."""

    async def steps(pilot: Pilot[None]) -> None:
        await unlock(pilot)
        for name in names:
            await (type_in(pilot, name[1:]) if name.startswith(" ") else press(pilot, name))

    return steps
