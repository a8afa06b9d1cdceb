from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from importlib import resources
from itertools import product
from typing import NoReturn

import pytest
from argon2.exceptions import HashingError
from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from hypothesis import given
from hypothesis import strategies as st

from tests.seal.layouts import LAYOUTS, typed_in
from tests.seal.places import KEY, OTHER_KEY, fixed
from tests.tables import each
from vault.errors import MalformedError, RefusedError, TryAgainError, UsageError
from vault.seal.entrance import passphrase as passphrase_module
from vault.seal.entrance.passphrase import (
    CEILING,
    DEFAULT,
    FLOOR,
    LEAST_DIGITS,
    WORDS_COST,
    KdfParameters,
    calibrate,
    check_bounds,
    derive_argon2_salt,
    derive_unlock_key,
    digits_of_guesses,
    measure_ms,
    normalize_passphrase,
    stretch,
)
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

SALT = fixed("vault salt")
PHRASE = bytearray(b"correct horse battery staple")


def test_argon2id_follows_rfc_9106() -> None:
    # RFC 9106 5.3, which uses a secret and associated data; argon2-cffi takes neither, so pyca shows the vector
    # and the next test shows that the two agree.
    derived = Argon2id(
        salt=b"\x02" * 16, length=32, iterations=3, lanes=4, memory_cost=32, ad=b"\x04" * 12, secret=b"\x03" * 8
    ).derive(b"\x01" * 32)
    assert derived.hex() == "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"


def test_stretching_is_argon2id_over_the_salt_of_vault_and_name_as_another_implementation_has_it() -> None:
    for memory_kib, iterations, lanes in ((32, 3, 4), (64, 1, 1), (1024, 2, 8)):
        ours = hash_secret_raw(bytes(PHRASE), SALT[:16], iterations, memory_kib, lanes, 32, Type.ID)
        other = Argon2id(salt=SALT[:16], length=32, iterations=iterations, lanes=lanes, memory_cost=memory_kib)
        assert ours == other.derive(bytes(PHRASE))
    salt, memory = derive_argon2_salt(SALT, "Amina"), FLOOR.memory_kib
    other = Argon2id(salt=salt, length=32, iterations=FLOOR.iterations, lanes=FLOOR.lanes, memory_cost=memory)
    assert stretch(PHRASE, "Amina", SALT, FLOOR) == other.derive(bytes(PHRASE))
    assert bytearray(b"correct horse battery staple") == PHRASE, "wiping is the caller's"


def test_the_costs_are_those_of_the_format_and_the_bounds_themselves_are_allowed() -> None:
    mib = 1_024
    costs = [(FLOOR, (64, 3, 1)), (CEILING, (2_048, 10, 8)), (DEFAULT, (256, 3, 4)), (WORDS_COST, (64, 3, 4))]
    for cost, (memory_mib, iterations, lanes) in costs:
        assert cost == KdfParameters(memory_mib * mib, iterations, lanes)
        check_bounds(cost)


