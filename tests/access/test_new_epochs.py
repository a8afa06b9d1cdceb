"""A new epoch in the place of others: who gets it, what the log says of it, and which logs it cuts."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import replace

import pytest

from tests.access.test_continuity import junk_genesis
from tests.services.colleague import admit
from tests.services.founded import Filled
from vault.access.session import Session
from vault.access.trust.directory import RECOVERY, Directory
from vault.access.trust.new_epochs import (
    audit_is_stale,
    fitting,
    grant_current_epoch,
    join_epochs,
    next_holders,
    revocations_of,
)
from vault.errors import RefusedError
from vault.ids import CompartmentId, CompartmentKind, EpochId, Origin, RecordId, SeatId, make_id
from vault.log.epoch_notice import MOST_REVOCATIONS, RevokedLog
from vault.log.payload import Payload
from vault.log.roster_entries import Certificate
from vault.policy.roles import Role
from vault.records.seatlog import Holder
from vault.records.work import Entry
from vault.services.evidence import logbook
from vault.store.rowtypes import GrantRow
from vault.validity.compartment_access import CompartmentState
from vault.validity.epoch_validity import ValidEpoch

SEATS = [SeatId(bytes([number]) * 16) for number in range(12)]
A, B, C = SEATS[1:4]


def held_by(*seats: SeatId) -> CompartmentState:
    epoch = ValidEpoch((), frozenset(), frozenset(seats))
    return CompartmentState(CompartmentId(bytes(16)), CompartmentKind.CASE, {EpochId(bytes(16)): epoch}, {})


@pytest.fixture
def directory(session: Session) -> Directory:
    """A directory in which all of `SEATS` are in."""
    (certificate,) = session.directory.effective.certificates.values()
    certificates: dict[bytes, Certificate] = {seat: replace(certificate, seat=seat, kem=seat * 76) for seat in SEATS}
    return replace(session.directory, effective=replace(session.directory.effective, certificates=certificates))


def test_the_next_epoch_is_for_all_holders_who_are_in_and_for_recovery_last(directory: Directory) -> None:
    gone = SeatId(b"\xfe" * 16)
    found = next_holders(directory, held_by(*SEATS, gone, RECOVERY), without=[A])
    kept = [Holder(seat, seat * 76) for seat in SEATS if seat != A]
    assert found == [*kept, Holder(RECOVERY, directory.effective.head.recovery)]


def test_a_compartment_without_recovery_stays_without_it(directory: Directory) -> None:
    assert next_holders(directory, held_by(A, B)) == [Holder(A, A * 76), Holder(B, B * 76)]


def state_of(session: Session, case: CompartmentId) -> CompartmentState:
    session.learned.states.clear()
    state = session.state_of(case)
    assert state is not None
    return state


def replace_key(session: Session, before: CompartmentState, holders: list[Holder]) -> None:
    with session.work() as work:
        work.replace_epoch(before.compartment, before.kind, holders, replaced=before.current)
        work.commit(Entry(act="key.rotate"))


def payload_of(session: Session, act: str, out: str) -> list[Payload]:
    lines = logbook.newest(session, act=act).lines
    return [line.payload for line in lines if line.payload is not None and line.payload.out == out]


def test_two_keys_of_one_compartment_become_one_for_all_its_holders_and_the_log_says_so(filled: Filled) -> None:
    case = filled.cases[0]
    with filled.open() as session:
        before = state_of(session, case)
        for _ in range(2):
            replace_key(session, before, next_holders(session.directory, before))
        assert len(state_of(session, case).current) == 2
        session.settle_keys(case)
        after = state_of(session, case)
        assert len(after.current) == 1
        assert after.epochs[after.current[0]].granted == before.holders == {session.seat, RECOVERY}
        assert len(payload_of(session, "key.rotate", "ok:joined")) == 1


def test_a_holder_whom_a_new_key_forgot_is_given_it_once_and_the_log_says_to_how_many(filled: Filled) -> None:
    case = filled.cases[0]
    with filled.open() as session:
        before = state_of(session, case)
        replace_key(session, before, [one for one in next_holders(session.directory, before) if one.seat != RECOVERY])
        assert state_of(session, case).behind == {RECOVERY}
        assert session.grant_current_epoch(case)
        after = state_of(session, case)
        assert (after.behind, len(after.current)) == (frozenset(), 1)
        assert not session.grant_current_epoch(case)
        assert [payload.covers for payload in payload_of(session, "grant.add", "ok:joined")] == [{"seat": 1}]


@pytest.mark.parametrize(
    ("lost", "joined"),
    [((), False), ((1,), True), ((0, 1), False)],
    ids=["holds the current key", "holds an older one", "holds none"],
)
def test_a_key_that_others_made_is_replaced_by_one_that_this_seat_holds_if_it_holds_an_older_one(
    filled: Filled, lost: tuple[int, ...], *, joined: bool
) -> None:
    case = filled.cases[0]
    with filled.open() as session:
        before = state_of(session, case)
        replace_key(session, before, next_holders(session.directory, before))
        state = state_of(session, case)
        epochs, size = [*before.current, *state.current], session.log.size
        for number in lost:
            session.keyring.drop(epochs[number])
        join_epochs(session.log, session.directory, session.roles, state)
        assert session.log.size == size + joined
        assert (state_of(session, case).current != state.current) is joined


def test_what_lacks_is_given_only_where_one_key_is_current_and_held(filled: Filled) -> None:
    case = filled.cases[0]
    with filled.open() as session:
        before = state_of(session, case)
        for _ in range(2):
            replace_key(session, before, [Holder(session.seat, session.kem_private.public)])
        size = session.log.size
        assert state_of(session, case).behind == {RECOVERY}
        assert not session.grant_current_epoch(case)
        session.settle_keys(case)
        replace_key(session, state_of(session, case), [Holder(session.seat, session.kem_private.public)])
        (current,) = state_of(session, case).current
        session.keyring.drop(current)
        assert not session.grant_current_epoch(case)
        assert session.log.size == size + 2  # what was written here, and nothing beside it


def test_an_audit_key_is_stale_when_this_seat_did_not_give_it_to_exactly_those_who_read(session: Session) -> None:
    log, readers = session.log, session.log.auditors
    assert log.ratchet is not None
    by_another = GrantRow(b"d" * 32, log.ratchet.epoch, C, C, bytes(1168))

    def is_stale() -> bool:
        with session.database.reading() as rows:
            return audit_is_stale(rows, log)

    found = []
    for log.auditors in (readers, readers[:1], [*readers, Holder(C, C * 76)]):
        found.append(is_stale())
    with session.database.transaction() as rows:
        rows.add_grants([by_another])
    assert [*found, is_stale()] == [False, True, True, True]
    log.auditors = readers
    assert not is_stale()


def test_nobody_gives_or_joins_keys_who_may_not(filled: Filled) -> None:
    with filled.open() as session:
        before = state_of(session, filled.cases[0])
        for _ in range(2):
            replace_key(session, before, next_holders(session.directory, before))
        two, size = state_of(session, filled.cases[0]), session.log.size
        own, caseworker = session.seat, frozenset({Role.CASEWORKER})
        for roles, state in ((frozenset({Role.LEGAL_REVIEWER}), two), (caseworker, replace(two, cutoffs={own: ()}))):
            join_epochs(session.log, session.directory, roles, state)
            assert not grant_current_epoch(session.log, session.directory, roles, state)
        assert session.log.size == size
        join_epochs(session.log, session.directory, caseworker, two)
        assert session.log.size == size + 1


def test_nothing_is_written_under_two_keys_before_they_are_joined(filled: Filled) -> None:
    case = filled.cases[0]
    with filled.open() as session:
        before = state_of(session, case)
        for _ in range(2):
            replace_key(session, before, next_holders(session.directory, before))
        state_of(session, case)
        for compartments in ((), (case,)):
            with session.work(*compartments) as work, suppress(RefusedError):
                work.write(case, RecordId(make_id()), "note", {})
                work.commit(Entry(act="case.edit"))
        assert len(payload_of(session, "case.edit", "ok")) == 1


def test_a_seat_whose_log_is_not_here_is_cut_at_its_beginning_and_a_false_one_hinders_nobody(filled: Filled) -> None:
    with filled.open() as session:
        junk_genesis(session)
        oren = admit(session)
        certificates = dict(session.directory.effective.certificates)
        unseen = SeatId(make_id())
        certificates[unseen] = replace(certificates[oren.seat], seat=unseen, genesis=b"u" * 32)
        known = replace(session.directory, effective=replace(session.directory.effective, certificates=certificates))
        with session.database.reading() as rows:
            found = revocations_of(rows, session.prover, known, [unseen, session.seat])
            assert revocations_of(rows, session.prover, known, [SeatId(b"\xfe" * 16)]) == ()  # which never was
        seen = ((session.log.size, session.log.frontier.root()),)
        own = RevokedLog(session.seat, session.log.origin, session.log.size, seen)
        assert set(found) == {own, RevokedLog(unseen, Origin(b"u" * 32), 0)}


def test_the_many_logs_of_one_seat_push_none_of_another_out() -> None:
    many = [drop(A, number, 10) for number in range(MOST_REVOCATIONS)]
    honest = [drop(B, 1000, 20), drop(B, 1001, 9), drop(C, 1002, 1)]
    assert set(honest) <= set(fitting([*many, *honest]))


def test_a_log_that_two_seats_claim_is_cut_once_where_most_of_it_is_left() -> None:
    assert fitting([drop(A, 7, 0), drop(B, 7, 12), drop(C, 8, 3)]) == (drop(B, 7, 12), drop(C, 8, 3))


def drop(seat: SeatId, number: int, size: int) -> RevokedLog:
    return RevokedLog(seat, number.to_bytes(2, "big") * 16, size)


def test_of_too_many_logs_the_longest_of_each_seat_are_named_and_of_equal_ones_the_first_by_name() -> None:
    alone = [drop(B, 2000, 1), drop(SEATS[4], 2001, 1)]
    # A's logs and C's of one length have names in each other's order, so that the seat goes before the name.
    of_a = [drop(A, 1000 + number, 2 + number // 2) for number in range(300)]
    of_c = [drop(C, number, 2 + number // 2) for number in range(300)]
    # Of the last length that is named there is room for one log of four.
    chosen = sorted([*of_a, *of_c], key=lambda one: (-one.size, one.seat, one.origin))[: MOST_REVOCATIONS - len(alone)]
    assert sum(one.size == chosen[-1].size for one in chosen) == 1
    for seed in range(3):
        given = [*alone, *of_a, *of_c]
        random.Random(seed).shuffle(given)
        assert fitting(given) == tuple(sorted([*alone, *chosen]))
        assert fitting(given[:MOST_REVOCATIONS]) == tuple(sorted(given[:MOST_REVOCATIONS]))
