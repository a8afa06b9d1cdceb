"""A leaver's cases: ordered by who cannot read them, carried out by the deputy's seat, written by whom they were."""

from __future__ import annotations

import pytest

from tests.services.colleague import admit
from tests.services.office import Office
from vault.casework.case import Case
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import RefusedError, UsageError
from vault.ids import CompartmentId, RecordId, VersionId
from vault.index.heads import heads_in
from vault.policy.roles import Role
from vault.records.work import Entry
from vault.services import housekeeping
from vault.services.cases import cases, notes
from vault.services.grants import sharing, successors
from vault.services.members import members
from vault.services.projection.projection import up_to_date_index
from vault.services.projection.stored_records import read_heads


def _two_cases(office: Office) -> tuple[CompartmentId, CompartmentId]:
    with office.open(office.amina) as amina:
        made = [cases.create(amina, title=f"Case {number}", kind="asylum").case for number in (1, 2)]
        for case in made:
            notes.add(amina, case, Note(NoteKind.CONTACT, "by Amina"))
    return made[0], made[1]


def _order(office: Office) -> None:
    with office.place.open() as founder:
        successors.order_handover(founder, office.amina.member, office.nadia.member, reason="leaves on Friday")


def test_who_orders_needs_no_case_and_cannot_read_one(office: Office) -> None:
    first, _ = _two_cases(office)
    with office.place.open() as founder:
        successors.order_handover(founder, office.amina.member, office.nadia.member, reason="leaves on Friday")
        (order,) = successors.handover_orders(founder)
        assert (order.value.leaver, order.value.successor) == (office.amina.member, office.nadia.member)
        assert not founder.holds(first)
        assert successors.carry_out_handovers(founder) == []


def test_an_order_on_the_cases_of_somebody_who_is_still_in_waits_for_the_deputy_to_say_so(office: Office) -> None:
    """Else one admin could open every case of a member to an accomplice, and nobody would be asked."""
    first, _ = _two_cases(office)
    _order(office)
    with office.open(office.joel) as joel:
        (line,) = housekeeping.settle(joel)
        assert "2 cases of Amina Ruskova, who has not left yet, go to Nadia Ferrante" in str(line)
        assert office.nadia.member not in sharing.holders_of(joel, first).members
        assert [one.cases for one in successors.carry_out_handovers(joel)] == [2]
        assert housekeeping.settle(joel) == []


def test_a_holder_who_is_no_deputy_hands_over_on_request_alone(office: Office) -> None:
    first, _ = _two_cases(office)
    with office.open(office.amina) as amina:
        sharing.grant(amina, first, [office.nadia.member])
    _order(office)
    with office.open(office.nadia) as nadia:
        assert successors.carry_out_handovers(nadia, as_deputy_only=True) == []
        assert [one.cases for one in successors.carry_out_handovers(nadia)] == [1]


def test_what_the_leaver_kept_alone_stays_with_them_and_the_rest_goes(office: Office) -> None:
    first, _ = _two_cases(office)
    with office.open(office.amina) as amina:
        alone = cases.create(amina, title="Alone", kind="asylum", alone_reason="she asked for it").case
    _order(office)
    with office.open(office.joel) as joel:
        assert [one.cases for one in successors.carry_out_handovers(joel)] == [2]
        assert str(successors.nothing_to_do(joel)) == "You hold no case that is pending handover."
        assert not joel.holds(alone)
    with office.open(office.amina) as amina:
        assert cases.open_case(amina, alone).head.value.owner == office.amina.member
        assert cases.open_case(amina, first).head.value.owner == office.nadia.member


def test_who_hands_a_case_over_to_its_deputy_stands_in_for_it_from_then_on(office: Office) -> None:
    first, _ = _two_cases(office)
    with office.open(office.amina) as amina:
        sharing.grant(amina, first, [office.nadia.member])
    with office.place.open() as founder:
        successors.order_handover(founder, office.amina.member, office.joel.member, reason="leaves on Friday")
    with office.open(office.nadia) as nadia:
        assert [one.cases for one in successors.carry_out_handovers(nadia)] == [1]
        head = cases.open_case(nadia, first).head.value
        assert (head.owner, head.deputy) == (office.joel.member, office.nadia.member)


