"""Dates for a calendar program (RFC 5545). A calendar is read by phones and clouds: it gets the date and nothing else.

The title of each entry is `Date` and its number: no caller can put a name or a reference there.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from vault.deadlines.facts import Moment
from vault.errors import UsageError
from vault.words.message import Message

_UID = re.compile(r"[0-9a-f-]{16,64}", re.ASCII)
_LONGEST_LINE = 75  # octets, the end of the line not counted
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """A date under a random id, which says nothing of the case.

    Attributes:
        uid: 16 to 64 hexadecimal digits and hyphens; the same for a date that moved.
        at: the day, or the time with a zone.

    Raises:
        UsageError: the id has another form, or the time no zone.
    """

    uid: str
    at: Moment = field(repr=False)

    def __post_init__(self) -> None:
        if _UID.fullmatch(self.uid) is None:
            raise UsageError(Message("{field} must be 16 to 64 hexadecimal digits", field="uid"))
        if isinstance(self.at, datetime.datetime) and self.at.utcoffset() is None:
            raise UsageError(Message("{field} must name its time zone", field="at"))


def calendar_text(entries: Sequence[Entry], stamp: datetime.datetime, render: Callable[[Message], str]) -> str:
    """Return the text of a calendar file: the dates, numbered in their order, as `render` says them in its language.

    `stamp` is when the file is made; the form requires it.

    Raises:
        UsageError: the stamp has no zone.
    """
    if stamp.utcoffset() is None:
        raise UsageError(Message("{field} must name its time zone", field="stamp"))
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//CaseVault//EN"]
    for number, entry in enumerate(entries, 1):
        lines += _event(entry, stamp, render(Message("Date {number}", number=number)))
    return "".join(f"{line}\r\n" for whole in [*lines, "END:VCALENDAR"] for line in _folded(whole))


def _event(entry: Entry, stamp: datetime.datetime, title: str) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{entry.uid}"
    yield f"DTSTAMP:{_utc(stamp)}"
    if isinstance(entry.at, datetime.datetime):
        yield f"DTSTART:{_utc(entry.at)}"
    else:
        yield f"DTSTART;VALUE=DATE:{entry.at:%Y%m%d}"
    yield f"SUMMARY:{_escaped(title)}"
    yield "END:VEVENT"


def _utc(moment: datetime.datetime) -> str:
    return f"{moment.astimezone(datetime.UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    """Return a text in which nothing ends the line or the value."""
    return re.sub(r"([\\;,])", r"\\\1", _CONTROL.sub(" ", text))


def _folded(line: str) -> Iterator[str]:
    """Yield a line in pieces of at most 75 octets, each but the first behind a space, no letter cut in two."""
    piece, size = "", 0
    for letter in line:
        octets = len(letter.encode("utf-8", "replace"))
        if size + octets > _LONGEST_LINE:
            yield piece
            piece, size = " ", 1
        piece += letter
        size += octets
    yield piece
