from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from tests.tables import each
from vault.casework.case import STAGES, AsylumStage, Case, CaseKind, ExtraditionStage, first_stage
from vault.casework.disclosure import Decision, Disclosure, PseudonymGiven
from vault.casework.note import Note
from vault.casework.partner import Partner
from vault.casework.person import IdentityDocument, Person, PersonName, SafeContact
from vault.casework.script import Script
from vault.casework.vocabulary import Channel, DocumentKind, NameKind, NoteKind, PersonRole, Risk
from vault.errors import UsageError

ID = bytes(range(16))
CASE = Case("Appeal of a teacher", CaseKind.ASYLUM, AsylumStage.APPEAL_1, "K7QM-3XPD", ID, "2026-03-01")
NAME = PersonName.written("Элмар Торгаев")
CONTACT = SafeContact(
    Channel.PHONE, "+996 555 010 203", "18:00-20:00", "about the books", "the sister: nothing", ("1",)
)
PERSON = Person(PersonRole.CLIENT, (NAME,), "1984-05", ("+996 555 010 203",), ("e.t@example.org",), (), CONTACT)
NOTE = Note(NoteKind.CONTACT, "Called at night.", "2026-03-01T05:40", ID)
PARTNER = Partner("Lawyer A", "age1examplekey", "acorn bottle cedar")
DISCLOSURE = Disclosure(
    ID,
    "lawyer",
    "appeal",
    ID,
    bytes(32),
    "2026-04-01",
    "main",
    (Decision("Oshmar", "remove"),),
    (PseudonymGiven(ID, "KX4"),),
)
RECORDS = (CASE, PERSON, NOTE, PARTNER, DISCLOSURE)


def test_the_kind_words_are_stable_because_they_are_sealed_with_each_record() -> None:
    assert [type(record).KIND for record in RECORDS] == ["case", "person", "note", "partner", "disclosure"]


@each(RECORDS)
def test_a_record_is_frozen_and_its_repr_holds_no_content(record: Case | Person | Note | Partner | Disclosure) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(record, dataclasses.fields(record)[0].name, "other")
    for content in ("teacher", "Торгаев", "555", "example.org", "night", "Lawyer A", "appeal'", "Oshmar"):
        assert content not in repr(record)


def test_vocabulary_words_may_arrive_as_plain_text_from_the_codec() -> None:
    case = Case("Title", "extradition", "refused-at-risk", "K7QM-3XPD", ID, "2026-03-01", "high")  # type: ignore[arg-type]  # decoded
    assert case.kind is CaseKind.EXTRADITION
    assert case.stage is ExtraditionStage.REFUSED_AT_RISK
    assert case.risk is Risk.HIGH


def test_each_kind_of_case_starts_in_a_stage_of_its_own() -> None:
    assert {kind: first_stage(kind) in STAGES[kind] for kind in CaseKind} == dict.fromkeys(CaseKind, True)


def test_a_name_keeps_its_text_with_single_spaces_and_gets_the_script_of_its_letters() -> None:
    assert PersonName.written("  Elmar   Torgaev ").text == "Elmar Torgaev"
    assert NAME.script is Script.CYRILLIC
    assert PERSON.display_name() == "Элмар Торгаев"
    assert Person(PersonRole.CLIENT).display_name() == ""


def changed(record: Any, **values: object) -> object:  # any record, with values that no caller checked: as decoded
    return dataclasses.replace(record, **values)


REFUSALS: list[tuple[Callable[[], object], str]] = [
    (lambda: changed(CASE, title=" "), "case title is empty"),
    (lambda: changed(CASE, title="a\nSecretName"), "case title must be one line"),
    (lambda: changed(CASE, title="S" * 600), "case title is longer than 512 characters"),
    (lambda: changed(CASE, kind="SecretName"), "kind of a case must be one of: asylum, extradition"),
    (
        lambda: dataclasses.replace(CASE, stage=ExtraditionStage.FLAGGED),
        "stage of a case of kind asylum must be one of",
    ),
    (lambda: changed(CASE, audit=b"short"), "audit compartment of a case must be 16 bytes"),
    (lambda: changed(CASE, opened="2026-03"), "opening date of a case must be a full day"),
    (lambda: changed(CASE, risk="SecretName"), "risk of a case must be one of: low"),
    (lambda: PersonName("", Script.LATIN), "name is empty"),
    (lambda: PersonName("SecretName", "Grek"), "script of a name must be one of: Latn"),  # type: ignore[arg-type]  # as decoded
    (lambda: IdentityDocument(DocumentKind.PASSPORT, ""), "document number is empty"),
    (lambda: changed(CONTACT, never_use=(CONTACT.address,)), "on its own never-use list"),
    (lambda: changed(CONTACT, never_use="12"), "never-use list of the safe contact must be a list"),
    (lambda: changed(PERSON, role="SecretName"), "role of a person must be one of: client"),
    (lambda: changed(PERSON, names=("SecretName",)), "names of a person may hold only PersonName"),
    (lambda: changed(PERSON, born="SecretName"), "date of birth must be written YYYY"),
    (lambda: changed(PERSON, phones=("SecretName",)), "phone needs at least 3 digits"),
    (lambda: changed(PERSON, emails=("SecretName@",)), "e-mail must hold an @"),
    (lambda: Note(NoteKind.CONTACT, " \n"), "text is empty"),
    (lambda: Note("gossip", "SecretName"), "kind must be one of: contact"),  # type: ignore[arg-type]  # as decoded
    (lambda: Note(NoteKind.CONTACT, "x" * 1_000_001), "text is longer"),
    (lambda: Note(NoteKind.CONTACT, "SecretName", "2026-02-30"), "occurred is not a day of the calendar"),
    (lambda: Note(NoteKind.CONTACT, "SecretName", "2026-02-03T25:00"), "occurred must give the time as HH:MM"),
    (lambda: Note(NoteKind.CONTACT, "SecretName", amends=b""), "amends must be 16 bytes"),
    (lambda: Note(NoteKind.CONTACT, 7), "text must be text"),  # type: ignore[arg-type]  # as decoded
    (lambda: changed(PARTNER, age_recipient="ssh-ed25519"), "age key of a recipient must start with age1"),
    (lambda: changed(DISCLOSURE, digest=b""), "digest of a disclosure must be 32 bytes"),
    (lambda: PseudonymGiven(b"", "KX4"), "entity of a pseudonym must be 1 to"),
]


@each(REFUSALS)
def test_a_refusal_names_the_field_and_never_the_value(make: Callable[[], object], message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        make()
    assert "SecretName" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_the_names_of_the_words_are_what_the_store_keeps() -> None:
    assert [word.value for word in NoteKind] == [
        "contact",
        "interview",
        "legal-advice",
        "medical",
        "safety",
        "administration",
        "supervision",
    ]
    assert [word.value for word in PersonRole] == [
        "client",
        "relative",
        "witness",
        "worker",
        "interpreter",
        "persecutor",
        "guarantor",
        "co-accused",
        "dependant",
        "lawyer",
        "third",
    ]
    assert NameKind("passport") is NameKind.PASSPORT
