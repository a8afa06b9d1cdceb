from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from tests.tables import each
from vault.index.search_text import fold_word, fold_words, hits_in, parse, snippet, sort_key, word_places, words_of

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


def test_the_place_with_most_of_the_words_is_shown() -> None:
    text = "суд " + FILL + "суд отложил арест " + FILL + "арест"
    assert "суд отложил арест" in snippet(text, _words("суд арест"))


def test_words_far_apart_do_not_count_together() -> None:
    text = f"суд {FILL} арест {FILL} суд отложил арест"
    assert "суд отложил арест" in snippet(text, _words("суд арест"))


def test_of_two_like_places_the_first_is_shown() -> None:
    assert "арест первый" in snippet(f"{FILL} арест первый {FILL} арест второй", _words("арест"))


def test_an_empty_word_is_no_hit() -> None:
    assert "арест" in snippet(f"{FILL} арест", ("", "арест"))


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


_LETTERS = st.sampled_from("aAeEzß_1 -.'ʻé¨\u0301АаЙйёІʼ\u0651مئة٣«»\u00ad\n\0İσς")


@given(st.text(_LETTERS, max_size=60), st.lists(st.text(_LETTERS, min_size=1, max_size=3), max_size=3))
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
