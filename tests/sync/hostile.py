"""A bundle maker that obeys no rule: pages, counts and signature as the attacker wants them, sealed as it must be."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from tests.log.writer import VAULT, Writer
from tests.sync.exchange import IDENTITY, KEM, MAKER, MEMBER, RECEIVER
from vault.log.genesis import signed_message
from vault.log.tree import Frontier, leaf_hash
from vault.seal.bodies import Recipient, bundle_place, seal_bundle_key, seal_stream
from vault.seal.keyring import make_key
from vault.seal.signing import public_key, sign_raw
from vault.sync.bundle_file import BUNDLE_PURPOSE, Bundle, Manifest, Position, encode_header
from vault.sync.bundle_pages import PageKind, SentOperation, SentRow, encode_pages

Pages = list[tuple[PageKind, int, bytes]]
_RECEIVER = Recipient(RECEIVER, KEM.public)


def pages_of(bundle: Bundle) -> list[tuple[PageKind, bytes, list[SentRow]]]:
    """Return the rows of a bundle, page by page, to be changed."""
    return [(page.kind, page.origin, list(page.rows)) for page in bundle.pages() if page.kind is not None]


def encoded(groups: Iterable[tuple[PageKind, bytes, list[SentRow]]]) -> Pages:
    """Return pages of rows."""
    return [(kind, count, page) for kind, origin, rows in groups for count, page in encode_pages(kind, rows, origin)]


def manifest_of(vault: bytes, pages: Pages) -> Manifest:
    """Return the manifest that fits the pages."""
    tree, counts = Frontier(), dict.fromkeys(PageKind, 0)
    for kind, count, page in pages:
        tree.append(leaf_hash(page))
        counts[kind] += count
    size = sum(4 + len(page) for _, _, page in pages)
    place = Position(bytes(32), 0)
    return Manifest(vault, MAKER, public_key(IDENTITY), MEMBER, 0, place, len(pages), size, tree.root(), counts)


def write(
    path: Path,
    vault: bytes,
    pages: Pages,
    *,
    manifest: Callable[[Manifest], Manifest] = lambda manifest: manifest,
    signed: Callable[[bytes], bytes] = lambda signed: signed,
    content: Callable[[bytes], bytes] = lambda content: content,
    to: Recipient = _RECEIVER,
) -> Path:
    """Seal pages under a manifest, each changed at will, to the receiver of `exchange` or another."""
    body = manifest(manifest_of(vault, pages)).encode()
    with_signature = signed(body + sign_raw(IDENTITY, signed_message(BUNDLE_PURPOSE, body)))
    inner = content(
        (len(with_signature) - 64).to_bytes(4, "big")
        + with_signature
        + b"".join(len(page).to_bytes(4, "big") + page for _, _, page in pages)
    )
    key = make_key()
    header = encode_header(vault, seal_bundle_key(key, vault, [to]))
    path.write_bytes(header + b"".join(seal_stream(key, bundle_place(vault, header), [inner], len(inner))))
    return path


def counting(kind: PageKind, count: int) -> Callable[[Manifest], Manifest]:
    """Return a change of one count."""
    return lambda manifest: replace(manifest, counts={**manifest.counts, kind: count})


def bundle_of(
    path: Path, writer: Writer, *, start: int = 0, notes: bool = True, extra: list[SentRow] | None = None
) -> Path:
    """Seal what a writer wrote of its log, from one entry on."""
    entries: list[SentRow] = [SentOperation(row.seq, row.header, row.list, row.sealed) for row in writer.rows[start:]]
    groups: list[tuple[PageKind, bytes, list[SentRow]]] = [(PageKind.GENESIS, bytes(32), [writer.genesis])]
    if notes:
        groups.append((PageKind.CHECKPOINT, writer.origin, [seal.note for seal in writer.seals]))
    groups.append((PageKind.OPERATION, writer.origin, entries))
    if extra:
        groups.append((PageKind.VERSION, writer.origin, extra))
    return write(path, VAULT, encoded(groups))


def forked(common: int, own: int, word: str) -> Writer:
    """Return a log that parts, behind so many entries, from others that are told apart by their word."""
    writer = Writer().write(common)
    for number in range(own):
        writer.append(word=f"{word} {number}")
        writer.seal()
    return writer
