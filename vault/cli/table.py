"""What a noun offers, as a table: each verb with its help and arguments; and typed words taken to what it names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from vault.errors import UsageError
from vault.words.message import Message

if TYPE_CHECKING:
    from vault.cli.output import Output, Result

    Command: TypeAlias = Callable[["Given", Output], Result]


# What a noun offers, as a table: each verb with its help, its arguments and what runs it.
# The parser, the help, the manual page and the completions are made from them. An argument is written as the usage
# shows it, such as `CASE`, `--to MEMBER` and `[--yes]`: in brackets where it may be left out, with dots where it may
# be repeated. Rows are plain tuples, which load quickly.
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
MEMBER: Final = Arg("MEMBER", Message("name or id (`member list`)"), into="who")


# From typed words to what a table names. No refusal holds a value: it may be a name, and scripts keep what is said.
_UNKNOWN = Message("there are words that this command does not know")


def take_options(args: Sequence[Arg], words: Sequence[str], given: Given) -> list[str]:
    """Take these options out of the words, wherever they stand before a `--`, and return the other words.

    Raises:
        UsageError: a value is missing, or is none that the option takes.
    """
    options = {arg.name: arg for arg in args if arg.is_option}
    for arg in args:
        setattr(given, arg.key, [] if arg.is_repeated else False if arg.is_flag else arg.default)
    end = words.index("--") if "--" in words else len(words)
    others: list[str] = []
    left = list(reversed(words[:end]))
    while left:
        word = left.pop()
        name, equals, value = word.partition("=")
        if name not in options:
            others.append(word)
        elif options[name].is_flag:
            if equals:
                raise _refusal(name, Message("takes no value"))
            setattr(given, options[name].key, True)
        else:
            if not equals:
                if not left or _is_option(left[-1]):
                    raise _refusal(name, Message("expected one argument"))
                value = left.pop()
            _put(given, options[name], value)
    return [*others, *words[end:]]


def parse(verb: Verb, words: Sequence[str], given: Given) -> None:
    """Put what was typed behind a verb into `given`.

    Raises:
        UsageError: something is missing, too much, or not what an argument takes.
    """
    others = take_options(list(verb.each_arg()), words, given)
    end = others.index("--") if "--" in others else len(others)
    unknown = [word for word in others[:end] if _is_option(word)]
    values = [word for word in others[:end] if not _is_option(word)] + others[end + 1 :]
    missing = _places(verb, values, given)
    required = [arg for arg in verb.args if isinstance(arg, Arg) and arg.is_option and arg.is_required]
    missing += [arg.name for arg in required if getattr(given, arg.key) in (None, [])]
    if missing:
        raise UsageError(Message("the following arguments are required: {names}", names=", ".join(missing)))
    for choice in verb.args:
        if isinstance(choice, OneOf):
            _require_one(choice, given)
    if unknown:
        raise _unknown(unknown)
    if values:
        raise UsageError(_UNKNOWN)


def _places(verb: Verb, values: list[str], given: Given) -> list[str]:
    """Give each place its value, take it out of `values`, and return the places that got none."""
    missing = []
    for arg in verb.each_arg():
        if arg.is_option:
            continue
        mine = values[: len(values) if arg.is_repeated else 1]
        del values[: len(mine)]
        for value in mine:
            _put(given, arg, value)
        if not mine and arg.is_required:
            missing.append(arg.name)
    return missing


def _put(given: Given, arg: Arg, text: str) -> None:
    try:
        value = arg.of(text)
    except ValueError:
        raise _refusal(arg.name, Message("invalid {kind} value", kind=arg.of.__name__)) from None
    if arg.choices and value not in arg.choices:
        raise _refusal(arg.name, Message("invalid choice (choose from {choices})", choices=", ".join(arg.choices)))
    setattr(given, arg.key, [*getattr(given, arg.key), value] if arg.is_repeated else value)


def _require_one(choice: OneOf, given: Given) -> None:
    named = [arg.name for arg in choice.args if getattr(given, arg.key) not in {None, False}]
    if len(named) > 1:
        raise _refusal(named[1], Message("not allowed with argument {name}", name=named[0]))
    if choice.is_required and not named:
        raise UsageError(Message("one of these is required: {names}", names=", ".join(arg.name for arg in choice.args)))


def _unknown(words: Sequence[str]) -> UsageError:
    # An option is a word of the program; what stands behind it may be a name.
    names = [
        name for name in dict.fromkeys(word.partition("=")[0] for word in words) if re.fullmatch("--[a-z][a-z-]*", name)
    ]
    return UsageError(Message("{names} is not an option here", names=", ".join(names)) if names else _UNKNOWN)


def _refusal(name: str, fault: Message) -> UsageError:
    return UsageError(Message("argument {name}: {fault}", name=name, fault=fault))


def _is_option(word: str) -> bool:
    """Say whether a word is an option by its form: a negative number and a sentence are values."""
    return word.startswith("-") and len(word) > 1 and " " not in word and not re.fullmatch(r"-\d+|-\d*\.\d+", word)
