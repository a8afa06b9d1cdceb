"""Words of health, belief, origin, family and work: one question a kind, where no consent covers it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.attacks.conftest import AGE, RECIPIENT
from tests.redaction.people import LAWYER, NOTE_ID, Counting, note, source_of, usual_registry
from tests.redaction.usual_notes import ENGLISH, FRENCH, RUSSIAN
from tests.services import consenting
from tests.services.conftest import founded, founded_template, session
from tests.tables import each
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.story.consent import Category
from vault.casework.vocabulary import NoteKind
from vault.redaction.apply import redact
from vault.redaction.dossier import RedactedDossier
from vault.redaction.questions import OpenQuestions, Question, decide_proposed
from vault.redaction.transform import PseudonymBook
from vault.redaction.word_kinds import kind_of, kinds_beyond
from vault.services.cases import cases, notes
from vault.services.exports import exporting, partners
from vault.services.exports.export_material import Wish

__all__ = ["founded", "founded_template", "session"]  # fixtures

ALL = kinds_beyond(())


def result(
    text: str, decisions: Mapping[str, str] | None = None, kinds: frozenset[str] = ALL
) -> RedactedDossier | OpenQuestions:
    book = PseudonymBook(choose=Counting())
    return redact(source_of((NOTE_ID, note(text))), LAWYER, usual_registry(), decisions or {}, book, word_kinds=kinds)


def asked(text: str, kinds: frozenset[str] = ALL) -> dict[str, Question]:
    found = result(text, kinds=kinds)
    return {question.form: question for question in found.questions} if isinstance(found, OpenQuestions) else {}


def left(text: str, decisions: Mapping[str, str]) -> str:
    found = result(text, decisions)
    assert isinstance(found, RedactedDossier)
    return found.sections[0].blocks[-1].text


WORDS = {
    "health": "hospital hospitals wounded doctor's pregnant malades hôpital médecin больнице врача беременна лечился",
    "belief": "church prayed mosque mosquée musulmane église мечети молились церковь",
    "origin": "nationality tribe ethnic ethnie apatride национальности узбека этнический",
    "family": "mother children wives mère enfants frères матери брата женой племянника",
    "work": "employer journalist salary usine journaliste зарплату работал учителя",
}


@each([(kind, word) for kind, words in WORDS.items() for word in words.split()])
def test_each_form_of_a_word_of_a_kind_is_in_its_question(kind: str, word: str) -> None:
    found = asked(f"там был {word} раз" if word[0] >= "а" else f"it was {word} then")
    assert f"[{kind}]" in found


@each(["вера", "ислам", "rose", "christian", "fois", "guard", "soldiers", "birth", "police", "месте", "дело"])
def test_a_name_and_a_word_that_tells_nothing_of_somebody_is_in_none(word: str) -> None:
    assert kind_of(word) is None


def test_all_words_of_a_kind_are_one_question_which_is_proposed_to_be_removed_and_names_them() -> None:
    text = "His mother took him to hospital. The doctor said: hospital again. Zafira Skvorkina left."
    found = asked(text)
    assert set(found) == {"[health]", "[family]"}
    health = found["[health]"]
    assert (health.count, health.context, health.proposal) == (3, "hospital, doctor", "remove")


ANSWERS = {
    "removed": ("remove", "He was in [removed]. The [removed] left."),
    "kept": ("keep", "He was in hospital. The doctor left."),
    "coarser": ("generalise", "He was in [removed]. The [removed] left."),
}


@each(ANSWERS)
def test_one_answer_is_for_every_word_of_the_kind(action: str, said: str) -> None:
    assert left("He was in hospital. The doctor left.", {"[health]": action}) == said


def test_a_name_beside_words_of_a_kind_is_asked_about_for_itself() -> None:
    assert set(asked("His mother Rosa met Dr Temir in hospital.")) == {"[family]", "[health]", "Rosa", "Temir"}


def test_what_was_agreed_is_not_asked_about() -> None:
    text = "His mother took him to hospital."
    assert set(asked(text, kinds_beyond({Category.HEALTH}))) == {"[family]"}
    assert asked(text, kinds_beyond(frozenset(Category))) == {}


@pytest.mark.parametrize("text", [ENGLISH, FRENCH, RUSSIAN], ids=["en", "fr", "ru"])
def test_a_note_has_at_most_five_questions_more(text: str) -> None:
    before, after = asked(text, frozenset()), asked(text)
    assert len(after) <= len(before) + 5
    assert {form for form in after if not form.startswith("[")} <= set(before)
    found = result(text)
    assert isinstance(found, OpenQuestions)
    assert not isinstance(result(text, decide_proposed(found)), OpenQuestions)


def test_what_the_consent_does_not_cover_is_proposed_to_be_removed_and_its_answer_lasts(
    session: Session, tmp_path: Path
) -> None:
    partners.add(session, name=RECIPIENT, age_recipient=AGE, compared=True)
    case = cases.create(session, title="T", kind="asylum").case
    notes.add(session, case, Note(NoteKind.CONTACT, "In hospital his mother sat beside him."))
    consenting.agree(session, case, RECIPIENT, health=False)
    wish = Wish("lawyer", RECIPIENT)
    found = exporting.export(session, case, wish, out=tmp_path)
    assert isinstance(found, exporting.Undecided)
    assert [(q.form, q.proposal) for q in found.questions] == [("[health]", "remove")]
    for chosen in (Wish("lawyer", RECIPIENT, {"[health]": "remove"}), wish):
        done = exporting.export(session, case, chosen, out=tmp_path)
        assert isinstance(done, exporting.Exported)
        assert "In [R1 other] his mother sat beside him." in " ".join("".join(done.pages).split())
