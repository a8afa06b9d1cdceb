"""What an account remembers of a vault: sealed for one seat, never unlearned."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.access.planted import a_fifo, a_file, a_folder, a_link_into_nowhere
from tests.access.power import cut_at_commit
from tests.access.seats import SEAT, VAULT
from tests.english import in_english
from tests.services.founded import Filled, Place
from tests.store.samples import names_in
from tests.tables import refuses
from vault import platform
from vault.access.pins import pins as pins_module
from vault.access.pins.pins import Dates, PinFile, PinKeeper, Pinned, Pins, pinned_now, this_machine
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import InternalError, MalformedError, TryAgainError, VerificationError
from vault.ids import Origin, SeatId, VaultId
from vault.log.checkpoint import encode_note, key_name, note_body
from vault.log.genesis import Genesis
from vault.seal.envelope import LocalContext, open_sealed
from vault.seal.named import machine_digest, private_file_name
from vault.seal.purposes import Purpose
from vault.services.cases import notes
from vault.services.evidence import log_checking
from vault.store.rowtypes import CheckpointRow
from vault.words.message import Message

KEY = b"k" * 32
LOG, OTHER, THIRD = (Origin(letter * 32) for letter in (b"a", b"b", b"c"))
PINS = Pins(
    machine=b"m" * 32,
    logs=MappingProxyType({LOG: Pinned(7, b"r" * 32), OTHER: Pinned(0, bytes(32))}),
    current=LOG,
    pending=None,
    keys_header=b"h" * 32,
    keys_slot=b"t" * 32,
    index=None,
    highest_ms=1_700_000_000_000,
)
FULL = replace(
    PINS,
    pending=OTHER,
    index=b"i" * 32,
    keys_generation=9,
    alarms=(("fork", LOG, [SEAT], {}), ("sheets", None, [], {"number": 7}), ("damaged", "As it was kept before.")),
    here=frozenset(SeatId(bytes([number]) * 16) for number in range(12)),
    ended=MappingProxyType({b"\xffended device..": None, SEAT: frozenset({"intake", "caseworker"})}),
    recovery=b"v" * 1216,
    keys_file=b"f" * 32,
    dates=Dates(backup=5, sheets=True, drill=6, root=b"e" * 32),
    sheets=(b"z" * 32, b"y" * 32),
    seen=frozenset({b"t" * 32, b"s" * 32}),
)


@pytest.fixture
def file(tmp_path: Path) -> PinFile:
    return PinFile(tmp_path / "state" / "pins", VAULT, SEAT, KEY)


def test_pins_come_back_as_they_were(file: PinFile) -> None:
    for pins in (PINS, FULL):
        assert Pins.decode(pins.encode()) == pins
        file.save(pins)
        assert file.load() == pins
    # The newer ones stand in the place of the older ones, and nothing beside them.
    assert names_in(file.folder) == [file.path.name]


def test_pins_are_the_map_of_the_format_with_logs_and_seats_in_order() -> None:
    there = Pinned(7, b"r" * 32)
    for logs in ({LOG: there, OTHER: Pinned(0, bytes(32))}, {OTHER: Pinned(0, bytes(32)), LOG: there}):
        content = replace(FULL, logs=logs).encode()
        fill = msgspec.msgpack.decode(content)["fill"]
        assert ((len(content) + 1) % 4096, fill.strip(b"\0")) == (0, b"")
        assert msgspec.msgpack.decode(content) == {
            "machine": b"m" * 32,
            "logs": [[LOG, 7, b"r" * 32], [OTHER, 0, bytes(32)]],
            "current": LOG,
            "pending": OTHER,
            "keys_header": b"h" * 32,
            "keys_slot": b"t" * 32,
            "index": b"i" * 32,
            "highest_ms": 1_700_000_000_000,
            "keys_generation": 9,
            "alarms": [
                ["fork", LOG, [SEAT], {}],
                ["sheets", None, [], {"number": 7}],
                ["damaged", "As it was kept before."],
            ],
            "here": [bytes([number]) * 16 for number in range(12)],
            "attempts": b"",
            "ended": [[SEAT, ["caseworker", "intake"]], [b"\xffended device..", None]],
            "recovery": b"v" * 1216,
            "keys_file": b"f" * 32,
            "dates": {
                "backup": 5,
                "verify": None,
                "separated": None,
                "sheets": True,
                "made": None,
                "drill": 6,
                "proposed": None,
                "root": b"e" * 32,
            },
            "sheets": [b"z" * 32, b"y" * 32],
            "seen": [b"s" * 32, b"t" * 32],
            "fill": fill,
        }


@given(st.integers(0, 9_000))
def test_pins_of_any_content_take_whole_steps_and_come_back(length: int) -> None:
    pins = replace(FULL, alarms=(("code", "a" * length),))
    content = pins.encode()
    assert (len(content) + 1) % 4096 == 0
    assert Pins.decode(content) == pins


def test_pins_of_before_generations_alarms_and_seats_were_kept_have_none() -> None:
    newer = ("keys_generation", "alarms", "here", "attempts", "dates", "sheets", "seen", "fill")
    older = {name: value for name, value in msgspec.msgpack.decode(FULL.encode()).items() if name not in newer}
    assert Pins.decode(msgspec.msgpack.encode(older)) == replace(
        FULL, keys_generation=0, alarms=(), here=frozenset[SeatId](), dates=Dates(), sheets=(), seen=frozenset()
    )


def test_pins_of_another_form_are_refused() -> None:
    for content in (b"", b"\x80", PINS.encode()[:-1], msgspec.msgpack.encode({"machine": 1}), b"\x81\xa1\xff\x01"):
        refuses(MalformedError, "the pins cannot be read", Pins.decode, content)


def test_pins_follow_the_log_that_goes_on_and_forget_what_was_pending(session: Session) -> None:
    log = session.log
    before = replace(FULL, current=OTHER)
    logs = {**FULL.logs, log.origin: Pinned(log.size, log.frontier.root())}
    expected = replace(FULL, logs=logs, current=log.origin, pending=None)
    assert pinned_now(log, before, {}) == expected
    assert LOG in before.logs.keys() - {log.origin}


def test_of_another_log_the_longer_memory_is_kept(session: Session) -> None:
    before = replace(PINS, logs={OTHER: Pinned(5, b"o" * 32)})
    kept = {size: pinned_now(session.log, before, {OTHER: Pinned(size, b"n" * 32)}).logs[OTHER] for size in (4, 5, 6)}
    assert kept == {4: Pinned(5, b"o" * 32), 5: Pinned(5, b"o" * 32), 6: Pinned(6, b"n" * 32)}
    assert pinned_now(session.log, before, {THIRD: Pinned(1, b"z" * 32)}).logs[THIRD] == Pinned(1, b"z" * 32)


def test_the_name_of_the_file_tells_neither_vault_nor_seat_and_its_content_nothing(file: PinFile) -> None:
    file.save(PINS)
    assert file.path == file.folder / private_file_name(KEY, VAULT, SEAT)
    stored = file.path.read_bytes()
    for secret in (VAULT, SEAT, LOG, PINS.machine):
        assert secret not in stored
        assert secret.hex() not in file.path.name
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert file.folder.stat().st_mode & 0o777 == 0o700


def test_the_file_is_sealed_for_the_purpose_of_pins_for_this_vault_and_seat(file: PinFile) -> None:
    file.save(PINS)
    assert open_sealed(KEY, file.path.read_bytes(), LocalContext(Purpose.PINS, VAULT, SEAT)) == PINS.encode()


def test_pins_that_this_seat_did_not_write_are_none(file: PinFile) -> None:
    assert file.load() is None
    file.save(PINS)
    for other in (
        replace(file, pin_key=b"x" * 32),
        replace(file, vault=VaultId(b"w" * 16)),
        replace(file, seat=SeatId(b"u" * 16)),
    ):
        shutil.copy2(file.path, other.path) if other.path != file.path else None
        assert other.load() is None
    assert file.load() == PINS


def nothing(path: Path) -> None:
    """Leave the place empty."""


def a_link_to_a_folder(path: Path) -> None:
    (path.parent.parent / "elsewhere").mkdir()
    path.symlink_to(path.parent.parent / "elsewhere")


def test_whatever_stands_where_the_pins_belong_is_seen_and_keeps_nobody_from_writing_them(tmp_path: Path) -> None:
    for stands in (nothing, a_file, a_folder, a_link_into_nowhere, a_link_to_a_folder):
        file = PinFile(tmp_path / stands.__name__ / "pins", VAULT, SEAT, KEY)
        file.folder.mkdir(parents=True)
        stands(file.path)
        assert (stands, file.is_there(), file.load()) == (stands, stands is not nothing, None)
        file.save(PINS)
        assert file.load() == PINS
        aside = [name for name in names_in(file.folder) if name != file.path.name]
        assert [name.startswith(f"{file.path.name}.") for name in aside] == [True] * (stands is a_folder)
        assert [names_in(file.folder / name) for name in aside] == [["inside"]] * (stands is a_folder)


def test_a_state_folder_that_cannot_be_is_named_with_what_to_do(file: PinFile) -> None:
    file.folder.parent.write_text("a file where the folder should be")
    refuses(TryAgainError, f"^the state folder {file.folder} cannot be written$", file.save, PINS)


def test_a_machine_without_a_name_and_without_a_state_folder_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "machine_id", lambda state: b"machine of " + bytes(state))
    assert this_machine(tmp_path) == machine_digest(b"machine of " + bytes(tmp_path))

    def fail(state: Path) -> bytes:
        raise PermissionError

    monkeypatch.setattr(platform, "machine_id", fail)
    refuses(TryAgainError, f"^the state folder {tmp_path} cannot be written$", this_machine, tmp_path)


# What an account remembers of a vault, and what the vault does when it is older, another's or gone.
def pins_path(place: Place) -> Path:
    (path,) = (place.state / "pins").iterdir()
    return path


def test_pins_that_lag_behind_the_vault_are_no_news(filled: Filled) -> None:
    """A crash between a commit and its pins leaves exactly this."""
    earlier = pins_path(filled.place).read_bytes()
    with filled.open() as session:
        notes.add(session, filled.cases[0], Note(NoteKind.CONTACT, "after the pins"))
    pins_path(filled.place).write_bytes(earlier)
    with filled.open() as session:
        assert session.warnings == ()
        assert log_checking.verify(session).logs == 1


@pytest.mark.parametrize("has_begun", [False, True], ids=["before entry 0", "after it, before the pins that follow"])
def test_a_crash_while_a_log_begins_does_not_begin_two(
    founded: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, has_begun: bool
) -> None:
    place = Place(founded.path, tmp_path / "new account")
    with cut_at_commit(monkeypatch, after=has_begun):
        place.open()
    with place.open() as session:
        session.require_sound_log()
        assert log_checking.verify(session).logs == 2
    with place.open() as session:
        assert session.warnings == ()
        assert log_checking.verify(session).logs == 2


def test_pins_of_another_machine_begin_a_new_log(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr("vault.platform.machine_id", lambda state: b"another machine")
        with filled.open() as session:
            assert "last used on another machine" in " ".join(in_english(session.warnings))
            origin = session.log.origin
    with filled.open() as session:
        # Back home the pins are those of the other machine.
        assert "last used on another machine" in " ".join(in_english(session.warnings))
        assert session.log.origin != origin
        assert log_checking.verify(session).verified


def test_a_state_folder_from_before_a_new_log_does_not_bring_back_the_old_one(filled: Filled, tmp_path: Path) -> None:
    shutil.copytree(filled.state, tmp_path / "earlier state")
    shutil.rmtree(filled.state)
    with filled.open() as session:
        second = session.log.origin
    shutil.rmtree(filled.state)
    shutil.copytree(tmp_path / "earlier state", filled.state)
    with filled.open() as session:
        # The key of the old log is gone from the device: signing on there would be a fork.
        assert "continued with another log here" in " ".join(in_english(session.warnings))
        assert session.log.origin != second
        assert log_checking.verify(session).verified


# Pins behind the work: nobody waits for them, the last ones are written at the end, and what went wrong is told.
PATIENCE_S = 10  # for what happens at once; a test that holds never waits so long


def at(size: int) -> Pins:
    return replace(PINS, logs={LOG: Pinned(size, bytes(32))})


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_pins_are_written_without_a_close_and_again_after_a_rest(file: PinFile) -> None:
    keeper = PinKeeper(file)
    for size in (1, 2):
        keeper.keep(at(size))
        wait_until(lambda size=size: file.load() == at(size))  # type: ignore[misc]  # a default keeps this round's
    keeper.close()


def test_the_last_pins_kept_are_on_the_disk_after_close_and_nothing_waits_for_a_rest(file: PinFile) -> None:
    keeper = PinKeeper(file)
    for size in range(1, 50):
        keeper.keep(at(size))
    keeper.close()
    assert file.load() == at(49)


def test_what_is_kept_within_one_rest_is_written_once(file: PinFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pins_module, "_REST_SECONDS", 1000.0)
    save, saved = PinFile.save, list[Pins]()

    def saving(file: PinFile, pins: Pins) -> None:
        saved.append(pins)
        save(file, pins)

    monkeypatch.setattr(PinFile, "save", saving)
    keeper = PinKeeper(file)
    for size in (1, 2):
        keeper.keep(at(size))
    keeper.close()
    assert saved == [at(2)]


def test_a_keeper_that_was_given_nothing_writes_nothing_and_holds_up_no_process_that_ends(file: PinFile) -> None:
    before = set(threading.enumerate())
    keeper = PinKeeper(file)
    (thread,) = set(threading.enumerate()) - before
    assert thread.daemon
    keeper.close()
    assert not thread.is_alive()
    assert not file.is_there()


FAULTS = [
    (TryAgainError(Message("no room, says the test")), TryAgainError, "^no room, says the test$"),
    (RuntimeError("secret"), InternalError, "^the pins could not be written: RuntimeError$"),
]


@pytest.mark.parametrize(("fault", "error", "words"), FAULTS)
def test_pins_that_could_not_be_written_at_last_are_told_at_close_and_later_ones_make_it_good(
    file: PinFile, monkeypatch: pytest.MonkeyPatch, fault: Exception, error: type[Exception], words: str
) -> None:
    tried = threading.Event()

    def failing(_: PinFile, pins: Pins) -> None:
        tried.set()
        raise fault

    keeper, healed = PinKeeper(file), PinKeeper(file)
    with monkeypatch.context() as broken:
        broken.setattr(PinFile, "save", failing)
        keeper.keep(at(1))
        refuses(error, words, keeper.close)
        tried.clear()
        healed.keep(at(1))
        assert tried.wait(PATIENCE_S)
    healed.keep(at(2))
    healed.close()
    assert file.load() == at(2)


# What this device remembers, under attack: nothing that was noticed once is forgotten by itself.
def codes(session: Session) -> dict[str, bool]:
    return {alarm.code: not alarm.is_news for alarm in session.alarms}


SPOILED = ("DELETE FROM local", "UPDATE local SET blob = zeroblob(200)")


def spoil_the_session_key(place: Place, how: str) -> None:
    """Delete or alter the row of the seat's session key, as somebody with the database key could."""
    with place.open() as session, session.database.transaction() as rows:
        rows.connection.exec_driver_sql(f"{how} WHERE purpose = {int(Purpose.SESSION)}")


