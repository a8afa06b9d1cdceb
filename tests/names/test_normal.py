from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.names.normal import lookalike, normal, normal_text

ANY_TEXT = st.text(
    alphabet=st.characters(exclude_categories=["Cs"]) | st.sampled_from("Тоoаaрpёй\u200d\u00ad\u0301-\n '٣ﻻ")
)


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        pytest.param("ТОРГАЕВ", "торгаев", id="capitals"),
        pytest.param("Торга\u200bе\u200dв", "торгаев", id="zero width"),
        pytest.param("Тор\u00adгаев", "торгаев", id="soft hyphen"),
        pytest.param("Торга-\n  ев", "торгаев", id="hyphen and line break"),
        pytest.param("\u202eТоргаев\u202c", "торгаев", id="right-to-left override"),
        pytest.param("Торгaeв", "торгаев", id="Latin look-alikes in a Cyrillic word"),
        pytest.param("Tоrgаev", "torgaev", id="Cyrillic look-alikes in a Latin word"),
        pytest.param("Ｔｏｒｇａｅｖ", "torgaev", id="fullwidth"),
        pytest.param("𝐓𝐨𝐫𝐠𝐚𝐞𝐯", "torgaev", id="mathematical letters"),
        pytest.param("Торга\u0301ев", "торгаев", id="combining mark"),
        pytest.param("Семён", "семен", id="yo"),
        pytest.param("Андрей", "андреи", id="short i"),
        pytest.param("Андре\u0438\u0306", "андреи", id="short i, decomposed"),
        pytest.param("Өмүрбек", "омурбек", id="Kyrgyz letters"),
        pytest.param("ʻOʼBrannik’", "'o'brannik'", id="apostrophes"),
        pytest.param("Łukowska", "lukowska", id="stroked l"),
        pytest.param("٠٥٥٥ ۱۲۳", "0555 123", id="digits of other scripts"),
        pytest.param("عالـية", "عاليه", id="tatweel and ta marbuta"),
        pytest.param("علی", "علي", id="Persian ya"),
        pytest.param("ﻢﺘﺳﺭ", "متسر", id="presentation forms"),
        pytest.param("a\u00a0b\tc\u2028d", "a b c\nd", id="spaces"),
    ],
)
def test_disguises_fold_to_one_plain_form(source: str, plain: str) -> None:
    assert normal(source) == plain


@given(ANY_TEXT)
def test_each_plain_character_knows_the_source_character_it_came_from(source: str) -> None:
    text = normal_text(source)
    assert len(text.places) == len(text.text)
    assert list(text.places) == sorted(text.places)
    assert all(0 <= place < len(source) for place in text.places)


@given(ANY_TEXT, st.data())
def test_the_source_of_a_plain_range_folds_back_to_what_holds_that_range(source: str, data: st.DataObject) -> None:
    text = normal_text(source)
    if not text.text:
        return
    start = data.draw(st.integers(0, len(text.text) - 1))
    end = data.draw(st.integers(start + 1, len(text.text)))
    first, last = text.source_range(start, end)
    assert 0 <= first < last <= len(source)
    around = [place for place in text.places if first <= place < last]
    assert len(around) >= end - start


@given(st.text(alphabet="абвгдежзиклмнопрстуфхabcdefghijk ", max_size=30))
def test_a_plain_text_of_whole_words_is_its_own_plain_form(source: str) -> None:
    assert normal(normal(source)) == normal(source)


def test_a_word_typed_in_look_alikes_throughout_has_a_twin() -> None:
    assert lookalike("хрометов") == "xpometob"
    assert lookalike("щука") is None
    assert lookalike("tamara") == "тамага"
    assert lookalike("vera") is None
