"""Computed ids and the register's hashes: alike on two devices, and told apart by everything that goes in."""

import pytest

from tests.seal.places import fixed
from vault.errors import VaultError
from vault.seal.keys import derive_wrap_key
from vault.seal.named import access_record, deputy_record, derive_register_hash, derive_register_key

MEMBER, OTHER = fixed("member", 16), fixed("other member", 16)
EPOCH_KEY = fixed("epoch key")


def test_records_of_members_are_told_apart_and_have_the_size_of_an_id() -> None:
    records = {access_record(MEMBER), access_record(OTHER), deputy_record(MEMBER), deputy_record(OTHER)}
    assert len(records) == 4
    assert {len(record) for record in records} == {16}


def test_the_register_has_a_key_of_its_own_in_each_epoch() -> None:
    keys = {derive_register_key(EPOCH_KEY), derive_register_key(fixed("other epoch")), derive_wrap_key(EPOCH_KEY)}
    assert len(keys) == 3


def test_a_guess_is_right_under_the_right_key_alone() -> None:
    key = derive_register_key(EPOCH_KEY)
    assert derive_register_hash(key, "ilham") == derive_register_hash(key, "ilham")
    assert derive_register_hash(key, "ilham") != derive_register_hash(key, "ilhan")
    assert derive_register_hash(key, "ilham") != derive_register_hash(derive_register_key(fixed("other")), "ilham")


@pytest.mark.parametrize("member", [b"", bytes(15), bytes(17)])
def test_a_member_of_another_width_has_no_record(member: bytes) -> None:
    with pytest.raises(VaultError, match="member"):
        access_record(member)


@pytest.mark.parametrize("key", [b"", bytes(31)])
def test_a_key_of_another_width_is_refused(key: bytes) -> None:
    with pytest.raises(VaultError):
        derive_register_key(key)
    with pytest.raises(VaultError):
        derive_register_hash(key, "ilham")
