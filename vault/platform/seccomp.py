"""Linux's seccomp: from now on the kernel refuses this process, and all that it starts, certain calls.

Source: the kernel's Documentation/userspace-api/seccomp_filter.rst, include/uapi/linux/{seccomp,filter,audit}.h, and
the numbers of calls in asm/unistd_64.h (x86-64) and asm-generic/unistd.h (ARM, 64 bits). It refuses what Landlock lets
pass.
Nothing takes it back. It holds for the calling thread and what that starts: call it while there is one thread.
"""

from __future__ import annotations

import errno
import os
import struct
import sys
from typing import Final

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2
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
