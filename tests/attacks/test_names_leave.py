"""Who and where leaves: names in letters that stand apart or are torn, and streets in any letters; none unasked."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.attacks.called import GIVEN, INSIDE, NOTES, PLACES
from tests.attacks.conftest import AGE, RECIPIENT
from tests.redaction.people import outcome, text_left
from tests.services import consenting
from tests.tables import each
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.names.normal import normal
from vault.redaction.dossier import RedactedDossier
from vault.redaction.questions import OpenQuestions
from vault.services.cases import case_people, cases, notes
from vault.services.exports import exporting, partners
from vault.services.exports.export_material import Wish

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
        if len(name) > 4 and name.isalpha() and not UNEVEN & set(name)
    ]
    sentence = AROUND.get(language, "yesterday we met {} at the gate")
    text = "\n".join(sentence.format(APART[apart](name)) for name in names)
    expected = "\n".join(sentence.format("[removed]") for _ in names)
    assert text_left(text) == expected


# Other writings of a name: each says it to whoever knows the trick, or to a program.
WRITINGS: dict[str, Callable[[str], str]] = {
    "entities": lambda name: "".join(f"&#{ord(letter)};" for letter in name),
    "entities of entities": lambda name: "".join(f"&amp;#x{ord(letter):x};" for letter in name),
    "percent": lambda name: "".join(f"%{byte:02X}" for byte in name.encode()),
    "percent of Windows": lambda name: "".join(f"%{byte:02x}" for byte in name.encode("cp1251")),
    "quoted-printable": lambda name: "".join(f"={byte:02X}" for byte in name.encode()),
    "base64": lambda name: base64.b64encode(name.encode()).decode(),
    "base64 of an address": lambda name: base64.urlsafe_b64encode(name.encode()).decode().rstrip("="),
    "escapes": lambda name: "".join(f"\\u{ord(letter):04x}" for letter in name),
    "code points": lambda name: "".join(f"U+{ord(letter):04X}" for letter in name),
    "reversed": lambda name: name[::-1],
    "signs for letters": lambda name: name.translate(str.maketrans("aoeiоаз", "@0310@3")),
    "syllables": lambda name: f"{name[:2]}-{name[2:4]}-{name[4:]}",
    "hyphens": "-".join,
}


@pytest.mark.parametrize("writing", WRITINGS)
@pytest.mark.parametrize("name", ["Скворкина", "Skvorkina", "Зафира", "Zafira"])
def test_a_registered_name_in_another_writing_goes_unasked(name: str, writing: str) -> None:
    around = "видели {} там" if name[0] > "z" else "we met {} there"
    found = outcome(around.format(WRITINGS[writing](name)))
    assert isinstance(found, RedactedDossier)
    assert re.fullmatch(around.format(r"\[P-\w{3}\]"), found.sections[0].blocks[-1].text)


@pytest.mark.parametrize("writing", WRITINGS)
@pytest.mark.parametrize("name", ["Каримов", "Karimov", "Ошмарова", "Oshmarova"])
def test_a_strange_name_in_another_writing_is_one_question(name: str, writing: str) -> None:
    written = WRITINGS[writing](name)
    found = outcome(f"видели {written} там" if name[0] > "z" else f"we met {written} there")
    assert isinstance(found, OpenQuestions)
    assert [question.form.rstrip("=") for question in found.questions] == [written.rstrip("=")]


@each(
    [
        "50%of",
        "100%de",
        "x=10",
        "l&#233;gal",
        "un caf%C3%A9",
        "vis-à-vis",
        "mother-in-law",
        "up-to-date",
        "кое-как",
    ]
)
def test_what_says_no_name_in_another_writing_is_kept(text: str) -> None:
    asked = outcome(f"then {text} there")
    assert not isinstance(asked, OpenQuestions) or all(question.form != text for question in asked.questions)


# Two hundred people and sixty places, of each language so many; a name of a second case and what may stand of it here.
UNEVEN = frozenset("İʼʻ")  # letters that become two in small letters, and marks that stand for none
PEOPLE, TOWNS = (
    {
        language: [name for name in names.split() if len(name) > 4 and name.isalpha() and not UNEVEN & set(name)][:most]
        for language, names in called.items()
    }
    for called, most in ((GIVEN, 19), (PLACES, 6))
)


def declined(name: str) -> list[str]:
    """Give a Russian or Ukrainian name in four cases, without what only a dictionary knows."""
    stem = name[:-1] if name[-1] in "аяйьо" else name
    endings = {"а": "еу", "я": "юи", "й": "яюем", "ь": "яю", "о": "ау"}.get(name[-1], "ауом")
    return [name, *(stem + ending for ending in (endings[0], endings[1], endings[2:]) if ending)]


def test_the_people_places_and_streets_are_as_many_as_promised() -> None:
    assert len(GIVEN) >= 8
    assert sum(map(len, PEOPLE.values())) >= 200
    assert sum(map(len, TOWNS.values())) >= 60
    assert len([street for line in STREETS.strip().splitlines() for street in line.split("|")]) >= 60


@pytest.mark.parametrize("language", ["ru", "uk"])
def test_no_case_of_a_name_leaves_unasked(language: str) -> None:
    forms = sorted({form for name in (*PEOPLE[language], *TOWNS[language]) for form in declined(name)})
    for written in (forms, [form.lower() for form in forms]):
        asked = outcome(NOTES.get(language, "") + "\n".join(INSIDE[language].format(form) for form in written))
        assert isinstance(asked, OpenQuestions)
        assert set(written) - {question.form for question in asked.questions} == set()


def test_who_is_registered_in_another_case_goes_unasked_in_any_writing(session: Session, tmp_path: Path) -> None:
    partners.add(session, name=RECIPIENT, age_recipient=AGE, compared=True)
    other, made = (cases.create(session, title=title, kind="asylum").case for title in "TU")
    everybody = [(language, name) for language, names in PEOPLE.items() for name in names]
    for _, name in everybody:
        case_people.add(session, other, role="relative", names=[name])
    said = {language: INSIDE[{"uk": "ru", "fr": "fr", "ru": "ru"}.get(language, "en")] for language in PEOPLE}
    ways: list[Callable[[str], str]] = [
        str,
        str.lower,
        *APART.values(),
        *(WRITINGS[how] for how in ("entities", "percent", "base64", "syllables")),
    ]
    written = [(language, way(name), name) for language, name in everybody for way in ways]
    written += [(language, form, name) for language, name in everybody if language == "ru" for form in declined(name)]
    text = "\n".join(f"\n{said[language].format(form)}." for language, form, _ in written)
    notes.add(session, made, Note(NoteKind.CONTACT, text))
    done = consenting.export(session, made, Wish("lawyer", RECIPIENT), out=tmp_path)
    assert not isinstance(done, exporting.Undecided), [question.form for question in done.questions]
    assert isinstance(done, exporting.Exported)
    left = set(re.findall(r"\w+", normal(" ".join(done.pages))))
    assert left & {normal(form) for _, form, _ in written} == set()


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
пр. Чуй, дом 114|улица Токтогула 98, кв. 12|мкр. Асанбай 7|вул. Шевченка, буд. 3|кӯчаи Айнӣ 5
14 Hill Road, flat 2|27 Green Lane|7 rue des Écoles|31 avenue de Verdun|Rosenweg 11|Marktplatz 2|Amir Temur ko'chasi 8
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
