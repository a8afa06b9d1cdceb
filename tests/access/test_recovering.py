"""A seat from sheets: which keys it is given and when, which slot and doors it has, what is written and what is not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.access.test_new_sheets import secret_of as secret_in
from tests.services import colleague
from tests.services.colleague import admit, end_seats
from tests.services.founded import MEMBER, Filled, Place
from tests.tables import refuses
from vault import platform
from vault.access import recovering
from vault.access.membership.sheets import change_sheets, follow_sheets
from vault.access.recovering import BroughtBack, Wish, bring_back
from vault.access.recovery_session import RecoverableKeys, RecoveryScope, open_door, opened_by_sheets
from vault.access.seat_keys.rekeying import read_key_file
from vault.access.seat_keys.root_secret import root_of
from vault.access.session import Session
from vault.access.unlock import unlock
from vault.errors import NewerVaultError, NoVaultError, RefusedError, VerificationError
from vault.ids import CompartmentKind, SeatId
from vault.log.items import ItemKind, decode_items
from vault.policy.roles import Role
from vault.records.epochs import read_notice
from vault.records.versions import open_each
from vault.records.work import Entry
from vault.seal.purposes import Purpose
from vault.seal.recipients import GrantContext, KemPrivate, seal_to
from vault.seal.recovery import derive_recovery_seed, derive_root_seed
from vault.services.evidence import logbook
from vault.services.grants import sharing
from vault.services.members import members
from vault.store.engine import Database
from vault.store.files import write_aside

NEW = b"five wooden herons"
NEWCOMER = "Ona Brisk"


def secret_of(place: Place) -> bytes:
    with place.open() as session:
        return secret_in(session)


def bring(place: Place, secret: bytes, name: str = MEMBER, **wish: bool) -> BroughtBack:
    wanted = {"new_admin": False, "everything": False, "ends_old": True, **wish}
    with opened_by_sheets(place.path, secret) as opened:
        return bring_back(opened, Wish(name, **wanted), bytearray(NEW), state=place.state)


def reopen(place: Place, name: str = MEMBER) -> Session:
    return unlock(place.path, member=name, passphrase=bytearray(NEW), state=place.state)


def reverse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let recovery find what it holds in the other order: the directory last, of each compartment the newest first."""
    real = RecoveryScope.reached

    def reversed_(judge: RecoveryScope) -> list[RecoverableKeys]:
        home = judge.opened.directory.compartment
        found = [RecoverableKeys(one.state, one.keys[::-1]) for one in real(judge)]
        return sorted(found, key=lambda one: one.state.compartment == home)

    monkeypatch.setattr(RecoveryScope, "reached", reversed_)


def granted(session: Session, seat: SeatId, *, audit: bool) -> list[bytes]:
    """Return the epochs of which some row grants a seat the key: those of audit, or all others."""
    with session.database.reading() as rows:
        notices = [notice for row in rows.epochs() if (notice := read_notice(row)) is not None]
        ours = {one.epoch for one in notices if (one.kind is CompartmentKind.AUDIT) == audit}
        return sorted(row.epoch for row in rows.grants() if row.seat == seat and row.epoch in ours)


def members_said(session: Session) -> list[dict[str, object]]:
    """Return what the records of the directory say of members."""
    home = session.directory.compartment
    with session.database.reading() as rows:
        opened, _ = open_each(rows.versions(home), vault=session.vault, keyring=session.keyring)
    return [dict(one.content.fields) for one in opened if one.content.kind == "member"]


def add_directory_key(session: Session) -> bytes:
    with session.work() as work:
        holders = session.directory.holders([session.seat])
        epoch = work.add_key(session.directory.compartment, CompartmentKind.DIRECTORY, holders)
        work.commit(Entry(act="key.rotate"))
    return epoch


