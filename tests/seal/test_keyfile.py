from collections.abc import Callable
from dataclasses import fields, replace

import msgspec
import pytest

from tests.seal.places import KEY, OTHER_KEY, SEAT, VAULT, fixed, flipped
from tests.tables import each, refused
from vault.errors import BrokenSealError, MalformedError, NewerVaultError, RefusedError
from vault.seal.entrance.keyfile import (
    HEADER_SIZE,
    KEY_FILE_SIZE,
    KeyFile,
    KeyHeader,
    SeatSecrets,
    make_key_file,
    open_slot,
    seal_slot,
    slot_info,
)
from vault.seal.entrance.passphrase import DEFAULT, FLOOR, KdfParameters
from vault.seal.envelope import LocalContext, seal
from vault.seal.purposes import Purpose

HEADER = KeyHeader(VAULT, fixed("folder", 16), 9, fixed("vault salt"), DEFAULT, FLOOR)
SECRETS = SeatSecrets(
    SEAT,
    fixed("kem", 96),
    fixed("identity"),
    fixed("keyring"),
    fixed("index"),
    fixed("draft"),
    fixed("pin"),
    fixed("root"),
)
FILE = make_key_file(
    HEADER,
    doors=[fixed(f"door {n}", 1200) for n in range(32)],
    recovery_door=fixed("recovery door", 1200),
    attempts_public=fixed("attempts", 1216),
    slots={5: seal_slot(KEY, SECRETS, HEADER, 5)},
    random=lambda size: fixed("unused", size),
)


def test_a_key_file_survives_its_bytes_and_has_one_size() -> None:
    assert len(FILE.header_bytes()) == HEADER_SIZE == 92
    assert len(FILE.encode()) == KEY_FILE_SIZE == 92 + 32 * 1024 + 33 * 1200 + 1216
    assert KeyFile.decode(FILE.encode()) == FILE
    assert KeyFile.decode(FILE.encode()).digest() == FILE.digest()


def test_a_header_without_previous_cost_survives_its_bytes() -> None:
    header = replace(HEADER, previous=None)
    assert KeyHeader.decode(header.encode()) == header
    assert header.parameter_sets() == (DEFAULT,)
    assert HEADER.parameter_sets() == (DEFAULT, FLOOR)


def test_a_key_file_of_another_size_is_refused() -> None:
    sizes = [0, 1, 91, 92, 93, 1116, KEY_FILE_SIZE - 1, KEY_FILE_SIZE + 1]
    others = [(FILE.encode() + b"\0")[:size] for size in sizes]
    refused(MalformedError, r"keys (header|file) has \d+ bytes, not", KeyFile.decode, others)


@each(
    {
        "later format": (b"\x02\x01", NewerVaultError),
        "later suite": (b"\x01\x02", NewerVaultError),
        "format 0": (b"\x00\x01", MalformedError),
        "suite 0": (b"\x01\x00", MalformedError),
    }
)
def test_an_unknown_form_is_refused(lead: bytes, error: type[Exception]) -> None:
    with pytest.raises(error, match=f"keys file has format {lead[0]}, suite {lead[1]}"):
        KeyFile.decode(lead + FILE.encode()[2:])


def test_every_bit_of_the_header_reaches_the_digest() -> None:
    digests = {KeyFile.decode(flipped(FILE.encode(), bit)).digest() for bit in range(16, 8 * HEADER_SIZE)}
    assert len(digests) == 8 * HEADER_SIZE - 16
    assert FILE.digest() not in digests


def test_an_unused_slot_looks_like_a_used_one() -> None:
    made = _made_with({})
    assert len(set(made.slots)) == 32
    # Bit counts of 32 x 8,192 random bits: ten standard deviations.
    ones = sum(byte.bit_count() for slot in (*made.slots, FILE.slots[5]) for byte in slot)
    assert abs(ones - 33 * 4096) < 10 * (33 * 2048) ** 0.5


@each(
    {
        "slot missing": (lambda: replace(FILE, slots=FILE.slots[1:]), "32 slots and 32 doors"),
        "door missing": (lambda: replace(FILE, doors=FILE.doors[1:]), "32 slots and 32 doors"),
        "empty slot": (lambda: FILE.with_slot(3, b""), "slot has 0 bytes, not 1024"),
        "slot 32": (lambda: FILE.with_slot(32, FILE.slots[5]), "slot 32 is not between 0 and 31"),
        "slot -1": (lambda: FILE.with_slot(-1, FILE.slots[5]), "slot -1 is not between 0 and 31"),
        "recovery door": (lambda: FILE.with_doors(FILE.doors, b""), "door has 0 bytes, not 1200"),
        "door": (lambda: FILE.with_doors([b"x"] * 32, FILE.recovery_door), "door has 1 bytes"),
        "attempts key": (lambda: replace(FILE, attempts_public=b""), "attempts key has 0 bytes"),
        "vault": (lambda: replace(HEADER, vault=b""), "vault has 0 bytes, not 16"),
        "folder": (lambda: replace(HEADER, folder=b""), "folder has 0 bytes, not 16"),
        "salt": (lambda: replace(HEADER, vault_salt=b""), "vault_salt has 0 bytes, not 32"),
        "generation": (lambda: replace(HEADER, generation=-1), "generation is not between"),
        "fresh slot 32": (lambda: _made_with({32: FILE.slots[5]}), "slot 32 is not between 0 and 31"),
        "fresh empty slot": (lambda: _made_with({1: b""}), "slot has 0 bytes, not 1024"),
    }
)
def test_a_key_file_of_other_parts_cannot_be_made(change: Callable[[], object], error: str) -> None:
    with pytest.raises(MalformedError, match=error):
        change()


