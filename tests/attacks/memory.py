"""Reading the memory of other processes, as root and as a neighbour of the same account without any privilege."""

from __future__ import annotations

import ctypes
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_CHUNK = 1 << 24
_PR_CAPBSET_DROP, _CAPABILITIES = 24, 64
_HEADER = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+\s*(.*)")

# A neighbour: the same user, no capability. Prints what it may read of the process in its argument.
_NEIGHBOUR = """
import ctypes, struct, sys
header = struct.pack("Ii", 0x20080522, 0)
nothing = bytes(24)
assert ctypes.CDLL(None, use_errno=True).capset(header, nothing) == 0
for name in ("maps", "mem", "environ"):
    try:
        with open(f"/proc/{sys.argv[1]}/{name}", "rb", 0) as file:
            if name != "mem":
                file.read(1)
        print(name)
    except OSError:
        pass
"""


@dataclass(frozen=True, slots=True)
class Area:
    """One mapping of a process, and the kernel's flags of it."""

    start: int
    end: int
    name: str
    flags: frozenset[str]


def areas(pid: int) -> list[Area]:
    """Return the readable mappings of a process."""
    found = []
    for block in re.split(r"\n(?=[0-9a-f]+-[0-9a-f]+ )", Path(f"/proc/{pid}/smaps").read_text()):
        header = _HEADER.match(block)
        if header is not None and "r" in header[3] and not header[4].startswith("[v"):
            flags = frozenset(block.partition("VmFlags:")[2].split())
            found.append(Area(int(header[1], 16), int(header[2], 16), header[4], flags))
    return found


def places(pid: int, needle: bytes) -> list[Area]:
    """Return the mapping of each place at which the bytes lie in the memory of a process."""
    return [
        area for area in areas(pid) for piece in _pieces(pid, area, len(needle)) for _ in range(piece.count(needle))
    ]


def found_in(pid: int, needles: Sequence[bytes]) -> set[bytes]:
    """Return which of these byte strings lie in the memory of a process."""
    found: set[bytes] = set()
    longest = max(map(len, needles))
    for area in areas(pid):
        for piece in _pieces(pid, area, longest):
            found.update(needle for needle in needles if needle in piece)
    return found


def _pieces(pid: int, area: Area, overlap: int) -> Iterator[bytes]:
    with Path(f"/proc/{pid}/mem").open("rb", 0) as memory:
        for start in range(area.start, area.end, _CHUNK):
            try:
                memory.seek(start)
                yield memory.read(min(_CHUNK + overlap - 1, area.end - start))
            except (OSError, OverflowError):
                continue


def neighbour_reads(pid: int) -> set[str]:
    """Return which of `maps`, `mem` and `environ` an unprivileged process of the same user can open."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", _NEIGHBOUR, str(pid)], capture_output=True, text=True, check=True, timeout=30
    )
    return set(done.stdout.split())


def without_privileges() -> None:
    """Between fork and exec: let the program that follows have no capability, although its user is root.

    Whoever has one may only be read by who has it too, so that a neighbour would be refused for that alone.
    """
    library = ctypes.CDLL(None)
    for capability in range(_CAPABILITIES):
        library.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)


def core_limit(pid: int) -> tuple[str, str]:
    """Return the soft and the hard limit of the size of a core dump."""
    line = next(line for line in Path(f"/proc/{pid}/limits").read_text().splitlines() if "core file" in line)
    soft, hard = line.split()[4:6]
    return soft, hard


def locked_kib(pid: int) -> int:
    """Return how much memory of a process the system keeps out of swap."""
    return int(Path(f"/proc/{pid}/status").read_text().partition("VmLck:")[2].split()[0])
