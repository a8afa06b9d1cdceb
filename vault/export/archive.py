"""The container inside the seal: a plain tar with constant names, modes and times, padded with zeros.

    manifest.json | manifest.sig | report.pdf | data.json | two empty blocks | zeros to the Padme size

`tar -x` opens it. Reading here is stricter: each header must be, byte for byte, the one that writing gives.
"""

from __future__ import annotations

import tarfile
from collections.abc import Mapping

from vault.errors import MalformedError, RefusedError
from vault.seal.padding import padme
from vault.words.message import Message

MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"
REPORT = "report.pdf"
DATA = "data.json"
MEMBERS = (MANIFEST, SIGNATURE, REPORT, DATA)

MOST_BYTES = 64 * 2**20
_BLOCK = 512
_ROOM_BESIDE = 64 * 1024  # manifest, signature, headers


def require_room(size: int) -> None:
    """Return if files of so many bytes fit into an archive that every reader takes.

    Raises:
        RefusedError: they do not.
    """
    if padme(size + _ROOM_BESIDE) > MOST_BYTES:
        raise RefusedError(
            Message("the report is larger than a package of {most_bytes} MiB holds", most_bytes=MOST_BYTES // 2**20),
            next_step=Message(
                "Move what belongs to another matter to a case of its own, and export one case after the other."
            ),
        )


def pack(contents: Mapping[str, bytes]) -> bytes:
    """Return the padded archive of exactly the four members."""
    parts = []
    for name in MEMBERS:
        content = contents[name]
        parts += [_header(name, len(content)), content, bytes(-len(content) % _BLOCK)]
    archive = b"".join(parts) + bytes(2 * _BLOCK)
    return archive.ljust(padme(len(archive)), b"\0")


def unpack(untrusted: bytes) -> dict[str, bytes]:
    """Return the four members. Nothing is ever unpacked to a path that the archive names.

    Raises:
        MalformedError: another member, order, name, mode, time, owner, link or size; anything beside zeros after it.
    """
    if len(untrusted) > MOST_BYTES or len(untrusted) != padme(max(len(untrusted), 2)):
        raise MalformedError(Message("the package does not have a size of its format"))
    contents: dict[str, bytes] = {}
    at = 0
    for name in MEMBERS:
        header = untrusted[at : at + _BLOCK]
        size = _size(header)
        if header != _header(name, size):
            raise MalformedError(Message("the package does not hold {name} where its format has it", name=name))
        content = untrusted[at + _BLOCK : at + _BLOCK + size]
        if len(content) != size:
            raise MalformedError(Message("the package ends within {name}", name=name))
        contents[name] = content
        at += _BLOCK + size + (-size % _BLOCK)
    if pack(contents) != untrusted:
        raise MalformedError(Message("the package holds more than its members"))
    return contents


def _header(name: str, size: int) -> bytes:
    member = tarfile.TarInfo(name)
    member.size = size
    member.mode = 0o644
    return member.tobuf(tarfile.USTAR_FORMAT)


def _size(header: bytes) -> int:
    digits = header[124:135]
    if len(digits) != 11 or digits.strip(b"01234567"):
        raise MalformedError(Message("the package ends early, or a member has no size"))
    return int(digits, 8)
