"""Tables that ship as files beside the module that uses them, for a lawyer or a translator to read and to change.

A table is TOML, or words line by line, and its head names its source. One that lacks something, has something more or
has another form than its module asks for is refused whole: nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pkgutil import get_data  # importlib.resources would load zipfile at each start
from typing import TypeVar

from typing_extensions import override

from vault.errors import DependencyMissingError, UsageError
from vault.words.message import Message, Words

Table = TypeVar("Table")
Key = TypeVar("Key")
Value = TypeVar("Value")


class ReadWhenAsked(Mapping[Key, Value]):
    """A table that is read from its file when it is first asked: an app that starts does not wait for it."""

    def __init__(self, read: Callable[[], Mapping[Key, Value]]) -> None:
        self._table = cache(read)

    @override
    def __getitem__(self, key: Key) -> Value:
        return self._table()[key]

    @override
    def __iter__(self) -> Iterator[Key]:
        return iter(self._table())

    @override
    def __len__(self) -> int:
        return len(self._table())


def read_text(room: str, file: str) -> str:
    """Return a file that ships in a room.

    Raises:
        DependencyMissingError: there is none, or it is no text.
    """
    try:
        text = (get_data(room, file) or b"").decode("utf-8")
    except (OSError, ValueError):
        text = ""
    if not text:
        raise damaged(file, Message("it is not there, or is no text"))
    return text.replace("\r\n", "\n")


def read_lines(room: str, file: str) -> tuple[str, ...]:
    """Return the lines of a table of words, without empty ones and those that begin with `#`.

    Raises:
        DependencyMissingError: there is no such file.
    """
    return tuple(line for line in read_text(room, file).splitlines() if line and not line.startswith("#"))


def read_table(room: str, file: str, form: type[Table]) -> Table:
    """Return a table of TOML as what it must be.

    Args:
        room: the package that it lies in.
        file: its place in the room.
        form: a type that says which keys there are, and what stands under each.

    Raises:
        DependencyMissingError: there is no such file, or it has another form; where is named.
    """
    return as_table(read_text(room, file), file, form)


def as_table(text: str, file: str, form: type[Table]) -> Table:
    """Return a text of TOML as what it must be; raise as `read_table`."""
    from msgspec import MsgspecError, toml  # noqa: PLC0415 - words in lines are read where this is not loaded

    try:
        return toml.decode(text, type=form)
    except MsgspecError as fault:
        raise damaged(file, str(fault)) from None
    except UsageError as fault:
        raise damaged(file, fault.message) from None


def sentence(text: str) -> Message:
    """Return a sentence of a table. What fills catalogues finds it in the file, as it finds others in the program."""
    return Message(text)


def damaged(file: str, why: Words) -> DependencyMissingError:
    """Return the error of a table that cannot be used."""
    return DependencyMissingError(Message("the table {file} of this program cannot be used: {why}", file=file, why=why))
