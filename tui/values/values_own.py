"""What goes between the screens of one's own access and the gateway: factors, made passphrases, recovery sheets."""

from __future__ import annotations

from dataclasses import dataclass, field

from vault.words.message import Words


@dataclass(frozen=True, slots=True)
class Proof:
    """What opens one's seat now, as typed once more: an open session alone changes no lock.

    Whoever gets it wipes the passphrase.
    """

    passphrase: bytearray = field(repr=False)
    keyfile: str = field(default="", repr=False)
    pin: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class OwnFactors:
    """What this session was unlocked with beside the passphrase."""

    keyfile: bool = False
    security_key: bool = False


@dataclass(frozen=True, slots=True)
class SheetsMade:
    """A set of sheets that the gateway holds until it is told to forget them. No word of them.

    `needed` of them open everything; `asked` has for each the places of the words to ask for.
    """

    count: int
    needed: int
    asked: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class SheetShown:
    """One sheet to be copied by hand: each row with its number, its words and its check, and the words of the vault."""

    number: int
    count: int
    needed: int
    rows: tuple[tuple[int, tuple[str, ...], str], ...] = field(repr=False)
    root_words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TypingPlace:
    """Where somebody stands who types sheets: the next sheet and row, how many are needed, whether that was all.

    `name` is what to call that sheet: `second sheet (number 3)`, once its number is known.
    """

    sheet: int
    name: str
    row: int
    needed: int | None
    is_enough: bool


@dataclass(frozen=True, slots=True)
class BackPlan:
    """What sheets would bring back, in words; `opened` is the day on which this account opened its vault, or empty."""

    said: Words
    opened: str
