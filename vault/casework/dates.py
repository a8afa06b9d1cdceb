"""Dates as people know them: a year, a month or a day, perhaps about. Written as ISO 8601 with `~` for `about`.

    1984        1984-05        1984-05-17        1984~        1984-05~

What is typed may be written as a paper has it, day first: 17.05.1984, 5.1984; with strokes where it has one meaning.
The calendar is Gregorian; what a paper states in another calendar is kept beside it by whoever needs it.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field

from vault.errors import UsageError
from vault.words.message import Message, filled

NO_SUCH_DAY = Message("{field} is not a day of the calendar")
_WRITTEN = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(~?)", re.ASCII)
_DAY_FIRST = re.compile(r"(?:(\d{1,2})([./]))?(\d{1,2})([./])(\d{4})(~?)", re.ASCII)
_FULL_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
EARLIEST_YEAR = 1850
LATEST_YEAR = 2150
_MONTHS = 12


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
        match = _WRITTEN.fullmatch(_year_first(written.strip(), field)) if isinstance(written, str) else None
        if match is None:
            raise UsageError(
                Message(
                    "{field} must be written YYYY-MM-DD or DD.MM.YYYY, or a year or month alone; add ~ if not exact",
                    field=field,
                )
            )
        year, month, day = (int(part) if part else None for part in match.group(1, 2, 3))
        assert year is not None  # noqa: S101 - the pattern requires it; this line is for the type checker
        if not EARLIEST_YEAR <= year <= LATEST_YEAR:
            raise UsageError(
                Message(
                    "{field} is outside the years {earliest_year} to {latest_year}",
                    field=field,
                    earliest_year=EARLIEST_YEAR,
                    latest_year=LATEST_YEAR,
                )
            )
        try:
            datetime.date(year, month or 1, day or 1)
        except ValueError:
            raise UsageError(filled(NO_SUCH_DAY, field=field)) from None
        return cls(year, month, day, match.group(4) == "~")

    def first_day(self) -> datetime.date:
        return datetime.date(self.year, self.month or 1, self.day or 1)

    def iso(self) -> str:
        """Return the written form that `parse` reads."""
        written = f"{self.year:04}"
        if self.month is not None:
            written += f"-{self.month:02}"
        if self.day is not None:
            written += f"-{self.day:02}"
        return written + ("~" if self.circa else "")


def _year_first(written: str, field: str) -> str:
    """Return a date that is written day first as ISO 8601 has it; anything else as it is."""
    match = _DAY_FIRST.fullmatch(written)
    if match is None or match[2] not in {None, match[4]}:
        return written
    day, month, year, circa = match[1], match[3], match[5], match[6]
    if match[4] == "/" and day is not None and int(day) <= _MONTHS and day != month:
        raise UsageError(
            Message("{field} can be read in two ways", field=field),
            next_step=Message("Write it with points, day first (17.05.1984), or as 1984-05-17."),
        )
    return f"{year}-{int(month):02}" + ("" if day is None else f"-{int(day):02}") + circa


def checked_date(written: object, field: str) -> str:
    """Return the written form of a partial date, or raise `UsageError`."""
    if _is_plain_day(written):
        return str(written)
    return PartialDate.parse(written, field=field).iso()


def checked_day(written: object, field: str) -> str:
    """Return a full day `YYYY-MM-DD`, or raise `UsageError`."""
    if _is_plain_day(written):
        return str(written)
    is_date = isinstance(written, str) and _WRITTEN.fullmatch(_year_first(written.strip(), field)) is not None
    date = PartialDate.parse(written, field=field) if is_date else None
    if date is None or date.day is None or date.circa:
        raise UsageError(Message("{field} must be a full day, YYYY-MM-DD", field=field))
    return date.iso()


def checked_moment(written: object, field: str) -> str:
    """Return a partial date, or a day with a time `YYYY-MM-DDTHH:MM` of the place where it happened."""
    day, mark, time = written.strip().partition("T") if isinstance(written, str) else ("", "", "")
    if not mark:
        return checked_date(written, field)
    if _TIME.fullmatch(time) is None:
        raise UsageError(Message("{field} must give the time as HH:MM after the T", field=field))
    return f"{checked_day(day, field)}T{time}"


def _is_plain_day(written: object) -> bool:
    """Say whether it is a full day as records keep it: each that is read comes through here."""
    if not isinstance(written, str) or _FULL_DAY.fullmatch(written) is None:
        return False
    try:
        datetime.date.fromisoformat(written)
    except ValueError:
        return False
    return EARLIEST_YEAR <= int(written[:4]) <= LATEST_YEAR


def moment_text(written: str) -> str:
    """Return a checked moment as people read it: its time behind a blank."""
    return written.replace("T", " ")
