"""Call slips as screens have them: one that is being typed, those that are open, and cases that a call reminds of."""

from __future__ import annotations

from dataclasses import dataclass, field

from vault.words.message import Message, Words


@dataclass(frozen=True, slots=True)
class SlipTyped:
    """A call slip that is not kept yet. `record` names the draft, `begun_ms` is when the call came.

    `turn` grows with each save of a session: threads may overtake one another, and an older text must not win.
    """

    record: str
    begun_ms: int
    number: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    language: str = field(default="", repr=False)
    said: str = field(default="", repr=False)
    call_back: str = field(default="", repr=False)
    saved_ms: int = 0
    turn: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed yet."""
        return not "".join((self.number, self.name, self.language, self.said, self.call_back)).strip()


@dataclass(frozen=True, slots=True)
class SlipBegun:
    """What F9 finds: the slip to go on with, or why this member keeps none. `last` is the one kept before."""

    slip: SlipTyped | None
    refusal: Words = field(default="", repr=False)
    last: SlipTyped | None = None


@dataclass(frozen=True, slots=True)
class SlipLine:
    """An open slip. `when` says when to call back, `do_not_call` what in it must never be used."""

    slip: str
    received_ms: int
    number: str = field(repr=False)
    name: str = field(repr=False)
    language: str = field(repr=False)
    text: str = field(repr=False)
    call_back: bool
    when: str = field(default="", repr=False)
    is_overdue: bool = False
    do_not_call: tuple[str, ...] = field(default=(), repr=False)

    @property
    def asked_back(self) -> Words:
        """Whether to call back, and when; empty for no."""
        return (self.when or Message("yes")) if self.call_back else ""


@dataclass(frozen=True, slots=True)
class CaseLike:
    """A case that a number or a name reminds of."""

    case: str
    ref: str
    client: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reminding:
    """Cases that a call reminds of: by its number, and by the name as heard; what in it must never be used."""

    by_number: tuple[CaseLike, ...] = ()
    by_name: tuple[CaseLike, ...] = ()
    do_not_call: tuple[str, ...] = field(default=(), repr=False)
