"""The bars of the log: how much was done on each day, and a letter for each kind of act that matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from rich.cells import cell_len

from tui.drawn.pieces import Line, Rows, finished, one_line
from tui.looks.signs import HALF, LASTED
from tui.text.calendar import days_from, on_calendar
from vault.words.message import Message, Words

EXPORT: Final = "E"
GRANT: Final = "G"
ALONE: Final = "A"
REFUSED: Final = "!"
LETTERS: Final[Mapping[str, Message]] = {
    EXPORT: Message("export"),
    GRANT: Message("grant"),
    ALONE: Message("alone"),
    REFUSED: Message("refused"),
}
"""Each letter under a bar, with its word, in the order in which they stand there."""
_MOST_PRESSING: Final = (REFUSED, ALONE, EXPORT, GRANT)

ROWS: Final = 4
"""How high the highest bar is."""
_FEW_DAYS: Final = 14
_MANY_DAYS: Final = 28
_WIDE: Final = 110
_LEFT: Final = 2
_FIRST: Final = 6
_WIDEST: Final = 5
_NARROWEST: Final = 3
_THOUSAND: Final = 1000
_LARGEST: Final = 999 * _THOUSAND


@dataclass(frozen=True, slots=True)
class DayCount:
    """What the log has of a day: how many entries, and the letters of `LETTERS` that matter."""

    count: int
    letters: str = ""


def days_shown(width: int) -> int:
    """Return how many days are asked for at this width: 14, or 28 in a wide terminal."""
    return _MANY_DAYS if width >= _WIDE else _FEW_DAYS


def bars(days: Mapping[date, DayCount], last: date, width: int) -> Rows:
    """Return the bars over their days, and the letters below them: `ROWS` + 2 rows.

    Args:
        days: what the log has of each day; a day that is not there has nothing.
        last: the day at the right end, in accent: today.
        width: of the place, in cells. Days that do not fit whole are left out, the oldest first.
    """
    highest = max((_count(days.get(day)) for day in _days(last, days_shown(width))), default=0)
    scale = _brief(highest)
    first = max(_FIRST, _LEFT + len(scale) + 1)
    room = max(width - first - _LEFT + 1, 0)  # the last bar needs no gap behind it
    step = max(_NARROWEST, min(_WIDEST, room // days_shown(width)))
    lines = [Line(width) for _ in range(ROWS + 2)]
    if highest:
        lines[0].put(_LEFT, scale, "dim")
    for place, day in enumerate(_days(last, min(days_shown(width), room // step))):
        x, is_last, count = first + place * step, day == last, days.get(day)
        token = "acc" if is_last else "mark"
        for height, sign in enumerate(_bar(_count(count), highest)):
            lines[ROWS - 1 - height].put(x, sign * min(step - 1, 3), token)
        lines[ROWS].put(x, f"{day.day:>2}", "acc" if is_last else "dim", bold=is_last)
        letters = _letters(count.letters if count else "", step - 1)
        lines[ROWS + 1].put(x, letters, "warn" if REFUSED in letters else "fg", bold=True)
    return finished(lines)


def legend(width: int, right: Words) -> Rows:
    """Return one row: what each letter stands for, and at the right end a few words if they fit whole."""
    line, x = Line(width), _LEFT
    for letter, word in LETTERS.items():
        text = one_line(word)
        if x + len(letter) + 1 + cell_len(text) > width - _LEFT:
            break
        x = line.put(x, letter, "warn" if letter == REFUSED else "fg", bold=True) + 1
        x = line.put(x, text, "dim") + 2
    if x + cell_len(one_line(right)) <= width - _LEFT:
        line.put_right(width - _LEFT, right, "dim")
    return finished([line])


def _days(last: date, count: int) -> Sequence[date]:
    return days_from(on_calendar(last.toordinal() - count + 1), count) if count > 0 else ()


def _count(day: DayCount | None) -> int:
    return max(day.count, 0) if day else 0


def _bar(count: int, highest: int) -> str:
    """Return a bar from the ground up, in halves of a cell; what happened at all is seen."""
    if not count:
        return ""
    halves = max(1, (2 * ROWS * 2 * count + highest) // (2 * highest))
    return LASTED * (halves // 2) + HALF * (halves % 2)


def _letters(letters: str, room: int) -> str:
    """Return the letters in their order; of more than fit, those that press most."""
    kept = [letter for letter in _MOST_PRESSING if letter in letters][:room]
    return "".join(letter for letter in LETTERS if letter in kept)


def _brief(count: int) -> str:
    """Return a number in four cells at most."""
    return f"{min(count, _LARGEST) // _THOUSAND}k" if count >= 10 * _THOUSAND else f"{count}"
