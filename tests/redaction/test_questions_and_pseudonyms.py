from __future__ import annotations

import itertools
import secrets

import pytest

from tests.redaction.people import (
    CLIENT,
    CLIENT_PERSON,
    WITNESS,
    WITNESS_PERSON,
    Counting,
    first_of,
    outcome,
    registry_of,
    renamed,
    text_left,
)
from tests.tables import each
from vault.casework.disclosure import Decision, PseudonymGiven
from vault.casework.intake import Slip, said_by
from vault.casework.kinds import CaseworkRecord
from vault.casework.note import Note
from vault.casework.story.incident import Incident, IncidentKind
from vault.casework.vocabulary import NoteKind, PersonRole
from vault.errors import TryAgainError, UsageError
from vault.redaction.apply import redact
from vault.redaction.profile import profile_named
from vault.redaction.questions import (
    Earlier,
    OpenQuestions,
    Question,
    decisions_by_key,
    decisions_in_force,
    decisions_to_keep,
)
from vault.redaction.registry import build_registry
from vault.redaction.source import dossier_source
from vault.redaction.spans import Action, IdentifierType
from vault.redaction.transform import PseudonymBook


def asked(text: str) -> dict[str, Question]:
    result = outcome(text)
    return {question.form: question for question in result.questions} if isinstance(result, OpenQuestions) else {}


@each(
    [
        ("Позвонил Темир.", {"Темир"}),
        ("Вера позвонила.", {"Вера"}),
        ("Допрос прошёл в городе.", set()),
        ("в городе Допрос", {"Допрос"}),
        ("видели темира в городе", {"темира"}),
        ("She told Temir about it.", {"Temir"}),
        ("Il parle avec Oshmar.", {"Oshmar"}),
        ("on Monday in March", set()),
        ("у него 5 детей и 17 коров", {"17"}),
        ("cell B12", {"B12"}),
        ("10:30, 12.03.2024", set()),
        ("هو في أوشمار", {"أوشمار"}),
        ("Ωshmar", {"Ωshmar"}),
        ("Элмар Торгаев", set()),
        ("Скворкина", set()),
        ("O'Shmar", {"O'Shmar"}),
        ("Темир_Скворкина", {"Темир_Скворкина"}),
        ("Скворкина_Темир", {"Скворкина_Темир"}),
    ]
)
def test_each_token_that_nothing_explains_is_a_question(text: str, forms: set[str]) -> None:
    assert set(asked(text)) == forms


def test_one_question_is_asked_for_each_form_however_often_and_however_written() -> None:
    question = asked("Позвонил Темир. Потом ТЕМИР. Потом Те\u00adмир.")["Темир"]
    assert (question.count, question.kinds, question.proposal) == (3, (IdentifierType.UNKNOWN,), Action.REMOVE)


def test_the_context_of_a_question_is_redacted() -> None:
    context = asked("Скворкина, тел. 0700 44 55 66, видела, как пришёл Темир.")["Темир"].context
    assert context == "тел. ▮▮▮, видела, как пришёл Темир."


def test_a_surname_that_a_named_and_a_hidden_person_share_is_asked_first() -> None:
    registry = registry_of((CLIENT, CLIENT_PERSON), (WITNESS, renamed(WITNESS_PERSON, "Лиана Торгаева")))
    result = outcome("Темир, Темир и Торгаев", registry=registry)
    assert isinstance(result, OpenQuestions)
    assert [(one.form, one.conflict, one.proposal) for one in result.questions] == [
        ("Торгаев", True, Action.REMOVE),
        ("Темир", False, Action.REMOVE),
    ]
    assert text_left("и Торгаев", {"Торгаев": "keep"}, registry) == "и Торгаев"
    assert text_left("и Торгаев", {}, registry) == "и [removed]"
    assert text_left("Элмар Торгаев и Лиана Торгаева", {}, registry) == "Элмар Торгаев и [P-KT7]"


@each(
    [
        ("keep", "пришёл Темир"),
        ("remove", "пришёл [removed]"),
        ("pseudonym", "пришёл [P-KT7]"),
        ("generalise", "пришёл [removed]"),
    ]
)
def test_a_decision_holds_for_every_way_to_write_the_form(action: str, left: str) -> None:
    assert text_left("пришёл Темир", {"ТЕМИР": action}) == left


def test_a_registered_name_cannot_be_decided_open() -> None:
    assert text_left("пришла Скворкина", {"Скворкина": "keep"}) == "пришла [P-KT7]"


