"""Roster entries come from whoever holds the directory: hostile bytes are malformed and nothing worse."""

from __future__ import annotations

import pytest

from tests.tables import each
from vault.errors import MalformedError
from vault.log.roster_entries import decode_entry


@each(
    {
        "nested deeper than a stack bears": b"\x81\xa4cert" + b"\x91" * 4_000 + b"\x00",
        "a text that is no UTF-8": b"\x81\xa4cert\xa1\x80",
        "nothing": b"",
    }
)
def test_hostile_entries_are_malformed(entry: bytes) -> None:
    with pytest.raises(MalformedError, match="not of the form"):
        decode_entry(bytes(16) + entry)
