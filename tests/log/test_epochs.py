from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tables import each
from vault.errors import MalformedError
from vault.log.epochs import CompartmentKind, Drop, EpochNotice, check_founding, epoch_digest, founded_compartment

ORIGIN = sha256(b"origin").digest()
PLACE = founded_compartment(ORIGIN, 3, 0)
FOUNDING = EpochNotice(1, bytes(16), PLACE, CompartmentKind.CASE, b"e" * 16)
LATER = replace(FOUNDING, epoch=b"f" * 16, replaced=(b"e" * 16, b"g" * 16), drops=(Drop(b"s" * 16, ORIGIN, 9),))


@each({"founding": FOUNDING, "replacing": LATER})
def test_a_notice_survives(notice: EpochNotice) -> None:
    encoded = notice.encode()
    assert EpochNotice.decode(encoded) == notice
    assert notice.digest() == epoch_digest(encoded) == sha256(encoded).digest()


def test_the_layout_is_that_of_the_format() -> None:
    assert FOUNDING.encode() == b"\1\1" + bytes(16) + PLACE + b"\1" + b"e" * 16 + b"\0\0"
    assert len(LATER.encode()) == 51 + 1 + 32 + 1 + 56


def test_a_compartment_is_named_by_the_place_that_founds_it() -> None:
    place = ORIGIN + (3).to_bytes(8, "big") + bytes(4)
    assert sha256(b"casevault/compartment" + place).digest()[:16] == PLACE
    check_founding(FOUNDING, ORIGIN, 3, 0)


@each([(3, 1), (4, 0)])
def test_no_other_place_can_found_it(seq: int, n: int) -> None:
    with pytest.raises(MalformedError, match="not of its place"):
        check_founding(FOUNDING, ORIGIN, seq, n)
    check_founding(LATER, ORIGIN, seq, n)


@given(st.integers(0, len(LATER.encode()) - 1), st.integers(1, 255))
def test_a_changed_byte_is_refused_or_gives_another_notice(place: int, flip: int) -> None:
    altered = bytearray(LATER.encode())
    altered[place] ^= flip
    try:
        other = EpochNotice.decode(bytes(altered))
    except MalformedError:
        return
    assert other != LATER
    assert other.encode() == bytes(altered)


@each(
    {
        "empty": b"",
        "cut": FOUNDING.encode()[:-1],
        "cut drop": LATER.encode()[:-1],
        "a byte more": FOUNDING.encode() + b"\0",
        "format 2": b"\2" + FOUNDING.encode()[1:],
        "kind 8": FOUNDING.encode()[:34] + b"\x08" + FOUNDING.encode()[35:],
    }
)
def test_other_forms_are_refused(untrusted: bytes) -> None:
    with pytest.raises(MalformedError, match="an epoch notice"):
        EpochNotice.decode(untrusted)


@each(
    {
        "itself": ({"replaced": (b"f" * 16,)}, "replaces itself"),
        "one epoch twice": ({"replaced": (b"e" * 16,) * 2}, "one epoch twice"),
        "one log twice": ({"drops": (Drop(b"s" * 16, ORIGIN, 9),) * 2}, "one log twice"),
        "founding with drops": ({"replaced": ()}, "founding one, and drops"),
        "suite 0": ({"suite": 0}, "out of range"),
        "no vault": ({"vault": b""}, "wrong size"),
        "no log": ({"drops": (Drop(b"s" * 16, b"", 9),)}, "wrong size"),
    }
)
def test_a_notice_that_says_nonsense_is_refused(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(MalformedError, match=reason):
        replace(LATER, **changes)  # type: ignore[arg-type]  # the table names the parts
