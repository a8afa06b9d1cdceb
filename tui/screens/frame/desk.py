"""The app, as far as a screen knows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from textual.screen import Screen

    from tui.gateway import Gateway
    from tui.values.settings import Settings
    from vault.errors import VaultError

T = TypeVar("T")


class Desk(Protocol):
    """The app, as far as a screen knows it.

    Attributes:
        typed_last: what was typed last in this session, by the name of the field.
        settings: what the person set.
    """

    typed_last: dict[str, str]
    settings: Settings

    def work_for(
        self,
        screen: Screen[Any],
        work: Callable[[Gateway], T],
        then: Callable[[T], None],
        failed: Callable[[VaultError], None],
        *,
        alone: bool,
    ) -> None:
        """Run the work in a thread and deliver its answer to the screen, in the app's own thread."""

    @property
    def is_ending(self) -> bool:
        """Whether the app is on its way out: long work stops, nobody waits for its answer."""

    def lend_terminal(self, work: Callable[[], T]) -> T:
        """Return what the work returns, done in this worker's thread while its own program has the terminal."""

    def now_ms(self) -> int:
        """Return the wall clock."""
