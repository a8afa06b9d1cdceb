"""The arithmetic of dates: a period counted from a day, over the time that the clock stood still, to its last day."""

from __future__ import annotations

import calendar as gregorian
import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from vault.deadlines.holidays import Calendar
from vault.deadlines.rules import Counting, Period, Unit

_DAY = datetime.timedelta(days=1)
_MONTHS = 12

Still = tuple[datetime.date, datetime.date]
"""The first day on which the clock stands still, and the day on which it runs again."""


@dataclass(frozen=True, slots=True)
class Clock:
    """How the last day is found.

    Attributes:
        periods: the period and its extensions, one behind another; in days, working days or months.
        counting: the first day of the first period.
        still: when the clock stands still, in order, none touching another (`in_order`).
        calendar: the days without work.
        is_rolled_over: whether the last day moves to a working day.
    """

    periods: Sequence[Period]
    counting: Counting
    still: Sequence[Still]
    calendar: Calendar
    is_rolled_over: bool

    def last_day(self, trigger: datetime.date) -> datetime.date:
        """Return the last day, before it moves to a working day."""
        # A day before where the trigger's own day counts; months then still end beside the number of that day.
        early = _DAY if self.counting is Counting.SAME_DAY else 0 * _DAY
        day = trigger - early
        for period in self.periods:
            day = (
                self._working(day, period.count)
                if period.unit is Unit.WORKING_DAYS
                else self._running(day, period, early)
            )
            early = 0 * _DAY
        return day

    def due_day(self, trigger: datetime.date) -> datetime.date:
        """Return the last day, moved to a working day where the rule says so."""
        day = self.last_day(trigger)
        return self.calendar.working_day_from(day) if self.is_rolled_over else day

    def _running(self, before: datetime.date, period: Period, early: datetime.timedelta) -> datetime.date:
        if period.unit is Unit.MONTHS:
            last = months_after(before + early, period.count) - early
        else:
            last = before + period.count * _DAY
        for start, end in self.still:
            first_still = max(start, before + _DAY)
            if first_still > last:
                break
            last += max(end - first_still, 0 * _DAY)
        return last

    def _working(self, day: datetime.date, count: int) -> datetime.date:
        while count:
            day += _DAY
            is_still = any(start <= day < end for start, end in self.still)
            count -= self.calendar.is_working(day) and not is_still
        return day


def months_after(day: datetime.date, count: int) -> datetime.date:
    """Return the day of the same number so many months later, or the last day of a month that has no such day."""
    years, month = divmod(day.month - 1 + count, _MONTHS)
    year = day.year + years
    return datetime.date(year, month + 1, min(day.day, gregorian.monthrange(year, month + 1)[1]))


def in_order(still: Sequence[Still]) -> list[Still]:
    """Return the same times in order, those that overlap or touch as one."""
    whole: list[Still] = []
    for start, end in sorted(still):
        if whole and start <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(whole[-1][1], end))
        elif start < end:
            whole.append((start, end))
    return whole
