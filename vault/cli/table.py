"""What a noun offers, as a table: each verb with its help, its arguments and what runs it.

The parser, the help, the manual page and the completions are made from them. An argument is written as the usage shows
it, such as `CASE`, `--to MEMBER` and `[--yes]`: in brackets where it may be left out, with dots where it may be
repeated. Rows are plain tuples, which load quickly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from vault.errors import UsageError
from vault.words.message import Message

if TYPE_CHECKING:
    from vault.cli.output import Output, Result

    Command: TypeAlias = Callable[["Given", Output], Result]


def new_file(text: str) -> Path:
    """Return the place of a file, or a folder, that the command makes; see `require_places`."""
    return Path(text)


def there_folder(text: str) -> Path:
    """Return a folder in which the command makes something; see `require_places`."""
    return Path(text)


class Given(SimpleNamespace):
    """What a command was given: each argument under its name, the global options, its `command` and its `usage`."""


class Arg(NamedTuple):
    """A value at its place, an option, or an option without a value.

    `choices` are the only words that it takes, if there are some. `of` makes the value; it raises `ValueError`, or a
    `UsageError` that says more. A repeated one that is left out is an empty list. `into` is its name in `Given`, if
    that is not its own name.
    """

    form: str
    help: Message
    choices: tuple[str, ...] = ()
    of: Callable[[str], object] = str
    default: object = None
    into: str = ""

    @property
    def words(self) -> list[str]:
        """Return the form without its brackets and dots: `--to` and `MEMBER`."""
        form = self.form[1:-1] if self.form.startswith("[") else self.form
        return form.removesuffix(" ...").split()

    @property
    def name(self) -> str:
        """Return how it is called: `--to`, `CASE`."""
        return self.words[0]

    @property
    def key(self) -> str:
        """Return its name in `Given`."""
        return self.into or self.name.lstrip("-").replace("-", "_").lower()

    @property
    def is_option(self) -> bool:
        """Say whether it is called by name and not by its place."""
        return self.name.startswith("-")

    @property
    def is_flag(self) -> bool:
        """Say whether it is an option without a value."""
        return self.is_option and len(self.words) == 1

    @property
    def is_required(self) -> bool:
        """Say whether it may not be left out."""
        return not self.form.startswith("[")

    @property
    def is_repeated(self) -> bool:
        """Say whether it takes several values."""
        return self.form.endswith((" ...", " ...]"))


class OneOf(NamedTuple):
    """Options of which one is given at most; one of them, if they are required."""

    args: tuple[Arg, ...]
    is_required: bool = False

    @property
    def form(self) -> str:
        """Return them as the usage shows them."""
        forms = " | ".join(" ".join(arg.words) for arg in self.args)
        return f"({forms})" if self.is_required else f"[{forms}]"


class Verb(NamedTuple):
    """One command. A noun without verbs has one of its own name."""

    name: str
    help: Message
    args: tuple[Arg | OneOf, ...]
    run: Command

    def each_arg(self) -> Iterator[Arg]:
        """Yield every argument, those of a choice too."""
        for arg in self.args:
            yield from arg.args if isinstance(arg, OneOf) else (arg,)


def require_places(verb: Verb, given: Given) -> None:
    """Refuse what can be refused of the places where a command writes, before it asks, opens or changes anything.

    Raises:
        RefusedError: something is there already, or there is no folder for it.
        UsageError: there is no such folder.
        TryAgainError: the folder cannot be written.
    """
    for arg in verb.each_arg():
        place = getattr(given, arg.key) if arg.of in {new_file, there_folder} else None
        if place is None:
            continue
        if arg.of is new_file:
            from vault.store.files import require_new

            require_new(place)
        elif not place.is_dir():
            raise UsageError(
                Message("there is no folder {folder}", folder=place),
                next_step=Message("Connect the disk, or make the folder."),
            )


CASE: Final = Arg("CASE", Message("the case's id or reference"))
IN_CASE: Final = Arg(
    "[--case CASE]", Message("the record's case, if records of two cases have the same id"), into="of_case"
)
SECTION: Final = Arg("[--section ID]", Message("save it in this restricted section of the case"))
MEMBER: Final = Arg("MEMBER", Message("name or id (`member list`)"), into="who")
TO_MEMBER: Final = Arg("--to MEMBER", Message("name or id (`member list`)"))
FROM_MEMBER: Final = Arg("--from-member MEMBER", Message("member to remove"))
