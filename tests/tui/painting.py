"""An app without a terminal paints for nobody: it does so once it rests, not at each step on the way there.

More than a third of the time of a test of a screen went into such paints, which Textual throws away.
"""

from __future__ import annotations

from typing import Any, Final

from textual.app import App
from textual.screen import Screen

_paint: Final = Screen._compositor_refresh


class Photographed:
    """An app of which pictures are taken: each of them paints all of it, and nothing else has to."""


def paint_later(screen: Screen[Any]) -> None:
    """Keep what has to be painted until `paint`; at a terminal, paint it now. Stands in for Textual's own method."""
    if screen.app.is_headless and screen is screen.app.screen:
        screen._dirty_widgets.clear()  # the compositor keeps their regions
    else:
        _paint(screen)


def paint(app: App[Any]) -> None:
    """Paint what was kept."""
    if app.screen._compositor._dirty_regions and not isinstance(app, Photographed):
        _paint(app.screen)
