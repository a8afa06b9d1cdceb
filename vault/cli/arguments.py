"""From typed words to what a table names. No refusal holds a value: it may be a name, and scripts keep what is said."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vault.cli.table import Arg, Given, OneOf, Verb
from vault.errors import UsageError
from vault.words.message import Message

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
