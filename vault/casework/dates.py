"""Dates as people know them: a year, a month or a day, perhaps about. Written as ISO 8601 with `~` for `about`.

    1984        1984-05        1984-05-17        1984~        1984-05~

The calendar is Gregorian; what a paper states in another calendar is kept beside it by whoever needs it.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field

from vault.errors import UsageError

_WRITTEN = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(~?)", re.ASCII)
_EARLIEST_YEAR = 1850
_LATEST_YEAR = 2150


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date of known precision: a missing month or day is unknown, not 1."""

    year: int = field(repr=False)
    month: int | None = field(default=None, repr=False)
    day: int | None = field(default=None, repr=False)
    circa: bool = field(default=False, repr=False)

    @classmethod
    def parse(cls, written: object, *, field: str = "date") -> PartialDate:
        """Read the written form.

        Raises:
            UsageError: another form, or a day that the calendar does not have.
        """
        match = _WRITTEN.fullmatch(written.strip()) if isinstance(written, str) else None
        if match is None:
            raise UsageError(f"{field} must be written YYYY, YYYY-MM or YYYY-MM-DD, with ~ at the end for `about`")
        year, month, day = (int(part) if part else None for part in match.group(1, 2, 3))
        assert year is not None  # noqa: S101 - the pattern requires it; this line is for the type checker
        if not _EARLIEST_YEAR <= year <= _LATEST_YEAR:
            raise UsageError(f"{field} is outside the years {_EARLIEST_YEAR} to {_LATEST_YEAR}")
        try:
            datetime.date(year, month or 1, day or 1)
        except ValueError:
            raise UsageError(f"{field} is not a day of the calendar") from None
        return cls(year, month, day, match.group(4) == "~")

    def iso(self) -> str:
        """Return the written form that `parse` reads."""
        written = f"{self.year:04}"
        if self.month is not None:
            written += f"-{self.month:02}"
        if self.day is not None:
            written += f"-{self.day:02}"
        return written + ("~" if self.circa else "")


def checked_date(written: object, field: str) -> str:
    """Return the written form of a partial date, or raise `UsageError`."""
    return PartialDate.parse(written, field=field).iso()


def checked_day(written: object, field: str) -> str:
    """Return a full day `YYYY-MM-DD`, or raise `UsageError`."""
    is_date = isinstance(written, str) and _WRITTEN.fullmatch(written.strip()) is not None
    date = PartialDate.parse(written, field=field) if is_date else None
    if date is None or date.day is None or date.circa:
        raise UsageError(f"{field} must be a full day, YYYY-MM-DD")
    return date.iso()


def checked_moment(written: object, field: str) -> str:
    """Return a partial date, or a day with a time `YYYY-MM-DDTHH:MM` of the place where it happened."""
    day, mark, time = written.strip().partition("T") if isinstance(written, str) else ("", "", "")
    if not mark:
        return checked_date(written, field)
    if re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", time, re.ASCII) is None:
        raise UsageError(f"{field} must give the time as HH:MM after the T")
    return f"{checked_day(day, field)}T{time}"
