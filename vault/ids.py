"""Identifiers: random, meaningless, and safe to appear unsealed (FORMAT.md 1); and the kinds of compartments."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from enum import IntEnum
from typing import NewType

VaultId = NewType("VaultId", bytes)  # 16
SeatId = NewType("SeatId", bytes)  # 16
MemberId = NewType("MemberId", bytes)  # 16
RecordId = NewType("RecordId", bytes)  # 16
CompartmentId = NewType("CompartmentId", bytes)  # 16
EpochId = NewType("EpochId", bytes)  # 16
Origin = NewType("Origin", bytes)  # 32, SHA-256 of a genesis
VersionId = NewType("VersionId", bytes)  # 32
Digest = NewType("Digest", bytes)  # 32

ID_SIZE = 16
DIGEST_SIZE = 32
ZERO_ID = bytes(ID_SIZE)
RECOVERY_SEAT = b"\xff" * ID_SIZE
ZERO_DIGEST = bytes(DIGEST_SIZE)

RandomBytes = Callable[[int], bytes]

# No vowels and no look-alikes: a reference is read aloud and must not spell a word.
_REF_ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"
_REF_LENGTH = 8
_REF_SHAPE = re.compile(f"[{_REF_ALPHABET}]{{4}}-[{_REF_ALPHABET}]{{4}}")


class CompartmentKind(IntEnum):
    """What a compartment is for. Readable by whoever holds the rows."""

    CASE = 1
    SECTION = 2
    DIRECTORY = 3
    REGISTER = 4
    INTAKE = 5
    SENDING = 6
    AUDIT = 7


def make_id(random: RandomBytes = secrets.token_bytes) -> bytes:
    """Return 16 random bytes: no time, no order, no owner in them."""
    return random(ID_SIZE)


def make_case_ref() -> str:
    """Return a reference such as `K7QM-3XPD`, of a case or of its reports to one recipient.

    It is random, so that it tells neither order nor number, nor that two references are of one case.
    """
    letters = "".join(secrets.choice(_REF_ALPHABET) for _ in range(_REF_LENGTH))
    return f"{letters[:4]}-{letters[4:]}"


def is_case_ref(text: str) -> bool:
    """Tell whether a text has the shape of a drawn reference: pages that name nobody may show it."""
    return _REF_SHAPE.fullmatch(text) is not None


def short_id(whole: bytes) -> str:
    """Return as much of an id as a person reads and types: commands take it where no other id begins so."""
    return whole.hex()[:8]
