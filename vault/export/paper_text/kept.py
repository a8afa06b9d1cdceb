"""What is kept of a text that a paper gave: printable, in bounds."""

from __future__ import annotations

from collections.abc import Iterable

MOST_LETTERS = 1_000_000
_KEPT = frozenset("\n\t")
_BROKEN = "\ufffd"
_LEAST = 1000


def _clean(letter: str) -> str:
    """Return a letter as it is kept: spaces of all kinds as blanks, nothing of what no screen shows."""
    if letter in _KEPT or (letter.isprintable() and letter != _BROKEN):
        return letter
    return " " if letter.isspace() else ""


class Kept:
    """Collects text until there is too much of it."""

    def __init__(self, most: int = MOST_LETTERS) -> None:
        self._left = most
        self._parts: list[str] = []
        self.is_whole = True
        self.is_unseen = False

    def add(self, text: str) -> bool:
        """Keep a piece; False once no more is taken."""
        looked_at = text[: 2 * self._left + _LEAST]
        clean = "".join(map(_clean, looked_at.replace("\r\n", "\n")))
        self.is_whole &= len(clean) <= self._left and len(looked_at) == len(text)
        self._parts.append(clean[: self._left])
        self._left -= len(self._parts[-1])
        return self._left > 0

    def add_all(self, texts: Iterable[str]) -> None:
        """Keep pieces one below the other, until no more is taken."""
        for text in texts:
            if not self.add(text) or not self.add("\n"):
                self.is_whole = False
                return

    def text(self) -> str:
        """Return what was kept."""
        return "".join(self._parts).strip()
