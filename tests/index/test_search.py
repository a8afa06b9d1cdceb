from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.index.made import case, id16, note, person
from tests.tables import each
from vault.index.case_pages import find
from vault.index.file import Index
from vault.index.full_text import search
from vault.index.indexing import apply
from vault.index.search_text import fold_word, parse, words_of

RECORDS = {
    "ru": "Алёна задержана в аэропорту Манас; адвокат Ёлкин Йорк",
    "ar": "مُحَمَّد عَلِيّ من مدينة قم رقم ١٢٣٤",
    "fa": "کریمی یوسف",
    "vi": "Nguyễn Văn Tèo, né à Hà Nội",
    "ky": "Өмүрбек Жеңишбеков",
    "uz": "Oʻktam Gʻaniyev",
    "en": "Reference K7QM-3XPD, phone +996 555 12-34-56, mail o.zhuk@example.org",
    "wide": "Ｔａｓｈｋｅｎｔ",
    "stress": "Рожко\u0301в",
}


@pytest.fixture
def written(index: Index) -> Index:
    apply(index, [note(name, text) for name, text in RECORDS.items()], {})
    return index


@each(
    {
        "е for ё": ("алена", "ru"),
        "ё for ё, е for Ё, any case": ("АЛЁНА елкин", "ru"),
        "й is itself": ("йорк", "ru"),
        "the last word is a beginning": ("задерж", "ru"),
        "words in any order": ("аэропорту ал", "ru"),
        "Arabic without its vowel marks": ("محمد", "ar"),
        "Arabic with some of them": ("مُحَمَّد علي", "ar"),
        "digits of another script": ("1234", "ar"),
        "Arabic letters for the Persian ones": ("كريمي يوسف", "fa"),
        "Latin without accents": ("nguyen teo", "vi"),
        "Latin with them": ("NGUYỄN", "vi"),
        "several accents on one letter": ("ha no", "vi"),
        "Kyrgyz typed on a Russian keyboard": ("омурбек женишбеков", "ky"),
        "any apostrophe": ("o'ktam g’aniyev", "uz"),
        "a reference is a phrase": ("k7qm-3xpd", "en"),
        "so is an address": ("o.zhuk@example.org", "en"),
        "a plus is no operator": ("+996 555", "en"),
        "a quoted phrase": ('"12-34-56"', "en"),
        "full-width letters": ("tashkent", "wide"),
        "a stress mark": ("рожков", "stress"),
    }
)
def test_a_record_is_found_as_people_type_it(words: str, found: str, written: Index) -> None:
    assert [hit.record for hit in search(written, words).hits] == [id16(found)]


@each(
    {
        "и is not й": "иорк",
        "all the words in one record": "алена nguyen",
        "only the last word is a beginning": "задерж аэропорту",
        "a phrase in another order": '"3XPD K7QM"',
        "a phrase is no beginning": '"Refer"',
        "OR is a word": "airport OR алена",
        "NOT is a word": "NOT",
        "a column is no filter": "names:алена",
        "a star is not read, and one letter is no beginning": "а*",
        "nothing": "",
        "marks alone": "؟ — \u200f \x00 *",
    }
)
def test_what_does_not_match_is_not_found(words: str, written: Index) -> None:
    assert search(written, words).hits == ()


def test_the_newest_comes_first_whenever_it_arrived(index: Index) -> None:
    apply(index, [note("middle", "airport", at=5), note("newest", "airport", at=9)], {})
    apply(index, [note("oldest", "airport", at=1)], {})
    found = [hit.record for hit in search(index, "airport").hits]
    assert found == [id16("newest"), id16("middle"), id16("oldest")]


def test_older_hits_follow_without_gap_or_repetition(index: Index) -> None:
    apply(index, [note(f"n{at}", "airport", at=at) for at in range(7)], {})
    found: list[bytes] = []
    answer = search(index, "airport", limit=3)
    while True:
        found += [hit.record for hit in answer.hits]
        assert answer.more == (answer.older is not None)
        if not answer.more:
            break
        answer = search(index, "airport", limit=3, older=answer.older)
    assert found == [id16(f"n{at}") for at in reversed(range(7))]


