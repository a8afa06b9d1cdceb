"""A keyfile is 64 bytes; what is none gives zeros, and is told apart only afterwards."""

from __future__ import annotations

import hashlib

from tests.seal.places import KEY, flipped
from tests.tables import each
from vault.seal.entrance.device_secret import KEYFILE_SIZE, make_keyfile, read_keyfile

FILE = make_keyfile(lambda size: KEY[:size])


def test_a_keyfile_is_name_secret_and_check() -> None:
    assert _keyfile(b"casevault/key/v1" + KEY) == FILE
    assert (read_keyfile(FILE).secret, read_keyfile(FILE).is_sound, len(FILE)) == (KEY, True, KEYFILE_SIZE)
    assert make_keyfile() != make_keyfile()
    assert repr(read_keyfile(FILE)) == "DeviceSecret(is_sound=True)"


def _keyfile(named: bytes) -> bytes:
    return named + hashlib.sha256(named).digest()[:16]


@each(
    {
        "nothing": b"",
        "another name": _keyfile(b"casevault/key/v2" + KEY),
        "a longer secret": _keyfile(b"casevault/key/v1" + KEY + b"x"),
        "cut": FILE[:-1],
        "a byte more": FILE + b"\0",
        "zeros": bytes(64),
        "a picture": b"a picture" * 900,
        **{f"bit {bit} flipped": flipped(FILE, bit) for bit in range(0, 512, 37)},
    }
)
def test_anything_else_counts_as_zeros(data: bytes) -> None:
    read = read_keyfile(data)
    assert (read.secret, read.is_sound) == (bytes(32), False)
