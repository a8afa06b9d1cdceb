"""How this process shuts itself in, with all that it starts: Linux's Landlock for files, seccomp for calls."""

from __future__ import annotations

import errno
import os
import struct
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

# Linux's Landlock: from now on this process, and all that it starts, opens only the files that it is given here.
# Source: the kernel's Documentation/userspace-api/landlock.rst and include/uapi/linux/landlock.h. Three system calls,
# that glibc has no functions for, and whose numbers are the same on every kind of processor but Alpha. Nothing takes
# a rule back. It holds for the calling thread and what that starts: call it while there is one thread.

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION = 1
_PATH_BENEATH = 1
_PR_SET_NO_NEW_PRIVS = 38

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
# What a version of Landlock can refuse. The first 13: to run, write, read, list, remove and make, of every kind.
_FILES: Final = {1: (1 << 13) - 1, 2: 1 << 13, 3: 1 << 14, 5: 1 << 15, 9: 1 << 16}
"""Version: rights over files. 2: to link and move, 3: truncate, 5: what a device does, 9: Unix sockets with a path."""
_TCP: Final = {4: 0b11}
"""To bind and to connect."""
_SCOPES: Final = {6: 0b11}
"""Abstract Unix sockets of others, and signals to others."""


def landlock_version() -> int:
    """Return the version of Landlock that this kernel has, from 1 (Linux 5.13); 0 where there is none."""
    return max(0, _call(_CREATE_RULESET, None, 0, _VERSION))


def open_only(*, read: Sequence[str], write: Sequence[str] = (), run: Sequence[str] = ()) -> bool:
    """Refuse this process everything but these: files and folders with all in them to read, files to write, or to run.

    What is not there is left out. Whatever the kernel's version can refuse is refused; a newer one refuses more.

    Returns:
        False where nothing is refused: the kernel has no Landlock, or it is switched off.
    """
    version = landlock_version()
    if not version:
        return False
    files, tcp, scopes = (_of(version, rights) for rights in (_FILES, _TCP, _SCOPES))
    # An older kernel takes the longer structure too, as long as what it does not know is zero.
    rules = _call(_CREATE_RULESET, struct.pack("=QQQ", files, tcp, scopes), 24, 0)
    if rules < 0:
        return False
    try:
        for paths, rights in ((read, _READ_FILE | _READ_DIR), (write, _WRITE_FILE), (run, _EXECUTE | _READ_FILE)):
            for path in paths:
                _allow(rules, path, rights)
        return _may_gain_nothing() and _call(_RESTRICT_SELF, rules, 0) == 0
    finally:
        os.close(rules)


def _of(version: int, rights: dict[int, int]) -> int:
    return sum(bits for since, bits in rights.items() if since <= version)


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, getattr(os, "O_PATH", 0))
    except OSError:
        return
    try:
        if not Path(path).is_dir():  # the kernel refuses a rule for a file with the right to list it
            rights &= ~_READ_DIR
        _call(_ADD_RULE, rules, _PATH_BENEATH, struct.pack("=Qi", rights, place), 0)
    finally:
        os.close(place)


def _may_gain_nothing() -> bool:
    """Give up setuid programs: the kernel asks for it before it takes rules of a process without privileges."""
    import ctypes  # noqa: PLC0415 - 5 ms at start, and `--help` needs none of this

    return int(ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, *map(ctypes.c_long, (1, 0, 0, 0)))) == 0


def _call(number: int, *values: int | bytes | None) -> int:
    if sys.platform != "linux":
        return -1
    import ctypes  # noqa: PLC0415 - as above

    # A bare int would go as 32 bits, and leave the rest of the register as it was.
    given = (ctypes.c_long(value) if isinstance(value, int) else value for value in (number, *values))
    try:
        return int(ctypes.CDLL(None).syscall(*given))
    except (OSError, AttributeError):
        return -1


