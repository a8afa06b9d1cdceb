"""Tables that ship as files: each names its source, and one that is damaged is refused whole, in plain words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import islice

import msgspec
import pytest

from tests.hygiene.tree import PACKAGES, ROOT
from tests.tables import each
from vault.data_files import ReadWhenAsked, as_table, read_lines, read_table
from vault.deadlines.shipped import rules_of
from vault.deadlines.working_days import calendars_of
from vault.errors import DependencyMissingError
from vault.export.printed_sheets import SheetWords
from vault.export.report_wording import WordsOfKeys, alike

RULE = '[KG_X]\ntitle = "t"\ntrigger = "arrest"\nsource = "s"\ncertainty = "confirmed"\n'
DAYS = 'years = [2026]\n[countries.KG]\nevery_year = ["03-08"]\n'


def test_each_table_names_its_source() -> None:
    tables = [path for package in PACKAGES for path in (ROOT / package).rglob("*.toml")]
    tables += [path for path in (ROOT / "vault").rglob("*.txt") if path.read_text("utf-8").startswith("#")]
    assert len(tables) > 10
    heads = {path: " ".join(islice(path.read_text("utf-8").splitlines(), 20)) for path in tables}
    assert [str(path.relative_to(ROOT)) for path, head in heads.items() if "ource" not in head] == []


@each(
    {
        "no TOML": (rules_of, RULE + "=", "Invalid"),
        "a key that nobody knows": (rules_of, RULE + "is_irreverisble = true", "unknown field `is_irreverisble`"),
        "a word that is no text": (rules_of, RULE.replace('"t"', "1"), "Expected `str`"),
        "no source": (rules_of, RULE.replace('source = "s"', ""), "missing required field `source`"),
        "a trigger that nobody knows": (rules_of, RULE.replace("arrest", "arest"), "Invalid enum value 'arest'"),
        "a period of no days": (rules_of, RULE + 'period = { count = 0, unit = "days" }', "period must be 1 to 1000"),
        "a code in small letters": (rules_of, RULE.replace("KG_X", "kg_x"), "kg_x: code must be capitals"),
        "a rule that ends before it begins": (
            rules_of,
            RULE + "valid_from = 2026-02-02\nvalid_to = 2026-02-01",
            "KG_X: the rule ends before it begins",
        ),
        "a holiday that is no day": (calendars_of, DAYS.replace("03-08", "02-30"), "is none, or lies in another year"),
        "a holiday of another year": (calendars_of, DAYS + "moving = [2027-04-02]", "is none, or lies in another year"),
        "a country that says more": (calendars_of, DAYS + "often = true", "unknown field `often`"),
    }
)
def test_a_damaged_table_is_refused_and_says_where(read: Callable[[str], object], text: str, why: str) -> None:
    with pytest.raises(DependencyMissingError) as refused:
        read(text)
    said = str(refused.value)
    assert re.match(r"the table \w+\.toml of this program cannot be used: ", said)
    assert why in said


def test_the_texts_that_these_rows_damage_are_whole() -> None:
    assert list(rules_of(RULE)) == ["KG_X"]
    assert [day.isoformat() for day in calendars_of(DAYS)["KG"].holidays] == ["2026-03-08"]


@each(["labels", "codes"])
def test_no_language_lacks_a_word_that_another_has(place: str) -> None:
    whole = read_table("vault.export", "words/codes.fr.toml", WordsOfKeys)
    lacking = {
        "labels": {key: word for key, word in whole.labels.items() if key != "details"},
        "codes": {**whole.codes, "client": {"sex": {"female": "femme", "male": "homme"}}},
    }[place]
    key = {"labels": "labels.details", "codes": "codes.client.sex.other"}[place]
    with pytest.raises(DependencyMissingError, match=rf"codes\.ru\.toml .* has no word for {key}"):
        alike({"fr": whole, "ru": msgspec.structs.replace(whole, **{place: lacking})})
    assert alike({"fr": whole, "ru": whole}) == {"fr": whole, "ru": whole}


def test_a_table_that_is_not_there_is_a_part_that_is_missing() -> None:
    for read in (
        lambda: read_table("vault.export", "words/sheet.xx.toml", SheetWords),
        lambda: read_lines("vault", "x"),
    ):
        with pytest.raises(DependencyMissingError, match="it is not there, or is no text"):
            read()


def test_a_table_is_read_when_it_is_first_asked_and_once() -> None:
    asked: list[int] = []

    def read() -> Mapping[str, int]:
        asked.append(1)
        return as_table("a = 1\nb = 2", "x.toml", dict[str, int])

    table = ReadWhenAsked(read)
    assert asked == []
    assert (dict(table), len(table), table["b"], table.get("c"), "a" in table) == ({"a": 1, "b": 2}, 2, 2, None, True)
    assert asked == [1]
