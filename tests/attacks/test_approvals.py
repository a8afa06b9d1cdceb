"""An approval is for one thing, used by one seat: for nothing else, and nobody else can use it up."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import replace as dataclasses_replace
from pathlib import Path
from typing import Any, cast

import pytest
from msgspec.structs import replace

from tests.services import colleague, consenting
from tests.services.approvals.keyboard import Person
from tests.services.approvals.test_by_file import IDENTITY, LAWYER
from tests.services.colleague import Colleague, admit
from tests.services.founded import Filled
from tests.services.office import forward
from tests.services.organisation import (
    AMINA,
    DANA,
    JOEL,
    KARIM,
    MIRA,
    NOOR,
    SELIN,
    TOMAS,
    Organisation,
    full_name,
    give,
)
from vault.access.session import Session
from vault.casework.case import Access, GrantReason
from vault.casework.disclosure import Approving
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.durations import DAY_MS
from vault.ids import CompartmentId, RecordId, VersionId
from vault.log.approval import APPROVAL_PURPOSE, Approval, approved_digest
from vault.policy.roles import Role
from vault.records.work import Entry, Work
from vault.seal.age import recipient_of
from vault.seal.named import access_record
from vault.services.approvals import breaking_glass, by_file, erasing, second_person
from vault.services.approvals.question import ApprovalQuestion
from vault.services.cases import cases, notes
from vault.services.erasures import what_goes
from vault.services.evidence import log_checking
from vault.services.exports import exporting, partners
from vault.services.exports.export_material import Wish
from vault.services.grants import sharing
from vault.services.members import members
from vault.services.projection import approval_checks
from vault.services.projection.projection import audit_of
from vault.store.rows import Rows
from vault.store.rowtypes import OperationRow


@pytest.fixture
def people(short: Filled) -> dict[str, Colleague]:
    """Oren may approve; the two others hold nothing."""
    with short.open() as session:
        found = {
            "oren": admit(session),
            "second": admit(
                session, name="Ilse Varnhagen", passphrase=b"eleven silver thimbles", roles={Role.CASEWORKER}
            ),
            "third": admit(session, name="Tove Lindqvarn", passphrase=b"four amber lamps", roles={Role.CASEWORKER}),
        }
    with found["oren"].open(short.place):
        pass
    return found


@pytest.fixture
def owner(short: Filled, people: dict[str, Colleague]) -> Iterator[Session]:
    with short.open() as session:
        yield session


def break_glass(session: Session, filled: Filled, member: Colleague, second: second_person.Second) -> None:
    until = session.log.now_ms() + DAY_MS
    breaking_glass.break_glass(session, filled.cases[0], member.member, until_ms=until, why="emergency", second=second)


def test_an_approval_to_let_one_in_does_not_let_another_in(
    short: Filled, owner: Session, people: dict[str, Colleague], monkeypatch: pytest.MonkeyPatch
) -> None:
    def about_the_other(wanted: ApprovalQuestion) -> Approval:
        """Show the approver another name than that of whom the case is opened to."""
        of = {**wanted.of, "seats": [people["third"].seat]}
        ask = second_person.at_this_keyboard(owner, colleague.NAME, run=Person(reasons=("emergency",)).run)
        return ask(replace(wanted, of=of))

    monkeypatch.setattr("vault.services.approvals.second_person.require_valid", lambda *_, **__: None)
    break_glass(owner, short, people["second"], about_the_other)
    assert [fault.code for fault in log_checking.verify(owner).faults] == ["approval"]
    assert "used for something else" in str(log_checking.verify(owner).faults[0].message)


def test_who_has_all_keys_from_a_time_that_is_over_is_let_in_with_an_approval_of_just_that(
    short: Filled, owner: Session, people: dict[str, Colleague]
) -> None:
    now_ms = owner.log.now_ms()
    sharing.grant(owner, short.cases[0], [people["second"].member], until_ms=now_ms + DAY_MS)
    forward(owner, 1.5)
    ask = second_person.at_this_keyboard(owner, colleague.NAME, run=Person(reasons=("emergency",)).run)
    break_glass(owner, short, people["second"], ask)
    assert people["second"].member in sharing.holders_of(owner, short.cases[0]).members
    assert [fault for fault in log_checking.verify(owner).faults if fault.code == "approval"] == []


def test_somebody_else_who_lists_an_approval_first_does_not_use_it_up(
    short: Filled, owner: Session, people: dict[str, Colleague]
) -> None:
    given: list[Approval] = []

    def ask_and_be_overtaken(wanted: ApprovalQuestion) -> Approval:
        ask = second_person.at_this_keyboard(owner, colleague.NAME, run=Person(reasons=("emergency",)).run)
        given.append(ask(wanted))
        return given[0]

    break_glass(owner, short, people["second"], ask_and_be_overtaken)
    owner.close()
    with people["third"].open(short.place) as thief, Work(thief.log) as work:
        work.list_approval(given[0].encode())
        work.commit(Entry(act="export.begin"))
    with short.open() as session:
        faults = log_checking.verify(session).faults
        assert {fault.origin for fault in faults if fault.code == "approval"} == {thief.log.origin}
    with people["oren"].open(short.place) as session:
        assert not any(fault.code == "approval" for fault in log_checking.verify(session).faults)


# A holder's own program does what takes two persons alone, and lists an approval that nobody gave: it is named.
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


def break_glass_with(office: Office, name: str, approval: bytes, given: Approval | None = None) -> None:
    """Let Joel in by a program that lists an approval, and keeps it where somebody gave it."""
    joel = office.organisation[JOEL].member
    with office.organisation.open(name) as session:

        def also(work: Work, entry: Entry) -> Entry:
            until = session.log.now_ms() + 13 * DAY_MS
            access = Access(member=joel, why=GrantReason.EMERGENCY, given_by=session.member, until=until)
            work.keep(office.case, access, RecordId(access_record(joel)))
            work.list_approval(approval)
            if given is None:
                return dataclasses_replace(entry, why="emergency", deleg=office.organisation[KARIM].seat)
            work.keep(office.case, Approving(given.act, given.digest, approval))
            return dataclasses_replace(entry, why="emergency", deleg=given.approver, dig=given.digest)

        sharing.add_members(session, office.case, [joel], act="break.glass", rule="case.share", also=also)


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


def signed(session: Session, approval: Approval) -> bytes:
    return approval.signed(session.sign(APPROVAL_PURPOSE, approval.unsigned())[1]).encode()


def approve(session: Session, given: Approval, approval: bytes) -> None:
    """List an approval in the entry of who gives it."""
    with session.work() as work:
        work.list_approval(approval)
        work.commit(Entry(act="approve", dig=given.digest, deleg=given.requester))


@pytest.mark.long
def test_an_export_with_an_approval_that_nobody_gave_is_named(office: Office) -> None:
    export(office, TOMAS, secrets.token_bytes(200))
    office.organisation.exchange(TOMAS, NOOR)
    faults, pending = verified(office, NOOR)
    assert (faults, len(pending)) == ([NOT_KEPT], 1)
    assert at_the_end(office, NOOR) == [NOT_KEPT, NOBODY_GAVE]


@pytest.mark.long
def test_a_break_glass_with_an_approval_that_nobody_gave_is_named_to_who_holds_the_case(office: Office) -> None:
    break_glass_with(office, TOMAS, secrets.token_bytes(200))
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
        approval = signed(selin, given)
        approve(selin, given, approval)
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
def test_what_was_approved_by_file_is_no_fault_for_who_meets_one_colleague_only_nor_once_the_approver_left(
    office: Office, tmp_path: Path
) -> None:
    place, wish = office.organisation, Wish("lawyer", LAWYER, take_proposals=True)
    with place.open(MIRA) as mira:
        partners.add(mira, name=LAWYER, age_recipient=recipient_of(IDENTITY), compared=True)
    place.exchange(MIRA, AMINA)
    records = [record.hex() for record in office.notes]
    with place.open(AMINA) as amina:
        consenting.ask(amina, office.case, wish, out=tmp_path / "export", approver=full_name(SELIN))
        going = what_goes.what_goes(amina, *records)
        erasing.ask(amina, going, why="mistake", out=tmp_path / "erase", approver=full_name(SELIN))
    with place.open(SELIN) as selin:
        by_file.give(selin, tmp_path / "export", tmp_path / "left", why="legal-referral")
        by_file.give(selin, tmp_path / "erase", tmp_path / "gone", why="mistake")
    place.exchange(SELIN, AMINA)
    with place.open(AMINA) as amina:
        left = consenting.export(
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


# What is said of approvals cannot be turned against colleagues: it is named, and stops nothing that others do.
__all__ = ["office"]  # a fixture

OTHER_ACT = "it lists an approval that was used for another act than it was given for"
OTHER_THING = "it lists an approval that was used for something else than it was given for"


def grant_another_case(organisation: Organisation, session: Session) -> None:
    own = cases.create(session, title="Another", kind="asylum", alone_reason="nobody").case
    sharing.grant(session, own, organisation.members(JOEL))


@pytest.mark.long
@pytest.mark.parametrize("is_removed", [True, False])
def test_an_approval_that_lies_beyond_the_heads_of_its_givers_end_is_told_of_and_holds_up_nothing(
    organisation: Organisation, tmp_path: Path, is_removed: bool
) -> None:
    wish = Wish("lawyer", LAWYER, take_proposals=True)
    with organisation.open(MIRA) as mira:
        partners.add(mira, name=LAWYER, age_recipient=recipient_of(IDENTITY), compared=True)
    organisation.exchange(MIRA, AMINA)
    with organisation.open(AMINA) as amina:
        case = cases.create(amina, title="Hearing", kind="extradition", alone_reason="nobody").case
        sharing.grant(amina, case, organisation.members(TOMAS))
        consenting.ask(amina, case, wish, out=tmp_path / "question", approver=full_name(SELIN))
    with organisation.open(SELIN) as selin:
        by_file.give(selin, tmp_path / "question", tmp_path / "answer", why="legal-referral")
    organisation.exchange(SELIN, AMINA)
    with organisation.open(AMINA) as amina:
        answer = by_file.read_answer(amina, tmp_path / "answer")
        assert isinstance(consenting.export(amina, case, wish, out=tmp_path, answer=answer), exporting.Exported)
    with organisation.open(MIRA) as mira:
        selin_is = organisation[SELIN].member
        if is_removed:
            assert members.leave(mira, selin_is).is_done
        else:
            assert members.change_roles(mira, selin_is, ["intake"]).is_done
    organisation.exchange(MIRA, AMINA)
    organisation.exchange(AMINA, TOMAS)
    organisation.exchange(AMINA, NOOR)
    for name in (AMINA, TOMAS, NOOR):
        with organisation.open(name) as session:
            faults, pending = named(session)
            assert len(faults + pending) == 1
    with organisation.open(AMINA) as amina:
        grant_another_case(organisation, amina)


@pytest.mark.long
def test_who_reads_an_approval_waits_for_the_giver_like_everybody_and_nothing_else_waits(office: Office) -> None:
    with office.organisation.open(SELIN) as selin:
        given = unsigned(office, selin, "export.begin", TOMAS)
        approval = signed(selin, given)
    with office.organisation.open(TOMAS) as tomas, tomas.work(office.case) as work:
        work.list_approval(approval)
        work.keep(office.case, Approving("export.begin", given.digest, approval))
        work.commit(Entry(act="export.begin", why="legal-referral", dig=given.digest))
    for name in (AMINA, NOOR):
        office.organisation.exchange(TOMAS, name)
        faults, pending = verified(office, name)
        assert (faults, len(pending)) == ([], 1)
    assert at_the_end(office, AMINA) == [NOBODY_GAVE]
    with office.organisation.open(AMINA) as amina:
        grant_another_case(office.organisation, amina)
    with office.organisation.open(SELIN) as selin:
        approve(selin, given, approval)
    office.organisation.exchange(SELIN, AMINA)
    assert at_the_end(office, AMINA) == []


def test_a_volunteer_who_lists_junk_as_an_approval_stops_nobodys_grant(organisation: Organisation) -> None:
    junk = secrets.token_bytes(20)
    with organisation.at(DANA, AMINA) as (dana, amina):
        for _ in range(2):
            with dana.work() as work:
                work.list_approval(junk)
                work.commit(Entry(act="approve"))
        with dana.work() as work:
            work.list_approval(junk)
            work.commit(Entry(act="export.begin"))
        give(dana, amina)
        log_checking.verify(amina)
        grant_another_case(organisation, amina)


@pytest.mark.long
@pytest.mark.parametrize("giver", [SELIN, JOEL])
def test_a_break_glass_with_an_approval_of_an_export_is_named_to_who_holds_the_case(office: Office, giver: str) -> None:
    place = office.organisation
    with place.open(giver) as session:
        role = "supervisor" if giver == SELIN else "caseworker"
        given = dataclasses_replace(unsigned(office, session, "export.begin", TOMAS), role=role)
        approval = signed(session, given)
        approve(session, given, approval)
    place.exchange(giver, TOMAS)
    break_glass_with(office, TOMAS, approval, given)
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


def test_an_entry_that_lists_a_thousand_approvals_is_read_once(organisation: Organisation) -> None:
    with organisation.at(DANA, AMINA) as (dana, amina):
        with dana.work() as work:
            for _ in range(1000):
                work.list_approval(secrets.token_bytes(8))
            work.commit(Entry(act="approve"))
        give(dana, amina)
        with amina.database.reading() as rows:
            counting = cast("Rows", Counting(rows))
            assert approval_checks.refused_uses(amina, counting, {}, {}) == []
            assert cast("Counting", counting).asked < 200
