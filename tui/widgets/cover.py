"""An empty screen that hides whatever lies below it."""

from __future__ import annotations

from typing import ClassVar

from textual.screen import Screen


class Cover(Screen[None]):
    """Shows nothing and answers nothing; the app's own keys (lock, leave) still work."""

    DEFAULT_CSS: ClassVar[str] = """
    Cover { background: $bg; }
    """
