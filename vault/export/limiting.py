"""How a process that reads what somebody else made limits itself, before it reads a byte of it."""

from __future__ import annotations

import contextlib

try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None  # type: ignore[assignment]  # the one absent module, asked for below

MEMORY_BYTES = 3 * 2**30


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
