"""What the app adds to the one gate of `vault.display`: line ends, single lines, pastes, and the backstop."""

from __future__ import annotations

import re
from typing import Final

from vault import display

# The backstop has its own list, so that a gap in the gate is not a gap here too. In a finished line nothing below
# U+0020 has a meaning, neither tab nor newline.
_NEVER_IN_A_LINE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ud800-\udfff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def safe_text(untrusted: str) -> str:
    """Return `vault.display.safe_text` of the text: every character that a terminal could obey is a visible mark.

    Newline and tab stay; the carriage return of a Windows line end becomes a space. The result has the length of the
    text, so that half-open character ranges found in one hold in the other.
    """
    return display.safe_text(untrusted.replace("\r\n", " \n"))


def safe_line(untrusted: str) -> str:
    """Return `safe_text` of the text as one line of the same length: newlines and tabs become spaces."""
    return safe_text(untrusted).replace("\n", " ").replace("\t", " ")


def safe_paste(untrusted: str) -> str:
    """Return pasted text as it may enter a field: line ends as newlines, the rest through `safe_text`."""
    return safe_text(untrusted.replace("\r\n", "\n").replace("\r", "\n"))


def without_hostile(untrusted: str) -> str:
    """Return one rendered line without what `safe_text` should have marked, for text that missed the gate.

    It deletes, because the width of the line is already settled and these characters were counted as nothing.
    """
    return _NEVER_IN_A_LINE.sub("", untrusted)


# The first line of a text, for a row of a list.
_MOST_LETTERS: Final = 1_000


def first_line(text: str) -> str:
    """Return the first line of a text that is not blank, as far as a row may show it."""
    return text.lstrip()[:_MOST_LETTERS].partition("\n")[0].rstrip()
