"""What constructors ask of their fields. A refusal names the field, never its value: the value may be a name.

Values come as `object`: a constructor is also where bytes that were decoded become a record.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TypeVar

from vault.display import is_name_as_seen, is_one_line
from vault.errors import UsageError
from vault.ids import ID_SIZE, is_case_ref
from vault.words.message import Message

LINE_CHARACTERS = 512
TEXT_CHARACTERS = 1_000_000
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
_LAST_MOMENT_MS = 253_402_300_800_000

_Word = TypeVar("_Word", bound=StrEnum)
_Item = TypeVar("_Item")


def checked_line(value: object, field: str, *, optional: bool = False, longest: int = LINE_CHARACTERS) -> str:
    """Return one line without the spaces around it.

    Raises:
        UsageError: not text, empty (unless `optional`), too long, more than one line, or half a letter in it.
    """
    if not isinstance(value, str):
        raise UsageError(Message("{field} must be text", field=field))
    refuse_halves(value, field)
    line = value.strip()
    if not line and not optional:
        raise UsageError(Message("{field} is empty", field=field))
    if len(line) > longest:
        raise UsageError(
            Message("{field} is longer than {line_characters} characters", field=field, line_characters=longest)
        )
    if len(line.splitlines()) > 1:
        raise UsageError(Message("{field} must be one line", field=field))
    return line


def refuse_halves(value: str, field: str) -> None:
    """Refuse a text that cannot be written as UTF-8.

    Raises:
        UsageError: there is half a letter in it.
    """
    if _has_halves(value):
        raise UsageError(
            Message("{field} contains half a letter, which cannot be stored", field=field),
            next_step=Message("Type it again, by hand."),
        )


def refuse_nul(value: str, field: str) -> None:
    """Refuse a text that other programs would end at a place where nobody sees it end.

    For what is written now: what is stored already opens, whatever it holds.

    Raises:
        UsageError: there is a NUL in it.
    """
    if "\0" in value:
        raise UsageError(
            Message("{field} contains a character that nobody can type (NUL)", field=field),
            next_step=Message("Type it again, by hand."),
        )


def _has_halves(value: str) -> bool:
    try:
        value.encode()  # a quarter of the time that looking for them takes
    except UnicodeEncodeError:
        return True
    return False


def checked_name(value: object, field: str) -> str:
    """Return a name as it may be given to a member, a device, a recipient or an organisation.

    For what is typed now: what is stored already opens, whatever it holds.

    Raises:
        UsageError: as `checked_line`; or it has a character that shows nothing or changes how a line is read.
    """
    return _checked_as_shown(value, field, is_one_line)


def checked_name_of_member(value: object) -> str:
    """Return a name as somebody may be called from now on: people are told apart by it.

    Raises:
        UsageError: as `checked_name`; or it has a blank that is not the usual one, or what no alphabet has.
    """
    return _checked_as_shown(value, "name of the member", is_name_as_seen)


def _checked_as_shown(value: object, field: str, is_shown: Callable[[str], bool]) -> str:
    name = checked_line(value, field)
    if not is_shown(name):
        raise UsageError(
            Message("{field} has a character that does not show as itself", field=field),
            next_step=Message("Type it again, by hand."),
        )
    return name


def checked_text(value: object, field: str, *, optional: bool = False) -> str:
    """Return a text of any number of lines, as written.

    Raises:
        UsageError: not text, only blank (unless `optional`), or too long.
    """
    # Half a letter is refused when it is kept: what is read has none, and each note that is read comes through here.
    if not isinstance(value, str):
        raise UsageError(Message("{field} must be text", field=field))
    if not value.strip() and not optional:
        raise UsageError(Message("{field} is empty", field=field))
    if len(value) > TEXT_CHARACTERS:
        raise UsageError(
            Message("{field} is longer than {text_characters} characters", field=field, text_characters=TEXT_CHARACTERS)
        )
    return value


def checked_number(value: object, field: str) -> str:
    """Return a number as it is written, with a point before what is less than one.

    Raises:
        UsageError: no text, or no such number.
    """
    number = checked_line(value, field).replace(",", ".")
    if not _NUMBER.fullmatch(number):
        raise UsageError(Message("{field} must be a number", field=field))
    return number


def checked_lines(values: Iterable[str], field: str) -> tuple[str, ...]:
    """Return distinct lines in their given order."""
    if isinstance(values, str):
        raise UsageError(Message("{field} must be a list of lines", field=field))
    return tuple(dict.fromkeys(checked_line(value, field) for value in values))


def checked_word(words: type[_Word], value: str, field: str) -> _Word:
    """Return the word of the vocabulary that `value` is.

    Raises:
        UsageError: the vocabulary has no such word; the message lists the words that it has.
    """
    if isinstance(value, words):
        return value
    try:
        return words(value)
    except ValueError:
        raise UsageError(
            Message("{field} must be one of: {names}", field=field, names=", ".join(word.value for word in words))
        ) from None


def checked_id(value: object, field: str) -> bytes:
    """Return a 16-byte id.

    Raises:
        UsageError: not bytes, or of another size.
    """
    return checked_bytes(value, field, ID_SIZE)


def checked_ref(value: object) -> str:
    """Return the reference of a case.

    Raises:
        UsageError: it is no drawn one (`vault.ids.make_case_ref`).
    """
    if not isinstance(value, str) or not is_case_ref(value):
        raise UsageError(Message("the case reference is not one that CaseVault makes"))
    return value


def checked_bytes(value: object, field: str, size: int) -> bytes:
    """Return exactly `size` bytes."""
    if not isinstance(value, bytes) or len(value) != size:
        raise UsageError(Message("{field} must be {size} bytes", field=field, size=size))
    return value


def checked_moment_ms(value: object, field: str) -> int:
    """Return a moment in milliseconds since 1970, UTC, that the calendar has.

    Raises:
        UsageError: no whole number, before 1970, or after the year 9999.
    """
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _LAST_MOMENT_MS:
        raise UsageError(Message("{field} must be a moment between 1970 and 9999, in milliseconds", field=field))
    return value


def checked_items(values: Iterable[_Item], item: type[_Item], field: str) -> tuple[_Item, ...]:
    items = tuple(values)
    if not all(isinstance(value, item) for value in items):
        raise UsageError(Message("{field} may hold only {name__} values", field=field, name__=item.__name__))
    return items
