"""An approval is for one thing, used by one seat: for nothing else, and nobody else can use it up."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from tests.attacks.test_shared_keys import SECOND, SECOND_PASSPHRASE
from tests.services import colleague
from tests.services.approvals.keyboard import Person
from tests.services.colleague import Colleague, admit
from tests.services.founded import Filled
from vault.access.session import Session
from vault.log.approval import Approval
from vault.policy.roles import Role
from vault.records.work import Entry, Work
from vault.services.approvals import breaking_glass, second_person
from vault.services.approvals.question import ApprovalQuestion
from vault.services.evidence import log_checking

DAY_MS = 86_400_000
THIRD, THIRD_PASSPHRASE = "Tove Lindqvarn", b"four amber lamps"


@pytest.fixture
def people(short: Filled) -> dict[str, Colleague]:
    """Oren may approve; the two others hold nothing."""
    with short.open() as session:
        found = {
            "oren": admit(session),
            "second": admit(session, name=SECOND, passphrase=SECOND_PASSPHRASE, roles=frozenset({Role.CASEWORKER})),
            "third": admit(session, name=THIRD, passphrase=THIRD_PASSPHRASE, roles=frozenset({Role.CASEWORKER})),
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
