import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.errors import MalformedError
from vault.seal.padding import AUDIT_SIZES, SLOT_SIZE, pad, padded_size, padme, unpad
from vault.seal.purposes import Purpose

PADME_SIZES = [
    pytest.param(256, 256, id="smallest"),
    pytest.param(257, 272, id="one more"),
    pytest.param(1000, 1024, id="below a power of two"),
    pytest.param(1025, 1088, id="above a power of two"),
    pytest.param(1_000_000, 1_015_808, id="a megabyte"),
]


@pytest.mark.parametrize(("size", "expected"), PADME_SIZES)
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


@pytest.mark.parametrize("size", [0, 254, 255, 256, 511, 512, 1023, 1024, 4095])
def test_audit_payloads_take_four_sizes_only(size: int) -> None:
    padded = pad(Purpose.AUDIT, b"x" * size)
    assert len(padded) in AUDIT_SIZES
    assert len(padded) > size


@pytest.mark.parametrize(
    ("size", "padded"),
    [(0, 256), (255, 256), (256, 512), (511, 512), (512, 1024), (1023, 1024), (1024, 4096), (4095, 4096)],
)
def test_an_audit_payload_takes_the_smallest_of_256_512_1024_4096(size: int, padded: int) -> None:
    assert padded_size(Purpose.AUDIT, size) == padded


def test_nothing_but_zeros_stands_behind_the_mark() -> None:
    for tail in (b"\x80!", b"\x80\0!"):
        with pytest.raises(MalformedError, match="padding is not that of the format"):
            unpad(Purpose.VERSION, (b"abc" + tail).ljust(256, b"\0"))


@pytest.mark.parametrize("size", [0, 400, 951])
def test_slots_take_one_size_only(size: int) -> None:
    assert len(pad(Purpose.SLOT, b"x" * size)) == SLOT_SIZE


@pytest.mark.parametrize(
    ("purpose", "size", "error"),
    [
        pytest.param(Purpose.AUDIT, 4096, "audit payload of 4096 bytes is longer than 4095", id="audit"),
        pytest.param(Purpose.SLOT, 952, "slot content of 952 bytes is longer than 951", id="slot"),
    ],
)
def test_content_that_fits_no_size_is_refused(purpose: Purpose, size: int, error: str) -> None:
    with pytest.raises(MalformedError, match=error):
        pad(purpose, bytes(size))


@pytest.mark.parametrize(
    ("purpose", "padded"),
    [
        pytest.param(Purpose.VERSION, b"", id="nothing"),
        pytest.param(Purpose.VERSION, bytes(256), id="no mark"),
        pytest.param(Purpose.VERSION, b"note".ljust(256, b"\0"), id="content without mark"),
        pytest.param(Purpose.VERSION, b"note\x81".ljust(256, b"\0"), id="another mark"),
        pytest.param(Purpose.VERSION, b"note\x80".ljust(255, b"\0"), id="too short"),
        pytest.param(Purpose.VERSION, b"note\x80".ljust(257, b"\0"), id="not a Padme size"),
        pytest.param(Purpose.VERSION, b"note\x80".ljust(272, b"\0"), id="a Padme size, but not of this content"),
        pytest.param(Purpose.AUDIT, b"note\x80".ljust(512, b"\0"), id="a larger bucket than needed"),
        pytest.param(Purpose.AUDIT, b"x" * 5000 + b"\x80", id="beyond all buckets"),
        pytest.param(Purpose.SLOT, b"note\x80".ljust(256, b"\0"), id="slot of another size"),
    ],
)
def test_any_other_tail_is_refused(purpose: Purpose, padded: bytes) -> None:
    with pytest.raises(MalformedError, match=r"padding is not that of the format|audit payload of 5000 bytes"):
        unpad(purpose, padded)
