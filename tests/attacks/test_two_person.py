"""Against the rule of two: a patched program, a second device, a stolen approval. Each is refused or told of."""

from __future__ import annotations

import functools
import secrets
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from tests.attacks.test_questions_by_file import CODED, files_of, question
from tests.services import colleague
from tests.services.approvals.keyboard import Person
from tests.services.approvals.test_approving import IDENTITY, LAWYER, director, oren
from tests.services.colleague import Colleague, admit
from tests.services.founded import MEMBER, PASSPHRASE, Filled
from vault.access.membership.next_roster import Change, propose
from vault.access.membership.roster_commit import commit_roster
from vault.access.session import Session
from vault.casework.disclosure import Approving
from vault.errors import RefusedError, VerificationError
from vault.ids import CompartmentId, RecordId, make_id
from vault.log.approval import APPROVAL_PURPOSE, Approval
from vault.policy.roles import Role
from vault.records.versions import to_fields
from vault.records.work import Entry
from vault.seal.age import recipient_of
from vault.seal.entrance.keyfile import KeyFile
from vault.seal.signing import make_signing_seed, sign
from vault.services.approvals import second_person
from vault.services.approvals.pipe import ask_second
from vault.services.approvals.question import ApprovalQuestion
from vault.services.evidence import log_checking
from vault.services.exports import exporting, partners
from vault.services.exports.export_material import Wish
from vault.store import tables

__all__ = ["director", "oren"]  # fixtures


def wanted(session: Session, **changes: object) -> ApprovalQuestion:
    one = question(report(), expires_ms=session.log.now_ms() + 60_000)
    return msgspec.structs.replace(one, **changes)


@functools.cache
def report() -> dict[str, bytes]:
    return files_of(CODED)


def given(session: Session, oren: Colleague, one: ApprovalQuestion) -> Approval:
    return ask_second(session, member=oren.member, name=oren.name, question=one, run=Person().run)


def unsigned(session: Session, one: ApprovalQuestion, approver: bytes) -> Approval:
    return Approval(
        vault=session.vault,
        act=one.act,
        digest=one.digest,
        requester=session.seat,
        approver=approver,
        role="supervisor",
        why="casework",
        expires_ms=one.expires_ms,
        nonce=secrets.token_bytes(16),
    )


def use(session: Session, case: CompartmentId, approval: Approval | None) -> None:
    """Do what a patched program does: carry the act out and ask no rule."""
    with session.work(case) as work:
        if approval is not None:
            work.list_approval(approval.encode())
            kept = Approving(approval.act, approval.digest, approval.encode())
            work.write(case, RecordId(make_id()), Approving.KIND, to_fields(kept))
        work.commit(Entry(act="export.begin", why="legal-referral"))


def told(session: Session) -> list[str]:
    """Return what is said of approvals: it is named, the log is not called verified, and nothing waits for it."""
    found = log_checking.verify(session)
    of_approvals = [fault for fault in found.faults if fault.code == "approval"]
    assert found.verified is not bool(of_approvals)
    session.require_sound_log(session.directory.compartment)
    return [str(fault.message) for fault in of_approvals]


@pytest.mark.long
def test_an_export_by_a_patched_program_without_any_approval_is_told(director: Session, filled: Filled) -> None:
    use(director, filled.cases[0], None)
    assert [text.partition(": ")[2] for text in told(director)] == [
        "export.begin without the approval of a second person"
    ]


def test_an_approval_used_twice_is_told_and_the_honest_program_refuses(
    director: Session, filled: Filled, oren: Colleague
) -> None:
    one = wanted(director)
    approval = given(director, oren, one)
    use(director, filled.cases[0], approval)
    assert told(director) == []
    with pytest.raises(RefusedError, match="used a second time"):
        second_person.require_valid(director, approval, one)
    use(director, filled.cases[0], approval)
    assert [text.partition("approval ")[2] for text in told(director)] == ["that was used a second time"]


def test_an_approval_for_something_else_is_refused(director: Session, oren: Colleague) -> None:
    approval = given(director, oren, wanted(director))
    with pytest.raises(RefusedError, match="for something else"):
        second_person.require_valid(director, approval, wanted(director, of={"profile": "lawyer-named"}))


def test_an_approval_is_refused_once_it_has_expired(director: Session, filled: Filled, oren: Colleague) -> None:
    one = wanted(director)
    approval = given(director, oren, one)
    director.log.now_ms = lambda: one.expires_ms + 1
    with pytest.raises(RefusedError, match="had expired"):
        second_person.require_valid(director, approval, one)
    use(director, filled.cases[0], approval)
    assert [text.partition("approval ")[2] for text in told(director)] == ["that was used after it had expired"]


def test_an_approval_that_the_director_signs_in_anothers_name_is_forged(
    director: Session, filled: Filled, oren: Colleague
) -> None:
    one = wanted(director)
    bare = unsigned(director, one, oren.seat)
    forged = bare.signed(sign(make_signing_seed(), APPROVAL_PURPOSE, bare.unsigned()))
    with pytest.raises(RefusedError, match="not signed by the seat that it names"):
        second_person.require_valid(director, forged, one)
    use(director, filled.cases[0], forged)
    assert "not signed by the seat that it names" in told(director)[0]


