"""zxcvbn refuses what is easily guessed, in the three languages and in the layouts of their keyboards."""

from __future__ import annotations

import pytest

from vault.seal.strength import LEAST_DIGITS, digits_of_guesses
from vault.seal.wordlists import Language
from vault.seal.words import make_passphrase


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "password",
        "P@ssw0rd2024!",
        "qwertyuiop[]",
        "azertyuiop",
        "пароль12345",
        "gfhjkm12345",  # the same keys in QWERTY
        "йцукенгшщзхъ",
        "солнышко2024",
        "motdepasse123",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "abacus abacus abacus abacus abacus abacus",
        "Amina Example 1984",
        "колодец колодец",
    ],
)
def test_what_is_guessed_in_days_is_seen(typed: str) -> None:
    assert digits_of_guesses(typed, ("Amina Example", "Harbour Aid")) < LEAST_DIGITS


@pytest.mark.parametrize(
    "typed", ["a kettle for the harbour", "вечером ничего не горит кроме лампы", "x9#Lq2!vT7pz%Rw"]
)
def test_what_is_not_is_let_pass(typed: str) -> None:
    assert digits_of_guesses(typed, ("Amina Example",)) >= LEAST_DIGITS


@pytest.mark.parametrize("language", Language)
def test_a_generated_one_passes(language: Language) -> None:
    assert digits_of_guesses(make_passphrase(language).text()) >= LEAST_DIGITS


def test_a_long_text_takes_no_longer_than_its_beginning() -> None:
    assert digits_of_guesses("a kettle for the harbour " * 100_000) >= 0
