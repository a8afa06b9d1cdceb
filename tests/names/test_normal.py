from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.tables import each
from vault.names.normal import lookalike, normal, normal_text

ANY_TEXT = st.text(
    alphabet=st.characters(exclude_categories=["Cs"]) | st.sampled_from("Тоoаaрpёй\u200d\u00ad\u0301-\n '٣ﻻ")
)


@each(
    {
        "capitals": ("ТОРГАЕВ", "торгаев"),
        "zero width": ("Торга\u200bе\u200dв", "торгаев"),
        "soft hyphen": ("Тор\u00adгаев", "торгаев"),
        "hyphen and line break": ("Торга-\n  ев", "торгаев"),
        "right-to-left override": ("\u202eТоргаев\u202c", "торгаев"),
        "Latin look-alikes in a Cyrillic word": ("Торгaeв", "торгаев"),
        "Cyrillic look-alikes in a Latin word": ("Tоrgаev", "torgaev"),
        "fullwidth": ("Ｔｏｒｇａｅｖ", "torgaev"),
        "mathematical letters": ("𝐓𝐨𝐫𝐠𝐚𝐞𝐯", "torgaev"),
        "combining mark": ("Торга\u0301ев", "торгаев"),
        "yo": ("Семён", "семен"),
        "short i": ("Андрей", "андреи"),
        "short i, decomposed": ("Андре\u0438\u0306", "андреи"),
        "Kyrgyz letters": ("Өмүрбек", "омурбек"),
        "apostrophes": ("ʻOʼBrannik’", "'o'brannik'"),
        "stroked l": ("Łukowska", "lukowska"),
        "digits of other scripts": ("٠٥٥٥ ۱۲۳", "0555 123"),
        "tatweel and ta marbuta": ("عالـية", "عاليه"),
        "Persian ya": ("علی", "علي"),
        "presentation forms": ("ﻢﺘﺳﺭ", "متسر"),
        "spaces": ("a\u00a0b\tc\u2028d", "a b c\nd"),
    }
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
