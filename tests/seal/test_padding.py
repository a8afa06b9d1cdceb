import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tables import each, refused
from vault.errors import MalformedError
from vault.seal.purposes import Purpose
from vault.seal.sizes import AUDIT_SIZES, SLOT_SIZE, VERSION_CONTENT_LIMIT, pad, padded_size, padme, unpad


@each([(256, 256), (257, 272), (1000, 1024), (1025, 1088), (1_000_000, 1_015_808)])
def test_padme_gives_the_sizes_of_its_paper(size: int, expected: int) -> None:
    assert padme(size) == expected


@given(st.integers(256, 1 << 40))
def test_padme_adds_at_most_12_percent_and_is_stable(size: int) -> None:
    padded = padme(size)
    assert size <= padded <= size * 1.12
    assert padme(padded) == padded


@given(st.binary(max_size=900), st.sampled_from(Purpose))
def test_padding_comes_off_as_it_went_on(content: bytes, purpose: Purpose) -> None:
    padded = pad(purpose, content)
    assert unpad(purpose, padded) == content
    assert len(padded) == padded_size(purpose, len(content))


@each([(0, 256), (255, 256), (256, 512), (511, 512), (512, 1024), (1023, 1024), (1024, 4096), (4095, 4096)])
def test_an_audit_payload_takes_the_smallest_of_256_512_1024_4096(size: int, padded: int) -> None:
    assert padded_size(Purpose.AUDIT, size) == len(pad(Purpose.AUDIT, bytes(size))) == padded
    assert padded in AUDIT_SIZES


def test_a_version_that_a_bundle_carries_is_padded_below_a_mebibyte() -> None:
    sizes = [padded_size(Purpose.VERSION, VERSION_CONTENT_LIMIT + more) for more in (0, 1)]
    assert sizes[0] < sizes[1] == 1 << 20


def test_slots_take_one_size_only() -> None:
    assert {len(pad(Purpose.SLOT, b"x" * size)) for size in (0, 400, 951)} == {SLOT_SIZE}


def test_content_that_fits_no_size_is_refused() -> None:
    refused(MalformedError, "audit payload of 4096 bytes is longer than 4095", pad, [(Purpose.AUDIT, bytes(4096))])
    refused(MalformedError, "slot content of 952 bytes is longer than 951", pad, [(Purpose.SLOT, bytes(952))])


@each(
    {
        "nothing": (Purpose.VERSION, b""),
        "no mark": (Purpose.VERSION, bytes(256)),
        "a letter behind the mark": (Purpose.VERSION, b"abc\x80!".ljust(256, b"\0")),
        "a letter behind mark and zero": (Purpose.VERSION, b"abc\x80\0!".ljust(256, b"\0")),
        "content without mark": (Purpose.VERSION, b"note".ljust(256, b"\0")),
        "another mark": (Purpose.VERSION, b"note\x81".ljust(256, b"\0")),
        "too short": (Purpose.VERSION, b"note\x80".ljust(255, b"\0")),
        "not a Padme size": (Purpose.VERSION, b"note\x80".ljust(257, b"\0")),
        "a Padme size, but not of this content": (Purpose.VERSION, b"note\x80".ljust(272, b"\0")),
        "a larger bucket than needed": (Purpose.AUDIT, b"note\x80".ljust(512, b"\0")),
        "beyond all buckets": (Purpose.AUDIT, b"x" * 5000 + b"\x80"),
        "slot of another size": (Purpose.SLOT, b"note\x80".ljust(256, b"\0")),
    }
)
def test_any_other_tail_is_refused(purpose: Purpose, padded: bytes) -> None:
    with pytest.raises(MalformedError, match=r"padding is not that of the format|audit payload of 5000 bytes"):
        unpad(purpose, padded)
