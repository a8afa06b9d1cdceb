"""What the redaction makes of lines, letters that stand apart, and decisions that contradict each other."""

from __future__ import annotations

from tests.redaction.people import usual_registry
from tests.tables import each
from vault.names.sounds import sounds_of
from vault.redaction.find_registered import find_in
from vault.redaction.judging import Decided
from vault.redaction.spans import Action
from vault.redaction.units import units


def test_a_line_to_sign_on_is_no_word_and_the_words_around_it_are() -> None:
    assert [unit.word for unit in units("Oshmar ____ Temir __")] == ["oshmar", "temir"]


@each([("С к в о р к и н а", True), ("в е р б о в к а", False), ("t o r g a e v", True), ("v e r b a t i m", False)])
def test_a_word_in_letters_that_stand_apart_is_found_where_it_names_somebody_alone(word: str, is_found: bool) -> None:
    text = f"это {word} же"
    found = [text[match.start : match.end] for match in find_in(text, usual_registry())]
    assert found == ([word] if is_found else [])


@each(
    {
        "one code": ({"oshmar": Action.PSEUDONYM}, (Action.PSEUDONYM, b"form:oshmar")),
        "two codes": ({"oshmar": Action.PSEUDONYM, "temir": Action.PSEUDONYM}, (Action.REMOVE, None)),
        "a code and nothing": ({"oshmar": Action.PSEUDONYM, "temir": Action.REMOVE}, (Action.REMOVE, b"form:temir")),
        "neither": ({"zhgun": Action.REMOVE}, None),
    }
)
def test_of_two_decisions_about_one_place_the_safer_holds(
    actions: dict[str, Action], fate: tuple[Action, bytes | None] | None
) -> None:
    assert Decided(actions, {}).about("oshmar temir", ("oshmar", "temir"), b"version") == fate


def test_a_word_that_can_be_read_in_thousands_of_ways_has_the_likeliest_and_few_others() -> None:
    readings = sounds_of("th" * 12)
    assert readings[0] == "t" * 12 or "t" in readings
    assert 1 < len(readings) <= 64
