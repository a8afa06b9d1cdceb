"""Who and where leaves: names in letters that stand apart or are torn, and streets in any letters; none unasked."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.attacks.called import GIVEN, PLACES
from tests.redaction.people import outcome, text_left
from tests.tables import each
from vault.names.normal import normal
from vault.redaction.questions import OpenQuestions

AROUND = {"ar": "كان {} مع", "ru": "вчера видели {} там", "uk": "вчера видели {} там"}
APART: dict[str, Callable[[str], str]] = {
    "spaced": lambda name: " ".join(name.lower()),
    "dotted": lambda name: ".".join(name.lower()),
    "spaced capitals": lambda name: " ".join(name.upper()),
    "torn with a hyphen": lambda name: f"{name[:3]}-\n{name[3:]}",
    "torn": lambda name: f"{name[:3]}\n{name[3:]}",
}
TORN_AS_IF_SAID = {"Alison", "Chantal", "Clemence", "Jeanne", "Margaux", "Margot", "Robin"}
"""Torn after three letters, these are a name or a word and a word that goes on: `Ali son`, `Rob in`."""


@pytest.mark.parametrize("apart", [name for name in APART if name != "torn"])
@pytest.mark.parametrize("language", GIVEN)
def test_no_name_whose_letters_stand_apart_leaves_in_part_or_whole(language: str, apart: str) -> None:
    names = [
        name
        for name in (GIVEN[language] + PLACES[language]).split()
        if len(name) > 4 and name.isalpha() and not {"İ", "ʼ", "ʻ"} & set(name)
    ]
    sentence = AROUND.get(language, "yesterday we met {} at the gate")
    text = "\n".join(sentence.format(APART[apart](name)) for name in names)
    expected = "\n".join(sentence.format("[removed]") for _ in names)
    assert text_left(text) == expected


STREETS = """
ул. Лесная, д. 5, кв. 12|ул.Новая 3|ул Лесная|улица лесная|улице Садовой, дом 7|проспект мира 12а|пр. Манаса 40
мкр. Южный, дом 4|мкр Джал 23|пер. Тихий 9|бульвар эркиндик|б-р Эркиндик 10|набережная 3, кв. 4
вул. Лісова, буд. 5|вулиця садова 12|Абай көшөсү 12|Манас көчөсү|Абай көшесі 7|кӯчаи Рудакӣ 14
ul. Lesnaya 5|ulitsa novaya 3|Navoiy ko'chasi 12|navoiy kochasi 4|Atatürk caddesi 15|lale sokak 3
12 mill lane, flat 3|flat 3, 17 Tumanyan Street|12 Station Rd|4 Oak Avenue
17 high street|9 Rose Gardens|5 park terrace|34 Church Rd, apt. 5
12 rue de la Vallée|rue vallée|rue des lilas 5|5, avenue du Parc|boulevard de la gare 17|impasse verte 3
3 bis rue du Moulin|8 allée des Roses, appartement 4|quai de Seine 9
Lindenstraße 5|lindenstrasse 12|Gartenweg 3|Am Alten Platz 4|Bahnhofstr. 7
خیابان آزادی|کوچه گلستان|شارع الملك|حي النور
"""


@each([street for line in STREETS.strip().splitlines() for street in line.split("|")])
def test_a_street_is_one_question_with_its_numbers(street: str) -> None:
    found = outcome(f"? {street}")
    assert isinstance(found, OpenQuestions)
    whole = re.sub(r"^\W+|\W+$", "", street)
    assert [question.form for question in found.questions if len(question.form) > 1] == [whole]


@each(["on station road", "at mill lane", "near church street", "на садовой 7"])
def test_a_street_in_small_letters_is_told_by_what_stands_before_it(said: str) -> None:
    found = outcome(said)
    assert isinstance(found, OpenQuestions)
    assert [question.form for question in found.questions] == [said.partition(" ")[2]]


@each(
    [
        "он был на улице и на проспекте, в переулке темно",
        "dans la rue il a vu, sur le boulevard",
        "she was on the road, across the street, on my way, in a row",
        "the drive was long; they close at noon",
    ]
)
def test_a_street_that_nobody_names_is_no_question(text: str) -> None:
    assert not isinstance(outcome(text), OpenQuestions)
    assert normal(text) == normal(text_left(text))


@each(["r.t. came", "met r. t. there", "mr k. came", "ms o'k came", "видели а.б. вчера"])
def test_initials_in_small_letters_are_asked_about(text: str) -> None:
    assert isinstance(outcome(text), OpenQuestions)


@each(["i.e. so, at 5 p.m.", "т.е. так и т.д.", "e.g. this"])
def test_dotted_letters_of_grammar_are_no_question(text: str) -> None:
    assert not isinstance(outcome(text), OpenQuestions)
