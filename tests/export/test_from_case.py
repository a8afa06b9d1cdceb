"""From a case, through redaction, to what its recipient reads: the whole way with the real parts."""

from __future__ import annotations

import functools
import json
import re
import secrets
from collections.abc import Sequence
from datetime import date

import pyrage  # type: ignore[import-untyped]  # it ships no types

from tests.export.samples import COVER, dossier, section
from tests.tables import each
from vault.casework.note import Note
from vault.casework.person import Person, PersonName
from vault.casework.vocabulary import NoteKind, PersonRole
from vault.export.data_json import render_data
from vault.export.dossier_report import Cover
from vault.export.package import prepare, write_package
from vault.export.reader import open_package
from vault.export.release import Release
from vault.redaction.apply import redact
from vault.redaction.dossier import RedactedDossier
from vault.redaction.profile import profile_named
from vault.redaction.questions import OpenQuestions, decide_proposed
from vault.redaction.registry import build_registry, registered_people
from vault.redaction.source import dossier_source
from vault.redaction.transform import PseudonymBook
from vault.seal import signing

CLIENT_ID, WITNESS_ID, NOTE_ID = (bytes([number]) * 16 for number in (1, 2, 3))
CLIENT = Person(PersonRole.CLIENT, (PersonName.written("Мирало Дастенов"),), "1991-02-03")


class _InTurn:
    def __init__(self) -> None:
        self.drawn = 0

    def __call__(self, choices: Sequence[str]) -> str:
        self.drawn += 1
        return choices[self.drawn % len(choices)]


def _redacted(witness: str, witness_instrumental: str) -> RedactedDossier:
    hidden = Person(PersonRole.WITNESS, (PersonName.written(witness),), phones=("+996 555 010 203",))
    registry = build_registry(registered_people(((CLIENT_ID, CLIENT), (WITNESS_ID, hidden))))
    text = f"Беседа с {witness_instrumental} и заявителем. Свидетель: {witness}, тел. +996 555 010 203."
    note = Note(NoteKind.INTERVIEW, text, "2026-03-01")
    source = dossier_source(
        (one, one, value) for one, value in ((CLIENT_ID, CLIENT), (WITNESS_ID, hidden), (NOTE_ID, note))
    )
    profile = profile_named("lawyer-named")
    result = redact(source, profile, registry, {}, PseudonymBook(choose=_InTurn()))
    if isinstance(result, OpenQuestions):
        result = redact(source, profile, registry, decide_proposed(result), PseudonymBook(choose=_InTurn()))
    assert isinstance(result, RedactedDossier)
    return result


RELEASE = Release(date(2026, 10, 1), ("caseworker",), bytes(16))
ONE = ("Зафира Скворкина", "Зафирой Скворкиной")
OTHER = ("Лунара Окриместова", "Лунарой Окриместовой")


@each(["en", "fr", "ru"])
def test_witnesses_who_are_called_like_words_of_the_report_do_not_stop_it(language: str) -> None:
    names = ("Hope May", "Case Note", "Text Client", "Report Strong", "Removed Names", "Дата Текст", "Étape Noms")
    hidden = [
        (bytes([9, n]) * 8, Person(PersonRole.WITNESS, (PersonName.written(name),))) for n, name in enumerate(names)
    ]
    registry = build_registry(registered_people(hidden))
    note = Note(NoteKind.INTERVIEW, "She met Hope May; Client and Дата were there, and Étape.", "2026-03-01")
    source = dossier_source([*((entity, entity, person) for entity, person in hidden), (NOTE_ID, NOTE_ID, note)])
    profile = profile_named("lawyer")
    result = redact(source, profile, registry, {"She": "keep"}, PseudonymBook(choose=secrets.choice))
    assert isinstance(result, RedactedDossier)
    assert {"may", "note", "text", "client", "case", "removed"} <= set(result.forbidden_forms)
    identity = pyrage.x25519.Identity.generate()
    package = write_package(
        prepare(result, Cover("legal referral (lawyer)", language)),
        age_recipient=str(identity.to_public()),
        package_public=signing.public_key(bytes(32)),
        sign=functools.partial(signing.sign, bytes(32)),
        release=RELEASE,
    )
    texts = [
        block["text"]
        for section in json.loads(open_package(package.sealed, str(identity)).members["data.json"])["sections"]
        for block in section["blocks"]
    ]
    assert not [text for text in texts if re.search("hope|may|client|дата|étape", text.casefold())]


def test_the_script_of_a_text_is_told_by_its_letters_and_not_by_those_of_codes() -> None:
    texts = {
        "[P-7KQ]": "Zyyy",
        "[P-7KQ] и [P-KX4]": "Cyrl",
        "[removed], 12": "Zyyy",
        "at [P-7KQ]": "Latn",
        "من": "Arab",
    }
    sections = (section("note", ("text", text)) for text in texts)
    told = json.loads(render_data(dossier(*sections), COVER))["sections"]
    assert {block["text"]: block["script"] for one in told for block in one["blocks"]} == texts


def test_two_cases_that_differ_only_in_the_hidden_name_give_equal_files() -> None:
    one, other = (prepare(_redacted(*names), COVER) for names in (ONE, OTHER))
    assert (one.pdf, one.data) == (other.pdf, other.data)
