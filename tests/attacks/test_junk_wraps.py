"""Nobody signs a wrapped key: who passes on the work of others can put junk in its place, and cannot keep it out."""

from __future__ import annotations

import os
from pathlib import Path

from tests.services.organisation import AMINA, SELIN, TOMAS, Organisation, give, share
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId
from vault.services.cases import cases, notes
from vault.services.evidence import log_checking
from vault.store.rowtypes import VersionKeyRow
from vault.sync.admitting import WRAPS_PER_PLACE

TRUE = "Sealwort, passed on by somebody else"


def put_junk_in_place_of_keys(session: Session, case: CompartmentId, origin: bytes) -> None:
    """Give every version of another's log as many junk wraps as one place may have, and take the true one away."""
    with session.database.transaction() as rows:
        true = {VersionKeyRow(*one[:3], one.epoch, one.wrap) for one in rows.versions(case) if one.origin == origin}
        rows.delete_version_keys(true)
        junk = [one._replace(wrap=os.urandom(40)) for one in true for _ in range(WRAPS_PER_PLACE)]
        rows.add_version_keys(junk)


def test_junk_in_every_place_for_a_key_does_not_keep_the_true_key_out(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.at(SELIN, TOMAS, AMINA) as (selin, tomas, amina):
        case = cases.create(selin, title="Passed on", kind="asylum").case
        share(selin, case, organisation, TOMAS, AMINA)
        notes.add(selin, case, Note(NoteKind.CONTACT, TRUE))
        give(selin, amina, tmp_path)
        put_junk_in_place_of_keys(amina, case, selin.log.origin)
        give(amina, tomas, tmp_path)
        give(selin, tomas, tmp_path)
    with organisation.open(TOMAS) as tomas:
        assert TRUE in {note.value.text for note in cases.open_case(tomas, case).notes}
        assert log_checking.verify(tomas).verified
