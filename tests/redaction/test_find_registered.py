from __future__ import annotations

import itertools
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.redaction.people import (
    CLIENT,
    CLIENT_PERSON,
    WITNESS,
    WITNESS_PERSON,
    WORKER,
    outcome,
    registry_of,
    renamed,
    text_left,
    usual_registry,
)
from tests.redaction.usual_notes import ENGLISH, FRENCH, RUSSIAN
from tests.tables import each
from vault.casework.person import Person, PersonName
from vault.casework.vocabulary import PersonRole
from vault.errors import InternalError
from vault.names.normal import normal_text
from vault.redaction.detect import detect, find_shapes
from vault.redaction.find_registered import find_in, people_in
from vault.redaction.judging import forms, uncovered
from vault.redaction.questions import OpenQuestions
from vault.redaction.registry import RegisteredPerson, Registry, build_registry
from vault.redaction.spans import Action, IdentifierType, Reason, Span, fuse, strongest
from vault.redaction.spelled import spelled


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


@each(
    [
        ("Thibault Orvillard saw it.", "[code] saw it."),
        ("Orvillard (at) example.org is new.", "[code] (at) example.org is new."),
        ("It is orvillard@example.org now.", "It is [removed] now."),
    ]
)
def test_a_surname_that_begins_an_email_too_is_told_by_the_code_of_its_owner(text: str, left: str) -> None:
    witness = replace(renamed(WITNESS_PERSON, "Thibault Orvillard"), emails=("orvillard@example.org",))
    told = text_left(text, registry=registry_of((WITNESS, witness)))
    assert re.sub(r"\[P-\w+\]", "[code]", told) == left


@each(["Elmar Torgaev (at) mail.ru", "torgaev at mail.ru", "His login is torgaev."])
def test_an_email_that_begins_with_the_name_of_who_is_named_does_not_stay(text: str) -> None:
    client = replace(renamed(CLIENT_PERSON, "Elmar Torgaev"), emails=("torgaev@mail.ru",))
    assert "torgaev" not in text_left(text, registry=registry_of((CLIENT, client))).casefold()


_BIRTHS = """
1990-07-03|03.07.1990|3/7/1990|07/03/1990|3-7-90|3 июля 1990|3 July 1990|July 3, 1990|3rd of July 1990|3 juillet 1990
3 липня 1990|٣ يوليو ١٩٩٠|1369/04/12|12/04/1369|12 Tir 1369|۱۲ تیر ۱۳۶۹|12 саратан 1369|10 Dhu-al-Hijjah 1410
"""


@each([*re.split(r"[|\n]", _BIRTHS.strip()), "3 июля\n1990"])
def test_a_registered_birth_is_found_however_it_is_written(text: str, registry: Registry) -> None:
    found = detect(f"род. {text} г.", registry)
    assert [(match.kind, match.entities, match.general) for match in found] == [
        (IdentifierType.BORN, frozenset({WITNESS}), "1990")
    ]


@each(
    [
        ("1402/05/12", IdentifierType.DATE),
        ("2023/05/12", IdentifierType.DATE),
        ("12 مرداد 1402", IdentifierType.DATE),
        ("12 Muharram 1445", IdentifierType.DATE),
        ("new year's day", IdentifierType.DATE),
        ("new year's day 2019", IdentifierType.DATE),
        ("Nowruz 2019", IdentifierType.DATE),
        ("Пасху 2019", IdentifierType.DATE),
        ("8FQ7+2H", IdentifierType.COORDINATES),
        ("21205198400123", IdentifierType.DOCUMENT),
        ("112-233-445 95", IdentifierType.DOCUMENT),
        ("45 08 123456", IdentifierType.DOCUMENT),
        ("840512300123", IdentifierType.DOCUMENT),
        ("3084512345", IdentifierType.DOCUMENT),
        ("AB1234567", IdentifierType.DOCUMENT),
        ("12AB34567", IdentifierType.DOCUMENT),
        ("2 84 05 2A 123 456 78", IdentifierType.DOCUMENT),
        ("1 84 05 75 123 456 78", IdentifierType.DOCUMENT),
        ("1399-0102-12345", IdentifierType.DOCUMENT),
    ]
)
def test_dates_of_other_calendars_and_numbers_of_other_countries_are_found(text: str, kind: IdentifierType) -> None:
    found = detect(f"там, {text}, видели", registry_of())
    assert fuse(Span(one.start, one.end, one.kind, Action.REMOVE) for one in found) == (
        Span(5, 5 + len(text), kind, Action.REMOVE),
    )


