"""A second person at the same keyboard: the machinery of the second process, called in this one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.approvals.keyboard import Person
from tests.services.colleague import Colleague, admit
from tests.services.founded import MEMBER, Filled
from vault.access.session import Session
from vault.errors import (
    NotFoundError,
    RefusedError,
    WaitingForDecisionError,
)
from vault.export.reader import open_package
from vault.ids import CompartmentId
from vault.policy.roles import Role
from vault.seal.age import make_identity, recipient_of
from vault.services.approvals import second_person
from vault.services.evidence import log_checking, logbook
from vault.services.exports import exporting, partners
from vault.services.exports.export_material import Wish

LAWYER = "Maître Ondrelle"


@pytest.fixture
def oren(filled: Filled) -> Colleague:
    """A supervisor with a seat in the same folder, who has opened it once."""
    with filled.open() as session:
        partners.add(session, name=LAWYER, age_recipient=recipient_of(IDENTITY), compared=True)
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
    session: Session, case: CompartmentId, out: Path, second: second_person.Second | None
) -> exporting.Exported | exporting.Undecided:
    return exporting.export(session, case, Wish("lawyer", LAWYER, take_proposals=True), out=out, second=second)


def acts(session: Session) -> list[str]:
    return [line.payload.act for line in logbook.newest(session).lines if line.payload is not None]


@pytest.mark.long
def test_who_was_made_a_member_here_approves_once_they_have_unlocked_the_vault_here(
    filled: Filled, tmp_path: Path
) -> None:
    with filled.open() as session:
        partners.add(session, name=LAWYER, age_recipient=recipient_of(IDENTITY), compared=True)
        new = admit(session)
        (approver,) = second_person.approvers(session)
        assert (approver.is_here, approver.unlocks_first) == (False, True)
        with pytest.raises(WaitingForDecisionError) as waits:
            export(session, filled.cases[0], tmp_path, None)
        assert str(waits.value.next_step).startswith(
            "Also at this keyboard, after they unlock this vault here once under their own name: Oren Sabaluk."
        )
        person = Person()
        second = second_person.at_this_keyboard(session, new.name, run=person.run)
        with pytest.raises(RefusedError, match="the second person has never unlocked this vault here") as refused:
            export(session, filled.cases[0], tmp_path, second)
        assert str(refused.value.next_step).startswith("Let them unlock it here once, under their own name.")
        assert person.shown == []
    with new.open(filled.place):
        pass
    with filled.open() as session:
        (approver,) = second_person.approvers(session)
        assert (approver.is_here, approver.unlocks_first) == (True, False)
        second = second_person.at_this_keyboard(session, new.name, run=Person().run)
        assert isinstance(export(session, filled.cases[0], tmp_path, second), exporting.Exported)


def test_nobody_is_asked_but_others_who_may_approve(director: Session) -> None:
    with pytest.raises(RefusedError, match="nobody can approve their own question"):
        second_person.at_this_keyboard(director, MEMBER.upper())
    with pytest.raises(NotFoundError, match="no member with this name may approve") as caught:
        second_person.at_this_keyboard(director, "Somebody Else")
    assert "Oren Sabaluk" in str(caught.value.next_step)


def test_a_second_person_approves_and_both_stand_in_the_package_and_in_both_logs(
    director: Session, filled: Filled, oren: Colleague, tmp_path: Path
) -> None:
    person = Person()
    second = second_person.at_this_keyboard(director, "oren sabaluk", run=person.run)
    done = export(director, filled.cases[0], tmp_path, second)
    assert isinstance(done, exporting.Exported)
    release = open_package(done.path.read_bytes(), IDENTITY).manifest.release
    assert release is not None
    assert release.approval is not None
    assert (release.approval.approver, release.approval.role) == (oren.seat, "supervisor")
    assert release.seat == director.seat
    assert LAWYER in person.shown[0]
    assert "  names: " in person.shown[0], "the second person reads what leaves"
    lines = {line.payload.act: line.payload for line in logbook.newest(director).lines if line.payload is not None}
    assert (lines["export.begin"].out, lines["export.begin"].deleg) == ("ok", oren.seat)
    assert log_checking.verify(director).faults == ()
    director.close()
    # The log of the second person goes on.
    for _ in range(2):
        with oren.open(filled.place) as session:
            assert session.warnings == ()
            assert log_checking.verify(session).faults == ()


def test_one_member_alone_exports_alone_and_the_log_says_so(filled: Filled, tmp_path: Path) -> None:
    with filled.open() as session:
        partners.add(session, name=LAWYER, age_recipient=recipient_of(IDENTITY), compared=True)
        done = export(session, filled.cases[0], tmp_path, None)
        assert isinstance(done, exporting.Exported)
        assert "by one person: nobody else in the organisation could approve it" in " ".join(
            " ".join(done.pages).split()
        )
        lines = {line.payload.act: line.payload for line in logbook.newest(session).lines if line.payload is not None}
        assert lines["export.begin"].out == "ok:alone"
        assert log_checking.verify(session).faults == ()


def test_who_may_not_approve_makes_nobody_less_alone(filled: Filled) -> None:
    with filled.open() as session:
        for number, role in enumerate((Role.INTAKE, Role.AUDITOR, Role.FIELD)):
            admit(session, name=f"Helper {number}", passphrase=b"helper %d" % number, roles={role}, by_root=True)
        admit(session, name=MEMBER, member=session.member, by_root=True)
        assert second_person.rule_of(session) == "alone"
