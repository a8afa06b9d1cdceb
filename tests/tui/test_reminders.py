"""What a locked app knows of dates: times and nothing else."""

from __future__ import annotations

import datetime

from hypothesis import given
from hypothesis import strategies as st

from tests.services.conftest import founded, founded_template
from tests.services.founded import MARKER, Place
from tui.shell.start import MOST_DUE, due_line, due_times
from vault.casework.story.events import Hearing, Task
from vault.casework.story.protection import CheckIn
from vault.services.cases import cases, story_records
from vault.services.cases.story_records import MOST_TIMES, STEP_SECONDS, times_due

__all__ = ["founded", "founded_template"]  # fixtures


def test_of_what_is_due_the_time_in_steps_of_five_minutes_is_told_once_and_no_word(founded: Place) -> None:
    now = datetime.datetime.now().astimezone().replace(hour=8, minute=0, second=0, microsecond=0)
    day = now.date().isoformat()
    with founded.open() as session:
        case = cases.create(session, title=f"A title {MARKER}", kind="asylum").case
        for record in (
            Hearing(f"{day}T09:32", about=MARKER),
            Task(MARKER, due=f"{day}T09:31"),
            Task(MARKER, due=day),
            CheckIn(MARKER, f"{day}T22:00", MARKER, f"{MARKER} too", ladder=(f"30m: {MARKER}", f"1h: {MARKER}")),
            CheckIn(MARKER, f"{day}T07:00", MARKER, f"{MARKER} too", ladder=(f"4h: {MARKER}",)),
            CheckIn(MARKER, f"{day}T07:00", MARKER, f"{MARKER} too", ladder=(f"5h: {MARKER}",), heard=day),
            Task(MARKER, due=(now.date() + datetime.timedelta(days=90)).isoformat()),
            Task(MARKER),
        ):
            story_records.add(session, case, record)
        cases.list_all(session)
        times = times_due(session, now_s=int(now.timestamp()))
    assert [datetime.datetime.fromtimestamp(time).strftime("%H:%M") for time in times] == [
        *("09:00", "09:30"),
        *("11:00", "22:00", "22:30", "23:00"),  # a check-in that is missed, and one to come, with what follows each
    ]
    assert all(time % STEP_SECONDS == 0 for time in times)
    assert set(due_line(times)) <= set("due 0123456789")


def test_the_launcher_hears_at_most_as_many_times_as_the_child_may_say() -> None:
    assert MOST_DUE == MOST_TIMES
    assert due_times(due_line(range(100, 200)).splitlines()) == tuple(range(100, 100 + MOST_DUE))


@given(st.lists(st.text()))
def test_whatever_a_child_says_the_launcher_takes_numbers_alone(lines: list[str]) -> None:
    assert all(0 <= time < 10**10 for time in due_times(lines))


@given(st.lists(st.integers(0, 1 << 33), max_size=MOST_DUE))
def test_what_was_said_is_heard(times: list[int]) -> None:
    assert due_times([due_line(sorted(times))]) == tuple(sorted(times))
