"""An open session: what it allows, what it knows of cases, and how it ends."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.access.told import NOTHING, told_by
from tests.english import in_english
from tests.services.founded import Filled, Place
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import InternalError, RefusedError, TryAgainError
from vault.ids import CompartmentId, RecordId
from vault.policy.clocks import JUMP_MS, ClockState
from vault.policy.roles import Action
from vault.services.cases import notes
from vault.words.finding import Code, Finding, Severity
from vault.words.message import Message

NEVER = CompartmentId(b"n" * 16)
NOT_GRANTED = "you cannot open a case: this case was not granted to you"


def test_roles_and_grants_together_allow_an_act(filled: Filled) -> None:
    with filled.open() as session:
        assert session.require(Action.CASE_CREATE) == "role"
        assert session.require(Action.CASE_READ, filled.cases[0]) == "role+grant"
        for case in (None, NEVER):
            assert told_by(session.require, Action.CASE_READ, case) == (RefusedError, NOT_GRANTED)
        assert [session.holds(case) for case in (*filled.cases, NEVER)] == [True, True, False]
        with session.work() as work, pytest.raises(RefusedError, match="was not granted to this device"):
            work.write(NEVER, RecordId(b"r" * 16), "note", {})


def test_of_several_cases_each_is_known_in_the_order_in_which_it_was_asked_for(filled: Filled) -> None:
    first, second = filled.cases
    with filled.open() as session:
        states = session.states_of([second, NEVER, first, second])
        assert [*states] == [second, NEVER, first]
        assert [None if state is None else state.compartment for state in states.values()] == [second, None, first]
        assert session.state_of(first) == states[first]


def test_a_session_that_was_locked_writes_nothing_and_locking_it_again_does_nothing(founded: Place) -> None:
    with founded.open() as session:
        pass
    session.close()
    with pytest.raises(InternalError, match="the session is closed"):
        session.work()
    founded.open().close()


def test_drafts_are_open_until_the_session_is_locked_and_a_clock_is_believed_by_a_person_alone(filled: Filled) -> None:
    with filled.open() as session:
        drafts, now_ms = session.drafts(), session.log.now_ms()
        assert session.drafts() is drafts
        session.log.now_ms = lambda: now_ms + 10 * JUMP_MS  # a clock that jumped
        assert session.clock().state is ClockState.JUMPED
        for _ in range(2):
            session.add_alarm(Finding(Code.CLOCK, Message("It jumped."), severity=Severity.NEWS))
        told = [in_english(session.warnings)]
        session.believe_clock()
        assert [*told, in_english(session.warnings)] == [("It jumped.",), ()]
        assert session.clock().state is ClockState.STEADY
    with filled.open() as session:
        assert "clock" in {alarm.code for alarm in session.alarms}


def test_what_cannot_be_remembered_at_the_end_is_told_and_everything_is_locked_all_the_same(
    filled: Filled, tmp_path: Path
) -> None:
    session = filled.open()
    notes.add(session, filled.cases[0], Note(NoteKind.CONTACT, "the last one"))
    shutil.rmtree(filled.state)
    filled.state.write_text("a file where the folder was")
    session.keep_pins()
    with pytest.raises(TryAgainError, match=r"the state folder .* cannot be written"):
        session.close()
    assert told_by(session.close) == NOTHING
    with Place(filled.path, tmp_path / "another account").open() as again:
        assert again.log.origin != session.log.origin
