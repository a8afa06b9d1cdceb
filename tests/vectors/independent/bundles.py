"""A bundle: the file, its manifest, its pages (FORMAT.md 8)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.vectors.independent.basis import Reader, Refused, expand, is_signed, padme, require, sha256, tree_root
from tests.vectors.independent.sealing import PURPOSES, open_hpke, sent_info

_BUNDLE, _CHUNK = PURPOSES["bundle"], 1 << 20


def _operation(page: Reader) -> list[Any]:
    seq, sizes = page.number(8), [page.number(4) for _ in range(3)]
    return [seq, *map(page.take, sizes)]


ROWS: dict[int, Callable[[Reader], list[Any]]] = {
    1: lambda page: [page.sized()],
    2: lambda page: [page.sized()],
    3: _operation,
    4: lambda page: [page.number(8), page.number(4), page.sized()],
    5: lambda page: [page.number(8), page.number(4), *(page.take(16) for _ in range(3)), page.sized()],
    6: lambda page: [page.number(8), page.number(4), page.take(16), page.take(16), page.sized()],
    7: lambda page: [page.number(8), page.number(4), page.take(16), page.take(40)],
    8: lambda page: [page.number(8), page.number(4), page.take(16), page.sized()],
    9: lambda page: [page.number(8), page.number(4), page.number(4), page.sized()],
}


@dataclass(frozen=True)
class Bundle:
    """What a bundle says and carries; rows are (kind, log, cells)."""

    vault: bytes
    recipients: int
    maker: bytes
    identity: bytes
    member: bytes
    made_ms: int
    log: tuple[bytes, int]
    have: dict[bytes, int]
    took: list[tuple[bytes, bytes, int]]
    rows: list[tuple[int, bytes, list[Any]]]
    key: bytes
    commitment: bytes


def read_bundle(data: bytes, vault: bytes, seat: bytes, kem: bytes) -> Bundle:
    """Open a bundle as one of its receivers and check all of it.

    Raises:
        Refused: it is not what FORMAT.md says, or not for this seat.
    """
    file = Reader(data)
    require(file.take(16) == b"casevault bundle" and file.take(2) == b"\1\1", "not a bundle of format 1")
    require(file.take(16) == vault, "another vault")
    count = file.number(1)
    require(1 <= count <= 64, "count of recipients")
    messages = [file.take(1168) for _ in range(count)]
    header = file.data[: file.at]
    key = _key(messages, vault, seat, kem)
    commitment = file.take(32)
    content = Reader(_content(key, header, commitment, file.data[file.at :], vault))
    manifest, signature = content.sized(), content.take(64)
    head = Reader(manifest)
    require(head.take(1) == b"\1" and head.take(16) == vault, "manifest")
    maker, identity, member, made_ms = head.take(16), head.take(32), head.take(16), head.number(8)
    require(is_signed(identity, signature, "bundle", manifest), "signature")
    log = head.take(32), head.number(8)
    pages, size, root = head.number(4), head.number(8), head.take(32)
    counts = [head.number(8) for _ in range(7)]
    have, took = head.number(4), head.number(4)
    known = [(head.take(32), head.number(8)) for _ in range(have)]
    taken = [(head.take(16), head.take(32), head.number(8)) for _ in range(took)]
    head.end()
    require(known == sorted(known) and taken == sorted(taken), "order")
    require(len(content.data) - content.at == size, "bytes of all pages")
    rows, bodies, kinds = list[tuple[int, bytes, list[Any]]](), [], []
    for _ in range(pages):
        bodies.append(content.sized())
        page = Reader(bodies[-1])
        kind, origin, number = page.number(1), page.take(32), page.number(4)
        kinds.append(kind)
        if kind in ROWS:
            rows += [(kind, origin, ROWS[kind](page)) for _ in range(number)]
            page.end()
    content.end()
    require(kinds == sorted(kinds) and tree_root(bodies) == root, "pages")
    require([sum(kind == one for kind, _, _ in rows) for one in range(1, 8)] == counts, "counts of rows")
    return Bundle(vault, count, maker, identity, member, made_ms, log, dict(known), taken, rows, key, commitment)


def _key(messages: list[bytes], vault: bytes, seat: bytes, kem: bytes) -> bytes:
    for one in messages:
        try:
            key = open_hpke(kem, one, sent_info(_BUNDLE, vault, seat))
        except Refused:
            continue
        require(len(key) == 32, "key of a bundle")
        return key
    raise Refused("not for this seat")


def _content(key: bytes, header: bytes, commitment: bytes, sealed: bytes, vault: bytes) -> bytes:
    aad = bytes((1, 1, _BUNDLE)) + vault + sha256(header)
    okm = expand(key, aad, 64)
    require(commitment == okm[32:], "commitment")
    padded, number = b"", 0
    while sealed:
        chunk, sealed = sealed[: _CHUNK + 16], sealed[_CHUNK + 16 :]
        nonce = number.to_bytes(11, "big") + bytes((not sealed,))
        try:
            padded, number = padded + AESGCM(okm[:32]).decrypt(nonce, chunk, aad), number + 1
        except (InvalidTag, ValueError):
            raise Refused("a chunk") from None
    size = int.from_bytes(padded[:8], "big")
    right = len(padded) == padme(max(8 + size, 256)) and not any(padded[8 + size :])
    require(right, "padding")
    return padded[8 : 8 + size]
