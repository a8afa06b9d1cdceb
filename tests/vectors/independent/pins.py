"""What an account remembers of a vault (FORMAT.md 7, pins)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.vectors.independent.basis import Fault, message, private_path, require, sha256
from tests.vectors.independent.keys_file import KeysFile, Secrets
from tests.vectors.independent.logs import Log
from tests.vectors.independent.sealing import PURPOSES, local_aad, open_envelope

Pins = Mapping[str, Any]
_OF_FILES = {"keys_header", "keys_slot", "keys_generation", "keys_file", "index", "attempts", "recovery", "fill"}
_MEMBERS = {"machine", "logs", "current", "pending", "sheets", "seen", "highest_ms", "here", "ended", "dates", "alarms"}
_NEWS = {"own-device", "sheets", "new-sheets"}


def read_pins(state: Path, vault: bytes, secrets: Secrets) -> Pins:
    """Open the pins of a seat."""
    sealed = private_path(state / "pins", secrets.pinkey, vault + secrets.seat).read_bytes()
    aad = local_aad(PURPOSES["pins"], vault, secrets.seat, 0)
    found = message(open_envelope(secrets.pinkey, PURPOSES["pins"], sealed, aad))
    require(isinstance(found, dict) and found.keys() == _MEMBERS | _OF_FILES, "members of the pins")
    return dict(found)


def pins_faults(pins: Pins, file: KeysFile, secrets: Secrets, logs: Mapping[bytes, Log]) -> Iterator[Fault]:
    """Name what is less, or another, than this account saw."""
    for origin, size, root in pins["logs"]:
        log = logs.get(origin)
        if log is None or log.history_with(size, root) is None:
            yield Fault("pins", f"log {origin.hex()[:8]} is not what was seen at size {size}")
    header, slot = sha256(file.header), sha256(file.slot(secrets.slot))
    if (pins["keys_header"], pins["keys_slot"]) != (header, slot) and file.generation <= pins["keys_generation"]:
        yield Fault("pins", "the keys file is not the one that was seen")
    elif file.generation == pins["keys_generation"] and pins["keys_file"] != file.digest:
        yield Fault("pins", "the keys file was altered")
    for code, *_ in pins["alarms"]:
        if code not in _NEWS:
            yield Fault("alarm", str(code))
