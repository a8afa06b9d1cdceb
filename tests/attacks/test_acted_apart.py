"""Honest devices that act apart: what one of them gave the other one's new key does not take away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.services.organisation import AMINA, JOEL, MIRA, SELIN, TOMAS, Organisation, give, share
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId
from vault.services.cases import cases, notes
from vault.services.grants import sharing
from vault.services.members import devices

LATE = "Amina, who does not know yet"


@pytest.fixture
def case(organisation: Organisation) -> CompartmentId:
    """A case of Selin's that Tomas and Amina hold too."""
    with organisation.open(SELIN) as selin:
        made = cases.create(selin, title="A case of three", kind="asylum").case
        share(selin, made, organisation, TOMAS, AMINA)
        notes.add(selin, made, Note(NoteKind.CONTACT, "before anything happened"))
    for other in (TOMAS, AMINA):
        organisation.exchange(SELIN, other)
    return made


@pytest.mark.long
def test_a_case_given_while_another_replaced_its_key_is_read_after_they_meet(
    organisation: Organisation, case: CompartmentId
) -> None:
    joel = organisation[JOEL]
    with organisation.at(SELIN, TOMAS) as (selin, tomas):
        sharing.grant(tomas, case, [joel.member])
        sharing.revoke(selin, case, organisation.members(AMINA))
        notes.add(selin, case, Note(NoteKind.CONTACT, "under the new key"))
    organisation.exchange(TOMAS, SELIN)
    organisation.exchange(SELIN, JOEL)
    with organisation.open(JOEL) as session:
        opened = cases.open_case(session, case)
        assert "under the new key" in {note.value.text for note in opened.notes}
        notes.add(session, case, Note(NoteKind.CONTACT, "Joel, who was given it"))
    organisation.exchange(JOEL, SELIN)
    with organisation.open(SELIN) as selin:
        assert "Joel, who was given it" in {note.value.text for note in cases.open_case(selin, case).notes}
        assert selin.quarantine == []
        assert joel.member in sharing.holders_of(selin, case).members
        assert sharing.revoke(selin, case, [joel.member]).dropped == {joel.member}


def texts(session: Session, case: CompartmentId) -> set[str]:
    return {note.value.text for note in cases.open_case(session, case).notes}


def revoke(session: Session, case: CompartmentId, organisation: Organisation) -> None:
    sharing.revoke(session, case, organisation.members(AMINA))


def end(session: Session, case: CompartmentId, organisation: Organisation) -> None:
    del case
    assert devices.lost(session, organisation[AMINA].seat).outcome.is_done


Ending = tuple[str, Callable[[Session, CompartmentId, Organisation], None], str]


@pytest.mark.long
@pytest.mark.parametrize("way", [(SELIN, revoke, "C6"), (MIRA, end, "C4")], ids=["revoked", "ended"])
def test_work_that_came_before_the_news_of_its_authors_end_is_set_apart_when_the_news_comes(
    organisation: Organisation, case: CompartmentId, tmp_path: Path, way: Ending
) -> None:
    """What counts depends on the rows, not on their order: else two devices show two cases for ever."""
    by, act, check = way
    with organisation.at(by, TOMAS, AMINA) as (ending, tomas, amina):
        give(amina, ending, tmp_path)
        act(ending, case, organisation)
        notes.add(amina, case, Note(NoteKind.CONTACT, LATE))
        give(amina, tomas, tmp_path)
        assert LATE in texts(tomas, case)
        give(ending, tomas, tmp_path)
        assert LATE not in texts(tomas, case)
        assert {one.check for one in tomas.quarantine} == {check}
        notes.add(tomas, case, Note(NoteKind.CONTACT, "work goes on"))
    with organisation.open(TOMAS) as tomas:
        assert LATE not in texts(tomas, case)
        if check == "C6":
            sharing.grant(tomas, case, organisation.members(AMINA))
    with organisation.open(TOMAS) as tomas:
        assert (LATE in texts(tomas, case)) == (check == "C6")
