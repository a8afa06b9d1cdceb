"""Somebody cuts off the author of a legal hold: who saw it stand puts it on again, in their own name, for everybody."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import Mock

import msgspec
import pytest

from tests.attacks.test_erased_terms import EVIDENCE, list_as_erased
from tests.attacks.test_holds_ended import breaches, revoke_from_before
from tests.english import in_english
from tests.services.erased import erase_record
from tests.services.founded import PASSPHRASE, Place
from tests.services.organisation import AMINA, JOEL, SELIN, TOMAS, Organisation, full_name, give, open_place
from vault.access.session import Session
from vault.casework.case import Hold
from vault.errors import RefusedError
from vault.ids import ZERO_ID, CompartmentId, RecordId, VersionId
from vault.policy.roles import Role
from vault.records.work import Entry
from vault.seal.named import hold_record
from vault.seal.purposes import Purpose
from vault.services import housekeeping
from vault.services.backups import backups, restoring
from vault.services.cases import cases, editing, holds, notes
from vault.services.grants import sharing
from vault.services.projection.folder_row import stored
from vault.store.rowtypes import LocalRow

AGAIN = "put it on hold again, in your name"


def shared(organisation: Organisation, *sessions: Session, folder: Path) -> tuple[CompartmentId, RecordId]:
    """Let the first make a case with a note, and give it to the others."""
    first, *others = sessions
    case = cases.create(first, title="C", kind="asylum", alone_reason="nobody").case
    note = notes.add(first, case, EVIDENCE)
    sharing.grant(first, case, [session.member for session in others])
    for session in others:
        give(first, session, folder)
    return case, note


def hold(session: Session, case: CompartmentId, *heard: Session, folder: Path) -> None:
    holds.hold(session, case, reason="a court asks", review="2090-01-01")
    for other in heard:
        give(session, other, folder)
        housekeeping.settle(other)


def write_holds(session: Session, case: CompartmentId, count: int, *, in_a_line: bool = False) -> None:
    """Write holds as the program of somebody who wants others to wait, none of which had anything of any log."""
    written: list[VersionId] = []
    while len(written) < count:
        with session.work(case) as work:
            for _ in range(min(250, count - len(written))):
                parents = written[-1:] if in_a_line else []
                fields = {"reason": "x", "review": "2090-01-01", "since": []}
                written.append(work.write(case, RecordId(hold_record()), Hold.KIND, fields, parents))
            work.commit(Entry(act="case.edit", covers={Hold.KIND: 1}))


def told_again(session: Session) -> list[str]:
    return [line for line in in_english(housekeeping.settle(session)) if AGAIN in line]


def author(session: Session, case: CompartmentId) -> bytes | None:
    found = holds.held(session, case)
    return None if found is None else found.origin


@pytest.mark.long
def test_who_saw_a_hold_puts_it_on_again_and_it_reaches_who_never_saw_it(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.at(AMINA, JOEL, TOMAS, SELIN) as (amina, joel, tomas, selin):
        case, note = shared(organisation, amina, joel, tomas, folder=tmp_path)
        hold(joel, case, amina, folder=tmp_path)
        sharing.revoke(tomas, case, organisation.members(JOEL))  # who has not heard of the hold
        sharing.grant(tomas, case, organisation.members(SELIN))
        give(tomas, amina, tmp_path)
        [line] = told_again(amina)
        assert line.startswith("Joel Brandvik, who had put")
        assert told_again(amina) == []
        give(amina, selin, tmp_path)
        give(tomas, selin, tmp_path)
        give(amina, tomas, tmp_path)
        for session in (amina, selin, tomas):
            assert author(session, case) == amina.log.origin
        with pytest.raises(RefusedError, match="is on legal hold"):
            erase_record(selin, editing.Place(case, note, "note"))
        list_as_erased(selin, case, note)
        give(selin, amina, tmp_path)
        for session in (amina, selin):
            assert [origin for origin, _ in breaches(session)] == [selin.log.origin]


@pytest.mark.long
def test_two_who_put_it_on_again_apart_are_ended_by_one_release(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organisation.at(AMINA, JOEL, TOMAS, SELIN) as (amina, joel, tomas, selin):
        case, _ = shared(organisation, amina, joel, tomas, selin, folder=tmp_path)
        hold(joel, case, amina, selin, tomas, folder=tmp_path)
        revoke_from_before(tomas, case, organisation.members(JOEL), monkeypatch)
        for session in (amina, selin):
            give(tomas, session, tmp_path)
            assert len(told_again(session)) == 1
        give(amina, selin, tmp_path)
        assert len(holds.standing(selin, case)) == 2
        assert told_again(selin) == []
        holds.release(selin, case, reason="over")
        for session in (amina, tomas):
            give(selin, session, tmp_path)
            assert (told_again(session), holds.held(session, case)) == ([], None)


@pytest.mark.long
def test_what_another_released_in_the_meantime_is_not_put_on_again(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organisation.at(AMINA, JOEL, TOMAS, SELIN) as (amina, joel, tomas, selin):
        case, _ = shared(organisation, amina, joel, tomas, selin, folder=tmp_path)
        hold(joel, case, amina, selin, folder=tmp_path)
        holds.release(selin, case, reason="over")
        give(selin, tomas, tmp_path)
        revoke_from_before(tomas, case, organisation.members(JOEL), monkeypatch)
        give(tomas, amina, tmp_path)
        assert (told_again(amina), holds.held(amina, case)) == ([], None)


def test_who_puts_a_hold_beside_it_first_and_releases_their_own_ends_nothing(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organisation.at(AMINA, JOEL, TOMAS) as (amina, joel, tomas):
        case, _ = shared(organisation, amina, joel, tomas, folder=tmp_path)
        hold(joel, case, amina, folder=tmp_path)
        hold(tomas, case, folder=tmp_path)
        revoke_from_before(tomas, case, organisation.members(JOEL), monkeypatch)
        give(tomas, amina, tmp_path)
        assert len(told_again(amina)) == 1
        holds.release(tomas, case, reason="over")
        give(tomas, amina, tmp_path)
        assert author(amina, case) == amina.log.origin


def test_a_hold_that_was_never_valid_is_put_on_by_nobody(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organisation.at(AMINA, JOEL, TOMAS) as (amina, joel, tomas):
        case, _ = shared(organisation, amina, joel, tomas, folder=tmp_path)
        hold(tomas, case, amina, folder=tmp_path)
        sharing.revoke(amina, case, organisation.members(JOEL))
        holds.hold(joel, case, reason="I lost the case", review="2090-01-01")
        give(joel, amina, tmp_path)
        holds.release(tomas, case, reason="over")
        give(tomas, amina, tmp_path)
        assert (told_again(amina), holds.held(amina, case)) == ([], None)


def test_a_backup_has_the_hold(organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with organisation.at(AMINA, JOEL, TOMAS) as (amina, joel, tomas):
        case, _ = shared(organisation, amina, joel, tomas, folder=tmp_path)
        hold(joel, case, amina, folder=tmp_path)
        revoke_from_before(tomas, case, organisation.members(JOEL), monkeypatch)
        give(tomas, amina, tmp_path)
        housekeeping.settle(amina)
        backups.make(amina, tmp_path / "stick")
    place = Place(tmp_path / "new" / "office.vault", tmp_path / "new" / "state")
    place.path.parent.mkdir()
    who, words = full_name(AMINA), bytearray(PASSPHRASE)
    restoring.restore(
        tmp_path / "stick", place.path, member=who, passphrase=words, state=place.state, agree=lambda _: None
    )
    with open_place(place, who) as again:
        assert holds.held(again, case) is not None


@pytest.mark.long
def test_false_breaches_of_who_was_cut_off_are_gone(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case, note = shared(organisation, amina, joel, folder=tmp_path)
        list_as_erased(amina, case, note)
        give(amina, joel, tmp_path)
        write_holds(joel, case, 1)
        give(joel, amina, tmp_path)
        assert [origin for origin, _ in breaches(amina)] == [amina.log.origin]
        revoke_from_before(amina, case, organisation.members(JOEL), monkeypatch)
        assert (len(told_again(amina)), breaches(amina)) == (1, [])
        holds.release(amina, case, reason="nobody asked")
        assert (told_again(amina), breaches(amina), holds.held(amina, case)) == ([], [], None)


def test_who_may_not_write_there_keeps_everything_and_is_told_once(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organisation.at(AMINA, JOEL, TOMAS) as (amina, joel, tomas):
        case, _ = shared(organisation, amina, joel, tomas, folder=tmp_path)
        hold(joel, case, amina, folder=tmp_path)
        revoke_from_before(tomas, case, organisation.members(JOEL), monkeypatch)
        give(tomas, amina, tmp_path)
        amina.roles = frozenset({Role.FIELD})
        lines = in_english(housekeeping.settle(amina))
        assert sum("ask somebody who writes in the case" in line for line in lines) == 1
        assert housekeeping.settle(amina) == []
        assert holds.is_held(amina, case)
        hold(tomas, case, folder=tmp_path)
        give(tomas, amina, tmp_path)
        amina.roles = frozenset({Role.FIELD})
        assert housekeeping.settle(amina) == []
        holds.release(tomas, case, reason="over")
        give(tomas, amina, tmp_path)
        assert not holds.is_held(amina, case)


def test_600_holds_beside_one_another_end_with_one_release(organisation: Organisation, tmp_path: Path) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case, _ = shared(organisation, amina, joel, folder=tmp_path)
        write_holds(joel, case, 600)
        give(joel, amina, tmp_path)
        assert len(holds.standing(amina, case)) == 600
        holds.release(amina, case, reason="nobody asked")
        assert holds.held(amina, case) is None
        give(amina, joel, tmp_path)
        assert holds.held(joel, case) is None


def test_each_version_of_a_line_of_holds_is_looked_at_once(organisation: Organisation, tmp_path: Path) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case, _ = shared(organisation, amina, joel, folder=tmp_path)
        write_holds(joel, case, 500, in_a_line=True)
        give(joel, amina, tmp_path)
        said = holds.said_of(amina, case)
        looked = Mock(wraps=dict(said.parents))
        counted = holds.SaidOfHold(said.valid, said.lost, looked)
        assert len(counted.before(each.version.id for each in said.valid)) == 499
        assert looked.get.call_count <= 1_000


def test_a_row_that_keeps_all_holds_ever_seen_is_read_and_that_passed_over(organisation: Organisation) -> None:
    with organisation.open(AMINA) as amina, amina.database.transaction() as rows:
        now = msgspec.to_builtins(stored(rows), builtin_types=(bytes,))
        blob = msgspec.msgpack.encode({**now, "seen": [(bytes(16), bytes(32))]})
        rows.put_local(LocalRow(ZERO_ID, Purpose.ERASURES, 0, blob))
        assert stored(rows).stood == []