# Linux's seccomp: from now on the kernel refuses this process, and all that it starts, certain calls.
# Source: the kernel's Documentation/userspace-api/seccomp_filter.rst, include/uapi/linux/{seccomp,filter,audit}.h,
# and the numbers of calls in asm/unistd_64.h (x86-64) and asm-generic/unistd.h (ARM, 64 bits). It refuses what
# Landlock lets pass. Nothing takes it back. It holds for the calling thread and what that starts: call it while there
# is one thread.
_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 22, 2
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE = 0x7FFF_0000, 0x0005_0000 | errno.EPERM
_AT_NUMBER, _AT_ARCHITECTURE = 0, 4  # in struct seccomp_data

# What the kernel calls a processor, and what `uname` does.
_ARCHITECTURES: Final = {"x86_64": 0xC000_003E, "aarch64": 0xC000_00B7}
_X32: Final = 0x4000_0000
"""From here on x86-64 has the same calls again under other numbers."""

# By processor, in the order of _ARCHITECTURES. ARM never had some of the old ones.
_PROGRAMS: Final = ((59, 322), (221, 281))
"""execve, execveat."""
_CALLS: Final = (
    (
        *(41, 53, 425),  # socket, socketpair, io_uring_setup: a ring opens sockets past this filter
        *(76, 90, 91, 268, 452, 92, 93, 94, 260),  # truncate, chmod, chown in all forms: a mark can carry words out
        *(132, 235, 261, 280, 188, 189, 190, 197, 198, 199, 463, 466, 469),  # times and attributes of files
        *(248, 249, 250, 29, 64, 68, 240),  # keys, shared memory and messages stay in the kernel when this has ended
    ),
    (
        *(198, 199, 425),
        *(45, 52, 53, 452, 54, 55),
        *(88, 5, 6, 7, 14, 15, 16, 463, 466, 469),
        *(217, 218, 219, 194, 190, 186, 180),
    ),
)


def refuse_calls(*, programs: bool) -> bool:
    """Refuse this process sockets of every kind, marks on files, what outlives it in the kernel, and `programs`.

    Returns:
        False where nothing is refused: not Linux, another kind of processor, or a kernel without it.
    """
    if sys.platform != "linux":
        return False
    machine = os.uname().machine
    if machine not in _ARCHITECTURES or struct.calcsize("P") != 8:  # a program of 32 bits has other numbers
        return False
    import ctypes  # noqa: PLC0415 - 5 ms at start, and `--help` needs none of this

    filters = _filter(machine, programs=programs)
    rows = ctypes.create_string_buffer(filters, len(filters))
    # struct sock_fprog: a count, and where they lie.
    asked = ctypes.create_string_buffer(struct.pack("@HP", len(filters) // 8, ctypes.addressof(rows)))
    try:
        prctl = ctypes.CDLL(None).prctl
        # The kernel asks for the first before it takes a filter of a process without privileges.
        prctl(_PR_SET_NO_NEW_PRIVS, *map(ctypes.c_long, (1, 0, 0, 0)))
        return int(prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, asked, 0, 0)) == 0
    except (OSError, AttributeError):
        return False


def _filter(machine: str, *, programs: bool) -> bytes:
    at = list(_ARCHITECTURES).index(machine)
    calls = _CALLS[at] + (_PROGRAMS[at] if programs else ())
    # A jump says how many rows it goes over, if so and if not; the last row refuses.
    tests = [(_IF_AT_LEAST, _X32), *((_IF_EQUAL, call) for call in calls)]
    rows = [
        (_LOAD, 0, 0, _AT_ARCHITECTURE),
        (_IF_EQUAL, 0, len(tests) + 2, _ARCHITECTURES[machine]),
        (_LOAD, 0, 0, _AT_NUMBER),
        *((code, len(tests) - number, 0, value) for number, (code, value) in enumerate(tests)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    return b"".join(struct.pack("=HBBI", *row) for row in rows)
