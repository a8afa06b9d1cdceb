from dataclasses import replace
from typing import NoReturn

import pytest

from tests.seal.places import KEY, OTHER_KEY, VAULT, flipped
from tests.seal.test_keyfile import FILE, HEADER, SECRETS
from tests.tables import each, refused
from vault.errors import RefusedError, WrongPassphraseError
from vault.seal.entrance import passphrase as passphrase_module
from vault.seal.entrance.keyfile import KeyFile, KeyHeader, Stretched, find_slot, seal_slot, slot_info, unlock
from vault.seal.entrance.passphrase import CEILING, DEFAULT, FLOOR, KdfParameters, derive_unlock_key
from vault.seal.envelope import LocalContext, seal
from vault.seal.purposes import Purpose

BOTH = [Stretched(DEFAULT, KEY), Stretched(FLOOR, OTHER_KEY)]
WRONG = "no key slot opens with this name and passphrase"


def _never(*_: object, **__: object) -> NoReturn:
    pytest.fail("Argon2 was called")


def _file(number: int, parameters: KdfParameters, k1: bytes) -> KeyFile:
    unlock_key = derive_unlock_key(k1, slot_info=slot_info(HEADER, number, parameters))
    return FILE.with_slot(number, seal_slot(unlock_key, SECRETS, HEADER, number))


@each([0, 5, 31])
def test_a_slot_is_found_wherever_it_is(number: int) -> None:
    opened = find_slot(_file(number, DEFAULT, KEY), BOTH)
    assert (opened.number, opened.parameters, opened.secrets) == (number, DEFAULT, SECRETS)


def test_no_bit_of_a_slot_can_be_flipped() -> None:
    slot = _file(3, DEFAULT, KEY).slots[3]
    changed = [replace(FILE, slots=(flipped(slot, bit),) * 32) for bit in range(0, 8 * 1024, 61)]
    refused(WrongPassphraseError, WRONG, lambda file: find_slot(file, BOTH[:1]), changed)


def _with_content(content: bytes) -> KeyFile:
    unlock_key = derive_unlock_key(KEY, slot_info=slot_info(HEADER, 3))
    return FILE.with_slot(3, seal(unlock_key, content, LocalContext(Purpose.SLOT, VAULT, bytes(16), 3)))


def test_a_slot_of_another_cost_place_or_content_is_the_same_error() -> None:
    others = {
        "of another cost": _file(3, FLOOR, KEY),
        "at another place": FILE.with_slot(4, _file(3, DEFAULT, KEY).slots[3]),
        "with nothing inside": _with_content(b""),
        "with an empty map inside": _with_content(b"\x80"),
    }
    refused(WrongPassphraseError, WRONG, lambda file: find_slot(file, BOTH), others)


@each(
    [replace(HEADER, parameters=KdfParameters(1 << 30, 3, 4)), replace(HEADER, previous=KdfParameters(1 << 30, 3, 4))]
)
def test_a_file_that_claims_a_terabyte_is_refused_before_either_cost_is_paid(
    header: KeyHeader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passphrase_module, "hash_secret_raw", _never)
    with pytest.raises(RefusedError, match="memory_kib = 1073741824 is not between"):
        unlock(replace(FILE, header=header), bytearray(b"phrase"), "Amina")


@each({
    "the ceiling": (FLOOR, CEILING),
    "more memory": (replace(DEFAULT, iterations=9), replace(DEFAULT, memory_kib=2 * DEFAULT.memory_kib)),
    "more work": (DEFAULT, replace(DEFAULT, iterations=DEFAULT.iterations + 1)),
})  # fmt: skip
def test_a_previous_cost_above_the_present_one_is_refused_before_either_is_paid(
    present: KdfParameters, previous: KdfParameters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passphrase_module, "hash_secret_raw", _never)
    header = replace(HEADER, parameters=present, previous=previous)
    with pytest.raises(RefusedError, match="previous passphrase cost is higher"):
        unlock(replace(FILE, header=header), bytearray(b"phrase"), "Amina")


@each({"present cost first": (BOTH,), "previous cost first": (BOTH[::-1],)})
def test_a_slot_of_the_previous_cost_is_found_and_renewed_at_the_present_one(runs: list[Stretched]) -> None:
    opened = find_slot(_file(3, FLOOR, OTHER_KEY), runs)
    assert (opened.number, opened.parameters) == (3, FLOOR)
    assert opened.renewed is not None
    again = find_slot(FILE.with_slot(3, opened.renewed), [Stretched(DEFAULT, KEY)])
    assert (again.secrets, again.parameters, again.renewed) == (SECRETS, DEFAULT, None)


def test_no_key_and_no_slot_stands_in_a_representation() -> None:
    assert "k1" not in repr(BOTH[0])
    assert "renewed" not in repr(find_slot(_file(3, FLOOR, OTHER_KEY), BOTH))
