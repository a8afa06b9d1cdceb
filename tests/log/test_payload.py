from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from types import MappingProxyType
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tables import each, refused
from vault.errors import MalformedError, VerificationError
from vault.log.items import check_act
from vault.log.payload import Payload, commitment, covered_digest, decode_plaintext, encode_plaintext

ID, DIGEST, SALT = b"i" * 16, b"d" * 32, b"s" * 32
FULL = Payload(
    act="export.done",
    t=1_790_000_000_000,
    out="error:disk-full",
    why="legal-referral",
    obj=ID,
    objs=(ID, b"j" * 16),
    covers={"note": 3, "person": 1},
    dig=DIGEST,
    tz0=-210,
    boot=ID,
    mono=5,
    cause=(DIGEST, 4),
    app="1.0.0",
    deleg=ID,
    pol="rights-1",
)
READ = Payload(act="case.view", t=0)


@each(
    [FULL, READ]
    + [replace(FULL, **change) for change in (
        {"t": (1 << 63) - 1}, {"mono": 0}, {"why": "x" * 32}, {"app": "a"}, {"app": "a" * 64}, {"tz0": -1_439},
        {"tz0": 1_439}, {"cause": 0}, {"cause": 9}, {"cause": (DIGEST, 0)}, {"objs": (ID,) * 64},
    )]
)  # fmt: skip
def test_a_payload_survives_to_the_last_that_it_can_say(payload: Payload) -> None:
    assert Payload.decode(payload.encode()) == payload


def test_absent_members_are_left_out_and_keys_are_in_order() -> None:
    assert msgspec.msgpack.decode(READ.encode()) == {"act": "case.view", "out": "ok", "t": 0}
    assert list(msgspec.msgpack.decode(FULL.encode())) == sorted(msgspec.msgpack.decode(FULL.encode()))


def test_members_of_a_newer_program_survive() -> None:
    newer = msgspec.msgpack.encode({"act": "case.view", "newer": [1, {"x": b"y"}], "out": "ok", "t": 1})
    payload = Payload.decode(newer)
    assert payload.unknown == {"newer": [1, {"x": b"y"}]}
    assert payload.encode() == newer


def test_an_act_of_a_newer_program_is_read_but_neither_judged_nor_written() -> None:
    payload = Payload.decode(msgspec.msgpack.encode({"act": "case.teleport", "t": 1}))
    with pytest.raises(MalformedError, match="not in the table"):
        payload.encode()
    with pytest.raises(VerificationError, match="an act that this program does not know"):
        check_act(payload.act, [])


# Member -> values that it cannot have: as MessagePack gives them, and the first behind each border.
_REFUSED: dict[str, list[Any]] = {
    "act": ["Case.View"],
    "app": ["", "a" * 65, "é", b"a", "a\nb"],
    "boot": [b"short"],
    "cause": [[DIGEST], [ID, 1], [DIGEST, -1], -1],
    "covers": [{"note": -1}, {"the note": 1}, []],
    "deleg": [ID + b"x"],
    "dig": [ID, "d" * 32],
    "mono": [1.5, 1 << 63],
    "obj": ["text", "i" * 16],
    "objs": [[ID] * 65, [ID, DIGEST], {}, 5],
    "out": ["fine", b"ok"],
    "pol": ["a\nb"],
    "t": [True, -1, 1 << 63],
    "tz0": [2_000, -1_440, 1_440, 1.5, True],
    "why": ["she is afraid of her brother", "x" * 33, b"intake"],
}
_MEMBERS = msgspec.msgpack.decode(FULL.encode())


@each({f"{name} {value}": (name, value) for name, values in _REFUSED.items() for value in values})
def test_a_member_of_another_form_is_neither_read_nor_made(name: str, value: Any) -> None:
    with pytest.raises(MalformedError, match=f"the member {name} of an audit payload is not of the form"):
        Payload.decode(msgspec.msgpack.encode(_MEMBERS | {name: value}))
    with pytest.raises(MalformedError, match=f"the member {name} of an audit payload is not of the form"):
        replace(FULL, **{name: tuple(value) if value and isinstance(value, list) else value})  # type: ignore[arg-type]


def test_a_member_that_is_nothing_is_refused() -> None:
    others = [msgspec.msgpack.encode(_MEMBERS | {name: None}) for name in _REFUSED]
    refused(MalformedError, "lacks a member, or gives it as nothing", Payload.decode, others)


def test_what_a_view_covers_may_be_any_mapping() -> None:
    assert replace(FULL, covers=MappingProxyType({"note": 3, "person": 1})).encode() == FULL.encode()


