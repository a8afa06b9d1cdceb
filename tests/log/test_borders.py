"""The last value that is allowed and the first that is not, part by part, for the public forms of a log."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import fields, replace
from hashlib import sha256
from typing import Any

import msgspec
import pytest

from tests.log import test_approvals as approvals
from tests.log.writer import Key
from tests.tables import each
from vault.errors import MalformedError
from vault.ids import ZERO_DIGEST
from vault.log import choices
from vault.log.approvals import Approval, Refusal, approved_digest, judge_unread
from vault.log.checkpoint import key_id, note_body, parse_note, split_note
from vault.log.choices import Stretch
from vault.log.epochs import KIND_AT, CompartmentKind, Drop, EpochNotice
from vault.log.genesis import SEAT_IN_GENESIS, Genesis
from vault.log.header import Header
from vault.log.history import History
from vault.log.rowcheck import CheckedRow

UNSIGNED, APPROVAL, GIVEN, USED = approvals.UNSIGNED, approvals.APPROVAL, approvals.GIVEN, approvals.USED
ORIGIN, DIGEST = sha256(b"origin").digest(), sha256(b"digest").digest()

# --- approvals


@each([{"expires_ms": 0}, {"expires_ms": (1 << 63) - 1}, {"why": "x"}, {"why": "x" * 32}, {"why": "a-1.b"}])
def test_the_last_that_an_approval_can_say(change: dict[str, Any]) -> None:
    approval = approvals.signed(replace(UNSIGNED, **change))
    assert Approval.decode(approval.encode()) == approval


@each(
    [
        {"expires_ms": 1 << 63},
        {"why": "x" * 33},
        {"why": "wörd"},
        {"why": "a!"},
        {"why": b"word"},
        {"why": "a b"},
        {"why": "A"},
    ]
)
def test_the_first_that_it_cannot(change: dict[str, Any]) -> None:
    with pytest.raises(MalformedError, match="not of the form of FORMAT"):
        replace(UNSIGNED, **change)


@each([5, [], {}, {"act": {"a": []}}, None])
def test_other_messagepack_is_no_approval(value: object) -> None:
    with pytest.raises(MalformedError, match="not of the form of FORMAT"):
        Approval.decode(msgspec.msgpack.encode(value))


def test_a_nest_too_deep_to_read_is_no_approval() -> None:
    with pytest.raises(MalformedError, match="not of the form of FORMAT"):
        Approval.decode(b"\x81\xa3act" + b"\x91" * 5000)


def test_the_members_of_an_approval_stand_in_the_order_of_their_names() -> None:
    members = list(msgspec.msgpack.decode(APPROVAL.encode()))
    assert members == sorted(members)
    assert set(members) == {field.name for field in fields(Approval)} - {"expires_ms", "signature"} | {
        "expires",
        "format",
        "sig",
    }


def test_the_digest_of_what_is_approved_is_that_of_the_format() -> None:
    of = msgspec.msgpack.encode({"act": "erase", "of": {"a": 1, "b": "x"}})
    assert approved_digest("erase", {"b": "x", "a": 1}) == sha256(b"casevault/approved/v1\0" + of).digest()


def test_an_approval_listed_twice_by_its_giver_counts_if_one_listing_is_sound() -> None:
    for other in (replace(GIVEN, seq=5, identity=Key("other").public), replace(GIVEN, seq=5, roles=frozenset())):
        assert approvals.outcome(GIVEN, other, USED) == (USED, [])


def test_what_is_used_twice_is_judged_in_the_order_of_the_logs_whoever_reads() -> None:
    first, second = replace(USED, origin=b"A" * 32), replace(USED, origin=b"B" * 32)
    late = replace(first, seq=first.seq + 1)
    assert judge_unread([GIVEN, second, first]).refused == ((second, Refusal.USED_TWICE),)
    assert judge_unread([late, GIVEN, first]).refused == ((late, Refusal.USED_TWICE),)
    assert judge_unread([late, first]).refused == ((late, Refusal.OWN),)


def test_who_was_not_in_proves_nothing_against_two_who_were_however_often() -> None:
    outside = [replace(USED, member=None, origin=bytes([n]) * 32) for n in (1, 2)]
    assert judge_unread([GIVEN, USED, *outside]).refused == ()
    assert [reason for _, reason in judge_unread([GIVEN, *outside]).refused] == [Refusal.ENDED] * 2


# --- notes


def _signed_by(name: str, signature: bytes = bytes(68)) -> str:
    return f"— {name} {b64encode(signature).decode()}\n"


@each(["\t", "\r", "\0", "\x1f"])
def test_no_control_character_stands_in_a_note(char: str) -> None:
    with pytest.raises(MalformedError, match="a note holds a control character"):
        split_note(f"text{char}\n\n{_signed_by('name')}".encode())


def test_a_note_has_128_kib_at_most() -> None:
    end = "\n\n" + _signed_by("name")
    with pytest.raises(MalformedError, match="a note has 131073 bytes, more than 131072"):
        split_note(b"x" * 131_073)
    text, _ = split_note(("x" * (131_072 - len(end.encode())) + end).encode())
    assert len(text) + len(end.encode()) - 1 == 131_072


@each(
    {
        "no text": ("\n\n" + _signed_by("name"), "no text, no blank line or no signature"),
        "no blank line": ("text\n" + _signed_by("name"), "no text, no blank line or no signature"),
        "no dash": ("text\n\n" + _signed_by("name")[2:], "a line that is no signature"),
        "nothing behind the name": ("text\n\n— name\n", "a signature that is too short"),
        "an id alone": ("text\n\n" + _signed_by("name", bytes(4)), "a signature that is too short"),
        "spare bits": ("text\n\n— name AAAAAAB=\n", "a signature that is not base64"),
        "another letter": ("text\n\n— name AAAA-AAA\n", "a signature that is not base64"),
        "no padding": ("text\n\n— name AAAAA\n", "a signature that is not base64"),
    }
)
def test_what_is_no_signed_note_is_told_apart(note: str, words: str) -> None:
    with pytest.raises(MalformedError, match=words):
        split_note(note.encode())


def test_a_signature_begins_behind_four_bytes() -> None:
    _, (line,) = split_note(("text\n\n" + _signed_by("name", b"abcdX")).encode())
    assert (line.key_id, line.signature) == (b"abcd", b"X")
    assert len(key_id("name", bytes(32))) == 4


@each([0, 1, (1 << 64) - 1])
def test_a_checkpoint_is_of_any_size_of_64_bits(size: int) -> None:
    note = note_body(ORIGIN, size, DIGEST) + b"\n" + _signed_by("name").encode()
    assert parse_note(note).size == size


@each([-1, 1 << 64])
def test_and_of_no_other(size: int) -> None:
    with pytest.raises(MalformedError, match="a checkpoint is not in its canonical form"):
        parse_note(note_body(ORIGIN, size, DIGEST) + b"\n" + _signed_by("name").encode())


# --- choices


def _stretch_of(entries: int) -> Stretch:
    stretch = Stretch(History(bytes(32), bytes(32)))
    for seq in range(entries):
        stretch.add({bytes([seq, n]) * 16: CheckedRow(bytes([seq, n]) * 16, seq, None, None) for n in range(2)})
    return stretch


def test_a_stretch_of_too_many_entries_is_not_tried_and_takes_no_more_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choices._LONGEST == 65_536
    monkeypatch.setattr(choices, "_LONGEST", 3)
    assert [_stretch_of(entries).can_be_tried for entries in (3, 4, 9)] == [True, False, False]
    assert _stretch_of(4).tries == _stretch_of(9).tries == 2**4


# --- epoch notices

NOTICE = EpochNotice(2, bytes(16), b"c" * 16, CompartmentKind.CASE, b"e" * 16)
LATER = replace(NOTICE, replaced=(b"f" * 16,), drops=tuple(Drop(b"s" * 16, bytes([n]) * 32, n) for n in (1, 2)))


def test_the_kinds_of_compartment_have_the_numbers_of_the_format() -> None:
    named = {kind.name.lower(): int(kind) for kind in CompartmentKind}
    assert named == {"case": 1, "section": 2, "directory": 3, "register": 4, "intake": 5, "sending": 6, "audit": 7}


def test_the_kind_stands_where_it_is_looked_for() -> None:
    assert replace(NOTICE, kind=CompartmentKind.AUDIT).encode()[KIND_AT] == 7


def test_a_notice_with_two_drops_and_another_suite_is_read_as_it_was_written() -> None:
    assert LATER.encode()[:2] == b"\1\2"
    assert EpochNotice.decode(LATER.encode()) == LATER


@each(
    [
        {"vault": bytes(15)},
        {"compartment": bytes(17)},
        {"epoch": bytes(15)},
        {"replaced": (bytes(15),)},
        {"drops": (Drop(bytes(15), bytes(32), 1),)},
        {"drops": (Drop(bytes(16), bytes(31), 1),)},
    ]
)
def test_each_id_of_a_notice_has_its_size(change: dict[str, Any]) -> None:
    with pytest.raises(MalformedError, match="an id of the wrong size"):
        replace(LATER, **change)


def _ids(count: int) -> tuple[bytes, ...]:
    return tuple(n.to_bytes(16, "big") for n in range(count))


def _drops(count: int) -> tuple[Drop, ...]:
    return tuple(Drop(b"s" * 16, n.to_bytes(32, "big"), n) for n in range(count))


@each([{"suite": 255}, {"replaced": _ids(255)}, {"drops": _drops(255)}])
def test_the_last_numbers_that_a_notice_can_say(change: dict[str, Any]) -> None:
    notice = replace(LATER, **change)
    assert EpochNotice.decode(notice.encode()) == notice


@each([{"suite": 0}, {"suite": 256}, {"replaced": _ids(256)}, {"drops": _drops(256)}])
def test_the_first_numbers_that_it_cannot(change: dict[str, Any]) -> None:
    with pytest.raises(MalformedError, match="a number is out of range"):
        replace(LATER, **change)


# --- the beginning of a log

GENESIS = Genesis(bytes(16), b"s" * 16, bytes(32), bytes(32), bytes(16))


def test_a_log_goes_on_from_another_or_from_none() -> None:
    assert GENESIS.is_first
    assert GENESIS.predecessor_size == 0
    for size in (1, (1 << 64) - 1):
        later = replace(GENESIS, predecessor=ORIGIN, predecessor_size=size, predecessor_root=DIGEST)
        assert not later.is_first
        assert Genesis.decode(later.encode(bytes(64))) == later


def test_the_seat_stands_in_a_genesis_where_it_is_looked_for() -> None:
    assert GENESIS.encode(bytes(64))[SEAT_IN_GENESIS] == b"s" * 16


@each(
    [
        (ORIGIN, 0, ZERO_DIGEST),
        (ORIGIN, 1, ZERO_DIGEST),
        (ORIGIN, 0, DIGEST),
        (ZERO_DIGEST, 1, ZERO_DIGEST),
        (ZERO_DIGEST, 0, DIGEST),
        (ZERO_DIGEST, 1, DIGEST),
        (ORIGIN, 1 << 64, DIGEST),
        (ORIGIN, -1, DIGEST),
    ]
)
def test_never_from_a_part_of_one(origin: bytes, size: int, root: bytes) -> None:
    with pytest.raises(MalformedError, match="only a part of its predecessor"):
        replace(GENESIS, predecessor=origin, predecessor_size=size, predecessor_root=root)


# --- headers

_DIGESTS = {
    "c": "commitment",
    "g": "roster",
    "k": "session_key",
    "l": "origin",
    "r": "list_digest",
    "x": "payload_digest",
}
HEADER = Header(**{name: sha256(name.encode()).digest() for name in _DIGESTS.values()}, position=7)


@each(_DIGESTS.items())
def test_each_digest_of_a_header_has_32_bytes_in_small_hex(letter: str, name: str) -> None:
    with pytest.raises(MalformedError, match="a digest has not 32 bytes"):
        replace(HEADER, **{name: bytes(31)}).encode()  # type: ignore[arg-type]
    members = json.loads(HEADER.encode())
    for wrong in (members[letter].upper(), members[letter][2:], members[letter] + "00", "g" * 64):
        changed = json.dumps(members | {letter: wrong}, separators=(",", ":")).encode()
        with pytest.raises(MalformedError, match="a header is not"):
            Header.decode(changed)
