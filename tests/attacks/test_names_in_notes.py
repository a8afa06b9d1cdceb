"""Who is in a note and in no record: given names and places in any letters, and forms with one fate."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attacks.called import GIVEN, PLACES
from tests.redaction.people import outcome, text_left
from vault.names.normal import normal
from vault.redaction.judging import forms, uncovered
from vault.redaction.questions import OpenQuestions
from vault.redaction.spans import Action

# Words that a list of names has too, and that a text in small letters cannot do without.
INSIDE = {
    "en": "yesterday we met {} at the gate",
    "fr": "hier nous avons parlé à {} au bureau",
    "tr": "yesterday we met {} at the gate",
    "ru": "вчера мы видели {} у дома",
    "uk": "вчера мы видели {} у дома",
    "ar": "اليوم كان {} مع",
}
FIRST = {
    "en": "{} came at night.",
    "fr": "{} est venu hier.",
    "tr": "{} came at night.",
    "ru": "{} пришёл ночью.",
    "uk": "{} пришёл ночью.",
    "ar": "{} كان مع",
}


def left(names: list[str], sentence: str) -> list[str]:
    """Export one note as proposed that has a sentence for each of the names; return those still in it."""
    words = set(re.findall(r"\w+", normal(text_left(".\n".join(sentence.format(name) for name in names)))))
    return [name for name in names if set(re.findall(r"\w+", normal(name))) <= words]


@pytest.mark.long
@pytest.mark.parametrize("language", GIVEN)
@pytest.mark.parametrize("called", [GIVEN, PLACES], ids=["given names", "places"])
@pytest.mark.parametrize("how", ["small", "capital", "first"])
def test_no_given_name_and_no_place_leaves_unasked(language: str, called: dict[str, str], how: str) -> None:
    names = called[language].split()
    if how == "small":
        names = [name.lower() for name in names]
    assert left(names, FIRST[language] if how == "first" else INSIDE[language]) == []


def test_the_names_that_left_in_november_do_not() -> None:
    names = ["amir", "leila", "david", "rosa", "bishkek", "aliya", "nora", "maria", "omar", "ahmed", "john"]
    assert left(names, "then {} spoke to us") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Урин сообщил о побеге. Потом сам Урин ушёл.", "[removed] сообщил о побеге. Потом сам [removed] ушёл."),
        (
            "Will called us. We met Will at the gate. Will was afraid.",
            "[removed] called us. We met [removed] at the gate. [removed] was afraid.",
        ),
        ("Will he come? We met Will Oshmar.", "[removed] he come? We met [removed]."),
        ("Мы видели Урина. потом урина звали", "Мы видели [removed]. потом [removed] звали"),
        ("We met Baker. Then baker ran.", "We met [removed]. Then [removed] ran."),
        ("They asked Rose. The prices rose.", "They asked [removed]. The prices [removed]."),
        ("In The Hague the man waited.", "In The [removed] the man waited."),
        ("We met Will. He will come.", "We met [removed]. He will come."),
        ("позвонил С. Донской", "позвонил [removed]"),
        ("об этом В.Путин сказал", "об этом [removed] сказал"),
        ("помогли А.Н. Чилингарову уйти", "помогли [removed] уйти"),
        ("помогли Чилингарову А. Н. уйти", "помогли [removed]. уйти"),
        ("for Mr H.İ. Er came", "for Mr [removed] came"),
        ("to Mr I. Er and to J Smith", "to Mr [removed] and to [removed]"),
        ("за Айгуль кызы пришли", "за [removed] пришли"),
        ("by Ludwig van Oshmar and von Oshmar", "by [removed] and [removed]"),
        ("near Tumanyan Street then", "near [removed] then"),
        ("Южную Осетию видели", "[removed] видели"),
        ("Temir'one May", "[removed]'[removed]"),
        ("one May'Temir ran; Oshmar_three March", "[removed]'[removed] ran; [removed]"),
        ("Старый дом у реки. Старый ушёл", "Старый дом у реки. Старый ушёл"),
        ("с другом Старый Темир был. Старый ушёл", "с другом [removed] был. [removed] ушёл"),
    ],
)
def test_a_form_has_one_fate_with_all_that_belongs_to_it(text: str, expected: str) -> None:
    assert text_left(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "with Jan at noon", "with May at noon", "by January Oshmar", "with June", "on this Sunday came",
        "and И. сказал", "with İ there", "Mr March came", "Mrs Street came", "هو علي مع", "هو علی با", "هو عَلي مع",
        "هي مي مع", "видели Марту и Мая",
    ],
)  # fmt: skip
def test_what_is_a_name_too_is_neutral_nowhere(text: str) -> None:
    assert isinstance(outcome(text), OpenQuestions)


@pytest.mark.parametrize("text", ["he came on Monday, in March", "هو على مع", "он был по дороге", "I may, I will."])
def test_what_is_no_name_raises_no_question(text: str) -> None:
    assert not isinstance(outcome(text), OpenQuestions)


@pytest.mark.parametrize(
    ("decisions", "text", "expected"),
    [
        ({"Temir Oshmar": "remove"}, "Temir came; temir ran to Oshmar", "[removed] came; [removed] ran to [removed]"),
        ({"Temir": "remove", "Temir Oshmar": "keep"}, "met Temir Oshmar", "met [removed]"),
        ({"Temir": "pseudonym"}, "met Temir Oshmar, then temir", "met [P-KT7], then [P-KT7]"),
        ({"The": "keep"}, "met The Temir", "met The [removed]"),
        ({"zero five five": "remove"}, "call zero five five at five", "call [removed] at five"),
    ],
)  # fmt: skip
def test_what_was_hidden_is_hidden_everywhere_and_what_was_kept_only_as_it_was_asked(
    decisions: dict[str, Action | str], text: str, expected: str
) -> None:
    assert text_left(text, decisions) == expected


def test_what_was_kept_as_a_whole_is_asked_about_where_a_part_of_it_stands() -> None:
    result = outcome("met Temir Oshmar, then Temir", {"Temir Oshmar": "keep"})
    assert isinstance(result, OpenQuestions)
    assert [one.form for one in result.questions] == ["Temir"]


def asked(text: str) -> list[str]:
    result = outcome(text)
    return [one.form for one in result.questions] if isinstance(result, OpenQuestions) else []


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("\n".join(f"{number}. he waited" for number in range(1, 201)), []),
        ("1) he ran\n2) she ran\n1) they ran\n\n11. this", ["11"]),
        ("flat\n17. this", ["17"]),
        ("from Mr Oshmar and Dr Oshmar", ["Oshmar"]),
        ("at the Department, before the Court of Appeal", []),
        ("at 17 Tumanyan Street", ["17", "Tumanyan Street"]),
        ("on the 1st and the 2nd floor, le 1er", []),
        ("on the 15th", ["15th"]),
        ("A. he ran\nI. she ran\n10 mm. The end", ["10"]),
        ("by A. then", ["A"]),
        ("to the Minister. He ran", []),
        ("qu'il a vu, et L'avocat; Then L'audience", []),
        ("with L'Oshmar and d'Oshmar", ["L'Oshmar", "d'Oshmar"]),
        ("the colour, the favour, an organisation", []),
        ("По закону он прав. По дороге он ушёл.", []),
        ("إنه كان هناك", []),
    ],
    ids=str,
)
def test_structure_and_ordinary_words_are_no_questions(text: str, forms: list[str]) -> None:
    assert asked(text) == forms


PIECES = """
Temir temir TEMIR Oshmar Baker baker Will will Rose rose The the Court court May may I i a A. J. B Mr de van kyzy Street
Monday January d'Anita O'Shmar Урин урин Урину С. с Вера вера По по Том том Южную Темир уулу 17 11. one two three علي
على مي May's l'Oshmar Temir_x
"""


@pytest.mark.long
@settings(max_examples=120, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(PIECES.split()), st.sampled_from([" ", "\n", ", ", ". ", "-", "'"])),
        min_size=1,
        max_size=9,
    )
)
def test_no_word_that_was_asked_about_and_removed_is_left_in_any_arrangement(pieces: list[tuple[str, str]]) -> None:
    text = "".join(piece + gap for piece, gap in pieces)
    grammar = {"will", "may", "the", "a", "i", "с", "по", "том"}
    words = {word for form in asked(text) for word in re.findall(r"[^\W\d_]{2,}", normal(form))}
    spelled = {"one", "two", "three", "court", "street", "monday", "mr", "de", "van", "kyzy", "уулу"}
    left_words = re.findall(r"[^\W\d_]{2,}", normal(text_left(text).replace("[removed]", " ")))
    assert (words - grammar - spelled) & set(left_words) == set()


@pytest.mark.parametrize("name", ["Avril", "Elle", "He", "Any", "Loi", "Mars"])
def test_a_name_that_is_a_word_of_grammar_or_a_month_is_asked_about_with_a_capital_inside_a_sentence(name: str) -> None:
    text = f"The witness {name} came to the office."
    assert [text[form.start : form.end] for form in forms(uncovered(text, []), frozenset())] == [name]