@each(
    {
        "zeros": (KdfParameters(0, 0, 0), "memory_kib = 0 is not between 65536 and 2097152"),
        "less memory": (KdfParameters(65535, 3, 1), "memory_kib = 65535 is not"),
        "more memory": (KdfParameters(2097153, 3, 1), "memory_kib = 2097153 is not"),
        "four terabytes": (KdfParameters(0xFFFFFFFF, 3, 1), "memory_kib = 4294967295 is not"),
        "fewer passes": (KdfParameters(65536, 2, 1), "iterations = 2 is not between 3 and 10"),
        "more passes": (KdfParameters(65536, 11, 1), "iterations = 11 is not"),
        "no lane": (KdfParameters(65536, 3, 0), "lanes = 0 is not between 1 and 8"),
        "more lanes": (KdfParameters(65536, 3, 9), "lanes = 9 is not"),
    }
)
def test_absurd_costs_are_refused_before_anything_is_allocated(
    parameters: KdfParameters, error: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> NoReturn:
        pytest.fail("Argon2 was called")

    monkeypatch.setattr(passphrase_module, "hash_secret_raw", never)
    with pytest.raises(RefusedError, match=error):
        stretch(PHRASE, "Amina", SALT, parameters)


def test_a_machine_without_the_memory_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> NoReturn:
        raise HashingError("Memory allocation error")

    monkeypatch.setattr(passphrase_module, "hash_secret_raw", fail)
    with pytest.raises(TryAgainError, match="not enough memory for 65536 KiB"):
        stretch(PHRASE, "Amina", SALT, FLOOR)


def _normal(text: str) -> bytes:
    return bytes(normalize_passphrase(bytearray(text.encode())))


def test_two_keyboards_that_spell_a_letter_differently_agree_and_case_and_spaces_count() -> None:
    for typed, same in (("pa\u0308ssword", "p\u00e4ssword"), ("\ufb01sh", "fish"), ("\uff21bc", "Abc")):
        assert _normal(typed) == _normal(same)
    assert len({_normal(text) for text in ("abc", "Abc", " abc", "abc ")}) == 4


def test_what_is_empty_or_no_text_is_refused_without_repeating_it() -> None:
    with pytest.raises(RefusedError, match="the passphrase is empty"):
        stretch(bytearray(), "Amina", SALT, FLOOR)
    with pytest.raises(UsageError, match="not UTF-8") as refusal:
        normalize_passphrase(bytearray(b"secret\xff"))
    assert refusal.value.__suppress_context__
    assert "secret" not in str(refusal.value)
    with pytest.raises(UsageError, match="the member name is not text"):
        derive_argon2_salt(SALT, "\udc80")
    with pytest.raises(MalformedError, match="vault salt has 0 bytes, not 32"):
        derive_argon2_salt(b"", "Amina")


def test_a_name_is_found_however_it_is_typed_and_another_one_has_another_salt() -> None:
    ours = derive_argon2_salt(SALT, "Amina")
    assert {derive_argon2_salt(SALT, typed) for typed in ("AMINA", "amina", "\uff21mina")} == {ours}
    others = {derive_argon2_salt(SALT, typed) for typed in ("Amina ", " Amina", "Amima", "")}
    assert ours not in others | {derive_argon2_salt(KEY, "Amina")}


def test_each_factor_and_the_slot_change_the_unlock_key() -> None:
    derived = {
        derive_unlock_key(KEY, slot_info=b"slot 1"),
        derive_unlock_key(KEY, slot_info=b"slot 2"),
        derive_unlock_key(OTHER_KEY, slot_info=b"slot 1"),
        derive_unlock_key(KEY, slot_info=b"slot 1", device_secret=OTHER_KEY),
        derive_unlock_key(KEY, slot_info=b"slot 1", fido2_secret=OTHER_KEY),
        derive_unlock_key(KEY, slot_info=b"slot 1", device_secret=OTHER_KEY, fido2_secret=OTHER_KEY),
    }
    assert len(derived) == 6


def test_factors_have_32_bytes() -> None:
    for k1, factors, error in (
        (b"", {}, "key has 0 bytes"),
        (KEY, {"device_secret": b"x"}, "device secret has 1 bytes"),
        (KEY, {"fido2_secret": b"x"}, "FIDO2 secret has 1 bytes"),
    ):
        with pytest.raises(MalformedError, match=error):
            derive_unlock_key(k1, slot_info=b"", **factors)


def _proportional(ms_per_64_mib_pass: float) -> Callable[[KdfParameters], int]:
    return lambda p: round(ms_per_64_mib_pass * p.memory_kib / FLOOR.memory_kib * p.iterations)


_GIB = 1 << 30


@each(
    {
        "a slow or busy machine keeps the default": (16 * _GIB, 10_000, (256 * 1024, 3)),
        "an ordinary machine": (16 * _GIB, 50, (256 * 1024, 3)),
        "a fast machine takes the most memory": (16 * _GIB, 7.3, (2048 * 1024, 3)),
        "a faster one more passes": (16 * _GIB, 4, (2048 * 1024, 5)),
        "to the last millisecond": (16 * _GIB, 5.46875, (2048 * 1024, 4)),
        "no more passes as long as there could be more memory": (16 * _GIB, 35, (256 * 1024, 3)),
        "never beyond the ceiling": (16 * _GIB, 0, (2048 * 1024, 10)),
        "a quarter of the memory, then passes": (4 * _GIB, 7.5, (1024 * 1024, 5)),
        "never more than a quarter of the memory": (4 * _GIB - 1, 7.3, (512 * 1024, 10)),
        "a small machine keeps the default": (_GIB // 2, 50, (256 * 1024, 3)),
        "unknown memory": (None, 35, (256 * 1024, 5)),
    }
)
def test_calibration_spends_memory_first(
    memory: int | None, ms_per_64_mib_pass: float, chosen: tuple[int, int]
) -> None:
    parameters = calibrate(700, memory, _proportional(ms_per_64_mib_pass))
    assert (parameters.memory_kib, parameters.iterations) == chosen
    assert parameters.lanes == DEFAULT.lanes
    check_bounds(parameters)


def test_calibration_believes_the_least_of_three_runs() -> None:
    busy = iter([400, 2_000, 340, 5_000, 600, 900])
    assert calibrate(700, 16 * _GIB, lambda _: next(busy)) == KdfParameters(512 * 1024, 3, DEFAULT.lanes)


def test_measuring_runs_the_real_thing() -> None:
    assert measure_ms(FLOOR) > 0


# zxcvbn refuses what is easily guessed, in the three languages and in the layouts of their keyboards.
# The second of the second line are the keys of the first in QWERTY.
EASY = """|  |password|P@ssw0rd2024!|qwertyuiop[]|azertyuiop|йцукенгшщзхъ|солнышко2024|motdepasse123
пароль12345|gfhjkm12345|aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa|abacus abacus abacus abacus abacus abacus
Amina Example 1984|колодец колодец"""


@each([typed for line in EASY.splitlines() for typed in line.split("|")])
def test_what_is_guessed_in_days_is_seen(typed: str) -> None:
    assert digits_of_guesses(typed, ("Amina Example", "Harbour Aid")) < LEAST_DIGITS


def test_what_is_not_and_a_generated_one_are_let_pass() -> None:
    chosen = ["a kettle for the harbour", "вечером ничего не горит кроме лампы", "x9#Lq2!vT7pz%Rw"]
    for typed in (*chosen, *(make_passphrase(language).text() for language in Language)):
        assert digits_of_guesses(typed, ("Amina Example",)) >= LEAST_DIGITS, typed


def test_a_long_text_takes_no_longer_than_its_beginning() -> None:
    assert digits_of_guesses("a kettle for the harbour " * 100_000) >= 0


COMMON = """любовь йцукен йцукенг фыва ячсмит россия москва украина sonne motdepasse azerty azertyuiop casevault asylum
asile пароль привет солнышко bonjour"""


@each(COMMON.split())
def test_what_many_people_choose_is_found_at_once(word: str) -> None:
    assert digits_of_guesses(word) <= (1 if word not in {"привет", "солнышко", "bonjour"} else 3)


def test_the_same_keys_in_another_layout_are_as_easy() -> None:
    assert digits_of_guesses("gfhjkm") <= 1
    assert digits_of_guesses("") == 0


def test_what_a_guesser_knows_of_the_member_is_easy_whole_and_in_parts() -> None:
    name = "Zyxquilor Brandvorstam"
    assert digits_of_guesses(name) >= LEAST_DIGITS
    assert digits_of_guesses(name, (name,)) <= 3
    assert digits_of_guesses("Brandvorstam", (name,)) <= 1


@each(["abdiquer", "аварийный"])
def test_a_word_of_our_lists_is_easy_in_each_language(word: str) -> None:
    assert digits_of_guesses(word) <= 3


# Generated passphrases: drawn evenly from fixed lists, and one thing however they are typed.
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
