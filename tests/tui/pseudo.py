"""A language that nobody speaks: accents on each letter, 40 % longer, in brackets; and what a screen shows in it.

A text of ours without accents missed the catalogue. A bracket that does not close was cut off.
"""

from __future__ import annotations

import copy
import dataclasses
import gettext
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Self

import msgspec
from textual.widget import Widget
from textual.widgets import Input, TextArea
from typing_extensions import override

from tests.tui.pictures import StillDesk
from tui.values.code_words import CODES
from tui.widgets.virtual_list import VirtualList
from vault.acts.act import Agreed, OpenFormsError
from vault.services.projection.stored_records import Stored
from vault.words.message import Message

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_ACCENTS: Final = "åƀçđéƒĝħîĵķłṁñöþǫŕšťûṽŵẋýž"
_ACCENTED: Final = str.maketrans(_LETTERS + _LETTERS.upper(), _ACCENTS + _ACCENTS.upper())
_GREEK: Final = "αβψδεφγηιξκλμνοπθρστυωςχζϕΑΒΨΔΕΦΓΗΙΞΚΛΜΝΟΠΘΡΣΤΥΩϢΧΖϤ"
_TO_GREEK: Final = str.maketrans(_LETTERS + _LETTERS.upper(), _GREEK)
_FROM_GREEK: Final = str.maketrans(_GREEK, _LETTERS + _LETTERS.upper(), "\x1b\u202e\x9b")
_PLACE: Final = re.compile(r"(\{\w+\})")
_HAS_LETTERS: Final = re.compile(r"[^\W\d_]")
_CODE: Final = re.compile(r"[0-9T:-]+|[a-z]+\.[a-z]+|[0-9a-f]+|two-person|alone|ok|in|lawyer|/.*")
"""What an answer says to the program, not to a person."""
_VALUES: Final = re.compile(r"/\S+|\S+\.vault\b|\b[A-Z0-9]{4}-[A-Z0-9]{4}\b|\b[a-z]+\.[a-z]+\b|\b[0-9a-f]{4,}\b|age1")
"""What the program shows as it is: paths, acts of the log, ids, references, keys of recipients, names of vaults."""
_TEXTS: Final = frozenset({"lines", "sheets_words", "words"})
_WITH_THE_LOCK_SCREEN: Final = 2
HOSTILE: Final = "\x1b\u202e\x9b"
"""What a terminal or a reader might obey; one of them stands in each value."""
_REF: Final = re.compile(r"[A-Z0-9]{4}(-[A-Z0-9]{4})?")
_KEYS: Final = frozenset({"Backspace", "Ctrl", "Down", "Enter", "Esc", "Home", "PgDn", "Space", "Tab", "ok"})


def accented(text: str) -> str:
    """Return the letters of a template as this language writes them."""
    return "".join(part if _PLACE.fullmatch(part) else part.translate(_ACCENTED) for part in _PLACE.split(text))


class Pseudo(gettext.NullTranslations):
    """The catalogue of this language."""

    @override
    def gettext(self, message: str) -> str:
        letters = _PLACE.sub("", message)
        if not _HAS_LETTERS.search(letters):
            return message
        more = max(math.ceil(0.4 * len(letters)), 2) - 2
        return f"‹{accented(message)}{'ẋ' * more}›"

    @override
    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


def foreign(answer: Any, *, is_text: bool = False) -> Any:  # noqa: PLR0911 - one for each type
    """Return an answer of the vault with its texts in Greek letters, so that they are not taken for words of ours.

    In each stands what a terminal might obey.
    """
    if isinstance(answer, str):
        is_code = isinstance(answer, Enum) or (answer in CODES and not is_text) or _CODE.fullmatch(answer)
        if is_code:
            return answer
        planted = "" if _REF.fullmatch(answer) else HOSTILE[len(answer) % len(HOSTILE)]
        return _HAS_LETTERS.sub(lambda letter: letter[0] + planted, answer.translate(_TO_GREEK), count=1)
    if isinstance(answer, Message):
        made = Message(answer.template, **{name: foreign(value) for name, value in answer.values})
        object.__setattr__(made, "many", answer.many)
        return made
    if isinstance(answer, tuple | list):
        return type(answer)(foreign(part, is_text=is_text) for part in answer)
    if isinstance(answer, dict):
        return {name: foreign(value, is_text=name in _TEXTS) for name, value in answer.items()}
    if dataclasses.is_dataclass(answer) and not isinstance(answer, type | Message):
        copied = copy.copy(answer)  # not made anew: what refuses hostile letters would refuse them here
        for field in dataclasses.fields(answer):
            value = foreign(getattr(answer, field.name), is_text=field.name in _TEXTS)
            object.__setattr__(copied, field.name, value)
        return copied
    if isinstance(answer, Stored):
        return msgspec.structs.replace(answer, value=foreign(answer.value))
    if callable(answer):
        return lambda *given, **named: _asked(answer, given, named)
    return answer


def _asked(answer: Any, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
    try:
        return foreign(answer(*map(_native, given), **{name: _native(value) for name, value in named.items()}))
    except OpenFormsError as found:
        raise OpenFormsError(foreign(found.questions)) from None


def _native(asked: Any) -> Any:
    if isinstance(asked, dict):
        return {_native(name): value for name, value in asked.items()}
    if isinstance(asked, Agreed):
        return dataclasses.replace(asked, decided=_native(asked.decided))
    return asked.translate(_FROM_GREEK) if isinstance(asked, str) else asked


@dataclass(frozen=True)
class Seen:
    """What a widget shows."""

    widget: Widget
    text: str

    @property
    def is_of_values(self) -> bool:
        """Whether it is a list of what the vault holds, whose cells may be cut."""
        return isinstance(self.widget, VirtualList) and len(self.widget.columns) > 1


class PseudoDesk(StillDesk):
    """Somebody at the still app who reads this language."""

    @override
    def press(self, *keys: str) -> Self:
        return super().press(*(accented(key) if len(key) > 1 and key.startswith(":") else key for key in keys))

    @override
    def wait_for(self, words: str) -> Self:
        return super().wait_for(accented(words))

    def clear_lock_screen(self) -> None:
        """Leave what lies over the lock screen, and the passphrase that was typed."""
        if len(self.app.screen_stack) > _WITH_THE_LOCK_SCREEN:
            self.press("escape")
        self.clear("passphrase")

    def shown(self) -> list[Seen]:
        """Return what the widgets of the screen on top show, but for what was typed."""
        return self._in_app(lambda: list(_seen(self.screen)))


def _seen(screen: Any) -> Iterator[Seen]:
    if screen.query_one("#too-small").display:  # it covers all
        return
    strips = screen._compositor.render_strips()
    for widget, (region, clip) in screen._compositor.visible_widgets.items():
        part = region.intersection(clip)
        typed = widget.value if isinstance(widget, Input) else isinstance(widget, TextArea)
        if part and not (widget.children or typed or widget.id == "too-small"):
            lines = [strip.crop(part.x, part.right).text.strip() for strip in strips[part.y : part.bottom]]
            text = "\n".join(lines).strip()
            if widget.max_scroll_y > widget.scroll_y and "›" in text:  # what goes on below is not cut
                text = text[: text.rindex("›") + 1]
            yield Seen(widget, text)


def bare_words(text: str) -> list[str]:
    """Return the words of ours in a text that did not come through the catalogue."""
    return [word for word in re.findall(r"[A-Za-z]{2,}", _VALUES.sub("", text)) if word not in _KEYS]


def is_cut(text: str) -> bool:
    """Say whether a text of ours does not reach its end."""
    return text.count("‹") != text.count("›")
