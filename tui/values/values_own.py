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
class MadePassphrase:
    """A passphrase that was made: its words, and how many bits it is worth."""

    language: str
    words: tuple[str, ...] = field(repr=False)
    bits: int


@dataclass(frozen=True, slots=True)
class SheetsMade:
    """A set of sheets that the gateway holds until it is told to forget them. No word of them.

    Attributes:
        count, needed: how many there are, and how many open everything.
        asked: for each sheet the places of the words to ask for.
    """

    count: int
    needed: int
    asked: tuple[tuple[int, ...], ...]


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


@dataclass(frozen=True, slots=True)
class CameBack:
    """What sheets brought back, and what to do now."""

    lines: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class RecoveryStatus:
    """How recovery stands.

    Attributes:
        root_words: those on the sheets that are valid now.
        may_manage: whether this member makes and proves sheets.
        secret_is_here: sheets can be written, and no drill has proven them yet.
        drill_ms: the last drill on this device.
        without, stale: files held that were made without recovery, and those that replaced sheets still open.
        used: sentences on each time that sheets were joined.
    """

    root_words: tuple[str, ...]
    may_manage: bool
    secret_is_here: bool
    drill_ms: int | None
    without: int
    stale: int
    used: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class DrillDone:
    """What a drill showed: what the sheets cannot open, and whether the secret is on paper alone now."""

    without: int
    erased: bool


@dataclass(frozen=True, slots=True)
class SealedAnew:
    """How many files have a key that replaced sheets do not open, and how many wait for somebody who may do it."""

    replaced: int
    pending: int
