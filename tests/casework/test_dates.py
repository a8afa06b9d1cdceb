from __future__ import annotations

import datetime
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tables import each
from vault.casework.dates import PartialDate, checked_moment
from vault.casework.moved_dates import Dated, moved_date
from vault.casework.typed_dates import Lean, typed_birth, typed_day, typed_moment
from vault.errors import UsageError
from vault.redaction.spelled import OF_RUSSIAN


@given(st.dates(), st.sampled_from([4, 7, 10]), st.sampled_from(["", "~"]))
def test_a_partial_date_reads_back_what_it_writes(day: object, length: int, about: str) -> None:
    written = f"{day}"[:length] + about
    if not 1850 <= int(written[:4]) <= 2150:
        return
    date = PartialDate.parse(written)
    assert date.iso() == written
    assert (date.month is None, date.day is None, date.circa) == (length < 7, length < 10, about == "~")


@each(
    [
        ("84", "must be written YYYY"),
        ("1984-5", "must be written YYYY"),
        ("12.03.84", "must be written YYYY"),
        ("12.03/1984", "must be written YYYY"),
        ("31.02.1984", "not a day of the calendar"),
        ("14.13.1984", "not a day of the calendar"),
        ("03/04/1984", "two ways"),
        ("17/05/", "must be written YYYY"),
        ("~1984", "must be written YYYY"),
        ("1984-13", "not a day of the calendar"),
        ("2023-02-29", "not a day of the calendar"),
        ("0001-01-01", "outside the years"),
        ("١٩٨٤", "must be written YYYY"),
    ]
)
def test_other_forms_are_refused_without_repeating_them(written: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        PartialDate.parse(written)
    assert written not in str(caught.value)


@each(
    [
        ("14.03.1988", "1988-03-14"),
        ("4.3.1988", "1988-03-04"),
        ("14/03/1988", "1988-03-14"),
        ("05/05/1988", "1988-05-05"),
        ("03.1988", "1988-03"),
        ("14.03.1988~", "1988-03-14~"),
    ]
)
def test_a_date_as_papers_have_it_is_read_day_first(typed: str, written: str) -> None:
    assert PartialDate.parse(typed).iso() == written


def test_a_moment_is_a_partial_date_or_a_day_with_a_time() -> None:
    assert checked_moment("2026-11", "moment") == "2026-11"
    assert checked_moment("2026-11-05T05:40", "moment") == "2026-11-05T05:40"
    with pytest.raises(UsageError, match="moment must be a full day"):
        checked_moment("2026-11T05:40", "moment")


def test_the_parts_of_a_date_are_not_in_its_repr() -> None:
    assert "1984" not in repr(PartialDate.parse("1984-05-17"))


# What dates people may type, what each means on a Saturday in November, and what is refused because it is unclear.
TODAY = datetime.date(2026, 11, 28)

UNDERSTOOD = {
    "2026-11-28": "t; today; Aujourd’hui; сегодня; 28.11; saturday; samedi; в субботу",
    "2026-11-27": "-; -1; yesterday; HIER; вчера; last friday; vendredi; vendredi dernier; в прошлую пятницу; пт",
    "2026-11-26": "2611; 26.11; 26.11.; 26/11; 261126; 26112026; 20261126; 26.11.2026; 26.11.26; 26/11/2026;"
    "11/26/2026; 26 11 2026; 26-11-2026; 2026-11-26; 26 nov; Nov 26, 2026; 26th of november;"
    "26 novembre; le 26 novembre 2026;"
    "26 ноября 2026 г.; jeu. 26 nov.; thursday 26.11; позавчера;"
    "avant-hier; 2 days ago; il y a deux jours; 2 дня назад",
    "2026-11-23": "monday; lundi; понедельник; this monday; le lundi",
    "2026-11-30": "+2; in 2 days; next monday; lundi prochain; в следующий понедельник; через 2 дня; послезавтра",
    "2026-11-21": "last saturday; a week ago; il y a une semaine; неделю назад",
    "2025-12-24": "2412; 24.12; 24 декабря; 24 dec",
    "2024-02-29": "2902; 29.2.; 29 february",
    "2019-11-22": "221119; 22.11.19; 22 ноября 2019 года",
    "2025-05-01": "1er mai 2025; 1 мая 2025; May 1 2025; 1.5.2025",
    "2026-10": "last month; le mois dernier; в прошлом месяце; oct 2026; 10.2026; октябрь 2026; 2026-10",
    "2025": "last year; l'an dernier; в прошлом году; 2025; year 2025; en 2025; в 2025 году",
    "2011": "year 2011; en 2011; 2011 г.",
    "1984~": "1984~; ~1984; about 1984; vers 1984; около 1984",
    "1984-05~": "1984-05~; about may 1984; vers mai 1984; около мая 1984; ~5.1984",
    "2024~": "2 years ago; il y a 2 ans; два года назад",
    "2027~": "in a year",
    "2026-09~": "2 months ago; il y a 2 mois; два месяца назад",
    "2026-11-27T14:02": "yesterday 14:02; hier à 14h02; вчера в 14:02; 27.11 14:02; 2026-11-27T14:02; friday at 14:02",
    "2026-11-28T09:00": "9:00; 9h; today 9:00; 28.11.2026 9:00",
}
UNCLEAR = {
    "day or month first": "3/4/2026; 3-4-2026; 3 4 2026; 3/4",
    "a day or a year": "2011; 1912; 2001",
    "not that weekday": "friday 26 november 2026; lundi 26.11",
}
NO_DATE = (
    "; x; 2; 12; 123; 31.2.2026; 3102; 0013; 1.1.1700; yesterday morning; soon; -1000; last; nov; 25:00; hier 24:00"
    "; friday may 2026; lundi 2025; friday soon"
)
COMING = {
    "2026-11-28": "t; saturday",
    "2026-11-30": "monday; lundi; в понедельник; 3011",
    "2027-01-03": "0301; 3 january; 3 января",
    "2028-02-29": "2902",
}


def _each_of(table: dict[str, str]) -> dict[str, tuple[str, str]]:
    return {text.strip(): (text, written) for written, texts in table.items() for text in texts.split(";")}


@each(_each_of(UNDERSTOOD))
def test_what_was_typed_is_understood(text: str, written: str) -> None:
    assert typed_moment(text, TODAY, "date") == written


@each(_each_of(UNCLEAR))
def test_what_has_two_readings_is_refused_and_not_guessed(text: str, why: str) -> None:
    for lean in Lean:
        with pytest.raises(UsageError, match=r"in two ways|not on that day of the week"):
            pytest.fail(f"{why}: {typed_moment(text, TODAY, 'date', lean)}")


@each(NO_DATE.split(";"))
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"^date "):
        typed_moment(text, TODAY, "date")


