"""Another root: what is written with the roster that names it, and which compartments get new keys for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pytest

from vault.access import new_root
from vault.access.alarms import Alarm
from vault.access.directory import RECOVERY, Directory
from vault.access.enrolling import commit_roster
from vault.access.new_root import Followed, change_root, follow_root, stale_compartments
from vault.access.rekeying import doors_here
from vault.access.root_secret import kept_secret, root_of
from vault.access.session import Session
from vault.errors import BrokenSealError, InternalError, RefusedError, TryAgainError, VerificationError
from vault.ids import CompartmentId, EpochId, Origin, SeatId
from vault.log.epochs import CompartmentKind, EpochNotice
from vault.log.header import Header
from vault.log.roster import Roster, RosterChain, make_roster
from vault.log.roster_entries import RosterHead
from vault.log.roster_rules import Standing
from vault.policy.rights import rights_table
from vault.policy.roles import Role
from vault.records.authority import Entry as Author
from vault.records.drops import CountedEpoch, Made
from vault.records.holding import CompartmentState
from vault.records.seatlog import Holder
from vault.records.work import Entry
from vault.seal.doors import open_recovery_door
from vault.seal.keyfile import KeyFile
from vault.seal.keyring import Keyring
from vault.seal.purposes import Purpose
from vault.seal.recipients import KemPrivate
from vault.seal.recovery import derive_recovery_seed
from vault.store.rowtypes import LocalRow, OperationRow

if TYPE_CHECKING:
    from vault.records.work import Work


def secret_of(session: Session) -> bytes:
    secret = kept_secret(session)
    assert secret is not None
    return secret


def recovery_of(secret: bytes) -> KemPrivate:
    return KemPrivate.from_seed(derive_recovery_seed(secret))


def keys_of(session: Session) -> KeyFile:
    return KeyFile.decode(session.folder.keys.read_bytes())


def kept_row(session: Session) -> bytes:
    with session.database.reading() as rows:
        row = rows.local(session.seat, Purpose.ROOT_SECRET)
    assert row is not None
    return session.log.place.open_row(row)


# ---- the roster, the door and the row


def test_the_next_roster_names_the_new_root_and_recovery_and_both_roots_sign_it(session: Session) -> None:
    old = secret_of(session)
    new = change_root(session, old)
    newest = session.directory.chain.newest
    assert newest is not None
    assert (newest.head.new_root, newest.head.recovery) == (root_of(new), recovery_of(new).public)
    assert {signer for signer, _ in newest.signatures} == {root_of(old), root_of(new)}
    assert session.directory.standing.root_public == root_of(new)


def test_the_recovery_door_opens_for_the_new_sheets_alone(session: Session) -> None:
    before, old = keys_of(session), secret_of(session)
    new = change_root(session, old)
    after = keys_of(session)
    assert (after.header.generation, after.doors) == (before.header.generation + 1, before.doors)
    doors = open_recovery_door(recovery_of(new), session.vault, after.recovery_door)
    assert doors == doors_here(session, after)
    with pytest.raises(BrokenSealError):
        open_recovery_door(recovery_of(old), session.vault, after.recovery_door)


def test_the_new_secret_alone_is_kept_and_the_old_one_is_not_left_in_the_write_ahead_log(session: Session) -> None:
    new = change_root(session, secret_of(session))
    assert kept_row(session) == new
    wal = session.folder.database.with_name(session.folder.database.name + "-wal")
    assert wal.stat().st_size == 0


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_on_either_side_of_the_commit_leaves_the_secret_that_counts(
    session: Session, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    old = secret_of(session)

    def cut_off(session: Session, roster: Roster, *, keys: KeyFile, rows: Sequence[LocalRow]) -> None:
        with session.database.transaction() as stored:
            for row in rows:
                stored.put_local(row)
        if when == "after":
            commit_roster(session, roster, keys=keys, rows=rows)
        raise TryAgainError("the power is gone, says the test")

    monkeypatch.setattr(new_root, "commit_roster", cut_off)
    with pytest.raises(TryAgainError, match="says the test"):
        change_root(session, old)
    kept = secret_of(session)
    assert (kept == old) is (when == "before")
    assert root_of(kept) == session.directory.standing.root_public


def test_the_next_entry_begins_an_audit_epoch_that_the_old_sheets_do_not_open(session: Session) -> None:
    new = change_root(session, secret_of(session))
    assert session.log.period_is_over
    assert Holder(RECOVERY, recovery_of(new).public) in session.log.auditors


def test_another_secret_than_the_present_roots_changes_nothing(session: Session) -> None:
    size, keys = session.log.size, keys_of(session)
    with pytest.raises(RefusedError, match="this is not the secret of the root that counts now"):
        change_root(session, bytes(32))
    assert (session.log.size, keys_of(session)) == (size, keys)


def test_while_the_log_is_in_doubt_no_root_is_changed(session: Session) -> None:
    size, secret, keys = session.log.size, secret_of(session), keys_of(session)
    session.alarms = (Alarm("fork", "A log forked."),)
    with pytest.raises(VerificationError, match="this waits until the log is sound: A log forked"):
        change_root(session, secret)
    assert (session.log.size, kept_row(session), keys_of(session)) == (size, secret, keys)


def test_a_change_of_the_root_that_would_end_a_seat_is_an_error_of_the_program() -> None:
    with pytest.raises(InternalError, match="ends or lowers nobody, not 07070707"):
        new_root._nobody_goes(SeatId(b"\x07" * 16))


# ---- which compartments are still open to the old sheets

OWN, OTHER = SeatId(b"a" * 16), SeatId(b"b" * 16)
ORIGIN = Origin(b"o" * 32)
CASES = [CompartmentId(bytes([n]) * 16) for n in range(1, 5)]
FIRST, SECOND, THIRD = (EpochId(bytes([n]) * 16) for n in (21, 22, 23))


def roster(number: int, recovery: bytes) -> Roster:
    head = RosterHead(b"v" * 16, number, (bytes(32),) * bool(number), recovery * 1216, 2, (1,))
    return make_roster(head, [], [], random=bytes)


OLD, NEW = roster(0, b"1"), roster(1, b"2")
STANDING = Standing(NEW.head, (NEW.root,), b"R" * 32, {}, {}, (), root_must_sign=False)
HOLDER = Holder(RECOVERY, NEW.head.recovery)
# Where an entry stands -> its header: it names the old roster, the new one, one that does not count, or is none.
HEADERS = {
    seq: Header(bytes(32), named, None, ORIGIN, seq, bytes(32), bytes(32)).encode()
    for seq, named in enumerate((OLD.root, NEW.root, b"x" * 32))
} | {3: b"no header"}
BY_OLD, BY_NEW, BY_NONE, NO_HEADER, NOT_HERE = range(5)


def epoch(one: EpochId, *made: int, replaced: Sequence[EpochId] = (), holders: Sequence[SeatId] = ()) -> CountedEpoch:
    """Return an epoch of which notices stand at these places."""
    notice = EpochNotice(1, b"v" * 16, CASES[0], CompartmentKind.CASE, one, tuple(replaced))
    rights = rights_table(2)
    authors = [Author(ORIGIN, seq, (), OWN, frozenset(), rights, founds_vault=False, recovers=False) for seq in made]
    return CountedEpoch(
        tuple(Made(notice, author) for author in authors), frozenset(replaced), frozenset(holders or (OWN, RECOVERY))
    )


def state(
    case: CompartmentId, epochs: dict[EpochId, CountedEpoch], kind: CompartmentKind = CompartmentKind.CASE
) -> CompartmentState:
    return CompartmentState(case, kind, epochs, {})


class Log:
    """The entries in which epochs were made; stands for `Rows`."""

    def operation(self, origin: bytes, seq: int) -> OperationRow | None:
        assert origin == ORIGIN
        return OperationRow(origin, seq, HEADERS[seq], b"", b"", b"") if seq in HEADERS else None


@dataclass
class Giver:
    """A seat that holds compartments; stands for `Session`, its database and `Work`."""

    states: dict[CompartmentId, CompartmentState | None]
    roles: frozenset[Role] = frozenset({Role.CASEWORKER})
    keyring: Keyring = field(default_factory=Keyring)
    written: list[list[Any]] = field(default_factory=list)
    fault: VerificationError | None = None

    def __post_init__(self) -> None:
        for case, held in self.states.items():
            for n, one in enumerate({} if held is None else held.epochs):
                self.keyring.add(case, bytes([case[0]]) * 8 + one[:8], bytes([n + 1]) * 32)
        for case in self.states.keys() - set(self.keyring.compartments()):
            self.keyring.add(case, case, b"k" * 32)

    @property
    def directory(self) -> Directory:
        return Directory(CompartmentId(b"d" * 16), RosterChain((OLD, NEW), STANDING, (), {}), STANDING)

    @property
    def database(self) -> Giver:
        return self

    @contextmanager
    def reading(self) -> Iterator[Log]:
        yield Log()

    def state_of(self, compartment: CompartmentId) -> CompartmentState | None:
        return self.states[compartment]

    def require_sound_log(self, *where: CompartmentId) -> None:
        if self.fault is not None:
            raise self.fault

    @contextmanager
    def work(self) -> Iterator[Work]:
        self.written.append([])
        yield cast("Work", self)

    def replace_epoch(self, *given: object, replaced: Sequence[EpochId]) -> None:
        self.written[-1].append((*given, replaced))

    def grant(self, *given: object) -> None:
        self.written[-1].append(given)

    def commit(self, entry: Entry) -> None:
        self.written[-1].append(entry)

    def stale(self) -> list[bytes]:
        return [one.compartment for one in stale_compartments(cast("Session", self))]

    def follow(self, **more: Any) -> Followed:
        return follow_root(cast("Session", self), **more)


@pytest.mark.parametrize(
    ("made", "is_stale"),
    [
        ([BY_OLD], True),
        ([BY_NEW], False),
        ([BY_OLD, BY_NEW], False),
        ([BY_NEW, BY_OLD], False),
        ([BY_OLD, BY_OLD], True),
        ([BY_NONE], True),
        ([NO_HEADER], True),
        ([NOT_HERE], True),
        ([BY_NONE, NO_HEADER, NOT_HERE, BY_NEW], False),
    ],
)
def test_an_epoch_is_open_to_the_old_sheets_unless_a_notice_of_it_was_made_under_the_newest_recovery_key(
    made: list[int], *, is_stale: bool
) -> None:
    giver = Giver({CASES[0]: state(CASES[0], {FIRST: epoch(FIRST, *made)})})
    assert giver.stale() == (CASES[:1] if is_stale else [])


def test_only_current_epochs_are_asked_and_one_of_several_is_enough() -> None:
    replaced = {FIRST: epoch(FIRST, BY_OLD), SECOND: epoch(SECOND, BY_NEW, replaced=[FIRST])}
    both = {**replaced, THIRD: epoch(THIRD, BY_OLD, replaced=[FIRST])}
    giver = Giver({CASES[0]: state(CASES[0], replaced), CASES[1]: state(CASES[1], both)})
    assert giver.stale() == CASES[1:2]


def test_what_does_not_count_and_what_recovery_never_held_is_passed_over() -> None:
    without = state(CASES[1], {FIRST: epoch(FIRST, BY_OLD, holders=[OWN])})
    stale = {case: state(case, {FIRST: epoch(FIRST, BY_OLD)}) for case in CASES[2:]}
    assert Giver({CASES[0]: None, CASES[1]: without, **stale}).stale() == CASES[2:]


# ---- new keys


@pytest.fixture
def _all_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(new_root, "waits_for", lambda *given, **named: [])


@pytest.mark.usefixtures("_all_is_here")
def test_each_gets_a_new_epoch_and_recovery_gets_those_before_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    epochs = {FIRST: epoch(FIRST, BY_OLD), SECOND: epoch(SECOND, BY_OLD, replaced=[FIRST])}
    giver = Giver({CASES[0]: state(CASES[0], epochs)})
    holders = [Holder(OWN, b"k" * 1216), HOLDER]
    monkeypatch.setattr(new_root, "next_holders", lambda directory, state: holders)
    seen: list[tuple[int, int]] = []
    assert giver.follow(progress=lambda done, total: seen.append((done, total))) == Followed(1, 0)
    earlier = giver.keyring.epochs_of(CASES[0])
    assert len(earlier) == 2
    assert giver.written == [
        [
            (CASES[0], CompartmentKind.CASE, holders, (SECOND,)),
            *((CASES[0], one, [HOLDER]) for one in earlier),
            Entry(act="key.rotate", out="ok:recovery"),
        ]
    ]
    assert seen == [(1, 1)]


@pytest.mark.usefixtures("_all_is_here")
def test_what_this_member_may_not_give_waits_for_somebody_else() -> None:
    stale = {case: state(case, {FIRST: epoch(FIRST, BY_OLD)}) for case in CASES[:2]}
    directory = state(CASES[2], {FIRST: epoch(FIRST, BY_OLD)}, CompartmentKind.DIRECTORY)
    giver = Giver({CASES[2]: directory, **stale})
    assert giver.follow() == Followed(2, 1)
    assert [one[0] for one in giver.written[0][:-1]] == [CASES[0], CASES[0], CASES[1], CASES[1]]
    assert Giver(giver.states, roles=frozenset({Role.LEGAL_REVIEWER})).follow() == Followed(0, 3)


def test_where_nothing_is_stale_nothing_is_written() -> None:
    giver = Giver({CASES[0]: state(CASES[0], {FIRST: epoch(FIRST, BY_NEW)})})
    assert giver.follow() == Followed(0, 0)
    assert giver.written == []


@pytest.mark.usefixtures("_all_is_here")
@pytest.mark.parametrize(
    ("items", "entries"),
    [
        ([400, 400], [2]),
        ([400, 401, 100], [1, 2]),
        ([900, 2, 2], [1, 2]),
        ([300, 300, 300, 300], [2, 2]),
    ],
)
def test_one_entry_lists_at_most_800_new_keys_and_grants_unless_one_compartment_alone_needs_more(
    monkeypatch: pytest.MonkeyPatch, items: list[int], entries: list[int]
) -> None:
    """Of what an entry lists for a compartment two are its new epoch and the grant of the one before."""
    stale = [state(case, {FIRST: epoch(FIRST, BY_OLD)}) for case in CASES[: len(items)]]
    sizes = {one.compartment: count - 2 for one, count in zip(stale, items, strict=True)}
    monkeypatch.setattr(new_root, "next_holders", lambda directory, state: [HOLDER] * sizes[state.compartment])
    giver = Giver({one.compartment: one for one in stale})
    seen: list[tuple[int, int]] = []
    assert giver.follow(progress=lambda done, total: seen.append((done, total))) == Followed(len(items), 0)
    assert [(len(written) - 1) // 2 for written in giver.written] == entries
    assert seen == [(sum(entries[: n + 1]), len(items)) for n in range(len(entries))]


def test_while_the_log_is_in_doubt_nobody_follows() -> None:
    giver = Giver({CASES[0]: state(CASES[0], {FIRST: epoch(FIRST, BY_OLD)})}, fault=VerificationError("in doubt"))
    with pytest.raises(VerificationError, match="in doubt"):
        giver.follow()
    assert giver.written == []
