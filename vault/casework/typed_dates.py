"""Dates as people type them, in English, French and Russian: `yesterday`, `2611`, `lundi dernier`, `3 дня назад`.

What comes out is the written form of `dates`. Where a text has two readings there is no guess: it is refused, and the
refusal says how to write it. A day without a year is sought in the direction in which such a date lies.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from enum import Enum, auto
from typing import Final

from vault.casework.dates import EARLIEST_YEAR, LATEST_YEAR, PartialDate, checked_date, checked_day, checked_moment
from vault.errors import UsageError
from vault.words.message import Message, filled

# The words in which people say dates, in English, French and Russian, as `plain` leaves them.


class Which(Enum):
    """Which of the days of a name."""

    LAST = auto()
    THIS = auto()
    NEXT = auto()


class Unit(Enum):
    """What is counted."""

    DAY = auto()
    WEEK = auto()
    MONTH = auto()
    YEAR = auto()


def plain(text: str) -> str:
    """Return a text without accents and capitals: `août`, `Août` and `aout` are one word, and so are `ё` and `е`."""
    letters = unicodedata.normalize("NFKD", text.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _numbered(*languages: str) -> Mapping[str, int]:
    """Return the words of lists that run side by side, each with its number from 0; a word may have several forms."""
    return {
        plain(form): number
        for language in languages
        for number, forms in enumerate(language.split())
        for form in forms.split("/")
    }


MONTHS: Final = {
    word: number + 1
    for word, number in _numbered(
        "january/jan february/feb march/mar april/apr may june/jun july/jul august/aug september/sep/sept october/oct"
        " november/nov december/dec",
        "janvier/janv février/févr/fév mars avril/avr mai juin juillet/juil août septembre octobre novembre"
        " décembre/déc",
        "января/январь/январе/янв февраля/февраль/феврале/фев марта/март/марте/мар апреля/апрель/апреле/апр"
        " мая/май/мае июня/июнь/июне/июн июля/июль/июле/июл августа/август/августе/авг"
        " сентября/сентябрь/сентябре/сен/сент октября/октябрь/октябре/окт ноября/ноябрь/ноябре/ноя"
        " декабря/декабрь/декабре/дек",
    ).items()
}
WEEKDAYS: Final = _numbered(
    "monday/mon tuesday/tue/tues wednesday/wed thursday/thu/thurs friday/fri saturday/sat sunday/sun",
    "lundi/lun mardi/mar mercredi/mer jeudi/jeu vendredi/ven samedi/sam dimanche/dim",
    "понедельник/пн вторник/вт среда/среду/ср четверг/чт пятница/пятницу/пт суббота/субботу/сб воскресенье/вс",
)
DAYS: Final = {
    plain(word): days
    for days, said in {
        -2: "day before yesterday;the day before yesterday;avant-hier;avant hier;позавчера",
        -1: "-;yesterday;hier;вчера",
        # The key of `t` gives `е` on a Russian keyboard.
        0: "t;е;today;now;aujourd'hui;aujourdhui;сегодня",
        1: "+;tomorrow;demain;завтра",
        2: "day after tomorrow;the day after tomorrow;après-demain;après demain;послезавтра",
    }.items()
    for word in said.split(";")
}
MONTHS_AWAY: Final = {
    plain(word): months
    for months, said in {
        -1: "last month;mois dernier;le mois dernier;в прошлом месяце;прошлый месяц",
        0: "this month;ce mois;ce mois-ci;в этом месяце;этот месяц",
        1: "next month;mois prochain;le mois prochain;в следующем месяце",
    }.items()
    for word in said.split(";")
}
YEARS_AWAY: Final = {
    plain(word): years
    for years, said in {
        -1: "last year;l'année dernière;année dernière;l'an dernier;в прошлом году;прошлый год",
        0: "this year;cette année;в этом году;этот год",
        1: "next year;l'année prochaine;année prochaine;l'an prochain;в следующем году",
    }.items()
    for word in said.split(";")
}
WHICH: Final[Mapping[str | None, Which]] = {
    plain(word): which
    for which, said in {
        Which.LAST: "last past dernier passé прошлый прошлую прошлое прошлая",
        Which.THIS: "this ce этот эту это эта",
        Which.NEXT: "next prochain следующий следующую следующее следующая",
    }.items()
    for word in said.split()
}
ABOUT: Final = frozenset(map(plain, ("about", "around", "circa", "ca", "vers", "environ", "около", "примерно", "ок")))
COUNTS: Final[Mapping[str, int]] = {
    plain(word): number
    for number, said in {
        1: "a an one un une один одну одна",
        2: "two deux два две",
        3: "three trois три",
        4: "four quatre четыре",
        5: "five cinq пять",
        6: "six шесть",
        7: "seven sept семь",
        8: "eight huit восемь",
        9: "nine neuf девять",
        10: "ten dix десять",
    }.items()
    for word in said.split()
}
UNITS: Final[Mapping[str, Unit]] = {
    plain(word): unit
    for unit, said in {
        Unit.DAY: "day days jour jours день дня дней",
        Unit.WEEK: "week weeks semaine semaines неделю недели недель",
        Unit.MONTH: "month months mois месяц месяца месяцев",
        Unit.YEAR: "year years an ans année années год года лет",
    }.items()
    for word in said.split()
}


_LONGEST: Final = 64
_MONTHS: Final = 12
_SHORT_YEAR: Final = 100
_LEAP_YEAR: Final = 2000
NO_YEAR: Final = Message("{field} has no year")
IN_FUTURE: Final = Message("{field} is still to come")


class Lean(Enum):
    """Where such a date lies, seen from today; today is in both."""

    PAST = auto()
    COMING = auto()
    EITHER = auto()


def typed_moment(text: str, today: datetime.date, field: str, lean: Lean = Lean.PAST) -> str:
    """Return a partial date, or a day with a time, as a record keeps it.

    Raises:
        UsageError: it is none, or has two readings.
    """
    clock = _CLOCK.search(_plain(text))
    said = text if clock is None else _plain(text)[: clock.start()]
    if clock is None:
        return checked_moment(_found(said, today, field, lean) or said, field)
    day = _found(said, today, field, lean) if said else today.isoformat()
    return checked_moment(f"{day or said.strip()}T{int(clock[1]):02}:{clock[2] or clock[3] or '00'}", field)


def typed_day(text: str, today: datetime.date, field: str, lean: Lean = Lean.PAST) -> str:
    """Return a full day YYYY-MM-DD; see `typed_moment`."""
    return checked_day(_found(text, today, field, lean) or text, field)


def typed_birth(text: str, today: datetime.date, field: str) -> str:
    """Return a partial date of long ago: four digits alone are a year, and a year is never guessed; see `typed_moment`.

    Raises:
        UsageError: it is none, has two readings, has no year, or is still to come.
    """
    is_year = re.fullmatch(r"\d{4}~?", text.strip(), re.ASCII) is not None
    written = checked_date((None if is_year else _found(text, today, field, Lean.PAST, needs_year=True)) or text, field)
    if PartialDate.parse(written).first_day() > today:
        raise UsageError(filled(IN_FUTURE, field=field))
    return written


def _found(text: str, today: datetime.date, field: str, lean: Lean, *, needs_year: bool = False) -> str | None:
    said = _plain(text)
    if not said or len(said) > _LONGEST:
        return None
    try:
        read = _Reader(today, lean, field, needs_year=needs_year).read(said)
        return None if read is None else read.iso()
    except (OverflowError, ValueError):  # a day that no calendar has
        return None


def _plain(text: str) -> str:
    said = plain(text)
    return _NOISE.sub(" ", said).strip() if len(said) <= _LONGEST else said


def _alternatives(table: object) -> str:
    return "|".join(sorted(map(re.escape, table), key=len, reverse=True))  # type: ignore[call-overload]  # words


_NOISE: Final = re.compile(r"[\s,]+")
_CLOCK: Final = re.compile(r"(?:^|\s|(?<=\d)t)(?:(?:at|a|в|@) )?([01]?\d|2[0-3])(?::([0-5]\d)|h([0-5]\d)?)$", re.ASCII)
_STEP: Final = re.compile(r"([+-]) ?(\d{1,3})", re.ASCII)
_THREE: Final = re.compile(r"(\d{1,2})([./ -])(\d{1,2})\2(\d{2}|\d{4})(?: г\.?| года?)?", re.ASCII)
_TWO: Final = re.compile(r"(\d{1,2})([./])(\d{1,2})\.?", re.ASCII)
_ISO: Final = re.compile(r"(\d{4})[-./](\d{1,2})(?:[-./](\d{1,2}))?", re.ASCII)
_MONTH_YEAR: Final = re.compile(r"(\d{1,2})[./ -](\d{4})", re.ASCII)
_MONTH: Final = _alternatives(MONTHS)
_YEAR: Final = r"(\d{4})(?: г\.?| года?| году)?"
# Not compiled before somebody types such words: that would cost every command some milliseconds.
_WORDED: Final = (
    (
        rf"(?:le |on )?(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|-го|е)?(?: of)? "
        rf"(?P<month>{_MONTH})\.?(?: (?P<year>{_YEAR}))?"
    ),
    (rf"(?P<month>{_MONTH})\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: (?P<year>\d{{4}}))?"),
    (rf"(?:in |en |в )?(?P<month>{_MONTH})\.?(?: (?P<year>{_YEAR}))"),
)
_YEAR_WORDED: Final = re.compile(r"(?:(?:year|annee|in|en|в|год) (\d{4})(?: г\.?| году)?|(\d{4}) (?:г\.?|год|году))")
_ABOUT: Final = re.compile(rf"(?:~ ?|(?:{_alternatives(ABOUT)})\.? )(.+)|(.+?) ?~")
_WEEKDAY: Final = (
    rf"(?:(?:on|le|в|во) )?(?:(?P<before>{_alternatives(WHICH)}) )?"
    rf"(?P<weekday>{_alternatives(WEEKDAYS)})\.?(?: (?P<after>{_alternatives(WHICH)}))?(?P<rest> .+)?"
)
_COUNT: Final = rf"(?P<count>\d{{1,3}}|{_alternatives(COUNTS)})"
_UNIT: Final = rf"(?P<unit>{_alternatives(UNITS)})"
_AGO: Final = ((rf"{_COUNT} {_UNIT} (?:ago|назад)"), (rf"(?P<count>){_UNIT} назад"), (rf"il y a {_COUNT} {_UNIT}"))
_AHEAD: Final = ((rf"(?:in|dans|через) {_COUNT} {_UNIT}"), (rf"через (?P<count>){_UNIT}"))


class _Reader:
    """Reads one text; each way of writing returns None where the text is not written so."""

    def __init__(self, today: datetime.date, lean: Lean, field: str, *, needs_year: bool) -> None:
        self._today = today
        self._lean = lean
        self._field = field
        self._needs_year = needs_year

    def read(self, said: str) -> PartialDate | None:
        about = _ABOUT.fullmatch(said)
        if about is None:
            return self._certain(said)
        said = about[1] or about[2]
        year = _is_year(said)
        read = self._certain(said) if year is None else PartialDate(year)
        return None if read is None else replace(read, circa=True)

    def _certain(self, said: str) -> PartialDate | None:
        for way in (self._relative, self._digits, self._numbers, self._worded, self._weekday, self._counted):
            read = way(said)
            if read is not None:
                return read
        return None

    def _relative(self, said: str) -> PartialDate | None:
        if said in DAYS:
            return self._away(DAYS[said])
        if (step := _STEP.fullmatch(said)) is not None:
            return self._away(int(step[2]) if step[1] == "+" else -int(step[2]))
        if (month := MONTHS_AWAY.get(said)) is not None:
            return PartialDate(*_months_away(self._today, month))
        if (years := YEARS_AWAY.get(said)) is not None:
            return PartialDate(self._today.year + years)
        return None

    def _digits(self, said: str) -> PartialDate | None:
        if not (said.isascii() and said.isdigit()):
            return None
        if len(said) == 4:
            return self._four_digits(said)
        if len(said) == 6:
            return self._dated(int(said[:2]), int(said[2:4]), self._whole_year(said[:2], said[2:4], said[4:]))
        if len(said) == 8:
            day_first = _day(int(said[4:]), int(said[2:4]), int(said[:2]))
            found = day_first or _day(int(said[:4]), int(said[4:6]), int(said[6:]))
            return None if found is None else _of_day(found)
        return None

    def _four_digits(self, said: str) -> PartialDate | None:
        year = _is_year(said)
        day = self._without_year(int(said[:2]), int(said[2:]))
        if year is not None and day is not None:
            raise self._two_ways(Message("Write a day as 20.11, a year as: year 2011."))
        return day if year is None else PartialDate(year)

    def _numbers(self, said: str) -> PartialDate | None:
        if (iso := _ISO.fullmatch(said)) is not None:
            return self._dated(int(iso[3] or 0), int(iso[2]), int(iso[1]))
        if (three := _THREE.fullmatch(said)) is not None:
            day, month = self._in_order(int(three[1]), three[2], int(three[3]))
            return self._dated(day, month, self._whole_year(str(day), str(month), three[4]))
        if (two := _TWO.fullmatch(said)) is not None:
            return self._without_year(*self._in_order(int(two[1]), two[2], int(two[3])))
        if (part := _MONTH_YEAR.fullmatch(said)) is not None:
            return self._dated(0, int(part[1]), int(part[2]))
        if (year := _YEAR_WORDED.fullmatch(said)) is not None:
            return PartialDate(int(year[1] or year[2]))
        return None

    def _in_order(self, first: int, mark: str, second: int) -> tuple[int, int]:
        """Return day and month. With points the day is first; with anything else only where that is certain."""
        if mark == "." or first == second or first > _MONTHS:
            return first, second
        if second > _MONTHS:
            return second, first
        raise self._two_ways(Message("Write it with points, day first (17.05.1984), or as 1984-05-17."))

    def _worded(self, said: str) -> PartialDate | None:
        for pattern in _WORDED:
            if (found := re.fullmatch(pattern, said)) is not None:
                named = found.groupdict()
                month, day = MONTHS[named["month"]], int(named.get("day") or 0)
                if named["year"]:
                    return self._dated(day, month, int(named["year"][:4]))
                return self._without_year(day, month)
        return None

    def _weekday(self, said: str) -> PartialDate | None:
        found = re.fullmatch(_WEEKDAY, said)
        if found is None or (found["before"] and found["after"]):
            return None
        weekday, which = WEEKDAYS[found["weekday"]], WHICH.get(found["before"] or found["after"])
        if found["rest"]:
            return self._on_weekday(weekday, found["rest"].strip()) if which is None else None
        back = (self._today.weekday() - weekday) % 7
        ahead = (7 - back) % 7
        if which is None and self._lean is Lean.EITHER and back:
            raise self._two_ways(Message("Say which Friday: last Friday, or next Friday."))
        days = {
            None: ahead if self._lean is Lean.COMING else -back,
            Which.THIS: weekday - self._today.weekday(),
            Which.LAST: -(back or 7),
            Which.NEXT: ahead or 7,
        }
        return self._away(days[which])

    def _on_weekday(self, weekday: int, said: str) -> PartialDate | None:
        """Return a date that was said with its day of the week."""
        read = self._certain(said)
        if read is None or not read.day:
            return None
        if read.first_day().weekday() != weekday:
            raise UsageError(
                Message("{field} is not on that day of the week", field=self._field),
                next_step=Message("Leave out the day of the week, or the date."),
            )
        return read

    def _counted(self, said: str) -> PartialDate | None:
        for sign, patterns in ((-1, _AGO), (1, _AHEAD)):
            found = next(filter(None, (re.fullmatch(pattern, said) for pattern in patterns)), None)
            if found is not None:
                count = COUNTS.get(found["count"]) or int(found["count"] or 1)
                return self._so_long(sign * count, UNITS[found["unit"]])
        return None

    def _so_long(self, count: int, unit: Unit) -> PartialDate:
        """Return the day so far away; of months and years, which nobody means to the day, about which it is."""
        if unit is Unit.MONTH:
            return PartialDate(*_months_away(self._today, count), circa=True)
        if unit is Unit.YEAR:
            return PartialDate(self._today.year + count, circa=True)
        return self._away(count * (7 if unit is Unit.WEEK else 1))

    def _away(self, days: int) -> PartialDate:
        return _of_day(self._today + datetime.timedelta(days=days))

    def _dated(self, day: int, month: int, year: int | None) -> PartialDate | None:
        if year is None or _day(year, month, day or 1) is None:
            return None
        return PartialDate(year, month, day or None)

    def _without_year(self, day: int, month: int) -> PartialDate | None:
        """Return the nearest such day in the direction; the 29th of February may be years away."""
        if self._needs_year and _day(_LEAP_YEAR, month, day) is not None:
            raise UsageError(filled(NO_YEAR, field=self._field), next_step=Message("Write the year too: 17.05.1984."))
        near = range(self._today.year - 8, self._today.year + 9)
        days = [found for found in (_day(year, month, day) for year in near) if found is not None]
        nearest = self._nearest(days)
        return None if nearest is None else _of_day(nearest)

    def _whole_year(self, day: str, month: str, year: str) -> int | None:
        """Return a year of four digits, or the one that two digits mean."""
        if len(year) > 2:
            return int(year)
        centuries = [self._today.year // _SHORT_YEAR * _SHORT_YEAR + more for more in (-_SHORT_YEAR, 0, _SHORT_YEAR)]
        days = [_day(century + int(year), int(month), int(day)) for century in centuries]
        nearest = self._nearest([found for found in days if found is not None])
        return None if nearest is None else nearest.year

    def _nearest(self, days: list[datetime.date]) -> datetime.date | None:
        if self._lean is not Lean.EITHER:
            days = [day for day in days if (day <= self._today if self._lean is Lean.PAST else day >= self._today)]
        return min(days, key=lambda day: abs(day - self._today), default=None)

    def _two_ways(self, way_out: Message) -> UsageError:
        return UsageError(Message("{field} can be read in two ways", field=self._field), next_step=way_out)


def _is_year(said: str) -> int | None:
    if len(said) != 4 or not (said.isascii() and said.isdigit()):
        return None
    return int(said) if EARLIEST_YEAR <= int(said) <= LATEST_YEAR else None


def _day(year: int, month: int, day: int) -> datetime.date | None:
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        return None
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None


def _of_day(day: datetime.date) -> PartialDate:
    return PartialDate(day.year, day.month, day.day)


def _months_away(today: datetime.date, months: int) -> tuple[int, int]:
    years, month = divmod(today.year * _MONTHS + today.month - 1 + months, _MONTHS)
    return years, month + 1
