"""The gate and its backstop, character by character."""

from __future__ import annotations

import sys

import pytest

from tests.tables import each
from tui.shell.quiet_process import describe_fault, fault_place
from tui.shell.terminal_reset import has_title, without_strings
from tui.text.safe_text import safe_line, safe_paste, safe_text, without_hostile

HOSTILE = [
    *(chr(code) for code in range(0x20) if chr(code) not in "\t\n"),
    *(chr(code) for code in range(0x7F, 0xA0)),
    *"\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
    "\U000e0001",
    "\U000e0041",
    "\U000e007f",
    "\ud800",
    "\udfff",
]
HARMLESS = (
    "a é е\u0301 ё 山 \U0001f469\u200d\U0001f692 \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 [/x] \u00a0 \u2026"
)


@each(HOSTILE)
def test_a_hostile_character_becomes_one_mark_and_leaves_the_backstop_not_at_all(character: str) -> None:
    assert safe_text(f"a{character}b") == "a·b"
    assert safe_line(f"a{character}b") == "a·b"
    assert without_hostile(f"a{character}b") == "ab"


def test_ordinary_text_of_many_scripts_passes_unchanged() -> None:
    for act in (safe_text, safe_line, safe_paste, without_hostile):
        assert act(HARMLESS) == HARMLESS


def test_nothing_else_of_unicode_changes_length() -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    assert len(safe_text(every)) == len(every)
    assert len(safe_line(every)) == len(every)


def test_line_ends_stay_lines_and_a_line_stays_one() -> None:
    assert safe_text("a\r\nb\tc\rd") == "a \nb\tc·d"
    assert safe_line("a\r\nb\tc\nd") == "a  b c d"
    assert safe_paste("a\r\nb\rc\n") == "a\nb\nc\n"
    assert without_hostile("a\tb\nc") == "abc"


@each(
    [
        ("\x1b[31mred\x1b[0m", "\x1b[31mred\x1b[0m"),
        ("a\x1b]52;c;QUJD\x07b", "ab"),
        ("a\x1b]8;;https://x.invalid\x1b\\b", "ab"),
        ("a\x1bPq1\x1b\\b\x1b_x\x1b\\c\x1b^y\x1b\\d\x1bXz\x1b\\e", "abcde"),
        ("a\x1b]2;no end", "a"),
        ("a\x07b\x9b31mc", "ab31mc"),
        ("\x1b[?1049h\x1b[<u", "\x1b[?1049h\x1b[<u"),
    ]
)
def test_the_driver_sends_no_strings_to_the_terminal(output: str, left: str) -> None:
    assert without_strings(output) == left


@each([("xterm-256color", True), ("linux", False), ("dumb", False), ("", False)])
def test_a_title_is_set_only_where_there_is_one(term: str, titled: bool) -> None:
    assert has_title(term) is titled


def test_a_fault_is_told_by_class_place_and_number() -> None:
    with pytest.raises(ValueError, match="invalid literal") as caught:
        int("juniper lantern orbit")
    told = describe_fault(caught.value, kept="Your note is kept.", incident="0badcafe").split("\n")
    assert fault_place(caught.value).startswith("tui/test_safe_text.py:")
    assert told[:2] == ["CaseVault had to stop.", "Your note is kept."]
    assert told[2].startswith("If you report it: incident 0badcafe, ValueError at tui/test_safe_text.py:")
    assert "juniper" not in "".join(told)


def test_a_fault_that_was_never_raised_has_no_place() -> None:
    assert fault_place(ValueError()) == "unknown place"
