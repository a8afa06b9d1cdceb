"""Text broken into lines of terminal cells, where a letter may take two cells, one or none."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size

from tui.text.safe_text import safe_text


def wrapped(untrusted: str, width: int) -> list[str]:
    """Return the text in lines of at most so many cells, broken at blanks; a longer word is broken too."""
    lines: list[str] = []
    for paragraph in safe_text(untrusted).replace("\t", " ").split("\n"):
        lines += _wrapped(paragraph, max(width, 1))
    return lines


def _wrapped(paragraph: str, width: int) -> list[str]:
    lines = [""]
    for word in paragraph.split(" "):
        before = f"{lines[-1]} " if lines[-1] else ""
        if cell_len(before + word) <= width:
            lines[-1] = before + word
            continue
        parts = _parts(word, width)
        lines = [*lines[: -1 if not lines[-1] else None], *parts]
    return lines


def _parts(word: str, width: int) -> list[str]:
    """Return a word in pieces that fit; a letter that is wider than that stands alone."""
    parts: list[str] = []
    while cell_len(word) > width:
        piece = set_cell_size(word, width).rstrip(" ") or word[0]
        parts.append(piece)
        word = word[len(piece) :]
    return [*parts, word]
