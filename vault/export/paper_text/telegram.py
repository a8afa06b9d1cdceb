"""The messages of chats that Telegram gave out: as JSON of one chat or of all, or as a page of HTML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any, Final

from typing_extensions import override

from vault.casework.papers.chat import message_lines

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
