"""What the process that holds keys lets out: no traceback, no stray output; and what may be said about a fault."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import sys
import threading
import traceback
import warnings
from collections.abc import Callable
from pathlib import PurePath

from tui.text.in_words import in_words, together
from vault.words.message import Message, Words

# What may be said about a fault: its class, its place in the program, and a number to name it by. Never its text.

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


# What the process that holds keys does to itself first: no tracebacks with values, no stray output.
def words_to(descriptor: int) -> Callable[[str], None]:
    """Return a function that writes one line at a time to this pipe, for whoever outlives this process."""

    def say(words: str) -> None:
        with contextlib.suppress(OSError):
            os.write(descriptor, words.encode("ascii", "replace") + b"\n")

    return say


def say_only_where(report: Callable[[str], None]) -> None:
    """Let faults outside the app's own handling reach `report` as `describe_fault` words them, and nothing else.

    Covers the main thread, other threads, destructors, warnings and loggers, each of which prints values by default.
    """

    def from_main(_kind: type[BaseException], error: BaseException, _trace: object) -> None:
        report(describe_fault(error))

    def from_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            report(describe_fault(args.exc_value))

    def from_destructor(_args: object) -> None:
        """A destructor's fault ends nothing, so nobody needs to hear of it."""

    sys.excepthook = from_main
    threading.excepthook = from_thread
    sys.unraisablehook = from_destructor
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)


def keep_terminal_for_driver() -> None:
    """Leave the terminal to the driver alone: what anybody prints, from Python or from C, is discarded.

    The driver writes to `sys.__stderr__`, so that name moves to a private copy of the terminal's descriptor while
    descriptors 1 and 2 go to the null device.
    """
    terminal = os.fdopen(os.dup(2), "w", encoding="utf-8", errors="replace", newline="\n")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    # The size of the terminal is asked of `sys.__stdout__`.
    sys.__stderr__ = sys.__stdout__ = terminal  # type: ignore[misc]  # declared Final, and the only names that the driver reads
