"""The messages of chats that WhatsApp, Signal or Telegram gave out, and how one is written down."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import Any, Final, NamedTuple

from typing_extensions import override

# How a chat is written down once it was read: each message says when and by whom it was written, and what.
# 2023-06-05 17:40 Ilham: They took him. He has no lawyer.

_INDENT: Final = "    "
_LONGEST_SENDER: Final = 80
_SENT = re.compile(rf"(?! )(?:[^\n]{{8,24}}?)  ([^\s:][^:\n]{{0,{_LONGEST_SENDER - 1}}}): ")


def message_lines(when: str, sender: str, text: str) -> Iterator[str]:
    """Yield a message as it is written down; without a sender it is one of the program, such as who joined.

    No line of a text can pass for the head of another message: what follows the first is indented.
    """
    first, *more = text.splitlines() or [""]
    named = " ".join(sender.replace(":", " ").split())[:_LONGEST_SENDER]
    yield f"{when}  {named}: {first}" if named else f"{when}  {first.replace(': ', ' ')}"
    yield from (f"{_INDENT}{line}" for line in more)


def senders_in(text: str) -> Counter[str]:
    """Return who wrote how many messages of a chat that was written down so."""
    found = (_SENT.match(line) for line in text.splitlines())
    return Counter(sent.group(1) for sent in found if sent is not None)


# The messages of a chat from WhatsApp, or of a copy of one from Signal: lines that begin with date and sender.
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


# The messages of chats that Telegram gave out: as JSON of one chat or of all, or as a page of HTML.
_MINUTE: Final = len("2023-06-05T17:40")
_ON_A_PAGE = re.compile(r"(\d\d)\.(\d\d)\.(\d{4}) (\d\d:\d\d)")
_HEAD: Final = 1 << 16


def lines_of_json(text: str) -> list[str] | None:
    """Return the messages of a `result.json`, written down as `casework.papers.chat` says; None where it is none."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    match told:
        case {"messages": list(messages)}:
            chats = [("", messages)]
        case {"chats": {"list": list(every)}}:
            chats = [_chat(chat) for chat in every if isinstance(chat, dict)]
        case _:
            return None
    return list(_lines(chats)) or None


def is_page(text: str) -> bool:
    """Say whether a text is a page of HTML as Telegram gives it out."""
    head = text[:_HEAD]
    return head.lstrip().startswith("<") and 'class="from_name"' in head and 'class="message' in head


def lines_of_page(text: str) -> Iterator[str]:
    """Yield the messages of such a page."""
    page = _Page()
    page.feed(text)
    page.close()
    page.end_message()
    yield from page.lines


def _chat(chat: dict[str, Any]) -> tuple[str, list[Any]]:
    messages = chat.get("messages")
    return str(chat.get("name") or ""), messages if isinstance(messages, list) else []


def _lines(chats: list[tuple[str, list[Any]]]) -> Iterator[str]:
    for name, messages in chats:
        if name:
            yield f"    {' '.join(name.split())}"
        for message in messages:
            if isinstance(message, dict) and isinstance(message.get("date"), str):
                when = message["date"][:_MINUTE].replace("T", " ")
                sender = message.get("from") or message.get("actor") or ""
                yield from message_lines(when, str(sender), _said(message))


def _said(message: dict[str, Any]) -> str:
    parts = message.get("text", "")
    every = parts if isinstance(parts, list) else [parts]
    said = "".join(part if isinstance(part, str) else str(part.get("text", "")) for part in every if _is_text(part))
    files = [str(message[name]) for name in ("file", "photo") if isinstance(message.get(name), str)]
    return "\n".join(filter(None, (said, *files)))


def _is_text(part: object) -> bool:
    return isinstance(part, str | dict)


class _Page(HTMLParser):
    """Collects messages: a day and time in a title, the name and the text in elements of their class."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self._when = self._sender = ""
        self._words: list[str] = []
        self._in: list[str] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br" and self._part == "text":
            self._words.append("\n")
        if tag != "div":
            return
        told = dict(attrs)
        classes = (told.get("class") or "").split()
        if "message" in classes:
            self.end_message()
        if "date" in classes and not self._when and (found := _ON_A_PAGE.match(told.get("title") or "")):
            day, month, year, time = found.groups()
            self._when = f"{year}-{month}-{day} {time}"
        part = next((name for name in ("from_name", "text") if name in classes), "")
        if part == "from_name" and not self._words:
            self._sender = ""
        self._in.append(part)

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag == "div" and self._in:
            self._in.pop()

    @override
    def handle_data(self, data: str) -> None:
        if self._part == "text":
            self._words.append(data)
        elif self._part == "from_name":
            self._sender += data

    def end_message(self) -> None:
        """Write down the message that was read; one that is joined to the one before keeps its sender."""
        if self._when:
            self.lines += message_lines(self._when, self._sender, "".join(self._words).strip())
        self._when, self._words = "", []

    @property
    def _part(self) -> str:
        return self._in[-1] if self._in else ""
