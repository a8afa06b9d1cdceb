"""The one gate through which stored text becomes display text, in the app and on the command line."""

from __future__ import annotations

import re

# C0 but newline and tab, DEL, C1, bidi controls, zero-width and invisible tags: what can move a cursor, write a
# clipboard, reorder a line or hide in it.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_MARK = "\u00b7"  # a visible middle dot


def safe_text(stored: str) -> str:
    """Return the text with everything that a terminal could obey, or a reader not see, made a visible mark."""
    return _UNSAFE.sub(_MARK, stored)
