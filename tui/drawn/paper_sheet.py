"""A recovery sheet as somebody copies it by hand: how far they are, its rows of words, the vault that it belongs to."""

from __future__ import annotations

from typing import Final

from tui.drawn.pieces import FG, Line, Rows, finished
from tui.looks.signs import LASTED, WILL_LAST
from tui.values.values_own import SheetShown
from vault.words.message import Message, plural

_LEFT: Final = 0
_BAR: Final = 20
_MINUTES: Final = 2
"""About as long as one sheet takes."""
_NUMBER: Final = 4
_WORD: Final = 8
_GAP: Final = 3
_OF_VAULT: Final = 7


def paper_sheet(sheet: SheetShown, width: int) -> Rows:
    """Return the rows of a sheet: words with their numbers, and behind each row what tells when a word is wrong."""
    title = Line(width)
    end = title.put(
        _LEFT,
        Message("CASEVAULT RECOVERY SHEET {number} of {total}", number=sheet.number, total=sheet.count),
        "acc",
        bold=True,
    )
    title.put(end + _GAP, Message("any {needed} open everything", needed=sheet.needed))
    lines = [_progress(sheet, width), title, Line(width)]
    place = 1
    for number, words, check in sheet.rows:
        line = Line(width)
        line.put_right(_LEFT + 2, str(number), "dim")
        x = _LEFT + _GAP
        for word in words:
            line.put_right(x + _NUMBER, str(place), "dim")
            line.put(x + _NUMBER + 1, word, bold=True)
            x += _NUMBER + 1 + _WORD + 1
            place += 1
        line.put(x + _GAP, check, "acc")
        lines.append(line)
    lines += [Line(width), _line(width, Message("The vault that it belongs to:"), "dim")]
    lines += [
        _line(width, " ".join(sheet.root_words[at : at + _OF_VAULT]))
        for at in range(0, len(sheet.root_words), _OF_VAULT)
    ]
    lines += [
        _line(width, Message("The number behind a row tells a wrong word."), "dim"),
        _line(width, Message("Keep it abroad, apart from all other sheets."), "dim"),
    ]
    return finished(lines)


def _progress(sheet: SheetShown, width: int) -> Line:
    """Return a bar of the sheets that are on paper, and how long the others take."""
    done, left = sheet.number - 1, sheet.count - sheet.number + 1
    full = done * _BAR // sheet.count
    line = Line(width)
    end = line.put(_LEFT, LASTED * full, "acc")
    end = line.put(end, WILL_LAST * (_BAR - full), "mark")
    minutes = plural("about {count} minute", "about {count} minutes", count=left * _MINUTES)
    line.put(end + _GAP, Message("{done} done, {left} to go, {minutes}", done=done, left=left, minutes=minutes), "dim")
    return line


def _line(width: int, words: Message | str, means: str = FG) -> Line:
    line = Line(width)
    line.put(_LEFT, words, means)
    return line
