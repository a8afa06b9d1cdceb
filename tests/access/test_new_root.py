"""Another root: what is written with the roster that names it, and which compartments get new keys for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.services.colleague import admit
from tests.services.founded import Filled, Place
from vault.access.membership import new_root
from vault.access.membership.new_root import Followed, change_root, follow_root, stale_compartments
from vault.access.recovery_session import opened_by_sheets
from vault.access.seat_keys.rekeying import doors_here
from vault.access.seat_keys.root_secret import kept_secret, root_of
from vault.access.session import Session
from vault.access.trust.directory import RECOVERY
from vault.access.trust.new_epochs import next_holders
from vault.errors import BrokenSealError, RefusedError, VerificationError
from vault.ids import CompartmentId, CompartmentKind
from vault.policy.roles import Role
from vault.records.seatlog import Holder
from vault.records.work import Entry, Work
from vault.seal.entrance.doors import open_recovery_door
from vault.seal.entrance.keyfile import KeyFile
from vault.seal.purposes import Purpose
from vault.seal.recipients import KemPrivate
from vault.seal.recovery import derive_recovery_seed
from vault.services.grants import sharing
from vault.validity.compartment_access import CompartmentState
from vault.words.finding import Code, Finding
from vault.words.message import Message


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
    assert session.directory.effective.root_public == root_of(new)


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
            change_root(session, old)
    with killed[0].open() as session:
        kept = secret_of(session)
        assert (kept != old) is after
        assert root_of(kept) == session.directory.effective.root_public


def test_the_next_entry_begins_an_audit_epoch_that_the_old_sheets_do_not_open(session: Session) -> None:
    new = change_root(session, secret_of(session))
    assert session.log.period_is_over
    assert Holder(RECOVERY, recovery_of(new).public) in session.log.auditors


def test_another_secret_than_the_present_roots_changes_nothing(session: Session) -> None:
    size, keys = session.log.size, keys_of(session)
    with pytest.raises(RefusedError, match="this is not the secret of the root that is in effect now"):
        change_root(session, bytes(32))
    assert (session.log.size, keys_of(session)) == (size, keys)


def test_while_the_log_is_in_doubt_no_root_is_changed(session: Session) -> None:
    size, secret, keys = session.log.size, secret_of(session), keys_of(session)
    session.alarms = (Finding(Code.FORK, Message("A log forked.")),)
    with pytest.raises(VerificationError, match="this waits until the log is sound"):
        change_root(session, secret)
    assert (session.log.size, kept_row(session), keys_of(session)) == (size, secret, keys)


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
        change_root(session, secret_of(session))
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
        new, before = change_root(session, secret_of(session)), states(session)
        seen: list[tuple[int, int]] = []
        assert follow_root(session, lambda done, total: seen.append((done, total))) == Followed(len(before), 0)
        after, size = states(session), session.log.size
        assert seen == [(len(before), len(before))]
        for compartment, state in after.items():
            assert {*before[compartment].epochs} < {*state.epochs}
            assert {*state.current}.isdisjoint(before[compartment].epochs)
        assert (stale(session), follow_root(session), session.log.size) == (set(), Followed(0, 0), size)
    with opened_by_sheets(filled.path, new) as opened:
        reached = {(one.compartment, one.epoch) for one in opened.granted if one.key is not None}
    assert {(compartment, epoch) for compartment, state in after.items() for epoch in state.epochs} <= reached


def test_however_little_one_entry_lists_all_get_a_new_key_and_none_is_parted_that_fits(
    filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a compartment an entry lists its new epoch, two grants of it, and the grant of the one before: four."""
    monkeypatch.setattr(new_root, "ITEMS_IN_ONE_ENTRY", 8)
    with filled.open() as session:
        change_root(session, secret_of(session))
        done: list[int] = []
        assert follow_root(session, lambda replaced, _: done.append(replaced)) == Followed(6, 0)
        assert (done, stale(session)) == ([2, 4, 6], set())


def test_what_this_member_may_not_give_waits_for_somebody_else(filled: Filled) -> None:
    with filled.open() as session:
        ada = admit(session, roles={Role.CASEWORKER})
        sharing.grant(session, filled.cases[0], [ada.member])
        change_root(session, secret_of(session))
    with ada.open(filled.place) as session:
        held = len(states(session))
        assert follow_root(session) == Followed(1, held - 1)
        assert filled.cases[0] not in stale(session)


def test_while_the_log_is_in_doubt_nobody_follows(session: Session) -> None:
    change_root(session, secret_of(session))
    size, session.alarms = session.log.size, (Finding(Code.FORK, Message("A log forked.")),)
    with pytest.raises(VerificationError, match="this waits until the log is sound"):
        follow_root(session)
    assert session.log.size == size
