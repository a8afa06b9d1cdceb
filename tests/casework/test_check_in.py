"""A check-in: when the next one is, and what of its ladder comes when."""

from __future__ import annotations

import datetime

from hypothesis import given
from hypothesis import strategies as st

from vault.casework.story.protection import CheckIn, Every

MOMENTS = st.datetimes(datetime.datetime(2000, 1, 1), datetime.datetime(2140, 1, 1)).map(
    lambda moment: moment.replace(second=0, microsecond=0)
)


@given(MOMENTS, MOMENTS, st.sampled_from(Every))
def test_the_next_one_is_at_the_same_time_of_the_series_and_never_past(
    at: datetime.datetime, now: datetime.datetime, every: Every
) -> None:
    record = CheckIn("she rings", at.isoformat(timespec="minutes"), "Amina", "Joel", every=every)
    found = datetime.datetime.fromisoformat(record.next_at(now) or "")
    first = datetime.datetime.fromisoformat(record.next_at(at - datetime.timedelta(days=1)) or "")
    apart = first - at
    assert (found - at) % apart == datetime.timedelta()
    assert found > max(at, now)
    assert found - apart <= max(at, now)


def test_the_steps_of_a_ladder_come_by_their_time_however_they_are_written() -> None:
    ladder = ("1d: the prosecutor", "30m, ring the sister", "2 h the lawyer")
    record = CheckIn("she rings", "2026-11-30T22:00", "Amina", "Joel", ladder=ladder)
    assert [step.what for step in record.steps()] == ["ring the sister", "the lawyer", "the prosecutor"]
    assert record.later() == ("2026-11-30T22:30", "2026-12-01T00:00", "2026-12-01T22:00")
    assert record.next_at(datetime.datetime(2026, 12, 1)) is None
