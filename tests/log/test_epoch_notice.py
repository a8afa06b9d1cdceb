from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tables import each
from vault.errors import MalformedError
from vault.ids import CompartmentKind
from vault.log.epoch_notice import KIND_AT, EpochNotice, RevokedLog, check_founding, epoch_digest, founded_compartment

ORIGIN = sha256(b"origin").digest()
PLACE = founded_compartment(ORIGIN, 3, 0)
FOUNDING = EpochNotice(1, bytes(16), PLACE, CompartmentKind.CASE, b"e" * 16)
LATER = replace(
    FOUNDING, epoch=b"f" * 16, replaced=(b"e" * 16, b"g" * 16), revocations=(RevokedLog(b"s" * 16, ORIGIN, 9),)
)


def _ids(count: int) -> tuple[bytes, ...]:
    return tuple(n.to_bytes(16, "big") for n in range(count))


def _revocations(count: int) -> tuple[RevokedLog, ...]:
    return tuple(RevokedLog(b"s" * 16, n.to_bytes(32, "big"), n) for n in range(count))


@each(
    {
        "founding": FOUNDING,
        "replacing": LATER,
        "two drops": replace(LATER, revocations=_revocations(2)),
        "the last suite": replace(LATER, suite=255),
        "255 epochs": replace(LATER, replaced=_ids(255)),
        "255 drops": replace(LATER, revocations=_revocations(255)),
    }
)
def test_a_notice_survives(notice: EpochNotice) -> None:
    encoded = notice.encode()
    assert EpochNotice.decode(encoded) == notice
    assert notice.digest() == epoch_digest(encoded) == sha256(encoded).digest()


def test_the_layout_is_that_of_the_format() -> None:
    assert FOUNDING.encode() == b"\1\1" + bytes(16) + PLACE + b"\1" + b"e" * 16 + b"\0\0"
    assert len(LATER.encode()) == 51 + 1 + 32 + 1 + 56
    assert replace(LATER, suite=2).encode()[:2] == b"\1\2"
    assert replace(FOUNDING, kind=CompartmentKind.AUDIT).encode()[KIND_AT] == 7
    named = {kind.name.lower(): int(kind) for kind in CompartmentKind}
    assert named == {"case": 1, "section": 2, "directory": 3, "register": 4, "intake": 5, "sending": 6, "audit": 7}


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
        "a log twice": ({"revocations": (RevokedLog(b"s" * 16, ORIGIN, 9),) * 2}, "a log twice"),
        "founding with drops": ({"replaced": ()}, "founding epoch, and revokes"),
        "suite 0": ({"suite": 0}, "a number is out of range"),
        "suite 256": ({"suite": 256}, "a number is out of range"),
        "256 epochs": ({"replaced": _ids(256)}, "a number is out of range"),
        "256 drops": ({"revocations": _revocations(256)}, "a number is out of range"),
        "a short vault": ({"vault": bytes(15)}, "an id of the wrong size"),
        "a long compartment": ({"compartment": bytes(17)}, "an id of the wrong size"),
        "a short epoch": ({"epoch": bytes(15)}, "an id of the wrong size"),
        "a short epoch before it": ({"replaced": (bytes(15),)}, "an id of the wrong size"),
        "a short seat": ({"revocations": (RevokedLog(bytes(15), ORIGIN, 9),)}, "an id of the wrong size"),
        "no log": ({"revocations": (RevokedLog(b"s" * 16, b"", 9),)}, "an id of the wrong size"),
        "129 histories": (
            {"revocations": (RevokedLog(b"s" * 16, ORIGIN, 9, ((9, bytes(32)),) * 129),)},
            "too many histories",
        ),
        "a history without a root": (
            {"revocations": (RevokedLog(b"s" * 16, ORIGIN, 9, ((9, bytes(31)),)),)},
            "without a root",
        ),
        "a short log": ({"revocations": (RevokedLog(b"s" * 16, bytes(31), 9),)}, "an id of the wrong size"),
    }
)
def test_a_notice_that_says_nonsense_is_refused(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(MalformedError, match=reason):
        replace(LATER, **changes)  # type: ignore[arg-type]  # the table names the parts


def test_a_row_that_names_histories_is_of_another_format_and_reads_back() -> None:
    seen = ((5, b"r" * 32), (9, b"q" * 32))
    notice = replace(
        FOUNDING, epoch=b"f" * 16, replaced=(b"e" * 16,), revocations=(RevokedLog(b"s" * 16, ORIGIN, 9, seen),)
    )
    row = notice.encode()
    assert row[0] == 2
    assert EpochNotice.decode(row) == notice
    for broken in (row[:-1], row + b"\0", b"\1" + row[1:], row[:-72]):
        with pytest.raises(MalformedError):
            EpochNotice.decode(broken)
