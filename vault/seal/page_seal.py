"""The seal of a page: what leaves for somebody who has a browser and no key (FORMAT.md 8)."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from vault.errors import BrokenSealError, MalformedError, UsageError
from vault.ids import ID_SIZE, RandomBytes
from vault.seal.entrance.wordlists import Language, count_for, make_passphrase, word_form
from vault.seal.recovery import words_of
from vault.seal.sizes import KEY_SIZE, padme, require_width
from vault.words.message import Message

_BEGIN = b"casevault page"
_FORMAT, _SUITE = 1, 1
_SALT_SIZE, TAG_SIZE = 32, 16
_HEAD = struct.Struct(f">{len(_BEGIN)}sBBI{_SALT_SIZE}s{KEY_SIZE}s")
HEAD_SIZE = _HEAD.size

# Who finds the file can try words for as long as they like: more bits than a passphrase that a vault slows down.
LEAST_BITS = 90
ITERATIONS = 600_000
MOST_ITERATIONS = 10_000_000  # a file that asks for more would only keep its reader waiting
# The key is of a fresh salt and seals one message: the nonce carries nothing.
_ONE_TIME_NONCE = bytes(12)


def draw_words(language: str, random: RandomBytes = secrets.token_bytes) -> str:
    """Return fresh words of a language (`en`, `fr`, `ru`) that open one page: seven, or nine of the shorter list."""
    listed = Language(language)
    return make_passphrase(listed, count_for(listed, LEAST_BITS), random).text()


def page_recipient(record: bytes) -> str:
    """Return what stands for a recipient without a key in approval and manifest: 13 words of their record's id."""
    return " ".join(words_of(hashlib.sha256(b"casevault/page" + require_width("record", record, ID_SIZE)).digest()))


def seal_page(words: str, plaintext: bytes, random: RandomBytes = secrets.token_bytes) -> bytes:
    """Return bytes that only these words open; the plaintext is padded already.

    Raises:
        UsageError: no word.
    """
    return _seal_with_salt(words, plaintext, random(_SALT_SIZE), ITERATIONS)


def _seal_with_salt(words: str, plaintext: bytes, salt: bytes, iterations: int) -> bytes:
    key, commitment = _derive(words, salt, iterations)
    head = _HEAD.pack(_BEGIN, _FORMAT, _SUITE, iterations, salt, commitment)
    return head + AESGCM(key).encrypt(_ONE_TIME_NONCE, plaintext, head)


def require_page_form(untrusted: bytes) -> None:
    """Return if these bytes have the outer form of a sealed page.

    Raises:
        MalformedError: they have not.
    """
    _head(untrusted)


def open_page(words: str, untrusted: bytes) -> bytes:
    """Return what a page holds.

    Raises:
        UsageError: no word.
        MalformedError: no sealed page, of another format, or one that asks for more or less work than the format.
        BrokenSealError: other words, altered, or cut.
    """
    salt, iterations, commitment = _head(untrusted)
    key, expected = _derive(words, salt, iterations)
    closed = BrokenSealError(
        Message("the page does not open with these words"),
        next_step=Message("Check each word with the sender. If all are right, the file was changed: ask for another."),
    )
    if not hmac.compare_digest(commitment, expected):
        raise closed
    try:
        return AESGCM(key).decrypt(_ONE_TIME_NONCE, untrusted[HEAD_SIZE:], untrusted[:HEAD_SIZE])
    except InvalidTag:
        raise closed from None


def _head(untrusted: bytes) -> tuple[bytes, int, bytes]:
    content = len(untrusted) - HEAD_SIZE - TAG_SIZE
    if content < 2 or content != padme(content):
        raise MalformedError(Message("the page does not have a size of its format: it was cut or extended"))
    begin, form, suite, iterations, salt, commitment = _HEAD.unpack_from(untrusted)
    if (begin, form, suite) != (_BEGIN, _FORMAT, _SUITE) or not ITERATIONS <= iterations <= MOST_ITERATIONS:
        raise MalformedError(Message("the page is not sealed in a form that this program knows"))
    return salt, iterations, commitment


def _derive(words: str, salt: bytes, iterations: int) -> tuple[bytes, bytes]:
    """Return message key and commitment: without it one page could be made that opens differently by two lists."""
    form = word_form(words).encode("utf-8")
    if not form:
        raise UsageError(Message("there are no words"))
    stretched = PBKDF2HMAC(hashes.SHA256(), KEY_SIZE, salt, iterations).derive(form)
    both = HKDF(hashes.SHA256(), 2 * KEY_SIZE, None, b"casevault/page").derive(stretched)
    return both[:KEY_SIZE], both[KEY_SIZE:]
