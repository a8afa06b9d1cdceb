"""Which logs the root alone certified, what a cut leaves, and the forms of a roster part by part."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from tests.log.test_roster import (
    _FIRST,
    HEAD,
    MANY,
    NEW_ROOT,
    NOUR,
    SALT,
    admission,
    certificate,
    chain,
    id_of,
    log_of,
)
from tests.tables import each, refused
from vault.errors import MalformedError
from vault.log.roster import Roster, not_valid
from vault.log.roster_entries import Ending, MemberEntry, RosterHead, decode_entry, encode_entry
from vault.words.message import Message

# --- what the root alone certified


def test_the_root_alone_certifies_the_first_logs_of_all_seats_of_roster_0() -> None:
    assert chain(_FIRST).first_certified == {log_of(seat): (0, _FIRST.root) for seat in MANY.seats}
    by_a_member_too = MANY.roster("root", "Nour-1")
    assert chain(by_a_member_too).first_certified == {log_of(seat): (0, by_a_member_too.root) for seat in MANY.seats}


def test_a_log_that_members_admitted_is_certified_by_no_root_though_it_signs_too() -> None:
    by_root = admission(MANY).roster("root")
    certified = chain(_FIRST, by_root).first_certified
    assert certified[log_of("Kim-1")] == (1, by_root.root)
    assert certified[log_of("Nour-1")] == (0, _FIRST.root)
    for signers in (["Nour-1", "Ilse-1"], ["root", "Nour-1"], ["root", "Nour-1", "Ilse-1"]):
        assert log_of("Kim-1") not in chain(_FIRST, admission(MANY).roster(*signers)).first_certified


def test_the_signature_of_a_stranger_beside_the_roots_changes_nothing() -> None:
    roster = admission(MANY).roster("root", "stranger")
    assert chain(_FIRST, roster).first_certified[log_of("Kim-1")] == (1, roster.root)


def test_after_a_new_root_it_is_the_new_one_that_certifies_for_good() -> None:
    second = MANY.after(_FIRST, new_root=NEW_ROOT.public).roster("root")
    third = MANY.after(second, new_root=None).roster("new root")
    admitted = MANY.with_member("Kim", "field", third, new_root=None)
    result = chain(_FIRST, second, third, admitted.roster("new root"))
    assert result.newest == admitted.roster("new root")
    assert result.first_certified[log_of("Kim-1")] == (3, admitted.roster().root)
    assert chain(_FIRST, second, third, admitted.roster("root")).newest == third


def test_two_beginnings_end_everything_and_each_is_named() -> None:
    other = replace(MANY, rights=2).roster("root")
    result = chain(_FIRST, other, admission(MANY).roster("root"))
    assert (result.accepted, result.effective) == ((), None)
    assert {not_valid(0, roster.root, Message("the root signed two beginnings")) for roster in (_FIRST, other)} == set(
        result.problems
    )


def test_rosters_are_judged_by_number_whatever_their_roots() -> None:
    rosters, draft = [_FIRST], MANY
    for name in "abcdefgh":
        draft = draft.with_member(name, "field", rosters[-1])
        rosters.append(draft.roster("root"))
    assert chain(*reversed(rosters)).accepted == tuple(rosters)


# --- form

CERTIFICATE = certificate("Nour-1", "Nour")


@each({"one log": {"identity": certificate("x", "Nour").identity}, "one identity": {"genesis": log_of("x")}})
def test_no_two_seats_share_an_identity_or_a_log(same: dict[str, bytes]) -> None:
    other = replace(CERTIFICATE, seat=id_of("other"), **same)
    entries = (HEAD, NOUR, *(encode_entry(certificate, SALT) for certificate in (CERTIFICATE, other)))
    with pytest.raises(MalformedError, match="gives two seats one identity or one log"):
        Roster(entries)


@each([5, {b"k" * 32: 1, b"s" * 64: 2}, [b"k" * 32, "s" * 64], ["k" * 32, "s" * 64], [b"k" * 32, b"s" * 64, b""]])
def test_a_signature_is_a_pair_of_bytes(pair: object) -> None:
    with pytest.raises(MalformedError, match="a roster has a signature that is no pair"):
        Roster.from_fields({"entries": [HEAD], "sigs": [pair]})
    with pytest.raises(MalformedError, match="an entry that is no bytes"):
        Roster.from_fields({"entries": [HEAD, "text"], "sigs": []})


def _entry(value: object) -> bytes:
    return SALT + msgspec.msgpack.encode(value)


_BORDER = (1 << 63) - 1


def test_an_ending_lists_its_logs_in_order_with_sizes_of_63_bits() -> None:
    ends = Ending(id_of("x"), {b"b" * 32: 0, b"a" * 32: _BORDER})
    encoded = encode_entry(ends, SALT)
    assert decode_entry(encoded) == ends
    assert encoded == _entry({"end": id_of("x"), "sizes": [[b"a" * 32, _BORDER], [b"b" * 32, 0]]})
    with pytest.raises(MalformedError, match="not of the form"):
        decode_entry(_entry({"end": id_of("x"), "sizes": [[b"a" * 32, _BORDER + 1]]}))


@each(
    {
        "a certificate that is text": {"cert": "text"},
        "a certificate that is a list": {"cert": [1]},
        "a part of a certificate": {"cert": {"seat": id_of("x")}},
        "roles in a map": {"member": id_of("x"), "roles": {}},
        "roles by name": {"member": id_of("x"), "roles": {"admin": 1}},
        "sizes in a map": {"end": id_of("x"), "sizes": {}},
    }
)
def test_a_part_of_another_kind_is_refused(value: object) -> None:
    with pytest.raises(MalformedError, match="a roster entry is not of the form"):
        decode_entry(_entry(value))


def test_what_cannot_be_read_is_no_entry() -> None:
    """Entries come from whoever holds the directory: hostile bytes are malformed and nothing worse."""
    deep, no_text = b"\x91" * 5000 + b"\x00", b"\xa1\x80"
    hostile = [SALT, *(SALT + head + rest for head in (b"\x81\xa1x", b"\x81\xa4cert") for rest in (deep, no_text))]
    refused(MalformedError, "a roster entry is not of the form", decode_entry, hostile)


def test_an_entry_that_would_not_come_back_is_not_written() -> None:
    with pytest.raises(MalformedError, match="the salt of a roster entry has not 16 bytes"):
        encode_entry(MemberEntry(id_of("x"), frozenset()), SALT + b"s")
    head = RosterHead(id_of("vault"), 1, [b"p" * 32], b"r" * 1_216, 1, (1,))  # type: ignore[arg-type]  # a list
    with pytest.raises(MalformedError, match="does not survive encoding"):
        encode_entry(head, SALT)
