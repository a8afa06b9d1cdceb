"""What a person let out of the texts that they read, and what was written since."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.attacks.conftest import AGE, RECIPIENT
from vault.access.session import Session
from vault.casework.disclosure import Disclosure
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId
from vault.records.versions import from_fields
from vault.redaction.spans import Action
from vault.services.cases import cases, notes
from vault.services.exports import exporting, partners
from vault.services.exports.export_material import Wish


@pytest.fixture
def case(session: Session) -> CompartmentId:
    """A case with one note, whose export of June kept the flower."""
    partners.add(session, name=RECIPIENT, age_recipient=AGE, compared=True)
    made = cases.create(session, title="T", kind="asylum").case
    notes.add(session, made, Note(NoteKind.CONTACT, "In June he gave her a Rose."))
    return made


def exported(
    session: Session, case: CompartmentId, out: Path, decisions: dict[str, str], *, proposed: bool = False
) -> exporting.Exported | exporting.Undecided:
    return exporting.export(
        session,
        case,
        Wish("lawyer", RECIPIENT, decisions=decisions, take_proposals=proposed),
        out=out,
        approve=lambda pages: True,
    )


@pytest.mark.long
def test_a_word_kept_in_june_does_not_let_a_witness_out_in_july(
    session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    june = exported(session, case, tmp_path, {"Rose": "keep", "June": "keep"})
    assert isinstance(june, exporting.Exported)
    assert isinstance(exported(session, case, tmp_path, {}), exporting.Exported)
    notes.add(session, case, Note(NoteKind.CONTACT, "In July the witness Rose hid him."))
    july = exported(session, case, tmp_path, {})
    assert isinstance(july, exporting.Undecided)
    assert [(one.form, one.proposal, one.before) for one in july.questions] == [("Rose", Action.REMOVE, Action.KEEP)]
    done = exported(session, case, tmp_path, {}, proposed=True)
    assert isinstance(done, exporting.Exported)
    assert "Rose" not in " ".join(done.pages)
    assert "June" in " ".join(done.pages)


def test_a_word_kept_is_asked_about_again_in_a_text_that_was_corrected(
    session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    assert isinstance(exported(session, case, tmp_path, {"Rose": "keep", "June": "keep"}), exporting.Exported)
    note = notes.add(session, case, Note(NoteKind.CONTACT, "He gave nothing."))
    assert isinstance(exported(session, case, tmp_path, {}), exporting.Exported)
    notes.amend(session, note.hex(), text="He gave nothing but a Rose.")
    assert isinstance(exported(session, case, tmp_path, {}), exporting.Undecided)
    assert isinstance(exported(session, case, tmp_path, {"ROSE": "keep"}), exporting.Exported)
    assert isinstance(exported(session, case, tmp_path, {}), exporting.Exported)


@pytest.mark.long
def test_what_was_removed_in_june_stays_removed_in_july(session: Session, case: CompartmentId, tmp_path: Path) -> None:
    assert isinstance(exported(session, case, tmp_path, {"Rose": "remove", "June": "keep"}), exporting.Exported)
    notes.add(session, case, Note(NoteKind.CONTACT, "The witness rose, and Rose Qarvosh hid him."))
    done = exported(session, case, tmp_path, {})
    assert isinstance(done, exporting.Exported)
    assert "rose" not in " ".join(done.pages).casefold()


def test_a_disclosure_of_before_that_was_noted_lets_nothing_out() -> None:
    fields: dict[str, object] = {
        "recipient": bytes(16), "profile": "lawyer", "purpose": "p", "package": bytes(16), "digest": bytes(32),
        "made": "2026-06-01", "decisions": [{"form": "Rose", "action": "keep"}],
    }  # fmt: skip
    assert from_fields(Disclosure, fields).read == ()
