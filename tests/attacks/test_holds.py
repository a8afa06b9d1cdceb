"""A colleague's own program, against a legal hold: nothing but a release ends it, for the case and its sections."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import msgspec
import pytest

from tests.english import in_english
from tests.services.erased import erase_record
from tests.services.founded import PASSPHRASE, Place
from tests.services.organisation import AMINA, JOEL, SELIN, TOMAS, Organisation, full_name, give, open_place
from tests.services.test_erasing_told import later
from tests.vectors.independent.opening import open_folder
from vault.access.session import Session
from vault.casework.case import Hold
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.durations import DAY_MS
from vault.errors import RefusedError
from vault.ids import ZERO_ID, CompartmentId, MemberId, Origin, RecordId, VersionId
from vault.policy.roles import Role
from vault.records.work import Entry
from vault.seal.named import access_record, hold_record
from vault.seal.purposes import Purpose
from vault.services import housekeeping
from vault.services.approvals import breaking_glass
from vault.services.backups import backups, restoring
from vault.services.cases import cases, editing, holds, notes, sections
from vault.services.erasures import arrived
from vault.services.evidence import log_checking
from vault.services.grants import sharing, timed_grants
from vault.services.projection.folder_row import stored
from vault.store.rowtypes import LocalRow
from vault.trust.trust_items import Rank
from vault.words.finding import Code

# A colleague's own program lists until when they hold a case, or its legal hold, as erased: it counts for nobody.
EVIDENCE = Note(NoteKind.INTERVIEW, "evidence")


def shared(first: Session, member: Session, *leads: Session) -> tuple[CompartmentId, RecordId]:
    """Let the first make a case with a note, and give it to the next as a member, to the others as leads."""
    case = cases.create(first, title="C", kind="asylum", alone_reason="nobody").case
    note = notes.add(first, case, EVIDENCE)
    sharing.grant(first, case, [member.member])
    sharing.grant(first, case, [session.member for session in leads], rank=Rank.LEAD)
    for session in (member, *leads):
        give(first, session)
    return case, note


def list_as_erased(session: Session, case: CompartmentId, *records: bytes) -> None:
    """Do what the program has no command for: list all versions of these records, or of the case, beginning last."""
    with session.database.reading() as rows:
        found = [row for record in records for row in rows.placed(case, record)] if records else rows.placed(case)
    state = session.state_of(case)
    assert state is not None
    begun = [(place.origin, place.seq) for place in state.beginnings[:1]]
    with session.work() as work:
        for row in sorted(found, key=lambda row: [(row.origin, row.seq)] == begun):
            work.erase(case, VersionId(row.id), (Origin(row.origin), row.seq, row.n))
        work.commit(Entry(act="erase", why="mistake", covers={"note": 1}))


def told_and_removed(session: Session) -> tuple[int, int]:
    arrived.note(session, arrived.look(session))
    return sum(line.records for line in arrived.waiting(session)), arrived.carry_out(session, at_once=True)


def test_until_when_somebody_holds_a_case_is_not_erased_while_the_case_stands(organisation: Organisation) -> None:
    joel_id = organisation[JOEL].member
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = cases.create(amina, title="C", kind="asylum", alone_reason="nobody").case
        until_ms = amina.clock().trusted_ms + DAY_MS
        timed_grants.give(amina, case, [joel_id], until_ms=until_ms)
        give(amina, joel)
        list_as_erased(joel, case, access_record(joel_id))
        give(joel, amina)
        assert told_and_removed(amina) == (0, 0)
        assert [(term.member, term.until_ms) for term in timed_grants.terms_of(amina, case)] == [(joel_id, until_ms)]


def test_a_hold_that_others_list_as_erased_before_it_comes_still_comes_in(organisation: Organisation) -> None:
    with organisation.at(AMINA, JOEL, SELIN) as (amina, joel, selin):
        case = cases.create(amina, title="C", kind="asylum", alone_reason="nobody").case
        said = [notes.add(amina, case, EVIDENCE) for _ in range(3)]
        sharing.grant(amina, case, organisation.members(JOEL, SELIN))
        give(amina, joel)
        give(amina, selin)
        holds.hold(amina, case, reason="a court asks", review="2090-01-01")
        give(amina, joel)
        list_as_erased(joel, case, hold_record(), *said)
        give(joel, selin)
        give(amina, selin)
        assert holds.is_held(selin, case)
        assert told_and_removed(selin) == (3, 0)
        assert len(cases.open_case(selin, case).notes) == 3


def test_they_go_with_the_whole_case(organisation: Organisation) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = cases.create(amina, title="C", kind="asylum", alone_reason="nobody").case
        timed_grants.give(amina, case, organisation.members(JOEL), until_ms=amina.clock().trusted_ms + DAY_MS)
        holds.hold(amina, case, reason="a court asks", review="2090-01-01")
        holds.release(amina, case, reason="over")
        give(amina, joel)
        list_as_erased(joel, case)
        give(joel, amina)
        assert told_and_removed(amina) == (3, 3)
        with amina.database.reading() as rows:
            assert rows.placed(case) == []


def test_break_glass_is_told_though_the_giver_erases_what_says_so(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breaking_glass, "required_approval", lambda *_args, **_kwargs: None)
    selin_id = organisation[SELIN].member
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case, _ = shared(amina, joel)
        breaking_glass.break_glass(joel, case, selin_id, until_ms=joel.clock().trusted_ms + DAY_MS, why="emergency")
        list_as_erased(joel, case, RecordId(access_record(selin_id)))
        give(joel, amina)
        assert len(log_checking.verify(amina).on_their_way) == 1
    read = open_folder(organisation[AMINA].place.path, full_name(AMINA), PASSPHRASE.decode())
    assert [str(fault) for fault in read.faults if "missing version" in str(fault)] != []


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
    organisation: Organisation, spoil: Spoil, is_section: bool
) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = cases.create(joel, title="C", kind="asylum", alone_reason="nobody").case
        sharing.grant(joel, case, organisation.members(AMINA))
        said, home = Note(NoteKind.INTERVIEW, "evidence"), case
        if is_section:
            home = sections.create(joel, case, what="other", title="S", members=organisation.members(AMINA))
        note = sections.add_note(joel, home, said) if is_section else notes.add(joel, case, said)
        holds.hold(joel, case, reason="a court asks", review="2090-01-01")
        give(joel, amina)
        held = holds.held(amina, case)
        assert held is not None
        spoil(amina, home, held.version)
        list_as_erased(amina, home, note)
        give(amina, joel)

        arrived.note(joel, arrived.look(joel))
        assert holds.held(joel, case) is not None
        assert [each.is_held for each in arrived.waiting(joel)] == [True]
        assert arrived.carry_out(joel, at_once=True) == 0
        assert is_section or [each.code for each in log_checking.verify(joel).faults] == ["hold"]
        holds.release(joel, case, reason="over")
        assert holds.held(joel, case) is None
        assert arrived.carry_out(joel, at_once=True) == 1


def test_who_lost_a_case_releases_no_hold_on_it(organisation: Organisation) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case, _ = shared(joel, amina)
        hold(joel, case, amina)
        held = holds.held(amina, case)
        assert held is not None
        sharing.revoke(joel, case, organisation.members(AMINA))
        released = {"released": "2026-11-20", "release_reason": "over"}
        _over(reason="a court asks", review="2090-01-01", **released)(amina, case, held.version)
        give(amina, joel)
        assert holds.is_held(joel, case)


# A colleague's own program ends a legal hold: by a release, one with a false date, or by cutting off its author.
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
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organisation.at(TOMAS, JOEL) as (tomas, joel):
        case, note = shared(joel, tomas)
        holds.hold(tomas, case, reason="a court asks", review="2090-01-01")
        give(tomas, joel)
        list_as_erased(tomas, case, note)
        give(tomas, joel)
        assert any("It stays on this device." in line for line in in_english(housekeeping.settle(joel)))
        later(monkeypatch, joel, 100)
        holds.release(tomas, case, reason="over")
        give(tomas, joel)
        here = left(joel, case)
        assert [line for line in in_english(housekeeping.settle(joel)) if "It is removed from this device on" in line]
        assert left(joel, case) == here
        later(monkeypatch, joel, 71)
        assert housekeeping.settle(joel) == []
        later(monkeypatch, joel, 2)
        assert in_english(housekeeping.settle(joel)) == (GONE,)
        assert left(joel, case) == here - 1


def test_a_release_covers_nothing_that_its_author_erased_before_it_whatever_it_says(organisation: Organisation) -> None:
    with organisation.at(TOMAS, JOEL) as (tomas, joel):
        case = cases.create(joel, title="C", kind="asylum", alone_reason="nobody").case
        first, second = notes.add(joel, case, EVIDENCE), notes.add(joel, case, EVIDENCE)
        sharing.grant(joel, case, organisation.members(TOMAS))
        holds.hold(joel, case, reason="a court asks", review="2090-01-01")
        give(joel, tomas)
        list_as_erased(tomas, case, first)
        give(tomas, joel)
        named = breaches(joel)
        assert [origin for origin, _ in named] == [tomas.log.origin]
        release_with_false_sizes(tomas, case)
        list_as_erased(tomas, case, second)
        give(tomas, joel)
        assert holds.held(joel, case) is None
        assert breaches(joel) == named


def test_nor_what_they_erased_in_the_log_before(organisation: Organisation) -> None:
    with organisation.at(TOMAS, JOEL) as (tomas, joel):
        case, note = shared(joel, tomas)
        hold(joel, case, tomas)
        list_as_erased(tomas, case, note)
        before = tomas.log.origin
    shutil.rmtree(organisation[TOMAS].place.state)
    with organisation.at(TOMAS, JOEL) as (tomas, joel):
        assert tomas.log.origin != before
        release_with_false_sizes(tomas, case)
        give(tomas, joel)
        assert [origin for origin, _ in breaches(joel)] == [before]


def revoke_from_before(
    session: Session, case: CompartmentId, who: list[MemberId], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Revoke as a program that leaves nothing of what this member wrote there."""
    with monkeypatch.context() as changed:
        changed.setattr("vault.services.grants.sharing.heads_of", lambda *_: [])
        sharing.revoke(session, case, who)


