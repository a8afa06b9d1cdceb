"""The app, as far as a screen knows it: what it does for screens, what a person set, what screens tell it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from textual.message import Message

from tui.values.forms_typed import FormPlace
from vault.durations import MINUTE_MS
from vault.words.message import Words

if TYPE_CHECKING:
    from textual.screen import Screen

    from tui.gateway import Gateway
    from vault.errors import VaultError


T = TypeVar("T")


class Desk(Protocol):
    """The app, as far as a screen knows it.

    Attributes:
        typed_last: what was typed last in this session, by the name of the field; no path.
        export_folder: where the last package of this session went; empty before the first.
        settings: what the person set.
    """

    typed_last: dict[str, str]
    export_folder: str
    settings: Settings

    def work_for(
        self,
        screen: Screen[Any],
        work: Callable[[Gateway], T],
        then: Callable[[T], object],
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


# What a person sets for this account on this computer. Nothing of a vault is in it.
IDLE_CHOICES: Final = (2, 5, 10, 15)
"""Minutes; never longer than a second person's approval counts."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Choices beside the look.

    Attributes:
        idle_minutes: without a key for so long, the app locks.
        hides_names: lists show the first letters of names alone.
        covers: the screen is empty while another window is in front, where the terminal tells that.
        is_ascii: no sign is drawn that plain terminals lack.
        has_mouse: clicks and the wheel are asked of the terminal.
    """

    idle_minutes: int = 5
    hides_names: bool = False
    covers: bool = False
    is_ascii: bool = False
    has_mouse: bool = True

    @property
    def idle_ms(self) -> int:
        """The time until the lock, in milliseconds."""
        return self.idle_minutes * MINUTE_MS


# What screens say to the app and what comes back to them from the workers.
class Answer(Message):
    """What a worker found, delivered in the app's own thread. A screen that is gone by then gets nothing."""

    def __init__(self, deliver: Callable[[], object]) -> None:
        super().__init__()
        self.deliver = deliver


class OpenCase(Message):
    """The wish to open a case.

    `why` goes into the log; `record` is the person or note to stand on, `draft` or `form` the one to go on with, `said`
    what the case says when it is there.
    """

    def __init__(
        self,
        case: str,
        *,
        why: str = "casework",
        record: str = "",
        draft: str = "",
        form: FormPlace | None = None,
        said: Words = "",
    ) -> None:
        super().__init__()
        self.case = case
        self.why = why
        self.record = record
        self.draft = draft
        self.form = form
        self.said = said


class ShowBoth(Message):
    """The wish to see both versions of a record; an empty `record` is what the case says of itself.

    `more` is how many more records of the case have two; `then` gets the id of the record, empty where it was left.
    """

    def __init__(
        self,
        case: str,
        ref: str,
        record: str,
        kind: str,
        then: Callable[[str | None], None],
        *,
        why: str = "casework",
        more: int = 0,
    ) -> None:
        super().__init__()
        self.case = case
        self.ref = ref
        self.record = record
        self.kind = kind
        self.then = then
        self.why = why
        self.more = more


class Unlocked(Message):
    """The vault is open."""
