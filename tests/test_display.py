"""The gate of all display text, by a table: what never passes, and what passes only where a script needs it."""

from __future__ import annotations

import sys
import time
import unicodedata

import pytest

from tests.hygiene.tree import PACKAGES, ROOT, python_files
from vault.display import DAY, is_one_line, one_line, safe_text, time_data, time_text

FSI, LRI, RLI, PDI = "\u2068", "\u2066", "\u2067", "\u2069"
ZWNJ, ZWJ, VS16 = "\u200c", "\u200d", "\ufe0f"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("می" + ZWNJ + "خواهم", id="Persian: I want"),
        pytest.param("خانه" + ZWNJ + "ها", id="Persian: houses"),
        pytest.param("ه" + ZWJ + " ۱۴۰۳", id="Persian: of the Hijra"),
        pytest.param("क्" + ZWJ + "ष", id="Hindi: a half form"),
        pytest.param("\U0001f469" + ZWJ + "\U0001f692", id="a picture of two"),
        pytest.param("\u2764" + VS16 + ZWJ + "\U0001f525", id="a picture with a selector"),
        pytest.param("1" + VS16 + "\u20e3", id="a key"),
        pytest.param("葛\U000e0100城", id="a name with a variant"),
        pytest.param(f"client {FSI}نور{PDI}, born 1991", id="a name of another script"),
        pytest.param(f"{RLI}a {LRI}b{PDI} c{PDI}", id="one inside another"),
        pytest.param("é е\u0301 ё ß 山\u3000 \u00a0 \u2026 \u0130 word\tword\nline", id="accents, spaces and lines"),
    ],
)
def test_what_a_script_needs_passes(text: str) -> None:
    assert safe_text(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("pass" + ZWNJ + "port", "pass·port", id="a joiner in a Latin word"),
        pytest.param("пас" + ZWJ + "порт", "пас·порт", id="a joiner in a Cyrillic word"),
        pytest.param(ZWNJ + "می", "·می", id="a joiner before a word"),
        pytest.param("\U0001f469" + ZWJ + "a", "\U0001f469·a", id="a picture joined to a letter"),
        pytest.param("a" + VS16 + "b", "a·b", id="a selector behind a letter"),
        pytest.param("a\U000e0100b", "a·b", id="a variant of a letter"),
        pytest.param("a\ufe00b", "a·b", id="a rare selector"),
        pytest.param("pass\u00adport", "pass·port", id="a soft hyphen"),
        pytest.param("a\u034fb", "a·b", id="a grapheme joiner"),
        pytest.param("a\u2061b", "a·b", id="an invisible operator"),
        pytest.param("a\u3164b", "a·b", id="a Hangul filler"),
        pytest.param("a\u206ab", "a·b", id="a deprecated control"),
        pytest.param("a\u2065b\ufff0\ufff8", "a·b··", id="what is kept for signs that show nothing"),
        pytest.param("a\u202eb\u202c", "a·b·", id="an override"),
        pytest.param("a\u200fb", "a·b", id="a direction mark"),
        pytest.param(f"a{RLI}b", "a·b", id="an isolate that does not end"),
        pytest.param(f"a{PDI}b", "a·b", id="an end without a beginning"),
        pytest.param(f"{RLI}a\nb{PDI}", "·a\nb·", id="an isolate over two lines"),
        pytest.param(f"{FSI}{RLI}a{PDI}", f"·{RLI}a{PDI}", id="one of two does not end"),
    ],
)
def test_elsewhere_it_is_shown_as_a_mark(text: str, shown: str) -> None:
    assert safe_text(text) == shown


def test_no_control_and_no_format_character_passes_alone() -> None:
    passed = [
        letter
        for letter in map(chr, range(sys.maxunicode + 1))
        if unicodedata.category(letter) in {"Cc", "Cf", "Zl", "Zp"} and safe_text(f"a{letter}b") == f"a{letter}b"
    ]
    # Signs of Arabic, Syriac, Kaithi and Egyptian that are format characters by class and seen all the same.
    seen = {*range(0x0600, 0x0606), 0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2, 0x110BD, 0x110CD, *range(0x13430, 0x13456)}
    assert {ord(letter) for letter in passed} - seen == {0x09, 0x0A}


def test_the_length_stays() -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    assert len(safe_text(every)) == len(every)


@pytest.mark.parametrize(
    ("ms", "shown"),
    [
        pytest.param(0, "1970-01-01 00:00", id="the first moment"),
        pytest.param(1_764_000_000_999, "2025-11-24 16:00", id="a day of ours"),
        pytest.param(253_402_300_799_999, "9999-12-31 23:59", id="the last moment"),
        pytest.param(-1, None, id="before the first"),
        pytest.param(253_402_300_800_000, None, id="behind the last"),
        pytest.param((1 << 64) - 1, None, id="the largest number of eight bytes"),
        pytest.param(-(1 << 63), None, id="the smallest"),
        pytest.param(1 << 4000, None, id="no float"),
    ],
)
def test_a_time_that_no_calendar_has_is_shown_as_none(ms: int, shown: str | None) -> None:
    assert time_data(ms) == shown
    assert time_text(ms) == (shown or "?")


def test_a_time_is_said_in_the_zone_of_this_computer_where_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "<+14>-14")
    time.tzset()
    try:
        assert time_text(1_764_000_000_000, DAY, zone=None) == "2025-11-25"
        assert time_text(253_402_300_799_999, DAY, zone=None) == "?"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_number_becomes_a_time_in_one_place() -> None:
    # The others ask the clock of this computer.
    own = {"vault/display.py", "vault/services/exports/said_beside.py", "vault/services/health.py"}
    found = {
        str(path.relative_to(ROOT)) for path in python_files(*PACKAGES) if "fromtimestamp" in path.read_text("utf-8")
    }
    assert found == own


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Mira\nHalvorsen", "Mira·Halvorsen"),
        ("Mira\tHalvorsen", "Mira·Halvorsen"),
        ("Mira\r\nHalvorsen", "Mira··Halvorsen"),
        ("Mira\u2028Halvorsen", "Mira·Halvorsen"),
        ("Mira\ud800", "Mira·"),
        (f"Mira {RLI}x", "Mira ·x"),
    ],
)
def test_within_a_line_a_break_is_a_mark_and_no_name(name: str, shown: str) -> None:
    assert one_line(name) == shown
    assert not is_one_line(name)
    assert is_one_line(shown)


@pytest.mark.parametrize(
    ("name", "fits"), [("Mira", True), ("M. \u0130 Halvorsen", True), ("", False), (" Mira", False), ("Mira ", False)]
)
def test_a_name_has_something_in_it_and_no_blanks_around_it(name: str, fits: bool) -> None:
    assert is_one_line(name) is fits
