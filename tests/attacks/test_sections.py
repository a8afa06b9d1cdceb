"""Restricted sections against a member of the same case, whose program says yes to everything."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.attacks.plaintext import forms
from tests.services.office import Office
from vault.access import session as session_module
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import NotFoundError
from vault.ids import CompartmentId
from vault.policy.decide import Decision
from vault.records.versions import open_each
from vault.services.cases import case_people, cases, searching, sections
from vault.services.projection.projection import up_to_date_index

WHERE = "Gimbledock 17 behind the weir"
HOST = "Oswinda Quartermoss"
TITLE = "Lodging at Gimbledock"


@dataclass(frozen=True, slots=True)
class Kept:
    """A case that Joel holds as deputy, and a section of it that Amina holds alone."""

    office: Office
    case: CompartmentId
    section: CompartmentId


@pytest.fixture
def kept(office: Office) -> Kept:
    with office.open(office.amina) as amina:
        case = cases.create(amina, title="A title", kind="asylum").case
        section = sections.create(amina, case, what="location", title=TITLE)
        sections.add_note(amina, section, Note(NoteKind.SAFETY, WHERE))
        sections.add_person(amina, section, case_people.checked_person(role="third", names=[HOST]))
        sections.open_section(amina, section)
    return Kept(office, case, section)


@pytest.fixture
def _yes_to_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Patch the program: every decision of policy allows."""
    monkeypatch.setattr(session_module, "may", lambda *_, **__: Decision(allowed=True, rule="patched"))


@pytest.mark.usefixtures("_yes_to_everything")
def test_a_member_of_the_case_with_a_patched_program_reads_no_byte_of_its_section(kept: Kept) -> None:
    with kept.office.open(kept.office.joel) as joel:
        with pytest.raises(NotFoundError):
            sections.open_section(joel, kept.section)
        assert sections.list_of(joel, kept.case) == []
        assert searching.search(joel, "Gimbledock").hits == ()
        with joel.database.reading() as rows:
            sealed = rows.versions(kept.section)
        assert sealed, "the rows are here: what keeps them shut is their key"
        assert open_each(sealed, vault=joel.vault, keyring=joel.keyring) == ([], [])


def test_no_row_outside_a_seal_says_of_which_case_a_section_is(kept: Kept) -> None:
    with kept.office.open(kept.office.joel) as joel, joel.database.reading() as rows:
        for version in rows.versions(kept.section):
            assert bytes(kept.case) not in version.blob + version.wrap + version.record
        for epoch in rows.epochs(kept.section):
            assert bytes(kept.case) not in epoch.bytes


@pytest.mark.parametrize("holder", ["amina", "joel"])
def test_no_index_holds_a_word_of_a_section_not_even_that_of_who_may_read_it(kept: Kept, holder: str) -> None:
    with kept.office.open(getattr(kept.office, holder)) as session:
        searching.search(session, "Gimbledock weir")
        everything = _dump(session)
    assert b"A title" in everything, "the dump shows what the index holds"
    for marker in (WHERE, HOST, TITLE, "gimbledock", "oswinda"):
        assert not any(form in everything for form in forms(marker))
    assert bytes(kept.section) not in everything


def _dump(session: Session) -> bytes:
    """Return every cell of the index and every word of its full text."""
    cells: list[bytes] = []
    with up_to_date_index(session).reading() as sql:
        sql.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.words USING fts5vocab('main', 'text', 'row')")
        names = [name for (name,) in sql.execute("SELECT name FROM main.sqlite_master WHERE type='table'")]
        for table in [*(f"main.{name}" for name in names if not name.startswith("text")), "temp.words"]:
            for row in sql.execute(f"SELECT * FROM {table}"):
                cells += [cell if isinstance(cell, bytes) else str(cell).encode() for cell in row]
    return b"\x00".join(cells)