@each(
    [
        ({"Темир": "publish"}, "a decision must be one of: keep, generalise, pseudonym, remove"),
        ({"Темир": "keep", "темир": "remove"}, "contradict each other"),
    ]
)
def test_decisions_that_mean_nothing_are_refused(decisions: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        decisions_by_key(decisions)
    assert "емир" not in str(caught.value)


@each(
    [
        ({"Те-\nмир": Action.REMOVE}, [("темир", "remove")]),
        ({"zero\nfive": Action.KEEP}, [("zero five", "keep")]),
        ({"т" * 513: Action.REMOVE}, []),
    ]
)
def test_a_form_is_kept_on_one_line_or_not_at_all(forms: dict[str, Action], kept: list[tuple[str, str]]) -> None:
    assert [(one.form, one.action) for one in decisions_to_keep(forms)] == kept


KEEP, REMOVE = Decision("Темир", "keep"), Decision("ТЕМИР", "remove")


@each(
    {
        "as before": ([[KEEP]], {}, {"Темир": "keep"}),
        "as always": ([[KEEP], [KEEP]], {}, {"Темир": "keep"}),
        "two spellings in one": ([[KEEP, REMOVE]], {}, {}),
        "two spellings in two": ([[KEEP], [REMOVE]], {}, {}),
        "settled since": ([[KEEP], [REMOVE], [REMOVE]], {}, {"ТЕМИР": "remove"}),
        "decided now": ([[KEEP], [REMOVE]], {"темир": "keep"}, {"темир": "keep"}),
        "decided otherwise now": ([[KEEP]], {"темир": "remove"}, {"темир": "remove"}),
        "an action of a later version": ([[Decision("Темир", "blur")]], {}, {}),
    }
)
def test_earlier_decisions_hold_while_they_agree_and_are_asked_again_where_not(
    earlier: list[list[Decision]], now: dict[str, str], in_force: dict[str, str]
) -> None:
    result, _ = decisions_in_force([Earlier(tuple(one)) for one in earlier], now)
    assert result == in_force
    assert len(decisions_by_key(result)) == len(in_force)


@each(
    {
        "kept": ([Earlier((KEEP,), frozenset({b"1"}))], {}, {"темир": {b"1"}}),
        "kept twice": (
            [Earlier((KEEP,), frozenset({b"1"})), Earlier((KEEP,), frozenset({b"2"}))],
            {},
            {"темир": {b"1", b"2"}},
        ),
        "kept before that was noted": ([Earlier((KEEP,))], {}, {"темир": set()}),
        "removed": ([Earlier((REMOVE,), frozenset({b"1"}))], {}, {}),
        "decided now": ([Earlier((KEEP,), frozenset({b"1"}))], {"ТЕМИР": "keep"}, {}),
    }
)
def test_what_was_kept_holds_in_the_versions_that_were_read(
    earlier: list[Earlier], now: dict[str, str], read: dict[str, set[bytes]]
) -> None:
    assert decisions_in_force(earlier, now)[1] == read


def test_all_codes_of_a_series_have_one_width_and_differ_and_are_kept_in_an_order_of_their_own() -> None:
    book = PseudonymBook(choose=secrets.choice)
    codes = [book.code_for(bytes([number])) for number in range(200)]
    assert len(set(codes)) == 200
    assert {len(code) for code in codes} == {len("[P-KX4]")}
    assert codes[0] == book.code_for(bytes([0]))
    given = book.given()
    assert [pair.code for pair in given] == sorted(pair.code for pair in given)
    assert [pair.entity for pair in given] != sorted(pair.entity for pair in given)


def test_a_series_goes_on_and_another_recipient_gets_other_codes() -> None:
    book = PseudonymBook(choose=Counting())
    code = book.code_for(b"one")
    assert PseudonymBook(book.given(), choose=first_of).code_for(b"one") == code
    assert {PseudonymBook(choose=secrets.choice).code_for(b"one") for _ in range(20)} != {code}


def test_of_what_others_gave_only_what_nothing_contradicts_is_taken_and_nobody_uses_a_series_up() -> None:
    own = [PseudonymGiven(b"one", "KX4"), PseudonymGiven(b"one", "KX5")]
    others = [("one", "BB2"), ("two", "KX5"), ("three", "CC3"), ("four", "DD4"), ("four", "DD5"), ("five", "Ann")]
    beside = [PseudonymGiven(entity.encode(), code) for entity, code in others]
    book = PseudonymBook(own, beside, choose=secrets.choice)
    codes = {entity: book.code_for(entity.encode()) for entity in ("two", "one", "three", "four", "five")}
    assert (codes["one"], codes["three"]) == ("[P-KX5]", "[P-CC3]")
    assert len({*codes.values()}) == 5
    assert not {codes[entity] for entity in ("two", "four", "five")} & {f"[P-{code}]" for _, code in others}
    letters, digits = "BCDFGHJKMNPQRSTVWXZ", "23456789"
    every = map("".join, itertools.product(letters, letters, digits))
    filled = [PseudonymGiven(f"{number}".encode(), code) for number, code in enumerate(every)]
    assert PseudonymBook((), filled, choose=secrets.choice).code_for(b"one").startswith("[P-")


def test_a_series_without_free_codes_says_so() -> None:
    book = PseudonymBook(choose=first_of)
    book.code_for(b"one")
    with pytest.raises(TryAgainError, match="no free pseudonym"):
        book.code_for(b"two")
    assert all(len({*pair}) == 2 for pair in itertools.pairwise(PseudonymBook(choose=secrets.choice).given()))


KEPT, HIDDEN = "keep", "remove"


@each(
    [
        ("place", "Bishkek, Lenin 12", {"Bishkek": KEPT, "Lenin": KEPT, "12": KEPT}),
        ("place", "ул. Ленина 12, Бишкек", {"Ленина": KEPT, "12": KEPT, "Бишкек": KEPT}),
        ("by_whom", "GKNB", {"GKNB": KEPT}),
        ("by_whom", "ГКНБ", {"ГКНБ": KEPT}),
        ("by_whom", "Asanov, GKNB", {"Asanov": HIDDEN, "GKNB": KEPT}),
        ("by_whom", "TEMIR", {"TEMIR": HIDDEN}),
        ("place", "the flat of Asanov", {"Asanov": HIDDEN}),
        ("place", "beside Temir", {"Temir": HIDDEN}),
        ("place", "у Асанова", {"Асанова": HIDDEN}),
        ("place", "Асанов", {"Асанов": HIDDEN}),
        ("place", "Asanov", {"Asanov": HIDDEN}),
        ("place", "Bekova", {"Bekova": HIDDEN}),
        ("place", "Vyuzhanin", {"Vyuzhanin": HIDDEN}),
        ("place", "Chernyshevsky", {"Chernyshevsky": HIDDEN}),
        ("place", "Bishkek, Isakov", {"Bishkek": KEPT, "Isakov": HIDDEN}),
        ("place", "Asanov 1984", {"Asanov": HIDDEN}),
        ("place", "Tashkent", {"Tashkent": KEPT}),
        ("place", "Tokmok", {"Tokmok": KEPT}),
        ("place", "Lyon", {"Lyon": KEPT}),
        ("place", "Naryn", {"Naryn": KEPT}),
        ("place", "Khujand; Sokuluk", {"Khujand": KEPT, "Sokuluk": KEPT}),
        ("place", "house of Mr Asanov", {"Asanov": HIDDEN}),
        ("place", "Asan uulu", {"Asan uulu": HIDDEN}),
        ("place", "Rose", {"Rose": HIDDEN}),
    ]
)
def test_of_a_confirmed_fact_all_is_asked_and_its_places_and_numbers_are_proposed_to_stay_and_no_person(
    field: str, said: str, proposals: dict[str, str]
) -> None:
    fact = Incident(IncidentKind.ARREST, confirmed="the prosecutor", **{field: said})  # type: ignore[arg-type]
    assert proposed([fact]) == proposals


def test_what_a_note_or_a_name_says_too_is_proposed_to_be_removed() -> None:
    fact = Incident(IncidentKind.ARREST, place="Oshmar", by_whom="Oshmar")
    note = Note(NoteKind.INTERVIEW, "He went to Oshmar.")
    place = Incident(IncidentKind.ARREST, place="Oshmar")
    assert proposed([place], "subject") == {"Oshmar": KEPT}
    assert proposed([fact], "subject") == proposed([place, note], "subject") == {"Oshmar": HIDDEN}


def proposed(records: list[CaseworkRecord], profile: str = "disappearance") -> dict[str, str]:
    """Return what is asked of records, and what is proposed."""
    source = dossier_source((bytes([n]) * 16, bytes([n]) * 16, record) for n, record in enumerate(records, 1))
    book = PseudonymBook(choose=secrets.choice)
    found = redact(source, profile_named(profile), build_registry(()), {}, book)
    return {q.form: q.proposal.value for q in found.questions} if isinstance(found, OpenQuestions) else {}


def test_the_programs_own_words_in_a_note_of_a_call_are_never_asked_about_and_stay_whatever_was_decided() -> None:
    slip = Slip(0, "Temir Oshmar", "+996 555 0101", "Uzbek", "His Name is in a Language of ours.", True, when="Call 17")
    (said, *_) = said_by(slip, PersonRole.CLIENT)
    assert isinstance(said, Note)
    lines = text_left(said.text, dict.fromkeys(("Name", "Language", "Number", "heard", "back"), Action.REMOVE))
    assert lines.splitlines()[0] == "His [removed] is in a [removed] of ours."
    assert lines.splitlines()[1:] == [
        "A call.",
        "Name as heard: [removed]",
        "Number: [removed]",
        "Language: [removed]",
        "They wait for a call back: Call [removed]",
    ]
    assert "Name" not in asked("\n".join(said.text.splitlines()[2:]))
    assert {"Name", "Temir Oshmar"} <= set(asked("In a Name, Name as heard: Temir Oshmar"))
    called_so = registry_of((WITNESS, renamed(WITNESS_PERSON, "Heard Oshmarov")))
    assert "heard" not in text_left("A call.\nName as heard: Temir", registry=called_so)
