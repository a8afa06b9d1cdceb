"""Every colour of the app, as one table of tokens for all looks. No colour is written anywhere else.

Contrast is that of WCAG 2.1: words have 7:1 on the three grounds in the named looks and 4.5:1 on the row under the
cursor, `MARK` has 3:1, and `GHOST` is decoration that means nothing. With 256 colours words have 4.5:1 on the grounds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from vault.words.message import Message

if TYPE_CHECKING:
    from rich.style import Style


class Token(StrEnum):
    """What a colour is for."""

    BG = "bg"
    """The paper."""
    RAISED = "raised"
    """The ground of a preview, a strip, a second pane or a sheet."""
    BAND = "band"
    """The ground of head, footer and a cursor that has no focus."""
    SEL = "sel"
    """The ground of the row under the cursor."""
    FG = "fg"
    """Text."""
    DIM = "dim"
    """Labels, who wrote it, counts."""
    ACC = "acc"
    """Where one is and what one may press; never a state."""
    ALARM = "alarm"
    """Late, do not call, high."""
    WARN = "warn"
    """Soon, a question, a draft."""
    OK = "ok"
    """Proven, done."""
    MARK = "mark"
    """Bars and lines."""
    GHOST = "ghost"
    """A day without dates."""


GROUNDS: Final = (Token.BG, Token.RAISED, Token.BAND)
WORDS: Final = (Token.FG, Token.DIM, Token.ACC, Token.ALARM, Token.WARN, Token.OK)
FADED_ON_SEL: Final = frozenset({Token.DIM, Token.MARK, Token.GHOST})
"""What becomes plain text in the row under the cursor."""

_NAMED: Final[Mapping[Token, tuple[str, str, str, str]]] = {
    # token         dark       light      contrast   no colour
    Token.BG:     ("#14181d", "#fbfaf6", "#000000", "#000000"),
    Token.RAISED: ("#1a2027", "#f2f0e9", "#000000", "#000000"),
    Token.BAND:   ("#1f262e", "#e9e6dd", "#000000", "#000000"),
    Token.SEL:    ("#1d4754", "#c4e0e6", "#000000", "#000000"),
    Token.FG:     ("#e8e6e0", "#1a1e23", "#ffffff", "#ffffff"),
    Token.DIM:    ("#abb4be", "#434a52", "#d6d6d6", "#ffffff"),
    Token.ACC:    ("#84c8d7", "#0b5262", "#7fe9ff", "#ffffff"),
    Token.ALARM:  ("#ff9c8b", "#99002c", "#ffb3a6", "#ffffff"),
    Token.WARN:   ("#f4c674", "#6a4100", "#ffe14d", "#ffffff"),
    Token.OK:     ("#bdf8c2", "#134820", "#a6ffa6", "#ffffff"),
    Token.MARK:   ("#6f7c89", "#7d7a70", "#c0c0c0", "#ffffff"),
    Token.GHOST:  ("#4a545f", "#b3afa3", "#9a9a9a", "#ffffff"),
}  # fmt: skip
_INDEXED: Final[Mapping[Token, tuple[int, int]]] = {
    # token      dark light, as numbers of the 256 colours
    Token.BG: (233, 231),
    Token.RAISED: (234, 255),
    Token.BAND: (236, 254),
    Token.SEL: (23, 152),
    Token.FG: (254, 234),
    Token.DIM: (249, 238),
    Token.ACC: (116, 23),
    Token.ALARM: (210, 88),
    Token.WARN: (221, 94),
    Token.OK: (157, 22),
    Token.MARK: (243, 243),
    Token.GHOST: (239, 249),
}
_CUBE: Final = (0, 95, 135, 175, 215, 255)


@dataclass(frozen=True, eq=False)
class Look:
    """One look of the app.

    Attributes:
        name: how settings name it; with `-256` at the end where the terminal has no more colours.
        words: how a person chooses it.
        colours: a colour for each token.
        is_dark: whether the paper is darker than the text.
        is_flat: it has no tones: lines part the panes, the head is underlined, the row under the cursor is reverse.
        has_colours: False for the look that sends none at all.
        indices: for the 256 colours: the number of each colour.
    """

    name: str
    words: Message
    colours: Mapping[Token, str]
    is_dark: bool = True
    is_flat: bool = False
    has_colours: bool = True
    indices: Mapping[str, int] = field(default_factory=dict)

    def style(
        self,
        token: Token = Token.FG,
        on: Token = Token.BG,
        bold: bool = False,
        underline: bool = False,
        strike: bool = False,
    ) -> Style:
        """Return how words of this token are drawn on this ground.

        On `Token.SEL` what is faded becomes plain text; without tones, or with 256 colours, all words do.
        """
        return _style(self, token, on, bold, underline, strike)

    def chip(self) -> Style:
        """Return how the name of the screen is drawn, at the left end of the head."""
        return _chip(self)


def _named(place: int) -> dict[Token, str]:
    return {token: row[place] for token, row in _NAMED.items()}


def _of_256(place: int) -> dict[Token, str]:
    return {token: _hex_of(row[place]) for token, row in _INDEXED.items()}


def _hex_of(index: int) -> str:
    if index >= 232:
        level = 8 + 10 * (index - 232)
        return f"#{level:02x}{level:02x}{level:02x}"
    red, rest = divmod(index - 16, 36)
    green, blue = divmod(rest, 6)
    return f"#{_CUBE[red]:02x}{_CUBE[green]:02x}{_CUBE[blue]:02x}"


def _numbers(place: int) -> dict[str, int]:
    return {_hex_of(row[place]): row[place] for row in _INDEXED.values()}


_DARK_WORDS: Final = Message("Dark")
_LIGHT_WORDS: Final = Message("Light")
DARK: Final = Look("dark", _DARK_WORDS, _named(0))
LIGHT: Final = Look("light", _LIGHT_WORDS, _named(1), is_dark=False)
CONTRAST: Final = Look("contrast", Message("High contrast"), _named(2), is_flat=True)
MONO: Final = Look("mono", Message("No colours"), _named(3), is_flat=True, has_colours=False)
DARK_256: Final = Look("dark-256", _DARK_WORDS, _of_256(0), indices=_numbers(0))
LIGHT_256: Final = Look("light-256", _LIGHT_WORDS, _of_256(1), is_dark=False, indices=_numbers(1))

CHOICES: Final = (DARK, LIGHT, CONTRAST, MONO)
"""What a person may choose."""
LOOKS: Final[Mapping[str, Look]] = {look.name: look for look in (*CHOICES, DARK_256, LIGHT_256)}


@lru_cache(1024)
def _style(look: Look, token: Token, on: Token, bold: bool, underline: bool, strike: bool) -> Style:  # noqa: PLR0917 - see `Look.style`
    from rich.style import Style  # noqa: PLC0415 - the launcher imports no Rich

    reverse = on is Token.SEL and look.is_flat
    if on is Token.SEL and (token in FADED_ON_SEL or look.is_flat or look.indices):
        token = Token.FG
    return Style(
        color=look.colours[token],
        bgcolor=look.colours[on],
        bold=bold or None,
        underline=underline or None,
        strike=strike or None,
        reverse=reverse or None,
    )


@lru_cache(16)
def _chip(look: Look) -> Style:
    from rich.style import Style  # noqa: PLC0415 - see above

    if not look.has_colours:
        return Style(color=look.colours[Token.FG], bgcolor=look.colours[Token.BG], bold=True, reverse=True)
    return Style(color=look.colours[Token.BG], bgcolor=look.colours[Token.ACC], bold=True)
