from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest

from tests.seal.places import SEAT, VAULT, fixed, flipped
from tests.tables import each
from vault.errors import BrokenSealError, MalformedError
from vault.seal.bodies import (
    BUNDLE_MESSAGE_SIZE,
    CHUNK_SIZE,
    Recipient,
    _cipher,
    bundle_place,
    open_bundle_key,
    open_stream,
    seal_bundle_key,
    seal_stream,
)
from vault.seal.purposes import Purpose
from vault.seal.recipients import GrantContext, KemPrivate, seal_to
from vault.seal.sizes import padme

KEY, HEADER = fixed("bundle key"), b"an invented header"
KEM = KemPrivate.from_seed(fixed("kem of the seat", 96))
OTHER_KEM = KemPrivate.from_seed(fixed("kem of another", 96))
THREE_CHUNKS = fixed("long content", 2 * CHUNK_SIZE + 100)


def _sealed(content: bytes) -> list[bytes]:
    return list(seal_stream(KEY, bundle_place(VAULT, HEADER), [content], len(content)))


def _size_foretold(content_size: int) -> int:
    padded = padme(max(content_size + 8, 256))
    return 32 + padded + 16 * -(-padded // CHUNK_SIZE)


def _opened(parts: list[bytes], *, key: bytes = KEY, vault: bytes = VAULT, header: bytes = HEADER) -> bytes:
    return b"".join(open_stream(key, bundle_place(vault, header), parts))


@each([0, 1, 247, 248, 249, CHUNK_SIZE - 9, CHUNK_SIZE - 8, CHUNK_SIZE - 7, CHUNK_SIZE])
def test_a_body_gives_its_content_back_and_has_the_size_foretold(size: int) -> None:
    content = fixed("content", size)
    parts = _sealed(content)
    assert _opened(parts) == content
    assert sum(map(len, parts)) == _size_foretold(size)


def test_a_body_comes_back_in_pieces_none_of_which_is_empty() -> None:
    for content in (THREE_CHUNKS, b"short", b""):
        assert all(open_stream(KEY, bundle_place(VAULT, HEADER), _sealed(content)))


def test_pieces_without_end_are_refused_as_soon_as_they_are_too_many() -> None:
    with pytest.raises(MalformedError, match="has 101 bytes or more, not 100"):
        list(seal_stream(KEY, bundle_place(VAULT, HEADER), itertools.repeat(b"x"), 100))


def test_pieces_of_any_length_give_one_body() -> None:
    content = fixed("content", 5_000)
    pieces = [content[at : at + 7] for at in range(0, 5_000, 7)]
    assert list(seal_stream(KEY, bundle_place(VAULT, HEADER), pieces, 5_000)) == _sealed(content)


def test_a_chunk_leaves_before_the_next_piece_is_asked_for() -> None:
    """So that a bundle of any size needs the memory of one chunk."""
    asked: list[int] = []

    def pieces() -> Iterator[bytes]:
        for at in range(0, len(THREE_CHUNKS), CHUNK_SIZE):
            asked.append(at)
            yield THREE_CHUNKS[at : at + CHUNK_SIZE]

    body = seal_stream(KEY, bundle_place(VAULT, HEADER), pieces(), len(THREE_CHUNKS))
    next(body)  # the commitment
    next(body)
    assert asked == [0]


def test_two_chunks_of_one_body_differ_though_their_content_does_not() -> None:
    parts = _sealed(bytes(3 * CHUNK_SIZE))
    assert parts[2] != parts[3]


@each([99, 101, 5_000])
def test_pieces_that_have_another_size_than_foretold_are_refused(size: int) -> None:
    with pytest.raises(MalformedError, match="not 100"):
        list(seal_stream(KEY, bundle_place(VAULT, HEADER), [bytes(size)], 100))


CHANGES: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "the last chunk dropped": lambda parts: parts[:-1],
    "all chunks dropped": lambda parts: parts[:1],
    "nothing left": lambda parts: [],
    "two chunks exchanged": lambda parts: [parts[0], parts[2], parts[1], *parts[3:]],
    "a chunk twice": lambda parts: [*parts[:2], *parts[1:]],
    "a middle chunk dropped": lambda parts: [*parts[:2], *parts[3:]],
    "the last chunk cut": lambda parts: [*parts[:-1], parts[-1][:-1]],
    "the last chunk cut to its tag": lambda parts: [*parts[:-1], parts[-1][-16:]],
    "the last chunk cut below a tag": lambda parts: [*parts[:-1], parts[-1][:9]],
    "a byte appended": lambda parts: [*parts[:-1], parts[-1] + b"\0"],
    "a chunk appended": lambda parts: [*parts, parts[-1]],
    "an empty chunk appended": lambda parts: [*parts, b""],
    "the commitment of zeros": lambda parts: [bytes(32), *parts[1:]],
}


