"""The worst leak: the client of another case, in a note of this one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.attacks.conftest import AGE, RECIPIENT
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId
from vault.services.cases import case_people, cases, notes
from vault.services.evidence import logbook
from vault.services.exports import exporting, partners
from vault.services.exports.export_material import Wish

NOTE = "vera tikhookova waited, and Rose Dlamini asked for Ткачук. The rose was red."


@pytest.fixture
def case(session: Session) -> CompartmentId:
    """A case whose note names people of another one."""
    partners.add(session, name=RECIPIENT, age_recipient=AGE, compared=True)
    other = cases.create(session, title="T", kind="asylum").case
    case_people.add(session, other, role="client", names=["Vera Tikhookova", "Вера Тихоокова"])
    case_people.add(session, other, role="relative", names=["Степан Ткачук"])
    made = cases.create(session, title="U", kind="asylum").case
    notes.add(session, made, Note(NoteKind.CONTACT, NOTE))
    return made


def exported(
    session: Session, case: CompartmentId, out: Path, decisions: dict[str, str]
) -> exporting.Exported | exporting.Undecided:
    return exporting.export(session, case, Wish("lawyer", RECIPIENT, decisions=decisions), out=out)


@pytest.mark.long
def test_a_person_of_another_case_is_removed_unasked_and_cannot_be_kept(
    session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    result = exported(session, case, tmp_path, {})
    assert isinstance(result, exporting.Undecided)
    assert {one.form for one in result.questions} == {"Rose Dlamini", "rose"}
    kept = {"Rose Dlamini": "keep", "rose": "keep", "Vera Tikhookova": "keep", "vera": "keep", "Ткачук": "keep"}
    done = exported(session, case, tmp_path, kept)
    assert isinstance(done, exporting.Exported)
    text = " ".join(done.pages)
    assert "Rose Dlamini" in text
    for form in ("vera", "tikhookova", "ткачук"):
        assert form not in text.casefold()


def test_one_entry_says_whose_case_was_hit(session: Session, case: CompartmentId, tmp_path: Path) -> None:
    exported(session, case, tmp_path, {})
    searches = [line for line in logbook.newest(session).lines if line.payload and line.payload.act == "case.search"]
    assert len(searches) == 1
    assert searches[0].payload is not None
    assert dict(searches[0].payload.covers) == {"hit": 3, "case": 1}


def test_the_people_of_this_case_are_no_strangers_in_it(session: Session, case: CompartmentId, tmp_path: Path) -> None:
    case_people.add(session, case, role="client", names=["Vera Tikhookova"])
    done = exporting.export(session, case, Wish("lawyer-named", RECIPIENT, take_proposals=True), out=tmp_path)
    assert isinstance(done, exporting.Exported)
    assert "vera tikhookova waited" in " ".join(done.pages)
