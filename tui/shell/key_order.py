"""Keys act in the order in which they were pressed, however fast they come.

Textual gives a key to the field that has the focus, which hands it up until somebody has a binding for it. Letters that
follow in the same write (a form from a password manager, a slow line that delivers a word at once) were given to the
field meanwhile: Tab, Backspace and Enter came too late, and acted on another field.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Final

from textual import events
from textual.app import App
from textual.dom import DOMNode
from textual.message_pump import MessagePump

from tui.widgets.fields import SafeInput, SafeTextArea

_ROUNDS: Final = 2
"""The second follows what the act of the key has sent: Enter in a field tells the screen, which moves the focus."""
_PATIENCE_SECONDS: Final = 0.5
"""How long keys wait for one whose way was cut off, such as by the end of its screen."""


class KeyOrder:
    """Lets one key act before the next is given to anybody."""

    def __init__(self, app: App[Any], deliver: Callable[[events.Event], Awaitable[None]]) -> None:
        self._app = app
        self._deliver = deliver
        self._waiting: deque[events.Event] = deque()
        self._journey = 0
        self._is_travelling = False
        self._patience: asyncio.TimerHandle | None = None

    async def take(self, event: events.Key | events.Paste) -> None:
        """Deliver it now, or once those before it have acted."""
        if self._is_travelling:
            self._waiting.append(event)
            if self._patience is None:
                loop = asyncio.get_running_loop()
                self._patience = loop.call_later(_PATIENCE_SECONDS, self._app.call_later, self._arrived, self._journey)
            return
        await self._give(event)

    async def _give(self, event: events.Event) -> None:
        target = self._app.focused or self._app.screen
        await self._deliver(event)
        if event.is_forwarded and not _is_typed(event, target):
            self._is_travelling = True
            self._journey += 1
            self._follow(target, target, _ROUNDS, self._journey)

    def _follow(self, node: MessagePump | None, target: DOMNode, rounds: int, journey: int) -> None:
        """Go the key's way, one step behind it."""
        if node is None or node is self._app:
            if rounds > 1:
                self._app.call_later(self._follow, target, target, rounds - 1, journey)
            else:
                self._app.call_later(self._arrived, journey)
        elif not node.call_later(self._follow, node._parent, target, rounds, journey):  # noqa: SLF001 - bubbling goes by it
            self._app.call_later(self._arrived, journey)  # it is closed

    async def _arrived(self, journey: int) -> None:
        if journey != self._journey or not self._is_travelling:
            return
        self._is_travelling = False
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        while self._waiting and not self._is_travelling:
            await self._give(self._waiting.popleft())


def _is_typed(event: events.Event, target: DOMNode) -> bool:
    """Say whether the target itself takes it: letters and pastes go into a text in their order."""
    is_text = isinstance(target, SafeInput | SafeTextArea)
    return is_text and (not isinstance(event, events.Key) or event.is_printable)
