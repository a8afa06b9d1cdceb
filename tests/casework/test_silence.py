"""For how long a case had no contact: from its notes alone."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.english import in_english
from tests.tables import each
from vault.casework.note import Note, contact_day, days_since, last_contact, silence
from vault.casework.vocabulary import NoteKind

WRITTEN = 1_795_615_320_000  # 2026-11-25


@each([
    (NoteKind.CONTACT, None, "2026-11-25"),
    (NoteKind.CONTACT, "2026-11-20T14:02", "2026-11-20"),
    (NoteKind.CONTACT, "2026-11", "2026-11-01"),
    (NoteKind.CONTACT, "2026~", "2026-01-01"),
    (NoteKind.INTERVIEW, "2026-11-20", None),
])  # fmt: skip
def test_the_day_of_a_contact_is_when_it_was_or_when_it_was_written(
    kind: NoteKind, occurred: str | None, day: str | None
) -> None:
    assert contact_day(Note(kind, "A call.", occurred=occurred), WRITTEN) == day


DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@given(st.lists(DAYS, max_size=5), DAYS)
def test_the_last_contact_counts_and_a_day_to_come_is_no_silence(days: list[date], today: date) -> None:
    last = last_contact((Note(NoteKind.CONTACT, "A call.", occurred=day.isoformat()), 0) for day in days)
    assert last == (max(days).isoformat() if days else None)
    if last is not None:
        assert days_since(last, today.isoformat()) == max(today - max(days), timedelta()).days


def test_silence_is_said_in_words() -> None:
    said = in_english(silence(last, "2026-11-25") for last in (None, "2026-11-25", "2026-11-24", "2026-11-01"))
    assert said == (
        "no contact is noted", "last contact today", "no contact for 1 day", "no contact for 24 days",
    )  # fmt: skip
