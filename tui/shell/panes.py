"""From pane to pane and from field to field: F6 and F7, on every screen."""

from __future__ import annotations

from typing_extensions import override

from tui.screens.credentials.unlock import UnlockScreen
from tui.shell.safe import SafeApp


class PanesApp(SafeApp):
    """The safe app with the keys for panes."""

    @override
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave F7 to the lock screen, which has two fields and few keys, and F9, the way back by recovery sheets."""
        is_left = action in {"previous_pane", "call"} and isinstance(self.screen, UnlockScreen)
        return not is_left and super().check_action(action, parameters)

    def action_next_pane(self) -> None:
        """Go to the next pane or field."""
        self.action_focus_next()

    def action_previous_pane(self) -> None:
        """Go to the pane or field before."""
        self.action_focus_previous()