@pytest.mark.long
def test_a_hold_that_was_valid_here_stands_although_its_author_is_cut_off(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organisation.at(TOMAS, JOEL, AMINA) as (tomas, joel, amina):
        case = cases.create(amina, title="C", kind="asylum", alone_reason="nobody").case
        note, other = notes.add(amina, case, EVIDENCE), notes.add(amina, case, EVIDENCE)
        sharing.grant(amina, case, organisation.members(TOMAS), rank=Rank.LEAD)
        sharing.grant(amina, case, organisation.members(JOEL))
        give(amina, joel)
        holds.hold(joel, case, reason="a court asks", review="2090-01-01")
        for session in (tomas, amina):
            give(joel, session)
        revoke_from_before(tomas, case, organisation.members(JOEL), monkeypatch)
        assert holds.is_held(tomas, case)
        with pytest.raises(RefusedError, match="is on legal hold"):
            holds.require_none(tomas, [case])
        list_as_erased(tomas, case, note)
        give(tomas, amina)
        assert log_checking.verify(amina).quarantined == 1
        told = in_english(housekeeping.settle(amina))
        assert any("put it on hold again, in your name" in line for line in told)
        assert any("It stays on this device." in line for line in told)
        later(monkeypatch, amina, 100)
        housekeeping.settle(amina)
        assert len(cases.open_case(amina, case).notes) == 2
        give(amina, tomas)
        list_as_erased(tomas, case, other)
        give(tomas, amina)
        named = breaches(amina)
        assert [origin for origin, _ in named] == [tomas.log.origin]
        holds.release(amina, case, reason="over")
        assert (holds.held(amina, case), breaches(amina)) == (None, named)


def test_what_a_release_let_be_erased_is_no_breach_once_who_released_is_cut_off(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organisation.at(TOMAS, JOEL) as (tomas, joel):
        case, note = shared(tomas, joel)
        hold(joel, case)
        holds.release(joel, case, reason="over")
        give(joel, tomas)
        list_as_erased(tomas, case, note)
        revoke_from_before(tomas, case, organisation.members(JOEL), monkeypatch)
        assert not any("put it on hold again" in line for line in in_english(housekeeping.settle(tomas)))
        assert (holds.is_held(tomas, case), breaches(tomas)) == (False, [])


# Somebody cuts off the author of a legal hold: who saw it stand puts it on again, in their own name, for everybody.
AGAIN = "put it on hold again, in your name"


def hold(session: Session, case: CompartmentId, *heard: Session) -> None:
    holds.hold(session, case, reason="a court asks", review="2090-01-01")
    for other in heard:
        give(session, other)
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
def test_who_saw_a_hold_puts_it_on_again_and_it_reaches_who_never_saw_it(organisation: Organisation) -> None:
    with organisation.at(AMINA, JOEL, TOMAS, SELIN) as (amina, joel, tomas, selin):
        case, note = shared(amina, joel, tomas)
        hold(joel, case, amina)
        sharing.revoke(tomas, case, organisation.members(JOEL))  # who has not heard of the hold
        sharing.grant(tomas, case, organisation.members(SELIN))
        give(tomas, amina)
        [line] = told_again(amina)
        assert line.startswith("Joel Brandvik, who had put")
        assert told_again(amina) == []
        give(amina, selin)
        give(tomas, selin)
        give(amina, tomas)
        for session in (amina, selin, tomas):
            assert author(session, case) == amina.log.origin
        with pytest.raises(RefusedError, match="is on legal hold"):
            erase_record(selin, editing.Place(case, note, "note"))
        list_as_erased(selin, case, note)
        give(selin, amina)
        for session in (amina, selin):
            assert [origin for origin, _ in breaches(session)] == [selin.log.origin]


@pytest.mark.long
def test_two_who_put_it_on_again_apart_are_ended_by_one_release(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organisation.at(AMINA, JOEL, TOMAS, SELIN) as (amina, joel, tomas, selin):
        case, _ = shared(amina, joel, tomas, selin)
        hold(joel, case, amina, selin, tomas)
        revoke_from_before(tomas, case, organisation.members(JOEL), monkeypatch)
        for session in (amina, selin):
            give(tomas, session)
            assert len(told_again(session)) == 1
        give(amina, selin)
        assert len(holds.standing(selin, case)) == 2
        assert told_again(selin) == []
        holds.release(selin, case, reason="over")
        for session in (amina, tomas):
            give(selin, session)
            assert (told_again(session), holds.held(session, case)) == ([], None)


@pytest.mark.long
def test_what_another_released_in_the_meantime_is_not_put_on_again(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organisation.at(AMINA, JOEL, TOMAS, SELIN) as (amina, joel, tomas, selin):
        case, _ = shared(amina, joel, tomas, selin)
        hold(joel, case, amina, selin)
        holds.release(selin, case, reason="over")
        give(selin, tomas)
        revoke_from_before(tomas, case, organisation.members(JOEL), monkeypatch)
        give(tomas, amina)
        assert (told_again(amina), holds.held(amina, case)) == ([], None)


def test_who_puts_a_hold_beside_it_first_and_releases_their_own_ends_nothing(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organisation.at(AMINA, JOEL, TOMAS) as (amina, joel, tomas):
        case, _ = shared(amina, joel, tomas)
        hold(joel, case, amina)
        hold(tomas, case)
        revoke_from_before(tomas, case, organisation.members(JOEL), monkeypatch)
        give(tomas, amina)
        assert len(told_again(amina)) == 1
        holds.release(tomas, case, reason="over")
        give(tomas, amina)
        assert author(amina, case) == amina.log.origin


def test_a_hold_that_was_never_valid_is_put_on_by_nobody(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organisation.at(AMINA, JOEL, TOMAS) as (amina, joel, tomas):
        case, _ = shared(amina, joel, tomas)
        hold(tomas, case, amina)
        sharing.revoke(amina, case, organisation.members(JOEL))
        holds.hold(joel, case, reason="I lost the case", review="2090-01-01")
        give(joel, amina)
        holds.release(tomas, case, reason="over")
        give(tomas, amina)
        assert (told_again(amina), holds.held(amina, case)) == ([], None)


def test_a_backup_has_the_hold(organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with organisation.at(AMINA, JOEL, TOMAS) as (amina, joel, tomas):
        case, _ = shared(amina, joel, tomas)
        hold(joel, case, amina)
        revoke_from_before(tomas, case, organisation.members(JOEL), monkeypatch)
        give(tomas, amina)
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
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case, note = shared(amina, joel)
        list_as_erased(amina, case, note)
        give(amina, joel)
        write_holds(joel, case, 1)
        give(joel, amina)
        assert [origin for origin, _ in breaches(amina)] == [amina.log.origin]
        revoke_from_before(amina, case, organisation.members(JOEL), monkeypatch)
        assert (len(told_again(amina)), breaches(amina)) == (1, [])
        holds.release(amina, case, reason="nobody asked")
        assert (told_again(amina), breaches(amina), holds.held(amina, case)) == ([], [], None)


def test_who_may_not_write_there_keeps_everything_and_is_told_once(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organisation.at(AMINA, JOEL, TOMAS) as (amina, joel, tomas):
        case, _ = shared(amina, joel, tomas)
        hold(joel, case, amina)
        revoke_from_before(tomas, case, organisation.members(JOEL), monkeypatch)
        give(tomas, amina)
        amina.roles = frozenset({Role.FIELD})
        lines = in_english(housekeeping.settle(amina))
        assert sum("ask somebody who writes in the case" in line for line in lines) == 1
        assert housekeeping.settle(amina) == []
        assert holds.is_held(amina, case)
        hold(tomas, case)
        give(tomas, amina)
        amina.roles = frozenset({Role.FIELD})
        assert housekeeping.settle(amina) == []
        holds.release(tomas, case, reason="over")
        give(tomas, amina)
        assert not holds.is_held(amina, case)


def test_600_holds_beside_one_another_end_with_one_release(organisation: Organisation) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case, _ = shared(amina, joel)
        write_holds(joel, case, 600)
        give(joel, amina)
        assert len(holds.standing(amina, case)) == 600
        holds.release(amina, case, reason="nobody asked")
        assert holds.held(amina, case) is None
        give(amina, joel)
        assert holds.held(joel, case) is None


def test_each_version_of_a_line_of_holds_is_looked_at_once(organisation: Organisation) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case, _ = shared(amina, joel)
        write_holds(joel, case, 500, in_a_line=True)
        give(joel, amina)
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


# A colleague's own program goes round a legal hold on another device: what it erases there stays and waits.
def test_what_was_erased_before_it_came_comes_in_under_a_hold_and_waits(organisation: Organisation) -> None:
    with organisation.at(AMINA, JOEL, SELIN) as (amina, joel, selin):
        case = cases.create(amina, title="C", kind="asylum", alone_reason="nobody").case
        sharing.grant(amina, case, organisation.members(JOEL, SELIN))
        holds.hold(amina, case, reason="a court asks", review="2090-01-01")
        give(amina, joel)
        give(amina, selin)
        note = notes.add(amina, case, EVIDENCE)
        give(amina, joel)
        list_as_erased(joel, case, note)
        give(joel, selin)
        came = give(amina, selin)
        assert (came.came, came.faults) == ({"note": 1}, ())
        assert told_and_removed(selin) == (1, 0)
        assert [line.is_held for line in arrived.waiting(selin)] == [True]
        assert next(str(line) for line in arrived.untold(selin)).endswith("It stays on this device.")
        assert len(cases.open_case(selin, case).notes) == 1


def test_without_a_hold_it_waits_72_hours_and_does_not_come_back_once_it_went(organisation: Organisation) -> None:
    with organisation.at(AMINA, JOEL, SELIN) as (amina, joel, selin):
        case = cases.create(amina, title="C", kind="asylum", alone_reason="nobody").case
        sharing.grant(amina, case, organisation.members(JOEL, SELIN))
        note = notes.add(amina, case, EVIDENCE)
        give(amina, joel)
        list_as_erased(joel, case, note)
        give(joel, selin)
        give(amina, selin)
        assert arrived.carry_out(selin) == 0
        assert told_and_removed(selin) == (1, 1)
        give(amina, selin)
        assert cases.open_case(selin, case).notes == ()


def test_who_takes_the_case_away_first_erases_nothing_past_the_hold(organisation: Organisation) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = cases.create(joel, title="C", kind="asylum", alone_reason="nobody").case
        notes.add(joel, case, EVIDENCE)
        sharing.grant(joel, case, organisation.members(AMINA))
        section = sections.create(joel, case, what="other", title="S", members=organisation.members(AMINA))
        sections.add_note(joel, section, EVIDENCE)
        give(joel, amina)
        holds.hold(amina, case, reason="a court asks", review="2090-01-01")
        give(amina, joel)
        here = left(amina, case), left(amina, section)
        sharing.revoke(joel, case, organisation.members(AMINA))
        give(joel, amina)
        assert not amina.holds(case)
        list_as_erased(joel, section)
        list_as_erased(joel, case)
        give(joel, amina)
        told_and_removed(amina)
        assert (left(amina, case), left(amina, section)) == here
        assert {line.is_held for line in arrived.waiting(amina)} == {True}
    with organisation.at(AMINA) as (amina,):
        assert told_and_removed(amina)[1] == 0
