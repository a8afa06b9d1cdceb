"""What a key seals for: one number per purpose, bound into every key (FORMAT.md 1)."""

from __future__ import annotations

from enum import IntEnum


class Purpose(IntEnum):
    """The purpose byte of every AAD and every HPKE info: bytes sealed for one purpose open for no other."""

    VERSION = 1
    AUDIT = 2
    SLOT = 3
    PINS = 4
    SESSION = 5
    RATCHET = 6
    ROOT_SECRET = 7
    KEYRING = 8
    DRAFTS = 9
    PEERS = 10
    JOINING = 11
    LINES = 12
    ATTACHMENT = 14
    ERASURES = 15
    GRANT = 16
    DOOR = 17
    ATTEMPT = 18
    BUNDLE = 19
    LETTER = 21
    OFFERED = 22
    IMPORTED = 23
    COUNTED = 24
    MISSED = 25


# Sealed under one seat's own key, with the short AAD; the others belong to versions or travel by HPKE.
LOCAL_PURPOSES = frozenset(
    {
        Purpose.SLOT,
        Purpose.PINS,
        Purpose.SESSION,
        Purpose.RATCHET,
        Purpose.ROOT_SECRET,
        Purpose.KEYRING,
        Purpose.DRAFTS,
        Purpose.PEERS,
        Purpose.JOINING,
        Purpose.LINES,
        Purpose.IMPORTED,
        Purpose.COUNTED,
        Purpose.MISSED,
    }
)
VERSION_PURPOSES = frozenset({Purpose.VERSION, Purpose.AUDIT})
HPKE_PURPOSES = frozenset({Purpose.GRANT, Purpose.DOOR, Purpose.ATTEMPT, Purpose.BUNDLE, Purpose.LETTER})
