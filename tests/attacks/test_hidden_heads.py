"""Somebody who may write in a compartment names what they do not own as a parent: it stays where it was."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.services.founded import Filled
from vault.access.session import Session
from vault.casework.note import Note
from vault.ids import RecordId, VersionId, make_id
from vault.records.work import Entry
from vault.services.cases import cases
from vault.services.exports import partners
from vault.services.exports.partners import partner_rows


@pytest.fixture
def session(short: Filled) -> Iterator[Session]:
    with short.open() as opened:
        yield opened


def test_a_record_of_the_directory_hides_no_other_by_naming_it_as_parent(session: Session) -> None:
    ((row,), _) = partner_rows(session)
    with session.work() as work:
        work.write(session.directory.compartment, RecordId(make_id()), "rule", {}, parents=[row.stored.version])
        work.commit(Entry(act="rule.edit"))
    assert [kept.name for kept in partners.list_all(session)] == ["Advocate Orlova"]


def test_a_note_hides_no_other_by_naming_it_as_parent(session: Session, short: Filled) -> None:
    case = short.cases[0]
    before = cases.open_case(session, case).notes
    with session.work() as work:
        fields = {"kind": "contact", "text": "beside the others"}
        work.write(case, RecordId(make_id()), Note.KIND, fields, parents=[VersionId(note.version) for note in before])
        work.commit(Entry(act="note.create"))
    texts = [note.value.text for note in cases.open_case(session, case).notes]
    assert texts == [*(note.value.text for note in before), "beside the others"]