def test_exactly_the_limit_is_not_more_and_a_hit_names_record_version_case_and_kind(index: Index) -> None:
    entry = person("Алёна Жук", at=3)
    apply(index, [entry, *(note(f"n{at}", "airport", at=at) for at in range(3))], {})
    assert not search(index, "airport", limit=3).more
    found = search(index, "жук")
    assert found.hits == ((entry.compartment, entry.record, entry.version, entry.case, "person"),)
    assert found.words == ("жук",)


def test_a_phone_is_found_by_its_last_four_digits_or_more_in_any_spacing(index: Index) -> None:
    apply(index, [person("Алёна Жук", phones=("+996 (555) 12-34-56", "none")), person("B", phones=("+996 3457",))], {})
    for digits in ("3456", "34 56", "12-34-56", "12 34 56", "٣٤٥٦", "+996555123456"):
        assert [hit.record for hit in search(index, digits).hits] == [id16("Алёна Жук")], digits
    for digits in ("456", "", "1234", "x", "tel 3456"):
        assert search(index, digits).hits == (), digits


def test_a_phone_is_found_whatever_digit_stands_before_and_its_person_once(index: Index) -> None:
    apply(index, [person(f"P{digit}", phones=(f"55{digit}3456",)) for digit in range(10)], {})
    assert len(search(index, "3456").hits) == 10
    first = search(index, "3456", limit=7)
    assert len(search(index, "3456", older=first.older).hits) == 3
    apply(index, [person("Алёна Жук", phones=("+996 555 123457", "0555 123457"))], {})
    apply(index, [note("call", "she called from 123457")], {})
    assert [hit.kind for hit in search(index, "123457").hits] == ["note", "person"]


HOSTILE = st.one_of(
    st.text(),
    st.text(st.characters(exclude_categories=())),  # lone surrogates too
    st.text("\"*:^(){}+-'\\;, \x00AND OR NOT NEAR/ aя"),
    st.lists(
        st.sampled_from(['"', '""', "AND", "OR", "NOT", "NEAR(", ")", "{", "}", "names:", "a*", "^a", "\x00", "я"])
    ).map(" ".join),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(HOSTILE)
@example('"' * 5_000)
@example("a " * 5_000)
@example("a" * 100_000)
@example("\ud800")
def test_no_input_is_an_error(index: Index, words: str) -> None:
    search(index, words)
    find(index, words)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(HOSTILE)
def test_no_text_is_an_error_to_index(index: Index, text: str) -> None:
    apply(index, [note("n", text, v=repr(text)), case(title=text, v=repr(text)), person("p", v=repr(text))], {})


# The scripts in which this is used. Elsewhere the two tokenizers may divide a word at different places.
_LETTERS = st.text("абвйёЖяabcxyzéüğñçأبتثجحمة١٢3", min_size=1, max_size=8)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_LETTERS, min_size=1, max_size=6), st.data())
def test_a_record_is_found_by_any_of_its_words(index: Index, words: list[str], data: st.DataObject) -> None:
    text = " ".join(words)
    apply(index, [note("n", text, v=text, at=9)], {})
    asked = data.draw(st.lists(st.sampled_from(words), min_size=1))
    versions = {hit.version for hit in search(index, " ".join(asked), limit=10_000).hits}
    assert note("n", text, v=text).version in versions


def test_a_query_of_a_whole_page_stays_small() -> None:
    query = parse("слово " * 100_000)
    assert query is not None
    assert query.expression.count("AND") == 15
    assert query.words == ("слово",)
    assert len(parse("a" * 100_000).expression) < 200  # type: ignore[union-attr]  # it has a letter


def test_folded_words_are_those_that_snippets_look_for() -> None:
    assert [fold_word(word) for word in words_of("Ёлка, Nguyễn-Văn ЙОД ß")] == ["елка", "nguyen", "van", "йод", "ss"]
