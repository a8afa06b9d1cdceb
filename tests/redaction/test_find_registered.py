from __future__ import annotations

import re

import pytest

from tests.redaction.people import (
    CLIENT,
    CLIENT_PERSON,
    WITNESS,
    WITNESS_PERSON,
    WORKER,
    registry_of,
    renamed,
    usual_registry,
)
from tests.tables import each
from vault.casework.person import Person, PersonName
from vault.casework.vocabulary import PersonRole
from vault.redaction.detect import detect
from vault.redaction.find_registered import find_in
from vault.redaction.registry import Registry
from vault.redaction.spans import IdentifierType


@pytest.fixture(scope="module")
def registry() -> Registry:
    return usual_registry()


# Small half of the list of disguises; each names the witness Зафира Маратовна Скворкина.
DISGUISES = {
    "as written": "Скворкина",
    "zero-width space": "Сквор\u200bкина",
    "zero-width joiner": "Скв\u200dоркина",
    "soft hyphen": "Сквор\u00adкина",
    "hyphen and line break": "Сквор-\nкина",
    "hyphen, line break, indent": "Сквор-\n   кина",
    "bare line break": "Сквор\nкина",
    "bare space": "Сквор кина",
    "letter-spaced": "С к в о р к и н а",
    "dotted": "С.к.в.о.р.к.и.н.а",
    "one Latin look-alike": "Сквopкина",
    "Latin look-alikes throughout": "Ckbopkuha",
    "fullwidth": "Ｓｋｖｏｒｋｉｎａ",
    "mathematical": "𝐒𝐤𝐯𝐨𝐫𝐤𝐢𝐧𝐚",
    "combining marks": "Скво\u0301ркина",
    "right-to-left override": "\u202eСкворкина\u202c",
    "lower case": "скворкина",
    "upper case": "СКВОРКИНА",
    "genitive": "Скворкиной",
    "accusative": "Скворкину",
    "the family": "Скворкины",
    "masculine instrumental": "Скворкиным",
    "passport": "Skvorkina",
    "German": "Skworkina",
    "Latin, declined": "Skvorkinoi",
    "possessive": "Skvorkina’s",
    "elided": "d’Skvorkina",
    "Kyrgyz case": "Скворкинанын",
    "Arabic": "سكوركينا",
    "Arabic with and": "وسكوركينا",
    "Arabic with marks": "سَكوركينا",
    "handle with digits": "skvorkina_84",
    "handle glued": "zafiraskvorkina",
    "initial glued": "zskvorkina",
    "path": "t.me/skvorkina",
    "given name": "Зафирой",
    "patronymic": "Маратовне",
}


@each(DISGUISES)
def test_a_registered_name_is_found_in_disguise(disguise: str, registry: Registry) -> None:
    text = f"видели {disguise} там"
    found = [match for match in find_in(text, registry) if match.kind is IdentifierType.NAME]
    assert {entity for match in found for entity in match.entities} == {WITNESS}
    letters = [place for place, letter in enumerate(text) if 7 <= place < 7 + len(disguise) and letter.isalpha()]
    covered = {place for match in found for place in range(match.start, match.end)}
    uncovered = "".join(text[place] for place in letters if place not in covered)
    assert uncovered in {"", "tme"}


@each(
    [
        ("пришла Скворкина З. М. вчера", "Скворкина З. М.", WITNESS),
        ("пришла З.М. Скворкина вчера", "З.М. Скворкина", WITNESS),
        ("пришла Скворкина Зафира Маратовна вчера", "Скворкина Зафира Маратовна", WITNESS),
        ("came Torgaev, Elmar today", "Torgaev, Elmar", CLIENT),
        ("came Nela O'Brannik today", "Nela O'Brannik", WORKER),
    ]
)
def test_neighbouring_words_of_one_person_are_one_place(
    text: str, covered: str, who: bytes, registry: Registry
) -> None:
    assert [(text[match.start : match.end], match.entities) for match in find_in(text, registry)] == [
        (covered, frozenset({who}))
    ]


def test_a_shared_surname_is_settled_by_the_given_name_beside_it() -> None:
    sister = renamed(WITNESS_PERSON, "Лиана Торгаева")
    registry = registry_of((CLIENT, CLIENT_PERSON), (WITNESS, sister))
    text = "Элмар Торгаев, потом Лиана Торгаева, потом Торгаевы"
    assert [match.entities for match in find_in(text, registry)] == [{CLIENT}, {WITNESS}, {CLIENT, WITNESS}]


def test_a_short_name_counts_only_beside_another_word_of_it() -> None:
    person = Person(PersonRole.WITNESS, (PersonName.written("Ли Эн"), PersonName.written("Мирза оглы Эр")))
    registry = registry_of((WITNESS, person))
    assert [match.start for match in find_in("если ли он эн оглы", registry)] == []
    assert [(match.start, match.end) for match in find_in("там Ли Эн был", registry)] == [(4, 9)]
    assert [(match.start, match.end) for match in find_in("там Мирза оглы был", registry)] == [(4, 14)]


def test_other_words_are_left_alone_and_no_form_is_in_a_representation(registry: Registry) -> None:
    for text in ("сквореши", "торг", "Elm", "kvorkin", "скоро кино", "maratoN"):
        assert find_in(text, registry) == [], text
    assert "скворкин" not in repr(registry).casefold()


@each(
    [
        ("тел. 0700445566,", "0700445566"),
        ("тел. +996 700 44-55-66,", "+996 700 44-55-66"),
        ("тел. +996 (700) 44 55 66,", "+996 (700) 44 55 66"),
        ("тел. 0700\n445566,", "0700\n445566"),
        ("тел. ٠٧٠٠٤٤٥٥٦٦,", "٠٧٠٠٤٤٥٥٦٦"),
        ("тел. 07004455661,", "07004455661"),
    ]
)
def test_a_registered_phone_is_found_in_any_spacing(text: str, covered: str, registry: Registry) -> None:
    found = [match for match in detect(text, registry) if match.kind is IdentifierType.PHONE]
    assert {entity for match in found for entity in match.entities} == {WITNESS}
    assert text[min(match.start for match in found) : max(match.end for match in found)] == covered


@each(["ID7654321", "id 7654321", "ІD 765 43 21", "№ 7654321"])
def test_a_registered_document_is_found_by_its_digits(text: str, registry: Registry) -> None:
    found = [match for match in detect(text, registry) if match.kind is IdentifierType.DOCUMENT]
    assert {(match.start, match.end, match.entities) for match in found} == {(0, len(text), frozenset({WITNESS}))}


@each(["nightowl77@example.org", "NightOwl77", "@nightowl77"])
def test_a_registered_email_is_found_whole_and_by_its_local_part(text: str, registry: Registry) -> None:
    assert any(match.entities == {WITNESS} and match.kind is IdentifierType.EMAIL for match in find_in(text, registry))


_BIRTHS = """
1990-07-03|03.07.1990|3/7/1990|07/03/1990|3-7-90|3 июля 1990|3 July 1990|July 3, 1990|3rd of July 1990|3 juillet 1990
3 липня 1990|٣ يوليو ١٩٩٠
"""


@each([*re.split(r"[|\n]", _BIRTHS.strip()), "3 июля\n1990"])
def test_a_registered_birth_is_found_however_it_is_written(text: str, registry: Registry) -> None:
    found = detect(f"род. {text} г.", registry)
    assert [(match.kind, match.entities, match.general) for match in found] == [
        (IdentifierType.BORN, frozenset({WITNESS}), "1990")
    ]
