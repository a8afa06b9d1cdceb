"""What may be said about a fault: its class, its place in the program, and a number to name it by. Never its text."""

from __future__ import annotations

import secrets
import traceback
from pathlib import PurePath

from tui.text.in_words import in_words, together
from vault.words.message import Message, Words

_OURS = frozenset({"tui", "vault"})


def fault_place(error: BaseException) -> str:
    """Return `folder/file.py:line` of the innermost frame in this program, or of the innermost frame of all.

    Only the last two parts of a path are given: the rest would name the account and where things lie.
    """
    places = [
        (PurePath(frame.filename).parts[-2:], frame.lineno) for frame in traceback.extract_tb(error.__traceback__)
    ]
    if not places:
        return in_words(Message("unknown place"))
    ours = [place for place in places if _OURS.intersection(place[0][:1])]
    parts, line = (ours or places)[-1]
    return f"{'/'.join(parts)}:{line}"


def describe_fault(error: BaseException, *, kept: Words = "", incident: str | None = None) -> str:
    """Return lines for a person: that it stopped, what became of their words, and what to report.

    They hold nothing that the error, its causes or its frames carry. The number stands where no terminal breaks it.

    Args:
        error: the exception as caught.
        kept: a sentence on what was typed, or empty.
        incident: 8 hexadecimal digits that name this occurrence; drawn when not given.
    """
    number = secrets.token_hex(4) if incident is None else incident
    report = Message(
        "If you report it: incident {number}, {fault} at {place}",
        number=number,
        fault=type(error).__name__,
        place=fault_place(error),
    )
    return together([Message("CaseVault had to stop."), *([kept] if kept else []), report])