@each(["Nowruz came", "12 Tir ran", "1402/15/12", "the eid"])
def test_what_somebody_may_be_called_by_is_no_date_alone(text: str) -> None:
    assert all(one.kind is not IdentifierType.DATE for one in detect(text, registry_of()))


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


# Words that look like people: who is known in any form, and names that nobody has entered.
REGISTRY = build_registry(
    (
        RegisteredPerson(b"a", PersonRole.CLIENT, ("Арсений Вьюжанин",)),
        RegisteredPerson(b"l", PersonRole.RELATIVE, ("Lidia Vyuzhanina",)),
    )
)


@each(
    {
        "known in another form": ("Звонил Арсению утром", [("Арсению", {b"a"})]),
        "known in another script": ("Told Arseniy about it", [("Arseniy", {b"a"})]),
        "not entered": ("Told him that Kaltbrunner files today", [("Kaltbrunner", set())]),
        "once": ("With Orvillard, for Orvillard", [("Orvillard", set())]),
        "the first word of a sentence": ("Kaltbrunner files. Orvillard waits", []),
        "words with a capital": ("On Monday in November, at the Prefecture of the Court", []),
        "capitals alone": ("The UNHCR wrote", []),
        "nothing": ("", []),
    }
)
def test_what_looks_like_people_is_found_with_who_it_may_be(text: str, found: list[tuple[str, set[bytes]]]) -> None:
    assert [(spotted.word, set(spotted.who)) for spotted in people_in(text, REGISTRY)] == found


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("+7 912 345-67-89", IdentifierType.PHONE),
        ("8 (912) 345 67 89", IdentifierType.PHONE),
        ("0555 12 34 56", IdentifierType.PHONE),
        ("+380 67 123 45 67", IdentifierType.PHONE),
        ("06 12 34 56 78", IdentifierType.PHONE),
        ("٠٥٥٥ ١٢ ٣٤ ٥٦", IdentifierType.PHONE),
        ("4509 123456", IdentifierType.DOCUMENT),
        ("AN1234567", IdentifierType.DOCUMENT),
        ("АН № 1234567", IdentifierType.DOCUMENT),
        ("20507199012345", IdentifierType.DOCUMENT),
        ("someone.else+x@mail.example.org", IdentifierType.EMAIL),
        ("@nobody_here", IdentifierType.HANDLE),
        ("https://example.org/a?b=c", IdentifierType.URL),
        ("t.me/nobody_here", IdentifierType.URL),
        ("www.example.org", IdentifierType.URL),
        ("FR76 3000 6000 0112 3456 7890 189", IdentifierType.IBAN),
        ("42.8746, 74.5698", IdentifierType.COORDINATES),
        ("42°52′28″N 74°34′11″E", IdentifierType.COORDINATES),
        ("2024-03-12", IdentifierType.DATE),
        ("2024-03-12T10:30", IdentifierType.DATE),
        ("12.03.2024", IdentifierType.DATE),
        ("12/3/24", IdentifierType.DATE),
        ("12 марта 2024", IdentifierType.DATE),
        ("12 березня 2024", IdentifierType.DATE),
        ("1er août 2024", IdentifierType.DATE),
        ("March 12, 2024", IdentifierType.DATE),
        ("12th of March 2024", IdentifierType.DATE),
        ("март 2024", IdentifierType.DATE),
        ("١٢ مارس ٢٠٢٤", IdentifierType.DATE),
        ("2024", IdentifierType.DATE),
        ("10:30", IdentifierType.TIME),
    ],
)
@pytest.mark.parametrize("frame", ["{}", "было {}, потом", "({})"])
def test_a_shape_is_found_whole_and_named(text: str, kind: IdentifierType, frame: str) -> None:
    framed = frame.format(text)
    found = [(framed[shape.start : shape.end], shape.kind) for shape in find_shapes(normal_text(framed))]
    assert found == [(text, kind)]