def older_copy_under_todays_pins(filled: Filled, tmp_path: Path) -> None:
    shutil.copytree(filled.path, tmp_path / "older")
    with filled.open() as session:
        notes.add(session, filled.cases[0], Note(NoteKind.CONTACT, "written after the copy"))
    shutil.rmtree(filled.path)
    shutil.copytree(tmp_path / "older", filled.path)


def test_pins_that_were_altered_anywhere_are_none(tmp_path: Path) -> None:
    file = PinFile(tmp_path, VAULT, SEAT, b"k" * 32)
    file.save(PINS)
    stored = file.path.read_bytes()
    flipped = [
        stored[:at] + bytes([stored[at] ^ 1]) + stored[at + 1 :] for at in (0, len(stored) // 2, -1 % len(stored))
    ]
    for altered in [b"", stored[:-1], stored + b"\0", *flipped]:
        file.path.write_bytes(altered)
        assert file.load() is None


def test_an_older_copy_is_told_on_another_machine_too_and_ever_after(
    filled: Filled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older_copy_under_todays_pins(filled, tmp_path)
    monkeypatch.setattr(platform, "machine_id", lambda state: b"another machine")
    for _ in range(2):
        with filled.open() as session:
            assert codes(session)["rollback"]
            assert not log_checking.verify(session).verified
            refuses(VerificationError, "this waits until the log is sound", session.require_sound_log)


def test_a_crash_before_the_first_entry_on_another_machine_does_not_bring_back_the_old_log(
    filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log of the other machine may go on there: its key must not sign here."""
    with filled.open() as session:
        first = session.log.origin
    monkeypatch.setattr(platform, "machine_id", lambda state: b"another machine")
    with cut_at_commit(monkeypatch, after=False):
        filled.open()
    with filled.open() as session:
        assert session.log.origin != first
        assert not any(codes(session).values())


@pytest.mark.parametrize("how", SPOILED)
def test_a_session_key_that_is_gone_is_a_fault_until_a_clean_verification(filled: Filled, how: str) -> None:
    spoil_the_session_key(filled.place, how)
    with filled.open() as session:
        assert codes(session) == {"session-key": True}
    # Said again, although nothing is to be seen any more.
    with filled.open() as session:
        assert codes(session) == {"session-key": True}
        with pytest.raises(VerificationError, match="waits until the log is sound") as refused:
            session.require_sound_log()
        assert "session key" in str(refused.value.next_step)
        assert log_checking.verify(session).verified
        session.require_sound_log()
        assert session.warnings == ()
    with filled.open() as session:
        assert session.warnings == ()
        session.require_sound_log()


def test_what_this_unlock_notices_is_not_forgotten_by_its_own_verification(filled: Filled) -> None:
    spoil_the_session_key(filled.place, SPOILED[0])
    with filled.open() as session:
        assert [fault.code for fault in log_checking.verify(session).faults] == ["session-key"]
        assert codes(session)["session-key"]
    with filled.open() as session:
        assert codes(session)["session-key"]


def test_a_log_that_did_not_verify_waits_in_the_next_session_too(filled: Filled) -> None:
    with filled.open() as session, session.database.transaction() as rows:
        (kept,) = rows.connection.exec_driver_sql("SELECT list FROM operation WHERE seq = 3").fetchall()
        rows.connection.exec_driver_sql("UPDATE operation SET list = zeroblob(49) WHERE seq = 3")
    with filled.open() as session:
        assert not log_checking.verify(session).verified
    with filled.open() as session:
        assert codes(session) == {"verify": True}
        with pytest.raises(VerificationError, match="waits until the log is sound") as refused:
            session.require_sound_log()
        assert "does not verify" in str(refused.value.next_step)
        with session.database.transaction() as rows:
            rows.connection.exec_driver_sql("UPDATE operation SET list = ? WHERE seq = 3", (kept[0],))
        assert log_checking.verify(session).verified
    with filled.open() as session:
        assert session.warnings == ()


def fill(path: Path) -> None:
    path.write_bytes(os.urandom(2 * 1024 * 1024))


@pytest.mark.parametrize("break_pins", [a_file, fill, a_folder, a_fifo, a_link_into_nowhere])
def test_pins_that_are_there_and_do_not_open_are_a_fault_and_keep_nobody_out(
    filled: Filled, break_pins: Callable[[Path], None]
) -> None:
    break_pins(pins_path(filled.place))
    with filled.open() as session:
        assert codes(session)["pins"]
    with filled.open() as session:
        assert codes(session) == {"pins": True}
        assert log_checking.verify(session).verified
    with filled.open() as session:
        assert session.warnings == ()


def plant_checkpoint(session: Session) -> None:
    """Put in a checkpoint that nobody signed, of more entries than there are."""
    origin, size, root = session.log.origin, 2**50, b"\x11" * 32
    note = encode_note(note_body(origin, size, root), key_name(origin), b"\x01" * 32, b"\x02" * 64)
    with session.database.transaction() as rows:
        rows.add_checkpoint(CheckpointRow(origin, size, root, note))


def test_a_new_log_names_of_its_predecessor_only_what_is_proven(filled: Filled) -> None:
    with filled.open() as session:
        origin, size, root = session.log.origin, session.log.size, session.log.frontier.root()
        plant_checkpoint(session)
    shutil.rmtree(filled.state)
    with filled.open() as session, session.database.reading() as rows:
        genesis = Genesis.decode(rows.genesis(session.log.origin) or b"")
    assert (genesis.predecessor, genesis.predecessor_size, genesis.predecessor_root) == (origin, size, root)


def test_logs_of_two_accounts_that_take_turns_follow_one_another(filled: Filled, tmp_path: Path) -> None:
    """A new log goes on from the seat's newest one, not from the one that this account used last."""
    there = Place(filled.path, tmp_path / "other account")
    origins = []
    for place in (filled.place, there, filled.place, there):
        with place.open() as session:
            origins.append(session.log.origin)
    with filled.open() as session, session.database.reading() as rows:
        before = {
            origin: Genesis.decode(rows.genesis(origin) or b"").predecessor for origin in [*origins, session.log.origin]
        }
        assert [before[origin] for origin in origins[1:]] == origins[:-1]
        assert before[session.log.origin] == origins[-1]
        assert not any(codes(session).values())
