"""A colleague's own program, against a legal hold: nothing but a release ends it, for the case and its sections."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.services.organisation import AMINA, JOEL, Organisation, give
from vault.access.session import Session
from vault.casework.case import Hold
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId, Origin, RecordId, VersionId
from vault.records.work import Entry
from vault.seal.named import hold_record
from vault.services.cases import cases, holds, notes, sections
from vault.services.erasures import arrived
from vault.services.evidence import log_checking
from vault.services.grants import sharing

Spoil = Callable[[Session, CompartmentId, VersionId], None]


def _over(**fields: object) -> Spoil:
    def write(session: Session, case: CompartmentId, hold: VersionId) -> None:
        with session.work(case) as work:
            work.write(case, RecordId(hold_record()), Hold.KIND, fields, [hold])
            work.commit(Entry(act="case.edit", covers={Hold.KIND: 1}))

    return write


def _note_in_its_place(session: Session, home: CompartmentId, _hold: VersionId) -> None:
    with session.work(home) as work:
        work.keep(home, Note(NoteKind.CONTACT, "junk"), RecordId(hold_record()))
        work.commit(Entry(act="note.create", covers={Note.KIND: 1}))


def _erase(session: Session, home: CompartmentId, record: RecordId) -> None:
    with session.database.reading() as rows:
        versions = rows.placed(home, record)
    with session.work() as work:
        for one in versions:
            work.erase(home, VersionId(one.id), (Origin(one.origin), one.seq, one.n))
        work.commit(Entry(act="erase", why="mistake", covers={Note.KIND: len(versions)}))


@pytest.mark.long
@pytest.mark.parametrize(
    ("spoil", "is_section"),
    [
        pytest.param(_over(released=None, reason="x"), False, id="a release of nil"),
        pytest.param(_over(released="soon"), False, id="a release on no day"),
        pytest.param(
            _over(reason="a court asks", review="2090-01-01", released="2026-11-20"), False, id="one without a reason"
        ),
        pytest.param(_note_in_its_place, True, id="a note at the place of the hold, in a section"),
    ],
)
def test_what_is_no_release_ends_no_hold_and_a_true_one_still_does(
    organisation: Organisation, tmp_path: Path, spoil: Spoil, is_section: bool
) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = cases.create(joel, title="C", kind="asylum", alone_reason="nobody").case
        sharing.grant(joel, case, organisation.members(AMINA))
        said, home = Note(NoteKind.INTERVIEW, "evidence"), case
        if is_section:
            home = sections.create(joel, case, what="other", title="S", members=organisation.members(AMINA))
        note = sections.add_note(joel, home, said) if is_section else notes.add(joel, case, said)
        holds.hold(joel, case, reason="a court asks", review="2090-01-01")
        give(joel, amina, tmp_path)
        held = holds.held(amina, case)
        assert held is not None
        spoil(amina, home, held.version)
        _erase(amina, home, note)
        give(amina, joel, tmp_path)

        arrived.note(joel, arrived.look(joel))
        assert holds.held(joel, case) is not None
        assert [each.is_held for each in arrived.waiting(joel)] == [True]
        assert arrived.carry_out(joel, at_once=True) == 0
        assert is_section or [each.code for each in log_checking.verify(joel).faults] == ["hold"]
        holds.release(joel, case, reason="over")
        assert holds.held(joel, case) is None
        assert arrived.carry_out(joel, at_once=True) == 1


def test_who_lost_a_case_releases_no_hold_on_it(organisation: Organisation, tmp_path: Path) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = cases.create(joel, title="C", kind="asylum", alone_reason="nobody").case
        sharing.grant(joel, case, organisation.members(AMINA))
        holds.hold(joel, case, reason="a court asks", review="2090-01-01")
        give(joel, amina, tmp_path)
        held = holds.held(amina, case)
        assert held is not None
        sharing.revoke(joel, case, organisation.members(AMINA))
        released = {"released": "2026-11-20", "release_reason": "over"}
        _over(reason="a court asks", review="2090-01-01", **released)(amina, case, held.version)
        give(amina, joel, tmp_path)
        assert holds.is_held(joel, case)
