"""Bodies of documents: their chunks, their names, and which of them are here (FORMAT.md 5 and 8)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.vectors.independent.basis import Fault, Refused, expand, padme, require, sha256
from tests.vectors.independent.sealing import PURPOSES
from tests.vectors.independent.tables import Rows

_PURPOSE, _CHUNK = PURPOSES["attachment"], 1 << 20


class Body(NamedTuple):
    digest: bytes
    id: bytes
    key: bytes
    size: int

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Body:
        """Read it from the fields of a record."""
        return cls(said["digest"], said["id"], said["key"], said["size"])


def named_chunks(names: bytes) -> list[bytes]:
    """Return the names of the chunks, without the commitment."""
    require(len(names) >= 64 and not len(names) % 32 and len(names) <= 1 << 20, "names")
    return [names[at : at + 32] for at in range(32, len(names), 32)]


def opened_body(body: Body, vault: bytes, names: bytes, sealed: Sequence[bytes]) -> bytes:
    """Open a body from its sealed chunks.

    Raises:
        Refused: one of them is not what was sealed there.
    """
    require(sha256(names) == body.digest, "digest")
    require(list(map(sha256, sealed)) == named_chunks(names), "names of chunks")
    aad = bytes((1, 1, _PURPOSE)) + vault + body.id
    okm = expand(body.key, aad, 64)
    require(okm[32:] == names[:32], "commitment")
    padded = b""
    for number, chunk in enumerate(sealed):
        nonce = number.to_bytes(11, "big") + bytes((number == len(sealed) - 1,))
        try:
            padded += AESGCM(okm[:32]).decrypt(nonce, chunk, aad)
        except InvalidTag:
            raise Refused("a chunk") from None
    size = int.from_bytes(padded[:8], "big")
    right = size == body.size and len(padded) == padme(max(8 + size, 256)) and not any(padded[8 + size :])
    require(right, "padding")
    return padded[8 : 8 + size]


def chunks_of(rows: Rows, blobs: Path, names: bytes) -> list[bytes]:
    """Return the sealed chunks of an attachment.

    Raises:
        Refused: one is missing, or is not what its name says.
    """
    tails = {row.name: row.bytes for row in rows.tails}
    found = []
    for name in named_chunks(names):
        file = blobs / name.hex()[:2] / name.hex()
        sealed = tails[name] if name in tails else file.read_bytes() if file.is_file() else b""
        require(sha256(sealed) == name, f"chunk {name.hex()}")
        require((name in tails) == (len(sealed) < _CHUNK + 16), "where a chunk lies")
        found.append(sealed)
    return found


def faults_in(rows: Rows, blobs: Path) -> Iterator[Fault]:
    """Name each attachment that is not whole, and each chunk that nothing names."""
    named: set[bytes] = set()
    for row in rows.attachments:
        try:
            require(sha256(row.names) == row.digest, "names of an attachment")
            named.update(named_chunks(row.names))
            chunks_of(rows, blobs, row.names)
        except Refused as refusal:
            yield Fault("a missing attachment", f"{row.digest.hex()[:8]} {refusal}")
    files = {bytes.fromhex(path.name) for path in blobs.glob("??/*")}
    for name in sorted((files | {row.name for row in rows.tails}) - named):
        yield Fault("a stray chunk", name.hex())
