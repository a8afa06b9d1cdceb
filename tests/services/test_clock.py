"""The clock across sessions: what was believed stays believed, a jump is a question, a repair undoes an error."""

from __future__ import annotations

import pytest

from tests.services.office import DAY_MS, Office, forward
from vault.access.session import Session
from vault.errors import UsageError
from vault.policy.clocks import ClockState
from vault.services import this_computer
from vault.words.finding import Code

YEAR_1970_MS, YEAR_2038_MS = 1_000, (2**31) * 1000


def _clock_words(session: Session) -> list[str]:
    return [str(alarm.message) for alarm in session.alarms if alarm.code is Code.CLOCK]


def _shows(session: Session, at_ms: int) -> None:
    session.log.now_ms = lambda: at_ms


def test_a_time_seen_once_is_remembered_at_the_next_unlock(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        assert _clock_words(nadia) == []
        forward(nadia, 3)
        seen = this_computer.look_at_clock(nadia).trusted_ms
        nadia.keep_pins()
    with office.open(office.nadia) as nadia:
        assert this_computer.look_at_clock(nadia).state is ClockState.SET_BACK
        assert this_computer.look_at_clock(nadia).trusted_ms == seen
        assert "behind a time that was seen here before" in _clock_words(nadia)[0]


def test_a_clock_that_is_years_away_changes_nothing_that_counts(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        before = this_computer.look_at_clock(nadia).trusted_ms
        for wrong in (YEAR_1970_MS, YEAR_2038_MS):
            _shows(nadia, wrong)
            assert this_computer.look_at_clock(nadia).trusted_ms == before
            assert this_computer.look_at_clock(nadia).state is not ClockState.STEADY


def test_a_jump_counts_after_a_person_said_so_and_that_is_in_the_log(office: Office) -> None:
    with office.open(office.amina) as amina:
        later = amina.log.now_ms() + 10 * DAY_MS
        _shows(amina, later)
        size = amina.log.size
        assert this_computer.confirm_clock(amina).trusted_ms == later
        assert amina.log.size == size + 1
        with pytest.raises(UsageError, match="the clock did not jump"):
            this_computer.confirm_clock(amina)


def test_a_jump_is_told_at_unlock_and_hinders_nothing(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        now = nadia.log.now_ms()
        _shows(nadia, now - 10 * DAY_MS)
        this_computer.repair_clock(nadia)
    with office.open(office.nadia) as nadia:
        assert this_computer.look_at_clock(nadia).state is ClockState.JUMPED
        assert "more than 48 hours ahead" in _clock_words(nadia)[0]
        nadia.require_sound_log()
        this_computer.confirm_clock(nadia)
        assert _clock_words(nadia) == []
    with office.open(office.nadia) as nadia:
        assert _clock_words(nadia) == []


def test_a_supervisor_undoes_a_wrong_time_that_was_believed(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        now = nadia.log.now_ms()
        _shows(nadia, YEAR_2038_MS)
        this_computer.confirm_clock(nadia)
        _shows(nadia, now)
        assert this_computer.look_at_clock(nadia).state is ClockState.SET_BACK
        assert this_computer.repair_clock(nadia).trusted_ms == now
    with office.open(office.nadia) as nadia:
        assert this_computer.look_at_clock(nadia).state is ClockState.STEADY
