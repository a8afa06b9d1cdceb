"""A colleague's own program ends a legal hold: by a release, one with a false date, or by cutting off its author."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.test_erased_terms import EVIDENCE, list_as_erased
from tests.english import in_english
from tests.services.organisation import AMINA, JOEL, TOMAS, Organisation, give
from tests.services.test_erasures_of_others import later
from vault.access.session import Session
from vault.access.trust import new_epochs
from vault.errors import RefusedError
from vault.ids import CompartmentId, MemberId, RecordId
from vault.records.work import Entry
from vault.seal.named import hold_record
from vault.services import housekeeping
from vault.services.cases import cases, holds, notes
from vault.services.evidence import log_checking
from vault.services.grants import sharing
from vault.words.finding import Code

GONE = "1 record that a colleague erased was removed from this device."


def left(session: Session, case: CompartmentId) -> int:
    with session.database.reading() as rows:
        return len(rows.placed(case))


def breaches(session: Session) -> list[tuple[bytes, int | None]]:
    return [(each.subject or b"", each.seq) for each in log_checking.verify(session).faults if each.code == Code.HOLD]


def release_with_false_sizes(session: Session, case: CompartmentId) -> None:
    """Release a hold as somebody whose program says that it had nothing of any log."""
    before = holds.held(session, case)
    assert before is not None
    ended = replace(before.value, released="2026-11-20", release_reason="over", since=())
    with session.work(case) as work:
        work.keep(case, ended, RecordId(hold_record()), [before.version])
        work.commit(Entry(act="case.edit", covers={"hold": 1}))


def test_who_holds_erases_and_releases_within_minutes_takes_no_72_hours_from_others(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organisation.at(TOMAS, JOEL) as (tomas, joel):
        case = cases.create(joel, title="C", kind="asylum", alone_reason="nobody").case
        note = notes.add(joel, case, EVIDENCE)
        sharing.grant(joel, case, organisation.members(TOMAS))
        give(joel, tomas, tmp_path)
        holds.hold(tomas, case, reason="a court asks", review="2090-01-01")
        give(tomas, joel, tmp_path)
        list_as_erased(tomas, case, note)
        give(tomas, joel, tmp_path)
        assert any("It stays on this device." in line for line in in_english(housekeeping.settle(joel)))
        later(monkeypatch, joel, 100)
        holds.release(tomas, case, reason="over")
        give(tomas, joel, tmp_path)
        here = left(joel, case)
        told = in_english(housekeeping.settle(joel))
        assert [line for line in told if "It is removed from this device on" in line]
        assert left(joel, case) == here
        later(monkeypatch, joel, 71)
        assert housekeeping.settle(joel) == []
        later(monkeypatch, joel, 2)
        assert in_english(housekeeping.settle(joel)) == (GONE,)
        assert left(joel, case) == here - 1


def test_a_release_covers_nothing_that_its_author_erased_before_it_whatever_it_says(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.at(TOMAS, JOEL) as (tomas, joel):
        case = cases.create(joel, title="C", kind="asylum", alone_reason="nobody").case
        first, second = notes.add(joel, case, EVIDENCE), notes.add(joel, case, EVIDENCE)
        sharing.grant(joel, case, organisation.members(TOMAS))
        holds.hold(joel, case, reason="a court asks", review="2090-01-01")
        give(joel, tomas, tmp_path)
        list_as_erased(tomas, case, first)
        give(tomas, joel, tmp_path)
        named = breaches(joel)
        assert [origin for origin, _ in named] == [tomas.log.origin]
        release_with_false_sizes(tomas, case)
        list_as_erased(tomas, case, second)
        give(tomas, joel, tmp_path)
        assert holds.held(joel, case) is None
        assert breaches(joel) == named


def test_nor_what_they_erased_in_the_log_before(organisation: Organisation, tmp_path: Path) -> None:
    with organisation.at(TOMAS, JOEL) as (tomas, joel):
        case = cases.create(joel, title="C", kind="asylum", alone_reason="nobody").case
        note = notes.add(joel, case, EVIDENCE)
        sharing.grant(joel, case, organisation.members(TOMAS))
        holds.hold(joel, case, reason="a court asks", review="2090-01-01")
        give(joel, tomas, tmp_path)
        list_as_erased(tomas, case, note)
        before = tomas.log.origin
    shutil.rmtree(organisation[TOMAS].place.state)
    with organisation.at(TOMAS, JOEL) as (tomas, joel):
        assert tomas.log.origin != before
        release_with_false_sizes(tomas, case)
        give(tomas, joel, tmp_path)
        assert [origin for origin, _ in breaches(joel)] == [before]


def revoke_from_before(
    session: Session, case: CompartmentId, who: list[MemberId], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Revoke as a program that leaves nothing of what this member wrote there."""
    true = new_epochs.revocations_of

    def of_nothing(*asked: Any) -> tuple[Any, ...]:
        return tuple(each._replace(size=0, seen=()) for each in true(*asked))

    with monkeypatch.context() as changed:
        changed.setattr("vault.services.grants.sharing.revocations_of", of_nothing)
        sharing.revoke(session, case, who)


@pytest.mark.long
def test_a_hold_that_was_valid_here_stands_although_its_author_is_cut_off(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organisation.at(TOMAS, JOEL, AMINA) as (tomas, joel, amina):
        case = cases.create(amina, title="C", kind="asylum", alone_reason="nobody").case
        note, other = notes.add(amina, case, EVIDENCE), notes.add(amina, case, EVIDENCE)
        sharing.grant(amina, case, organisation.members(TOMAS, JOEL))
        give(amina, joel, tmp_path)
        holds.hold(joel, case, reason="a court asks", review="2090-01-01")
        for session in (tomas, amina):
            give(joel, session, tmp_path)
        revoke_from_before(tomas, case, organisation.members(JOEL), monkeypatch)
        assert holds.is_held(tomas, case)
        with pytest.raises(RefusedError, match="is on legal hold"):
            holds.require_none(tomas, [case])
        list_as_erased(tomas, case, note)
        give(tomas, amina, tmp_path)
        assert log_checking.verify(amina).quarantined == 1
        told = in_english(housekeeping.settle(amina))
        assert any("put it on hold again, in your name" in line for line in told)
        assert any("It stays on this device." in line for line in told)
        later(monkeypatch, amina, 100)
        housekeeping.settle(amina)
        assert len(cases.open_case(amina, case).notes) == 2
        give(amina, tomas, tmp_path)
        list_as_erased(tomas, case, other)
        give(tomas, amina, tmp_path)
        named = breaches(amina)
        assert [origin for origin, _ in named] == [tomas.log.origin]
        holds.release(amina, case, reason="over")
        assert (holds.held(amina, case), breaches(amina)) == (None, named)


def test_what_a_release_let_be_erased_is_no_breach_once_who_released_is_cut_off(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organisation.at(TOMAS, JOEL) as (tomas, joel):
        case = cases.create(tomas, title="C", kind="asylum", alone_reason="nobody").case
        note = notes.add(tomas, case, EVIDENCE)
        sharing.grant(tomas, case, organisation.members(JOEL))
        give(tomas, joel, tmp_path)
        holds.hold(joel, case, reason="a court asks", review="2090-01-01")
        holds.release(joel, case, reason="over")
        give(joel, tomas, tmp_path)
        list_as_erased(tomas, case, note)
        revoke_from_before(tomas, case, organisation.members(JOEL), monkeypatch)
        assert not any("put it on hold again" in line for line in in_english(housekeeping.settle(tomas)))
        assert (holds.is_held(tomas, case), breaches(tomas)) == (False, [])
