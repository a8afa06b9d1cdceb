"""A member lists as erased what nobody has, or what stands elsewhere: it costs others little, and keeps nothing out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.attacks.test_wasted_work import lines_of
from tests.services.organisation import DANA, JOEL, MIRA, Organisation, give
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentKind, VersionId
from vault.records.work import Entry
from vault.services import housekeeping
from vault.services.cases import cases, notes
from vault.services.evidence import log_checking
from vault.services.grants import sharing
from vault.services.projection.places import the_one_of_kind

_IN_ONE_ENTRY = 800
# Lines for each digest: its list is read a few times. Where each is judged, it is thousands.
_AT_IMPORT, _AT_UNLOCK = 200, 30


def list_as_erased(session: Session, entries: int) -> None:
    home = the_one_of_kind(session, CompartmentKind.REGISTER)
    for _ in range(entries):
        with session.work() as work:
            for _ in range(_IN_ONE_ENTRY):
                work.erase(home, VersionId(os.urandom(32)))
            work.commit(Entry(act="erase", why="mistake", covers={"register-entry": 1}))


def lines_at_unlock(organisation: Organisation, name: str) -> int:
    with organisation.open(name) as session:
        return lines_of(lambda: housekeeping.settle(session))


@pytest.mark.long
def test_digests_that_nobody_has_cost_others_a_few_lines_each_and_once(
    organisation: Organisation, tmp_path: Path
) -> None:
    entries = 4
    lines_at_unlock(organisation, JOEL)
    before = lines_at_unlock(organisation, JOEL)
    with organisation.at(DANA, JOEL) as (dana, joel):
        list_as_erased(dana, entries)
        at_import = lines_of(lambda: give(dana, joel, tmp_path))
    first, second = lines_at_unlock(organisation, JOEL), lines_at_unlock(organisation, JOEL)
    listed = entries * _IN_ONE_ENTRY
    assert at_import < _AT_IMPORT * listed
    assert max(first, second) < before + _AT_UNLOCK * listed


def test_a_note_comes_in_though_somebody_lists_it_as_erased_of_another_place(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.at(JOEL, DANA, MIRA) as (joel, dana, mira):
        case = cases.create(joel, title="C", kind="other", alone_reason="nobody").case
        note = notes.add(joel, case, Note(NoteKind.INTERVIEW, "what she said"))
        sharing.grant(joel, case, organisation.members(MIRA))
        with joel.database.reading() as rows:
            versions = rows.placed(case, note)
        with dana.work() as work:
            for version in versions:
                work.erase(the_one_of_kind(dana, CompartmentKind.REGISTER), VersionId(version.id))
            work.commit(Entry(act="erase", why="mistake", covers={"register-entry": 1}))
        give(dana, mira, tmp_path)
        give(joel, mira, tmp_path)
        assert [note.value.text for note in cases.open_case(mira, case).notes] == ["what she said"]
        with mira.database.transaction() as rows:
            rows.erase_versions([(version.origin, version.seq, version.n) for version in versions])
        assert "missing" in " ".join(str(fault.message) for fault in log_checking.verify(mira).faults)
