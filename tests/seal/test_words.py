"""Generated passphrases: drawn evenly from fixed lists, and one thing however they are typed."""

from __future__ import annotations

import hashlib
import re
from importlib import resources
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.seal.layouts import LAYOUTS, typed_in
from tests.tables import each
from vault.errors import UsageError
from vault.seal.entrance.wordlists import (
    LEAST_BITS,
    Language,
    bits_of,
    count_for,
    is_generated,
    make_passphrase,
    word_form,
    words_in,
)

LISTS = {
    Language.ENGLISH: (7772, "18586c092f641ecd1a471dd6ab35618ab69f0aa7483486424f7caf0996d06259"),
    Language.FRENCH: (7775, "719d5757036e0b29f69921b42beb63e8bc0408b8c34849e9d8cb26df3b0209ef"),
    Language.RUSSIAN: (2048, "8b6672725444dfc6edcb3078b0496567789f771bc94368a0763dfac57b34cf46"),
}
LETTERS = {Language.ENGLISH: "a-z", Language.FRENCH: "a-z", Language.RUSSIAN: "авгдеийклмнопрстуфцчшщыьяз"}

passphrases = st.sampled_from(Language).flatmap(
    lambda language: st.tuples(
        st.just(language),
        st.lists(st.sampled_from(words_in(language)), min_size=count_for(language), max_size=9).map(" ".join),
    )
)


@each(Language)
def test_a_list_is_fixed_and_its_words_keep_their_form_in_every_layout(language: Language) -> None:
    """No two words are one in their form, so the form costs no bit: as many phrases, each as likely."""
    words = words_in(language)
    stored = resources.files("vault.seal").joinpath("lists", f"{language}.txt").read_bytes()
    assert (len(words), hashlib.sha256(stored).hexdigest()) == LISTS[language]
    assert list(words) == sorted(set(words))
    spelled = re.compile(f"[{LETTERS[language]}]{{{3 if language is Language.ENGLISH else 4},9}}")
    assert [word for word in words if not spelled.fullmatch(word)] == []
    forms = {word: word_form(word) for word in words}
    assert len(set(forms.values())) == len(words)
    assert all(re.fullmatch("[a-pr-y]+", form) for form in forms.values())
    for layout, word in product(LAYOUTS, words):
        typed = {word_form(typed_in(text, meant=language, layout=layout)) for text in (word, word.upper())}
        assert typed == {forms[word]}, (layout, word)


@given(passphrases, st.sampled_from(list(LAYOUTS)), st.data())
def test_one_form_whatever_the_layout_the_case_and_the_space(
    drawn: tuple[Language, str], layout: str, data: st.DataObject
) -> None:
    language, text = drawn
    typed = typed_in(text, meant=language, layout=layout)
    shifted = "".join(letter.upper() if data.draw(st.booleans()) else letter for letter in typed)
    space = data.draw(st.text(" \t\u00a0", min_size=1, max_size=3))
    spaced = space + shifted.replace(" ", space) + space
    assert word_form(spaced) == word_form(text) == word_form(word_form(text))
    assert is_generated(spaced)


@given(st.text())
def test_every_text_has_a_form_without_space_around(text: str) -> None:
    form = word_form(text)
    assert form == " ".join(form.split())
    form.encode("utf-8", "surrogatepass")


@each(
    {
        "ё": ("зелёный", "зеленый"),
        "Ё": ("ЗЕЛЁНЫЙ", "зеленый"),
        "ё of two parts": ("зеле\u0308ный", "зеленый"),
        "й of two parts": ("зеленыи\u0306", "зеленый"),
        "ё typed in QWERTY": ("ptk`ysq", "зеленый"),
        "two scripts": ("ptkеysй", "зеленый"),
        "accents": ("Abécédaire", "abecedaire"),
        "accents in several words": ("Électrique à l'été", "electrique a l'ete"),
        "sharp s": ("STRASSE", "straße"),
        "ligature": ("\ufb01sh", "fish"),
        "a and q": ("aqua", "qauq"),
        "z and w": ("zebra", "webra"),
        "the keys of m": ("mammal", ",q;?ql"),
    }
)
def test_what_is_typed_by_habit_is_the_same(typed: str, same: str) -> None:
    assert word_form(typed) == word_form(same)


OTHER_WORDS = {"kitten": "mitten", "кит": "кот", "шина": "щина", "word1": "word", "word.": "word"}
OTHERS = [
    *OTHER_WORDS.items(),
    *(("two words", text) for text in ("twowords", "words two", "two words two", "two-words")),
]


@each(OTHERS)
def test_what_is_another_word_is_not(typed: str, other: str) -> None:
    assert word_form(typed) != word_form(other)


@each([("en", 6), ("fr", 6), ("ru", 7)])
def test_a_passphrase_has_at_least_77_bits(language: str, words: int) -> None:
    made = make_passphrase(Language(language))
    assert (len(made.words), made.language) == (words, language)
    assert LEAST_BITS <= made.bits == bits_of(Language(language), words) < LEAST_BITS + 1
    assert set(made.words) <= set(words_in(made.language))
    assert is_generated(made.text())


def test_more_words_can_be_asked_for_and_fewer_cannot() -> None:
    assert len(make_passphrase(Language.RUSSIAN, 9).words) == 9
    with pytest.raises(UsageError, match="6 words are worth less than 77 bits") as refusal:
        make_passphrase(Language.RUSSIAN, 6)
    assert str(refusal.value.next_step) == "Use 7 words or more."


@each(Language)
def test_each_word_of_a_list_is_drawn_as_often(language: Language) -> None:
    """All 65,536 values of two bytes: what would make some words likelier is drawn again."""
    listed = words_in(language)
    whole = len(listed) * (65_536 // len(listed))
    for value in range(65_536):
        draws = iter([value, *[1] * 8])
        first = make_passphrase(language, random=lambda size: next(draws).to_bytes(size, "big")).words[0]  # noqa: B023 - used before the next turn
        assert first == listed[value % len(listed) if value < whole else 1]


def test_chance_is_an_argument_and_the_words_are_not_shown() -> None:
    made = make_passphrase(Language.ENGLISH, random=bytes)
    assert made.text() == "abacus abacus abacus abacus abacus abacus"
    assert "abacus" not in repr(made)


@each(
    {
        "nothing": "",
        "space": " ",
        "chosen": "seven paper lanterns",
        "five words": "abacus abdomen abdominal abide abiding",
        "a word not listed": "abacus abdomen abdominal abide abiding notaword",
        "two lists": "abacus abdomen abdominal улица ягода крыша мебель",
        "six of the short list": "улица ягода крыша мебель фонарь журнал",
    }
)
def test_what_is_not_ours_is_no_generated_passphrase(text: str) -> None:
    assert not is_generated(text)


def test_one_bit_is_worth_one_word() -> None:
    assert count_for(Language.ENGLISH, 1) == 1
    assert count_for(Language.ENGLISH, 13) == 2


def test_each_word_is_drawn_from_two_bytes() -> None:
    drawn: list[int] = []

    def random(size: int) -> bytes:
        drawn.append(size)
        return bytes(size)

    make_passphrase(Language.RUSSIAN, 7, random)
    assert drawn == [2] * 7
