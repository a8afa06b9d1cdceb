"""A ciphertext that plain AES-256-GCM opens under each of many keys (Len, Grubbs, Ristenpart 2021).

Its blocks are the coefficients of a polynomial over GF(2^128) that gives, at the hash key of each key, what makes the
tag the same. Numbers here are polynomials with x^0 in the lowest bit; GCM writes them the other way round.
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 16
_ALL = (1 << 128) - 1


def multiply(a: int, b: int) -> int:
    """Multiply modulo x^128 + x^7 + x^2 + x + 1."""
    table = [0] * 16
    for bit in range(4):
        for at in range(1 << bit):
            table[at | 1 << bit] = table[at] ^ b << bit
    product = 0
    for shift in range(124, -1, -4):
        product = product << 4 ^ table[a >> shift & 15]
    while high := product >> 128:
        product = product & _ALL ^ high ^ high << 1 ^ high << 2 ^ high << 7
    return product


def inverted(values: Sequence[int]) -> list[int]:
    """Invert all of them for the price of one inversion."""
    products = [1]
    for value in values:
        products.append(multiply(products[-1], value))
    rest, square = 1, products[-1]
    for _ in range(127):  # a^(2^128 - 2)
        square = multiply(square, square)
        rest = multiply(rest, square)
    found = []
    for value, before in zip(reversed(values), reversed(products[:-1]), strict=True):
        found.append(multiply(rest, before))
        rest = multiply(rest, value)
    return found[::-1]


def interpolated(points: Sequence[int], values: Sequence[int]) -> list[int]:
    """Return the coefficients, lowest first, of the polynomial that has these values at these points."""
    differences = list(values)
    for level in range(1, len(points)):
        spans = inverted([points[at] ^ points[at - level] for at in range(level, len(points))])
        differences[level:] = [
            multiply(differences[at] ^ differences[at - 1], spans[at - level]) for at in range(level, len(points))
        ]
    found = [0] * len(points)
    for difference, point in zip(reversed(differences), reversed(points), strict=True):
        shifted = [0, *found[:-1]]
        found = [up ^ multiply(own, point) for up, own in zip(shifted, found, strict=True)]
        found[0] ^= difference
    return found


def ciphertext_for(keys: Sequence[bytes], aad: bytes, size: int) -> bytes:
    """Return `size` bytes and a tag that AES-256-GCM with nonce zero accepts under each of these keys, for this AAD."""
    count = -(-size // BLOCK)
    assert len(keys) < count, "a block for each key, and the last one"
    tag = int.from_bytes(b"any tag there is", "big")
    padded = aad + bytes(-len(aad) % BLOCK)
    first = [_number(padded[at : at + BLOCK]) for at in range(0, len(padded), BLOCK)]
    lengths = _number((len(aad) * 8 << 64 | size * 8).to_bytes(BLOCK, "big"))
    points, values = [], []
    for key in keys:
        hash_key = _number(_block(key, bytes(BLOCK)))
        rest = _reversed(tag) ^ _number(_block(key, bytes(12) + b"\0\0\0\1"))
        rest ^= _hashed([*first, *[0] * count, lengths], hash_key)
        # The last block stays zero, so that the polynomial of the others stands before the cube of the hash key.
        cube = multiply(hash_key, multiply(hash_key, hash_key))
        points.append(hash_key)
        values.append(multiply(rest, inverted([cube])[0]))
    solved = interpolated(points, values)[::-1]
    blocks = [0] * (count - 1 - len(solved)) + solved
    body = b"".join(_reversed(block).to_bytes(BLOCK, "big") for block in blocks)
    return body.ljust(size, b"\0") + tag.to_bytes(BLOCK, "big")


def _hashed(blocks: Sequence[int], hash_key: int) -> int:
    total = 0
    for block in blocks:
        total = multiply(total ^ block, hash_key)
    return total


def _block(key: bytes, block: bytes) -> bytes:
    # One AES block, as GCM itself uses it inside.
    return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(block)


def _number(block: bytes) -> int:
    return _reversed(int.from_bytes(block, "big"))


def _reversed(number: int) -> int:
    return int(f"{number:0128b}"[::-1], 2)
