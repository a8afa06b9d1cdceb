"""A colleague's own program goes round a legal hold on another device: what it erases there stays and waits."""

from __future__ import annotations

from pathlib import Path

from tests.attacks.test_erased_terms import EVIDENCE, list_as_erased, told_and_removed
from tests.services.organisation import AMINA, JOEL, SELIN, Organisation, give
from vault.access.session import Session
from vault.ids import CompartmentId
from vault.services.cases import cases, holds, notes, sections
from vault.services.erasures import arrived
from vault.services.grants import sharing


def test_what_was_erased_before_it_came_comes_in_under_a_hold_and_waits(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.at(AMINA, JOEL, SELIN) as (amina, joel, selin):
        case = cases.create(amina, title="C", kind="asylum", alone_reason="nobody").case
        sharing.grant(amina, case, organisation.members(JOEL, SELIN))
        holds.hold(amina, case, reason="a court asks", review="2090-01-01")
        give(amina, joel, tmp_path)
        give(amina, selin, tmp_path)
        note = notes.add(amina, case, EVIDENCE)
        give(amina, joel, tmp_path)
        list_as_erased(joel, case, note)
        give(joel, selin, tmp_path)
        came = give(amina, selin, tmp_path)
        assert (came.came, came.faults) == ({"note": 1}, ())
        assert told_and_removed(selin) == (1, 0)
        assert [line.is_held for line in arrived.waiting(selin)] == [True]
        assert next(str(line) for line in arrived.untold(selin)).endswith("It stays on this device.")
        assert len(cases.open_case(selin, case).notes) == 1


def test_without_a_hold_it_waits_72_hours_and_does_not_come_back_once_it_went(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.at(AMINA, JOEL, SELIN) as (amina, joel, selin):
        case = cases.create(amina, title="C", kind="asylum", alone_reason="nobody").case
        sharing.grant(amina, case, organisation.members(JOEL, SELIN))
        note = notes.add(amina, case, EVIDENCE)
        give(amina, joel, tmp_path)
        list_as_erased(joel, case, note)
        give(joel, selin, tmp_path)
        give(amina, selin, tmp_path)
        assert arrived.carry_out(selin) == 0
        assert told_and_removed(selin) == (1, 1)
        give(amina, selin, tmp_path)
        assert cases.open_case(selin, case).notes == ()


def _left(session: Session, home: CompartmentId) -> int:
    with session.database.reading() as rows:
        return len(rows.placed(home))


def test_who_takes_the_case_away_first_erases_nothing_past_the_hold(organisation: Organisation, tmp_path: Path) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = cases.create(amina, title="C", kind="asylum", alone_reason="nobody").case
        notes.add(amina, case, EVIDENCE)
        sharing.grant(amina, case, organisation.members(JOEL))
        section = sections.create(amina, case, what="other", title="S", members=organisation.members(JOEL))
        sections.add_note(amina, section, EVIDENCE)
        holds.hold(amina, case, reason="a court asks", review="2090-01-01")
        give(amina, joel, tmp_path)
        here = _left(amina, case), _left(amina, section)
        sharing.revoke(joel, case, organisation.members(AMINA))
        give(joel, amina, tmp_path)
        assert not amina.holds(case)
        list_as_erased(joel, section)
        list_as_erased(joel, case)
        give(joel, amina, tmp_path)
        told_and_removed(amina)
        assert (_left(amina, case), _left(amina, section)) == here
        assert {line.is_held for line in arrived.waiting(amina)} == {True}
    with organisation.at(AMINA) as (amina,):
        assert told_and_removed(amina)[1] == 0
