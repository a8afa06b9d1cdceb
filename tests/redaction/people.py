"""Invented people, and a small case about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from vault.casework.case import AsylumStage, Case, CaseKind
from vault.casework.kinds import CaseworkRecord
from vault.casework.note import Note
from vault.casework.person import IdentityDocument, Person, PersonName
from vault.casework.vocabulary import DocumentKind, NoteKind, PersonRole, Risk
from vault.redaction.apply import redact
from vault.redaction.dossier import RedactedDossier
from vault.redaction.profile import profile_named
from vault.redaction.questions import OpenQuestions, decide_proposed
from vault.redaction.registry import Registry, build_registry, registered_people
from vault.redaction.source import DossierSource, dossier_source
from vault.redaction.spans import Action
from vault.redaction.transform import PseudonymBook

CLIENT, WITNESS, WORKER, CASE_ID, NOTE_ID = (bytes([number]) * 16 for number in range(1, 6))
LAWYER = profile_named("lawyer-named")

CLIENT_PERSON = Person(
    PersonRole.CLIENT,
    (PersonName.written("Элмар Торгаев"), PersonName.written("Elmar Torgaev")),
    "1984-05-12",
    ("+996 555 010 203",),
    ("e.torgaev@example.org",),
    (IdentityDocument(DocumentKind.PASSPORT, "AN 1234567"),),
)
WITNESS_PERSON = Person(
    PersonRole.WITNESS,
    (PersonName.written("Зафира Маратовна Скворкина"), PersonName.written("ظفيرة سكوركينا")),
    "1990-07-03",
    ("0700 44 55 66",),
    ("nightowl77@example.org",),
    (IdentityDocument(DocumentKind.ID_CARD, "ID7654321"),),
)
WORKER_PERSON = Person(PersonRole.WORKER, (PersonName.written("Nela O’Brannik"),))
CASE = Case("Торгаев appeal", CaseKind.ASYLUM, AsylumStage.APPEAL_1, "K7QM-3XPD", bytes(16), "2026-01-02", Risk.HIGH)


def registry_of(*persons: tuple[bytes, Person]) -> Registry:
    return build_registry(registered_people(persons))


def usual_registry() -> Registry:
    return registry_of((CLIENT, CLIENT_PERSON), (WITNESS, WITNESS_PERSON), (WORKER, WORKER_PERSON))


def first_of(choices: Sequence[str]) -> str:
    return choices[0]


class Counting:
    """A fixed source of choices: the same codes in every run."""

    def __init__(self) -> None:
        self.drawn = 0

    def __call__(self, choices: Sequence[str]) -> str:
        self.drawn += 1
        return choices[self.drawn * 7 % len(choices)]


def note(text: str, kind: NoteKind = NoteKind.INTERVIEW) -> Note:
    return Note(kind, text, "2026-03-01")


def source_of(*records: tuple[bytes, CaseworkRecord]) -> DossierSource:
    return dossier_source((record, b"version of" + record, value) for record, value in records)


def outcome(
    text: str, decisions: Mapping[str, Action | str] | None = None, registry: Registry | None = None
) -> RedactedDossier | OpenQuestions:
    """Redact one interview note for the lawyer."""
    return redact(
        source_of((NOTE_ID, note(text))),
        LAWYER,
        registry or usual_registry(),
        decisions or {},
        PseudonymBook(choose=Counting()),
    )


def redacted(source: DossierSource, registry: Registry, decisions: Mapping[str, Action | str]) -> RedactedDossier:
    """Redact with these decisions and the proposals for all other questions."""
    result = redact(source, LAWYER, registry, decisions, PseudonymBook(choose=Counting()))
    if isinstance(result, OpenQuestions):
        proposals = {**decide_proposed(result), **decisions}
        result = redact(source, LAWYER, registry, proposals, PseudonymBook(choose=Counting()))
    assert isinstance(result, RedactedDossier)
    return result


def text_left(text: str, decisions: Mapping[str, Action | str] | None = None, registry: Registry | None = None) -> str:
    """Return what is left of one note's text, all proposals taken."""
    dossier = redacted(source_of((NOTE_ID, note(text))), registry or usual_registry(), decisions or {})
    return dossier.sections[0].blocks[-1].text


def renamed(person: Person, *names: str) -> Person:
    return replace(person, names=tuple(PersonName.written(name) for name in names))
