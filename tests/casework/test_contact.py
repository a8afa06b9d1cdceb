"""Which numbers are one line, and which ways of reaching somebody are on a never-use list."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.tables import each
from vault.casework.contact import NeverUse, is_never_used, is_same_number, key_of, keys_asked, never_used_in

LIST = ("+996 555 010 203", "owl@example.org", "102", "his brother Timur")


@each([
    ("0555010203", True),
    ("(996) 555-01-02-03", True),
    ("٥٥٥ ٠١٠ ٢٠٣", True),
    ("010203", True),
    ("+996 555 010 204", False),
    ("102", True),
    ("+996 700 000 102", False),
    ("OWL@Example.org", True),
    ("owl203@example.org", False),
    ("his  brother timur", True),
    ("his sister", False),
    ("", False),
])  # fmt: skip
def test_a_way_is_on_the_list_by_its_digits_or_its_letters(way: str, is_on_it: bool) -> None:
    assert is_never_used(way, LIST) is is_on_it


@given(st.text("0123456789", min_size=7, max_size=12), st.sampled_from(["", "0", "+996", "8"]), st.sampled_from(" -("))
def test_spacing_and_what_stands_before_a_number_make_it_no_other_one(number: str, trunk: str, gap: str) -> None:
    assert is_same_number(trunk + gap.join(number), number)


def test_what_is_no_text_is_on_no_list() -> None:
    said: list[object] = [102, None, b"102", (102,)]
    assert [way for way in said if way in NeverUse(LIST)] == []


def test_a_text_says_what_of_the_list_stands_in_it_as_it_is_written() -> None:
    text = "Call 0555 010-203, not 0700 111 222; on 2026-11-28 write to owl@example.org."
    assert never_used_in(text, LIST) == ("0555 010-203", "owl@example.org")
    assert never_used_in(text, ()) == ()


_NUMBERS = st.text("0123", max_size=9)


@given(_NUMBERS, st.lists(_NUMBERS, max_size=4))
def test_a_list_says_of_a_number_what_its_lines_say_one_by_one(number: str, lines: list[str]) -> None:
    assert (number in NeverUse(lines)) is any(number == line or is_same_number(number, line) for line in lines)


@given(_NUMBERS, _NUMBERS.filter(bool))
def test_every_line_that_is_one_with_a_number_is_found_by_its_key(number: str, line: str) -> None:
    keys, ending = keys_asked(number)
    if is_never_used(number, [line]):
        assert key_of(line) in keys or (ending and key_of(line).endswith(ending))
