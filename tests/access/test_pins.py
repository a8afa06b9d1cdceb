"""What an account remembers of a vault: sealed for one seat, never unlearned."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.access.seats import SEAT, VAULT
from tests.store.samples import names_in
from vault import platform
from vault.access.pins.pins import Dates, PinFile, Pinned, Pins, pinned_now, this_machine
from vault.access.session import Session
from vault.errors import MalformedError, TryAgainError
from vault.ids import Origin, SeatId, VaultId
from vault.seal.envelope import LocalContext, open_sealed
from vault.seal.named import machine_digest, private_file_name
from vault.seal.purposes import Purpose

KEY = b"k" * 32
LOG, OTHER, THIRD = (Origin(letter * 32) for letter in (b"a", b"b", b"c"))
PINS = Pins(
    machine=b"m" * 32,
    logs=MappingProxyType({LOG: Pinned(7, b"r" * 32), OTHER: Pinned(0, bytes(32))}),
    current=LOG,
    pending=None,
    roster=b"g" * 32,
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
)


@pytest.fixture
def file(tmp_path: Path) -> PinFile:
    return PinFile(tmp_path / "state" / "pins", VAULT, SEAT, KEY)


# ---- what pins are


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
            "roster": b"g" * 32,
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
            "fill": fill,
        }


@given(st.integers(0, 9_000))
def test_pins_of_any_content_take_whole_steps_and_come_back(length: int) -> None:
    pins = replace(FULL, alarms=(("code", "a" * length),))
    content = pins.encode()
    assert (len(content) + 1) % 4096 == 0
    assert Pins.decode(content) == pins


def test_pins_of_before_generations_alarms_and_seats_were_kept_have_none() -> None:
    newer = ("keys_generation", "alarms", "here", "attempts", "dates", "fill")
    older = {name: value for name, value in msgspec.msgpack.decode(FULL.encode()).items() if name not in newer}
    assert Pins.decode(msgspec.msgpack.encode(older)) == replace(
        FULL, keys_generation=0, alarms=(), here=frozenset[SeatId](), dates=Dates()
    )


def test_pins_of_another_form_are_refused() -> None:
    for content in (b"", b"\x80", PINS.encode()[:-1], msgspec.msgpack.encode({"machine": 1}), b"\x81\xa1\xff\x01"):
        with pytest.raises(MalformedError, match="the pins cannot be read"):
            Pins.decode(content)


# ---- what follows from a log


def test_pins_follow_the_log_that_goes_on_and_forget_what_was_pending(session: Session) -> None:
    log = session.log
    before = replace(FULL, current=OTHER)
    logs = {**FULL.logs, log.origin: Pinned(log.size, log.frontier.root())}
    expected = replace(FULL, logs=logs, current=log.origin, pending=None, roster=log.roster)
    assert pinned_now(log, before, {}) == expected
    assert LOG in before.logs.keys() - {log.origin}


def test_of_another_log_the_longer_memory_is_kept(session: Session) -> None:
    before = replace(PINS, logs={OTHER: Pinned(5, b"o" * 32)})
    kept = {size: pinned_now(session.log, before, {OTHER: Pinned(size, b"n" * 32)}).logs[OTHER] for size in (4, 5, 6)}
    assert kept == {4: Pinned(5, b"o" * 32), 5: Pinned(5, b"o" * 32), 6: Pinned(6, b"n" * 32)}
    assert pinned_now(session.log, before, {THIRD: Pinned(0, b"z" * 32)}).logs[THIRD] == Pinned(0, b"z" * 32)


# ---- their file


def test_the_name_of_the_file_tells_neither_vault_nor_seat_and_its_content_nothing(file: PinFile) -> None:
    file.save(PINS)
    assert file.path == file.folder / private_file_name(KEY, VAULT, SEAT)
    stored = file.path.read_bytes()
    for secret in (VAULT, SEAT, LOG, PINS.machine, PINS.roster):
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


def a_link_into_nowhere(path: Path) -> None:
    path.symlink_to(path.parent / "nowhere")


def a_link_to_a_folder(path: Path) -> None:
    (path.parent.parent / "elsewhere").mkdir()
    path.symlink_to(path.parent.parent / "elsewhere")


def a_file(path: Path) -> None:
    path.write_bytes(b"junk")


def a_folder(path: Path) -> None:
    path.mkdir()
    (path / "inside").touch()


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
    with pytest.raises(TryAgainError, match=f"^the state folder {file.folder} cannot be written$"):
        file.save(PINS)


def test_a_machine_without_a_name_and_without_a_state_folder_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "machine_id", lambda state: b"machine of " + bytes(state))
    assert this_machine(tmp_path) == machine_digest(b"machine of " + bytes(tmp_path))

    def fail(state: Path) -> bytes:
        raise PermissionError

    monkeypatch.setattr(platform, "machine_id", fail)
    with pytest.raises(TryAgainError, match=f"^the state folder {tmp_path} cannot be written$"):
        this_machine(tmp_path)
