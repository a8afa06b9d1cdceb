"""Bundles of a maker with real keys and a patched program: rows changed, then counted, signed and sealed as it must."""

from __future__ import annotations

import random
from itertools import groupby
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.attacks.edits import flip
from tests.vectors.independent.basis import expand, padme, sha256, tree_root, u32, u64
from tests.vectors.independent.bundles import Bundle

_CHUNK = 1 << 20
Row = tuple[int, bytes, list[Any]]
_NUMBERS = {
    3: ("q",),
    4: ("q", "n"),
    5: ("q", "n"),
    6: ("q", "n"),
    7: ("q", "n"),
    8: ("q", "n"),
    9: ("q", "n", "n"),
}  # cells that are numbers: u64, u32
_SIZED = {1: {0}, 2: {0}, 4: {2}, 5: {5}, 6: {4}, 8: {3}, 9: {3}}  # cells behind their length


def edit_rows(rows: list[Row], own: bytes, chance: random.Random) -> tuple[list[Row], str]:
    """Change rows in one way, mostly those of the maker's own log: of what the taker has, nothing changes anything."""
    rows = [(kind, origin, list(cells)) for kind, origin, cells in rows]
    how = chance.choice(["delete", "delete", "double", "twin", "twin", "alter", "alter", "swap", "move", "less"])
    news = [at for at, (kind, origin, _) in enumerate(rows) if origin == own or kind < 3]
    at = chance.choice(news) if chance.random() < 0.8 else chance.randrange(len(rows))
    kind, origin, cells = rows[at]
    said = f"{how} of row {at}, kind {kind}, numbers {[one for one in cells if isinstance(one, int)]}"
    if how == "delete":
        rows.pop(at)
    elif how == "double":
        rows.insert(at, (kind, origin, list(cells)))
    elif how == "twin":
        entries = [at for at in news if rows[at][0] == 3]
        at = chance.choice([entries[-1], chance.choice(entries)])
        rows.insert(at + 1, twin_of(rows[at]))
        said = f"a twin behind entry {rows[at][2][0]}"
    elif how == "less":
        wanted = chance.randrange(1, 8)
        rows, said = [row for row in rows if row[0] != wanted], f"all rows of kind {wanted} left out"
    elif how == "move":
        rows[at] = kind, chance.choice([row[1] for row in rows if any(row[1])]) if kind != 1 else origin, cells
    elif how == "swap":
        other = chance.choice([row for row in rows if row[0] == kind])
        cell = chance.randrange(len(cells))
        cells[cell], other[2][cell] = other[2][cell], cells[cell]
        said += f", cell {cell}"
    else:
        cell = chance.randrange(len(cells))
        value = cells[cell]
        cells[cell] = value + 1 if isinstance(value, int) else flip_in_place(value, chance)
        said += f", cell {cell}"
    return rows, said


def twin_of(row: Row) -> Row:
    """Return an entry that passes for itself at the same place: it commits to another payload."""
    kind, origin, (seq, header, *parts) = row
    digit = b"0" if header[6:7] != b"0" else b"1"
    return kind, origin, [seq, header[:6] + digit + header[7:], *parts]


def flip_in_place(value: bytes, chance: random.Random) -> bytes:
    """Change one bit and no length."""
    while len(changed := flip(value, chance)[0]) != len(value):
        continue
    return changed


def resealed(data: bytes, bundle: Bundle, rows: list[Row], identity_seed: bytes) -> bytes:
    """Return the bundle with other rows, for the same receivers under the same key."""
    rows = sorted(rows, key=lambda row: row[0])
    pages = [
        bytes((kind,)) + origin + u32(len(found)) + b"".join(_encoded(row) for row in found)
        for (kind, origin, _), group in groupby(rows, key=_page_of)
        if (found := list(group))
    ]
    identity = Ed25519PrivateKey.from_private_bytes(identity_seed)
    manifest = b"".join(
        [
            b"\1" + bundle.vault + bundle.maker + bundle.identity + bundle.member + u64(bundle.made_ms),
            bundle.log[0] + u64(bundle.log[1]),
            u32(len(pages)) + u64(sum(4 + len(page) for page in pages)) + tree_root(pages),
            *(u64(sum(row[0] == kind for row in rows)) for kind in range(1, 8)),
            u32(len(bundle.have)) + u32(len(bundle.took)),
            *(origin + u64(size) for origin, size in sorted(bundle.have.items())),
            *(seat + origin + u64(size) for seat, origin, size in bundle.took),
        ]
    )
    signature = identity.sign(b"casevault/bundle/v1\0" + manifest)
    content = u32(len(manifest)) + manifest + signature + b"".join(u32(len(page)) + page for page in pages)
    header = data[: 35 + 1168 * bundle.recipients]
    aad = bytes((1, 1, 19)) + bundle.vault + sha256(header)
    okm = expand(bundle.key, aad, 64)
    padded = (u64(len(content)) + content).ljust(padme(max(8 + len(content), 256)), b"\0")
    chunks = [padded[at : at + _CHUNK] for at in range(0, len(padded), _CHUNK)]
    nonces = (number.to_bytes(11, "big") + bytes((number == len(chunks) - 1,)) for number in range(len(chunks)))
    sealed = (AESGCM(okm[:32]).encrypt(nonce, chunk, aad) for nonce, chunk in zip(nonces, chunks, strict=True))
    return header + okm[32:] + b"".join(sealed)


def _page_of(row: Row) -> tuple[int, bytes, int]:
    """Return what the rows of one page have in common: a page has room for one chunk of a document."""
    kind, origin, cells = row
    return kind, origin, cells[2] if kind == 9 else 0


def _encoded(row: Row) -> bytes:
    kind, _, cells = row
    if kind == 3:
        seq, *parts = cells
        return u64(seq) + b"".join(u32(len(part)) for part in parts) + b"".join(parts)
    encoded = []
    for place, cell in enumerate(cells):
        if isinstance(cell, int):
            encoded.append(u64(cell) if _NUMBERS[kind][place] == "q" else u32(cell))
        else:
            encoded.append((u32(len(cell)) if place in _SIZED.get(kind, ()) else b"") + cell)
    return b"".join(encoded)
