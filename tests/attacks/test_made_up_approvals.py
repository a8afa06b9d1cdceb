"""A holder's own program does what takes two persons alone, and lists an approval that nobody gave: it is named."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.services.approvals.test_by_file import IDENTITY, LAWYER
from tests.services.organisation import AMINA, JOEL, KARIM, MIRA, NOOR, SELIN, TOMAS, Organisation, full_name
from vault.access.session import Session
from vault.casework.case import Access, GrantReason
from vault.casework.disclosure import Approving
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.durations import DAY_MS
from vault.ids import CompartmentId, RecordId, VersionId
from vault.log.approval import APPROVAL_PURPOSE, Approval, approved_digest
from vault.records.work import Entry, Work
from vault.seal.age import recipient_of
from vault.seal.named import access_record
from vault.services.approvals import by_file, erasing
from vault.services.cases import cases, notes
from vault.services.erasures import what_goes
from vault.services.evidence import log_checking
from vault.services.exports import exporting, partners
from vault.services.exports.export_material import Wish
from vault.services.grants import sharing
from vault.services.members import members
from vault.services.projection.projection import audit_of
from vault.services.projection.seats import seats_of

NOBODY_GAVE = "it lists an approval that was listed by no other member who may approve"
NOT_KEPT = "it lists an approval that was kept in no record that its entry lists"
ON_ITS_WAY = "names an approval that is not here yet"


@dataclass(frozen=True, slots=True)
class Office:
    """A case of twelve notes that Selin founded, and Tomas and Amina hold; Noor audits, Joel holds nothing."""

    organisation: Organisation
    case: CompartmentId
    notes: tuple[RecordId, ...]


@pytest.fixture
def office(organisation: Organisation) -> Office:
    with organisation.open(SELIN) as selin:
        case = cases.create(selin, title="Hearing", kind="extradition", alone_reason="nobody").case
        written = tuple(notes.add(selin, case, Note(NoteKind.CONTACT, f"Call {n}")) for n in range(12))
        sharing.grant(selin, case, organisation.members(TOMAS, AMINA))
    for name in (TOMAS, AMINA, NOOR):
        organisation.exchange(SELIN, name)
    return Office(organisation, case, written)


@contextmanager
def later(office: Office, name: str, days: int) -> Iterator[Session]:
    with office.organisation.open(name) as session:
        now_ms = session.log.now_ms() + days * DAY_MS
        session.log.now_ms = lambda: now_ms
        yield session


def named(session: Session) -> tuple[list[str], list[str]]:
    """Return what is wrong with approvals, and whose are on their way."""
    found = log_checking.verify(session)
    faults = [str(fault.message).partition(": ")[2] for fault in found.faults if fault.code == "approval"]
    return faults, [line for line in map(str, found.on_their_way) if ON_ITS_WAY in line]


def verified(office: Office, name: str) -> tuple[list[str], list[str]]:
    with office.organisation.open(name) as session:
        return named(session)


def at_the_end(office: Office, name: str) -> list[str]:
    """Return what is wrong with approvals once what was on its way is late."""
    with later(office, name, 15) as session:
        faults, pending = named(session)
    assert pending == []
    return faults


def export(office: Office, name: str, approval: bytes) -> None:
    """Write what an export begins with, by a program that asked nobody and keeps no approval."""
    with office.organisation.open(name) as session, session.work(office.case) as work:
        work.list_approval(approval)
        work.commit(Entry(act="export.begin", why="legal-referral", obj=audit_of(session, office.case)))


def break_glass(office: Office, name: str, approval: bytes) -> None:
    joel = office.organisation[JOEL].member
    with office.organisation.open(name) as session:

        def also(work: Work, entry: Entry) -> Entry:
            until = session.log.now_ms() + 13 * DAY_MS
            access = Access(member=joel, why=GrantReason.EMERGENCY, given_by=session.member, until=until)
            work.keep(office.case, access, RecordId(access_record(joel)))
            work.list_approval(approval)
            return replace(entry, why="emergency", deleg=office.organisation[KARIM].seat)

        seats = seats_of(session, [joel])
        sharing.add_seats(session, office.case, seats, act="break.glass", rule="case.share", also=also)


def list_as_erased(office: Office, name: str, approval: bytes) -> None:
    with office.organisation.open(name) as session:
        with session.database.reading() as rows:
            found = [row for record in office.notes for row in rows.placed(office.case, record)]
        done = approved_digest("erase", {"versions": sorted(row.id for row in found), "why": "mistake"})
        with session.work(office.case) as work:
            for row in found:
                work.erase(office.case, VersionId(row.id))
            work.list_approval(approval)
            deleg = office.organisation[KARIM].seat
            work.commit(Entry(act="erase", why="mistake", covers={"note": 12}, dig=done, deleg=deleg))


def unsigned(office: Office, session: Session, act: str, requester: str) -> Approval:
    return Approval(
        vault=session.vault,
        act=act,
        digest=secrets.token_bytes(32),
        requester=office.organisation[requester].seat,
        approver=session.seat,
        role="supervisor",
        why="legal-referral",
        expires_ms=session.log.now_ms() + DAY_MS,
        nonce=secrets.token_bytes(16),
    )


@pytest.mark.long
def test_an_export_with_an_approval_that_nobody_gave_is_named(office: Office) -> None:
    export(office, TOMAS, secrets.token_bytes(200))
    office.organisation.exchange(TOMAS, NOOR)
    faults, pending = verified(office, NOOR)
    assert (faults, len(pending)) == ([NOT_KEPT], 1)
    assert at_the_end(office, NOOR) == [NOT_KEPT, NOBODY_GAVE]


@pytest.mark.long
def test_a_break_glass_with_an_approval_that_nobody_gave_is_named_to_who_holds_the_case(office: Office) -> None:
    break_glass(office, TOMAS, secrets.token_bytes(200))
    for name in (SELIN, NOOR):
        office.organisation.exchange(TOMAS, name)
    assert verified(office, SELIN)[0] == [NOT_KEPT]
    assert verified(office, NOOR)[0] == []
    assert at_the_end(office, NOOR) == [NOBODY_GAVE]


@pytest.mark.long
def test_bytes_that_are_no_approval_are_not_one_that_is_kept(office: Office) -> None:
    junk = secrets.token_bytes(200)
    with office.organisation.open(TOMAS) as tomas, tomas.work(office.case) as work:
        work.list_approval(junk)
        work.keep(office.case, Approving("export.begin", bytes(32), junk))
        work.commit(Entry(act="export.begin", why="legal-referral"))
    office.organisation.exchange(TOMAS, SELIN)
    assert verified(office, SELIN)[0] == [NOT_KEPT]


@pytest.mark.long
def test_a_big_erasure_with_an_approval_that_nobody_gave_is_named_after_fourteen_days(office: Office) -> None:
    list_as_erased(office, TOMAS, secrets.token_bytes(200))
    for name in (SELIN, NOOR):
        office.organisation.exchange(TOMAS, name)
    for name in (SELIN, NOOR):
        faults, pending = verified(office, name)
        assert faults == []
        assert [full_name(TOMAS) in line for line in pending] == [True]
        with later(office, name, 13) as session:
            assert named(session) == ([], pending)
        assert at_the_end(office, name) == [NOBODY_GAVE]


@pytest.mark.long
def test_an_approval_that_was_given_to_somebody_else_is_none(office: Office) -> None:
    """Its digest stands in a public list: who reads the payload beside it reads for whom it was."""
    with office.organisation.open(SELIN) as selin:
        given = unsigned(office, selin, "erase", AMINA)
        approval = given.signed(selin.sign(APPROVAL_PURPOSE, given.unsigned())[1]).encode()
        with selin.work() as work:
            work.list_approval(approval)
            work.commit(Entry(act="approve", dig=given.digest, deleg=given.requester))
    list_as_erased(office, TOMAS, approval)
    office.organisation.exchange(SELIN, NOOR)
    office.organisation.exchange(TOMAS, NOOR)
    verified(office, NOOR)
    assert NOBODY_GAVE in at_the_end(office, NOOR)


@pytest.mark.long
def test_a_member_who_may_not_approve_gives_none(office: Office) -> None:
    approval = secrets.token_bytes(200)
    with office.organisation.open(NOOR) as noor, noor.work() as work:
        work.list_approval(approval)
        work.commit(Entry(act="approve"))
    list_as_erased(office, TOMAS, approval)
    office.organisation.exchange(NOOR, SELIN)
    office.organisation.exchange(TOMAS, SELIN)
    verified(office, SELIN)
    assert at_the_end(office, SELIN) == [NOBODY_GAVE]


@pytest.mark.long
def test_two_who_use_one_approval_that_nobody_gave_do_not_give_it_to_each_other(office: Office) -> None:
    approval = secrets.token_bytes(200)
    list_as_erased(office, TOMAS, approval)
    list_as_erased(office, AMINA, approval)
    office.organisation.exchange(TOMAS, NOOR)
    office.organisation.exchange(AMINA, NOOR)
    verified(office, NOOR)
    assert at_the_end(office, NOOR) == [NOBODY_GAVE, NOBODY_GAVE]


@pytest.mark.long
def test_an_approval_that_comes_later_is_none_that_is_missing(office: Office) -> None:
    with office.organisation.open(SELIN) as selin:
        given = unsigned(office, selin, "erase", TOMAS)
        approval = given.signed(selin.sign(APPROVAL_PURPOSE, given.unsigned())[1]).encode()
    list_as_erased(office, TOMAS, approval)
    office.organisation.exchange(TOMAS, AMINA)
    assert len(verified(office, AMINA)[1]) == 1
    with office.organisation.open(SELIN) as selin, selin.work() as work:
        work.list_approval(approval)
        work.commit(Entry(act="approve", dig=given.digest, deleg=given.requester))
    office.organisation.exchange(SELIN, AMINA)
    assert at_the_end(office, AMINA) == []


@pytest.mark.long
def test_what_was_approved_by_file_is_no_fault_for_who_meets_one_colleague_only_nor_once_the_approver_left(
    office: Office, tmp_path: Path
) -> None:
    place, wish = office.organisation, Wish("lawyer", LAWYER, take_proposals=True)
    with place.open(MIRA) as mira:
        partners.add(mira, name=LAWYER, age_recipient=recipient_of(IDENTITY), compared=True)
    place.exchange(MIRA, AMINA)
    records = [record.hex() for record in office.notes]
    with place.open(AMINA) as amina:
        exporting.ask(amina, office.case, wish, out=tmp_path / "export", approver=full_name(SELIN))
        going = what_goes.what_goes(amina, *records)
        erasing.ask(amina, going, why="mistake", out=tmp_path / "erase", approver=full_name(SELIN))
    with place.open(SELIN) as selin:
        by_file.give(selin, tmp_path / "export", tmp_path / "left", why="legal-referral")
        by_file.give(selin, tmp_path / "erase", tmp_path / "gone", why="mistake")
    place.exchange(SELIN, AMINA)
    with place.open(AMINA) as amina:
        left = exporting.export(
            amina, office.case, wish, out=tmp_path, answer=by_file.read_answer(amina, tmp_path / "left")
        )
        assert isinstance(left, exporting.Exported)
        answer = by_file.read_answer(amina, tmp_path / "gone")
        going = what_goes.what_goes(amina, *records)
        assert erasing.erase(amina, going, why="mistake", second=lambda _: answer).rule == "two-person"
    for name in (NOOR, MIRA, TOMAS):
        place.exchange(AMINA, name)
    for name in (NOOR, MIRA, TOMAS, AMINA):
        assert verified(office, name) == ([], [])
    with place.open(MIRA) as mira:
        assert members.leave(mira, place[SELIN].member).is_done
    place.exchange(MIRA, NOOR)
    for name in (NOOR, MIRA):
        assert verified(office, name) == ([], [])
