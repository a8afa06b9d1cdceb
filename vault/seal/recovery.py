"""The root secret: what it gives, the words that people compare, and its shares on paper (FORMAT.md 2)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics  # type: ignore[import-untyped]  # ships no types
from shamir_mnemonic.wordlist import WORDLIST  # type: ignore[import-untyped]  # ships no types

from vault.errors import RefusedError, VerificationError
from vault.ids import DIGEST_SIZE
from vault.seal.recipients import KEM_SEED_SIZE
from vault.seal.signing import public_key
from vault.seal.widths import KEY_SIZE, require_key, require_width
from vault.words.message import Message

WORD_COUNT = 13

_BITS_PER_WORD = 10
_SHAPES = frozenset({(2, 3), (3, 5)})


def make_root_secret() -> bytes:
    """Return a fresh root secret S of 32 bytes."""
    return secrets.token_bytes(KEY_SIZE)


def derive_root_seed(root_secret: bytes) -> bytes:
    """Return the Ed25519 seed of the root, which signs rosters."""
    return _derive(root_secret, b"casevault/root", KEY_SIZE)


def derive_recovery_seed(root_secret: bytes) -> bytes:
    """Return the 96-byte KEM seed of recovery, to which epoch keys are granted."""
    return _derive(root_secret, b"casevault/recovery", KEM_SEED_SIZE)


def root_words(root_public: bytes) -> tuple[str, ...]:
    """Return the 13 words of the root key that stand on every sheet and are compared when somebody joins."""
    return words_of(hashlib.sha256(b"casevault/root" + require_key(root_public)).digest())


def words_of(digest: bytes) -> tuple[str, ...]:
    """Return the first 130 bits of a 32-byte digest as 13 words of the SLIP-39 list.

    Raises:
        MalformedError: the digest is empty or short: words for nothing would compare as equal.
    """
    number = int.from_bytes(require_width("digest", digest, DIGEST_SIZE), "big")
    bits = 8 * DIGEST_SIZE
    mask = (1 << _BITS_PER_WORD) - 1
    return tuple(
        str(WORDLIST[(number >> (bits - _BITS_PER_WORD * place)) & mask]) for place in range(1, WORD_COUNT + 1)
    )


def split(root_secret: bytes, threshold: int = 2, shares: int = 3) -> list[str]:
    """Return SLIP-39 shares of S, any `threshold` of which give it back.

    Raises:
        RefusedError: neither 2 of 3 nor 3 of 5.
    """
    if (threshold, shares) not in _SHAPES:
        raise RefusedError(
            Message("shares are 2 of 3 or 3 of 5, not {threshold} of {shares}", threshold=threshold, shares=shares)
        )
    # The SLIP-39 passphrase stays empty: a wrong one gives another secret without a word, and nobody would recall it.
    return [str(share) for share in generate_mnemonics(1, [(threshold, shares)], require_key(root_secret), b"")[0]]


def combine(shares: Sequence[str]) -> bytes:
    """Return the secret that these shares give; only `recover` says whether it is the right one.

    Raises:
        VerificationError: a share is mistyped, of another set, doubled or missing. The text repeats no word of it.
        MalformedError: they give something other than 32 bytes.
    """
    try:
        root_secret = combine_mnemonics(list(shares), b"")
    except MnemonicError:
        raise VerificationError(
            Message("these {count} shares do not fit together", count=len(shares)),
            next_step=Message("Check each word, and that all sheets belong to one set."),
        ) from None
    return require_key(bytes(root_secret))


def recover(shares: Sequence[str], expected_root_words: Sequence[str]) -> bytes:
    """Return S, proven by the root words on the sheets: a share set of another vault is refused.

    Raises:
        VerificationError: the shares do not fit together, or give another root.
    """
    root_secret = combine(shares)
    if root_words(public_key(derive_root_seed(root_secret))) != tuple(expected_root_words):
        raise VerificationError(
            Message("the shares give another root than the expected words"),
            next_step=Message("Check that sheets and vault belong together."),
        )
    return root_secret


def _derive(root_secret: bytes, info: bytes, size: int) -> bytes:
    return HKDF(hashes.SHA256(), size, None, info).derive(require_key(root_secret))
