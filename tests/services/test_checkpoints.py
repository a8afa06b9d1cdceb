"""What others keep of a log: a note that other tools check, and the proof that the log only grew since."""

from __future__ import annotations

import base64

import pytest

from tests.services.founded import Filled
from tests.vectors.independent.basis import is_signed_bare, sha256
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import UsageError, VerificationError
from vault.log.tree import verify_consistency
from vault.services.cases import notes
from vault.services.evidence import logbook


def test_its_key_checks_it_by_the_rules_of_signed_notes(filled_session: Session) -> None:
    kept = logbook.checkpoint(filled_session)
    name, key_id, coded = kept.key.split("+", 2)
    algorithm_and_key = base64.b64decode(coded)
    assert algorithm_and_key[:1] == b"\x01"
    assert sha256(name.encode() + b"\n" + algorithm_and_key)[:4].hex() == key_id
    text, _, line = kept.note.partition("\n\n")
    dash, signer, signature = line.rstrip("\n").split(" ")
    assert (dash, signer) == ("\N{EM DASH}", name)
    signed = base64.b64decode(signature)
    assert signed[:4].hex() == key_id
    assert is_signed_bare(algorithm_and_key[1:], signed[4:], text.encode() + b"\n")


def test_a_later_checkpoint_proves_that_the_log_only_grew(filled: Filled) -> None:
    with filled.open() as session:
        before = logbook.checkpoint(session)
    with filled.open() as session:
        notes.add(session, filled.cases[0], Note(NoteKind.CONTACT, "later"))
        after = logbook.checkpoint(session, since=before.size)
        assert after.since is not None
        assert (after.since.root, after.since.words) == (before.root, before.words)
        verify_consistency(before.size, after.size, after.since.proof, before.root, after.root)
        for size in (0, -1, after.size + 1):
            with pytest.raises(UsageError, match="never had"):
                logbook.checkpoint(session, since=size)


def test_a_false_note_is_not_handed_out(filled: Filled) -> None:
    with filled.open() as session:
        newest = logbook.checkpoint(session)
        with session.database.transaction() as rows:
            rows.connection.exec_driver_sql(
                "UPDATE checkpoint SET note = CAST(replace(CAST(note AS TEXT), ?, ?) AS BLOB) WHERE size = ?",
                (f"\n{newest.size}\n", f"\n{newest.size + 1}\n", newest.size),
            )
        with pytest.raises(VerificationError, match="the newest checkpoint here is not one that this session signed"):
            logbook.checkpoint(session)
