"""Which logs are those of a seat: the ones that its own identity key began, whatever other logs name the seat."""

from __future__ import annotations

from tests.log.writer import SEAT, Writer, verify_signature
from vault.log.genesis import Genesis, logs_of
from vault.store.rowtypes import GenesisRow


def test_a_log_that_another_key_began_in_the_name_of_a_seat_is_none_of_its_logs() -> None:
    own, other = Writer("a"), Writer("b")
    identity = Genesis.decode(own.genesis).identity
    rows = [
        GenesisRow(own.origin, own.genesis),
        GenesisRow(other.origin, other.genesis),
        GenesisRow(bytes(32), own.genesis),
        GenesisRow(own.origin, own.genesis[:-1] + bytes([own.genesis[-1] ^ 1])),
    ]
    assert set(logs_of(rows, SEAT, identity, verify_signature)) == {own.origin}
    assert logs_of(rows, bytes(16), identity, verify_signature) == {}
