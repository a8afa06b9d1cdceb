from __future__ import annotations

import random
import sys
from collections.abc import Callable, Sequence
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.index.conftest import index, make_index
from tests.index.made import id16, person
from tests.names import held_back
from tests.names.variants import SCHEMES, declined, feminine, mistyped, romanised
from tests.redaction.people import WITNESS, WITNESS_PERSON, registry_of, renamed
from tests.tables import each
from vault.errors import DependencyMissingError
from vault.index.entries import PersonColumns
from vault.index.file import Index
from vault.index.indexing import apply
from vault.index.people_index import find_alike
from vault.index.search_text import sort_key
from vault.names import russian
from vault.names.likeness import MOST_SKELETONS, Alike, nearby_keys, skeletons_asked, skeletons_of
from vault.names.normal import lookalike, normal, normal_text
from vault.names.russian import case_forms, use_of
from vault.names.written_forms import latin_spellings, lookalikes, without_ending, word_forms, words_of
from vault.redaction.find_registered import find_in
from vault.redaction.sounding import Sounding

__all__ = ["index", "make_index"]  # fixtures

Find = Callable[[Index, Sequence[str], str], set[str]]
"""Returns which of the names that were entered may be the one that is asked."""


@pytest.fixture(params=["by sound", "by register"])
def find(request: pytest.FixtureRequest) -> Find:
    """Return each way in which the program looks: the index of a member, and the register."""
    return _by_sound if request.param == "by sound" else _by_register


def _by_sound(index: Index, entered: Sequence[str], asked: str) -> set[str]:
    records = {hit.record for hit in find_alike(index, asked, limit=len(entered))}
    return {name for name in entered if id16(name) in records}


def _by_register(index: Index, entered: Sequence[str], asked: str) -> set[str]:
    keys = skeletons_asked([asked])
    return {name for name in entered if not keys.isdisjoint(_skeletons(name))}


_skeletons = cache(lambda name: skeletons_of([name]))


def _enter(index: Index, entered: Sequence[str]) -> None:
    people = [person(name) for name in entered]
    apply(index, [replace(entry, columns=_named(entry.names)) for entry in people], {})


def _named(name: str) -> PersonColumns:
    return PersonColumns(name, sort_key(name), is_client=True, names=(name,))


def _variants() -> list[tuple[str, str]]:
    """All ways in which papers and people write the held-back names."""
    found: list[tuple[str, str]] = []
    for name in held_back.SLAVIC:
        of_it = [romanised(name, scheme) for scheme in SCHEMES]
        if name.split()[0][-1] not in "аяйь":
            of_it += [*declined(name), feminine(name)]
        of_it += [*mistyped(name, 20), *mistyped(romanised(name, "passport since 2013"), 20)]
        found += [(name, variant) for variant in of_it]
    return [*found, *held_back.UKRAINIAN.items(), *held_back.USED_NAMES.items()]


def _missed(index: Index, pairs: Sequence[tuple[str, str]], find: Find) -> list[tuple[str, str]]:
    entered = sorted({name for name, _ in pairs})
    _enter(index, entered)
    return [(name, variant) for name, variant in pairs if name not in find(index, entered, variant)]


def test_of_variants_made_by_rule_from_names_kept_apart_97_of_100_are_found(index: Index, find: Find) -> None:
    pairs = _variants()
    missed = _missed(index, pairs, find)
    assert len(pairs) >= 200
    assert len(missed) <= 0.03 * len(pairs), missed


@pytest.mark.parametrize("pairs", [held_back.ARABIC, held_back.DARI])
def test_of_names_in_arabic_letters_95_of_100_are_found_by_their_latin_spelling(
    pairs: tuple[tuple[str, str], ...], index: Index, find: Find
) -> None:
    missed = _missed(index, pairs, find)
    assert len(missed) <= 0.05 * len(pairs), missed


