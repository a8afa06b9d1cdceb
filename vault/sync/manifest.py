"""The manifest of a bundle: who made it for whom, what is in it, and what its maker has (FORMAT.md 8).

It is signed by the identity key of the maker's seat: the taker checks it before any row, and so before the log that
would name a session key. It proves who sent the file and that it is whole; no row counts because of it.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from vault.errors import InternalError, MalformedError, VerificationError
from vault.log.signatures import VerifySignature, signed_message
from vault.sync.pages import COUNTED, PageKind
from vault.words.message import Message

BUNDLE_PURPOSE = "bundle"
MANIFEST_FORMAT = 1
MANIFEST_LIMIT = 1 << 20
SIGNATURE_SIZE = 64
Sign = Callable[[str, bytes], tuple[bytes, bytes]]
"""(signing purpose, message) -> the seat's public identity key and its signature."""
_FIXED = struct.Struct(">B16s16s32s16sQ32sQIQ32s7QII")
_HAVE = struct.Struct(">32sQ")
_TOOK = struct.Struct(">16s32sQ")
# The least that a row of each kind takes: a count that does not fit its bytes is refused before anything is read.
_SMALLEST = (253, 100, 300, 68, 64, 48, 68)
_SMALLEST_PAGE = 42


class Position(NamedTuple):
    """Where a seat stood when it made a bundle: its log and its size."""

    origin: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a bundle says of itself.

    The maker is a seat with its public identity key; whose key that is, the roster says. `made_ms` is by its clock, a
    claim. `size` counts the bytes of all pages with their lengths, `root` is their RFC 6962 root. `have` is what of
    each log the maker has, whole from its beginning; `took` the newest bundle of each seat that it took.
    """

    vault: bytes
    seat: bytes
    identity: bytes
    member: bytes
    made_ms: int
    position: Position
    pages: int
    size: int
    root: bytes
    counts: Mapping[PageKind, int]
    have: Mapping[bytes, int] = field(default_factory=dict)
    took: Mapping[bytes, Position] = field(default_factory=dict)

    def encode(self) -> bytes:
        """Return the bytes that are signed.

        Raises:
            MalformedError: a field has the wrong size, or the manifest is larger than 1 MiB.
        """
        widths = [len(part) for part in (self.vault, self.seat, self.identity, self.member, self.root)]
        origins = [self.position.origin, *self.have, *(position.origin for position in self.took.values())]
        if widths != [16, 16, 32, 16, 32] or any(len(origin) != 32 for origin in origins):
            raise MalformedError(Message("a manifest has a part of the wrong size"))
        encoded = _FIXED.pack(
            MANIFEST_FORMAT,
            self.vault,
            self.seat,
            self.identity,
            self.member,
            self.made_ms,
            *self.position,
            self.pages,
            self.size,
            self.root,
            *(self.counts.get(kind, 0) for kind in COUNTED),
            len(self.have),
            len(self.took),
        )
        encoded += b"".join(_HAVE.pack(*entry) for entry in sorted(self.have.items()))
        encoded += b"".join(_TOOK.pack(seat, *position) for seat, position in sorted(self.took.items()))
        if len(encoded) > MANIFEST_LIMIT:
            raise MalformedError(
                Message(
                    "a manifest has {count} bytes, more than {manifest_limit}",
                    count=len(encoded),
                    manifest_limit=MANIFEST_LIMIT,
                )
            )
        return encoded

    @classmethod
    def decode(cls, untrusted: bytes) -> Manifest:
        """Return the manifest in these bytes, its signature unchecked.

        Raises:
            MalformedError: not exactly what `encode` gives, or counts that its own sizes contradict.
        """
        try:
            version, vault, seat, identity, member, made_ms, *rest = _FIXED.unpack_from(untrusted)
        except struct.error:
            raise MalformedError(Message("a manifest is too short")) from None
        origin, at_size, pages, size, root, *numbers = rest
        *counts, have_count, took_count = numbers
        if version != MANIFEST_FORMAT:
            raise MalformedError(Message("a manifest has the unknown format {version}", version=version))
        middle = _FIXED.size + _HAVE.size * have_count
        if len(untrusted) != middle + _TOOK.size * took_count:
            raise MalformedError(
                Message(
                    "a manifest of {count} bytes claims {have_count} and {took_count} entries",
                    count=len(untrusted),
                    have_count=have_count,
                    took_count=took_count,
                )
            )
        least = sum(count * smallest for count, smallest in zip(counts, _SMALLEST, strict=True))
        if least > size or pages * _SMALLEST_PAGE > size:
            raise MalformedError(
                Message(
                    "a manifest claims {sum} rows in {pages} pages of {size} bytes",
                    sum=sum(counts),
                    pages=pages,
                    size=size,
                )
            )
        manifest = cls(
            vault,
            seat,
            identity,
            member,
            made_ms,
            Position(origin, at_size),
            pages,
            size,
            root,
            dict(zip(COUNTED, counts, strict=True)),
            dict(_HAVE.iter_unpack(untrusted[_FIXED.size : middle])),
            {taken: Position(log, at) for taken, log, at in _TOOK.iter_unpack(untrusted[middle:])},
        )
        if manifest.encode() != untrusted:
            raise MalformedError(Message("a manifest is not in its canonical form"))
        return manifest


def signed_manifest(manifest: Manifest, sign: Sign) -> bytes:
    """Return the manifest and its signature.

    Raises:
        InternalError: `sign` has another key than the manifest names.
    """
    encoded = manifest.encode()
    identity, signature = sign(BUNDLE_PURPOSE, encoded)
    if identity != manifest.identity:
        raise InternalError(Message("a bundle would be signed by another seat than it names"))
    return encoded + signature


def verify_manifest(untrusted: bytes, verify_signature: VerifySignature) -> Manifest:
    """Return the manifest, signed by the identity key that it names.

    Raises:
        MalformedError: not of its form.
        VerificationError: the signature does not hold.
    """
    manifest = Manifest.decode(untrusted[:-SIGNATURE_SIZE])
    signature = untrusted[-SIGNATURE_SIZE:]
    message = signed_message(BUNDLE_PURPOSE, untrusted[:-SIGNATURE_SIZE])
    if not verify_signature(manifest.identity, signature, message):
        raise VerificationError(
            Message("the bundle is not signed by seat {seat}", seat=manifest.seat.hex()),
            next_step=Message("Ask the sender to send it again."),
        )
    return manifest
