"""The messages of a chat from WhatsApp, or of a copy of one from Signal: lines that begin with date and sender."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from vault.casework.papers.chat import message_lines

_MARKS = re.compile("[\u200e\u200f\u202a-\u202e\ufeff]")
_BEGINS = re.compile(
    r"\[?(\d{1,4})([./-])(\d{1,2})\2(\d{2,4}),? "
    r"(\d{1,2})[:.](\d\d)(?:[:.]\d\d)?(?:[ \u00a0\u202f]?([AaPp])\.?[\u00a0 ]?[Mm]\.?)?"
    r"(?:\]| [-–])[ ](.*)"
)
_MOST_BYTES: Final = 32 << 20
_FEWEST: Final = 2
_PIECE: Final = 1 << 16
_DAYS, _MONTHS, _HALF_DAY = 31, 12, 12
_CENTURY: Final = 2000


class _Begun(NamedTuple):
    """The first line of a message: three numbers of its day as they stand, its time, and the rest."""

    day: tuple[int, int, int]
    is_dotted: bool
    as_written: str
    time: str
    rest: str


def is_chat(text: str) -> bool:
    """Say whether a text is a chat: its first line begins a message, and so do others."""
    lines = [line for line in _clean(text[:_PIECE]).splitlines() if line.strip()]
    return bool(lines) and _begun(lines[0]) is not None and sum(_begun(line) is not None for line in lines) >= _FEWEST


def lines_of_chat(text: str) -> Iterator[str]:
    """Yield the messages, written down as `casework.papers.chat` says.

    Days come as the telephone wrote them. Where nothing tells whether the day or the month is first, they stay so.
    """
    lines = _clean(text).splitlines()
    begun = [_begun(line) for line in lines]
    order = _order(first for first in begun if first is not None)
    head, body = None, list[str]()
    for line, first in zip(lines, begun, strict=True):
        if first is None:
            body.append(line)
            continue
        if head is not None:
            yield from _message(head, body, order)
        head, body = first, []
    if head is not None:
        yield from _message(head, body, order)


def text_in_archive(content: bytes) -> str | None:
    """Return the text of the chat in a ZIP archive; None where it holds no single one, or one of over 32 MiB."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [name for name in archive.namelist() if name.casefold().endswith(".txt") and "/" not in name]
            if len(names) != 1:
                return None
            with archive.open(names[0]) as part:
                read = part.read(_MOST_BYTES + 1)
        return None if len(read) > _MOST_BYTES else read.decode("utf-8-sig", errors="replace")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        return None


def _clean(text: str) -> str:
    return _MARKS.sub("", text)


def _begun(line: str) -> _Begun | None:
    found = _BEGINS.match(line)
    if found is None:
        return None
    first, mark, second, third, hour, minute, half, rest = found.groups()
    hours = int(hour)
    if half:
        hours = hours % _HALF_DAY + (_HALF_DAY if half in "pP" else 0)
    time = f"{hours:02}:{minute}"
    written = f"{first}{mark}{second}{mark}{third} {time}"
    return _Begun((int(first), int(second), int(third)), mark == ".", written, time, rest)


def _order(messages: Iterable[_Begun]) -> tuple[int, int, int] | None:
    """Return the places of year, month and day among the three numbers; None where they cannot be told."""
    firsts, seconds, dotted = set[int](), set[int](), False
    for message in messages:
        firsts.add(message.day[0])
        seconds.add(message.day[1])
        dotted |= message.is_dotted
    if max(firsts, default=0) > _DAYS:
        return 0, 1, 2
    if dotted or max(firsts, default=0) > _MONTHS:
        return 2, 1, 0
    return (2, 0, 1) if max(seconds, default=0) > _MONTHS else None


def _message(head: _Begun, body: list[str], order: tuple[int, int, int] | None) -> Iterator[str]:
    sender, colon, text = head.rest.partition(": ")
    if not colon:
        sender, text = "", head.rest
    if head.rest.endswith(":") and not colon:
        sender, text = head.rest[:-1], ""
    return message_lines(_when(head, order), sender, "\n".join((text, *body)).rstrip())


def _when(head: _Begun, order: tuple[int, int, int] | None) -> str:
    if order is None:
        return head.as_written
    year, month, day = (head.day[place] for place in order)
    if not (1 <= month <= _MONTHS and 1 <= day <= _DAYS):
        return head.as_written
    return f"{year if year > _DAYS * _MONTHS else _CENTURY + year:04}-{month:02}-{day:02} {head.time}"
