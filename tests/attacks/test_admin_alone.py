"""One admin alone, with a program of their own: no case opens to them, and those whose cases it is about hear of it."""

from __future__ import annotations

import pytest

from tests.english import in_english
from tests.services.colleague import Colleague, admit
from tests.services.founded import MEMBER
from tests.services.office import AMINA, JOEL, NADIA, Office
from tests.services.organisation import KARIM, MIRA, SELIN, TOMAS, Organisation, give
from vault.access.membership.next_roster import Change, propose
from vault.access.membership.roster_commit import commit_roster
from vault.access.session import Session
from vault.casework.organisation_records import Deputy, Order
from vault.errors import UsageError
from vault.ids import CompartmentId, CompartmentKind, MemberId, RecordId, VersionId, make_id
from vault.index.heads import heads_of
from vault.policy.roles import Role
from vault.records.versions import to_fields
from vault.records.work import Entry
from vault.seal.named import deputy_record
from vault.services import housekeeping
from vault.services.cases import cases
from vault.services.grants import sharing, successors
from vault.services.members import members, rostering
from vault.services.projection.projection import up_to_date_index


def _write_deputy(session: Session, member: MemberId, deputy: MemberId) -> None:
    """Name a deputy, as a program does that refuses nothing."""
    home, record = session.directory.compartment, RecordId(deputy_record(member))
    parents = [VersionId(one) for one in heads_of(up_to_date_index(session), home, record, Deputy.KIND)]
    with session.work(home) as work:
        work.write(home, record, Deputy.KIND, to_fields(Deputy(member, deputy)), parents)
        work.commit(Entry(act="config.change", covers={Deputy.KIND: 1}))


def _write_order(session: Session, leaver: MemberId, successor: MemberId, made_by: MemberId) -> None:
    home = session.directory.compartment
    with session.work(home) as work:
        value = Order(leaver=leaver, successor=successor, made_by=made_by, reason="left")
        work.write(home, RecordId(make_id()), Order.KIND, to_fields(value))
        work.commit(Entry(act="config.change", covers={Order.KIND: 1}))


@pytest.fixture
def ann(office: Office) -> Colleague:
    """An admin who works on cases too, so that her role alone refuses nothing."""
    with office.place.open() as founder:
        return admit(founder, name="Ann", passphrase=b"ann opens", roles={Role.ADMIN, Role.CASEWORKER}, by_root=True)


def _case(office: Office) -> CompartmentId:
    with office.open(office.amina) as amina:
        return cases.create(amina, title="The witness hides", kind="asylum").case


@pytest.mark.long
def test_an_admin_who_names_themself_deputy_opens_no_new_case(office: Office, ann: Colleague) -> None:
    with office.open(ann) as session:
        _write_deputy(session, office.amina.member, ann.member)
        with pytest.raises(UsageError, match="cannot name themselves"):
            successors.set_deputy(session, office.amina.member, ann.member)
        assert successors.deputies(session) == {}
    with office.open(office.amina) as amina:
        assert successors.deputy_of(amina, office.amina.member) is None
        case = cases.create(amina, title="A title", kind="asylum").case
        assert sharing.holders_of(amina, case).members == {office.amina.member}


@pytest.mark.parametrize("made_by", ["themself", "somebody else"])
def test_an_order_to_its_author_opens_no_case_whomever_it_names(office: Office, ann: Colleague, made_by: str) -> None:
    case = _case(office)
    with office.open(ann) as session:
        claimed = ann.member if made_by == "themself" else office.nadia.member
        _write_order(session, office.amina.member, ann.member, claimed)
        assert successors.handover_orders(session) == []
        with pytest.raises(UsageError, match="members cannot order a handover to themselves"):
            successors.order_handover(session, office.amina.member, ann.member, reason="left")
    with office.place.open() as founder:
        commit_roster(founder, propose(founder, Change(leaving=frozenset({office.amina.member}))))
    with office.open(office.joel) as joel:
        in_english(housekeeping.settle(joel))
        assert successors.carry_out_handovers(joel) == []
        assert ann.member not in sharing.holders_of(joel, case).members
        assert cases.open_case(joel, case).head.value.owner == office.amina.member


