"""How a process that reads what somebody else made limits itself, before it loads a library or reads a byte of it."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import vault
from vault.platform import leave_network, open_only, refuse_calls

try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None  # type: ignore[assignment]  # the one absent module, asked for below

MEMORY_BYTES = 3 * 2**30

# What a library may load or look up later on: other libraries, letters, days and times. Nothing here is anybody's own.
_OF_THE_SYSTEM = (
    *("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/local/lib64", "/nix/store", "/gnu/store"),
    *("/usr/share/fonts", "/usr/local/share/fonts", "/usr/share/zoneinfo"),
    *("/etc/ld.so.cache", "/etc/localtime", "/dev/null", "/dev/urandom"),
)
_OF_TESSERACT = tuple(
    f"{share}/{name}"
    for share in ("/usr/share", "/usr/local/share")
    for name in ("tesseract-ocr", "tesseract", "tessdata")
)
_LOADERS = (("/lib64", "ld*.so.*"), ("/lib", "ld-*.so.*"))
"""Where the program lies that the kernel starts first for any other that has libraries."""


def shut_in(runs: Sequence[str] = ()) -> None:
    """Take from this process, and all that it starts, what the system lets it give up: network, files, programs.

    What is left: to read the libraries of Python, of the system and of this program, and fonts; and to start the
    programs of `runs`, with what tesseract reads. Call it before anything is loaded that may start a thread.
    """
    leave_network()
    loaders = chain.from_iterable(map(str, Path(folder).glob(names)) for folder, names in _LOADERS if runs)
    program = Path(vault.__file__).parent
    # Beside an installed program lie its libraries; beside its source may lie anything.
    source = str(program.parent) if Path(program.parent, "pyproject.toml").exists() else None
    open_only(
        read=(
            *(folder for folder in sys.path if folder != source),
            *(str(program), str(Path(sys.base_prefix, "lib")), *_OF_THE_SYSTEM, *(_OF_TESSERACT if runs else ())),
        ),
        write=("/dev/null",),
        run=(*runs, *loaders),
    )
    refuse_calls(programs=not runs)


def limit_resources(*, cpu_seconds: int) -> None:
    """See that no file can grow by a byte, no crash leaves a dump, and memory and time end; what it starts has them."""
    if resource is not None:
        limits = (
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_CPU, cpu_seconds),
            (resource.RLIMIT_AS, MEMORY_BYTES),
        )
        for kind, most in limits:
            with contextlib.suppress(ValueError, OSError):  # a lower hard limit is as good
                resource.setrlimit(kind, (most, most))
