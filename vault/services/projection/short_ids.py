"""Ids as people type them: whole, or as much of the beginning as one id alone has."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeVar

from vault.errors import NotFoundError
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
