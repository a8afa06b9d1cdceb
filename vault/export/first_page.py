"""What of a report stands on its first page too: what is due when, who is held, and what happened when.

All of it is in the sections already: nothing comes to the first page that a profile does not let leave.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from vault.export.shown_sections import ShownSection
from vault.export.shown_text import is_day

MOST_DUE: Final = 8
_MOST_PASSED = 8
_OVER = frozenset({"over", "what-became", "outcome", "ended", "how-ended"})  # labels of what is over

Texts = Mapping[str, Sequence[str]]


class Moment(NamedTuple):
    """A date of one record. `kind` is a key of `Wording.moments`, `about` are the labels of what it was."""

    heading: str
    day: str
    kind: str
    about: tuple[str, ...]
    texts: Texts

    def is_over(self) -> bool:
        return not _OVER.isdisjoint(self.texts)

    def is_before(self, day: str) -> bool:
        """Say whether it lies wholly before a day."""
        return self.day[: len(day)] < day[: len(self.day.rstrip("~"))]


# Heading, label of the date, kind, labels of what it was.
_POINTS: Sequence[tuple[str, str, str, tuple[str, ...]]] = (
    ("case", "opened", "opened", ()),
    ("case", "stage-since", "stage", ("stage",)),
    ("incident", "when", "incident", ("what-happened", "place")),
    ("event", "when", "event", ("what-happened", "place")),
    ("detention", "taken", "taken", ("place",)),
    ("detention", "ends-by-order", "ends-by-order", ()),
    ("detention", "ended", "ended", ("how-ended",)),
    ("wanted", "seen", "wanted", ("system",)),
    ("hearing", "when", "hearing", ("about", "court")),
    ("deadline", "latest", "deadline", ("to-do", "what-became")),
)
_CAN_BE_DUE = frozenset({"hearing", "deadline", "ends-by-order"})


def texts_of(section: ShownSection) -> dict[str, list[str]]:
    """Return what a section says, by label."""
    texts: dict[str, list[str]] = {}
    for block in section.blocks:
        texts.setdefault(block.label, []).append(block.text)
    return texts


def _moments(sections: Sequence[ShownSection]) -> list[Moment]:
    found = (moment for section in sections for moment in _of(section))
    return sorted(found, key=lambda moment: moment.day)


def _of(section: ShownSection) -> Iterator[Moment]:
    texts = texts_of(section)
    for heading, label, kind, about in _POINTS:
        if section.heading == heading and label in texts and is_day(day := texts[label][0]):
            yield Moment(heading, day, kind, about, texts)


def due(sections: Sequence[ShownSection], day: str) -> list[Moment]:
    """Return what is still to be kept, the next first, and then what was not closed though its date has passed.

    A hearing that lies before the day is none of either: nothing can be done about it.
    """
    waiting = [moment for moment in _moments(sections) if moment.kind in _CAN_BE_DUE and not moment.is_over()]
    passed = [moment for moment in waiting if moment.is_before(day) and moment.kind != "hearing"]
    return [moment for moment in waiting if not moment.is_before(day)] + passed


def timeline(sections: Sequence[ShownSection], day: str) -> tuple[list[Moment], bool]:
    """Return the dates in their order, and whether there are more before the first of them; of none but one, none."""
    found = [moment for moment in _moments(sections) if moment.kind != "ends-by-order" or not moment.is_over()]
    if len(found) < 2:
        return [], False
    passed = sum(moment.is_before(day) for moment in found) if day else len(found)
    first = max(0, passed - _MOST_PASSED)
    return found[first : first + _MOST_PASSED + MOST_DUE], first > 0 or len(found) > first + _MOST_PASSED + MOST_DUE


def held(sections: Sequence[ShownSection]) -> list[ShownSection]:
    """Return the detentions that nobody ended."""
    detained = (section for section in sections if section.heading == "detention")
    return [section for section in detained if _OVER.isdisjoint(texts_of(section))]
