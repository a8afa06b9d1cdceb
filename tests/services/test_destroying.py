"""Destroying an access: when it is armed, what goes, what stays, and what it does not reach."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.access.test_keychange import PowerCutError, read_keys, replace_step
from tests.access.test_rekeying import cut_change
from tests.services.founded import MEMBER, PASSPHRASE, Filled, Place
from vault.access.pins.delays import AttemptFile
from vault.access.pins.pins import Dates
from vault.access.seat_keys import slots as access
from vault.access.seat_keys.rekeying import slots_here
from vault.access.session import Session
from vault.access.unlock import unlock
from vault.errors import RefusedError, UsageError, VerificationError, WrongPassphraseError
from vault.seal.entrance.doors import open_recovery_door
from vault.seal.purposes import Purpose
from vault.seal.recipients import KemPrivate
from vault.seal.recovery import derive_recovery_seed
from vault.services.credentials import entering
from vault.services.projection import last_done
from vault.services.projection.last_done import Done
from vault.store.engine import open_database

_DAY = 86_400_000


def prove(place: Place) -> bytes:
    """Let this device know of a drill and a backup, and return the secret of the sheets."""
    with place.open() as session:
        with session.database.transaction() as rows:
            row = rows.local(session.seat, Purpose.ROOT_SECRET)
            assert row is not None
            secret = session.log.place.open_row(row)
            rows.delete_local(session.seat, Purpose.ROOT_SECRET)
        last_done.note_drill(session, session.log.now_ms())
        last_done.note(session, Done.BACKUP, session.log.now_ms())
    return secret


def destroy(place: Place, typed: str = entering.SENTENCE) -> None:
    entering.destroy_access(place.open(), typed=typed)


def test_without_a_way_back_it_is_refused_and_nothing_changes(filled: Filled) -> None:
    keys = read_keys(filled.path)
    with filled.open() as session:
        now = session.log.now_ms()

        def refused(words: str) -> None:
            with pytest.raises(RefusedError, match=words):
                entering.destroy_access(session, typed=entering.SENTENCE)

        refused("no recovery was proven")
        last_done.note(session, Done.BACKUP, now)
        refused("no recovery was proven")
        last_done.note_drill(session, now)
        last_done.note(session, Done.BACKUP, now - 31 * _DAY)
        refused("older than 30 days")
        last_done.note(session, Done.BACKUP, now)
        last_done.note_new_sheets(session)
        refused("no recovery was proven")
        session.dates = Dates(sheets=True)
        last_done.note_drill(session, session.log.now_ms())
        with pytest.raises(RefusedError, match="no backup was made"):
            entering.destroy_access(session, typed=entering.SENTENCE)
    assert read_keys(filled.path) == keys
    filled.open().close()


def test_anything_but_the_sentence_changes_nothing(filled: Filled) -> None:
    prove(filled.place)
    keys = read_keys(filled.path)
    with filled.open() as session:
        for typed in ("", "yes", "y", "destroy", "destroy my access", "destroy my access here!"):
            with pytest.raises(UsageError, match="sentence was not typed"):
                entering.destroy_access(session, typed=typed)
    assert read_keys(filled.path) == keys


def test_afterwards_the_passphrase_opens_nothing_and_the_members_own_files_are_gone(filled: Filled) -> None:
    prove(filled.place)
    with filled.open() as session:
        session.drafts().save(filled.cases[0], b"r" * 16, "typed", "note")
        session.index()
        own = [session.own_drafts, session.own_index]
        with session.database.reading() as rows:
            number = slots_here(rows)[session.seat]
    before = read_keys(filled.path)
    assert all(one.parts() for one in own)
    destroy(filled.place, "  Destroy my access HERE ")
    after = read_keys(filled.path)
    changed = {at for at, (old, new) in enumerate(zip(before.slots, after.slots, strict=True)) if old != new}
    assert changed == {number}
    assert not set(before.doors) & set(after.doors)
    for folder in (filled.path / "drafts", filled.path / "index", filled.state / "pins"):
        assert list(folder.iterdir()) == []
    assert not (filled.path / "keys.new").exists()
    with pytest.raises(WrongPassphraseError, match="no key slot opens"):
        unlock(filled.path, member=MEMBER, passphrase=bytearray(PASSPHRASE), state=filled.state)


def test_the_recovery_sheets_still_reach_the_database_and_the_log_lists_the_change(filled: Filled) -> None:
    secret = prove(filled.place)
    destroy(filled.place)
    file = read_keys(filled.path)
    private = KemPrivate.from_seed(derive_recovery_seed(secret))
    keys = open_recovery_door(private, file.header.vault, file.recovery_door)
    database = open_database(filled.path / "vault.db", keys.new, create=False)
    with database.reading() as rows:
        lists = [row.list for origin in rows.origins() for row in rows.operations(origin)]
        assert (
            rows.locals_for(Purpose.KEYRING) == rows.locals_for(Purpose.SESSION) == rows.locals_for(Purpose.SLOT) == []
        )
    assert file.digest() in lists[-1]
    database.close()


@pytest.mark.parametrize("linked", [False, True])
def test_the_bytes_of_the_file_before_are_overwritten_where_they_lie_unless_a_copy_has_another_name(
    filled: Filled, tmp_path: Path, linked: bool
) -> None:
    prove(filled.place)
    before = (filled.path / "keys").read_bytes()
    if linked:
        os.link(filled.path / "keys", tmp_path / "of a snapshot")
    descriptor = os.open(filled.path / "keys", os.O_RDONLY)
    destroy(filled.place)
    assert (os.pread(descriptor, len(before), 0)[92 : 92 + 1024] == before[92 : 92 + 1024]) is linked
    os.close(descriptor)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["write_aside", "commit", "promote"])
def test_a_power_cut_leaves_an_access_or_none_and_never_half_of_one(
    filled: Filled, monkeypatch: pytest.MonkeyPatch, step: str, when: str
) -> None:
    prove(filled.place)
    session = filled.open()
    with monkeypatch.context() as cutting:
        cut_change(cutting, step, when, 1)
        with pytest.raises(PowerCutError):
            entering.destroy_access(session, typed=entering.SENTENCE)
    session.close()
    if (step, when) == ("promote", "after"):
        with pytest.raises(WrongPassphraseError):
            filled.open()
        return
    if (step, when) in {("commit", "after"), ("promote", "before")}:
        # The log names the new file already: the next unlock finishes the change, and finds itself outside.
        with pytest.raises(VerificationError, match="no door of the keys file opens"):
            filled.open()
        with pytest.raises(WrongPassphraseError):
            filled.open()
    else:
        for _ in range(2):
            filled.open().close()


def test_a_power_cut_behind_the_keys_file_leaves_no_access(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    prove(filled.place)
    session = filled.open()
    with monkeypatch.context() as cutting:
        replace_step(cutting, access, "overwrite_open", "before")
        with pytest.raises(PowerCutError):
            entering.destroy_access(session, typed=entering.SENTENCE)
    session.close()
    with pytest.raises(WrongPassphraseError):
        filled.open()


def attempts_of(session: Session) -> AttemptFile:
    return AttemptFile.in_folder(session.folder, session.state)


def test_slots_are_armed_only_with_a_proven_recovery_and_disarmed_when_it_is_proven_no_more(filled: Filled) -> None:
    with filled.open() as session:
        with pytest.raises(RefusedError, match="only after a recovery drill"):
            entering.destroy_slots_after(session, 20)
        entering.destroy_slots_after(session, None)
        assert attempts_of(session).load().destroy_after is None
    prove(filled.place)
    with filled.open() as session:
        last_done.note_opened(session)
        with pytest.raises(RefusedError, match="before 20"):
            entering.destroy_slots_after(session, 19)
        entering.destroy_slots_after(session, 20)
        last_done.note_opened(session)
        assert attempts_of(session).load().destroy_after == 20
        with session.database.transaction() as rows:
            rows.put_local(session.log.place.seal_row(Purpose.ROOT_SECRET, b"s" * 32))
        last_done.note_opened(session)
        assert attempts_of(session).load().destroy_after is None
