"""What no `repr` shows: it goes into tracebacks, logs and debuggers of whoever embeds this."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

from tests.access.seats import MEMBER, SEAT, VAULT
from tests.services.founded import MEMBER as NAME
from tests.services.founded import PASSPHRASE, Filled
from vault.access.membership.first_seat import Founded
from vault.access.membership.joining import PendingSeat, new_seat
from vault.access.pins.copies import CopyKeys, OwnFile
from vault.access.pins.pins import PinFile
from vault.access.recovery_session import AuditKey, opened_by_sheets
from vault.access.seat_keys.rekeying import read_key_file
from vault.access.seat_keys.root_secret import kept_secret
from vault.access.seat_keys.slots import Factors
from vault.access.trust.keyrings import GrantedKey
from vault.ids import CompartmentId, CompartmentKind, EpochId
from vault.log.epoch_notice import EpochNotice
from vault.records.seatlog import FirstLog, SealedPlace, SessionKeys
from vault.seal.entrance.keyfile import SeatSecrets
from vault.seal.entrance.keyfile import unlock as open_slot
from vault.seal.recovery import derive_root_seed

SECRET = b"orchard, copper, lantern, heron!"


def shows(value: object, secrets: Iterable[bytes]) -> bool:
    """Say whether a value's text holds one of the secrets."""
    text = repr(value)
    return any(form in text for secret in secrets for form in (repr(secret)[2:-1], secret.hex()))


def secrets_in(own: SeatSecrets) -> list[bytes]:
    public = {"seat", "anchor"}
    return [getattr(own, one.name) for one in fields(own) if one.name not in public]


def test_no_repr_shows_a_secret() -> None:
    case, epoch, place = CompartmentId(b"c" * 16), EpochId(b"e" * 16), SealedPlace(VAULT, SEAT, SECRET)
    notice = EpochNotice(1, VAULT, case, CompartmentKind.CASE, bytes(32), epoch)
    values = (
        AuditKey(case, epoch, SECRET),
        CopyKeys(place, SECRET, SeatSecrets.draw()),
        Factors(bytearray(SECRET), SECRET, SECRET),
        Founded(VAULT, MEMBER, bytes(32), SECRET, PinFile(Path("pins"), VAULT, SEAT, SECRET)),
        GrantedKey(notice, lambda: SECRET, ()),
        OwnFile(Path("index"), VAULT, SEAT, SECRET),
        PinFile(Path("pins"), VAULT, SEAT, SECRET),
        PendingSeat(FirstLog(b"g" * 249, SessionKeys(1, SECRET, SECRET)), here=False),
    )
    assert [type(value).__name__ for value in values if shows(value, [SECRET])] == []


def test_no_repr_of_an_open_vault_or_a_seat_that_asks_to_join_shows_a_key(filled: Filled) -> None:
    own = open_slot(read_key_file(filled.path / "keys"), bytearray(PASSPHRASE), NAME).secrets
    with filled.open() as session:
        keyring = session.keyring
        keys = [keyring.get(epoch) or b"" for held in keyring.compartments() for epoch in keyring.epochs_of(held)]
        root = kept_secret(session) or b""
        assert len(keys) >= 6
        assert not shows(session, [*secrets_in(own), *keys, root])
        new = new_seat(session.anchor, here=False)
        assert not shows(new, secrets_in(new.secrets))
    with opened_by_sheets(filled.path, root) as opened:
        assert not shows(opened, [root, derive_root_seed(root), opened.doors.new, *keys])
