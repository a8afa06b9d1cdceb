from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tables import each
from vault.casework.dates import PartialDate, checked_moment
from vault.errors import UsageError


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
