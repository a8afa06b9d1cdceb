"""Deputies: named by an admin, given each new case of their member, left out for a reason alone."""

from __future__ import annotations

import pytest

from tests.services.office import Office
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import UsageError
from vault.services.cases import cases, notes
from vault.services.grants import sharing, successors


def test_a_new_case_opens_for_its_owner_the_deputy_and_recovery(office: Office) -> None:
    with office.open(office.amina) as amina:
        case = cases.create(amina, title="A title", kind="asylum").case
        notes.add(amina, case, Note(NoteKind.CONTACT, "05:40, she does not answer"))
        held_by = sharing.holders_of(amina, case)
        assert held_by.members == {office.amina.member, office.joel.member}
        assert held_by.with_recovery
        assert cases.only_you(amina, case) is None
        head = cases.open_case(amina, case).head.value
    assert (head.owner, head.deputy, head.alone_reason) == (office.amina.member, office.joel.member, None)
    with office.open(office.joel) as joel:
        assert [note.value.text for note in cases.open_case(joel, case).notes] == ["05:40, she does not answer"]


def test_a_case_given_to_a_colleague_later_is_nobodys_alone(office: Office) -> None:
    with office.open(office.joel) as joel:
        case = cases.create(joel, title="A title", kind="asylum").case
        assert cases.only_you(joel, case) is not None
        sharing.grant(joel, case, [office.nadia.member])
        assert cases.only_you(joel, case) is None


def test_the_newest_naming_counts_and_can_be_taken_away(office: Office) -> None:
    with office.place.open() as founder:
        assert successors.deputies(founder) == {office.amina.member: office.joel.member}
        successors.set_deputy(founder, office.amina.member, office.nadia.member)
        assert successors.deputy_of(founder, office.amina.member) == office.nadia.member
        successors.set_deputy(founder, office.amina.member, None)
        assert successors.deputy_of(founder, office.amina.member) is None
        assert successors.deputies(founder) == {}


def test_nobody_is_their_own_deputy_and_none_takes_a_reason(office: Office) -> None:
    with office.place.open() as founder, pytest.raises(UsageError, match="members cannot be their own deputies"):
        successors.set_deputy(founder, office.amina.member, office.amina.member)
    with office.open(office.amina) as amina:
        case = cases.create(amina, title="A title", kind="asylum", alone_reason="it is about Joel").case
        assert cases.only_yours(amina, cases.list_all(amina)) == {case}
        with pytest.raises(UsageError, match="reason why a case has no deputy is empty"):
            cases.create(amina, title="A title", kind="asylum", alone_reason=" ")


def test_what_a_new_key_costs_counts_devices_and_names_the_sheets(office: Office) -> None:
    with office.open(office.amina) as amina:
        case = cases.create(amina, title="A title", kind="asylum").case
        notes.add(amina, case, Note(NoteKind.CONTACT, "one"))
        versions = sharing.cost_of_change(amina, case).versions
        assert sharing.cost_of_change(amina, case) == sharing.ChangeCost(versions, 2, with_recovery=True)
        cost = sharing.cost_of_change(amina, case, without=[office.joel.member])
        assert cost == sharing.ChangeCost(versions, 1, with_recovery=True)
        assert sharing.revoke(amina, case, [office.joel.member]).versions == cost.versions
        assert sharing.cost_of_change(amina, case) == cost
