"""zxcvbn refuses what is easily guessed, in the three languages and in the layouts of their keyboards."""

from __future__ import annotations

from tests.tables import each
from vault.seal.entrance.strength import LEAST_DIGITS, digits_of_guesses
from vault.seal.entrance.wordlists import Language, make_passphrase

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
