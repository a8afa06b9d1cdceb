from __future__ import annotations

import random
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
from tests.tables import each
from vault.index.entries import PersonColumns
from vault.index.file import Index
from vault.index.indexing import apply
from vault.index.people_index import find_alike
from vault.index.search_text import sort_key
from vault.names.likeness import MOST_SKELETONS, Alike, nearby_keys, skeletons_asked, skeletons_of

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
