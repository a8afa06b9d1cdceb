from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.index.made import case, id16, id32, note, person, tag
from tests.tables import each
from vault.index import indexing
from vault.index.case_pages import find
from vault.index.document_rows import FreeNumbers
from vault.index.file import Index
from vault.index.full_text import search
from vault.index.indexing import apply
from vault.index.search_text import fold_word, fold_words, hits_in, parse, snippet, sort_key, word_places, words_of

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
def library(index: Index) -> Index:
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
def test_a_record_is_found_as_people_type_it(words: str, found: str, library: Index) -> None:
    assert [hit.record for hit in search(library, words).hits] == [id16(found)]


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
def test_what_does_not_match_is_not_found(words: str, library: Index) -> None:
    assert search(library, words).hits == ()


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


FILL = "прочие слова " * 40


def _words(text: str) -> tuple[str, ...]:
    query = parse(text)
    assert query is not None
    return query.words


@each([("арест", "Арестовали"), ("nguyen", "Nguyễn"), ("елкин", "Ёлкин"), ("محمد", "مُحَمَّد"), ("рожков", "Рожко\u0301в")])
def test_the_hit_is_in_the_snippet_as_it_was_written(asked: str, written: str) -> None:
    cut = snippet(f"{FILL} {written} {FILL}", _words(asked))
    assert written in cut
    assert cut.startswith("…")
    assert cut.endswith("…")


@each(
    {
        "where most of the words are": (
            f"суд {FILL}суд отложил арест {FILL}арест", ("суд", "арест"), "суд отложил арест",
        ),
        "not where they are far apart": (
            f"суд {FILL} арест {FILL} суд отложил арест", ("суд", "арест"), "суд отложил арест",
        ),
        "the first of two like places": (f"{FILL} арест первый {FILL} арест второй", ("арест",), "арест первый"),
        "no place of an empty word": (f"{FILL} арест", ("", "арест"), "арест"),
    }
)  # fmt: skip
def test_a_snippet_shows(text: str, words: tuple[str, ...], shown: str) -> None:
    assert shown in snippet(text, words)


def test_a_short_text_is_shown_whole_and_in_one_line() -> None:
    assert snippet("first line\n\tsecond\r\nline", _words("second")) == "first line second line"


def test_without_a_hit_the_beginning_is_shown() -> None:
    assert snippet("begins here " + FILL, ("absent",)).startswith("begins here")
    assert snippet("begins here " + FILL, ()).startswith("begins here")


def test_words_are_not_cut_at_the_front() -> None:
    assert snippet(FILL + "арест", ("арест",)).startswith(("…прочие", "…слова"))


@each(["\x1b[2J", "\u202e", "\x00", "\x9b", "\ud800", "\u2028"])
def test_nothing_that_moves_a_terminal_or_turns_text_comes_through(hidden: str) -> None:
    assert snippet(f"a{hidden}b", ("a",)) == "a b" if len(hidden) == 1 else "a [2Jb"


@given(
    st.text(st.characters(exclude_categories=()), max_size=600),
    st.lists(st.text(max_size=4), max_size=5),
    st.integers(41, 300),
)
@example("x" * 300_000, ["x"], 160)
@example("x y " * 60_000, ["x", "y"], 160)
def test_no_text_and_no_words_are_an_error_and_the_width_holds(text: str, words: list[str], width: int) -> None:
    cut = snippet(text, words, width)
    assert len(cut) <= width + 2
    assert not any(ord(letter) < 32 or 0xD800 <= ord(letter) < 0xE000 for letter in cut)


@given(st.text(st.characters(exclude_categories=()), max_size=300))
@example("Ёлкин ﷺ İstanbul ǅ й и\u0306 Straße \ufdfa \u0345\n")
def test_words_folded_together_are_as_each_alone(text: str) -> None:
    words = words_of(text)
    assert fold_words(words) == [fold_word(word) for word in words]


def test_titles_sort_without_case_marks_and_accents() -> None:
    titles = ["«Ёж»", "émile", "Еж 2", "Zoé", "Йод", "Игла"]
    assert sorted(titles, key=sort_key) == ["émile", "Zoé", "«Ёж»", "Еж 2", "Игла", "Йод"]


_SOME_LETTERS = st.sampled_from("aAeEzß_1 -.'ʻé¨\u0301АаЙйёІʼ\u0651مئة٣«»\u00ad\n\0İσς")


