"""Honest devices that act apart: what one of them gave the other one's new key does not take away."""

from __future__ import annotations

import pytest

from tests.services.organisation import AMINA, JOEL, SELIN, TOMAS, Organisation, share
from vault.ids import CompartmentId
from vault.services import cases, notes, sharing


@pytest.fixture
def case(organisation: Organisation) -> CompartmentId:
    """A case of Selin's that Tomas and Amina hold too."""
    with organisation.open(SELIN) as selin:
        made = cases.create(selin, title="A case of three", kind="asylum").case
        share(selin, made, organisation, TOMAS, AMINA)
        notes.add(selin, made, kind="contact", text="before anything happened")
    for other in (TOMAS, AMINA):
        organisation.exchange(SELIN, other)
    return made


def test_a_case_given_while_another_replaced_its_key_is_read_after_they_meet(
    organisation: Organisation, case: CompartmentId
) -> None:
    joel = organisation[JOEL]
    with organisation.at(SELIN, TOMAS) as (selin, tomas):
        sharing.grant(tomas, case, [joel.member])
        sharing.revoke(selin, case, organisation.members(AMINA))
        notes.add(selin, case, kind="contact", text="under the new key")
    organisation.exchange(TOMAS, SELIN)
    organisation.exchange(SELIN, JOEL)
    with organisation.open(JOEL) as session:
        opened = cases.open_case(session, case)
        assert "under the new key" in {note.value.text for note in opened.notes}
        notes.add(session, case, kind="contact", text="Joel, who was given it")
    organisation.exchange(JOEL, SELIN)
    with organisation.open(SELIN) as selin:
        assert "Joel, who was given it" in {note.value.text for note in cases.open_case(selin, case).notes}
        assert selin.quarantine == []
        assert joel.member in sharing.holders_of(selin, case).members
        assert sharing.revoke(selin, case, [joel.member]).dropped == {joel.member}
