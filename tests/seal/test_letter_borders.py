"""Letters at the borders of their format: how many seats, how long, how padded."""

from __future__ import annotations

import pytest

from tests.seal.places import SEAT, VAULT, fixed
from vault.errors import BrokenSealError, MalformedError, RefusedError
from vault.seal.letters import open_letter, seal_letter
from vault.seal.purposes import Purpose
from vault.seal.recipients import GrantContext, KemPrivate, seal_to

KEM = KemPrivate.from_seed(fixed("kem of the seat", 96))
TO = (SEAT, KEM.public)
_HEAD = b"\1\1" + VAULT


def _forged(padded: bytes) -> bytes:
    message = seal_to(KEM.public, padded, GrantContext(Purpose.LETTER, VAULT, to_seat=SEAT))
    return _HEAD + b"\1" + len(message).to_bytes(4, "big") + message


@pytest.mark.parametrize("size", [0, 1, 254, 255, 256, 257, 5_000])
def test_a_letter_of_any_length_is_read_as_it_was_written(size: int) -> None:
    content = fixed("content", size)
    assert open_letter(KEM, SEAT, VAULT, seal_letter(content, VAULT, [TO])) == content
    assert open_letter(KEM, SEAT, VAULT, _forged((b"abc\x80").ljust(256, b"\0"))) == b"abc"


def test_a_letter_is_for_32_seats_at_most() -> None:
    letter = seal_letter(b"page", VAULT, [TO] * 32)
    assert open_letter(KEM, SEAT, VAULT, letter) == b"page"
    for seats in ([], [TO] * 33):
        with pytest.raises(MalformedError, match="a letter is for 1 to 32 seats"):
            seal_letter(b"page", VAULT, seats)


@pytest.mark.parametrize(
    "padded",
    [
        pytest.param(bytes(256), id="no mark"),
        pytest.param(b"abc\x80!".ljust(256, b"\0"), id="something behind the mark"),
        pytest.param(b"abc\x80".ljust(255, b"\0"), id="a byte short"),
        pytest.param(b"abc\x80".ljust(320, b"\0"), id="padded further"),
    ],
)
def test_a_letter_padded_in_another_way_is_refused(padded: bytes) -> None:
    with pytest.raises(MalformedError, match="not padded as its format says"):
        open_letter(KEM, SEAT, VAULT, _forged(padded))


@pytest.mark.parametrize(
    ("untrusted", "error", "words"),
    [
        pytest.param(_HEAD, MalformedError, "the file is no letter$", id="no count"),
        pytest.param(_HEAD + b"\0", MalformedError, "no letter of this vault", id="for nobody"),
        pytest.param(_HEAD + b"\1", MalformedError, "a letter was cut$", id="one message announced, none there"),
        pytest.param(_HEAD + b"\1" + bytes(3), MalformedError, "a letter was cut$", id="a size cut"),
        pytest.param(_HEAD + b"\1" + bytes(4), BrokenSealError, "not for this device", id="an empty message"),
        pytest.param(b"\1\2" + VAULT + b"\1", MalformedError, "no letter of this vault", id="another suite"),
    ],
)
def test_what_is_short_is_told_apart(untrusted: bytes, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        open_letter(KEM, SEAT, VAULT, untrusted)


def test_what_would_be_longer_than_anybody_reads_is_not_sealed() -> None:
    with pytest.raises(RefusedError, match="too large for a letter to 32 devices"):
        seal_letter(bytes(3 << 20), VAULT, [(SEAT, KEM.public)] * 32)
