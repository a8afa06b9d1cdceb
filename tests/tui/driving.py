"""How the tests drive an app without a terminal, and see what it would have sent to one."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import monotonic
from typing import Any, cast

from textual import events
from textual._compositor import CompositorUpdate
from textual.app import App
from textual.keys import _character_to_key, key_to_character
from textual.pilot import Pilot
from textual.worker import WorkerCancelled

from tests.tui.painting import paint
from tui.shell.safe import SafeApp
from tui.widgets.strip import Strip

OWN_SEQUENCE = re.compile("\x1b\\[[0-9;?]*[A-Za-z]")
"""Colours and cursor moves, the only sequences that a painted screen needs."""

Steps = Callable[[Pilot[Any]], Awaitable[None]]

_QUIET_TURNS = 6
_TURNS_WITHOUT_SLEEP = 60
_PATIENCE_S = 20.0


async def settled(pilot: Pilot[Any]) -> None:
    """Wait until no worker works, no message waits and nothing is to be painted: looked at, not guessed by time."""
    app, quiet, turns, deadline = pilot.app, 0, 0, monotonic() + _PATIENCE_S
    while quiet < _QUIET_TURNS and app.is_running and not app._exception:
        assert monotonic() < deadline, "the app does not come to rest"
        with suppress(WorkerCancelled):  # the app ends
            await app.workers.wait_for_complete()
        await asyncio.sleep(0 if turns < _TURNS_WITHOUT_SLEEP else 0.002)
        if app.screen_stack:
            app.screen._on_timer_update()
            for strip in app.screen.walk_children(Strip):  # nobody waits for a cursor to rest
                if strip.is_waiting:
                    strip.call_later(strip.rest_now)
        quiet, turns = (quiet + 1 if _rests(app) else 0), turns + 1
        if quiet == 1 and app.screen_stack:
            paint(app)


def _rests(app: App[Any]) -> bool:
    if app.workers or not app.screen_stack:
        return not app.workers
    screen = app.screen
    waits = app._resize_timer or screen._layout_required or screen._dirty_widgets or screen._callbacks
    scrolls = bool(app.animator._animations)  # it jumps at the next tick
    is_late = any(strip.is_waiting for strip in screen.walk_children(Strip))
    return (
        not waits and not scrolls and not is_late and all(map(_listens, [app, *screen.walk_children(with_self=True)]))
    )


def _listens(pump: Any) -> bool:
    """Say whether a widget has done all that it was sent, and waits for more."""
    queue = pump._message_queue
    return pump._closed or (not queue.values and not pump._next_callbacks and bool(queue.ready_event._waiters))


async def press_key(pilot: Pilot[Any], key: str) -> None:
    """Press one key, and let it take effect."""
    name = _character_to_key(key) if len(key) == 1 and not key.isalnum() else key
    sent = key if len(key) == 1 else key_to_character(key)
    character = sent if sent and sent.isprintable() else None
    event = events.Key(name, character)
    event.set_sender(pilot.app)
    assert pilot.app._driver is not None
    pilot.app._driver.send_message(event)
    await settled(pilot)


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
    return str(cast("CompositorUpdate", update).render_segments(app.console))


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