@each(
    {
        "empty": (b"", "no"),
        "list": (msgspec.msgpack.encode([1]), "not a MessagePack map"),
        "number as key": (msgspec.msgpack.encode({1: 2}), "not a MessagePack map"),
        "a byte more": (READ.encode() + b"\0", "not a MessagePack map"),
        "a deep nest": (b"\x81\xa1x" + b"\x91" * 5000, "not a MessagePack map"),
        "no UTF-8": (b"\x81\xa1\xffx", "not a MessagePack map"),
        "no MessagePack": (b"\xc1", "not a MessagePack map"),
        "a number": (b"\x05", "not a MessagePack map"),
        "no act": (msgspec.msgpack.encode({"t": 1}), "lacks a member"),
        "no time": (msgspec.msgpack.encode({"act": "lock"}), "lacks a member"),
    }
)
def test_other_forms_are_refused(untrusted: bytes, reason: str) -> None:
    with pytest.raises(MalformedError, match=reason):
        Payload.decode(untrusted)


def test_a_known_member_cannot_hide_among_the_unknown() -> None:
    with pytest.raises(MalformedError, match="known member among the unknown"):
        replace(READ, unknown={"obj": ID})


def test_a_commitment_fixes_the_payload() -> None:
    encoded = FULL.encode()
    expected = sha256(b"casevault/audit/v1\0" + SALT + encoded).digest()
    assert commitment(SALT, encoded) == expected
    assert decode_plaintext(encode_plaintext(SALT, encoded), expected) == (SALT, encoded)


def test_a_view_names_what_it_showed_in_whatever_order() -> None:
    first, second = b"a" * 32, b"b" * 32
    assert covered_digest([second, first]) == covered_digest([first, second]) == sha256(first + second).digest()
    assert covered_digest([first]) != covered_digest([first, first])
    assert covered_digest([]) == sha256(b"").digest()


@each(
    {
        "another payload": (encode_plaintext(SALT, b"other"), VerificationError, "commits to"),
        "another salt": (encode_plaintext(b"t" * 32, READ.encode()), VerificationError, "commits to"),
        "cut": (encode_plaintext(SALT, READ.encode())[:-1], MalformedError, "not a MessagePack map"),
        "no payload": (msgspec.msgpack.encode({"salt": SALT}), MalformedError, "not salt and payload"),
        "a salt of text": (msgspec.msgpack.encode({"salt": "s" * 32, "payload": b"p"}), MalformedError, "not salt and"),
        "a text": (msgspec.msgpack.encode({"salt": SALT, "payload": "p"}), MalformedError, "not salt and payload"),
        "a number": (msgspec.msgpack.encode({"salt": SALT, "payload": 5}), MalformedError, "not salt and payload"),
        "more": (msgspec.msgpack.encode({"salt": SALT, "payload": b"", "more": 1}), MalformedError, "not salt"),
        "no salt": (msgspec.msgpack.encode({"salt": b"", "payload": b""}), MalformedError, "salt of a commitment"),
    }
)
def test_an_opened_entry_is_refused(plaintext: bytes, error: type[Exception], reason: str) -> None:
    with pytest.raises(error, match=reason):
        decode_plaintext(plaintext, commitment(SALT, READ.encode()))


def test_a_plaintext_has_4095_bytes_at_most() -> None:
    room = 4_095 - len(encode_plaintext(SALT, b"p" * 256)) + 256
    assert len(encode_plaintext(SALT, b"p" * room)) == 4_095
    with pytest.raises(MalformedError, match="an audit payload has 4096 bytes, more than 4095"):
        encode_plaintext(SALT, b"p" * (room + 1))


def test_the_fullest_payload_fits_its_bucket() -> None:
    fullest = replace(FULL, objs=tuple(bytes([i]) * 16 for i in range(64)), covers={f"kind-{i}": 1 for i in range(20)})
    encode_plaintext(SALT, fullest.encode())


def test_hostile_bytes_are_malformed_and_nothing_worse() -> None:
    # How deep a stack bears differs between interpreters; which check refuses it may too, that it is refused may not.
    hostile = [b"\x81\xa1x" + b"\x91" * 4_000 + b"\x00", b"\x81\xa1x\xa1\x80"]
    refused(MalformedError, "an audit payload", Payload.decode, hostile)


@each({"arrays": (b"\x91", b"\x90"), "maps": (b"\x81\xa1k", b"\x80"), "beside something flat": (b"\x92\x01", b"\x90")})
def test_a_payload_may_be_nested_32_deep_and_no_deeper(around: bytes, inner: bytes) -> None:
    head = b"\x83\xa3act\xa8log.read\xa1t\x01\xa5newer"  # the map itself is the first level
    assert Payload.decode(head + around * 30 + inner).unknown
    with pytest.raises(MalformedError, match="nested deeper than 32"):
        Payload.decode(head + around * 31 + inner)


def test_arrays_in_the_key_of_a_map_count_as_depth() -> None:
    head = b"\x83\xa3act\xa8log.read\xa1t\x01\xa5newer\x81"
    assert Payload.decode(head + b"\x91" * 29 + b"\x90\x01").unknown
    with pytest.raises(MalformedError, match="nested deeper than 32"):
        Payload.decode(head + b"\x91" * 30 + b"\x90\x01")


@given(st.binary(max_size=200))
def test_no_bytes_lead_to_any_other_error(untrusted: bytes) -> None:
    try:
        Payload.decode(untrusted)
    except MalformedError:
        return
