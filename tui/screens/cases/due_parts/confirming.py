"""A fact changed that somebody had confirmed: nobody confirms it as it stands now, until a person says who does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tui.screens.frame.base import VaultScreen
from tui.screens.frame.line_dialog import AskLine
from tui.values.values_story import KeptShown
from vault.words.message import Message

_WHO: Final = Message("It changed, so nobody confirms it any more. Who confirms it as it stands now? Esc for nobody.")


def confirm_anew(screen: VaultScreen, case: str, kind: str, changed: KeptShown, then: Callable[[], None]) -> None:
    """Ask who confirms a record as it stands now, where nobody does any more; `then` follows."""
    if not changed.is_unconfirmed:
        then()
        return

    def told(name: str | None) -> None:
        if name:
            typed = {"confirmed": name}
            screen.ask(lambda vault: vault.story.change(case, changed.record, kind, typed), lambda _: then())
        else:
            then()

    screen.app.push_screen(AskLine(_WHO), told)
