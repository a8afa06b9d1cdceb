"""A reference is a word of whoever wrote the case: one that two cases bear names neither of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.services.organisation import AMINA, JOEL, Organisation, give, share
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import UsageError
from vault.records import work
from vault.services.cases import cases, notes


def test_a_case_that_was_made_to_look_like_another_takes_nothing_that_is_written_by_reference(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        true = cases.create(amina, title="Where she hides", kind="asylum")
        # Joel holds no key of it, and heard the reference once.
        with monkeypatch.context() as patched:
            patched.setattr(cases, "make_case_ref", lambda: true.ref)
            patched.setattr(joel.log, "now_ms", lambda: 1)  # so that it is the first of its reference
            decoy = cases.create(joel, title="Where she hides", kind="asylum").case
        share(joel, decoy, organisation, AMINA)
        give(joel, amina, tmp_path)
        with pytest.raises(UsageError, match=f"2 cases have this reference: .*{true.case.hex()[:8]}") as refusal:
            cases.find(amina, true.ref)
        assert "who can open it" in str(refusal.value.next_step)
        # By its id the true one is found, whole or by its beginning; and each says that there is another.
        assert cases.find(amina, true.case.hex()) == cases.find(amina, true.case.hex()[:8]) == true.case
        notes.add(amina, true.case, Note(NoteKind.CONTACT, "Orchard road 5"))
        assert "1 other case has this reference" in str(cases.open_case(amina, true.case).namesakes)
        assert "Orchard" not in str([note.value.text for note in cases.open_case(joel, decoy).notes])


def test_a_note_of_the_same_id_in_another_case_takes_no_correction(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        true = cases.create(amina, title="Hers", kind="asylum")
        note = notes.add(amina, true.case, Note(NoteKind.CONTACT, "first words"))
        # Joel read the case once, and knows the id.
        decoy = cases.create(joel, title="Another", kind="asylum").case
        with monkeypatch.context() as patched:
            patched.setattr(work, "make_id", lambda: note)
            notes.add(joel, decoy, Note(NoteKind.CONTACT, "first words"))
        share(joel, decoy, organisation, AMINA)
        give(joel, amina, tmp_path)
        for typed in (note.hex(), note.hex()[:8]):
            with pytest.raises(UsageError, match="2 cases have a note with this id"):
                notes.amend(amina, typed, text="Orchard road 5")
        notes.amend(amina, f"{true.ref}/{note.hex()[:8]}", text="Orchard road 5")
        assert "Orchard" in str([one.value.text for one in cases.open_case(amina, true.case).notes])
        assert "Orchard" not in str([one.value.text for one in cases.open_case(amina, decoy).notes])
