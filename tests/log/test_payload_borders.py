"""Audit payloads, lists and sessions at their borders: the last that passes, the first that does not."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import msgspec
import pytest

from tests.log.test_payload import DIGEST, FULL, ID, READ, SALT
from tests.tables import each
from vault.errors import MalformedError
from vault.log.history import History
from vault.log.items import Item, ItemKind, decode_items, encode_items
from vault.log.operation import Operation, compose
from vault.log.payload import Payload, commitment, decode_plaintext, encode_plaintext
from vault.log.rowcheck import CheckedRow

_LAST: list[dict[str, Any]] = [
    {"t": (1 << 63) - 1},
    {"mono": 0},
    {"why": "x" * 32},
    {"app": "a"},
    {"app": "a" * 64},
    {"tz0": -1_439},
    {"tz0": 1_439},
    {"cause": 0},
    {"cause": (DIGEST, 0)},
    {"objs": (ID,) * 64},
]
_FIRST: list[dict[str, Any]] = [
    {"t": 1 << 63},
    {"t": -1},
    {"mono": 1 << 63},
    {"why": "x" * 33},
    {"why": b"intake"},
    {"app": ""},
    {"app": "a" * 65},
    {"app": "é"},
    {"app": b"a"},
    {"tz0": -1_440},
    {"tz0": 1_440},
    {"cause": (ID, 1)},
    {"cause": (DIGEST, -1)},
    {"cause": -1},
    {"obj": "i" * 16},
    {"dig": "d" * 32},
    {"covers": {"the note": 1}},
    {"covers": []},
    {"out": b"ok"},
    {"tz0": 1.5},
    {"tz0": True},
    {"objs": (ID,) * 65},
    {"objs": (ID, DIGEST)},
    {"objs": {}},
    {"objs": 5},
]


@each(_LAST)
def test_the_last_that_a_payload_can_say(change: dict[str, Any]) -> None:
    payload = replace(FULL, **change)
    assert Payload.decode(payload.encode()) == payload


@each(_FIRST)
def test_the_first_that_it_cannot(change: dict[str, Any]) -> None:
    (name,) = change
    with pytest.raises(MalformedError, match=f"the member {name} of an audit payload is not of the form"):
        replace(FULL, **change)


def test_what_a_view_covers_may_be_any_mapping() -> None:
    assert replace(FULL, covers=MappingProxyType({"note": 3, "person": 1})).encode() == FULL.encode()


def test_a_plaintext_has_4095_bytes_at_most() -> None:
    room = 4_095 - len(encode_plaintext(SALT, b"p" * 256)) + 256
    assert len(encode_plaintext(SALT, b"p" * room)) == 4_095
    with pytest.raises(MalformedError, match="an audit payload has 4096 bytes, more than 4095"):
        encode_plaintext(SALT, b"p" * (room + 1))


@each(
    [{"salt": "s" * 32, "payload": b"p"}, {"salt": SALT, "payload": "p"}, {"salt": SALT}, {"salt": SALT, "payload": 5}]
)
def test_an_opened_entry_is_two_runs_of_bytes(members: dict[str, Any]) -> None:
    with pytest.raises(MalformedError, match="is not salt and payload"):
        decode_plaintext(msgspec.msgpack.encode(members), commitment(SALT, READ.encode()))


@each([b"\x81\xa1x" + b"\x91" * 5000, b"\x81\xa1\xffx", b"\xc1", b"\x05"])
def test_what_cannot_be_read_is_no_payload(untrusted: bytes) -> None:
    with pytest.raises(MalformedError, match="not a MessagePack map"):
        Payload.decode(untrusted)


# --- lists


def _many(count: int) -> list[Item]:
    return [Item(ItemKind.VERSION, n.to_bytes(32, "big"), bytes(16)) for n in range(count)]


def test_a_list_has_1024_items_at_most() -> None:
    assert len(decode_items(encode_items(_many(1_024)))) == 1_024
    with pytest.raises(MalformedError, match="a list has 1025 items, more than 1024"):
        encode_items(_many(1_025))
    with pytest.raises(MalformedError, match="a list has 1025 items, more than 1024"):
        decode_items(b"".join(encode_items([item]) for item in _many(1_025)))


def test_one_digest_may_be_listed_as_two_kinds_and_never_twice_as_one() -> None:
    version, erased = (Item(kind, DIGEST, bytes(16)) for kind in (ItemKind.VERSION, ItemKind.ERASED))
    assert decode_items(encode_items([version, erased])) == (version, erased)
    with pytest.raises(MalformedError, match="a list names one thing twice"):
        encode_items([version, version._replace(tag=b"t" * 16)])


def test_an_approval_is_listed_by_the_hash_of_its_bytes() -> None:
    assert Item.of_bytes(ItemKind.APPROVAL, b"") == Item.tagless(
        ItemKind.APPROVAL, bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    )


# --- the sessions of a log


def _row(seq: int, key: bytes | None = None) -> CheckedRow:
    return CheckedRow(seq.to_bytes(32, "big"), seq, key, None)


def test_a_session_left_without_a_checkpoint_is_told_with_its_number_and_first_entry() -> None:
    history = History(b"o" * 32, b"1" * 32)
    for seq, key in enumerate([b"2" * 32, None, b"3" * 32, None]):
        history.append(_row(seq, key))
    assert history.session == 2
    twin = history.copy()
    assert not twin.seal()
    (problem,) = twin.problems
    assert (problem.origin, problem.seq) == (b"o" * 32, 0)
    assert "session 1, from entry 0 on, has no valid checkpoint" in problem.text
    assert history.problems == []


def _operation(items: int, sealed: int) -> Operation:
    parts = {"origin": b"o" * 32, "seq": 7, "roster": DIGEST, "commitment": DIGEST}
    return compose(**parts, items=_many(items), sealed=bytes(sealed))  # type: ignore[arg-type]


def test_an_operation_has_64_kib_at_most_header_list_and_payload_together() -> None:
    header = len(_operation(1_024, 1).header)
    room = 65_536 - header - 1_024 * 49
    last = _operation(1_024, room)
    assert (last.origin, last.seq) == (b"o" * 32, 7)
    assert len(last.header) + len(last.list) + len(last.sealed) == 65_536
    with pytest.raises(MalformedError, match="operation 7 has 65537 bytes, more than 65536"):
        _operation(1_024, room + 1)
