"""What happens to what is being typed when the app ends: each screen's draft is kept, and the person is told where."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tui.screens.frame.base import VaultScreen
from tui.screens.frame.wording import clock_time
from tui.text.in_words import together
from tui.values.values import Typed


def keep_typed(screens: Iterable[VaultScreen], save: Callable[[Typed], None]) -> str:
    """Save what is typed on these screens and not kept yet; return sentences for all that is kept."""
    kept: list[str] = []
    for screen in screens:
        draft = screen.save_now()
        if draft is not None:
            save(draft)
        saved_ms = draft.saved_ms if draft is not None else screen.kept_ms()
        if saved_ms:
            kept.append(together([screen.kept_words(clock_time(saved_ms))]))
    return " ".join(kept)
