"""Who lost a case lost its sections: what is written there next, they cannot open, whoever's device has not locked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.services.organisation import AMINA, SELIN, TOMAS, Organisation, give, share
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId
from vault.records.versions import open_each
from vault.services.cases import cases, sections
from vault.services.grants import sharing

AFTER = "Quellgrund, where she is since"


def readable(session: Session, section: CompartmentId) -> set[object]:
    """Return the text of every note of a section that this seat's keys open, whatever the program shows."""
    with session.database.reading() as rows:
        opened, _ = open_each(rows.versions(section), vault=session.vault, keyring=session.keyring)
    return {one.content.fields.get("text") for one in opened}


@pytest.mark.parametrize("by", [SELIN, TOMAS], ids=["by the writer", "by somebody else"])
def test_a_note_in_a_section_is_not_for_who_lost_its_case(organisation: Organisation, tmp_path: Path, by: str) -> None:
    with organisation.at(SELIN, AMINA, TOMAS) as (selin, amina, tomas):
        case = cases.create(selin, title="Passed on", kind="asylum").case
        share(selin, case, organisation, AMINA, TOMAS)
        section = sections.create(
            selin, case, what="location", title="Where she is", members=organisation.members(AMINA)
        )
        give(selin, amina, tmp_path)
        give(selin, tomas, tmp_path)
        revoker = {SELIN: selin, TOMAS: tomas}[by]
        sharing.revoke(revoker, case, organisation.members(AMINA))
        if revoker is tomas:
            give(tomas, selin, tmp_path)
        sections.add_note(selin, section, Note(NoteKind.CONTACT, AFTER))
        give(selin, amina, tmp_path)
        assert AFTER in readable(selin, section)
        assert AFTER not in readable(amina, section)
