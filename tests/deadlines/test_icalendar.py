"""What a calendar program gets: the date and nothing else."""

from __future__ import annotations

import datetime
import re

from hypothesis import given
from hypothesis import strategies as st

from tests.tables import refused
from vault.deadlines.icalendar import Entry, calendar_text
from vault.errors import UsageError
from vault.words.message import english

STAMP = datetime.datetime(2026, 11, 28, 3, 0, tzinfo=datetime.UTC)
BISHKEK = datetime.timezone(datetime.timedelta(hours=6))
UID = "0f9c5f0e-6a50-4a52-9c3e-0d8f5a3c1b77"


def test_a_calendar_has_dates_under_neutral_titles() -> None:
    entries = [
        Entry(UID, datetime.date(2026, 12, 5)),
        Entry(UID.replace("0f", "1f"), datetime.datetime(2026, 12, 6, 5, 40, tzinfo=BISHKEK)),
    ]
    assert calendar_text(entries, STAMP, english) == (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//CaseVault//EN\r\n"
        f"BEGIN:VEVENT\r\nUID:{UID}\r\nDTSTAMP:20261128T030000Z\r\n"
        "DTSTART;VALUE=DATE:20261205\r\nSUMMARY:Date 1\r\nEND:VEVENT\r\n"
        f"BEGIN:VEVENT\r\nUID:1f{UID[2:]}\r\nDTSTAMP:20261128T030000Z\r\n"
        "DTSTART:20261205T234000Z\r\nSUMMARY:Date 2\r\nEND:VEVENT\r\n"
        "END:VCALENDAR\r\n"
    )


def test_what_would_end_a_value_is_escaped() -> None:
    text = calendar_text([Entry(UID, STAMP)], STAMP, lambda _: "a;b,c\\d\r\nATTENDEE:x\x00\u2028e")
    assert "SUMMARY:a\\;b\\,c\\\\d ATTENDEE:x e\r\n" in text
    assert "\nATTENDEE" not in text


@given(st.text(st.characters(codec="utf-8"), max_size=120))
def test_lines_are_folded_at_75_octets_and_unfold_to_the_same(title: str) -> None:
    text = calendar_text([Entry(UID, STAMP)], STAMP, lambda _: title)
    lines = text.split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    assert "\n" not in text.replace("\r\n", "")
    (summary,) = re.findall(r"^SUMMARY:(.*)$", text.replace("\r\n ", "").replace("\r\n", "\n"), re.MULTILINE)
    unescaped = re.sub(r"\\(.)", r"\1", summary)
    assert unescaped == re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", title)


def test_a_long_title_is_cut_between_letters_and_never_within_one() -> None:
    text = calendar_text([Entry(UID, STAMP)], STAMP, lambda _: "д" * 120)
    assert max(len(line.encode()) for line in text.split("\r\n")) in {74, 75}
    assert "SUMMARY:" + "д" * 120 in text.replace("\r\n ", "")


def test_an_id_that_could_be_a_name_and_a_time_without_a_zone_are_refused() -> None:
    naive = datetime.datetime(2026, 12, 5, 9, 0)
    refused(
        UsageError,
        "hexadecimal|time zone",
        lambda act: act(),
        [
            lambda: Entry("amina-raskolda-1", STAMP),
            lambda: Entry("0f9c", STAMP),
            lambda: Entry(UID + "\r\n", STAMP),
            lambda: Entry(UID, naive),
            lambda: calendar_text([], naive, english),
        ],
    )


def test_the_date_stands_in_no_repr() -> None:
    assert "2026" not in repr(Entry(UID, STAMP))
