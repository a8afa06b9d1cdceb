from __future__ import annotations

from tests.redaction.people import outcome, text_left, usual_registry
from tests.redaction.usual_notes import ENGLISH, FRENCH, RUSSIAN
from tests.tables import each
from vault.names.normal import normal_text
from vault.redaction.judging import forms, uncovered
from vault.redaction.questions import OpenQuestions
from vault.redaction.spans import Action
from vault.redaction.spelled import spelled


def found(text: str) -> list[str]:
    plain = normal_text(text)
    return [text[slice(*plain.source_range(*place))] for place in spelled(plain, text)]


@each(
    [
        ("Phone zero five five, five zero one - two", "zero five five, five zero one - two"),
        ("Phone double five 7 oh two.", "double five 7 oh two"),
        ("тел. восемь девятьсот двенадцать три четыре пять", "восемь девятьсот двенадцать три четыре пять"),
        ("au zéro six douze quarante-trois", "zéro six douze quarante-trois"),
        ("born on the third of February of the year ninety.", "third of February of the year ninety"),
        ("February the third, nineteen ninety", "February the third, nineteen ninety"),
        ("on the third of may", "third of may"),
        ("in the year ninety", "year ninety"),
        ("родился третьего февраля девяностого года", "третьего февраля девяностого года"),
        ("3 февраля девяностого года", "3 февраля девяностого года"),
        ("12 февраля девяностого года", "февраля девяностого года"),
        ("в восемьдесят пятом году", "восемьдесят пятом году"),
        ("в девяностом году", "девяностом году"),
        ("née le trois février quatre-vingt-dix", "trois février quatre-vingt-dix"),
        ("en l’an deux mille", "an deux mille"),
        ("le premier mars mille neuf cent dix", "premier mars mille neuf cent dix"),
        ("zero\u200b five\nFIVE", "zero\u200b five\nFIVE"),
    ]
)
def test_a_number_or_date_in_words_is_found(text: str, expected: str) -> None:
    assert found(text) == [expected]


@each(
    [
        "No one may go. The first may be shared.",
        "one of the first three",
        "twenty-one",
        "In March two men came.",
        "двадцать два года",
        "пятый год",
        "два года назад, три раза",
        "5 5 5, 3 февраля 1990 года",
        "une fois, deux fois",
        "one. Two. Three.",
    ]
)
def test_ordinary_counting_is_not(text: str) -> None:
    assert found(text) == []


def test_a_run_of_any_length_is_cut_into_questions_of_one_line() -> None:
    assert [len(run.split()) for run in found("one " * 40)] == [16, 16, 8]


@each(
    [
        ("phone zero five five five zero", "phone [removed]"),
        ("родился третьего февраля девяностого года", "родился [removed]"),
        ("née le trois février quatre-vingt-dix", "née le [removed]"),
        ("he met velief there", "he met [removed] there"),
        ("elle a vu oshmar hier", "elle a vu [removed] hier"),
    ]
)
def test_what_is_written_in_small_letters_or_words_does_not_leave_undecided(text: str, left: str) -> None:
    assert text_left(text) == left


def test_a_kept_run_stays_and_its_words_are_not_asked_again() -> None:
    assert text_left("phone zero Five five", {"zero five five": Action.KEEP}) == "phone zero Five five"


@each({"English": ENGLISH, "French": FRENCH, "Russian": RUSSIAN})
def test_usual_notes_raise_few_questions(text: str) -> None:
    result = outcome(text, registry=usual_registry())
    questions = result.questions if isinstance(result, OpenQuestions) else ()
    assert len(questions) <= 25 * len(text.split()) / 1000


KNOWN = "interrogated refoulement qu'il l'avocat jusqu'à client's préfecture prefecture sœur x"


@each(KNOWN.split())
def test_words_in_small_letters_that_a_list_knows_are_not_asked_about(word: str) -> None:
    assert list(forms(uncovered(f"a {word} b", ()), frozenset())) == []
