"""What goes between the screens of an emergency and the gateway."""

from __future__ import annotations

from dataclasses import dataclass, field

from vault.words.message import Words


@dataclass(frozen=True, slots=True)
class TakenShown:
    """What would be found on a computer that was taken.

    `warn` is whom to warn, line by line, each with whether it says what must not be used; `todo` what to do, `there`
    what is on it. `found` is the gateway's own.
    """

    warn: tuple[tuple[Words, bool], ...] = field(repr=False)
    todo: tuple[Words, ...]
    there: tuple[Words, ...] = field(repr=False)
    count: int
    found: object = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class PackShown:
    """The facts of a case that may be in a pack: `count` are confirmed.

    `clients` are of whom it can tell, id and name. `found` is the gateway's own.
    """

    case: str
    ref: str
    confirmed: tuple[Words, ...] = field(repr=False)
    unconfirmed: tuple[Words, ...] = field(repr=False)
    lacks: tuple[Words, ...]
    count: int
    clients: tuple[tuple[str, Words], ...] = field(default=(), repr=False)
    found: object = field(default=None, repr=False)
