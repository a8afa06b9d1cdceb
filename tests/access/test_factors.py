"""Factors asked for again in an open session: whose they must be, and what is exchanged with the right ones."""

from __future__ import annotations

from typing import Any

import pytest

from tests.access.told import NOTHING, is_told, told_by
from tests.services.colleague import admit
from tests.services.founded import MEMBER, PASSPHRASE, Place
from vault.access.pins.delays import AttemptFile
from vault.access.seat_keys.slots import Factors, change_factors, check_factors, salt_of_vault
from vault.access.session import Session
from vault.access.unlock import unlock
from vault.errors import NoVaultError, VerificationError, WrongPassphraseError
from vault.seal.entrance.keyfile import SLOT_BLOB_SIZE, KeyFile

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
        before = KeyFile.decode(session.folder.keys.read_bytes())
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
        with pytest.raises(WrongPassphraseError, match="no key slot opens"):
            check_factors(session, oren.name, theirs, refuse)


def test_another_file_than_the_one_that_the_session_opened_is_not_tried(founded: Place) -> None:
    with founded.open() as session:
        file = KeyFile.decode(session.folder.keys.read_bytes())
        session.folder.keys.write_bytes(file.with_slot(5, bytes(SLOT_BLOB_SIZE)).encode())
        for factors in (own(), Factors(bytearray(b"wrong"))):
            words = "the keys file is not the one that this session opened"
            assert told_by(check, session, factors) == (VerificationError, words)
        assert AttemptFile.of(file.header, founded.state).load().count == 0


def test_the_salt_of_a_vault_is_that_of_its_keys_file_and_a_keys_file_alone_is_no_vault(founded: Place) -> None:
    salt = KeyFile.decode((founded.path / "keys").read_bytes()).header.vault_salt
    assert salt_of_vault(founded.path) == salt
    (founded.path / "vault.db").unlink()
    with pytest.raises(NoVaultError, match=r"the file vault\.db is missing"):
        salt_of_vault(founded.path)