@given(st.text(_SOME_LETTERS, max_size=60), st.lists(st.text(_SOME_LETTERS, min_size=1, max_size=3), max_size=3))
@example("Йод и йод_йод, ʻйод", ["йод"])
@example("Zürich «ZÜR» xzur", ["zur", "zu"])
def test_each_word_that_begins_so_is_found_where_it_stands(text: str, asked: list[str]) -> None:
    words = tuple(filter(None, map(fold_word, asked)))
    spelt = [(start, end, fold_word(text[start:end])) for start, end in word_places(text)]
    expected = [
        (start, end, next(word for word in words if written.startswith(word)), written)
        for start, end, written in spelt
        if written.startswith(words)
    ]
    assert [tuple(hit) for hit in hits_in(text, words)] == expected


def test_the_digest_is_the_sum_of_the_tags_of_each_record_with_its_sorted_heads(index: Index) -> None:
    apply(index, [note("a", "x", v="1"), note("a", "x", v="2"), note("b", "x")], {})
    heads = b"".join(sorted([id32("a1"), id32("a2")]))
    total = int.from_bytes(tag(id16("a"), heads)) + int.from_bytes(tag(id16("b"), id32("b")))
    assert index.digest() == (total % 2**256).to_bytes(32)


def test_a_head_that_was_changed_behind_the_program_shows_in_the_recount(index: Index) -> None:
    apply(index, [note("a", "x"), note("b", "x")], {})
    assert indexing.recount(index) == index.digest()
    with index.writing() as sql:
        sql.execute("UPDATE head SET version=? WHERE record=?", (bytes(32), id16("a")))
    assert indexing.recount(index) != index.digest()


def test_the_recount_spans_its_pages_and_splits_no_record(index: Index) -> None:
    apply(index, [note(f"n{i % 3_000}", "", v=str(i)) for i in range(6_000)], {})
    assert indexing.recount(index) == index.digest()


def test_a_recount_that_the_index_outran_has_no_answer(index: Index) -> None:
    apply(index, [note("a", "x")], {})
    made = index.tag

    def meddling(record: bytes, heads: bytes) -> bytes:
        index.changes += 1
        return made(record, heads)

    apply(index, [note(f"n{i}", "") for i in range(5_000)], {})
    index.tag = meddling
    assert indexing.recount(index) is None


_NUMBERS = st.integers(0, 400)


@contextmanager
def with_documents(docs: Iterable[int]) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as sql:
        sql.execute("CREATE TABLE head(doc INTEGER PRIMARY KEY)")
        sql.executemany("INSERT INTO head VALUES (?)", [(doc,) for doc in docs])
        yield sql


def taken_for(docs: Iterable[int], places: list[int]) -> list[int]:
    with with_documents(docs) as sql:
        return taken_in(sql, places)


def taken_in(sql: sqlite3.Connection, places: list[int]) -> list[int]:
    numbers = FreeNumbers(sql, places)
    return [numbers.take(place) for place in places]


@given(st.sets(_NUMBERS), st.sets(_NUMBERS), st.lists(_NUMBERS, max_size=300))
def test_each_gets_a_free_number_of_its_own_at_its_place_or_behind_it(
    some: set[int], runs: set[int], places: list[int]
) -> None:
    docs = some | {number for start in runs for number in range(start, start + 70)}
    places.sort()
    taken = taken_for(docs, places)
    assert len({*docs, *taken}) == len(docs) + len(taken)
    assert all(number >= place for number, place in zip(taken, places, strict=True))
    assert all(number == place for number, place in zip(taken, places, strict=True) if place not in {*docs, *taken})


@given(st.sets(_NUMBERS), st.lists(_NUMBERS, max_size=300))
def test_of_one_moment_the_numbers_rise(docs: set[int], places: list[int]) -> None:
    places.sort()
    taken = taken_for(docs, places)
    assert all(
        first < second
        for (place, first), (following, second) in zip(
            zip(places, taken, strict=True), list(zip(places, taken, strict=True))[1:], strict=False
        )
        if place == following
    )


def test_a_place_that_nobody_has_is_taken_itself() -> None:
    assert taken_for([3, 4, 9], [1, 5, 8, 10]) == [1, 5, 8, 10]


def test_what_an_import_brings_in_one_moment_costs_few_questions_whatever_stands_there() -> None:
    asked: list[str] = []
    with with_documents(range(7, 60_000)) as sql:
        sql.set_trace_callback(asked.append)
        assert taken_in(sql, [7] * 5_000) == list(range(60_000, 65_000))
    assert len(asked) < 100