@each(_each_of(COMING))
def test_a_day_without_a_year_lies_where_such_a_date_lies(text: str, written: str) -> None:
    assert typed_day(text, TODAY, "date", Lean.COMING) == written


def test_a_weekday_that_may_be_past_or_coming_is_not_guessed_and_a_day_is_the_nearest() -> None:
    with pytest.raises(UsageError, match="in two ways"):
        typed_moment("friday", TODAY, "date", Lean.EITHER)
    assert typed_moment("next friday", TODAY, "date", Lean.EITHER) == "2026-12-04"
    assert typed_moment("0301", TODAY, "date", Lean.EITHER) == "2027-01-03"
    assert typed_moment("2611", TODAY, "date", Lean.EITHER) == "2026-11-26"


def test_four_digits_of_a_birth_are_a_year_and_a_part_of_a_date_is_no_day() -> None:
    assert typed_birth("2011", TODAY, "born") == "2011"
    assert typed_birth("3 мая 1984", TODAY, "born") == "1984-05-03"
    for part in ("1984", "may 1984", "~3.5.1984", "yesterday 14:00"):
        with pytest.raises(UsageError, match="must be a full day"):
            typed_day(part, TODAY, "day")


@each({"a day": "17.5", "four digits": "1.11", "words": "17 мая", "a weekday": "пт 26.11"})
def test_the_year_of_a_birth_is_asked_and_not_guessed(text: str) -> None:
    with pytest.raises(UsageError, match="born has no year"):
        typed_birth(text, TODAY, "born")


@each({"a year": "2031", "a month": "12.2026", "a day": "29.11.2026", "about": "2031~"})
def test_nobody_is_born_in_the_future(text: str) -> None:
    with pytest.raises(UsageError, match="born is still to come"):
        typed_birth(text, TODAY, "born")


