"""A grant that is listed and nowhere may be anybody's: who lists one lets others wait, as long as they are in."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.services.organisation import AMINA, JOEL, MIRA, SELIN, TOMAS, Organisation, give, share
from vault.access.session import Session
from vault.access.trust.key_lists import waits_for
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId
from vault.log.items import Item, ItemKind
from vault.records.work import Entry, Work
from vault.services.cases import cases, notes
from vault.services.grants import sharing
from vault.services.members import members


def list_a_grant_that_is_nowhere(session: Session, case: CompartmentId) -> None:
    with Work(session.log) as work:
        work._items.append(Item.in_compartment(ItemKind.GRANT, case, os.urandom(32)))
        work.commit(Entry(act="grant.add"))


@pytest.mark.long
def test_what_an_ended_member_listed_and_never_sent_stops_nobody(organisation: Organisation, tmp_path: Path) -> None:
    """The one who was given the case by them, and wrote in good faith, is not in doubt for it either."""
    with organisation.at(SELIN, AMINA, JOEL, MIRA) as (selin, amina, joel, mira):
        case = cases.create(selin, title="Passed on", kind="asylum").case
        share(selin, case, organisation, AMINA)
        give(selin, amina, tmp_path)
        give(amina, selin, tmp_path)
        share(amina, case, organisation, JOEL)
        give(amina, joel, tmp_path)
        notes.add(joel, case, Note(NoteKind.CONTACT, "in good faith"))
        list_a_grant_that_is_nowhere(amina, case)
        give(amina, selin, tmp_path)
        give(joel, selin, tmp_path)
        assert waits_for(selin, case)
        give(selin, mira, tmp_path)
        assert members.suspend(mira, amina.member).is_done
        give(mira, selin, tmp_path)
        assert not waits_for(selin, case)
        sharing.grant(selin, case, organisation.members(TOMAS))
