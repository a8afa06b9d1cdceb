"""From pane to pane and from field to field: F6 and F7, on every screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textual.dom import DOMNode
from typing_extensions import override

from tui.screens.credentials.unlock import UnlockScreen
from tui.screens.frame.base import VaultScreen
from tui.shell.safe import SafeApp


class PanesApp(SafeApp):
    """The safe app with the keys for panes."""

    @override
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave F7 to the lock screen, which has two fields and few keys, and F9, the way back by recovery sheets."""
        is_left = action in {"previous_pane", "call"} and isinstance(self.screen, UnlockScreen)
        return not is_left and super().check_action(action, parameters)

    @override
    async def run_action(
        self,
        action: Any,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Do it; what a screen said of the act before goes as the next one begins."""
        screen = default_namespace
        if isinstance(screen, VaultScreen) and any(act.action == action for act in screen.ACTS if "app." not in action):
            screen.act_begins()
        return await super().run_action(action, default_namespace, namespaces)

    def action_next_pane(self) -> None:
        """Go to the next pane or field."""
        self.action_focus_next()

    def action_previous_pane(self) -> None:
        """Go to the pane or field before."""
        self.action_focus_previous()
