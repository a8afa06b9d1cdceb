from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.index.made import case, id16, note, person
from vault.index.apply import apply
from vault.index.cases import find
from vault.index.file import Index
from vault.index.fold import fold_word, words_of
from vault.index.query import parse
from vault.index.search import find_phone, search

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


@pytest.mark.parametrize(
    ("words", "found"),
    [
        pytest.param("алена", "ru", id="е for ё"),
        pytest.param("АЛЁНА елкин", "ru", id="ё for ё, е for Ё, any case"),
        pytest.param("йорк", "ru", id="й is itself"),
        pytest.param("задерж", "ru", id="the last word is a beginning"),
        pytest.param("аэропорту ал", "ru", id="words in any order"),
        pytest.param("محمد", "ar", id="Arabic without its vowel marks"),
        pytest.param("مُحَمَّد علي", "ar", id="Arabic with some of them"),
        pytest.param("1234", "ar", id="digits of another script"),
        pytest.param("كريمي يوسف", "fa", id="Arabic letters for the Persian ones"),
        pytest.param("nguyen teo", "vi", id="Latin without accents"),
        pytest.param("NGUYỄN", "vi", id="Latin with them"),
        pytest.param("ha no", "vi", id="several accents on one letter"),
        pytest.param("омурбек женишбеков", "ky", id="Kyrgyz typed on a Russian keyboard"),
        pytest.param("o'ktam g’aniyev", "uz", id="any apostrophe"),
        pytest.param("k7qm-3xpd", "en", id="a reference is a phrase"),
        pytest.param("o.zhuk@example.org", "en", id="so is an address"),
        pytest.param("+996 555", "en", id="a plus is no operator"),
        pytest.param('"12-34-56"', "en", id="a quoted phrase"),
        pytest.param("tashkent", "wide", id="full-width letters"),
        pytest.param("рожков", "stress", id="a stress mark"),
    ],
)
def test_a_record_is_found_as_people_type_it(index: Index, words: str, found: str) -> None:
    apply(index, [note(name, text) for name, text in RECORDS.items()], {})
    assert [hit.record for hit in search(index, words).hits] == [id16(found)]


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("иорк", id="и is not й"),
        pytest.param("алена nguyen", id="all the words in one record"),
        pytest.param("задерж аэропорту", id="only the last word is a beginning"),
        pytest.param('"3XPD K7QM"', id="a phrase in another order"),
        pytest.param('"Refer"', id="a phrase is no beginning"),
        pytest.param("airport OR алена", id="OR is a word"),
        pytest.param("NOT", id="NOT is a word"),
        pytest.param("names:алена", id="a column is no filter"),
        pytest.param("а*", id="a star is not read, and one letter is no beginning"),
        pytest.param("", id="nothing"),
        pytest.param("؟ — \u200f \x00 *", id="marks alone"),
    ],
)
def test_what_does_not_match_is_not_found(index: Index, words: str) -> None:
    apply(index, [note(name, text) for name, text in RECORDS.items()], {})
    assert search(index, words).hits == ()


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


def test_exactly_the_limit_is_not_more(index: Index) -> None:
    apply(index, [note(f"n{at}", "airport", at=at) for at in range(3)], {})
    assert not search(index, "airport", limit=3).more


def test_a_hit_names_record_version_case_and_kind(index: Index) -> None:
    entry = person("Алёна Жук", at=3)
    apply(index, [entry], {})
    (hit,) = search(index, "жук").hits
    assert hit == (entry.compartment, entry.record, entry.version, entry.case, "person")
    assert search(index, "жук").words == ("жук",)


@pytest.mark.parametrize("digits", ["3456", "34 56", "12-34-56", "0555 12 34 56"[5:], "٣٤٥٦", "+996555123456"])
def test_a_phone_is_found_by_its_last_digits_in_any_spacing(index: Index, digits: str) -> None:
    apply(index, [person("Алёна Жук", phones=("+996 (555) 12-34-56", "none")), person("B", phones=("+996 3457",))], {})
    assert [hit.record for hit in find_phone(index, digits)] == [id16("Алёна Жук")]


@pytest.mark.parametrize("digits", ["456", "", "1234", "x"], ids=["too few", "none", "not its end", "no digit"])
def test_no_phone_is_found_by_less_than_its_last_four_digits(index: Index, digits: str) -> None:
    apply(index, [person("Алёна Жук", phones=("+996 (555) 12-34-56",))], {})
    assert find_phone(index, digits) == ()


def test_whatever_digit_stands_before_the_given_ones(index: Index) -> None:
    apply(index, [person(f"P{digit}", phones=(f"55{digit}3456",)) for digit in range(10)], {})
    assert len(find_phone(index, "3456")) == 10


def test_a_person_with_two_like_numbers_is_found_once(index: Index) -> None:
    apply(index, [person("Алёна Жук", phones=("+996 555 123456", "0555 123456"))], {})
    assert len(find_phone(index, "123456")) == 1


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
    find_phone(index, words)


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
