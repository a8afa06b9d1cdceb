"""A member's patched program keeps the keys of its sessions, and signs another form of an old entry with them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from unittest.mock import patch

from tests.sync.hostile import encoded, write
from vault.access.session import Session
from vault.log.checkpoint import encode_note, key_name, note_body
from vault.log.operation import Header, compose
from vault.log.tree import Frontier, leaf_hash
from vault.records import work
from vault.seal.bodies import Recipient
from vault.seal.signing import key_and_signature
from vault.store.rowtypes import CheckpointRow, OperationRow
from vault.sync.bundle_pages import PageKind, SentOperation

Seeds = dict[tuple[bytes, int], bytes]


@contextmanager
def keeping_seeds() -> Iterator[Seeds]:
    """Sign as the program does, and keep for each size of a log the key that signed it."""
    seeds: Seeds = {}
    signs = work._signed

    def signed(origin: bytes, size: int, root: bytes, seed: bytes) -> CheckpointRow:
        seeds[bytes(origin), size] = bytes(seed)
        return signs(origin, size, root, seed)  # type: ignore[arg-type]  # of an origin

    with patch.object(work, "_signed", signed):
        yield seeds


def send_other_form(attacker: Session, seeds: Seeds, at: int, victim: Session, path: Path, *, length: int = 1) -> Path:
    """Make a bundle of the attacker's log in which other entries stand from a place on, under one checkpoint."""
    origin = attacker.log.origin
    with attacker.database.reading() as rows:
        before, genesis = list(rows.operations(origin, 0, at)), rows.genesis(origin)
        true = list(rows.operations(origin, at, at + length))
        notes = [row.note for row in rows.checkpoints(origin) if row.size <= at]
    others = [_other_form(row) for row in true]
    tree = Frontier()
    for header in (*(row.header for row in before), *(other.header for other in others)):
        tree.append(leaf_hash(header))
    body = note_body(origin, tree.size, tree.root())
    note = encode_note(body, key_name(origin), *key_and_signature(seeds[bytes(origin), tree.size], body))
    entries = [SentOperation(row.seq, row.header, row.list, row.sealed) for row in before]
    entries += [SentOperation(at + n, other.header, other.list, other.sealed) for n, other in enumerate(others)]
    return _send(origin, [genesis or b""], [*notes, note], entries, victim=victim, path=path)


def send_log(attacker: Session, victim: Session, path: Path) -> Path:
    """Make a bundle of the attacker's log alone, for somebody of whom it may never have heard."""
    origin = attacker.log.origin
    with attacker.database.reading() as rows:
        entries = [SentOperation(row.seq, row.header, row.list, row.sealed) for row in rows.operations(origin)]
        notes = [row.note for row in rows.checkpoints(origin)]
        genesis = rows.genesis(origin)
    return _send(origin, [genesis or b""], notes, entries, victim=victim, path=path)


def _send(
    origin: bytes,
    geneses: Sequence[bytes],
    notes: Sequence[bytes],
    entries: Sequence[SentOperation],
    *,
    victim: Session,
    path: Path,
) -> Path:
    pages = encoded(
        [
            (PageKind.GENESIS, bytes(32), list(geneses)),
            (PageKind.CHECKPOINT, origin, list(notes)),
            (PageKind.OPERATION, origin, list(entries)),
        ]
    )
    recipient = Recipient(victim.seat, victim.kem_private.public)
    return write(path, victim.vault, pages, manifest=lambda made: replace(made, member=victim.member), to=recipient)


def _other_form(row: OperationRow) -> OperationRow:
    return compose(
        origin=row.origin,
        seq=row.seq,
        commitment=sha256(b"other").digest(),
        items=[],
        sealed=os.urandom(300),
        session_key=Header.decode(row.header).session_key,
    )
