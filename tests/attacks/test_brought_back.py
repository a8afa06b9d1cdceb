"""The newest version of a record, erased alone by somebody else, brings back nothing that it replaced."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.english import in_english
from tests.services.organisation import AMINA, JOEL, SELIN, Organisation, give
from tests.services.test_erasures_of_others import erase, later
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.story.incident import Incident, IncidentKind
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId, Origin, RecordId, VersionId
from vault.records.work import Entry
from vault.services import housekeeping
from vault.services.cases import cases, notes, story_records
from vault.services.cases.editing import Place
from vault.services.erasures import arrived
from vault.services.evidence import log_checking
from vault.services.grants import sharing
from vault.services.projection.projection import audit_of
from vault.services.safety import person_pack

Shared = tuple[Organisation, CompartmentId, RecordId, RecordId]


@pytest.fixture
def shared(organisation: Organisation, tmp_path: Path) -> Shared:
    """What Amina took back: a confirmed fact, and a note. Joel has both."""
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = cases.create(amina, title="C", kind="asylum", alone_reason="nobody").case
        taken = Incident(IncidentKind.ABDUCTION, at="2026-11-01", by_whom="Captain Osmonov", confirmed="two witnesses")
        fact = story_records.add(amina, case, taken)
        note = notes.add(amina, case, Note(NoteKind.INTERVIEW, "Her brother hides her."))
        sharing.grant(amina, case, organisation.members(JOEL))
        story_records.change(amina, Place(case, fact, Incident.KIND), {"by_whom": "somebody in plain clothes"})
        notes.withdraw(amina, note.hex(), reason="false and dangerous")
        give(amina, joel, tmp_path)
    return organisation, case, fact, note


def erase_newest_alone(session: Session, case: CompartmentId, *records: RecordId) -> None:
    with session.database.reading() as rows:
        newest = [max(rows.placed(case, record), key=lambda version: version.seq) for record in records]
    with session.work() as work:
        for each in newest:
            work.erase(case, VersionId(each.id), (Origin(each.origin), each.seq, each.n))
        work.commit(Entry(act="erase", why="mistake", obj=audit_of(session, case), covers={"incident": 1, "note": 1}))


def test_a_fact_that_was_corrected_is_not_confirmed_again_and_a_withdrawn_note_stays_so(
    shared: Shared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisation, case, fact, note = shared
    with organisation.at(AMINA, JOEL) as (amina, joel):
        erase_newest_alone(joel, case, fact, note)
        give(joel, amina, tmp_path)
        (line,) = [line for line in in_english(arrived.untold(amina)) if "erased" in line]
        assert line.startswith("Joel Brandvik erased the newest version of 2 records of")
        assert "They stay: otherwise the versions of" in line
        assert [(each.records, each.brings_back_ms is None) for each in arrived.waiting(amina)] == [(2, False)]
        later(monkeypatch, amina, 73)
        housekeeping.settle(amina)
        assert arrived.carry_out(amina, at_once=True) == 0
        assert person_pack.facts(amina, case).confirmed == ()
        assert [each.value.withdrawn for each in cases.open_case(amina, case).notes] == ["false and dangerous"]
        assert log_checking.verify(amina).verified
        erase(amina, note.hex())
        assert cases.open_case(amina, case).notes == ()
        assert [each.records for each in arrived.waiting(amina)] == [1]


def test_what_a_colleague_erased_goes_although_a_newer_version_stands_beside_it(
    shared: Shared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisation, case, fact, _ = shared
    with organisation.at(AMINA, JOEL) as (amina, joel):
        erase(joel, fact.hex())
        story_records.change(amina, Place(case, fact, Incident.KIND), {"place": "Osh"})
        give(joel, amina, tmp_path)
        later(monkeypatch, amina, 73)
        assert arrived.carry_out(amina) == 1
        assert [each.value.place for each in person_pack.facts(amina, case).unconfirmed] == ["Osh"]
        with amina.database.reading() as rows:
            assert len(rows.placed(case, fact)) == 1


@pytest.mark.long
def test_a_device_that_gets_the_case_afterwards_gets_the_newest_version_too(shared: Shared, tmp_path: Path) -> None:
    organisation, case, fact, note = shared
    with organisation.at(AMINA, JOEL, SELIN) as (amina, joel, selin):
        erase_newest_alone(joel, case, fact, note)
        sharing.grant(amina, case, organisation.members(SELIN))
        give(joel, selin, tmp_path)
        give(amina, selin, tmp_path)
        housekeeping.settle(selin)
        assert person_pack.facts(selin, case).confirmed == ()
        assert [each.value.withdrawn for each in cases.open_case(selin, case).notes] == ["false and dangerous"]