@each(["5", "12 officers", "слово", "1.5", "a/b", "section 14a", "@"])
def test_ordinary_tokens_have_no_shape(text: str) -> None:
    assert list(find_shapes(normal_text(text))) == []


@each(
    [
        ("03.07.1990", ((1990, 7, 3), (1990, 3, 7))),
        ("25.07.1990", ((1990, 7, 25),)),
        ("07/25/90", ((1990, 7, 25),)),
        ("03.07.29", ((2029, 7, 3), (2029, 3, 7))),
        ("3 июля", ()),
        ("июль 1990", ((1990, 7, None),)),
        ("31.02.1990", ()),
        ("1990", ()),
    ]
)
def test_a_date_says_which_days_it_can_mean(text: str, days: tuple[tuple[int, int, int | None], ...]) -> None:
    assert [shape.days for shape in find_shapes(normal_text(text))] == [days]


ONE, OTHER = b"1" * 16, b"2" * 16

SPANS = st.lists(
    st.builds(
        lambda start, length, kind, action, entity, reason, general: Span(
            start, start + length, kind, action, entity, reason, general
        ),
        st.integers(0, 40),
        st.integers(1, 12),
        st.sampled_from([IdentifierType.NAME, IdentifierType.PHONE]),
        st.sampled_from(Action),
        st.sampled_from([None, ONE, OTHER]),
        st.sampled_from(Reason),
        st.sampled_from(["", "1990"]),
    ),
    max_size=12,
)


def places(spans: list[Span] | tuple[Span, ...]) -> set[int]:
    return {place for span in spans for place in range(span.start, span.end)}


@given(SPANS, st.randoms())
def test_the_order_of_spans_does_not_matter(spans: list[Span], random: st.DataObject) -> None:
    shuffled = list(spans)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert fuse(shuffled) == fuse(spans)


@given(SPANS)
def test_fused_spans_cover_the_same_characters_without_overlap(spans: list[Span]) -> None:
    fused = fuse(spans)
    assert places(fused) == places(spans)
    assert all(left.end <= right.start for left, right in itertools.pairwise(fused))


@given(SPANS)
def test_no_character_gets_a_weaker_action_than_any_span_asked_for_and_each_knows_what_to_put(
    spans: list[Span],
) -> None:
    fused = fuse(spans)
    for span in spans:
        (holder,) = [found for found in fused if found.start <= span.start and span.end <= found.end]
        assert strongest([span.action, holder.action]) is holder.action
    for span in fused:
        assert span.action is not Action.PSEUDONYM or span.entity is not None
        assert span.action is not Action.GENERALISE or span.general
    assert strongest([]) is Action.REMOVE


def span(start: int, end: int, action: Action, entity: bytes | None = None, general: str = "") -> Span:
    return Span(start, end, IdentifierType.NAME, action, entity, general=general)


@each(
    [
        ([span(0, 5, Action.KEEP), span(3, 8, Action.REMOVE)], [span(0, 8, Action.REMOVE)]),
        ([span(0, 5, Action.KEEP), span(5, 8, Action.REMOVE)], [span(0, 5, Action.KEEP), span(5, 8, Action.REMOVE)]),
        ([span(0, 5, Action.PSEUDONYM, ONE), span(3, 8, Action.PSEUDONYM, ONE)], [span(0, 8, Action.PSEUDONYM, ONE)]),
        ([span(0, 5, Action.PSEUDONYM, ONE), span(3, 8, Action.PSEUDONYM, OTHER)], [span(0, 8, Action.REMOVE)]),
        (
            [span(0, 4, Action.GENERALISE, ONE, "1990"), span(0, 4, Action.KEEP)],
            [span(0, 4, Action.GENERALISE, ONE, "1990")],
        ),
        ([span(0, 4, Action.GENERALISE, ONE, "1990"), span(2, 6, Action.KEEP)], [span(0, 6, Action.REMOVE, ONE)]),
    ]
)
def test_overlaps_become_their_union_under_the_strongest_action(spans: list[Span], fused: list[Span]) -> None:
    assert list(fuse(spans)) == fused


@each([(3, 3), (4, 3), (-1, 2)])
def test_an_empty_or_reversed_span_is_refused(start: int, end: int) -> None:
    with pytest.raises(InternalError, match="at least one character"):
        span(start, end, Action.KEEP)
