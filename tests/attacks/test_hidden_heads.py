"""Somebody who may write in a compartment names what they do not own as a parent: it stays where it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.founded import Filled, fill, found
from vault.access.session import Session
from vault.casework.note import Note
from vault.ids import RecordId, VersionId, make_id
from vault.records.work import Entry
from vault.services import cases, partners

AGE = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"


@pytest.fixture(scope="session")
def short_template(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    place = found(tmp_path_factory.mktemp("short"))
    filled = Filled(place, *fill(place))
    with filled.open() as session:
        partners.add(session, name="Advocate Orlova", age_recipient=AGE)
    return filled


@pytest.fixture
def session(short_template: Filled, tmp_path: Path) -> Iterator[Session]:
    place = short_template.place.copied_to(tmp_path / "short")
    with place.open() as opened:
        yield opened


def test_a_record_of_the_directory_hides_no_other_by_naming_it_as_parent(session: Session) -> None:
    (hidden,) = partners._stored(session)
    with session.work() as work:
        work.write(session.directory.compartment, RecordId(make_id()), "rule", {}, parents=[hidden.version])
        work.commit(Entry(act="rule.edit"))
    assert [kept.name for kept in partners.list_all(session)] == ["Advocate Orlova"]


def test_a_note_hides_no_other_by_naming_it_as_parent(session: Session, short_template: Filled) -> None:
    case = short_template.cases[0]
    before = cases.open_case(session, case).notes
    with session.work() as work:
        fields = {"kind": "contact", "text": "beside the others"}
        work.write(case, RecordId(make_id()), Note.KIND, fields, parents=[VersionId(note.version) for note in before])
        work.commit(Entry(act="note.create"))
    texts = [note.value.text for note in cases.open_case(session, case).notes]
    assert texts == [*(note.value.text for note in before), "beside the others"]
