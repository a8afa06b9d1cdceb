"""An insider tries what they may not: each try leaves its entry for the auditor, and none twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.founded import found
from vault.access.session import Session
from vault.errors import RefusedError, TryAgainError
from vault.ids import CompartmentId
from vault.log.items import ACTS
from vault.log.payload import Payload
from vault.policy.refused import REFUSED_AS
from vault.policy.roles import ALLOWED, CASE_ACTIONS, Action, Role
from vault.services.cases import cases
from vault.services.evidence import logbook
from vault.validity.audit_payloads import read_payloads
from vault.words.message import Message

NEVER_MADE = CompartmentId(bytes(16))


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with found(tmp_path).open() as session:
        yield session


def _made(session: Session) -> CompartmentId:
    case = cases.create(session, title="A title", kind="asylum").case
    session.audits.clear()
    return case


def _entries(session: Session, start: int) -> list[Payload]:
    with session.database.reading() as rows:
        read = list(read_payloads(rows, session.auditor(), session.log.origin, start=start))
    return [entry.payload for entry in read if entry.payload is not None and entry.payload.act != "audit.period"]


def test_every_act_that_can_be_refused_has_its_name_in_the_log() -> None:
    assert REFUSED_AS.keys() == set(Action)
    assert set(REFUSED_AS.values()) <= ACTS.keys()


@pytest.mark.parametrize("role", list(Role))
def test_each_refused_act_of_a_role_leaves_one_entry_and_none_twice(session: Session, role: Role) -> None:
    case = _made(session)
    session.roles, start = frozenset({role}), session.log.size
    refused = [action for action in Action if role not in ALLOWED[action]]
    for _ in range(2):
        for action in refused:
            with pytest.raises(RefusedError):
                session.require(action, case if action in CASE_ACTIONS else None)
    entries = _entries(session, start)
    assert [entry.out for entry in entries] == [f"denied:{action.replace('.', '-')}" for action in refused]
    assert [entry.obj is not None for entry in entries] == [action in CASE_ACTIONS for action in refused]
    assert {entry.pol for entry in entries} <= {"role"}


def test_a_case_that_was_not_granted_is_refused_in_the_log_without_a_name(session: Session) -> None:
    start = session.log.size
    with pytest.raises(RefusedError):
        session.require(Action.CASE_READ, NEVER_MADE)
    (entry,) = _entries(session, start)
    assert (entry.act, entry.out, entry.obj) == ("case.view", "denied:case-read", None)


def test_who_asks_what_a_member_may_do_leaves_no_entry(session: Session) -> None:
    session.roles, start = frozenset({Role.AUDITOR}), session.log.size
    assert not any(session.allows(action).allowed for action in Action if Role.AUDITOR not in ALLOWED[action])
    with pytest.raises(RefusedError):
        session.require(Action.CASE_LIST, tried=False)
    assert session.log.size == start


def test_the_auditor_reads_that_a_caseworker_tried_to_read_the_log(session: Session) -> None:
    session.roles = frozenset({Role.CASEWORKER})
    with pytest.raises(RefusedError):
        logbook.newest(session)
    session.roles = frozenset({Role.AUDITOR})
    tried = [line.payload for line in logbook.newest(session, act="log.read").lines if line.payload is not None]
    assert [payload.out for payload in tried] == ["ok", "denied:log-read"]


def test_a_log_that_cannot_be_written_lets_nobody_through(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise TryAgainError(Message("the disk is full"))

    monkeypatch.setattr(Session, "log_act", full)
    session.roles = frozenset({Role.CASEWORKER})
    with pytest.raises(RefusedError):
        session.require(Action.LOG_READ)
    monkeypatch.undo()
    start = session.log.size
    with pytest.raises(RefusedError):
        session.require(Action.LOG_READ)
    assert len(_entries(session, start)) == 1
