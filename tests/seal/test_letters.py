from __future__ import annotations

from collections.abc import Callable

import pytest

from vault.errors import BrokenSealError, MalformedError
from vault.seal.letters import open_letter, seal_letter
from vault.seal.recipients import KemPrivate, make_kem_seed

VAULT = bytes(range(16))
SEATS = [bytes([n]) * 16 for n in (1, 2, 3)]
KEYS = [KemPrivate.from_seed(make_kem_seed()) for _ in SEATS]
CONTENT = b"a question\x80\x00with the mark in it\x80"
LETTER = seal_letter(CONTENT, VAULT, [(seat, key.public) for seat, key in zip(SEATS[:2], KEYS[:2], strict=True)])


@pytest.mark.parametrize("number", [0, 1])
def test_a_letter_opens_for_each_seat_that_it_is_for(number: int) -> None:
    assert open_letter(KEYS[number], SEATS[number], VAULT, LETTER) == CONTENT


@pytest.mark.parametrize(
    ("key", "seat"), [pytest.param(2, 2, id="another seat"), pytest.param(0, 1, id="under another seat's name")]
)
def test_a_letter_opens_for_nobody_else(key: int, seat: int) -> None:
    with pytest.raises(BrokenSealError, match="not for this device, or it was altered"):
        open_letter(KEYS[key], SEATS[seat], VAULT, LETTER)


def test_a_letter_tells_neither_its_length_nor_for_whom_it_is() -> None:
    to = [(SEATS[0], KEYS[0].public)]
    assert len(seal_letter(b"", VAULT, to)) == len(seal_letter(b"x" * 255, VAULT, to))
    assert len(seal_letter(b"x" * 256, VAULT, to)) > len(seal_letter(b"x" * 255, VAULT, to))
    assert all(seat not in LETTER for seat in SEATS)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda letter: b"", "no letter"),
        (lambda letter: letter[:18], "no letter"),
        (lambda letter: b"\x02" + letter[1:], "no letter of this vault"),
        (lambda letter: letter[:2] + bytes(16) + letter[18:], "no letter of this vault"),
        (lambda letter: letter[:18] + b"\x00" + letter[19:], "no letter of this vault"),
        (lambda letter: letter[:18] + b"\x21" + letter[19:], "no letter of this vault"),
        (lambda letter: letter[:18] + b"\x03" + letter[19:], "cut"),
        (lambda letter: letter[:-1], "cut or extended"),
        (lambda letter: letter + b"\x00", "cut or extended"),
    ],
)
def test_what_has_not_the_form_of_a_letter_is_refused(change: Callable[[bytes], bytes], message: str) -> None:
    with pytest.raises(MalformedError, match=message):
        open_letter(KEYS[0], SEATS[0], VAULT, change(LETTER))


def test_an_altered_letter_does_not_open() -> None:
    altered = bytearray(LETTER)
    altered[-1] ^= 1
    with pytest.raises(BrokenSealError, match="altered"):
        open_letter(KEYS[1], SEATS[1], VAULT, bytes(altered))


@pytest.mark.parametrize("count", [0, 33])
def test_a_letter_is_for_somebody_and_not_for_a_crowd(count: int) -> None:
    with pytest.raises(MalformedError, match="1 to 32 seats"):
        seal_letter(b"x", VAULT, [(SEATS[0], KEYS[0].public)] * count)
