"""A bundle from its first byte to its last: more than it names, less, or in another order is refused as a whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.log.writer import VAULT, Writer
from tests.sync.exchange import IDENTITY, MAKER, MEMBER, opened
from tests.sync.hostile import Pages, encoded, manifest_of, write
from tests.tables import each, refused
from vault.errors import InternalError, MalformedError, TryAgainError, VerificationError
from vault.seal.bodies import BUNDLE_MESSAGE_SIZE
from vault.seal.signing import is_signed_raw, public_key, sign
from vault.sync.bundle_file import BUNDLE_PURPOSE, Manifest, Position, encode_header, signed_manifest, verify_manifest
from vault.sync.bundle_pages import (
    COUNTED,
    PAGE_LIMIT,
    PageKind,
    SentOperation,
    SentRow,
    SentVersion,
    decode_page,
    encode_pages,
)

WRITER = Writer().write(3)
ENTRIES: list[SentRow] = [SentOperation(row.seq, row.header, row.list, row.sealed) for row in WRITER.rows]
PAGES: Pages = encoded(
    [
        (PageKind.GENESIS, bytes(32), [WRITER.genesis]),
        (PageKind.OPERATION, WRITER.origin, ENTRIES),
    ]
)
MADE = manifest_of(VAULT, PAGES)
WHOLE = replace(MADE, counts={kind: MADE.counts[kind] for kind in COUNTED})


def longer(content: bytes) -> bytes:
    return content + b"\0"


def shorter(content: bytes) -> bytes:
    return content[: -len(PAGES[-1][2])]


def with_a_long_page(content: bytes) -> bytes:
    at = len(content) - sum(4 + len(page) for _, _, page in PAGES)
    return content[:at] + (PAGE_LIMIT + 1).to_bytes(4, "big") + content[at + 4 :]


@each(
    {
        "more than it names": (longer, PAGES, "goes on after all"),
        "less than it names": (shorter, PAGES, "ends before all"),
        "a page too large": (with_a_long_page, PAGES, "a page of a bundle has"),
        "pages in another order": (bytes, PAGES[::-1], "not in their order"),
    }
)
def test_a_body_that_is_not_what_its_manifest_names_is_refused(
    content: Callable[[bytes], bytes], pages: Pages, words: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "bundle", VAULT, pages, content=content)
    with pytest.raises(MalformedError, match=words):
        opened(path, VAULT)


def test_the_same_pages_under_their_manifest_open(tmp_path: Path) -> None:
    bundle = opened(write(tmp_path / "bundle", VAULT, PAGES), VAULT)
    assert [page.kind for page in bundle.pages()] == [PageKind.GENESIS, PageKind.OPERATION]
    assert bundle.manifest == WHOLE


def test_a_folder_is_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(TryAgainError, match="is not a regular file"):
        opened(tmp_path, VAULT)


def test_nothing_is_sealed_for_nobody_or_for_more_than_may_be() -> None:
    message = bytes(BUNDLE_MESSAGE_SIZE)
    refused(
        MalformedError,
        "a bundle has",
        lambda messages: encode_header(VAULT, messages),
        [([],), ([message] * 65,), ([message[:-1]],)],
    )
    assert encode_header(VAULT, [message] * 64).endswith(message)


@each(
    {
        "a short vault": lambda whole: replace(whole, vault=bytes(15)),
        "a short root": lambda whole: replace(whole, root=bytes(31)),
        "a place in no log": lambda whole: replace(whole, position=Position(b"", 0)),
        "a part of no log": lambda whole: replace(whole, have={bytes(31): 1}),
        "a bundle of no log": lambda whole: replace(whole, took={MAKER: Position(bytes(33), 1)}),
    }
)
def test_a_manifest_with_a_part_of_another_size_is_not_made(change: Callable[[Manifest], Manifest]) -> None:
    with pytest.raises(MalformedError, match="a part of the wrong size"):
        change(WHOLE).encode()


def test_a_manifest_of_more_than_a_mebibyte_is_not_made() -> None:
    have = {number.to_bytes(32, "big"): 1 for number in range(27_000)}
    with pytest.raises(MalformedError, match="a manifest has"):
        replace(WHOLE, have=have).encode()


TWO = replace(WHOLE, have={bytes(32): 1, b"\1" * 32: 2})


@each(
    {
        "a later format": (bytes([2]) + WHOLE.encode()[1:], "the unknown format 2"),
        "parts in another order": (TWO.encode()[:-80] + TWO.encode()[-40:] + TWO.encode()[-80:-40], "canonical form"),
        "one part twice": (TWO.encode()[:-40] + TWO.encode()[-80:-40], "canonical form"),
        "nothing": (b"", "too short"),
    }
)
def test_a_manifest_has_one_form(untrusted: bytes, words: str) -> None:
    assert Manifest.decode(TWO.encode()) == TWO
    with pytest.raises(MalformedError, match=words):
        Manifest.decode(untrusted)


def test_a_manifest_is_signed_by_the_seat_that_it_names_or_not_at_all() -> None:
    def signing(purpose: str, message: bytes) -> tuple[bytes, bytes]:
        return public_key(IDENTITY), sign(IDENTITY, purpose, message)

    assert verify_manifest(signed_manifest(WHOLE, signing), is_signed_raw) == WHOLE
    with pytest.raises(InternalError, match="another seat than it names"):
        signed_manifest(replace(WHOLE, identity=bytes(32)), signing)
    other = sign(IDENTITY, f"no-{BUNDLE_PURPOSE}", WHOLE.encode())
    with pytest.raises(VerificationError):
        verify_manifest(WHOLE.encode() + other, is_signed_raw)
    assert (WHOLE.seat, WHOLE.member) == (MAKER, MEMBER)


def test_a_row_that_would_arrive_as_another_is_not_sent() -> None:
    whole = SentVersion(0, 0, bytes(16), bytes(16), b"sealed")
    refused(
        MalformedError,
        "a version does not fit a bundle",
        lambda row: list(encode_pages(PageKind.VERSION, [row], WRITER.origin)),
        [(whole._replace(compartment=bytes(15)),), (whole._replace(record=bytes(17)),)],
    )
    ((_, page),) = encode_pages(PageKind.VERSION, [whole], WRITER.origin)
    assert list(decode_page(page).of(SentVersion)) == [whole]
    with pytest.raises(MalformedError, match="a page of a bundle ends within"):
        decode_page(page[:-1])
