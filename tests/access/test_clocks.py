"""What a person hears of the clock: news with a way on, never a fault that stops work."""

from __future__ import annotations

import time

import pytest

from vault.access.pins.alarms import clock_alarms, stored
from vault.policy.clocks import ClockReading, ClockState
from vault.words.finding import Code

SEEN_MS = 1_700_000_000_000
SEEN = "2023-11-14 22:13"


def test_a_clock_that_went_on_is_not_spoken_of() -> None:
    assert clock_alarms(ClockReading(ClockState.STEADY, SEEN_MS, SEEN_MS)) == ()


def test_a_clock_that_jumped_is_news_that_names_the_time_in_utc_and_the_way_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Bishkek")
    time.tzset()
    told = {state: clock_alarms(ClockReading(state, SEEN_MS, 0)) for state in (ClockState.JUMPED, ClockState.SET_BACK)}
    monkeypatch.undo()
    time.tzset()
    for state, words in ((ClockState.JUMPED, "48 hours ahead"), (ClockState.SET_BACK, "behind a time that was seen")):
        (alarm,) = told[state]
        assert (alarm.code, alarm.is_news, stored([alarm])) == (Code.CLOCK, True, ())
        assert words in str(alarm.message)
        assert SEEN in str(alarm.message)
