"""What goes wrong from outside: the power goes at a commit, or at one of the flushes that make files durable."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from vault.records.work import Entry, Receipt, Work


class PowerCutError(Exception):
    """The process ends here."""


@contextmanager
def cut_at_commit(
    patch: pytest.MonkeyPatch, *, after: bool, act: str = "", number: int = 1
) -> Iterator[pytest.ExceptionInfo[PowerCutError]]:
    """Let the process end at the next commit, or at the commit of this number of an act, and see that it does."""
    commit, seen = Work.commit, list[Entry]()

    def cutting(work: Work, entry: Entry) -> Receipt:
        seen.extend([entry] if act in ("", entry.act) else [])
        if len(seen) < number:
            return commit(work, entry)
        if after:
            commit(work, entry)
        raise PowerCutError

    with patch.context() as patched:
        patched.setattr(Work, "commit", cutting)
        with pytest.raises(PowerCutError) as fault:
            yield fault


@contextmanager
def at_flush(patch: pytest.MonkeyPatch, number: int, act: Callable[[], object]) -> Iterator[list[int]]:
    """Let something happen before this thread's flush of this number, of a file or a folder; yield those so far."""
    flush, flushed, ours = os.fsync, list[int](), threading.get_ident()

    def flushing(descriptor: int) -> None:
        if threading.get_ident() == ours:
            flushed.append(descriptor)
            if len(flushed) == number:
                act()
        flush(descriptor)

    with patch.context() as patched:
        patched.setattr(os, "fsync", flushing)
        yield flushed


@contextmanager
def cut_at_flush(patch: pytest.MonkeyPatch, number: int) -> Iterator[None]:
    """Let the process end at a flush, and see that it does."""

    def end() -> None:
        raise PowerCutError

    with at_flush(patch, number, end), pytest.raises(PowerCutError):
        yield


def no_room() -> None:
    """The disk is full."""
    raise OSError(errno.ENOSPC, "no room, says the test")
