"""A new epoch in the place of others: who gets it, what the log says of it, and which logs it cuts."""

from __future__ import annotations

import random
from contextlib import suppress
from copy import copy
from dataclasses import replace
from pathlib import Path

import pytest

from tests.access.test_continuity import junk_genesis
from tests.services.colleague import admit
from tests.services.founded import Filled, Place
from vault.access.membership import new_sheets
from vault.access.membership.new_sheets import Followed, change_sheets, choose_sheets, follow_sheets, stale_compartments
from vault.access.recovery_session import opened_by_sheets
from vault.access.seat_keys.rekeying import doors_here, read_key_file
from vault.access.seat_keys.root_secret import kept_secret, root_of
from vault.access.session import Session
from vault.access.trust.new_epochs import (
    audit_is_stale,
    fitting,
    grant_current_epoch,
    join_epochs,
    next_holders,
    revocations_of,
)
from vault.errors import BrokenSealError, RefusedError, VerificationError
from vault.ids import ZERO_ID, CompartmentId, CompartmentKind, EpochId, MemberId, Origin, RecordId, SeatId, make_id
from vault.log.epoch_notice import MOST_REVOCATIONS, RevokedLog
from vault.log.payload import Payload
from vault.policy.roles import Role
from vault.records.seatlog import Holder
from vault.records.work import Entry, Work
from vault.seal.entrance.doors import open_recovery_door
from vault.seal.purposes import Purpose
from vault.seal.recipients import KemPrivate
from vault.seal.recovery import derive_recovery_seed, words_of
from vault.services.evidence import logbook
from vault.services.grants import sharing
from vault.store.rowtypes import GrantRow
from vault.trust.trust_items import Certificate
from vault.validity.compartment_access import CompartmentState
from vault.validity.directory import Directory
from vault.validity.epoch_validity import ValidEpoch
from vault.words.finding import Code, Finding
from vault.words.message import Message

SEATS = [SeatId(bytes([number]) * 16) for number in range(12)]
A, B, C = SEATS[1:4]


def held_by(*seats: SeatId) -> CompartmentState:
    epoch = ValidEpoch((), frozenset(), frozenset(seats))
    return CompartmentState(CompartmentId(bytes(16)), CompartmentKind.CASE, {EpochId(bytes(16)): epoch}, {})


@pytest.fixture
def directory(session: Session) -> Directory:
    """A directory in which all of `SEATS` are in."""
    return with_seats(session.directory, {seat: certificate_of(seat) for seat in SEATS})


def certificate_of(seat: SeatId) -> Certificate:
    return Certificate(Origin(seat + bytes(16)), MemberId(ZERO_ID), kem=seat * 76)


def with_seats(directory: Directory, certificates: dict[SeatId, Certificate]) -> Directory:
    """Return a directory with these seats and no others."""
    known = copy(directory)
    vars(known)["certificates"] = certificates
    return known


def test_the_next_epoch_is_for_all_holders_who_are_in_and_for_recovery_last(directory: Directory) -> None:
    gone = SeatId(b"\xfe" * 16)
    found = next_holders(directory, held_by(*SEATS, gone, directory.recovery_seat), without=[A])
    kept = [Holder(seat, seat * 76) for seat in SEATS if seat != A]
    assert found == [*kept, Holder(directory.recovery_seat, directory.recovery)]


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
        assert (
            after.epochs[after.current[0]].granted == before.holders == {session.seat, session.directory.recovery_seat}
        )
        assert len(payload_of(session, "key.rotate", "ok:joined")) == 1


def test_a_holder_whom_a_new_key_forgot_is_given_it_once_and_the_log_says_to_how_many(filled: Filled) -> None:
    case = filled.cases[0]
    with filled.open() as session:
        before = state_of(session, case)
        recovery = session.directory.recovery_seat
        replace_key(session, before, [one for one in next_holders(session.directory, before) if one.seat != recovery])
        assert state_of(session, case).behind == {recovery}
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
        assert state_of(session, case).behind == {session.directory.recovery_seat}
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
        unseen = oren.seat
        with session.database.reading() as rows:
            found = revocations_of(rows, session.prover, session.directory, [unseen, session.seat])
            assert revocations_of(rows, session.prover, session.directory, [SeatId(b"\xfe" * 16)]) == ()
        seen = ((session.log.size, session.log.frontier.root()),)
        own = RevokedLog(session.seat, session.log.origin, session.log.size, seen)
        assert set(found) == {own, RevokedLog(unseen, session.directory.certificates[unseen].origin, 0)}


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


