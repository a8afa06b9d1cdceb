from dataclasses import replace

import pytest

from tests.seal.places import KEY, OTHER_KEY, SEAT, VAULT, fixed, flipped
from tests.seal.test_keyfile import FILE, HEADER, SECRETS
from vault.errors import RefusedError, WrongPassphraseError
from vault.seal import passphrase as passphrase_module
from vault.seal import unlocking
from vault.seal.envelope import LocalContext, holds_commitment, seal
from vault.seal.keyfile import KeyFile, seal_slot, slot_info
from vault.seal.passphrase import DEFAULT, FLOOR, WORDS_COST, KdfParameters, derive_unlock_key, stretch
from vault.seal.purposes import Purpose
from vault.seal.unlocking import Stretched, find_slot, unlock

DEVICE = fixed("device secret")
BOTH = [Stretched(DEFAULT, KEY), Stretched(FLOOR, OTHER_KEY)]
WRONG = "no key slot opens with this name and passphrase"


def _file(number: int, parameters: KdfParameters, k1: bytes, device_secret: bytes = b"") -> KeyFile:
    info = slot_info(HEADER, number, parameters)
    unlock_key = derive_unlock_key(k1, slot_info=info, device_secret=device_secret)
    return FILE.with_slot(number, seal_slot(unlock_key, SECRETS, HEADER, number))


@pytest.mark.parametrize("number", [0, 5, 31])
def test_a_slot_is_found_wherever_it_is(number: int) -> None:
    opened = find_slot(_file(number, DEFAULT, KEY), BOTH)
    assert (opened.number, opened.parameters, opened.secrets) == (number, DEFAULT, SECRETS)


def test_a_slot_of_the_previous_cost_is_found_while_members_migrate() -> None:
    opened = find_slot(_file(3, FLOOR, OTHER_KEY), BOTH)
    assert (opened.number, opened.parameters) == (3, FLOOR)


def test_a_slot_of_another_cost_is_not_opened_by_the_right_passphrase() -> None:
    with pytest.raises(WrongPassphraseError, match=WRONG):
        find_slot(_file(3, FLOOR, KEY), BOTH)


def test_another_factor_opens_nothing() -> None:
    file = _file(3, DEFAULT, KEY, DEVICE)
    assert find_slot(file, BOTH, device_secret=DEVICE).secrets == SECRETS
    for device_secret, fido2_secret in ((b"", b""), (OTHER_KEY, b""), (b"", DEVICE), (DEVICE, DEVICE)):
        with pytest.raises(WrongPassphraseError, match=WRONG):
            find_slot(file, BOTH, device_secret=device_secret, fido2_secret=fido2_secret)


def test_no_bit_of_a_slot_can_be_flipped() -> None:
    file = _file(3, DEFAULT, KEY)
    for bit in range(0, 8 * 1024, 61):
        with pytest.raises(WrongPassphraseError, match=WRONG):
            find_slot(replace(file, slots=(flipped(file.slots[3], bit),) * 32), [Stretched(DEFAULT, KEY)])


def test_a_slot_moved_to_another_place_opens_nothing() -> None:
    slot = _file(3, DEFAULT, KEY).slots[3]
    with pytest.raises(WrongPassphraseError, match=WRONG):
        find_slot(FILE.with_slot(4, slot), BOTH)


@pytest.mark.parametrize("content", [b"", b"\x80"], ids=["nothing", "an empty map"])
def test_a_slot_with_other_content_is_the_same_error(content: bytes) -> None:
    unlock_key = derive_unlock_key(KEY, slot_info=slot_info(HEADER, 3))
    slot = seal(unlock_key, content, LocalContext(Purpose.SLOT, VAULT, bytes(16), 3))
    with pytest.raises(WrongPassphraseError, match=WRONG):
        find_slot(FILE.with_slot(3, slot), BOTH)


@pytest.mark.parametrize("number", [0, 31, None], ids=["first slot", "last slot", "no slot"])
def test_every_slot_is_tried_at_every_cost_whatever_opens(monkeypatch: pytest.MonkeyPatch, number: int | None) -> None:
    tried = []

    def counted(key: bytes, untrusted: bytes, context: LocalContext) -> bool:
        tried.append(context.number)
        return holds(key, untrusted, context)

    holds = holds_commitment
    monkeypatch.setattr(unlocking, "holds_commitment", counted)
    if number is None:
        with pytest.raises(WrongPassphraseError):
            find_slot(FILE, BOTH)
    else:
        find_slot(_file(number, DEFAULT, KEY), BOTH)
    assert tried == [*range(32), *range(32)]


def test_a_passphrase_unlocks_and_another_name_or_phrase_does_not() -> None:
    header = replace(HEADER, parameters=FLOOR, previous=None)
    k1 = stretch(bytearray(b"correct horse"), "Amina", header.vault_salt, FLOOR)
    slot = seal_slot(derive_unlock_key(k1, slot_info=slot_info(header, 8)), SECRETS, header, 8)
    file = replace(FILE, header=header).with_slot(8, slot)
    opened = unlock(KeyFile.decode(file.encode()), bytearray(b"correct horse"), "amina")
    assert opened.secrets.seat == SEAT
    for phrase, name in ((b"correct horsf", "Amina"), (b"correct horse", "Amira")):
        with pytest.raises(WrongPassphraseError, match=WRONG):
            unlock(file, bytearray(phrase), name)


def test_both_costs_are_paid_while_members_migrate_and_that_of_words_once(monkeypatch: pytest.MonkeyPatch) -> None:
    paid = []

    def counted(_: bytearray, name: str, __: bytes, parameters: KdfParameters) -> bytes:
        paid.append((name, parameters))
        return KEY

    monkeypatch.setattr(unlocking, "stretch", counted)
    unlock(_file(3, DEFAULT, KEY), bytearray(b"phrase"), "Amina")
    assert paid == [("Amina", DEFAULT), ("Amina", FLOOR), ("Amina", WORDS_COST)]


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(replace(HEADER, parameters=KdfParameters(1 << 30, 3, 4)), id="current"),
        pytest.param(replace(HEADER, previous=KdfParameters(1 << 30, 3, 4)), id="previous"),
    ],
)
def test_a_file_that_claims_a_terabyte_is_refused_before_either_cost_is_paid(
    monkeypatch: pytest.MonkeyPatch, header: object
) -> None:
    def never(*_: object, **__: object) -> bytes:
        pytest.fail("Argon2 was called")

    monkeypatch.setattr(passphrase_module, "hash_secret_raw", never)
    with pytest.raises(RefusedError, match="memory_kib = 1073741824 is not between"):
        unlock(replace(FILE, header=header), bytearray(b"phrase"), "Amina")  # type: ignore[arg-type]  # a parameter


@pytest.mark.parametrize("runs", [BOTH, BOTH[::-1]], ids=["present cost first", "previous cost first"])
def test_a_slot_of_the_previous_cost_is_renewed_at_the_present_one(runs: list[Stretched]) -> None:
    opened = find_slot(_file(3, FLOOR, OTHER_KEY), runs)
    assert opened.renewed is not None
    again = find_slot(FILE.with_slot(3, opened.renewed), [Stretched(DEFAULT, KEY)])
    assert (again.secrets, again.parameters, again.renewed) == (SECRETS, DEFAULT, None)


def test_no_key_and_no_slot_stands_in_a_representation() -> None:
    assert "k1" not in repr(BOTH[0])
    assert "renewed" not in repr(find_slot(_file(3, FLOOR, OTHER_KEY), BOTH))
