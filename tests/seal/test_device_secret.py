"""A keyfile is 64 bytes; what is none gives zeros, and is told apart only afterwards."""

from __future__ import annotations

import hashlib

import pytest

from tests.seal.places import KEY, flipped
from vault.seal.device_secret import KEYFILE_SIZE, make_keyfile, read_keyfile

FILE = make_keyfile(lambda size: KEY[:size])


def test_a_keyfile_is_name_secret_and_check() -> None:
    named = b"casevault/key/v1" + KEY
    assert named + hashlib.sha256(named).digest()[:16] == FILE
    assert (read_keyfile(FILE).secret, read_keyfile(FILE).is_sound, len(FILE)) == (KEY, True, KEYFILE_SIZE)
    assert make_keyfile() != make_keyfile()
    assert repr(read_keyfile(FILE)) == "DeviceSecret(is_sound=True)"


OTHER_NAME = b"casevault/key/v2" + KEY
OTHER = OTHER_NAME + hashlib.sha256(OTHER_NAME).digest()[:16]
LONGER_NAMED = b"casevault/key/v1" + KEY + b"x"
LONGER = LONGER_NAMED + hashlib.sha256(LONGER_NAMED).digest()[:16]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        OTHER,
        LONGER,
        FILE[:-1],
        FILE + b"\0",
        bytes(64),
        b"a picture" * 900,
        *(flipped(FILE, bit) for bit in range(0, 512, 37)),
    ],
)
def test_anything_else_counts_as_zeros(data: bytes) -> None:
    read = read_keyfile(data)
    assert (read.secret, read.is_sound) == (bytes(32), False)