def _made_with(slots: dict[int, bytes], header: KeyHeader = HEADER) -> KeyFile:
    return make_key_file(
        header, doors=FILE.doors, recovery_door=FILE.recovery_door, attempts_public=FILE.attempts_public, slots=slots
    )


def test_every_change_is_a_new_generation() -> None:
    slot, door = fixed("new slot", 1024), fixed("new door", 1200)
    with_slot = FILE.with_slot(7, slot)
    assert with_slot.slots == (*FILE.slots[:7], slot, *FILE.slots[8:])
    with_doors = FILE.with_doors([door] * 32, door)
    assert with_doors.doors == (door,) * 32
    assert with_doors.recovery_door == door
    for changed in (with_slot, with_doors):
        assert changed.header.generation == 10
        assert KeyFile.decode(changed.encode()) == changed


@each({"current": (KdfParameters(1, 3, 4), None), "previous": (DEFAULT, KdfParameters(1, 3, 4))})
def test_a_cost_out_of_bounds_is_never_written(parameters: KdfParameters, previous: KdfParameters | None) -> None:
    with pytest.raises(RefusedError, match="memory_kib = 1 is not between"):
        _made_with({}, replace(HEADER, parameters=parameters, previous=previous))


@each(
    {
        "another key": (OTHER_KEY, HEADER, 5),
        "another number": (KEY, HEADER, 6),
        "another vault": (KEY, replace(HEADER, vault=fixed("else", 16)), 5),
    }
)
def test_a_slot_opens_nowhere_else(key: bytes, header: KeyHeader, number: int) -> None:
    with pytest.raises(BrokenSealError, match=f"seal does not hold: slot {number}"):
        open_slot(key, FILE.slots[5], header, number)


def test_a_slot_opens_with_its_key_at_its_number_in_its_vault_whatever_the_folder_and_generation() -> None:
    moved = replace(HEADER, folder=fixed("else", 16), generation=11, previous=None)
    assert open_slot(KEY, FILE.slots[5], HEADER, 5) == open_slot(KEY, FILE.slots[5], moved, 5) == SECRETS
    assert slot_info(moved, 5) == slot_info(HEADER, 5)


def test_a_slot_is_bound_to_what_fixes_its_key() -> None:
    other_vault, other_salt = replace(HEADER, vault=fixed("else", 16)), replace(HEADER, vault_salt=fixed("else"))
    infos = [slot_info(HEADER, 5, DEFAULT), slot_info(HEADER, 6), slot_info(HEADER, 5, FLOOR)]
    infos += [slot_info(other_vault, 5), slot_info(other_salt, 5)]
    assert len(set(infos)) == 5
    assert {len(info) for info in infos} == {14 + 1 + 1 + 16 + 32 + 9 + 8}
    for number in (-1, 32):
        with pytest.raises(MalformedError, match=f"slot {number} is not between 0 and 31"):
            slot_info(HEADER, number)


CONTENT = msgspec.msgpack.decode(SECRETS.encode())


@each(
    {
        "empty": (b"", "slot content cannot be read"),
        "lengthened": (SECRETS.encode() + b"\0", "slot content cannot be read"),
        "number": (msgspec.msgpack.encode({**CONTENT, "seat": 1}), "slot content cannot be read"),
        "more": (msgspec.msgpack.encode({**CONTENT, "more": b""}), "other fields than format 1"),
        "no root": (msgspec.msgpack.encode({k: v for k, v in CONTENT.items() if k != "root"}), "other fields"),
        "empty root": (msgspec.msgpack.encode({**CONTENT, "root": b""}), "root_public has 0 bytes"),
        "short seed": (msgspec.msgpack.encode({**CONTENT, "kem": bytes(95)}), "kem_seed has 95 bytes"),
    }
)
def test_a_slot_with_other_content_is_refused(content: bytes, error: str) -> None:
    slot = seal(KEY, content, LocalContext(Purpose.SLOT, VAULT, bytes(16), 5))
    with pytest.raises(MalformedError, match=error):
        open_slot(KEY, slot, HEADER, 5)


def test_secrets_are_never_shown() -> None:
    shown = repr(SECRETS)
    for field in fields(SECRETS):
        value = getattr(SECRETS, field.name)
        assert field.name == "seat" or repr(value) not in shown
