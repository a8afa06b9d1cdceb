"""The seal of a page: its vectors by code of their own, and what does not open."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.tables import each
from vault.errors import BrokenSealError, MalformedError, UsageError
from vault.seal.entrance.wordlists import Language, bits_of
from vault.seal.page_seal import (
    HEAD_SIZE,
    ITERATIONS,
    LEAST_BITS,
    _seal_with_salt,
    draw_words,
    open_page,
    page_recipient,
    require_page_form,
    seal_page,
)
from vault.seal.recovery import words_of

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "page.json").read_text(encoding="utf-8"))
WORDS = "quarry mammal zippy walnut equinox squeeze lantern"
SEALED = _seal_with_salt(WORDS, b"invented report!", bytes(range(32)), ITERATIONS)


@each(VECTORS)
def test_a_vector_of_a_page_opens_by_the_words_of_the_format(vector: dict[str, str]) -> None:
    sealed = bytes.fromhex(vector["sealed"])
    head, sealed_content = sealed[:84], sealed[84:]
    assert head[:20] == b"casevault page" + b"\1\1" + (600_000).to_bytes(4, "big")
    stretched = hashlib.pbkdf2_hmac("sha256", vector["form"].encode(), head[20:52], 600_000)
    extracted = hmac.digest(bytes(32), stretched, "sha256")
    key = hmac.digest(extracted, b"casevault/page\1", "sha256")
    assert head[52:] == hmac.digest(extracted, key + b"casevault/page\2", "sha256")
    content = AESGCM(key).decrypt(bytes(12), sealed_content, head)
    assert content.hex() == vector["content"]
    assert _seal_with_salt(vector["words"], content, head[20:52], 600_000) == sealed


@each([WORDS.upper(), f"  {WORDS.replace(' ', '   ')}\n", WORDS.replace("q", "a").replace("z", "w")])
def test_however_the_words_are_typed_the_page_opens(typed: str) -> None:
    assert open_page(typed, SEALED) == b"invented report!"


def _changed(at: int) -> bytes:
    return SEALED[:at] + bytes((SEALED[at] ^ 1,)) + SEALED[at + 1 :]


@each([20, 51, 52, 83, 84, len(SEALED) - 1])
def test_an_altered_page_opens_with_no_words(at: int) -> None:
    with pytest.raises(BrokenSealError, match=r"^the page does not open with these words$"):
        open_page(WORDS, _changed(at))


def test_other_words_open_nothing() -> None:
    with pytest.raises(BrokenSealError, match=r"^the page does not open with these words$"):
        open_page(WORDS.replace("lantern", "lanyard"), SEALED)


@each([b"", SEALED[: HEAD_SIZE + 16], SEALED[:-1], SEALED + bytes(17), _changed(0), _changed(14), _changed(15)])
def test_what_has_not_the_form_of_a_page_is_refused_unopened(untrusted: bytes) -> None:
    with pytest.raises(MalformedError, match=r"^the page (does not have a size|is not sealed in a form)"):
        require_page_form(untrusted)


@each([0, 1, ITERATIONS - 1, 10_000_001, 2**32 - 1])
def test_a_page_that_asks_for_less_or_far_more_work_is_refused(iterations: int) -> None:
    with pytest.raises(MalformedError, match="not sealed in a form that this program knows"):
        open_page(WORDS, SEALED[:16] + iterations.to_bytes(4, "big") + SEALED[20:])


@each(["", "  ", "\n"])
def test_no_words_seal_nothing(words: str) -> None:
    with pytest.raises(UsageError, match=r"^there are no words$"):
        seal_page(words, b"invented report!")


def test_two_seals_of_one_content_have_nothing_in_common_but_their_first_bytes() -> None:
    one, other = seal_page(WORDS, b"invented report!"), seal_page(WORDS, b"invented report!")
    assert one[:20] == other[:20]
    assert not [place for place in range(20, len(one) - 4) if one[place : place + 4] in other]


@each([("en", 7), ("fr", 7), ("ru", 9)])
def test_words_of_each_language_are_worth_90_bits(language: str, count: int) -> None:
    drawn = {draw_words(language) for _ in range(20)}
    assert len(drawn) == 20
    assert {len(words.split()) for words in drawn} == {count}
    assert bits_of(Language(language), count) >= LEAST_BITS


def test_a_recipient_without_a_key_stands_for_their_record_alone() -> None:
    record = bytes(range(16))
    assert page_recipient(record) == " ".join(words_of(hashlib.sha256(b"casevault/page" + record).digest()))
    with pytest.raises(MalformedError, match="record has 15 bytes"):
        page_recipient(record[:15])
