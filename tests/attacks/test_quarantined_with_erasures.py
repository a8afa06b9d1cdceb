"""Who lost a case goes on writing into it: an erasure there grows no larger, and stays the one that was approved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.attacks.test_shared_contents import case_with_papers, named
from tests.services.organisation import AMINA, JOEL, MIRA, SELIN, Organisation, full_name, give
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId, RecordId
from vault.records.work import Entry
from vault.services import case_papers
from vault.services.approvals import by_file, erasing
from vault.services.cases import notes
from vault.services.erasures import arrived
from vault.services.erasures.what_goes import what_goes
from vault.services.evidence import log_checking
from vault.services.grants import sharing


def goes_on_naming(session: Session, case: CompartmentId, count: int) -> None:
    """Add records that name the content of a paper of the case."""
    paper = case_papers.list_in(session, case)[0].value
    with session.work(case) as work:
        for _ in range(count):
            work.keep(case, replace(paper, title="x"))
        work.commit(Entry(act="document.add", covers={"document": count}))


def goes_on_writing_over(session: Session, case: CompartmentId, count: int) -> None:
    """Add a version to each record of the case, and new records."""
    found = [each.record for each in case_papers.list_in(session, case)] + [
        RecordId(bytes([n] * 16)) for n in range(count)
    ]
    with session.work(case) as work:
        for record in found:
            work.keep(case, Note(NoteKind.CONTACT, "x"), record, [])
        work.commit(Entry(act="note.create", covers={"note": len(found)}))


def accounts_of(session: Session) -> list[str]:
    arrived.note(session, arrived.look(session))
    return [str(fault.message) for fault in log_checking.verify(session).faults]


def attachments(session: Session) -> int:
    with session.database.reading() as rows:
        return len(rows.attachments())


@pytest.mark.long
def test_junk_of_who_lost_the_case_makes_one_paper_no_erasure_of_two_people(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.at(AMINA, JOEL, MIRA) as (amina, joel, mira):
        case = case_with_papers(amina, tmp_path, 1)
        sharing.grant(amina, case, organisation.members(JOEL, MIRA))
        give(amina, joel, tmp_path)
        sharing.revoke(amina, case, organisation.members(JOEL))
        goes_on_naming(joel, case, 23)
        give(joel, amina, tmp_path)
        give(amina, mira, tmp_path)
        going = what_goes(amina, named(amina, case, "Order 0"))
        assert (going.records, len(going.quarantined), erasing.needs_second(going)) == (1, 23, False)
        erasing.erase(amina, going, why="mistake")
        assert (attachments(amina), accounts_of(amina)) == (0, [])
        give(amina, mira, tmp_path)
        assert accounts_of(mira) == []
        assert arrived.carry_out(mira, at_once=True) == 24
        assert (attachments(mira), accounts_of(mira)) == (0, [])


@pytest.mark.long
@pytest.mark.parametrize(
    ("goes_on", "is_whole"),
    [
        pytest.param(goes_on_naming, False, id="eleven papers are named"),
        pytest.param(goes_on_writing_over, True, id="the whole case is written over"),
        pytest.param(goes_on_writing_over, False, id="eleven papers are written over", marks=pytest.mark.long),
        pytest.param(goes_on_naming, True, id="the whole case is named", marks=pytest.mark.long),
    ],
)
def test_junk_of_who_lost_the_case_outdates_no_approval(
    organisation: Organisation,
    tmp_path: Path,
    goes_on: Callable[[Session, CompartmentId, int], None],
    is_whole: bool,
) -> None:
    with organisation.at(AMINA, JOEL, SELIN) as (amina, joel, selin):
        case = case_with_papers(amina, tmp_path, 11)
        sharing.grant(amina, case, organisation.members(JOEL, SELIN))
        give(amina, joel, tmp_path)
        sharing.revoke(amina, case, organisation.members(JOEL))
        goes_on(joel, case, 2)
        give(joel, amina, tmp_path)
        give(amina, selin, tmp_path)
        asked = [case.hex()] if is_whole else [named(amina, case, f"Order {n}") for n in range(11)]
        question, answer = tmp_path / "question", tmp_path / "answer"
        erasing.ask(amina, what_goes(amina, *asked), why="mistake", out=question, approver=full_name(SELIN))
        by_file.give(selin, question, answer, why="mistake")
        give(selin, amina, tmp_path)
        goes_on(joel, case, 3)
        give(joel, amina, tmp_path)
        approval = by_file.read_answer(amina, answer)
        going = what_goes(amina, *asked)
        assert len(going.quarantined) >= 5
        assert erasing.erase(amina, going, why="mistake", second=lambda _: approval).rule == "two-person"
        assert (attachments(amina), accounts_of(amina)) == (0, [])
        give(amina, selin, tmp_path)
        assert accounts_of(selin) == []


def test_what_a_member_writes_who_holds_the_case_outdates_an_approval(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = case_with_papers(amina, tmp_path, 1)
        sharing.grant(amina, case, organisation.members(JOEL))
        give(amina, joel, tmp_path)
        before = what_goes(amina, case.hex())
        notes.add(joel, case, Note(NoteKind.CONTACT, "They called again."))
        give(joel, amina, tmp_path)
        after = what_goes(amina, case.hex())
        assert (len(after.shown), after.quarantined) == (len(before.shown) + 1, frozenset())
