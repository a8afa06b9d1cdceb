import hashlib

import pytest

from tests.seal.places import OTHER_SEAT, SEAT, VAULT
from tests.tables import refused
from vault.errors import MalformedError
from vault.seal.named import attempts_file_name, dates_file_name, former_pins_file_name, machine_digest


def test_a_pins_file_is_named_by_vault_and_seat_in_hex() -> None:
    pairs = [(VAULT, SEAT), (VAULT, OTHER_SEAT), (SEAT, VAULT)]
    names = {former_pins_file_name(*pair) for pair in pairs}
    assert len(names) == 3
    for name in names:
        assert len(bytes.fromhex(name)) == 16
        assert name == name.lower()


def test_machines_differ_and_one_without_an_id_is_refused() -> None:
    assert machine_digest(b"one") != machine_digest(b"two")
    assert len(machine_digest(b"one")) == 32
    with pytest.raises(MalformedError, match="the system gives no machine id"):
        machine_digest(b"")


def test_each_file_of_a_device_has_a_name_of_its_own_kind() -> None:
    def named(*parts: bytes) -> str:
        return hashlib.sha256(b"".join(parts)).hexdigest()[:32]

    assert former_pins_file_name(VAULT, SEAT) == named(b"casevault/pins", VAULT, SEAT)
    assert dates_file_name(VAULT) == named(b"casevault/dates", VAULT)
    assert attempts_file_name(VAULT, SEAT) == named(b"casevault/attempts", VAULT, SEAT)


def test_no_file_is_named_by_a_part_of_an_id() -> None:
    others = [(b"", SEAT), (VAULT, b""), (VAULT[1:], SEAT), (VAULT, SEAT + b"s"), (VAULT + b"\0", SEAT[1:])]
    for name in (former_pins_file_name, attempts_file_name):
        refused(MalformedError, r"(vault|folder|seat) has \d+ bytes, not 16", name, others)
    refused(MalformedError, "vault has 15 bytes, not 16", dates_file_name, [VAULT[1:]])
