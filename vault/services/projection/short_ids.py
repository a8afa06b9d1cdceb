"""Ids as people type them: whole, or as much of the beginning as one id alone has."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import TypeVar

from vault.errors import NotFoundError, UsageError
from vault.ids import ID_SIZE
from vault.words.message import Message

FEWEST_DIGITS = 4
_DIGITS = re.compile(rf"[0-9a-f]{{{FEWEST_DIGITS},{2 * ID_SIZE}}}")

Id = TypeVar("Id", bound=bytes)


def typed_id(text: str) -> str:
    """Return the digits of an id as typed, lowercase; empty where the text cannot be one."""
    typed = text.strip().casefold()
    return typed if _DIGITS.fullmatch(typed) else ""


def ids_between(typed: str) -> tuple[bytes, bytes]:
    """Return the first and the last id that begins with these digits."""
    return bytes.fromhex(typed.ljust(2 * ID_SIZE, "0")), bytes.fromhex(typed.ljust(2 * ID_SIZE, "f"))


def the_one_named(typed: str, known: Iterable[Id]) -> Id | None:
    """Return the id that begins with these digits, None where there is none.

    Raises:
        NotFoundError: more than one begins so.
    """
    first, last = ids_between(typed)
    found = {whole for whole in known if first <= whole <= last} if typed else set()
    if len(found) > 1:
        raise NotFoundError(
            Message("{count} ids begin with these digits", count=len(found)), next_step=Message("Type more of the id.")
        )
    return next(iter(found), None)


def the_one_meant(text: str, known: Iterable[Id], called: Collection[Id]) -> list[Id]:
    """Return what a text means: what has this id, or else all that is `called` so.

    Names are chosen by people, one of whom can call a thing by the id of another. So a whole id means what has it,
    whatever is called so, and the beginning of an id that is a name too means nothing.

    Raises:
        NotFoundError: more than one id begins so.
        UsageError: one id begins so, and something else is called so.
    """
    typed = typed_id(text)
    named = the_one_named(typed, known)
    if named is None:
        return list(called)
    others = [each for each in called if each != named]
    if others and len(typed) < 2 * ID_SIZE:
        raise UsageError(
            Message("this is the beginning of one id, and the name of something else"),
            next_step=Message(
                "Type a whole id: {id} begins so, {named} is called so.",
                id=named.hex(),
                named=", ".join(sorted(each.hex() for each in others)),
            ),
        )
    return [named]
