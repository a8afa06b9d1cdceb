"""What a person hears of the clock: news with a way on, never a fault that stops work."""

from __future__ import annotations

import time

import pytest

from vault.access.alarms import CLOCK_ALARM
from vault.access.clocks import clock_alarms
from vault.policy.clocks import ClockReading, ClockState

SEEN_MS = 1_700_000_000_000
SEEN = "2023-11-14 22:13"


def test_a_clock_that_went_on_is_not_spoken_of() -> None:
    assert clock_alarms(ClockReading(ClockState.STEADY, SEEN_MS, SEEN_MS)) == ()


def test_the_time_is_told_in_utc_wherever_the_computer_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Bishkek")
    time.tzset()
    (alarm,) = clock_alarms(ClockReading(ClockState.JUMPED, SEEN_MS, 0))
    monkeypatch.undo()
    time.tzset()
    assert SEEN in alarm.text


@pytest.mark.parametrize(
    ("state", "words", "way_on"),
    [
        (ClockState.JUMPED, "more than 48 hours ahead", "`casevault clock confirm`"),
        (ClockState.SET_BACK, "behind a time that was seen here before", "`casevault clock repair`"),
    ],
)
def test_a_clock_that_jumped_is_news_that_names_the_time_and_the_way_on(
    state: ClockState, words: str, way_on: str
) -> None:
    (alarm,) = clock_alarms(ClockReading(state, SEEN_MS, 0))
    assert CLOCK_ALARM == "clock"
    assert (alarm.code, alarm.is_fault, alarm.lasts) == (CLOCK_ALARM, False, False)
    assert words in alarm.text
    assert SEEN in alarm.text
    assert alarm.text.endswith(f"{way_on}.")