def test_whose_role_opens_no_cases_carries_out_no_order_and_is_told_whose_device_does(office: Office) -> None:
    _two_cases(office)
    _order(office)
    with office.place.open() as founder:
        dana = admit(founder, name="Dana Okwiri", passphrase=b"dana opens", roles=frozenset({Role.INTAKE}))
    with dana.open(office.place) as session:
        with pytest.raises(RefusedError, match="your role cannot hand over cases"):
            successors.carry_out_handovers(session)
        assert str(successors.nothing_to_do(session)) == "You hold no case that is pending handover."


def test_the_newest_order_for_a_leaver_counts(office: Office) -> None:
    first, _ = _two_cases(office)
    _order(office)
    with office.place.open() as founder:
        successors.order_handover(founder, office.amina.member, office.joel.member, reason="Nadia is ill")
    with office.open(office.joel) as joel:
        assert [one.successor for one in successors.carry_out_handovers(joel)] == [office.joel.member]
        assert cases.open_case(joel, first).head.value.owner == office.joel.member
        assert office.nadia.member not in sharing.holders_of(joel, first).members


def test_an_order_names_somebody_else_and_a_reason(office: Office) -> None:
    with office.place.open() as founder:
        before = founder.log.size
        with pytest.raises(UsageError, match="cases must go to another member"):
            successors.order_handover(founder, office.amina.member, office.amina.member, reason="x")
        with pytest.raises(UsageError, match="reason is empty"):
            successors.order_handover(founder, office.amina.member, office.joel.member, reason=" ")
        assert founder.log.size == before


def test_an_edit_of_the_head_keeps_fields_of_a_newer_program(office: Office) -> None:
    first, _ = _two_cases(office)
    with office.open(office.amina) as amina:
        (head,) = [one for one in heads_in(up_to_date_index(amina), first) if one.kind == Case.KIND]
        (opened,) = read_heads(amina, first, frozenset({VersionId(head.version)}))
        with amina.work(first) as work:
            fields = {**opened.content.fields, "weather": "grey"}
            work.write(first, RecordId(head.record), Case.KIND, fields, [opened.id])
            work.commit(Entry(act="case.edit"))
    _order(office)
    with office.open(office.joel) as joel:
        successors.carry_out_handovers(joel)
        (head,) = [one for one in heads_in(up_to_date_index(joel), first) if one.kind == Case.KIND]
        (opened,) = read_heads(joel, first, frozenset({VersionId(head.version)}))
        assert opened.content.fields["weather"] == "grey"
        assert opened.content.fields["owner"] == office.nadia.member


def test_an_order_says_who_carries_it_out_or_that_nobody_can(office: Office) -> None:
    with office.place.open() as founder:
        (deputy,) = successors.who_carries_out(founder, office.amina.member)
        assert str(deputy).startswith("The device of Joel Brandvik, the deputy, carries it out")
        successors.set_deputy(founder, office.amina.member, None)
    with office.open(office.amina) as amina:
        refs = sorted(cases.create(amina, title=title, kind="asylum").ref for title in ("one", "two"))
        shared = cases.create(amina, title="three", kind="asylum")
        sharing.grant(amina, shared.case, [office.nadia.member])
        nobody, given = successors.who_carries_out(amina, office.amina.member)
        assert str(nobody).startswith("Amina Ruskova has no deputy: nobody's device carries it out by itself.")
        assert str(given).startswith(f"2 cases are open to Amina Ruskova alone ({', '.join(refs)}).")
        assert "Once they are out, only the recovery sheets can open them. First let them give" in str(given)
    # Who orders it and reads none of them hears how many, and no reference.
    with office.place.open() as founder:
        assert "2 cases are open to Amina Ruskova alone. " in str(members.warn_before_end(founder, office.amina.member))
        successors.order_handover(founder, office.amina.member, office.nadia.member, reason="leaves on Friday")
    with office.open(office.amina) as amina:
        assert successors.carry_out_handovers(amina) == []
        assert "Give each case to its new owner" in str(successors.nothing_to_do(amina))
        for found in cases.list_all(amina):
            sharing.grant(amina, CompartmentId(found.case), [office.joel.member])
    with office.place.open() as founder:
        assert members.warn_before_end(founder, office.amina.member) is None
