from __future__ import annotations

import sys

import pytest

from tests.tables import each
from vault.errors import DependencyMissingError
from vault.names import russian
from vault.names.russian import case_forms, use_of
from vault.names.written_forms import latin_spellings, lookalikes, without_ending, word_forms, words_of


@each(
    [
        ("Скворкин", {"skvorkin", "skvorkine", "skworkin"}),
        ("Рожнов", {"rozhnov", "rojnov", "roznov"}),
        ("Щегловский", {"shcheglovskii", "shcheglovsky", "chtcheglovski", "schtscheglowskij", "shcheglovskiy"}),
        ("Юлия", {"iuliia", "yuliya", "julija", "iouliia"}),
        ("Цойкин", {"tsoikin", "tsoykin", "tcoikin"}),
        ("Семён", {"semen", "semyon"}),
        ("Елена", {"elena", "yelena"}),
        ("Торгаев", {"torgaev", "torgayev", "torgaiev", "torgaew"}),
        ("Өмүр", {"omur"}),
        ("Łukowska", {"lukowska"}),
        ("O’Brannik", {"obrannik"}),
        ("رستم", {"rstm"}),
    ]
)
def test_passports_and_press_spell_a_name_in_these_ways(word: str, spellings: set[str]) -> None:
    assert spellings <= set(latin_spellings(word))


@each(
    [
        ("Торгаев", "торгаева торгаеву торгаевым торгаеве торгаевой торгаевых торгаевыми"),
        ("Торгаева", "торгаев торгаевой торгаеву торгаевым"),
        ("Скворкина", "скворкин скворкиной скворкину скворкины скворкиных"),
        ("Щегловский", "щегловского щегловскому щегловским щегловском щегловская щегловской щегловскую"),
        ("Элмар", "элмара элмару элмаром элмаре"),
        ("Алия", "алии алию алией"),
        ("Маратович", "маратовича маратовичем маратовичу маратовна маратовны"),
        ("Жгунь", "жгуня жгуню жгунем"),
        ("Збруй", "збруя збрую збруем"),
        ("Кваша", "кваши кваше квашу квашей"),
    ]
)
def test_russian_cases_and_genders_are_made_for_known_and_unknown_names(word: str, forms: str) -> None:
    assert set(forms.split()) <= case_forms(word)


def test_a_word_of_a_name_is_looked_for_plain_declined_and_transliterated() -> None:
    assert {"торгаев", "торгаевым", "torgaev"} <= word_forms("Торгаев")
    assert "toprae" in lookalikes({"торгае"})
    assert all(form == form.casefold() for form in word_forms("Щегловский"))


def test_a_name_is_taken_apart_as_it_is_written() -> None:
    assert words_of("О’Бранник Аль-Саид Э. Торга\u00adев") == ("О’Бранник", "Аль", "Саид", "Э", "Торга\u00adев")


@each(["torgaevs", "torgaevom", "торгаевдин", "торгаевга", "وtorgaev"])
def test_what_is_written_onto_a_name_can_be_taken_off(token: str) -> None:
    assert {"torgaev", "торгаев"} & set(without_ending(token))


def test_ordinary_words_are_told_from_names_and_places() -> None:
    assert use_of("допрос").ordinary
    for name in ("рустам", "вера", "марта", "чинара", "бишкек", "зюзюкинск"):
        assert not use_of(name).ordinary


def test_a_word_of_grammar_is_one_even_where_a_river_is_called_so() -> None:
    assert use_of("по").grammar
    assert use_of("том").grammar
    assert not use_of("вера").grammar
    assert not use_of("зюзюкинск").grammar


@each(["кулаков", "урин", "вера", "зюзюкинск", "шали"])
def test_a_surname_is_not_taken_for_the_first_word_of_a_sentence(word: str) -> None:
    assert not use_of(word).first
    assert use_of("допрос").first
    assert use_of("по").first


def test_a_missing_dictionary_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymorphy3", None)
    russian._analyzer.cache_clear()
    try:
        with pytest.raises(DependencyMissingError, match="the Russian dictionary"):
            case_forms("Торгаев")
    finally:
        russian._analyzer.cache_clear()


def test_importing_names_does_not_load_the_dictionary() -> None:
    import subprocess  # noqa: PLC0415 - only this test starts a process

    code = "import sys, vault.redaction.apply; print('pymorphy3' in sys.modules, 'phonenumbers' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["False", "False"]
