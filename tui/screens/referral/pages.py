"""The finished pages, as another program reads them out of the file: the last look before they are sealed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual.widget import Widget
from typing_extensions import override

from tui.screens.frame.base import Command, VaultScreen
from tui.screens.referral.shown_whole import ShownWhole
from vault.words.message import Message, plural

_OTHERS: Final = (
    Command("escape", "back", Message("Stop; nothing is written"), "Esc", Message("stop")),
    Command("down", "down", Message("Read on"), "Down, PgDn", Message("read on")),
)


class PagesScreen(VaultScreen):
    """Ends with a word when they may be sealed, or put before a second person: not before all were on the screen.

    Args:
        ref: the case.
        pages: what stands on each.
        does: what F4 does then: `seal` or `ask`.
    """

    NAME = Message("Pages")
    HOLDS_TYPING = True
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "seal", Message("Seal: the package is written"), "F4", Message("seal")),
        *_OTHERS,
    )
    ASKS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "seal", Message("Ask a second person: the question is written"), "F4", Message("ask")),
        *_OTHERS,
    )

    def __init__(self, ref: str, pages: tuple[str, ...], does: str = "seal") -> None:
        super().__init__()
        self._does = does
        self._ref = ref
        self._pages = pages

    @override
    def commands(self) -> tuple[Command, ...]:
        return self.ASKS if self._does == "ask" else self.ACTS

    @override
    def compose_middle(self) -> Iterable[Widget]:
        pages = enumerate(self._pages, 1)
        yield ShownWhole(
            tuple(Message("PAGE {number}\n{text}", number=number, text=text) for number, text in pages), id="pages"
        )

    def on_mount(self) -> None:
        """Begin at the first page."""
        read_back = plural(
            "{count} page, read back from the finished file",
            "{count} pages, read back from the finished file",
            count=len(self._pages),
        )
        self.head(self._ref, read_back)
        self.query_one("#pages").focus()
        self.say(Message("Read all of it. Nothing is written before F4."))

    def action_down(self) -> None:
        """Read on."""
        self.query_one("#pages").scroll_down(animate=False)

    def action_seal(self) -> None:
        """Say yes, once the last page was on the screen."""
        pages = self.query_one(ShownWhole)
        if pages.unread is None:
            self.dismiss("seal")
            return
        self.warn(
            Message(
                "You have not seen page {number} of {count} to its end. Read on, then F4.",
                number=pages.unread + 1,
                count=len(self._pages),
            )
        )
        pages.read_on()
