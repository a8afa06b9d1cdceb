"""A vault of the first format opens, whole and verified, with the program of today."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.vectors.make_golden import GOLDEN, MEMBER, NAME, NOTE, PASSPHRASE, TITLE
from vault.access.unlock import unlock
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.services.cases import cases, notes, searching
from vault.services.evidence import log_checking

pytestmark = pytest.mark.vectors


def test_the_golden_vault_of_format_1_opens_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "golden.vault"
    shutil.copytree(GOLDEN, path)
    with unlock(path, member=MEMBER, passphrase=bytearray(PASSPHRASE), state=tmp_path / "state") as session:
        assert [alarm.code for alarm in session.alarms] == ["no-pins"]
        (row,) = cases.list_all(session)
        assert row.title == TITLE
        view = cases.open_case(session, cases.find(session, row.ref))
        assert [person.value.display_name() for person in view.persons] == [NAME]
        assert [note.value.text for note in view.notes] == [NOTE]
        assert len(searching.search(session, "ноября").hits) == 1
        assert log_checking.verify(session).faults == ()
        notes.add(session, view.case, Note(NoteKind.CONTACT, "and it can be worked in"))
