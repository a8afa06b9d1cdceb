"""A colleague's own program lists until when they hold a case, or its legal hold, as erased: it counts for nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.services.founded import PASSPHRASE
from tests.services.organisation import AMINA, JOEL, SELIN, Organisation, full_name, give
from tests.vectors.independent.opening import open_folder
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.durations import DAY_MS
from vault.ids import CompartmentId, Origin, RecordId, VersionId
from vault.records.work import Entry
from vault.seal.named import access_record, hold_record
from vault.services.approvals import breaking_glass
from vault.services.cases import cases, holds, notes
from vault.services.erasures import arrived
from vault.services.evidence import log_checking
from vault.services.grants import sharing, timed_grants

EVIDENCE = Note(NoteKind.INTERVIEW, "evidence")


def list_as_erased(session: Session, case: CompartmentId, *records: bytes) -> None:
    """Do what the program has no command for: list all versions of these records, or of the case, beginning last."""
    with session.database.reading() as rows:
        found = [row for record in records for row in rows.placed(case, record)] if records else rows.placed(case)
    state = session.state_of(case)
    assert state is not None
    begun = state.founding.origin, state.founding.seq
    with session.work() as work:
        for row in sorted(found, key=lambda row: (row.origin, row.seq) == begun):
            work.erase(case, VersionId(row.id), (Origin(row.origin), row.seq, row.n))
        work.commit(Entry(act="erase", why="mistake", covers={"note": 1}))


def told_and_removed(session: Session) -> tuple[int, int]:
    arrived.note(session, arrived.look(session))
    return sum(line.records for line in arrived.waiting(session)), arrived.carry_out(session, at_once=True)


def test_until_when_somebody_holds_a_case_is_not_erased_while_the_case_stands(
    organisation: Organisation, tmp_path: Path
) -> None:
    joel_id = organisation[JOEL].member
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = cases.create(amina, title="C", kind="asylum", alone_reason="nobody").case
        until_ms = amina.clock().trusted_ms + DAY_MS
        timed_grants.give(amina, case, [joel_id], until_ms=until_ms)
        give(amina, joel, tmp_path)
        list_as_erased(joel, case, access_record(joel_id))
        give(joel, amina, tmp_path)
        assert told_and_removed(amina) == (0, 0)
        assert [(term.member, term.until_ms) for term in timed_grants.terms_of(amina, case)] == [(joel_id, until_ms)]


def test_a_hold_that_others_list_as_erased_before_it_comes_still_comes_in(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.at(AMINA, JOEL, SELIN) as (amina, joel, selin):
        case = cases.create(amina, title="C", kind="asylum", alone_reason="nobody").case
        said = [notes.add(amina, case, EVIDENCE) for _ in range(3)]
        sharing.grant(amina, case, organisation.members(JOEL, SELIN))
        give(amina, joel, tmp_path)
        give(amina, selin, tmp_path)
        holds.hold(amina, case, reason="a court asks", review="2090-01-01")
        give(amina, joel, tmp_path)
        list_as_erased(joel, case, hold_record(), *said)
        give(joel, selin, tmp_path)
        give(amina, selin, tmp_path)
        assert holds.is_held(selin, case)
        assert told_and_removed(selin) == (3, 0)
        assert len(cases.open_case(selin, case).notes) == 3


def test_they_go_with_the_whole_case(organisation: Organisation, tmp_path: Path) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = cases.create(amina, title="C", kind="asylum", alone_reason="nobody").case
        timed_grants.give(amina, case, organisation.members(JOEL), until_ms=amina.clock().trusted_ms + DAY_MS)
        holds.hold(amina, case, reason="a court asks", review="2090-01-01")
        holds.release(amina, case, reason="over")
        give(amina, joel, tmp_path)
        list_as_erased(joel, case)
        give(joel, amina, tmp_path)
        assert told_and_removed(amina) == (3, 3)
        with amina.database.reading() as rows:
            assert rows.placed(case) == []


def test_break_glass_is_told_though_the_giver_erases_what_says_so(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breaking_glass, "required_approval", lambda *_args, **_kwargs: None)
    selin_id = organisation[SELIN].member
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = cases.create(amina, title="C", kind="asylum", alone_reason="nobody").case
        sharing.grant(amina, case, organisation.members(JOEL))
        give(amina, joel, tmp_path)
        until_ms = joel.clock().trusted_ms + DAY_MS
        breaking_glass.break_glass(joel, case, selin_id, until_ms=until_ms, why="emergency")
        list_as_erased(joel, case, RecordId(access_record(selin_id)))
        give(joel, amina, tmp_path)
        assert len(log_checking.verify(amina).on_their_way) == 1
    read = open_folder(organisation[AMINA].place.path, full_name(AMINA), PASSPHRASE.decode())
    assert [str(fault) for fault in read.faults if "missing version" in str(fault)] != []
