"""One ciphertext under two keys: plain AES-GCM accepts it, the envelope cannot express it."""

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.seal.places import KEY, NOTE, OTHER_KEY, fixed
from vault.errors import BrokenSealError
from vault.seal.envelope import _derive_message_key, open_sealed

BLOCK = 16
BLOCKS = 16  # 256 bytes: a size that the envelope has
FREE = 14  # the block that is solved for, before the last one, which carries the padding mark
NONCE = bytes(12)


def _multiply(x: int, y: int) -> int:
    """Multiply in GF(2^128) as GHASH does."""
    product = 0
    for bit in range(127, -1, -1):
        if y >> bit & 1:
            product ^= x
        x = x >> 1 ^ (0xE1 << 120 if x & 1 else 0)
    return product


def _power(x: int, exponent: int) -> int:
    result = 1 << 127
    while exponent:
        result = _multiply(result, x) if exponent & 1 else result
        x = _multiply(x, x)
        exponent >>= 1
    return result


def _encrypt_block(key: bytes, block: bytes) -> int:
    # One AES block, as GCM itself uses it inside.
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return int.from_bytes(encryptor.update(block), "big")


def _tag(key: bytes, aad: bytes, blocks: list[int]) -> int:
    h = _encrypt_block(key, bytes(BLOCK))
    padded = aad + bytes(-len(aad) % BLOCK)
    joined = [int.from_bytes(padded[at : at + BLOCK], "big") for at in range(0, len(padded), BLOCK)]
    ghash = 0
    for block in [*joined, *blocks, len(aad) * 8 << 64 | len(blocks) * 128]:
        ghash = _multiply(ghash ^ block, h)
    return ghash ^ _encrypt_block(key, NONCE + b"\0\0\0\1")


def _ciphertext_for_two_keys(first: bytes, second: bytes, aad: bytes) -> bytes:
    blocks = [int.from_bytes(fixed(f"block {n}", BLOCK), "big") for n in range(BLOCKS)]
    keystream = _encrypt_block(second, NONCE + (2 + BLOCKS - 1).to_bytes(4, "big"))
    blocks[-1] = keystream ^ int.from_bytes(b"\x80".ljust(BLOCK, b"\0"), "big")
    blocks[FREE] = 0
    difference = _tag(first, aad, blocks) ^ _tag(second, aad, blocks)
    exponent = BLOCKS - FREE + 1
    h1, h2 = (_power(_encrypt_block(key, bytes(BLOCK)), exponent) for key in (first, second))
    blocks[FREE] = _multiply(difference, _power(h1 ^ h2, (1 << 128) - 2))
    return b"".join(block.to_bytes(BLOCK, "big") for block in [*blocks, _tag(first, aad, blocks)])


def test_a_ciphertext_made_for_two_keys_opens_under_the_committed_one_only() -> None:
    salt, aad = fixed("salt", 24), NOTE.aad()
    first, first_commitment = _derive_message_key(KEY, NOTE.purpose, salt, aad)
    second, second_commitment = _derive_message_key(OTHER_KEY, NOTE.purpose, salt, aad)
    ciphertext = _ciphertext_for_two_keys(first, second, aad)
    plaintexts = {AESGCM(key).decrypt(NONCE, ciphertext, aad) for key in (first, second)}
    assert len(plaintexts) == 2, "plain AES-GCM accepts both keys"

    committed_to_the_first = b"\x01\x01" + salt + first_commitment + ciphertext
    committed_to_the_second = b"\x01\x01" + salt + second_commitment + ciphertext
    assert len(open_sealed(OTHER_KEY, committed_to_the_second, NOTE)) == 240
    # The same bytes under the same key: nothing but the commitment stands in the way.
    with pytest.raises(BrokenSealError, match="seal does not hold"):
        open_sealed(OTHER_KEY, committed_to_the_first, NOTE)
