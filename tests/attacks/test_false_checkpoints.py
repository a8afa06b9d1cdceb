"""A member signs a checkpoint of another tree and sends no entry of it: nobody else loses a word of theirs."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from tests.attacks.second_history import keeping_seeds
from tests.attacks.test_forked_logs import BEFORE, shared_case, texts
from tests.services.organisation import JOEL, MIRA, SELIN, Organisation, give
from tests.sync.hostile import encoded, write
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import VerificationError
from vault.log.checkpoint import encode_note, key_name, note_body
from vault.seal.bodies import Recipient
from vault.seal.signing import key_and_signature
from vault.services.cases import notes
from vault.services.evidence import log_checking
from vault.services.exchange import syncing
from vault.services.members import members
from vault.sync.bundle_pages import PageKind, SentOperation, SentRow
from vault.words.finding import Code

LATER = "written after the false checkpoint"


def send_checkpoint(attacker: Session, seed: bytes, size: int, victim: Session, path: Path, *, alone: bool) -> Path:
    """Make a bundle with a checkpoint of a tree that no entries give; the true one of that size only if `alone`."""
    origin = attacker.log.origin
    body = note_body(origin, size, sha256(b"no tree").digest())
    note = encode_note(body, key_name(origin), *key_and_signature(seed, body))
    with attacker.database.reading() as rows:
        genesis, true = rows.genesis(origin), list(rows.operations(origin))
        true_notes = [row.note for row in rows.checkpoints(origin) if row.size != size]
    pages: list[tuple[PageKind, bytes, list[SentRow]]] = [(PageKind.GENESIS, bytes(32), [genesis or b""])]
    if alone:
        pages.append((PageKind.CHECKPOINT, origin, [note]))
    else:
        pages.append((PageKind.CHECKPOINT, origin, [*true_notes, note]))
        pages.append(
            (PageKind.OPERATION, origin, [SentOperation(row.seq, row.header, row.list, row.sealed) for row in true])
        )
    recipient = Recipient(victim.seat, victim.kem_private.public)
    return write(
        path, victim.vault, encoded(pages), manifest=lambda made: replace(made, member=victim.member), to=recipient
    )


@pytest.mark.long
@pytest.mark.parametrize("alone", [True, False], ids=["beside the true one", "in the place of the true one"])
def test_a_checkpoint_of_another_tree_stops_no_log_and_is_named(
    organisation: Organisation, tmp_path: Path, *, alone: bool
) -> None:
    case = shared_case(organisation, tmp_path)
    with keeping_seeds() as seeds, organisation.at(JOEL, SELIN) as (joel, selin):
        size = joel.log.size
        seed = seeds[bytes(joel.log.origin), size]
        if alone:
            give(joel, selin, tmp_path)
        notes.add(joel, case, Note(NoteKind.CONTACT, "one more"))
        if not alone:
            true = send_checkpoint(joel, seed, size, selin, tmp_path / "true", alone=False)
            syncing.import_bundle(selin, true)
        evil = send_checkpoint(joel, seed, size, selin, tmp_path / "evil", alone=True)
        (said,) = syncing.import_bundle(selin, evil).faults
        assert not syncing.import_bundle(selin, evil).faults  # it is told once, and kept
        for text in (LATER, "and again"):
            notes.add(joel, case, Note(NoteKind.CONTACT, text))
            assert not give(joel, selin, tmp_path).faults
        everything = {BEFORE, "one more", LATER, "and again"}
        assert texts(selin, case) == everything
        assert f"signed another history of {size} entries" in str(said)
        origin = joel.log.origin
    with organisation.at(SELIN, MIRA) as (selin, mira):
        assert texts(selin, case) == everything
        with pytest.raises(VerificationError):
            selin.require_sound_log()
        selin.require_sound_log(taken_from=[organisation[JOEL].seat])
        found = log_checking.verify(selin).faults
        assert {(fault.code, fault.origin, fault.seq) for fault in found if fault.code is Code.FORK} == {
            (Code.FORK, origin, size)
        }
        assert give(selin, mira, tmp_path).entries
        assert texts(mira, case) == everything
        assert members.suspend(mira, organisation[JOEL].member).is_done
        give(mira, selin, tmp_path)
        assert selin.faults() == []
        assert texts(selin, case) == everything
    with organisation.open(SELIN) as selin:
        assert log_checking.verify(selin).verified
