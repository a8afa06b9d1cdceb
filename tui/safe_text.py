"""The one gate through which stored text becomes display text: what a terminal could obey becomes a visible mark."""

from __future__ import annotations

import re
from typing import Final

# A mark of one cell for each kind, so that every span keeps its place: U+2400 block for C0, one sign for all the rest.
_OTHER_MARK: Final = "␦"

# C1 controls; direction marks, embeddings, overrides and isolates; line and paragraph separators; deprecated format
# characters; interlinear annotation; tag characters; lone surrogates, which no terminal encoding can write.
_OTHER_RANGES: Final = (
    (0x80, 0x9F),
    (0x61C, 0x61C),
    (0x200E, 0x200F),
    (0x2028, 0x202E),
    (0x2066, 0x206F),
    (0xD800, 0xDFFF),
    (0xFFF9, 0xFFFB),
    (0xE0000, 0xE007F),
)


def _marks() -> dict[int, str]:
    table = {code: chr(0x2400 + code) for code in range(0x20) if code not in (0x09, 0x0A)}
    table[0x7F] = "␡"
    for first, last in _OTHER_RANGES:
        table.update(dict.fromkeys(range(first, last + 1), _OTHER_MARK))
    return table


MARKS: Final = _marks()
"""What is never shown as it is, by code point, with the mark that stands for it."""

_HOSTILE: Final = re.compile("[" + "".join(re.escape(chr(code)) for code in sorted(MARKS)) + "]")
_NEVER_IN_A_LINE: Final = re.compile("[\t\n" + "".join(re.escape(chr(code)) for code in sorted(MARKS)) + "]")


def safe_text(untrusted: str) -> str:
    """Return the text with every character that a terminal could obey replaced by a visible mark.

    Newline and tab stay. The carriage return of a Windows line end becomes a space. The result has the length of the
    text, so that half-open character ranges found in one hold in the other.
    """
    if not _HOSTILE.search(untrusted):
        return untrusted
    return untrusted.replace("\r\n", " \n").translate(MARKS)


def safe_line(untrusted: str) -> str:
    """Return `safe_text` of the text as one line of the same length: newlines and tabs become spaces."""
    return safe_text(untrusted).replace("\n", " ").replace("\t", " ")


def safe_paste(untrusted: str) -> str:
    """Return pasted text as it may enter a field: line ends as newlines, the rest through `safe_text`."""
    return safe_text(untrusted.replace("\r\n", "\n").replace("\r", "\n"))


def without_hostile(untrusted: str) -> str:
    """Return one rendered line without any character that `safe_text` would mark, and without tab and newline.

    The backstop for text that missed the gate; it deletes, because the width of the line is already settled and these
    characters were counted as nothing.
    """
    return _NEVER_IN_A_LINE.sub("", untrusted)