def test_a_second_device_of_the_director_approves_nothing(filled: Filled) -> None:
    with filled.open() as session:
        tablet = admit(session, name=MEMBER, passphrase=b"two silver anchors", member=session.member)
        admit(session)
    with tablet.open(filled.place):
        pass
    with filled.open() as session:
        person = Person(passphrase=b"two silver anchors")
        with pytest.raises(RefusedError, match="nobody can approve their own question"):
            ask_second(session, member=session.member, name=MEMBER, question=wanted(session), run=person.run)
        one = wanted(session)
        bare = unsigned(session, one, tablet.seat)
    with tablet.open(filled.place) as second:
        own = bare.signed(second.sign(APPROVAL_PURPOSE, bare.unsigned())[1])
        with second.work() as work:
            work.list_approval(own.encode())
            work.commit(Entry(act="approve"))
    with filled.open() as session:
        with pytest.raises(RefusedError, match="given by the member who carries the act out"):
            second_person.require_valid(session, own, one)
        use(session, filled.cases[0], own)
        assert "given by the member who carries the act out" in told(session)[0]


def test_a_member_without_such_a_role_approves_nothing(filled: Filled) -> None:
    with filled.open() as session:
        partners.add(session, name=LAWYER, age_recipient=recipient_of(IDENTITY), compared=True)
        admit(session)
        helper = admit(session, name="Tove Lindqvarn", passphrase=b"four amber lamps", roles={Role.INTAKE})
    with helper.open(filled.place):
        pass
    with filled.open() as session:
        one = wanted(session)
        person = Person(passphrase=b"four amber lamps")
        with pytest.raises(RefusedError, match="role does not allow approvals"):
            ask_second(session, member=helper.member, name=helper.name, question=one, run=person.run)


def test_a_seat_that_was_ended_approves_nothing_any_more(filled: Filled) -> None:
    with filled.open() as session:
        oren = admit(session)
    with oren.open(filled.place):
        pass
    with filled.open() as session:
        one = wanted(session)
        approval = given(session, oren, one)
        commit_roster(session, propose(session, Change(leaving=frozenset({oren.member}))))
        with pytest.raises(RefusedError, match="its giver is not a member"):
            second_person.require_valid(session, approval, one)
        with pytest.raises(RefusedError, match="does not use this device"):
            ask_second(session, member=oren.member, name=oren.name, question=one, run=Person().run)


def test_an_approving_operation_that_was_cut_off_is_missed(director: Session, filled: Filled, oren: Colleague) -> None:
    one = wanted(director)
    approval = given(director, oren, one)
    use(director, filled.cases[0], approval)
    with director.database.transaction() as rows:
        (origin,) = {row.origin for row in rows.geneses()} - {director.log.origin}
        newest = rows.size(origin) - 1
        rows.connection.execute(
            sa.delete(tables.operation).where(tables.operation.c.origin == origin, tables.operation.c.seq == newest)
        )
    director.close()
    with filled.open() as session:
        found = log_checking.verify(session)
        assert any(fault.code == "cut" for fault in found.faults)
        assert any("names an approval that is not here yet" in str(line) for line in found.on_their_way)


@pytest.mark.long
def test_no_seal_is_put_on_a_package_under_anothers_approval(
    director: Session, filled: Filled, oren: Colleague, tmp_path: Path
) -> None:
    approval = given(director, oren, wanted(director))
    with pytest.raises(RefusedError, match="for something else"):
        exporting.export(
            director,
            filled.cases[0],
            Wish("lawyer", LAWYER, take_proposals=True),
            out=tmp_path,
            second=lambda _: approval,
        )
    assert list(tmp_path.glob("*.age*")) == []


def test_the_second_process_never_sees_a_database_key(director: Session, oren: Colleague) -> None:
    questions: list[bytes] = []

    def run(question: bytes) -> bytes:
        questions.append(question)
        return Person().run(question)

    ask_second(director, member=oren.member, name=oren.name, question=wanted(director), run=run)
    secret = [
        director.copy_keys(KeyFile.decode(director.folder.keys.read_bytes())).database_key,
        director.own_drafts.key,
        PASSPHRASE,
        colleague.PASSPHRASE,
    ]
    assert all(one not in questions[0] for one in secret)


def test_nobody_approves_other_files_than_those_that_are_shown(director: Session, oren: Colleague) -> None:
    harmful, harmless = b"{}", b'{"sections": []}'
    one = wanted(director, contents={"data.json": harmless})
    one = msgspec.structs.replace(one, of={**one.of, "files": [["data.json", sha256(harmful).digest()]]})
    person = Person()
    with pytest.raises(VerificationError, match="not what the approval would be for"):
        ask_second(director, member=oren.member, name=oren.name, question=one, run=person.run)
    assert person.shown == []
