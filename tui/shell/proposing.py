"""What the app proposes once a vault is open."""

from __future__ import annotations

from typing import Any

from textual.app import App

from tui.screens.frame.base import VaultScreen


def propose_sheets(app: App[Any]) -> None:
    """Show the guide where this member can make or prove recovery sheets and none are proven: once a day."""
    from tui.screens.credentials.sheets_guide import SheetsGuide  # noqa: PLC0415 - not needed for the first paint

    def guided(begin: str | None) -> None:
        from tui.screens.credentials.recovery import RecoveryScreen  # noqa: PLC0415 - not needed for the first paint

        if begin:
            app.push_screen(RecoveryScreen(begin))

    def answer(found: tuple[bool, bool]) -> None:
        proposes, are_made = found
        if proposes:
            app.push_screen(SheetsGuide(are_made=are_made), guided)

    if isinstance(app.screen, VaultScreen):
        app.screen.ask(lambda vault: (vault.recovery.proposes(), vault.recovery.are_made), answer)
