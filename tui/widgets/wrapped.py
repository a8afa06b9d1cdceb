"""Text broken into lines of terminal cells, where a letter may take two cells, one or none."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len, set_cell_size

from tui.text.safe_text import safe_text

_LETTERS_A_CELL = 4
"""So many letters of a long word are looked at for each cell: more would be marks on one letter."""


def wrapped(untrusted: str, width: int) -> list[str]:
    """Return the text in lines of at most so many cells, broken at blanks; a longer word is broken too."""
    width = max(width, 1)
    return [
        line
        for paragraph in safe_text(untrusted).replace("\t", " ").split("\n")
        for line in ([paragraph] if _fits(paragraph, width) else _wrapped(paragraph, width))
    ]


def _fits(text: str, width: int) -> bool:
    return len(text) <= _LETTERS_A_CELL * width and cell_len(text) <= width


def _wrapped(paragraph: str, width: int) -> Iterator[str]:
    line, room = "", width
    for word in paragraph.split(" "):
        blank = " " if line else ""
        if _fits(word, room - len(blank)):
            line += blank + word
            room -= len(blank) + cell_len(word)
            continue
        if line:
            yield line
        *whole, line = _parts(word, width)
        yield from whole
        room = width - cell_len(line)
    yield line


def _parts(word: str, width: int) -> list[str]:
    """Return a word in pieces that fit; a letter that is wider than that stands alone."""
    parts: list[str] = []
    while not _fits(word, width):
        piece = set_cell_size(word[: _LETTERS_A_CELL * width], width).rstrip(" ") or word[0]
        parts.append(piece)
        word = word[len(piece) :]
    return [*parts, word]