@each(CHANGES)
def test_a_changed_body_is_refused(change: Callable[[list[bytes]], list[bytes]]) -> None:
    with pytest.raises(BrokenSealError, match="damaged or was altered"):
        _opened(change(_sealed(THREE_CHUNKS)))


def test_no_bit_of_a_body_can_be_flipped() -> None:
    whole = b"".join(_sealed(b"short"))
    for bit in range(0, 8 * len(whole), 41):
        changed = flipped(whole, bit)
        with pytest.raises(BrokenSealError, match="damaged or was altered"):
            _opened([changed[:32], changed[32:]])


@each([{"key": fixed("other")}, {"vault": SEAT}, {"header": b"another header"}])
def test_a_body_opens_only_in_its_place(other: dict[str, bytes]) -> None:
    with pytest.raises(BrokenSealError, match="damaged or was altered"):
        _opened(_sealed(b"content"), **other)


def _forged(plain: bytes) -> list[bytes]:
    """Seal what `seal_stream` would never give."""
    place = bundle_place(VAULT, HEADER)
    (cipher, commitment), aad = _cipher(KEY, place), place.aad
    chunks = [plain[at : at + CHUNK_SIZE] for at in range(0, len(plain), CHUNK_SIZE)]
    nonces = [number.to_bytes(11, "big") + bytes([number == len(chunks) - 1]) for number in range(len(chunks))]
    return [commitment, *(cipher.encrypt(nonce, chunk, aad) for nonce, chunk in zip(nonces, chunks, strict=True))]


def _inner(size: int, content: bytes, padded: int) -> bytes:
    return (size.to_bytes(8, "big") + content).ljust(padded, b"\0")


TWO_CHUNKS = _inner(CHUNK_SIZE + 100, fixed("content", CHUNK_SIZE + 100), padme(CHUNK_SIZE + 108))


@each(
    {
        "a byte behind the content": _inner(3, b"abcd", 256),
        "a byte at the end of a later chunk": flipped(TWO_CHUNKS, -1),
        "a terabyte": _inner(1 << 40, b"", 256),
        "a length beyond its padding": _inner(249, b"", 256),
        "the greatest length": _inner(2**64 - 1, b"", 512),
        "more padding than its length has": _inner(3, b"", 320),
    }
)
def test_a_content_has_one_padded_form(plain: bytes) -> None:
    """A maker could else hide bytes there."""
    assert _opened(_forged(_inner(4, b"abcd", 256))) == b"abcd"
    assert _opened(_forged(TWO_CHUNKS)) == fixed("content", CHUNK_SIZE + 100)
    with pytest.raises(BrokenSealError, match="damaged or was altered"):
        _opened(_forged(plain))


def test_each_seat_finds_its_message_whatever_the_order() -> None:
    other_seat = fixed("other seat", 16)
    messages = seal_bundle_key(KEY, VAULT, [Recipient(SEAT, KEM.public), Recipient(other_seat, OTHER_KEM.public)])
    assert {len(message) for message in messages} == {BUNDLE_MESSAGE_SIZE}
    for order in (messages, messages[::-1]):
        assert open_bundle_key(KEM, SEAT, VAULT, order) == KEY
        assert open_bundle_key(OTHER_KEM, other_seat, VAULT, order) == KEY


@each(
    {
        "another key": (OTHER_KEM, SEAT, VAULT),
        "another seat": (KEM, fixed("other seat", 16), VAULT),
        "another vault": (KEM, SEAT, fixed("other vault", 16)),
    }
)
def test_the_key_opens_for_its_seat_alone(private: KemPrivate, seat: bytes, vault: bytes) -> None:
    messages = seal_bundle_key(KEY, VAULT, [Recipient(SEAT, KEM.public)])
    with pytest.raises(BrokenSealError, match="not for this device"):
        open_bundle_key(private, seat, vault, messages)


def test_a_key_of_another_length_is_never_sealed() -> None:
    with pytest.raises(MalformedError, match="key has 0 bytes"):
        seal_bundle_key(b"", VAULT, [Recipient(SEAT, KEM.public)])


@each([0, 31, 33])
def test_a_message_that_holds_no_key_is_for_nobody(size: int) -> None:
    message = seal_to(KEM.public, fixed("no key", size), GrantContext(Purpose.BUNDLE, VAULT, to_seat=SEAT))
    with pytest.raises(BrokenSealError, match="not for this device"):
        open_bundle_key(KEM, SEAT, VAULT, [message])