# Other sheets: what is written with the act that names them, and which compartments get new keys for them.
def secret_of(session: Session) -> bytes:
    secret = kept_secret(session)
    assert secret is not None
    return secret


def recovery_of(secret: bytes) -> KemPrivate:
    return KemPrivate.from_seed(derive_recovery_seed(secret))


def kept_row(session: Session) -> bytes:
    with session.database.reading() as rows:
        row = rows.local(session.seat, Purpose.ROOT_SECRET)
    assert row is not None
    return session.log.place.open_row(row)


# ---- the act, the door and the row


def test_the_old_sheets_name_the_keys_of_the_new_ones_and_keep_what_they_did(session: Session) -> None:
    before = session.directory
    new = change_sheets(session, secret_of(session))
    (act,) = session.directory.chosen
    assert (act.root, act.recovery) == (root_of(new), recovery_of(new).public)
    assert act.keeps == {done.digest for done in before.by_sheets()}
    assert (session.directory.root_public, session.directory.recovery) == (act.root, act.recovery)
    assert (session.directory.anchor, session.directory.members) == (before.anchor, before.members)
    assert session.directory.sheets_digest != before.sheets_digest


def test_the_recovery_door_opens_for_the_new_sheets_alone(session: Session) -> None:
    before, old = read_key_file(session.folder.keys), secret_of(session)
    new = change_sheets(session, old)
    after = read_key_file(session.folder.keys)
    assert (after.header.generation, after.doors) == (before.header.generation + 1, before.doors)
    doors = open_recovery_door(recovery_of(new), session.vault, after.recovery_door)
    assert doors == doors_here(session, after)
    with pytest.raises(BrokenSealError):
        open_recovery_door(recovery_of(old), session.vault, after.recovery_door)


def test_the_new_secret_alone_is_kept_and_the_old_one_is_not_left_in_the_write_ahead_log(session: Session) -> None:
    new = change_sheets(session, secret_of(session))
    assert kept_row(session) == new
    wal = session.folder.database.with_name(session.folder.database.name + "-wal")
    assert wal.stat().st_size == 0


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_on_either_side_of_the_commit_leaves_the_secret_that_counts(
    founded: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, after: bool
) -> None:
    commit, killed = Work.commit, list[Place]()

    def cutting(work: Work, entry: Entry) -> object:
        done = commit(work, entry) if after else None
        killed.append(founded.copied_to(tmp_path / "killed"))
        return done or commit(work, entry)

    with founded.open() as session:
        old = secret_of(session)
        with monkeypatch.context() as cut:
            cut.setattr(Work, "commit", cutting)
            change_sheets(session, old)
    with killed[0].open() as session:
        secret = secret_of(session)
        assert (secret == old) is not after
        assert root_of(secret) == session.directory.root_public
        assert not session.directory.replacements()  # nobody has words on paper to confirm


def test_the_next_entry_begins_an_audit_epoch_that_the_old_sheets_do_not_open(session: Session) -> None:
    new = change_sheets(session, secret_of(session))
    assert session.log.period_is_over
    assert Holder(session.directory.recovery_seat, recovery_of(new).public) in session.log.auditors


def test_another_secret_than_that_of_the_sheets_in_effect_changes_nothing(session: Session) -> None:
    size, keys = session.log.size, read_key_file(session.folder.keys)
    with pytest.raises(RefusedError, match="these are not the recovery sheets that are in effect"):
        change_sheets(session, bytes(32))
    assert (session.log.size, read_key_file(session.folder.keys)) == (size, keys)


