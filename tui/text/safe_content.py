"""Display text for widgets, never read as markup, and the filter behind it that no rendered line escapes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.segment import Segment
from textual.content import Content
from textual.filter import LineFilter
from typing_extensions import override

from tui.text.in_words import in_words
from tui.text.safe_text import safe_text, without_hostile
from vault.words.message import Words

if TYPE_CHECKING:
    from rich.style import Style
    from textual.color import Color


def safe_content(untrusted: Words, style: str = "") -> Content:
    """Return words for a widget: hostile characters as marks, square brackets as square brackets.

    Args:
        untrusted: a sentence, or any text, from the vault or from a translation.
        style: a style of ours for all of it, such as `bold` or `reverse`.
    """
    text = safe_text(in_words(untrusted))
    return Content.styled(text, style) if style else Content(text)


class HostileFilter(LineFilter):
    """Deletes from each rendered line what missed `safe_content`: control characters, raw control segments, links."""

    @override
    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments as text and style only."""
        return [
            Segment(without_hostile(text), _without_link(style)) for text, style, control in segments if control is None
        ]


def _without_link(style: Style | None) -> Style | None:
    # A link is written as OSC 8, with the address inside.
    return style.update_link(None) if style is not None and style.link else style


HOSTILE_FILTER: Final = HostileFilter()
