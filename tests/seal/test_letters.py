"""Letters: for whom they open, what they tell from outside, and the borders of their format."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.seal.places import fixed, flipped
from tests.tables import each, refused
from vault.errors import BrokenSealError, MalformedError, RefusedError
from vault.seal.purposes import Purpose
from vault.seal.recipients import GrantContext, KemPrivate, make_kem_seed, open_letter, seal_letter, seal_to

VAULT = bytes(range(16))
SEATS = [bytes([n]) * 16 for n in (1, 2, 3)]
KEYS = [KemPrivate.from_seed(make_kem_seed()) for _ in SEATS]
TO = [(seat, key.public) for seat, key in zip(SEATS, KEYS, strict=True)]
CONTENT = b"a question\x80\x00with the mark in it\x80"
LETTER = seal_letter(CONTENT, VAULT, TO[:2])
HEAD = b"\1\1" + VAULT


def opened(letter: bytes, key: int = 0, seat: int = 0) -> bytes:
    return open_letter(KEYS[key], SEATS[seat], VAULT, letter)


def test_a_letter_opens_for_each_seat_that_it_is_for_and_for_nobody_else() -> None:
    assert opened(LETTER, 0, 0) == opened(LETTER, 1, 1) == CONTENT
    others = {
        "another seat": (LETTER, 2, 2),
        "another seat's name": (LETTER, 0, 1),
        "a flipped bit": (_altered(), 1, 1),
    }
    refused(BrokenSealError, "not for this device, or it was altered", opened, others)


def _altered() -> bytes:
    return flipped(LETTER, 8 * len(LETTER) - 1)


@each([0, 1, 254, 255, 256, 257, 5_000])
def test_a_letter_of_any_length_is_read_as_it_was_written(size: int) -> None:
    content = fixed("content", size)
    assert opened(seal_letter(content, VAULT, TO[:1])) == content


def test_a_letter_tells_neither_its_length_nor_for_whom_it_is() -> None:
    sizes = [len(seal_letter(b"x" * size, VAULT, TO[:1])) for size in (0, 255, 256)]
    assert sizes[0] == sizes[1] < sizes[2]
    assert all(seat not in LETTER for seat in SEATS)


def test_a_letter_is_for_1_to_32_seats_and_no_longer_than_anybody_reads() -> None:
    assert opened(seal_letter(b"page", VAULT, TO[:1] * 32)) == b"page"
    refused(MalformedError, "a letter is for 1 to 32 seats", lambda to: seal_letter(b"page", VAULT, to), [[], TO * 11])
    # The least padded size of which 32 have 70 MiB, and the one before it.
    least = 35 << 16
    assert len(seal_letter(bytes(least - (1 << 16) - 1), VAULT, TO[:1] * 32)) < 70 << 20
    with pytest.raises(RefusedError, match="too large for a sealed file to 32 devices"):
        seal_letter(bytes(least - 1), VAULT, TO[:1] * 32)


def _forged(padded: bytes) -> bytes:
    message = seal_to(KEYS[0].public, padded, GrantContext(Purpose.LETTER, VAULT, to_seat=SEATS[0]))
    return HEAD + b"\1" + len(message).to_bytes(4, "big") + message


def test_a_letter_padded_in_another_way_is_refused() -> None:
    assert opened(_forged(b"abc\x80".ljust(256, b"\0"))) == b"abc"
    others = {
        "no mark": _forged(bytes(256)),
        "something behind the mark": _forged(b"abc\x80!".ljust(256, b"\0")),
        "a byte short": _forged(b"abc\x80".ljust(255, b"\0")),
        "padded further": _forged(b"abc\x80".ljust(320, b"\0")),
    }
    refused(MalformedError, "not padded as its format says", opened, others)


@each(
    {
        "nothing": (lambda letter: b"", "not a sealed file of CaseVault"),
        "no count": (lambda letter: letter[:18], "the file is not a sealed file of CaseVault$"),
        "another format": (lambda letter: b"\x02" + letter[1:], "not a sealed file of this vault"),
        "another suite": (lambda letter: b"\1\2" + letter[2:], "not a sealed file of this vault"),
        "another vault": (lambda letter: letter[:2] + bytes(16) + letter[18:], "not a sealed file of this vault"),
        "for nobody": (lambda letter: HEAD + b"\0", "not a sealed file of this vault"),
        "for nobody, with messages": (lambda letter: HEAD + b"\0" + letter[19:], "not a sealed file of this vault"),
        "for 33": (lambda letter: HEAD + b"\x21" + letter[19:], "not a sealed file of this vault"),
        "a third message announced": (lambda letter: HEAD + b"\x03" + letter[19:], "a letter was cut$"),
        "one message announced, none there": (lambda letter: HEAD + b"\1", "a letter was cut$"),
        "a size cut": (lambda letter: HEAD + b"\1" + bytes(3), "a letter was cut$"),
        "cut": (lambda letter: letter[:-1], "cut or extended"),
        "extended": (lambda letter: letter + b"\x00", "cut or extended"),
    }
)
def test_what_has_not_the_form_of_a_letter_is_refused(change: Callable[[bytes], bytes], words: str) -> None:
    with pytest.raises(MalformedError, match=words):
        opened(change(LETTER))


def test_an_empty_message_is_for_nobody() -> None:
    with pytest.raises(BrokenSealError, match="not for this device"):
        opened(HEAD + b"\1" + bytes(4))