def test_while_the_log_is_in_doubt_no_sheets_are_changed(session: Session) -> None:
    size, secret, keys = session.log.size, secret_of(session), read_key_file(session.folder.keys)
    session.alarms = (Finding(Code.FORK, Message("A log forked.")),)
    with pytest.raises(VerificationError, match="this waits until the log is sound"):
        change_sheets(session, secret)
    assert (session.log.size, kept_row(session), read_key_file(session.folder.keys)) == (size, secret, keys)


# ---- which compartments are still open to the old sheets


def states(session: Session) -> dict[CompartmentId, CompartmentState]:
    session.learned.states.clear()
    found = session.states_of(map(CompartmentId, session.keyring.compartments()))
    return {compartment: state for compartment, state in found.items() if state is not None}


def stale(session: Session) -> set[CompartmentId]:
    session.learned.states.clear()
    return {state.compartment for state in stale_compartments(session)}


def test_all_that_recovery_holds_is_stale_until_each_has_an_epoch_made_under_the_new_key(filled: Filled) -> None:
    with filled.open() as session:
        before = states(session)
        assert stale(session) == set()
        with session.work() as work:  # recovery never holds this one
            work.found(CompartmentKind.CASE, session.directory.holders([session.seat], with_recovery=False))
            work.commit(Entry(act="case.create"))
        change_sheets(session, secret_of(session))
        assert stale(session) == before.keys()
        # One of two current epochs is enough.
        first = before[filled.cases[0]]
        for _ in range(2):
            with session.work() as work:
                work.replace_epoch(
                    first.compartment, first.kind, next_holders(session.directory, first), replaced=first.current
                )
                work.commit(Entry(act="key.rotate"))
            assert first.compartment not in stale(session)


def test_each_gets_a_new_epoch_and_recovery_gets_those_before_it_too(filled: Filled) -> None:
    with filled.open() as session:
        new, before = change_sheets(session, secret_of(session)), states(session)
        seen: list[tuple[int, int]] = []
        assert follow_sheets(session, lambda done, total: seen.append((done, total))) == Followed(len(before), 0)
        after, size = states(session), session.log.size
        assert seen == [(len(before), len(before))]
        for compartment, state in after.items():
            assert {*before[compartment].epochs} < {*state.epochs}
            assert {*state.current}.isdisjoint(before[compartment].epochs)
        assert (stale(session), follow_sheets(session), session.log.size) == (set(), Followed(0, 0), size)
    with opened_by_sheets(filled.path, new) as opened:
        reached = {(one.compartment, one.epoch) for one in opened.granted if one.key is not None}
    assert {(compartment, epoch) for compartment, state in after.items() for epoch in state.epochs} <= reached


def test_however_little_one_entry_lists_all_get_a_new_key_and_none_is_parted_that_fits(
    filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a compartment an entry lists its new epoch, two grants of it, and the grant of the one before: four."""
    monkeypatch.setattr(new_sheets, "ITEMS_IN_ONE_ENTRY", 8)
    with filled.open() as session:
        change_sheets(session, secret_of(session))
        done: list[int] = []
        assert follow_sheets(session, lambda replaced, _: done.append(replaced)) == Followed(6, 0)
        assert (done, stale(session)) == ([2, 4, 6], set())


def test_what_this_member_may_not_give_waits_for_somebody_else(filled: Filled) -> None:
    with filled.open() as session:
        ada = admit(session, roles={Role.CASEWORKER})
        sharing.grant(session, filled.cases[0], [ada.member])
        change_sheets(session, secret_of(session))
        words = words_of(session.directory.sheets_digest)
    with ada.open(filled.place) as session:
        held = len(states(session))
        assert follow_sheets(session) == Followed(0, 0)  # nobody compared the words here
        choose_sheets(session, list(words))
        assert follow_sheets(session) == Followed(1, held - 1)
        assert filled.cases[0] not in stale(session)


def test_while_the_log_is_in_doubt_nobody_follows(session: Session) -> None:
    change_sheets(session, secret_of(session))
    size, session.alarms = session.log.size, (Finding(Code.FORK, Message("A log forked.")),)
    with pytest.raises(VerificationError, match="this waits until the log is sound"):
        follow_sheets(session)
    assert session.log.size == size
