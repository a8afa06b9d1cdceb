"""The file of a bundle: its manifest, and its opening from the outside in (FORMAT.md 8)."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple

from vault.errors import InternalError, MalformedError, NewerVaultError, VerificationError
from vault.log.genesis import VerifySignature, signed_message
from vault.log.tree import Frontier, leaf_hash
from vault.progress import Progress
from vault.seal.bodies import BUNDLE_MESSAGE_SIZE, CHUNK_SIZE, bundle_place, open_bundle_key, open_stream
from vault.seal.envelope import COMMITMENT_SIZE, TAG_SIZE
from vault.seal.recipients import KemPrivate
from vault.seal.signing import is_signed_raw
from vault.store.files import faults_told, opened_to_read
from vault.sync.bundle_pages import COUNTED, PAGE_LIMIT, Page, PageKind, decode_page
from vault.words.message import Message

# The manifest of a bundle: who made it for whom, what is in it, and what its maker has (FORMAT.md 8).
# It is signed by the identity key of the maker's seat: the taker checks it before any row, and so before the log that
# would name a session key. It proves who sent the file and that it is whole; no row counts because of it.

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

    The maker is a seat with its public identity key; whose key that is, admissions say. `made_ms` is by its clock, a
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


# Opening a bundle: from the outside in, each limit before the bytes that it is for (FORMAT.md 8).
# Outer size, recipient, signed manifest, counts, then rows: what fails a step is not looked at further. After
# `open_bundle` every byte was authenticated and every row has its form; whether one counts, `taking` asks the logs.
MAGIC = b"casevault bundle"
BUNDLE_FORMAT = 1
SUITE = 1
OUTER_LIMIT = 1 << 30
RECIPIENT_LIMIT = 64
_HEAD = struct.Struct(">16sBB16sB")
_LENGTH = struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that opened as a whole for this seat.

    Its rows are read from the file again, piece by piece. Whose the identity key of the manifest is, the caller
    knows.
    """

    path: Path
    manifest: Manifest
    size: int
    _key: bytes = field(repr=False)

    def pages(self, *kinds: PageKind) -> Iterator[Page]:
        """Yield the pages of these kinds, or all, in the order of the file.

        Raises:
            BrokenSealError, MalformedError: the file is not the one that was opened any more.
        """
        with _file(self.path) as file:
            header, vault, _ = _read_header(file, self.path)
            content = _Content(open_stream(self._key, bundle_place(vault, header), _body(file)))
            content.take(_LENGTH.unpack(content.take(_LENGTH.size))[0] + SIGNATURE_SIZE)
            for _ in range(self.manifest.pages):
                page = decode_page(content.take(_page_size(content)))
                if not kinds or page.kind in kinds:
                    yield page


def require_for(path: Path, private: KemPrivate, seat: bytes, vault: bytes) -> None:
    """Return if a file is a bundle of this vault that is sealed to this seat: its header tells, nothing else is read.

    Raises:
        NotFoundError, TryAgainError: no such file, or it cannot be read.
        MalformedError: not a bundle, or larger than 1 GiB.
        NewerVaultError: of a format that this program does not know.
        VerificationError: of another vault. BrokenSealError: sealed to others.
    """
    with _file(path) as file:
        _, named, messages = _read_header(file, path)
    _require(named, vault)
    open_bundle_key(private, seat, vault, messages)


def open_bundle(
    path: Path, private: KemPrivate, seat: bytes, vault: bytes, *, progress: Progress = lambda done, total: None
) -> Bundle:
    """Return a bundle after reading all of it once.

    `progress` is told bytes.

    Raises:
        NotFoundError, TryAgainError, NewerVaultError: see `require_for`.
        VerificationError: of another vault, not for this seat (BrokenSealError), altered or cut, not signed by the
            identity key that it names, or beyond a limit (MalformedError).
    """
    with _file(path) as file:
        header, named, messages = _read_header(file, path)
        _require(named, vault)
        size = path.stat().st_size
        key = open_bundle_key(private, seat, vault, messages)
        content = _Content(open_stream(key, bundle_place(vault, header), _body(file, progress, size)))
        manifest = _manifest(content)
        if manifest.vault != vault:
            raise VerificationError(Message("the bundle's manifest is of vault {vault}", vault=manifest.vault.hex()))
        if manifest.size > size:
            raise MalformedError(
                Message("a manifest claims {size} bytes in a file of {size_2}", size=manifest.size, size_2=size)
            )
        _check_pages(content, manifest)
        return Bundle(path, manifest, size, key)


def encode_header(vault: bytes, messages: list[bytes]) -> bytes:
    """Return all bytes of a bundle before its body.

    Raises:
        MalformedError: no recipient, or more than 64.
    """
    if not 0 < len(messages) <= RECIPIENT_LIMIT or {len(message) for message in messages} != {BUNDLE_MESSAGE_SIZE}:
        raise MalformedError(Message("a bundle has {count} recipients", count=len(messages)))
    return _HEAD.pack(MAGIC, BUNDLE_FORMAT, SUITE, vault, len(messages)) + b"".join(messages)


