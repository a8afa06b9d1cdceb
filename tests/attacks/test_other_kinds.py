"""A version of one kind in the place of another: who may write approvals, devices or notes takes nothing else away."""

from __future__ import annotations

import pytest

from tests.services.colleague import SUPERVISOR, admit
from tests.services.founded import Filled
from tests.services.office import DAY_MS, forward
from vault.access.membership.next_roster import Change, next_roster
from vault.access.session import Session
from vault.casework.case import Access
from vault.ids import CompartmentId, Origin, RecordId, VersionId
from vault.index.heads import heads_in
from vault.log.roster import ROSTER_PURPOSE, ROSTER_RECORD
from vault.policy.roles import Role
from vault.records.work import Entry
from vault.seal.named import access_record
from vault.services.cases import cases
from vault.services.grants import sharing, successors, timed_grants
from vault.services.members import members
from vault.services.projection.projection import up_to_date_index


def write_over(session: Session, compartment: CompartmentId, kind: str, fields: dict[str, object], act: str) -> None:
    """Replace each head there of any other kind by one of this kind, as a patched program would."""
    heads = [head for head in heads_in(up_to_date_index(session), compartment) if head.kind != kind]
    assert heads
    with session.work(compartment) as work:
        for head in heads:
            work.write(compartment, RecordId(head.record), kind, fields, parents=[VersionId(head.version)])
        work.commit(Entry(act=act))


def test_who_may_approve_takes_no_case_and_no_note_away(short: Filled) -> None:
    case = short.cases[0]
    with short.open() as owner:
        before = cases.open_case(owner, case)
        reviewer = admit(owner, roles=frozenset({Role.LEGAL_REVIEWER}))
        sharing.grant(owner, case, [reviewer.member])
    with reviewer.open(short.place) as session:
        write_over(session, case, "approval", {}, "case.edit")
    with short.open() as owner:
        after = cases.open_case(owner, case)
        assert after.head.value == before.head.value
        assert [note.value for note in after.notes] == [note.value for note in before.notes]
        assert {row.title for row in cases.list_all(owner)} >= {before.head.value.title}


def test_who_may_name_devices_takes_no_name_no_deputy_and_no_end_away(short: Filled) -> None:
    with short.open() as owner:
        helper = admit(owner, name="Ilka Brandstetter", roles=frozenset({Role.INTAKE}))
        supervisor = admit(owner, roles=SUPERVISOR, by_root=True)
        successors.set_deputy(owner, owner.member, supervisor.member)
        before = members.list_all(owner)
    with supervisor.open(short.place) as session:
        write_over(
            session, session.directory.compartment, "device", {"seat": session.seat, "name": "x"}, "config.change"
        )
    with short.open() as owner:
        assert members.list_all(owner) == before
        assert successors.deputy_of(owner, owner.member) == supervisor.member
        assert helper.name in {member.name for member in before}


def test_whose_right_ends_does_not_write_over_the_day(short: Filled) -> None:
    case = short.cases[0]
    with short.open() as owner:
        colleague = admit(owner, roles=frozenset({Role.CASEWORKER}))
        timed_grants.give(owner, case, [colleague.member], until_ms=owner.log.now_ms() + DAY_MS)
    with colleague.open(short.place) as session:
        write_over(session, case, "note", {"kind": "contact", "text": "."}, "note.create")
        forward(session, 2)
        up_to_date_index(session)
        assert case in session.hidden
    with short.open() as owner:
        forward(owner, 2)
        record = access_record(colleague.member)
        assert record in {head.record for head in heads_in(up_to_date_index(owner), case, Access.KIND)}
        assert timed_grants.withdraw_expired_grants(owner) == 1
        assert not owner.faults()


@pytest.mark.parametrize("kind", ["device", "roster"])
def test_a_roster_in_a_version_of_another_kind_is_none(short: Filled, kind: str) -> None:
    with short.open() as owner:
        supervisor = admit(owner, roles=SUPERVISOR, by_root=True)
        before = owner.directory.effective
        genesis = before.certificates[supervisor.seat].genesis
        roster = next_roster(before, Change(ended=frozenset({supervisor.seat})), lambda seat: {Origin(genesis): 9})
        roster = roster.signed(*owner.sign(ROSTER_PURPOSE, roster.root))
        with owner.work() as work:
            work.write(owner.directory.compartment, RecordId(ROSTER_RECORD), kind, roster.fields())
            work.commit(Entry(act="config.change"))
    with short.open() as owner:
        assert (supervisor.seat in owner.directory.effective.certificates) is (kind != "roster")
