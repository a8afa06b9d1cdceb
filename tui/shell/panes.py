"""From pane to pane and from field to field: F6 and F7, on every screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from textual.dom import DOMNode
from typing_extensions import override

from tui.screens.credentials.unlock_screen import UnlockScreen
from tui.screens.frame.base import VaultScreen
from tui.screens.frame.form_fields import ChoiceField, label_of
from tui.shell.safe import SafeApp
from tui.text.in_words import in_words
from tui.widgets.overlays import Sheet
from vault.words.message import Message

_NOT_BEFORE: Final = {"previous_pane", "call", "commands", "home", "go"}


class PanesApp(SafeApp):
    """The safe app with the keys for panes."""

    @override
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the lock screen its own F7 and F9; what leads away from it waits until the vault is open."""
        screen = self.screen
        is_left = isinstance(screen, UnlockScreen) and (
            action in _NOT_BEFORE or (action == "help" and screen.is_opening)
        )
        return not is_left and super().check_action(action, parameters)

    @override
    async def run_action(
        self, action: Any, default_namespace: DOMNode | None = None, namespaces: Mapping[str, DOMNode] | None = None
    ) -> bool:
        """Do it; what a screen said of the act before goes as the next one begins.

        Nothing is kept while a choice has letters in it that choose nothing: they would go without a word.
        """
        screen = default_namespace
        if isinstance(screen, VaultScreen) and any(act.action == action for act in screen.ACTS if "app." not in action):
            screen.act_begins()
            field = screen.focused
            if action == "finish" and isinstance(field, ChoiceField) and field.finds_nothing:
                screen.warn(
                    Message(
                        "{label}: {problem}", label=in_words(label_of(field) or "").strip(), problem=field.nothing()
                    )
                )
                return True
        return await super().run_action(action, default_namespace, namespaces)

    async def leave_help(self) -> None:
        """Take away the help that was asked for just as the vault began to open: the way in waits for nobody."""
        if isinstance(self.screen, Sheet):
            await self.pop_screen()

    def action_next_pane(self) -> None:
        self.action_focus_next()

    def action_previous_pane(self) -> None:
        self.action_focus_previous()