def test_redaction_knows_or_proposes_97_of_100_variants_by_one_word_of_them() -> None:
    known = cache(lambda name: registry_of((WITNESS, renamed(WITNESS_PERSON, name))))
    pairs = [(name, max(words_of(variant), key=len)) for name, variant in _variants() + list(held_back.ARABIC)]
    missed = [
        (name, word)
        for name, word in pairs
        if not find_in(word, known(name)) and Sounding(known(name)).likely(normal(word)) is None
    ]
    assert len(missed) <= 0.03 * len(pairs), missed
    others = [(name, word) for name in held_back.SLAVIC for other in held_back.SLAVIC for word in words_of(other)]
    taken = [pair for pair in others if pair[1] not in pair[0] and Sounding(known(pair[0])).likely(pair[1])]
    assert len(taken) <= 40 * len(others) / 10_000, taken


def test_among_10000_other_names_5_at_most_are_taken_for_one(index: Index, find: Find) -> None:
    chosen = random.Random(11)
    half = len(held_back.SLAVIC) // 2
    asked = [*held_back.SLAVIC[:half], *(romanised(name, "passport 1997") for name in held_back.SLAVIC[:half])]
    parts = [
        *(tuple(name.split()) for name in held_back.SLAVIC[half:]),
        *(tuple(romanised(name, "passport 1997").split()) for name in held_back.SLAVIC[half:]),
        *(tuple(latin.rsplit(" ", 1)) for _, latin in (*held_back.ARABIC, *held_back.DARI)),
    ]
    given, families = sorted({first for first, *_ in parts}), sorted({last for *_, last in parts})
    others = sorted({f"{chosen.choice(given)} {chosen.choice(families)}" for _ in range(500)})
    _enter(index, others)
    taken = [(name, other) for name in asked for other in find(index, others, name)]
    compared = len(asked) * len(others)
    assert compared >= 10_000
    assert len(taken) <= 5 * compared / 10_000, taken


@each(
    [
        ("Скворкин Тимур", "Skvorkine Timour", (Alike.SPELLING, Alike.SPELLING)),
        ("Тимур Скворкин", "Тимур Скворкин", (Alike.SPELLING, Alike.SPELLING)),
        ("Саша Торгаев", "Alexandre Torgaev", (Alike.EQUIVALENT, Alike.SPELLING)),
        ("Далер Шодмонов", "Далер Шодмон", (Alike.SPELLING, Alike.ENDING)),
        ("Тимур Скворкин", "Тимур Скводкин", (Alike.SPELLING, Alike.LETTER)),
        ("Тимур Скворкин", "Тимуром Скворкиным", (Alike.INFLECTED, Alike.INFLECTED)),
        ("Тимур Скворкин", "Тимур", None),
        ("Тимур Скворкин", "Фарид Скворкин", None),
        ("Тимур Скворкин", "", None),
        ("", "", None),
    ]
)
def test_each_word_says_why_it_may_be_the_same(
    first: str, second: str, whys: tuple[Alike, ...] | None, index: Index
) -> None:
    _enter(index, [first])  # of which only the sound is kept: the same spelling is one of its spellings
    found = [tuple(sorted(hit.whys)) for hit in find_alike(index, second, limit=1)]
    assert found == ([] if whys is None else [tuple(sorted(whys))])


def test_who_is_asked_for_and_who_was_entered_does_not_matter(index: Index) -> None:
    chosen = random.Random(5)
    words = [word for name in held_back.SLAVIC for word in name.split()]
    names = sorted({" ".join(chosen.sample(words, chosen.choice((1, 2, 3)))) for _ in range(300)})
    _enter(index, names)
    pairs = {(name, other) for name in names for other in _by_sound(index, names, name)}
    assert pairs == {(other, name) for name, other in pairs}
    assert {(name, name) for name in names} <= pairs


@given(st.text(max_size=200))
def test_any_text_has_few_skeletons_and_finds_itself(name: str) -> None:
    skeletons = skeletons_of([name])
    assert len(skeletons) <= MOST_SKELETONS
    assert set(skeletons) <= skeletons_asked([name])


@given(st.text(alphabet="pftksmnlr", min_size=1, max_size=8))
def test_keys_near_a_key_have_it_near_themselves(key: str) -> None:
    assert all(key in nearby_keys(other) for other in nearby_keys(key) if not other.endswith("st"))


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
