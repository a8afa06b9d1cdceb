"""What is read on the pages of a paper, and what is left of them once some of its text is hidden. No picture is here.

Places are in points of the picture, of which an inch has 150, from the upper left corner.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Any, Final

Box = tuple[int, int, int, int]
"""Left, top, right and bottom; right and bottom are the first points that are no more of it."""

MOST_PAGES: Final = 300
ACROSS, DOWN = 75, 6
"""The grid of the painted boxes: half an inch, so that a box does not tell how long a word was."""
_BESIDE = 3
"""So many points of a hidden word may stand outside its box."""
_TOUCHED = 4
"""A word that is covered by so small a part of its height can still be read."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word, its box, and upper and lower end of its line; `begins` a line."""

    text: str = field(repr=False)
    box: Box
    line: tuple[int, int]
    begins: bool

    def to_json(self) -> list[Any]:
        return [self.text, list(self.box), list(self.line), self.begins]

    @classmethod
    def from_json(cls, value: Any) -> Word:
        text, (left, top, right, bottom), (upper, lower), begins = value
        return cls(str(text), (int(left), int(top), int(right), int(bottom)), (int(upper), int(lower)), bool(begins))


@dataclass(frozen=True, slots=True)
class Page:
    """Width and height, the words, and the boxes that are painted; `is_picture`: tesseract read it."""

    width: int
    height: int
    words: tuple[Word, ...] = field(repr=False)
    boxes: tuple[Box, ...] = ()
    is_picture: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "size": [self.width, self.height],
            "words": [word.to_json() for word in self.words],
            "boxes": [list(box) for box in self.boxes],
            "is_picture": self.is_picture,
        }

    @classmethod
    def from_json(cls, value: Any) -> Page:
        width, height = map(int, value["size"])
        boxes = tuple((int(a), int(b), int(c), int(d)) for a, b, c, d in value["boxes"])
        return cls(width, height, tuple(map(Word.from_json, value["words"])), boxes, bool(value["is_picture"]))

    @property
    def text(self) -> str:
        """The words, line by line."""
        return "".join(("\n" if word.begins else " ") + word.text for word in self.words)[1:]


@dataclass(frozen=True, slots=True)
class PaintedPaper:
    """A paper that was drawn anew, what is left of its pages, and the language in which a person said that it is."""

    pdf: bytes = field(repr=False)
    pages: tuple[Page, ...] = field(repr=False)
    language: str = ""


def text_of(pages: Iterable[Page]) -> str:
    """Return the text of a paper: its places are those of `left_of`."""
    return "\n".join(page.text for page in pages)


def left_of(pages: Sequence[Page], hidden: Iterable[tuple[int, int]]) -> tuple[Page, ...]:
    """Return the pages with the words that stay and the boxes to paint.

    `hidden` are half-open places in `text_of`. A word of which a letter is hidden goes whole, and so does a word that a
    box covers.
    """
    places = sorted(hidden)
    starts, ends = [start for start, _ in places], list(accumulate((end for _, end in places), max))
    at, left = 0, []
    for page in pages:
        goes, stays = list[Word](), list[Word]()
        for word in page.words:
            end = at + len(word.text)
            before = bisect_right(starts, end - 1)
            is_hidden = before > 0 and ends[before - 1] > at
            (goes if is_hidden else stays).append(word)
            at = end + 1
        at += not page.words
        boxes = tuple(dict.fromkeys(_snapped(word, page) for word in goes))
        covered = [word for word in stays if any(_covers(box, word.box) for box in boxes)]
        also = tuple(word.box for word in covered)
        kept = tuple(word for word in stays if word not in covered)
        left.append(replace(page, words=kept, boxes=(*boxes, *also)))
    return tuple(left)


def _snapped(word: Word, page: Page) -> Box:
    (start, top, end, bottom), (upper, lower) = word.box, word.line
    return (
        max(0, (start - _BESIDE) // ACROSS * ACROSS),
        max(0, (min(top, upper) - _BESIDE) // DOWN * DOWN),
        min(page.width, -(-(end + _BESIDE) // ACROSS) * ACROSS),
        min(page.height, -(-(max(bottom, lower) + _BESIDE) // DOWN) * DOWN),
    )


def _covers(box: Box, word: Box) -> bool:
    """Say whether a box hides a part of a word, in breadth any, in height more than a little."""
    across = min(box[2], word[2]) - max(box[0], word[0])
    down = min(box[3], word[3]) - max(box[1], word[1])
    return across > 0 and _TOUCHED * down > word[3] - word[1]
