"""From a passphrase to a session: one error, a passphrase that does not outlive it, what is noticed and written."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.access.power import cut_at_commit
from tests.access.told import NOTHING, is_told, told_by
from tests.attacks.outsider import flipped, learn
from tests.english import in_english
from tests.services.colleague import admit
from tests.services.founded import MEMBER, PASSPHRASE, Filled, Place
from tests.tables import refuses
from vault import platform
from vault.access.pins.alarms import clock_alarms, stored
from vault.access.pins.copies import COPIED_ROWS, copy_keys, copy_keys_of
from vault.access.pins.delays import AttemptFile
from vault.access.pins.pins import PinFile, Pinned, Pins
from vault.access.seat_keys.rekeying import read_key_file, slots_here
from vault.access.seat_keys.slots import Factors, change_factors, check_factors, salt_of_vault
from vault.access.session import Session
from vault.access.trust.attempts import note_attempt
from vault.access.unlock import unlock
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.clock import now_ms
from vault.errors import (
    InternalError,
    MalformedError,
    NewerVaultError,
    NoVaultError,
    OpenElsewhereError,
    RefusedError,
    TryAgainError,
    VaultError,
    VerificationError,
    WrongPassphraseError,
)
from vault.ids import CompartmentId, Origin, RecordId, SeatId
from vault.log.genesis import Genesis
from vault.log.tree import TILE_WIDTH
from vault.policy.clocks import JUMP_MS, ClockReading, ClockState
from vault.policy.roles import Action
from vault.records.work import Entry
from vault.seal.entrance.doors import DoorKeys, make_doors
from vault.seal.entrance.keyfile import HEADER_SIZE, KEY_FILE_SIZE, SLOT_BLOB_SIZE, make_slot
from vault.seal.keyring import make_key
from vault.seal.purposes import Purpose
from vault.services.cases import notes
from vault.services.evidence import logbook
from vault.store import tables
from vault.store.engine import Database
from vault.store.files import BALLAST_SIZE
from vault.store.folder import VaultFolder
from vault.store.rowtypes import TileRow
from vault.words.finding import Code, Finding, Severity
from vault.words.message import Message

HOUR_MS = 3_600_000
JUNK = b"\x11" * 32
GONE = SeatId(b"\x07" * 16)
FORK: tuple[object, ...] = ("fork", bytes(32), [], {})


def codes(session: Session) -> list[str]:
    return [alarm.code for alarm in session.alarms]


@contextmanager
def changed(place: Place, name: str, change: Callable[[bytes], bytes | None]) -> Iterator[None]:
    """Have a file of the vault hold something else meanwhile, or be gone."""
    path = place.path / name
    before = path.read_bytes()
    after = change(before)
    path.unlink() if after is None else path.write_bytes(after)
    try:
        yield
    finally:
        path.write_bytes(before)


def unlocked(place: Place, typed: bytearray, *, member: str = MEMBER, **given: Any) -> Session:
    return unlock(place.path, member=member, passphrase=typed, state=place.state, wait=lambda _: None, **given)


def put(at: int, data: bytes) -> Callable[[bytes], bytes]:
    return lambda whole: whole[:at] + data + whole[at + len(data) :]


NO_WAY_IN: dict[str, tuple[bytes, dict[str, Any]]] = {
    "wrong passphrase": (b"seven paper lantern", {}),
    "unknown member": (PASSPHRASE, {"member": "Somebody Else"}),
    "no member": (PASSPHRASE, {"member": ""}),
    "a keyfile that is not needed": (PASSPHRASE, {"device_secret": b"k" * 32}),
    "a damaged keyfile": (PASSPHRASE, {"device_secret": bytes(32)}),
    "another security key": (PASSPHRASE, {"fido2_secret": b"k" * 32}),
    "a damaged slot": (PASSPHRASE, {}),
}


def test_every_way_that_does_not_lead_in_has_one_error_and_leaves_no_passphrase(founded: Place) -> None:
    """That it costs the same too, `tests/seal/test_factors.py` says."""
    for name, (passphrase, given) in NO_WAY_IN.items():
        typed = bytearray(passphrase)
        damage = partial(flipped, at=HEADER_SIZE + 100) if name == "a damaged slot" else bytes
        with (
            changed(founded, "keys", damage),
            pytest.raises(WrongPassphraseError, match=r"^no key slot opens with this name and passphrase$") as refusal,
        ):
            unlocked(founded, typed, **given)
        assert (name, refusal.value.exit_code, refusal.value.__cause__) == (name, 12, None)
        assert (name, any(typed)) == (name, False)


def test_the_name_may_be_typed_in_any_case_and_the_passphrase_is_wiped(founded: Place) -> None:
    typed = bytearray(PASSPHRASE)
    unlocked(founded, typed, member=MEMBER.upper()).close()
    assert typed == bytes(len(PASSPHRASE))


DOORS_AT = HEADER_SIZE + 32 * SLOT_BLOB_SIZE
# memory_kib stands behind format, suite, vault, folder, generation and salt.
COST_AT = 74
UNOPENABLE: list[tuple[str, Callable[[bytes], bytes | None], type[VaultError], str]] = [
    ("keys", lambda _: None, NoVaultError, "keys is missing"),
    ("vault.db", lambda _: None, NoVaultError, "vault.db is missing"),
    ("vault.db", lambda _: b"", NoVaultError, "no database"),
    ("keys", lambda _: b"", MalformedError, "keys header"),
    ("keys", lambda _: bytes(KEY_FILE_SIZE + 1), MalformedError, "longer than"),
    ("keys", put(0, b"\x03"), NewerVaultError, "format 3"),
    ("keys", put(0, b"\x01"), RefusedError, "trial version"),
    ("keys", put(0, b"\x00"), MalformedError, "format 0"),
    ("keys", put(COST_AT, b"\xff\xff\xff\xff"), RefusedError, "memory_kib"),
    ("keys", put(COST_AT, b"\x00\x00\x00\x08"), RefusedError, "memory_kib"),
    ("keys", put(DOORS_AT, bytes(KEY_FILE_SIZE - DOORS_AT)), VerificationError, "no door of the keys file opens"),
    ("vault.db", lambda _: bytes(8192 * 4), VerificationError, "do not belong together"),
]


def test_a_vault_that_cannot_be_opened_says_why(founded: Place) -> None:
    silent = []
    for name, change, error, words in UNOPENABLE:
        with changed(founded, name, change):
            if not is_told(error, words, founded.open):
                silent.append((name, words))
    assert silent == []
    founded.open().close()


def test_a_vault_that_is_open_in_another_session_says_so(founded: Place) -> None:
    with founded.open(), pytest.raises(OpenElsewhereError, match="open in another process"):
        founded.open()
    founded.open().close()


def test_nothing_of_a_vault_in_a_synced_folder_is_opened(founded: Place, tmp_path: Path) -> None:
    synced = tmp_path / "Dropbox" / "office.vault"
    shutil.copytree(founded.path, synced)
    (tmp_path / "Dropbox" / ".dropbox").touch()
    before = (synced / "vault.db").read_bytes()
    refuses(RefusedError, "cannot be opened at", Place(synced, founded.state).open)
    assert (synced / "vault.db").read_bytes() == before


def remembered(place: Place, **changes: Any) -> PinFile:
    """Have the account remember something else; return where it does."""
    with place.open() as session:
        file = session.pin_file
    pins = file.load()
    assert pins is not None
    file.save(replace(pins, **changes))
    return file


def pins_in(file: PinFile) -> Pins:
    pins = file.load()
    assert pins is not None
    return pins


def test_an_unlock_is_in_the_log_and_remembered_before_anything_else_is_done(founded: Place) -> None:
    file = remembered(founded)
    before = pins_in(file)
    with founded.open() as session:
        assert (session.alarms, session.pins) == ((), before)
        assert session.log.size == before.logs[before.current].size + 1
        # Nothing of it waits in the write-ahead log.
        assert (founded.path / "vault.db-wal").stat().st_size == 0
        (_, newest, *_) = logbook.newest(session).lines  # the newest is that the log was read
        assert newest.payload is not None
        assert newest.payload.act == "unlock.ok"
        with session.database.reading() as rows:
            assert slots_here(rows) == {session.seat: 0}
        seen = {session.log.origin: Pinned(session.log.size, session.log.frontier.root())}
    after = pins_in(file)
    assert after.logs == seen
    assert replace(after, logs=before.logs, highest_ms=before.highest_ms) == before


OTHERWISE: list[tuple[dict[str, object], str]] = [
    ({"keys_header": JUNK}, "old-keys"),
    ({"keys_slot": JUNK}, "old-keys"),
    ({"alarms": (FORK,)}, "fork"),
    ({"machine": JUNK}, "other-machine"),
    ({"current": Origin(JUNK)}, "moved"),
]


def test_what_an_account_remembers_otherwise_is_told(founded: Place, tmp_path: Path) -> None:
    told = []
    for number, (changes, _) in enumerate(OTHERWISE):
        place = founded.copied_to(tmp_path / str(number))
        remembered(place, **changes)
        with place.open() as session:
            told.append((changes, *codes(session)))
    assert told == OTHERWISE


def test_keys_that_are_in_doubt_are_not_remembered_and_the_seats_that_had_a_way_in_are(founded: Place) -> None:
    file = remembered(founded, keys_header=JUNK, here=frozenset({GONE}))
    founded.open().close()
    assert pins_in(file).keys_header == JUNK
    assert pins_in(file).here == {GONE, file.seat}


def test_a_clock_that_is_behind_what_was_seen_is_told_and_what_was_seen_counts(founded: Place) -> None:
    later = now_ms() + 72 * HOUR_MS
    file = remembered(founded, highest_ms=later)
    with founded.open() as session:
        assert codes(session) == ["clock"]
        assert session.clock().trusted_ms == later
    assert pins_in(file).highest_ms == later


def test_failed_attempts_are_told_once_to_who_gets_in(founded: Place) -> None:
    for _ in range(3):
        note_attempt(VaultFolder(founded.path), read_key_file(founded.path / "keys"))
    with founded.open() as session:
        assert "3 failed attempts" in " ".join(in_english(session.warnings))
        session.require_sound_log()  # news, not a fault
    with founded.open() as session:
        assert session.warnings == ()


def test_a_loss_is_accepted_only_where_it_is_said(founded: Place, tmp_path: Path) -> None:
    older = [founded.copied_to(tmp_path / name).path for name in ("one", "other")]
    founded.open().close()
    with Place(older[0], founded.copied_to(tmp_path / "kept").state).open() as session:
        assert session.faults()
    with unlocked(Place(older[1], founded.state), bytearray(PASSPHRASE), accept_loss=True) as session:
        assert codes(session) == ["no-pins"]
        file = session.pin_file
        with session.database.reading() as rows:
            here = {Origin(row.origin): rows.size(row.origin) for row in rows.geneses()}
    assert {origin: seen.size for origin, seen in pins_in(file).logs.items()} == here


def test_the_state_folder_is_the_one_that_was_named_or_else_the_systems(
    founded: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for usual, named in ((tmp_path / "usual", founded.state), (founded.state, None)):
        monkeypatch.setattr(platform, "state_dir", lambda usual=usual: usual)
        with unlock(founded.path, member=MEMBER, passphrase=bytearray(PASSPHRASE), state=named) as session:
            assert (session.state, in_english(session.warnings)) == (founded.state, ())
    assert not (tmp_path / "usual").exists()


def test_a_log_that_its_last_session_did_not_sign_is_told_and_followed_by_a_new_one(founded: Place) -> None:
    with founded.open() as session, session.database.transaction() as rows:
        before = session.log.origin
        rows.connection.execute(sa.delete(tables.checkpoint))
    with founded.open() as session, session.database.reading() as rows:
        assert "damaged" in codes(session)
        assert Genesis.decode(rows.genesis(session.log.origin) or b"").predecessor == before


def test_hashes_that_contradict_the_headers_are_made_anew_and_nothing_is_told(founded: Place) -> None:
    with founded.open() as session:
        while session.log.size < TILE_WIDTH:
            with session.work() as work:
                work.commit(Entry(act="log.read"))
        with session.database.transaction() as rows:
            rows.put_tile(TileRow(session.log.origin, 0, 0, bytes(32 * TILE_WIDTH)))
    for _ in range(2):
        with founded.open() as session, session.database.reading() as rows:
            assert session.warnings == ()
            assert any(rows.tile(session.log.origin, 0, 0) or b"")


def test_memory_that_was_destroyed_is_told_also_when_the_first_unlock_after_it_is_cut_off(
    founded: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    (pins,) = (founded.state / "pins").iterdir()
    pins.write_bytes(b"junk")
    with cut_at_commit(monkeypatch, after=False):
        founded.open()
    with founded.open() as session:
        assert "pins" in codes(session)
        assert session.faults()


def test_a_new_seat_begins_its_log_once_when_its_first_unlock_is_cut_off(
    founded: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with founded.open() as session:
        oren = admit(session)
    with cut_at_commit(monkeypatch, after=True):
        oren.open(founded)
    for size in (2, 3):
        with oren.open(founded) as session:
            assert (session.seat, session.alarms, session.log.size) == (oren.seat, (), size)
            assert session.log.origin == session.directory.certificates[oren.seat].origin
            assert session.here >= {oren.seat}
            with session.database.reading() as rows:
                assert rows.local(oren.seat, Purpose.JOINING) is None


def test_an_unlock_that_fails_leaves_neither_database_nor_thread_behind(
    founded: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = set(threading.enumerate())
    with cut_at_commit(monkeypatch, after=False) as fault:
        founded.open()
    assert fault.value.__traceback__ is not None  # and with it all that its frames still hold
    assert set(threading.enumerate()) == threads
    with founded.open() as session:
        assert session.alarms == ()


AMPLE = 16 * BALLAST_SIZE


def test_the_ballast_that_a_full_disk_was_given_is_put_back_where_there_is_ample_room(
    founded: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    ballast = founded.path / "ballast"
    ballast.unlink()
    stands = {}
    for free in (None, AMPLE - 1, AMPLE):
        monkeypatch.setattr(platform, "free_bytes", lambda _, free=free: free)
        founded.open().close()
        stands[free] = ballast.exists()
    assert stands == {None: False, AMPLE - 1: False, AMPLE: True}
    assert ballast.stat().st_size == BALLAST_SIZE


# An open session: what it allows, what it knows of cases, and how it ends.
NEVER = CompartmentId(b"n" * 16)
NOT_GRANTED = "you cannot open a case: this case was not granted to you"


def test_roles_and_grants_together_allow_an_act(filled: Filled) -> None:
    with filled.open() as session:
        assert session.require(Action.CASE_CREATE) == "role"
        assert session.require(Action.CASE_READ, filled.cases[0]) == "role+grant"
        for case in (None, NEVER):
            assert told_by(session.require, Action.CASE_READ, case) == (RefusedError, NOT_GRANTED)
        assert [session.holds(case) for case in (*filled.cases, NEVER)] == [True, True, False]
        with session.work() as work, pytest.raises(RefusedError, match="was not granted to this device"):
            work.write(NEVER, RecordId(b"r" * 16), "note", {})


def test_of_several_cases_each_is_known_in_the_order_in_which_it_was_asked_for(filled: Filled) -> None:
    first, second = filled.cases
    with filled.open() as session:
        states = session.states_of([second, NEVER, first, second])
        assert [*states] == [second, NEVER, first]
        assert [None if state is None else state.compartment for state in states.values()] == [second, None, first]
        assert session.state_of(first) == states[first]


def test_a_session_that_was_locked_writes_nothing_and_locking_it_again_does_nothing(founded: Place) -> None:
    with founded.open() as session:
        pass
    session.close()
    refuses(InternalError, "the session is closed", session.work)
    founded.open().close()


def test_drafts_are_open_until_the_session_is_locked_and_a_clock_is_believed_by_a_person_alone(filled: Filled) -> None:
    with filled.open() as session:
        drafts, now_ms = session.drafts(), session.log.now_ms()
        assert session.drafts() is drafts
        session.log.now_ms = lambda: now_ms + 10 * JUMP_MS  # a clock that jumped
        assert session.clock().state is ClockState.JUMPED
        for _ in range(2):
            session.add_alarm(Finding(Code.CLOCK, Message("It jumped."), severity=Severity.NEWS))
        told = [in_english(session.warnings)]
        session.believe_clock()
        assert [*told, in_english(session.warnings)] == [("It jumped.",), ()]
        assert session.clock().state is ClockState.STEADY
    with filled.open() as session:
        assert "clock" in {alarm.code for alarm in session.alarms}


def test_what_cannot_be_remembered_at_the_end_is_told_and_everything_is_locked_all_the_same(
    filled: Filled, tmp_path: Path
) -> None:
    session = filled.open()
    notes.add(session, filled.cases[0], Note(NoteKind.CONTACT, "the last one"))
    shutil.rmtree(filled.state)
    filled.state.write_text("a file where the folder was")
    session.keep_pins()
    refuses(TryAgainError, r"the state folder .* cannot be written", session.close)
    assert told_by(session.close) == NOTHING
    with Place(filled.path, tmp_path / "another account").open() as again:
        assert again.log.origin != session.log.origin


# The signing key of a session that was killed is gone from the disk once the next session has begun (FORMAT.md 5).
def killed(filled: Filled, folder: Path) -> Place:
    """Return the vault as it lies on the disk when a session is killed in the middle of its work."""
    with filled.open() as session:
        notes.add(session, filled.cases[0], Note(NoteKind.CONTACT, "the last act before the kill"))
        return filled.place.copied_to(folder)


def test_the_next_unlock_leaves_no_key_of_the_killed_session_beside_the_log(filled: Filled, tmp_path: Path) -> None:
    outsider = learn(filled.path)
    place = killed(filled, tmp_path / "killed")
    with place.open() as session:
        number = session.log.session.number
        seized = tmp_path / "seized"
        shutil.copytree(place.path, seized)
    # Of what is seized, the main file alone: what the log would replace in it must not be there any more.
    (seized / "vault.db-wal").unlink(missing_ok=True)
    with outsider.rows(seized) as rows:
        (stored,) = rows.execute("SELECT number FROM local WHERE purpose = ?", (int(Purpose.SESSION),)).fetchone()
    assert stored == number + 1


def test_an_unlock_that_cannot_erase_it_does_not_go_on(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Database) -> None:
        raise TryAgainError(Message("no room, says the test"))

    with monkeypatch.context() as breaking:
        breaking.setattr(Database, "truncate_wal", full)
        refuses(TryAgainError, "says the test", filled.open)
    with filled.open() as session:
        assert session.warnings == ()


# What opens a copy of a vault: a member's factors and the doors of the copy, and no session key.
def test_a_copy_holds_the_root_secret_and_the_keyring_of_a_seat_and_whose_slot_is_which_and_nothing_that_signs() -> (
    None
):
    assert set(COPIED_ROWS) == {Purpose.ROOT_SECRET, Purpose.KEYRING, Purpose.SLOT}


def test_the_passphrase_opens_a_copy_and_is_wiped(filled: Filled) -> None:
    typed = bytearray(PASSPHRASE)
    keys = copy_keys_of(read_key_file(filled.path / "keys"), member=MEMBER, passphrase=typed)
    assert typed == bytes(len(PASSPHRASE))
    with filled.open() as session:
        assert keys == session.copy_keys(read_key_file(filled.path / "keys"))


@pytest.mark.parametrize("factor", [{"device_secret": b"f" * 32}, {"fido2_secret": b"f" * 32}])
def test_a_seat_with_a_further_factor_needs_it_for_a_copy_too(filled: Filled, factor: dict[str, bytes]) -> None:
    file = read_key_file(filled.path / "keys")
    with filled.open() as session:
        secrets = session._secrets
    slot = make_slot(file.header, 0, secrets, passphrase=bytearray(PASSPHRASE), member_name=MEMBER, **factor)
    copied = replace(file, slots=(slot, *file.slots[1:]))
    assert copy_keys_of(copied, member=MEMBER, passphrase=bytearray(PASSPHRASE), **factor) == copy_keys(file, secrets)
    with pytest.raises(WrongPassphraseError, match="no key slot opens"):
        copy_keys_of(copied, member=MEMBER, passphrase=bytearray(PASSPHRASE))


def test_a_seat_without_a_door_in_the_copy_is_told(filled: Filled) -> None:
    file = read_key_file(filled.path / "keys")
    closed = replace(file, doors=make_doors(file.header.vault, DoorKeys(make_key()), []))
    with filled.open() as session, pytest.raises(VerificationError, match="no door of the keys file opens for your"):
        session.copy_keys(closed)


# Factors asked for again in an open session: whose they must be, and what is exchanged with the right ones.
NEXT = b"a kettle for the harbour"
FURTHER = {"device_secret": b"D" * 32, "fido2_secret": b"F" * 32}


def own(**further: bytes) -> Factors:
    return Factors(bytearray(PASSPHRASE), **further)


def refuse(seconds: float) -> None:
    pytest.fail(f"waits {seconds} s")


def check(session: Session, factors: Factors) -> object:
    return check_factors(session, MEMBER, factors, refuse)


@pytest.mark.long
def test_after_an_exchange_all_new_factors_together_open_the_same_slot_and_the_old_ones_nothing(founded: Place) -> None:
    with founded.open() as session:
        before = read_key_file(session.folder.keys)
        new = change_factors(session, MEMBER, own(), Factors(bytearray(NEXT), **FURTHER), refuse)
        assert new.header.generation == before.header.generation + 1
        assert [number for number in range(32) if new.slots[number] != before.slots[number]] == [0]
        assert is_told(WrongPassphraseError, "no key slot opens", check, session, own())
        assert told_by(check, session, Factors(bytearray(NEXT), **FURTHER)) == NOTHING

    def opens(**given: Any) -> bool:
        return told_by(lambda: unlock(founded.path, member=MEMBER, state=founded.state, **given).close()) == NOTHING

    alone = [{name: FURTHER[name]} for name in FURTHER]
    assert [opens(passphrase=bytearray(NEXT), **some) for some in ({}, *alone, FURTHER)] == [False, False, False, True]


def test_the_factors_of_another_seat_are_wrong_ones(founded: Place) -> None:
    with founded.open() as session:
        oren = admit(session)
    with founded.open() as session:
        theirs = Factors(bytearray(oren.passphrase))
        refuses(WrongPassphraseError, "no key slot opens", check_factors, session, oren.name, theirs, refuse)


def test_another_file_than_the_one_that_the_session_opened_is_not_tried(founded: Place) -> None:
    with founded.open() as session:
        file = read_key_file(session.folder.keys)
        session.folder.keys.write_bytes(file.with_slot(5, bytes(SLOT_BLOB_SIZE)).encode())
        for factors in (own(), Factors(bytearray(b"wrong"))):
            words = "the keys file is not the one that this session opened"
            assert told_by(check, session, factors) == (VerificationError, words)
        assert AttemptFile.of(file.header, founded.state).load().count == 0


def test_the_salt_of_a_vault_is_that_of_its_keys_file_and_a_keys_file_alone_is_no_vault(founded: Place) -> None:
    salt = read_key_file(founded.path / "keys").header.vault_salt
    assert salt_of_vault(founded.path) == salt
    (founded.path / "vault.db").unlink()
    refuses(NoVaultError, r"the file vault\.db is missing", salt_of_vault, founded.path)


# What a person hears of the clock: news with a way on, never a fault that stops work.
SEEN_MS = 1_700_000_000_000
SEEN = "2023-11-14 22:13"


def test_a_clock_that_went_on_is_not_spoken_of() -> None:
    assert clock_alarms(ClockReading(ClockState.STEADY, SEEN_MS, SEEN_MS)) == ()


def test_a_clock_that_jumped_is_news_that_names_the_time_in_utc_and_the_way_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Bishkek")
    time.tzset()
    told = {state: clock_alarms(ClockReading(state, SEEN_MS, 0)) for state in (ClockState.JUMPED, ClockState.SET_BACK)}
    monkeypatch.undo()
    time.tzset()
    for state, words in ((ClockState.JUMPED, "48 hours ahead"), (ClockState.SET_BACK, "behind a time that was seen")):
        (alarm,) = told[state]
        assert (alarm.code, alarm.is_news, stored([alarm])) == (Code.CLOCK, True, ())
        assert words in str(alarm.message)
        assert SEEN in str(alarm.message)
