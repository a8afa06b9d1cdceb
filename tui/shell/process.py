"""What the process that holds keys does to itself first: no tracebacks with values, no stray output."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
import warnings
from collections.abc import Callable

from tui.shell.faults import describe_fault


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
