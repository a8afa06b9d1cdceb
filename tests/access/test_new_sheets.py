"""Other sheets: what is written with the act that names them, and what they read that the old ones do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.services.colleague import admit
from tests.services.founded import Filled, Place
from tests.tables import refuses
from vault.access.membership.sheets import change_sheets, choose_sheets, follow_sheets, stale_compartments
from vault.access.recovery_session import opened_by_sheets
from vault.access.seat_keys.rekeying import doors_here, read_key_file
from vault.access.seat_keys.root_secret import kept_secret, root_of
from vault.access.session import Session
from vault.errors import BrokenSealError, RefusedError, VerificationError
from vault.ids import CompartmentId, RecordId, make_id
from vault.policy.roles import Role
from vault.records.seatlog import Holder
from vault.records.work import Entry, Work
from vault.seal.entrance.doors import open_recovery_door
from vault.seal.purposes import Purpose
from vault.seal.recipients import KemPrivate
from vault.seal.recovery import derive_recovery_seed, words_of
from vault.services.grants import sharing
from vault.words.finding import Code, Finding
from vault.words.message import Message


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
    refuses(RefusedError, "these are not the recovery sheets that are in effect", change_sheets, session, bytes(32))
    assert (session.log.size, read_key_file(session.folder.keys)) == (size, keys)


def test_while_the_log_is_in_doubt_no_sheets_are_changed(session: Session) -> None:
    size, secret, keys = session.log.size, secret_of(session), read_key_file(session.folder.keys)
    session.alarms = (Finding(Code.FORK, Message("A log forked.")),)
    refuses(VerificationError, "this waits until the log is sound", change_sheets, session, secret)
    assert (session.log.size, kept_row(session), read_key_file(session.folder.keys)) == (size, secret, keys)


def shared_with_recovery(session: Session) -> set[CompartmentId]:
    states = session.states_of(map(CompartmentId, session.keyring.compartments()))
    return {compartment for compartment, state in states.items() if state is not None and state.with_recovery}


def opened_with(path: Path, secret: bytes) -> set[bytes]:
    """Return the keys that sheets open."""
    with opened_by_sheets(path, secret) as opened:
        return {one.epoch for one in opened.granted if one.key is not None}


def test_the_new_sheets_open_all_that_they_shall_read_and_the_old_ones_nothing_that_is_written_from_then_on(
    filled: Filled,
) -> None:
    case = filled.cases[0]
    with filled.open() as session:
        with session.work() as work:  # the sheets never read this one
            alone = session.directory.holders([session.seat], with_recovery=False)
            work.found_case(alone, keepers=(), with_recovery=False)
            work.commit(Entry(act="case.create"))
        old = secret_of(session)
        known, shared = {*session.keyring.epochs_of(case)}, shared_with_recovery(session)
        assert stale_compartments(session) == []
        new = change_sheets(session, old)
        stale = stale_compartments(session)
        assert {*filled.cases} <= {*stale} <= shared
        seen: list[tuple[int, int]] = []
        assert follow_sheets(session, lambda done, total: seen.append((done, total))) == len(stale)
        assert seen[-1] == (len(stale), len(stale))
        size = session.log.size
        assert (stale_compartments(session), follow_sheets(session), session.log.size) == ([], 0, size)
        with session.work(case) as work:
            work.write(case, RecordId(make_id()), "note", {})
            work.commit(Entry(act="note.create"))
        with session.database.reading() as rows:
            written = [row.epoch for row in rows.versions(case) if row.seq == size]
        kept = {epoch for one in shared for epoch in session.keyring.epochs_of(one)}
    assert kept <= opened_with(filled.path, new)
    assert written
    assert known.isdisjoint(written)


def test_a_colleague_follows_once_the_words_were_compared(filled: Filled) -> None:
    with filled.open() as session:
        ada = admit(session, roles={Role.CASEWORKER})
        sharing.grant(session, filled.cases[0], [ada.member])
        change_sheets(session, secret_of(session))
        words = words_of(session.directory.sheets_digest)
    with ada.open(filled.place) as session:
        assert follow_sheets(session) == 0
        choose_sheets(session, list(words))
        assert filled.cases[0] in stale_compartments(session)
        assert follow_sheets(session)
        assert stale_compartments(session) == []


def test_while_the_log_is_in_doubt_nobody_follows(session: Session) -> None:
    change_sheets(session, secret_of(session))
    size, session.alarms = session.log.size, (Finding(Code.FORK, Message("A log forked.")),)
    refuses(VerificationError, "this waits until the log is sound", follow_sheets, session)
    assert session.log.size == size
