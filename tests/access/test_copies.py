"""What opens a copy of a vault: a member's factors and the doors of the copy, and no session key."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.access.test_keychange import read_keys
from tests.services.founded import MEMBER, PASSPHRASE, Filled
from vault.access.pins.copies import COPIED_ROWS, copy_keys, copy_keys_of
from vault.errors import VerificationError, WrongPassphraseError
from vault.seal.entrance.doors import DoorKeys, make_doors
from vault.seal.entrance.keyfile import make_slot
from vault.seal.keyring import make_key
from vault.seal.purposes import Purpose


def test_a_copy_holds_the_root_secret_and_the_keyring_of_a_seat_and_whose_slot_is_which_and_nothing_that_signs() -> (
    None
):
    assert set(COPIED_ROWS) == {Purpose.ROOT_SECRET, Purpose.KEYRING, Purpose.SLOT}


def test_the_passphrase_opens_a_copy_and_is_wiped(filled: Filled) -> None:
    typed = bytearray(PASSPHRASE)
    keys = copy_keys_of(read_keys(filled.path), member=MEMBER, passphrase=typed)
    assert typed == bytes(len(PASSPHRASE))
    with filled.open() as session:
        assert keys == session.copy_keys(read_keys(filled.path))


@pytest.mark.parametrize("factor", [{"device_secret": b"f" * 32}, {"fido2_secret": b"f" * 32}])
def test_a_seat_with_a_further_factor_needs_it_for_a_copy_too(filled: Filled, factor: dict[str, bytes]) -> None:
    file = read_keys(filled.path)
    with filled.open() as session:
        secrets = session._secrets
    slot = make_slot(file.header, 0, secrets, passphrase=bytearray(PASSPHRASE), member_name=MEMBER, **factor)
    copied = replace(file, slots=(slot, *file.slots[1:]))
    assert copy_keys_of(copied, member=MEMBER, passphrase=bytearray(PASSPHRASE), **factor) == copy_keys(file, secrets)
    with pytest.raises(WrongPassphraseError, match="no key slot opens"):
        copy_keys_of(copied, member=MEMBER, passphrase=bytearray(PASSPHRASE))


def test_a_seat_without_a_door_in_the_copy_is_told(filled: Filled) -> None:
    file = read_keys(filled.path)
    closed = replace(file, doors=make_doors(file.header.vault, DoorKeys(make_key()), []))
    with filled.open() as session, pytest.raises(VerificationError, match="no door of the keys file opens for your"):
        session.copy_keys(closed)
