"""What goes wrong from outside: the power goes at a commit, or at one of the flushes that make files durable."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from vault.records.work import Entry, Work


class PowerCutError(Exception):
    """The process ends here."""


@contextmanager
def cut_at_commit(patch: pytest.MonkeyPatch, *, after: bool) -> Iterator[pytest.ExceptionInfo[PowerCutError]]:
    """Let the process end at the next commit, and see that it does."""
    commit = Work.commit

    def cutting(work: Work, entry: Entry) -> None:
        if after:
            commit(work, entry)
        raise PowerCutError

    with patch.context() as patched:
        patched.setattr(Work, "commit", cutting)
        with pytest.raises(PowerCutError) as fault:
            yield fault


@contextmanager
def at_flush(patch: pytest.MonkeyPatch, number: int, act: Callable[[], object]) -> Iterator[list[int]]:
    """Let something happen before the flush of this number, of a file or a folder; yield the flushes so far."""
    flush, flushed = os.fsync, list[int]()

    def flushing(descriptor: int) -> None:
        flushed.append(descriptor)
        if len(flushed) == number:
            act()
        flush(descriptor)

    with patch.context() as patched:
        patched.setattr(os, "fsync", flushing)
        yield flushed


def no_room() -> None:
    """The disk is full."""
    raise OSError(errno.ENOSPC, "no room, says the test")
