"""A second person at the same keyboard: the machinery of the second process, called in this one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec
import pytest

from tests.services import colleague
from tests.services.colleague import Colleague, admit
from tests.services.founded import MEMBER, PASSPHRASE, Filled
from vault.access.delays import AttemptFile
from vault.access.questions import Wanted
from vault.access.second import Answered, Asked, answer, decoded
from vault.access.session import Session
from vault.errors import (
    NotFoundError,
    RefusedError,
    VaultError,
    VerificationError,
    WaitingForDecisionError,
    WrongPassphraseError,
)
from vault.export.reader import open_package
from vault.ids import CompartmentId
from vault.log.approvals import Approval
from vault.policy.roles import Role
from vault.seal.age import make_identity, recipient_of
from vault.services import approving, checking, exporting, logbook, partners

LAWYER = "Maître Ondrelle"


@dataclass
class Person:
    """Who sits at the terminal of the second process: what they type, and what they were shown."""

    passphrase: bytes = colleague.PASSPHRASE
    reason: str = "legal-referral"
    change: Callable[[Answered], Answered] = lambda answered: answered
    shown: list[str] = field(default_factory=list)

    def run(self, question: bytes) -> bytes:
        try:
            answered = answer(decoded(question, Asked), ask_reason=self._reason, ask_passphrase=self._passphrase)
        except VaultError as error:
            answered = Answered(refusal=error.code, message=error.message, advice=error.next_step)
        return msgspec.msgpack.encode(self.change(answered))

    def _reason(self, prompt: str) -> str:
        self.shown.append(prompt)
        return self.reason

    def _passphrase(self, prompt: str) -> bytearray:
        self.shown.append(prompt)
        return bytearray(self.passphrase)


@pytest.fixture
def oren(filled: Filled) -> Colleague:
    """A supervisor with a seat in the same folder, who has opened it once."""
    with filled.open() as session:
        partners.add(session, name=LAWYER, age_recipient=recipient_of(IDENTITY))
        admitted = admit(session)
    with admitted.open(filled.place):
        pass
    return admitted


IDENTITY = make_identity()


@pytest.fixture
def director(filled: Filled, oren: Colleague) -> Iterator[Session]:
    """The founder, who is not alone any more."""
    del oren
    with filled.open() as session:
        yield session


def export(
    session: Session, case: CompartmentId, out: Path, second: approving.Second | None
) -> exporting.Exported | exporting.Undecided:
    return exporting.export(session, case, profile="lawyer", to=LAWYER, out=out, take_proposals=True, second=second)


def acts(session: Session) -> list[str]:
    return [line.payload.act for line in logbook.newest(session).lines if line.payload is not None]


def test_an_export_waits_for_a_second_person_and_says_whom_to_ask(
    director: Session, filled: Filled, tmp_path: Path
) -> None:
    with pytest.raises(WaitingForDecisionError, match=r"export\.begin needs the approval of a second person") as caught:
        export(director, filled.cases[0], tmp_path, None)
    assert "Oren Sabaluk" in caught.value.next_step
    assert caught.value.exit_code == 3
    assert list(tmp_path.glob("*.age*")) == []
    assert "export.begin" not in acts(director)


def test_who_was_made_a_member_here_approves_once_they_have_unlocked_the_vault_here(
    filled: Filled, tmp_path: Path
) -> None:
    with filled.open() as session:
        partners.add(session, name=LAWYER, age_recipient=recipient_of(IDENTITY))
        new = admit(session)
        (approver,) = approving.approvers(session)
        assert (approver.is_here, approver.unlocks_first) == (False, True)
        with pytest.raises(WaitingForDecisionError) as waits:
            export(session, filled.cases[0], tmp_path, None)
        assert waits.value.next_step.startswith(
            "At this keyboard too, after unlocking this vault here once under their own name: Oren Sabaluk."
        )
        person = Person()
        second = approving.at_this_keyboard(session, new.name, run=person.run)
        with pytest.raises(RefusedError, match="the second person never unlocked this vault here") as refused:
            export(session, filled.cases[0], tmp_path, second)
        assert refused.value.next_step.startswith("They do that once, under their own name:")
        assert person.shown == []
    with new.open(filled.place):
        pass
    with filled.open() as session:
        (approver,) = approving.approvers(session)
        assert (approver.is_here, approver.unlocks_first) == (True, False)
        second = approving.at_this_keyboard(session, new.name, run=Person().run)
        assert isinstance(export(session, filled.cases[0], tmp_path, second), exporting.Exported)


def test_the_director_cannot_approve_her_own_export(director: Session) -> None:
    with pytest.raises(RefusedError, match="nobody approves what they ask for themselves"):
        approving.at_this_keyboard(director, MEMBER.upper())


def test_nobody_else_can_be_asked_than_who_may_approve(director: Session) -> None:
    with pytest.raises(NotFoundError, match="nobody of this name may approve") as caught:
        approving.at_this_keyboard(director, "Somebody Else")
    assert "Oren Sabaluk" in caught.value.next_step


def test_a_second_person_approves_and_both_stand_in_the_package_and_in_both_logs(
    director: Session, filled: Filled, oren: Colleague, tmp_path: Path
) -> None:
    person = Person()
    second = approving.at_this_keyboard(director, "oren sabaluk", run=person.run)
    done = export(director, filled.cases[0], tmp_path, second)
    assert isinstance(done, exporting.Exported)
    release = open_package(done.path.read_bytes(), IDENTITY).manifest.release
    assert release is not None
    assert release.approval is not None
    assert (release.approval.approver, release.approval.role) == (oren.seat, "supervisor")
    assert release.seat == director.seat
    assert LAWYER in person.shown[0]
    assert "  names: " in person.shown[0], "the second person reads what leaves"
    assert checking.verify(director).faults == ()


def test_the_second_person_finds_the_approval_in_an_own_log_that_goes_on(
    director: Session, filled: Filled, oren: Colleague, tmp_path: Path
) -> None:
    export(director, filled.cases[0], tmp_path, approving.at_this_keyboard(director, oren.name, run=Person().run))
    director.close()
    with oren.open(filled.place) as session:
        assert session.warnings == ()
        assert checking.verify(session).faults == ()
    with oren.open(filled.place) as session:
        assert session.warnings == ()


def test_the_auditor_reads_who_approved_for_whom_and_why(
    director: Session, filled: Filled, oren: Colleague, tmp_path: Path
) -> None:
    export(director, filled.cases[0], tmp_path, approving.at_this_keyboard(director, oren.name, run=Person().run))
    lines = {line.payload.act: line.payload for line in logbook.newest(director).lines if line.payload is not None}
    assert lines["export.begin"].out == "ok"
    assert lines["export.begin"].deleg == oren.seat


def test_the_same_approval_serves_once(director: Session, filled: Filled, oren: Colleague, tmp_path: Path) -> None:
    given: list[Approval] = []
    ask = approving.at_this_keyboard(director, oren.name, run=Person().run)

    def once(wanted: Wanted) -> Approval:
        given.append(given[0] if given else ask(wanted))
        return given[0]

    assert isinstance(export(director, filled.cases[0], tmp_path, once), exporting.Exported)
    with pytest.raises(RefusedError, match="used a second time"):
        export(director, filled.cases[0], tmp_path, once)
    assert len(list(tmp_path.glob("*.age"))) == 1


def test_who_types_no_reason_has_refused(director: Session, filled: Filled, oren: Colleague, tmp_path: Path) -> None:
    person = Person(reason="")
    with pytest.raises(RefusedError, match="did not approve"):
        export(director, filled.cases[0], tmp_path, approving.at_this_keyboard(director, oren.name, run=person.run))
    assert len(person.shown) == 1, "no passphrase was asked for"
    assert list(tmp_path.glob("*.age*")) == []


def test_a_reason_that_is_none_is_asked_again_and_then_refuses(
    director: Session, filled: Filled, oren: Colleague, tmp_path: Path
) -> None:
    person = Person(reason="because")
    with pytest.raises(RefusedError, match="did not approve"):
        export(director, filled.cases[0], tmp_path, approving.at_this_keyboard(director, oren.name, run=person.run))
    first, *more = person.shown
    assert first.startswith("Oren Sabaluk, read this before you approve it:\n")
    assert more == ["That is none of these reasons. One of them, or nothing to refuse: "] * 2


def test_a_wrong_passphrase_counts_as_an_attempt(
    director: Session, filled: Filled, oren: Colleague, tmp_path: Path
) -> None:
    second = approving.at_this_keyboard(director, oren.name, run=Person(passphrase=b"another one").run)
    with pytest.raises(WrongPassphraseError):
        export(director, filled.cases[0], tmp_path, second)
    assert AttemptFile.in_folder(director.folder, director.state).load().count == 1


def test_the_passphrase_of_the_director_herself_approves_nothing(
    director: Session, filled: Filled, oren: Colleague, tmp_path: Path
) -> None:
    second = approving.at_this_keyboard(director, oren.name, run=Person(passphrase=PASSPHRASE).run)
    with pytest.raises(WrongPassphraseError):
        export(director, filled.cases[0], tmp_path, second)


def test_one_member_alone_exports_alone_and_the_log_says_so(filled: Filled, tmp_path: Path) -> None:
    with filled.open() as session:
        partners.add(session, name=LAWYER, age_recipient=recipient_of(IDENTITY))
        done = export(session, filled.cases[0], tmp_path, None)
        assert isinstance(done, exporting.Exported)
        assert "by one person: nobody else in the organisation could approve it" in " ".join(
            " ".join(done.pages).split()
        )
        lines = {line.payload.act: line.payload for line in logbook.newest(session).lines if line.payload is not None}
        assert lines["export.begin"].out == "ok:alone"
        assert checking.verify(session).faults == ()


@pytest.mark.parametrize("roles", [{Role.INTAKE}, {Role.AUDITOR}, {Role.FIELD}])
def test_a_member_whose_role_may_not_approve_makes_nobody_less_alone(filled: Filled, roles: set[Role]) -> None:
    with filled.open() as session:
        admit(session, roles=roles)
        assert approving.rule_of(session) == "alone"


def test_a_second_device_of_the_same_member_makes_nobody_less_alone(filled: Filled) -> None:
    with filled.open() as session:
        admit(session, name=MEMBER, member=session.member)
        assert approving.rule_of(session) == "alone"


def _without(**parts: object) -> Callable[[Answered], Answered]:
    def change(answered: Answered) -> Answered:
        rows = msgspec.structs.replace(answered.rows, **parts)
        return msgspec.structs.replace(answered, rows=rows)

    return change


def _more_than_asked(answered: Answered) -> Answered:
    """Let a forged second process bring a row of the founder's own secrets along."""
    stolen = (bytes(16), 5, 1, b"row of another seat")
    rows = msgspec.structs.replace(answered.rows, locals=(*answered.rows.locals, stolen))
    return msgspec.structs.replace(answered, rows=rows)


def _other_approval(answered: Answered) -> Answered:
    other = replace(Approval.decode(answered.approval), why="audit")
    return msgspec.structs.replace(answered, approval=other.encode())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(_without(operations=()), "more than an approval", id="no operation"),
        pytest.param(_without(checkpoints=()), "does not hold", id="no checkpoint"),
        pytest.param(_without(geneses=((bytes(32), b"x"),)), "more than an approval", id="a genesis"),
        pytest.param(_more_than_asked, "more than an approval", id="a row of another seat"),
        pytest.param(_other_approval, "another approval than was asked", id="a changed approval"),
    ],
)
def test_what_comes_back_beside_an_approval_is_not_taken_in(
    director: Session, filled: Filled, oren: Colleague, change: Callable[[Answered], Answered], message: str
) -> None:
    second = approving.at_this_keyboard(director, oren.name, run=Person(change=change).run)
    with pytest.raises(VerificationError, match=message):
        export(director, filled.cases[0], filled.path.parent, second)
    assert checking.verify(director).faults == ()
    director.close()
    with oren.open(filled.place) as session:
        assert session.warnings == ()
