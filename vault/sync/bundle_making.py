"""Making a bundle: selected, signed, sealed, and at its place only once it is complete and durable."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from vault.errors import RefusedError, TryAgainError
from vault.log.tree import Frontier, bytes_digest, leaf_hash
from vault.platform import PRIVATE_FILE_MODE, flush_file, fsync_folder
from vault.progress import Progress
from vault.seal.bodies import Recipient, bundle_place, seal_bundle_key, seal_stream
from vault.seal.keyring import make_key
from vault.store.blobs import Blobs
from vault.store.files import write_all
from vault.store.rows import Rows
from vault.sync.bundle_contents import AlteredChunkError
from vault.sync.bundle_file import SIGNATURE_SIZE, Manifest, Sign, encode_header, signed_manifest
from vault.sync.bundle_pages import COUNTED
from vault.sync.selecting import FILE_LIMIT, Request, Selection
from vault.words.message import Message


@dataclass(frozen=True, slots=True)
class Made:
    """A durable bundle at its place. `digest` is the SHA-256 of the file; the last four: see `Selection`."""

    path: Path
    size: int
    digest: bytes
    manifest: Manifest
    keys: Mapping[bytes, int]
    too_long: Mapping[bytes, int]
    documents: int
    left_out: frozenset[bytes]


def make_bundle(
    rows: Rows,
    request: Request,
    draft: Manifest,
    recipients: Sequence[Recipient],
    path: Path,
    *,
    blobs: Blobs,
    sign: Sign,
    progress: Progress = lambda done, total: None,
) -> Made:
    """Write a bundle to a place where nothing is.

    Pages, size, root and counts of the manifest are filled in here. `progress` is told bytes.

    Raises:
        RefusedError: something lies there already, or more than 1 GiB would be sent.
        TryAgainError: no room, or the folder cannot be written; nothing is left there.
        AlteredChunkError: a chunk of a document changed while the bundle was made; nothing is left there.
    """
    if path.exists() or path.is_symlink():
        raise RefusedError(
            Message("there is something at {path} already", path=path), next_step=Message("Choose another name.")
        )
    selection = Selection(rows, request, blobs)
    try:
        manifest = _filled(draft, selection)
    except AlteredChunkError:
        selection.reads_all = True  # and what is not whole stays out
        manifest = _filled(draft, selection)
    signed = signed_manifest(manifest, sign)
    size = 4 + len(signed) + manifest.size
    if size > FILE_LIMIT:
        raise RefusedError(
            Message("the bundle would have {size} MiB, more than a bundle may have", size=size >> 20),
            next_step=Message("Copy the vault with a backup instead."),
        )
    key = make_key()
    header = encode_header(manifest.vault, seal_bundle_key(key, manifest.vault, recipients))
    body = seal_stream(key, bundle_place(manifest.vault, header), _content(signed, selection), size)
    written = _write(path, header, body, lambda done: progress(min(done, size), size))
    return Made(path, *written, manifest, selection.keys, selection.too_long, selection.documents, selection.left_out)


def _filled(draft: Manifest, selection: Selection) -> Manifest:
    """Return the manifest with what a first pass over the pages comes to."""
    tree = Frontier()
    counts = dict.fromkeys(COUNTED, 0)
    size = 0
    for kind, count, page in selection.pages():
        tree.append(leaf_hash(page))
        if kind in counts:
            counts[kind] += count
        size += 4 + len(page)
    return replace(draft, pages=tree.size, size=size, root=tree.root(), counts=counts)


def _content(signed: bytes, selection: Selection) -> Iterator[bytes]:
    yield (len(signed) - SIGNATURE_SIZE).to_bytes(4, "big") + signed
    for _, _, page in selection.pages():
        yield len(page).to_bytes(4, "big")
        yield page


def _write(path: Path, header: bytes, body: Iterator[bytes], progress: Callable[[int], None]) -> tuple[int, bytes]:
    """Write beside, durable, and give the name in the last step, which never replaces a file."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), PRIVATE_FILE_MODE)
        try:
            write_all(descriptor, header)
            digest = bytes_digest(_teed(descriptor, header, body, progress))
            flush_file(descriptor)
            size = os.fstat(descriptor).st_size
        finally:
            os.close(descriptor)
        _name(part, path)
        fsync_folder(path.parent)
    except FileExistsError:
        raise RefusedError(
            Message("there is something at {path} already", path=path), next_step=Message("Choose another name.")
        ) from None
    except OSError:
        raise TryAgainError(
            Message("{name} cannot be written there", name=path.name),
            next_step=Message("Check free space and rights, then repeat."),
        ) from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return size, digest


def _teed(descriptor: int, header: bytes, body: Iterator[bytes], progress: Callable[[int], None]) -> Iterator[bytes]:
    yield header
    done = 0
    for piece in body:
        write_all(descriptor, piece)
        done += len(piece)
        progress(done)
        yield piece


def _name(part: Path, path: Path) -> None:
    """Give the finished file its name; a link fails where a file is, and FAT sticks have no links."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:
        if path.exists():
            raise FileExistsError(path) from None
        part.rename(path)
