"""Papers of a case as the screens show them."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui.values.values_records import RecordShown
from vault.words.message import Words


@dataclass(frozen=True, slots=True)
class PaperShown:
    """A paper: its facts as a record with a form, what people call it, and what is known of its content.

    `day` is ISO: of the day on which it came, or else was kept. `name` is of its file. `read_by` says how its text was
    read, in words; empty where nobody read it yet. `travels`: a bundle can carry it.
    """

    facts: RecordShown
    called: str = field(repr=False)
    day: str
    size: Words
    media: str
    name: str = field(repr=False)
    is_here: bool = True
    travels: bool = True
    read_by: Words = ""

    @property
    def record(self) -> str:
        """The id of its record."""
        return self.facts.record

    @property
    def heads(self) -> int:
        """How many versions of it stand beside one another."""
        return self.facts.heads


@dataclass(frozen=True, slots=True)
class SenderShown:
    """Somebody who wrote in a chat: a name or a number as the telephone had it, and people of the case like it."""

    name: str = field(repr=False)
    messages: int
    alike: tuple[str, ...] = field(default=(), repr=False)
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class PaperPage:
    """One paper with its text; `others` are the other papers of its case, `senders` who wrote in it as in a chat."""

    shown: PaperShown
    text: str = field(default="", repr=False)
    others: tuple[PaperShown, ...] = ()
    senders: tuple[SenderShown, ...] = ()
