from __future__ import annotations

import random
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.names import held_back
from tests.names.variants import SCHEMES, declined, feminine, mistyped, romanised
from tests.tables import each
from vault.names.alike import Alike, could_be_one, nearby_keys
from vault.names.skeletons import MOST_SKELETONS, skeletons_asked, skeletons_of

names = st.lists(st.sampled_from([w for name in held_back.SLAVIC for w in name.split()]), max_size=3).map(" ".join)

Compare = Callable[[str, str], bool]


def _by_sound(first: str, second: str) -> bool:
    return could_be_one(first, second) is not None


def _by_register(entered: str, asked: str) -> bool:
    return not skeletons_asked([asked]).isdisjoint(skeletons_of([entered]))


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


def _missed(pairs: Iterable[tuple[str, str]], compare: Compare) -> list[tuple[str, str]]:
    return [pair for pair in pairs if not compare(*pair)]


@pytest.mark.parametrize("compare", [_by_sound, _by_register])
def test_of_variants_made_by_rule_from_names_kept_apart_97_of_100_are_found(compare: Compare) -> None:
    pairs = _variants()
    missed = _missed(pairs, compare)
    assert len(pairs) >= 200
    assert len(missed) <= 0.03 * len(pairs), missed


@pytest.mark.parametrize("compare", [_by_sound, _by_register])
@pytest.mark.parametrize("pairs", [held_back.ARABIC, held_back.DARI])
def test_of_names_in_arabic_letters_95_of_100_are_found_by_their_latin_spelling(
    pairs: tuple[tuple[str, str], ...], compare: Compare
) -> None:
    missed = _missed(pairs, compare)
    assert len(missed) <= 0.05 * len(pairs), missed


@pytest.mark.parametrize("compare", [_by_sound, _by_register])
def test_among_10000_other_names_5_at_most_are_taken_for_one(compare: Compare) -> None:
    chosen = random.Random(11)
    half = len(held_back.SLAVIC) // 2
    asked = [*held_back.SLAVIC[:half], *(romanised(name, "passport 1997") for name in held_back.SLAVIC[:half])]
    parts = [
        *(tuple(name.split()) for name in held_back.SLAVIC[half:]),
        *(tuple(romanised(name, "passport 1997").split()) for name in held_back.SLAVIC[half:]),
        *(tuple(latin.rsplit(" ", 1)) for _, latin in (*held_back.ARABIC, *held_back.DARI)),
    ]
    given, families = sorted({first for first, *_ in parts}), sorted({last for *_, last in parts})
    others = [f"{chosen.choice(given)} {chosen.choice(families)}" for _ in range(500)]
    pairs = [(one, other) for one in asked for other in others]
    taken = [pair for pair in pairs if compare(*pair)]
    assert len(pairs) >= 10_000
    assert len(taken) <= 5 * len(pairs) / 10_000, taken


@each(
    [
        ("Скворкин Тимур", "Skvorkine Timour", (Alike.SPELLING, Alike.SPELLING)),
        ("Тимур Скворкин", "Тимур Скворкин", (Alike.SAME, Alike.SAME)),
        ("Саша Торгаев", "Alexandre Torgaev", (Alike.EQUIVALENT, Alike.SPELLING)),
        ("Далер Шодмонов", "Далер Шодмон", (Alike.SAME, Alike.ENDING)),
        ("Тимур Скворкин", "Тимур Скводкин", (Alike.SAME, Alike.LETTER)),
        ("Тимур Скворкин", "Тимуром Скворкиным", (Alike.INFLECTED, Alike.INFLECTED)),
        ("Тимур Скворкин", "Тимур", None),
        ("Тимур Скворкин", "Фарид Скворкин", None),
        ("Тимур Скворкин", "", None),
        ("", "", None),
    ]
)
def test_each_word_says_why_it_may_be_the_same(first: str, second: str, whys: tuple[Alike, ...] | None) -> None:
    found = could_be_one(first, second)
    assert (found and tuple(sorted(found))) == (whys and tuple(sorted(whys)))


@given(names, names)
def test_who_is_compared_with_whom_does_not_matter(first: str, second: str) -> None:
    assert (could_be_one(first, second) is None) == (could_be_one(second, first) is None)


@given(st.text(max_size=200))
def test_any_text_has_few_skeletons_and_finds_itself(name: str) -> None:
    skeletons = skeletons_of([name])
    assert len(skeletons) <= MOST_SKELETONS
    assert set(skeletons) <= skeletons_asked([name])


@given(st.text(alphabet="pftksmnlr", min_size=1, max_size=8))
def test_keys_near_a_key_have_it_near_themselves(key: str) -> None:
    assert all(key in nearby_keys(other) for other in nearby_keys(key) if not other.endswith("st"))