@pytest.mark.parametrize("limit", [1, 800])
def test_every_key_is_given_once_and_the_directorys_with_the_admission_however_many_entries_it_takes(
    founded: Place, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    secret = secret_of(founded)
    with founded.open() as session:
        add_directory_key(session)
        seat = session.seat
        shared, audit = granted(session, seat, audit=False), granted(session, seat, audit=True)
        home = set(session.keyring.epochs_of(session.directory.compartment))
    assert len(home) == 2
    reverse(monkeypatch)
    monkeypatch.setattr(recovering, "ITEMS_IN_ONE_ENTRY", limit)
    back = bring(founded, secret)
    with reopen(founded) as session:
        assert granted(session, back.seat, audit=False) == shared
        assert set(audit) < set(granted(session, back.seat, audit=True))
        assert len(audit) == len(set(audit))
        with session.database.reading() as rows:
            first = rows.operation(session.log.origin, 0)
            assert first is not None
            given = {item.digest for item in decode_items(first.list) if item.kind == ItemKind.GRANT}
            with_admission = {epoch for epoch in shared if epoch + back.seat in given}
        kept = {epoch for one in session.keyring.compartments() for epoch in session.keyring.epochs_of(one)}
        # A seat keeps no audit key.
        assert kept.isdisjoint(audit)
        told = [line.payload.covers for line in logbook.newest(session, act="access.recover").lines if line.payload]
    assert len(with_admission & home) == min(limit, 2)
    assert (with_admission - home == set()) == (limit == 1)
    assert [covers for covers in told if covers] == [{"compartments": back.compartments, "ended": 1}]


@pytest.mark.parametrize("ends_old", [True, False])
def test_the_entry_says_how_much_was_given_and_ended_and_pins_know_the_keys_file(
    founded: Place, ends_old: bool
) -> None:
    back = bring(founded, secret_of(founded), ends_old=ends_old)
    generation = read_key_file(founded.path / "keys").header.generation
    with reopen(founded) as session:
        (told,) = [line.payload for line in logbook.newest(session, act="access.recover").lines]
        assert session.pins is not None
        assert session.pins.keys_generation == generation > 0
    assert told is not None
    assert told.covers == {"compartments": back.compartments} | ({"ended": 1} if ends_old else {})


def test_the_name_of_a_new_admin_is_under_a_key_that_no_ended_device_has(
    founded: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = secret_of(founded)
    with founded.open() as session:
        oren = admit(session)
        end_seats(session, oren.seat)
    reverse(monkeypatch)
    back = bring(founded, secret, NEWCOMER, new_admin=True)
    with reopen(founded, NEWCOMER) as session, session.database.reading() as rows:
        home, founder = session.directory.compartment, session.directory.beginning.founder.seat
        (epoch,) = {row.epoch for row in rows.versions(home) if row.origin == session.log.origin}
        had = {row.seat for row in rows.grants_of(epoch)}
    assert had == {founder, back.seat, session.directory.recovery_seat}


def test_who_is_brought_back_is_called_as_before_and_who_is_new_by_the_name_that_was_wished(founded: Place) -> None:
    secret = secret_of(founded)
    with founded.open() as session:
        before = members_said(session)
    bring(founded, secret, MEMBER.upper(), ends_old=False)
    back = bring(founded, secret, f" {NEWCOMER} ", new_admin=True)
    with founded.open() as session:
        said = members_said(session)
    assert [one for one in said if one not in before] == [{"member": back.member, "name": NEWCOMER}]
    assert len(said) == len(before) + 1


def test_each_seat_has_its_own_slot_and_whoever_was_here_keeps_a_door(founded: Place) -> None:
    secret = secret_of(founded)
    with founded.open() as session:
        oren = admit(session)  # who has not opened it yet
    bring(founded, secret, ends_old=False)
    bring(founded, secret, NEWCOMER, new_admin=True)
    for name in (MEMBER, NEWCOMER):
        reopen(founded, name).close()
    founded.open().close()
    oren.open(founded).close()


@pytest.mark.parametrize("everything", [False, True])
def test_a_member_is_given_what_their_seats_held_and_all_of_recoverys_only_where_it_was_asked_for(
    filled: Filled, everything: bool
) -> None:
    secret = secret_of(filled.place)
    with filled.open() as session:
        oren = admit(session, roles={Role.CASEWORKER})
        sharing.grant(session, filled.cases[0], [oren.member])
        held = {name: granted(session, seat, audit=False) for name, seat in (("all", session.seat), ("own", oren.seat))}
    assert set(held["own"]) < set(held["all"])
    back = bring(filled.place, secret, colleague.NAME, everything=everything)
    with filled.open() as session:
        assert granted(session, back.seat, audit=False) == held["all" if everything else "own"]
    assert (back.left == 0) is everything


def test_who_was_an_auditor_and_is_none_any_more_is_given_no_audit_keys(founded: Place) -> None:
    secret = secret_of(founded)
    with founded.open() as session:
        noor = admit(session, roles={Role.AUDITOR})
        with session.work() as work:
            work.commit(Entry(act="log.read"))
        assert granted(session, noor.seat, audit=True)
        assert members.change_roles(session, noor.member, ["caseworker"]).is_done
    back = bring(founded, secret, colleague.NAME)
    with founded.open() as session:
        assert granted(session, back.seat, audit=False)
        assert granted(session, back.seat, audit=True) == []


def test_sheets_that_hold_no_key_of_the_directory_by_right_write_nothing(
    founded: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, keys = secret_of(founded), read_key_file(founded.path / "keys")
    monkeypatch.setattr(RecoveryScope, "reached", lambda _: [])
    refuses(VerificationError, "recovery holds no key of the directory", bring, founded, secret)
    monkeypatch.undo()
    assert read_key_file(founded.path / "keys") == keys
    founded.open().close()


def test_a_root_that_does_not_count_admits_nobody(founded: Place) -> None:
    keys = read_key_file(founded.path / "keys")
    with opened_by_sheets(founded.path, secret_of(founded)) as opened:
        wish = Wish(MEMBER, new_admin=False, everything=False, ends_old=True)
        with pytest.raises(VerificationError, match="the sheets do not admit this device"):
            bring_back(replace(opened, root_seed=bytes(32)), wish, bytearray(NEW), state=founded.state)
    assert read_key_file(founded.path / "keys") == keys


def test_who_comes_back_twice_with_one_passphrase_opens_the_newest_seat(
    founded: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The slot of the seat before opens under the same passphrase: it is emptied, wherever it lies."""
    secret, numbers = secret_of(founded), iter([9, 3])
    monkeypatch.setattr(recovering, "free_slot", lambda rows: next(numbers))
    bring(founded, secret)
    back = bring(founded, secret)
    with reopen(founded) as session:
        assert session.seat == back.seat


def test_the_slots_of_seats_that_go_on_stay(founded: Place) -> None:
    secret = secret_of(founded)
    before = read_key_file(founded.path / "keys")
    back = bring(founded, secret, ends_old=False)
    assert back.ended == ()
    changed = [old != new for old, new in zip(before.slots, read_key_file(founded.path / "keys").slots, strict=True)]
    assert sum(changed) == 1
    founded.open().close()


# A vault opened by its sheets alone: where it lies, what a crash left, and which sheets are in effect.


def require_refused(filled: Filled, secret: bytes, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text), opened_by_sheets(filled.path, secret):
        pass


@pytest.mark.parametrize("name", ["keys", "vault.db"])
def test_a_folder_that_lacks_a_part_is_no_vault(filled: Filled, name: str) -> None:
    secret = secret_of(filled.place)
    (filled.path / name).unlink()
    require_refused(filled, secret, NoVaultError, f"there is no vault at .*: the file {name} is missing")


def test_sheets_open_no_vault_where_unlock_would_open_none(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = secret_of(filled.place)
    asked: list[Path] = []

    def refuse(path: Path) -> str:
        asked.append(path)
        return "the disk is somebody else's, says the test"

    monkeypatch.setattr(platform, "is_network_or_synced", refuse)
    require_refused(filled, secret, RefusedError, "somebody else's, says the test")
    assert asked == [filled.path]


def test_a_vault_of_a_newer_program_is_not_opened_by_sheets_either(filled: Filled) -> None:
    with filled.open() as session:
        secret = secret_in(session)
        with session.database.transaction() as rows:
            rows.connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0999'")
    require_refused(filled, secret, NewerVaultError, "this vault has schema 0999")


def test_a_change_of_keys_that_a_crash_cut_off_is_finished(filled: Filled) -> None:
    with filled.open() as session:
        secret = secret_in(session)
        changed = read_key_file(filled.path / "keys").with_slot(7, bytes(range(256)) * 4)
        write_aside(session.folder.keys, changed.encode())
        with session.work() as work:
            work.list_keys_file(changed.header.folder, changed.digest())
            work.commit(Entry(act="keys.change"))
    with opened_by_sheets(filled.path, secret) as opened:
        assert opened.file == changed == read_key_file(filled.path / "keys")


def test_a_door_that_holds_no_key_is_none_that_the_sheets_open(filled: Filled) -> None:
    secret = secret_of(filled.place)
    file = read_key_file(filled.path / "keys")
    public = KemPrivate.from_seed(derive_recovery_seed(secret)).public
    context = GrantContext(Purpose.DOOR, file.header.vault, to_seat=b"\xff" * 16)
    empty = file.with_doors(file.doors, seal_to(public, bytes(64), context))
    refuses(VerificationError, "these sheets do not open this vault", open_door, empty, secret)


@pytest.mark.parametrize("changes", [0, 1, 2])
def test_sheets_of_whichever_set_counts_now_open_it_and_the_vault_keeps_its_words(filled: Filled, changes: int) -> None:
    with filled.open() as session:
        anchor = session.anchor
        for _ in range(changes):
            change_sheets(session, secret_in(session))
            follow_sheets(session)
        secret, chosen = secret_in(session), session.directory.chosen
    with opened_by_sheets(filled.path, secret) as opened:
        assert (opened.directory.anchor, opened.root_seed) == (anchor, derive_root_seed(secret))
        assert opened.directory.chosen == chosen[-1:]
        assert len(chosen) == changes
    bring(filled.place, secret)
    with reopen(filled.place) as session:
        assert (session.directory.root_public, session.directory.chosen) == (root_of(secret), chosen[-1:])


def test_what_replaced_sheets_sign_counts_nowhere_where_the_new_ones_are_in_effect(filled: Filled) -> None:
    """Their door is gone by then; an old `keys` file beside a newer database has it still."""
    old = (filled.path / "keys").read_bytes()
    with filled.open() as session:
        first = secret_in(session)
        change_sheets(session, first)
    newer = (filled.path / "keys").read_bytes()
    (filled.path / "keys").write_bytes(old)
    back = bring(filled.place, first, NEWCOMER, new_admin=True)
    (filled.path / "keys").write_bytes(newer)
    with filled.open() as session:
        assert back.seat not in session.directory.certificates
        assert back.member not in session.directory.members


def test_the_vault_is_closed_when_the_work_of_the_sheets_ends(filled: Filled, closed: list[Database]) -> None:
    secret = secret_of(filled.place)
    with opened_by_sheets(filled.path, secret) as opened:
        assert opened.database not in closed
    assert opened.database in closed
