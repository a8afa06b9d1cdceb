from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tables import each
from vault.errors import MalformedError, VerificationError
from vault.log.acts import ACTS, check_act
from vault.log.items import Item, ItemKind
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


@each({"all members": FULL, "least": READ, "own cause": replace(FULL, cause=9)})
def test_a_payload_survives(payload: Payload) -> None:
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


_REFUSED = {
    "act": "Case.View",
    "app": "",
    "boot": b"short",
    "cause": [DIGEST],
    "covers": {"note": -1},
    "deleg": ID + b"x",
    "dig": ID,
    "mono": 1.5,
    "obj": "text",
    "objs": [ID] * 65,
    "out": "fine",
    "pol": "a\nb",
    "t": True,
    "tz0": 2_000,
    "why": "she is afraid of her brother",
}


@each(_REFUSED.items())
def test_a_member_of_another_form_is_refused(name: str, value: object) -> None:
    members = msgspec.msgpack.decode(FULL.encode()) | {name: value}
    with pytest.raises(MalformedError, match=f"the member {name} of an audit payload"):
        Payload.decode(msgspec.msgpack.encode(members))


@each(sorted(_REFUSED))
def test_a_member_that_is_nothing_is_refused(name: str) -> None:
    members = msgspec.msgpack.decode(FULL.encode()) | {name: None}
    with pytest.raises(MalformedError, match="lacks a member, or gives it as nothing"):
        Payload.decode(msgspec.msgpack.encode(members))


@each(
    {
        "empty": (b"", "no"),
        "list": (msgspec.msgpack.encode([1]), "not a MessagePack map"),
        "number as key": (msgspec.msgpack.encode({1: 2}), "not a MessagePack map"),
        "a byte more": (READ.encode() + b"\0", "not a MessagePack map"),
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
        "more": (msgspec.msgpack.encode({"salt": SALT, "payload": b"", "more": 1}), MalformedError, "not salt"),
        "no salt": (msgspec.msgpack.encode({"salt": b"", "payload": b""}), MalformedError, "salt of a commitment"),
    }
)
def test_an_opened_entry_is_refused(plaintext: bytes, error: type[Exception], reason: str) -> None:
    with pytest.raises(error, match=reason):
        decode_plaintext(plaintext, commitment(SALT, READ.encode()))


def test_the_largest_bucket_is_the_limit() -> None:
    assert len(encode_plaintext(SALT, bytes(4_000))) <= 4_095
    with pytest.raises(MalformedError, match="more than 4095"):
        encode_plaintext(SALT, bytes(4_080))


def test_the_fullest_payload_fits_its_bucket() -> None:
    fullest = replace(FULL, objs=tuple(bytes([i]) * 16 for i in range(64)), covers={f"kind-{i}": 1 for i in range(20)})
    encode_plaintext(SALT, fullest.encode())


@each(
    {
        "nested deeper than a stack bears": b"\x81\xa1x" + b"\x91" * 4_000 + b"\x00",
        "a text that is no UTF-8": b"\x81\xa1x\xa1\x80",
    }
)
def test_hostile_bytes_are_malformed_and_nothing_worse(untrusted: bytes) -> None:
    # How deep a stack bears differs between interpreters; which check refuses it may too, that it is refused may not.
    with pytest.raises(MalformedError, match="an audit payload"):
        Payload.decode(untrusted)


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


@each(ACTS)
def test_an_act_lists_what_its_row_allows_and_nothing_else(act: str) -> None:
    for kind in ItemKind:
        item = Item(kind, DIGEST, bytes(16))
        if kind in ACTS[act]:
            check_act(act, [item])
        else:
            with pytest.raises(VerificationError, match=f"act {act} lists an item of kind {kind}"):
                check_act(act, [item])


@each(["case.list", "case.view", "case.search", "file.view", "print", "log.read"])
def test_a_read_lists_nothing(act: str) -> None:
    assert not ACTS[act]


@each(sorted(set(ACTS) - {"erase", "case.delete", "intake.edit", "register.edit"}))
def test_only_erasing_acts_erase(act: str) -> None:
    assert ItemKind.ERASED not in ACTS[act]
