"""From a passphrase to a session: one error, a passphrase that does not outlive it, what is noticed and written."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.access.power import cut_at_commit
from tests.access.told import is_told
from tests.english import in_english
from tests.services.colleague import admit
from tests.services.founded import MEMBER, PASSPHRASE, Place
from vault import platform
from vault.access.pins.pins import PinFile, Pinned, Pins
from vault.access.seat_keys.rekeying import slots_here
from vault.access.session import Session
from vault.access.trust.attempts import note_attempt
from vault.access.unlock import unlock
from vault.clock import now_ms
from vault.errors import (
    MalformedError,
    NewerVaultError,
    NoVaultError,
    OpenElsewhereError,
    RefusedError,
    VaultError,
    VerificationError,
    WrongPassphraseError,
)
from vault.ids import Origin, SeatId
from vault.log.genesis import Genesis
from vault.log.tree import TILE_WIDTH
from vault.records.work import Entry
from vault.seal.entrance.keyfile import HEADER_SIZE, KEY_FILE_SIZE, SLOT_BLOB_SIZE, KeyFile
from vault.seal.purposes import Purpose
from vault.services.evidence import logbook
from vault.store import tables
from vault.store.files import BALLAST_SIZE
from vault.store.folder import VaultFolder
from vault.store.rowtypes import TileRow

HOUR_MS = 3_600_000
JUNK = b"\x11" * 32
GONE = SeatId(b"\x07" * 16)
FORK: tuple[object, ...] = ("fork", bytes(32), [], {})


def codes(session: Session) -> list[str]:
    return [alarm.code for alarm in session.alarms]


def keys_of(place: Place) -> KeyFile:
    return KeyFile.decode((place.path / "keys").read_bytes())


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


# ---- who is not let in


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
    """That it costs the same too, `tests/seal/test_unlocking.py` says."""
    for name, (passphrase, given) in NO_WAY_IN.items():
        typed = bytearray(passphrase)
        damage = put(HEADER_SIZE + 100, b"!") if name == "a damaged slot" else bytes
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
    ("keys", put(0, b"\x02"), NewerVaultError, "format 2"),
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
    with pytest.raises(RefusedError, match="cannot be opened at"):
        Place(synced, founded.state).open()
    assert (synced / "vault.db").read_bytes() == before


# ---- what is noticed and remembered


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
    ({"roster": JUNK}, "roster"),
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
        note_attempt(VaultFolder(founded.path), keys_of(founded))
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
        file, origin = session.pin_file, session.log.origin
    assert pins_in(file).logs.keys() == {origin}


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


# ---- what is cut off, and what is put back


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
            assert session.log.origin == session.directory.effective.certificates[oren.seat].genesis
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