DAYS = st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 12, 31))
LETTERS = st.text(st.sampled_from("0123456789.-/~ :thнвлдьmaiоe+"), max_size=20) | st.text(max_size=80)
ANY: tuple[Callable[[str, datetime.date, str], str], ...] = (typed_moment, typed_day, typed_birth)


@given(LETTERS, DAYS, st.sampled_from(ANY))
def test_any_text_is_a_date_or_is_refused(
    text: str, today: datetime.date, read: Callable[[str, datetime.date, str], str]
) -> None:
    try:
        written = read(text, today, "field")
    except UsageError:
        return
    assert len(written) == 4 or read(written, today, "field") == written  # what is kept means the same when typed


@given(DAYS, DAYS)
def test_every_whole_date_means_its_day_however_it_is_written(day: datetime.date, today: datetime.date) -> None:
    iso = day.isoformat()
    for text in (iso, f"{day:%d.%m.%Y}", f"{day:%d%m%Y}", f"{day:%d %B %Y}", f"{day:%a %d %b %Y}",
                 f"{day.day} {OF_RUSSIAN[day.month - 1]} {day.year} г."):  # fmt: skip
        assert typed_moment(text, today, "date") == iso, text
    if day.day <= 12 and day.day != day.month:
        with pytest.raises(UsageError, match="in two ways"):
            typed_moment(f"{day:%d/%m/%Y}", today, "date")


# Dates in the text of a note: which of the case they may change, and which texts change nothing.
FRIDAY = date(2026, 11, 27)
HEARING = Dated("h", "hearing", "2026-11-30T10:00", "Complaint")
LATER = Dated("l", "hearing", "2026-12-10T09:00", "Second hearing")
APPEAL = Dated("a", "deadline", "2026-12-03", "Appeal")
HELD = Dated("d", "detention", "2026-12-20", "Centre")
NO_DAY = Dated("n", "hearing", "2026-12", "")


@each(
    {
        "a time": ("The hearing was moved to 09:30.", HEARING, "2026-11-30T09:30"),
        "a day of the week and a time": ("Hearing now on Tuesday at 08:15", HEARING, "2026-12-01T08:15"),
        "from one day to another": ("The hearing of 30 November is on 2 December", HEARING, "2026-12-02T10:00"),
        "the one of that day": ("The hearing of 10 December begins at 11:00.", LATER, "2026-12-10T11:00"),
        "French": ("L'audience est reportée au 4 décembre à 14h.", HEARING, "2026-12-04T14:00"),
        "Russian": ("Заседание перенесли на 4 декабря в 9:15", HEARING, "2026-12-04T09:15"),
        "by its own words": ("They accept the appeal until 5.12.2026", APPEAL, "2026-12-05"),
        "only the day is named": ("On 30 November we meet at 09:30", HEARING, "2026-11-30T09:30"),
        "the last sentence": ("Hearing at 09:00. No: the hearing is at 09:45.", HEARING, "2026-11-30T09:45"),
        "detention": ("Detention goes on until 2027-01-20", HELD, "2027-01-20"),
        "the same again": ("The hearing is on Monday at 10:00", None, ""),
        "a time of something else": ("He called at 07:40", None, ""),
        "a day of something else": ("He comes on 4 December", None, ""),
        "a day that is past": ("The hearing of 2026-11-02 was short", None, ""),
        "a day that no calendar has": ("The hearing is on 31 November", None, ""),
        "nothing": ("", None, ""),
    }
)
def test_a_text_proposes_another_date_or_none(text: str, what: Dated | None, now: str) -> None:
    found = moved_date(text, (HEARING, LATER, APPEAL, HELD, NO_DAY), FRIDAY)
    assert (None if found is None else (found.what, found.now)) == (None if what is None else (what, now))


def test_where_nothing_is_due_nothing_is_proposed() -> None:
    assert moved_date("The hearing was moved to 09:30.", (NO_DAY,), FRIDAY) is None


@given(st.text(max_size=200))
def test_any_text_is_read_and_never_proposes_what_is_there(text: str) -> None:
    found = moved_date(f"hearing {text}", (HEARING,), FRIDAY)
    assert found is None or found.now != HEARING.when