def _require(named: bytes, vault: bytes) -> None:
    if named != vault:
        raise VerificationError(
            Message("the bundle is of vault {named}, this is vault {vault}", named=named.hex(), vault=vault.hex()),
            next_step=Message("Open the vault that it was made for."),
        )


@contextmanager
def _file(path: Path) -> Iterator[BinaryIO]:
    """Yield the file; what the disk reports while it is read is told in words too."""
    with opened_to_read(path) as file, faults_told(path):
        yield file


def _read_header(file: BinaryIO, path: Path) -> tuple[bytes, bytes, list[bytes]]:
    """Return the header, the vault and the messages to the recipients."""
    if path.stat().st_size > OUTER_LIMIT:
        raise MalformedError(
            Message("{name} is larger than {outer_limit} MiB", name=path.name, outer_limit=OUTER_LIMIT >> 20),
            next_step=Message("CaseVault makes no bundle of this size. Check the path."),
        )
    head = file.read(_HEAD.size)
    if len(head) < _HEAD.size or head[: len(MAGIC)] != MAGIC:
        raise MalformedError(Message("{name} is not a bundle", name=path.name), next_step=Message("Check the path."))
    _, version, suite, vault, count = _HEAD.unpack(head)
    if (version, suite) != (BUNDLE_FORMAT, SUITE):
        raise NewerVaultError(
            Message(
                "the bundle has format {version} and suite {suite}, which this program does not know",
                version=version,
                suite=suite,
            )
        )
    if not 0 < count <= RECIPIENT_LIMIT:
        raise MalformedError(Message("a bundle has {count} recipients", count=count))
    messages = [file.read(BUNDLE_MESSAGE_SIZE) for _ in range(count)]
    if len(messages[-1]) != BUNDLE_MESSAGE_SIZE:
        raise MalformedError(
            Message("{name} ends within its header", name=path.name),
            next_step=Message("Ask the sender to send it again."),
        )
    return head + b"".join(messages), vault, messages


def _body(file: BinaryIO, progress: Progress = lambda done, total: None, total: int = 0) -> Iterator[bytes]:
    """Yield the commitment, then the sealed chunks; a short one is the last."""
    yield file.read(COMMITMENT_SIZE)
    while chunk := file.read(CHUNK_SIZE + TAG_SIZE):
        yield chunk
        progress(file.tell(), total)


class _Content:
    """The opened body as a stream that is asked for an exact number of bytes."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._held = bytearray()

    def take(self, size: int) -> bytes:
        """Return the next `size` bytes, which the caller has bounded."""
        while len(self._held) < size:
            piece = next(self._pieces, None)
            if piece is None:
                raise MalformedError(Message("a bundle ends before all that its manifest names"))
            self._held += piece
        taken = bytes(self._held[:size])
        del self._held[:size]
        return taken

    def require_end(self) -> None:
        """Read on to the end, which must come at once; only there is the whole body known to be what was sealed."""
        if self._held or next(self._pieces, None) is not None:
            raise MalformedError(Message("a bundle goes on after all that its manifest names"))


def _manifest(content: _Content) -> Manifest:
    (size,) = _LENGTH.unpack(content.take(_LENGTH.size))
    if size > MANIFEST_LIMIT:
        raise MalformedError(
            Message("a manifest has {size} bytes, more than {manifest_limit}", size=size, manifest_limit=MANIFEST_LIMIT)
        )
    return verify_manifest(content.take(size + SIGNATURE_SIZE), is_signed_raw)


def _page_size(content: _Content) -> int:
    (size,) = _LENGTH.unpack(content.take(_LENGTH.size))
    if size > PAGE_LIMIT:
        raise MalformedError(
            Message("a page of a bundle has {size} bytes, more than {page_limit}", size=size, page_limit=PAGE_LIMIT)
        )
    return int(size)


def _check_pages(content: _Content, manifest: Manifest) -> None:
    tree = Frontier()
    counts = dict.fromkeys(COUNTED, 0)
    size = 0
    newest = 0
    for _ in range(manifest.pages):
        encoded = content.take(_page_size(content))
        page = decode_page(encoded)
        tree.append(leaf_hash(encoded))
        size += _LENGTH.size + len(encoded)
        if page.kind is None:
            continue
        if page.kind < newest:
            raise MalformedError(Message("the pages of a bundle are not in their order"))
        newest = page.kind
        if page.kind not in counts:
            continue
        counts[page.kind] += page.claimed
        if counts[page.kind] > manifest.counts[page.kind]:
            raise MalformedError(
                Message("a bundle has more rows of kind {name} than its manifest names", name=page.kind.name.lower())
            )
    content.require_end()
    if (tree.root(), size, counts) != (manifest.root, manifest.size, dict(manifest.counts)):
        raise VerificationError(Message("the pages of the bundle are not those that its maker signed"))
