"""What an account remembers of a vault (FORMAT.md 7, pins)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.vectors.independent.basis import Fault, message, private_path, require, root_of, sha256
from tests.vectors.independent.keys_file import KeysFile, Secrets
from tests.vectors.independent.logs import Log
from tests.vectors.independent.sealing import PURPOSES, local_aad, open_envelope

Pins = Mapping[str, Any]
_MEMBERS = {
    "machine",
    "logs",
    "current",
    "pending",
    "roster",
    "keys_header",
    "keys_slot",
    "keys_generation",
    "index",
    "highest_ms",
    "here",
    "alarms",
    "attempts",
    "ended",
    "recovery",
    "keys_file",
    "dates",
    "fill",
}
_SINCE = {"attempts", "ended", "recovery", "keys_file", "dates", "fill"}


def read_pins(state: Path, vault: bytes, secrets: Secrets) -> Pins:
    """Open the pins of a seat."""
    path = private_path(state / "pins", secrets.pinkey, b"casevault/pins", vault + secrets.seat)
    sealed = path.read_bytes()
    aad = local_aad(PURPOSES["pins"], vault, secrets.seat, 0)
    found = message(open_envelope(secrets.pinkey, PURPOSES["pins"], sealed, aad))
    require(isinstance(found, dict) and found.keys() | _SINCE == _MEMBERS, "members of the pins")
    return dict(found)


def pins_faults(pins: Pins, file: KeysFile, secrets: Secrets, logs: Mapping[bytes, Log]) -> Iterator[Fault]:
    """Name what is less, or another, than this account saw."""
    for origin, size, root in pins["logs"]:
        log = logs.get(origin)
        if log is None or log.size < size or root_of(log.leaves[:size]) != root:
            yield Fault("pins", f"log {origin.hex()[:8]} is not what was seen at size {size}")
    header, slot = sha256(file.header), sha256(file.slot(secrets.slot))
    if (pins["keys_header"], pins["keys_slot"]) != (header, slot) and file.generation <= pins["keys_generation"]:
        yield Fault("pins", "the keys file is not the one that was seen")
    elif file.generation == pins["keys_generation"] and pins.get("keys_file") not in {None, b"", file.digest}:
        yield Fault("pins", "the keys file was altered")
    for code, *_ in pins["alarms"]:
        yield Fault("alarm", str(code))
