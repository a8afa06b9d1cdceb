"""What is said of approvals cannot be turned against colleagues: it is named, and stops nothing that others do."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from tests.attacks.test_made_up_approvals import Office, at_the_end, named, office, unsigned, verified
from tests.services.approvals.test_by_file import IDENTITY, LAWYER
from tests.services.organisation import AMINA, DANA, JOEL, MIRA, NOOR, SELIN, TOMAS, Organisation, full_name, give
from vault.access.session import Session
from vault.casework.case import Access, GrantReason
from vault.casework.disclosure import Approving
from vault.durations import DAY_MS
from vault.ids import RecordId
from vault.log.approval import APPROVAL_PURPOSE
from vault.records.work import Entry, Work
from vault.seal.age import recipient_of
from vault.seal.named import access_record
from vault.services.approvals import by_file
from vault.services.cases import cases
from vault.services.evidence import log_checking
from vault.services.exports import exporting, partners
from vault.services.exports.export_material import Wish
from vault.services.grants import sharing
from vault.services.members import members
from vault.services.projection import approval_checks
from vault.services.projection.seats import seats_of
from vault.store.rows import Rows
from vault.store.rowtypes import OperationRow

__all__ = ["office"]  # a fixture

OTHER_ACT = "it lists an approval that was used for another act than it was given for"
OTHER_THING = "it lists an approval that was used for something else than it was given for"


def grant_another_case(organisation: Organisation, session: Session) -> None:
    own = cases.create(session, title="Another", kind="asylum", alone_reason="nobody").case
    sharing.grant(session, own, organisation.members(JOEL))


@pytest.mark.long
@pytest.mark.parametrize("is_removed", [True, False])
def test_who_had_heard_of_neither_and_ends_or_lowers_the_approver_makes_no_finding_of_it(
    organisation: Organisation, tmp_path: Path, is_removed: bool
) -> None:
    wish = Wish("lawyer", LAWYER, take_proposals=True)
    with organisation.open(MIRA) as mira:
        partners.add(mira, name=LAWYER, age_recipient=recipient_of(IDENTITY), compared=True)
    organisation.exchange(MIRA, AMINA)
    with organisation.open(AMINA) as amina:
        case = cases.create(amina, title="Hearing", kind="extradition", alone_reason="nobody").case
        sharing.grant(amina, case, organisation.members(TOMAS))
        exporting.ask(amina, case, wish, out=tmp_path / "question", approver=full_name(SELIN))
    with organisation.open(SELIN) as selin:
        by_file.give(selin, tmp_path / "question", tmp_path / "answer", why="legal-referral")
    organisation.exchange(SELIN, AMINA)
    with organisation.open(AMINA) as amina:
        answer = by_file.read_answer(amina, tmp_path / "answer")
        assert isinstance(exporting.export(amina, case, wish, out=tmp_path, answer=answer), exporting.Exported)
    with organisation.open(MIRA) as mira:
        selin_is = organisation[SELIN].member
        if is_removed:
            assert members.leave(mira, selin_is).is_done
        else:
            assert members.change_roles(mira, selin_is, ["intake"], by_root=True).is_done
    organisation.exchange(MIRA, AMINA)
    organisation.exchange(AMINA, TOMAS)
    organisation.exchange(AMINA, NOOR)
    for name in (AMINA, TOMAS, NOOR):
        with organisation.open(name) as session:
            assert named(session) == ([], [])
    with organisation.open(AMINA) as amina:
        grant_another_case(organisation, amina)


@pytest.mark.long
def test_who_reads_an_approval_waits_for_the_giver_like_everybody_and_nothing_else_waits(office: Office) -> None:
    with office.organisation.open(SELIN) as selin:
        given = unsigned(office, selin, "export.begin", TOMAS)
        approval = given.signed(selin.sign(APPROVAL_PURPOSE, given.unsigned())[1]).encode()
    with office.organisation.open(TOMAS) as tomas, tomas.work(office.case) as work:
        work.list_approval(approval)
        work.keep(office.case, Approving("export.begin", given.digest, approval))
        work.commit(Entry(act="export.begin", why="legal-referral", dig=given.digest))
    for name in (AMINA, NOOR):
        office.organisation.exchange(TOMAS, name)
        faults, pending = verified(office, name)
        assert (faults, len(pending)) == ([], 1)
    assert at_the_end(office, AMINA) == ["it lists an approval that was listed by no other member who may approve"]
    with office.organisation.open(AMINA) as amina:
        grant_another_case(office.organisation, amina)
    with office.organisation.open(SELIN) as selin, selin.work() as work:
        work.list_approval(approval)
        work.commit(Entry(act="approve", dig=given.digest, deleg=given.requester))
    office.organisation.exchange(SELIN, AMINA)
    assert at_the_end(office, AMINA) == []


def test_a_volunteer_who_lists_junk_as_an_approval_stops_nobodys_grant(
    organisation: Organisation, tmp_path: Path
) -> None:
    junk = secrets.token_bytes(20)
    with organisation.at(DANA, AMINA) as (dana, amina):
        for _ in range(2):
            with dana.work() as work:
                work.list_approval(junk)
                work.commit(Entry(act="approve"))
        with dana.work() as work:
            work.list_approval(junk)
            work.commit(Entry(act="export.begin"))
        give(dana, amina, tmp_path)
        log_checking.verify(amina)
        grant_another_case(organisation, amina)


@pytest.mark.long
@pytest.mark.parametrize("giver", [SELIN, JOEL])
def test_a_break_glass_with_an_approval_of_an_export_is_named_to_who_holds_the_case(office: Office, giver: str) -> None:
    place = office.organisation
    with place.open(giver) as session:
        role = "supervisor" if giver == SELIN else "caseworker"
        given = replace(unsigned(office, session, "export.begin", TOMAS), role=role)
        approval = given.signed(session.sign(APPROVAL_PURPOSE, given.unsigned())[1]).encode()
        with session.work() as work:
            work.list_approval(approval)
            work.commit(Entry(act="approve", dig=given.digest, deleg=given.requester))
    place.exchange(giver, TOMAS)
    joel = place[JOEL].member
    with place.open(TOMAS) as session:

        def also(work: Work, entry: Entry) -> Entry:
            until = session.log.now_ms() + 13 * DAY_MS
            access = Access(member=joel, why=GrantReason.EMERGENCY, given_by=session.member, until=until)
            work.keep(office.case, access, RecordId(access_record(joel)))
            work.keep(office.case, Approving("export.begin", given.digest, approval))
            work.list_approval(approval)
            return replace(entry, why="emergency", deleg=place[giver].seat, dig=given.digest)

        seats = seats_of(session, [joel])
        sharing.add_seats(session, office.case, seats, act="break.glass", rule="case.share", also=also)
    place.exchange(TOMAS, AMINA)
    assert verified(office, AMINA)[0] == [OTHER_ACT if giver == SELIN else OTHER_THING]


class Counting:
    """Rows that count how often entries are asked for."""

    def __init__(self, rows: Rows) -> None:
        self.rows, self.asked = rows, 0

    def operations(self, *place: Any) -> Iterator[OperationRow]:
        self.asked += 1
        return self.rows.operations(*place)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.rows, name)


def test_an_entry_that_lists_a_thousand_approvals_is_read_once(organisation: Organisation, tmp_path: Path) -> None:
    with organisation.at(DANA, AMINA) as (dana, amina):
        with dana.work() as work:
            for _ in range(1000):
                work.list_approval(secrets.token_bytes(8))
            work.commit(Entry(act="approve"))
        give(dana, amina, tmp_path)
        with amina.database.reading() as rows:
            counting = cast("Rows", Counting(rows))
            assert approval_checks.refused_uses(amina, counting, {}, {}) == []
            assert cast("Counting", counting).asked < 200