def test_who_named_the_deputy_is_no_successor_either(office: Office, ann: Colleague) -> None:
    case = _case(office)
    with office.open(ann) as session:
        successors.set_deputy(session, office.amina.member, office.nadia.member)
        successors.set_deputy(session, office.amina.member, office.joel.member)
    with office.place.open() as founder:
        with pytest.raises(UsageError, match="named the deputy"):
            successors.order_handover(founder, office.amina.member, ann.member, reason="left")
        _write_order(founder, office.amina.member, ann.member, office.nadia.member)
        assert successors.handover_orders(founder) == []
        commit_roster(founder, propose(founder, Change(leaving=frozenset({office.amina.member}))))
    with office.open(office.joel) as joel:
        in_english(housekeeping.settle(joel))
        assert ann.member not in sharing.holders_of(joel, case).members


def test_a_member_hears_once_who_named_their_deputy(office: Office, ann: Colleague) -> None:
    said = f"Ann named {NADIA} as your deputy: {NADIA} can open the cases that you make from now on."
    with office.open(ann) as session:
        successors.set_deputy(session, office.amina.member, office.nadia.member)
        successors.set_deputy(session, ann.member, office.joel.member)
        assert not [line for line in in_english(housekeeping.settle(session)) if "deputy" in line]
    with office.open(office.amina) as amina:
        assert said in in_english(housekeeping.settle(amina))
    with office.open(office.amina) as amina:
        assert said not in in_english(housekeeping.settle(amina))
    with office.open(ann) as session:
        successors.set_deputy(session, office.amina.member, None)
    with office.open(office.amina) as amina:
        assert "Ann took your deputy away: nobody else opens the cases that you make from now on." in in_english(
            housekeeping.settle(amina)
        )


@pytest.mark.long
def test_everybody_who_holds_a_case_hears_once_that_it_was_handed_over(office: Office, ann: Colleague) -> None:
    case = _case(office)
    with office.open(office.joel) as joel:
        sharing.grant(joel, case, [ann.member])
    with office.place.open() as founder:
        successors.order_handover(founder, office.amina.member, office.nadia.member, reason="left")
        commit_roster(founder, propose(founder, Change(leaving=frozenset({office.amina.member}))))
    with office.open(office.joel) as joel:
        assert f"1 case of {AMINA} went to {NADIA}, as ordered." in in_english(housekeeping.settle(joel))
    for who, subject, whose in ((ann, NADIA, "that you hold"), (office.nadia, "You", "more")):
        with office.open(who) as session:
            heard = [line for line in in_english(housekeeping.settle(session)) if "handed over" in line]
            assert len(heard) == 1
            assert heard[0].startswith(subject)
            assert whose in heard[0]
            assert f"by {JOEL}, as {MEMBER} ordered" in heard[0]
        with office.open(who) as session:
            assert not [line for line in in_english(housekeeping.settle(session)) if "handed over" in line]


def _keep_the_directory(session: Session) -> None:
    """Put a key that this seat alone has in the place of the directory's."""
    home = session.directory.compartment
    state = session.state_of(home)
    assert state is not None
    with session.work() as work:
        alone = session.directory.holders([session.seat], with_recovery=False)
        work.replace_epoch(home, CompartmentKind.DIRECTORY, alone, replaced=list(state.current))
        work.commit(Entry(act="key.rotate"))


@pytest.mark.long
def test_an_admin_who_keeps_the_directorys_key_to_herself_is_ended_all_the_same(organisation: Organisation) -> None:
    """She does it before the proposal is made, and again before it is signed."""
    organisation.everyone_meets()
    names = (MIRA, KARIM, SELIN, TOMAS)
    with organisation.at(*names) as (mira, karim, selin, tomas):
        _keep_the_directory(mira)
        for one in (karim, selin, tomas):
            give(mira, one, organisation.folder)
        outcome = members.suspend(karim, mira.member)
        assert outcome.proposal is not None
        _keep_the_directory(mira)
        for one in (karim, selin, tomas):
            give(mira, one, organisation.folder)
        _, by_one = rostering.sign(selin, outcome.proposal)
        _, by_both = rostering.sign(tomas, by_one)
        assert rostering.commit(karim, by_both).ended == (organisation[MIRA].seat,)
        in_english(housekeeping.settle(karim))
        for one in (selin, tomas):
            give(karim, one, organisation.folder)
            in_english(housekeeping.settle(one))
        for one in (karim, selin, tomas):
            assert organisation[MIRA].seat not in one.directory.effective.certificates
            state = one.state_of(one.directory.compartment)
            assert state is not None
            assert organisation[MIRA].seat not in state.knowing
            assert all(one.keyring.get(epoch) is not None for epoch in state.current)
