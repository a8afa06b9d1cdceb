"""The piece of memory that keeps keys: where it lies, what a dump and a fork see of it, and that it is wiped."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

from tests.tables import each
from vault.platform.locked import LockedMemory

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

KEY = bytes(range(1, 33))


def flags_of_mapping_with(marker: bytes) -> set[str]:
    """Return the kernel's flags of the one private mapping of this process that begins with these bytes."""
    found = []
    with Path("/proc/self/mem").open("rb", 0) as memory:
        for block in re.split(r"\n(?=[0-9a-f]+-[0-9a-f]+ )", Path("/proc/self/smaps").read_text()):
            start = int(block.split("-")[0], 16)
            try:
                memory.seek(start)
                if memory.read(len(marker)) == marker:
                    found.append(set(block.partition("VmFlags:")[2].split()))
            except (OSError, OverflowError):
                continue
    assert len(found) == 1
    return found[0]


def locked_kib() -> int:
    return int(Path("/proc/self/status").read_text().partition("VmLck:")[2].split()[0])


def test_keys_rest_in_memory_that_is_not_swapped_not_dumped_and_not_inherited() -> None:
    before = locked_kib()
    kept = LockedMemory(64)
    kept.write(0, KEY)
    assert kept.is_locked
    assert locked_kib() >= before + 4
    # lo: locked, dd: not in a core dump, wf: a forked child finds zeros.
    assert {"lo", "dd", "wf"} <= flags_of_mapping_with(KEY)
    kept.close()


def test_a_forked_child_finds_zeros() -> None:
    kept = LockedMemory(64)
    kept.write(0, KEY)
    child = os.fork()
    if child == 0:
        os._exit(0 if kept.read(0, 32) == bytes(32) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert kept.read(0, 32) == KEY
    kept.close()


def test_a_larger_piece_has_the_same_bytes_and_the_first_is_closed() -> None:
    first = LockedMemory(64)
    first.write(32, KEY)
    larger = first.larger(3 * len(first))
    assert (larger.read(32, 32), len(larger), larger.is_locked) == (KEY, 3 * len(first), True)
    with pytest.raises(ValueError, match="closed"):
        first.read(0, 1)
    larger.close()
    larger.close()


@each([-1, 4096 - 31, 4096])
def test_nothing_is_written_beside_it(start: int) -> None:
    kept = LockedMemory(64)
    with pytest.raises(IndexError, match="32 bytes at"):
        kept.write(start, KEY)
    kept.close()


def test_what_the_system_does_not_lock_is_said_and_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vault.platform.locked._lock", lambda *_: False)
    kept = LockedMemory(64)
    kept.write(0, KEY)
    assert (kept.is_locked, kept.read(0, 32)) == (False, KEY)
    kept.close()
