"""Who may not erase starts no time by which a true erasure goes unannounced, and is not named for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.english import in_english
from tests.services.organisation import AMINA, DANA, JOEL, Organisation, give
from tests.services.test_erasures_of_others import later
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId, Origin, VersionId
from vault.records.work import Entry
from vault.services.cases import cases, notes
from vault.services.erasures import arrived
from vault.services.grants import sharing
from vault.store.rowtypes import PlacedVersion


def list_as_erased(session: Session, home: CompartmentId, versions: list[PlacedVersion]) -> None:
    with session.work() as work:
        for each in versions:
            work.erase(home, VersionId(each.id), (Origin(each.origin), each.seq, each.n))
        work.commit(Entry(act="erase", why="mistake", covers={"note": 1}))


def look(session: Session) -> str:
    arrived.note(session, arrived.look(session))
    return " ".join(in_english(arrived.untold(session)))


def test_the_time_runs_from_the_entry_of_somebody_who_may_erase_there(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organisation.at(AMINA, JOEL, DANA) as (amina, joel, dana):
        case = cases.create(joel, title="C", kind="other", alone_reason="nobody").case
        note = notes.add(joel, case, Note(NoteKind.INTERVIEW, "text"))
        sharing.grant(joel, case, organisation.members(AMINA))
        give(joel, amina, tmp_path)
        with joel.database.reading() as rows:
            versions = rows.placed(case, note)
        list_as_erased(dana, case, versions)
        give(dana, joel, tmp_path)
        assert look(joel) == ""
        assert arrived.waiting(joel) == []
        later(monkeypatch, joel, 73)
        assert arrived.carry_out(joel) == 0
        list_as_erased(amina, case, versions)
        give(amina, joel, tmp_path)
        assert look(joel).startswith("Amina Raskolda erased 1 record")
        assert arrived.carry_out(joel) == 0
        later(monkeypatch, joel, 73)
        assert arrived.carry_out(joel) == 1
