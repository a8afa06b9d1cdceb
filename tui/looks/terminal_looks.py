"""What a terminal can show: how many colours, and whether more than ASCII; and the filter that keeps to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.filter import LineFilter
from typing_extensions import override

from tui.looks.signs import in_ascii
from tui.looks.tokens import DARK, DARK_256, LIGHT, LIGHT_256, LOOKS, MONO, Look

if TYPE_CHECKING:
    from textual.color import Color as TextualColor


_ACCESSIBLE: Final = "CASEVAULT_ACCESSIBLE"


class Depth(Enum):
    """How many colours there are."""

    FEW = "few"
    """16 or none: no colour is sent."""
    INDEXED = "256"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Eyes:
    """What the terminal shows.

    Attributes:
        depth: how many colours.
        forbids_colour: NO_COLOR is set, which is stronger than any choice.
        has_signs: whether it shows more than ASCII.
        reads_aloud: a screen reader says what stands there: what is drawn elsewhere is a list of sentences.
    """

    depth: Depth = Depth.FULL
    forbids_colour: bool = False
    has_signs: bool = True
    reads_aloud: bool = False

    def look(self, chosen: str) -> Look:
        """Return the look that this terminal gets when this one was chosen."""
        look = LOOKS.get(chosen, DARK)
        if self.forbids_colour or self.depth is Depth.FEW:
            return MONO
        if self.depth is Depth.INDEXED:
            return {DARK: DARK_256, LIGHT: LIGHT_256}.get(look, look)
        return look


def eyes_of(environ: Mapping[str, str]) -> Eyes:
    """Return what a terminal shows, by what its environment says of it.

    Over SSH there are 256 colours at most, though there could be more: a step of the cursor costs a third less.
    """
    term, colours = environ.get("TERM", ""), environ.get("COLORTERM", "").lower()
    spoken = next((value for name in ("LC_ALL", "LC_CTYPE", "LANG") if (value := environ.get(name))), "utf-8")
    has_all = colours in {"truecolor", "24bit"}
    is_full = has_all and not (environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"))
    has_256 = has_all or term.endswith(("-256color", "-kitty"))
    is_bare = term in {"", "dumb", "linux"}
    return Eyes(
        depth=Depth.FEW if is_bare or not has_256 else Depth.FULL if is_full else Depth.INDEXED,
        forbids_colour="NO_COLOR" in environ,
        has_signs=term != "linux" and "utf8" in spoken.lower().replace("-", ""),
        reads_aloud=environ.get(_ACCESSIBLE, "0") not in {"", "0"},
    )


class LookFilter(LineFilter):
    """Sends what the terminal can show: no colours, numbers of colours, signs in ASCII.

    Args:
        look: the look that is drawn.
        has_signs: whether the terminal shows more than ASCII.
    """

    def __init__(self, look: Look, *, has_signs: bool) -> None:
        super().__init__()
        self._look = look
        self._has_signs = has_signs

    @override
    def apply(self, segments: list[Segment], background: TextualColor) -> list[Segment]:
        """Return the segments as this terminal gets them."""
        sent = self._sent
        show = str if self._has_signs else in_ascii
        return [Segment(show(text), sent(style), control) for text, style, control in segments]

    def _sent(self, style: Style | None) -> Style | None:
        if style is None or (self._look.has_colours and not self._look.indices):
            return style
        return _sent(self._look, style)


@lru_cache(64)
def filter_for(look: Look, *, has_signs: bool) -> LookFilter | None:
    """Return the filter that a look needs here, or None; the same one each time, because lines are kept by it."""
    needs = not look.has_colours or look.indices or not has_signs
    return LookFilter(look, has_signs=has_signs) if needs else None


_ATTRIBUTES: Final = ("bold", "underline", "reverse", "strike")


@lru_cache(4096)
def _sent(look: Look, style: Style) -> Style:
    kept = {name: getattr(style, name) or None for name in _ATTRIBUTES}
    if not look.has_colours:
        return Style(**kept)
    return Style(color=_numbered(look, style.color), bgcolor=_numbered(look, style.bgcolor), **kept)


def _numbered(look: Look, colour: Color | None) -> Color | None:
    index = None if colour is None or colour.triplet is None else look.indices.get(colour.triplet.hex)
    return colour if index is None else Color.from_ansi(index)
