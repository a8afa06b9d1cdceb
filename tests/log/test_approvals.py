from __future__ import annotations

import dataclasses
from dataclasses import replace
from hashlib import sha256
from typing import Any

import msgspec
import pytest

from tests.tables import each, refused
from vault.errors import MalformedError
from vault.log.approval import (
    APPROVAL_PURPOSE,
    Approval,
    Giver,
    Listing,
    Refusal,
    approval_id,
    approved_digest,
    flaw_of_use,
    judge,
)
from vault.log.items import ItemKind
from vault.seal.signing import is_signed_raw, make_signing_seed, public_key, sign

VAULT, ASKER, GIVER, THIRD = (bytes([n]) * 16 for n in (1, 2, 3, 4))
MIRA, OREN = b"m" * 16, b"o" * 16
SEED = make_signing_seed(lambda size: bytes(range(size)))
APPROVERS = frozenset({"supervisor", "caseworker"})
UNSIGNED = Approval(
    vault=VAULT,
    act="export.begin",
    digest=approved_digest("export.begin", {"profile": "lawyer"}),
    requester=ASKER,
    approver=GIVER,
    role="supervisor",
    why="legal-referral",
    expires_ms=2_000,
    nonce=b"n" * 16,
)


def signed(approval: Approval, seed: bytes = SEED) -> Approval:
    return approval.signed(sign(seed, APPROVAL_PURPOSE, approval.unsigned()))


APPROVAL = signed(UNSIGNED)
GIVEN = Listing(b"G" * 32, 4, GIVER, OREN, frozenset({"supervisor"}))
USED = Listing(b"A" * 32, 9, ASKER, MIRA, frozenset({"caseworker"}))
CARRIED_OUT = replace(USED, kinds=frozenset({ItemKind.APPROVAL, ItemKind.ERASED}), digest=b"d" * 32)


GIVEN_BY = Giver(OREN, public_key(SEED))


def outcome(
    *listings: Listing, approval: Approval = APPROVAL, vault: bytes = VAULT, giver: Giver | None = GIVEN_BY
) -> tuple[Listing | None, list[Refusal]]:
    def flaw(use: Listing) -> Refusal | None:
        return flaw_of_use(approval, use, giver, vault=vault, approvers=APPROVERS, verify_signature=is_signed_raw)

    judged = judge(listings, approvers=APPROVERS, flaw=flaw, approval=approval)
    return judged.use, [reason for _, reason in judged.refused]


def unread(*listings: Listing) -> list[tuple[Listing, Refusal]]:
    return list(judge(listings, approvers=APPROVERS).refused)


def test_an_approval_comes_back_from_its_bytes() -> None:
    assert Approval.decode(APPROVAL.encode()) == APPROVAL
    assert len(approval_id(APPROVAL.encode())) == 32


def test_nobody_can_list_an_approval_that_nobody_signed() -> None:
    with pytest.raises(MalformedError, match="without a signature"):
        UNSIGNED.encode()


@each([{"expires_ms": 0}, {"expires_ms": (1 << 63) - 1}, {"why": "x"}, {"why": "x" * 32}, {"why": "a-1.b"}])
def test_the_last_that_an_approval_can_say(change: dict[str, Any]) -> None:
    approval = signed(replace(UNSIGNED, **change))
    assert Approval.decode(approval.encode()) == approval


MEMBERS = msgspec.msgpack.decode(APPROVAL.encode())


_OTHER_MESSAGEPACK: list[object] = [5, [], {}, {"act": {"a": []}}, None]


def _with(name: str, value: object) -> bytes:
    return msgspec.msgpack.encode(dict(sorted({**MEMBERS, name: value}.items())))


def _without(name: str) -> bytes:
    return msgspec.msgpack.encode({key: value for key, value in MEMBERS.items() if key != name})


@each(
    {
        "nothing": b"",
        "no MessagePack": b"\xc1",
        "a deep nest": b"\x91" * 5000,
        "a deep nest inside": b"\x81\xa3act" + b"\x91" * 5000,
        "no UTF-8": b"\x81\xa3act\xa1\xff",
        **{f"{value}": msgspec.msgpack.encode(value) for value in _OTHER_MESSAGEPACK},
        "a byte after it": APPROVAL.encode() + b"\0",
        "another order": msgspec.msgpack.encode(dict(reversed(MEMBERS.items()))),
        "a newer format": _with("format", 2),
        "a further member": _with("more", 1),
        "a member less": _without("nonce"),
        "no signature": _without("sig"),
        "an empty signature": _with("sig", b""),
        "a short signature": _with("sig", b"s" * 63),
        "text for a signature": _with("sig", "s" * 64),
        "a short digest": _with("digest", b"d" * 31),
        "an empty seat": _with("requester", b""),
        "text for a seat": _with("approver", "x" * 16),
        "a role that is no word": _with("role", "The Director"),
        "a long act": _with("act", "x" * 33),
        "a time before all": _with("expires", -1),
        "a time behind all": _with("expires", 1 << 63),
        "text for a time": _with("expires", "soon"),
        "half a millisecond": _with("expires", 1.5),
        "a yes for a time": _with("expires", True),
        "a reason in bytes": _with("why", b"word"),
        **{f"the reason {why}": _with("why", why) for why in ("", "x" * 33, "wörd", "a!", "a b", "A")},
    }
)
def test_what_is_not_the_one_form_is_refused(untrusted: bytes) -> None:
    with pytest.raises(MalformedError, match="an approval"):
        Approval.decode(untrusted)


def test_what_has_not_the_form_cannot_be_made() -> None:
    changes: list[dict[str, Any]] = [{"expires_ms": 1 << 63}, {"why": "A"}, {"why": b"word"}]
    refused(MalformedError, "not of the form of FORMAT", lambda change: replace(UNSIGNED, **change), changes)


def test_the_members_of_an_approval_stand_in_the_order_of_their_names() -> None:
    fields = {field.name for field in dataclasses.fields(Approval)} - {"expires_ms", "signature"}
    assert list(MEMBERS) == sorted(fields | {"expires", "format", "sig"})


def test_the_digest_of_what_is_approved_is_that_of_the_format() -> None:
    of = msgspec.msgpack.encode({"act": "erase", "of": {"a": 1, "b": "x"}})
    others = [approved_digest("erase", {"a": 1, "b": "y"}), approved_digest("break.glass", {"a": 1, "b": "x"})]
    assert approved_digest("erase", {"b": "x", "a": 1}) not in others
    assert approved_digest("erase", {"b": "x", "a": 1}) == sha256(b"casevault/approved/v1\0" + of).digest()


def test_an_approval_counts_once_it_is_given_and_used() -> None:
    assert outcome(GIVEN, USED) == (USED, [])


def test_an_approval_that_was_given_and_not_used_is_no_fault() -> None:
    assert outcome(GIVEN) == (None, [])


@each(
    [
        (None, USED, APPROVAL, Refusal.NOT_GIVEN),
        (replace(GIVEN, seat=THIRD), USED, APPROVAL, Refusal.NOT_GIVEN),
        (replace(GIVEN, act="export.begin"), USED, APPROVAL, Refusal.NOT_GIVEN),
        (replace(GIVEN, member=None), USED, APPROVAL, Refusal.NOT_GIVEN),
        (GIVEN, USED, signed(UNSIGNED, bytes(32)), Refusal.FORGED),
        (GIVEN, USED, replace(APPROVAL, expires_ms=9_000), Refusal.FORGED),
        (replace(GIVEN, roles=frozenset({"caseworker"})), USED, APPROVAL, Refusal.ROLE),
        (replace(GIVEN, roles=frozenset({"auditor"})), USED, signed(replace(UNSIGNED, role="auditor")), Refusal.ROLE),
        (GIVEN, replace(USED, member=OREN), APPROVAL, Refusal.OWN),
        (GIVEN, replace(CARRIED_OUT, seat=THIRD), APPROVAL, Refusal.OTHER_SEAT),
        (GIVEN, replace(USED, act="break.glass"), APPROVAL, Refusal.OTHER_ACT),
        (GIVEN, replace(USED, at_ms=2_001), APPROVAL, Refusal.EXPIRED),
    ]
)
def test_what_does_not_count_is_refused_with_its_reason(
    given: Listing | None, used: Listing, approval: Approval, reason: Refusal
) -> None:
    listings = [used] if given is None else [given, used]
    use, reasons = outcome(*listings, approval=approval)
    assert (use, reason in reasons) == (None, True)


def test_an_approval_of_another_vault_allows_nothing() -> None:
    assert outcome(GIVEN, USED, vault=b"v" * 16) == (None, [Refusal.OTHER_VAULT])


def test_the_last_millisecond_still_counts() -> None:
    used = replace(USED, act="export.begin", at_ms=2_000)
    assert outcome(replace(GIVEN, act="approve"), used) == (used, [])


def test_a_second_use_does_not_count_and_the_first_still_does() -> None:
    for again in (replace(USED, seq=10), replace(USED, origin=b"B" * 32, seq=0)):
        assert outcome(again, GIVEN, USED) == (USED, [Refusal.USED_TWICE])


def test_who_lists_an_approval_that_was_given_to_another_uses_it_wrongly_or_not_at_all() -> None:
    later = replace(CARRIED_OUT, origin=b"B" * 32, seat=THIRD, member=b"t" * 16)
    assert outcome(GIVEN, USED, later) == (USED, [Refusal.OTHER_SEAT])
    assert outcome(GIVEN, USED, replace(USED, origin=b"0" * 32, seat=THIRD, member=b"t" * 16)) == (USED, [])


def test_an_approval_listed_twice_by_its_giver_counts_if_one_listing_is_sound() -> None:
    for other in (replace(GIVEN, seq=5, member=None), replace(GIVEN, seq=5, roles=frozenset())):
        assert outcome(GIVEN, other, USED) == (USED, [])


def test_an_approval_counts_where_the_roster_of_the_use_has_its_giver_whatever_ended_or_changed_them() -> None:
    def seen_from(use: Listing, given: Listing) -> Listing:
        return GIVEN if (given, use.seat) == (ended, ASKER) else given

    ended = replace(GIVEN, member=None, roles=frozenset())
    assert judge([ended, CARRIED_OUT], approvers=APPROVERS, seen_from=seen_from).use == CARRIED_OUT
    assert judge([ended, USED], approvers=APPROVERS, seen_from=seen_from, approval=APPROVAL).use == USED


def test_what_is_used_twice_is_judged_in_the_order_of_the_logs_whoever_reads() -> None:
    first, second = replace(CARRIED_OUT, origin=b"A" * 32), replace(CARRIED_OUT, origin=b"B" * 32)
    late = replace(first, seq=first.seq + 1)
    assert unread(GIVEN, second, first) == [(second, Refusal.USED_TWICE)]
    assert unread(late, GIVEN, first) == [(late, Refusal.USED_TWICE)]
    assert unread(late, first) == [(first, Refusal.NOT_GIVEN), (late, Refusal.USED_TWICE)]


def test_what_nobody_signed_is_signed_under_no_key() -> None:
    assert APPROVAL.is_signed_by(public_key(SEED), is_signed_raw)
    assert not UNSIGNED.is_signed_by(public_key(SEED), is_signed_raw)


def test_a_seat_that_is_second_to_itself_is_refused_even_when_both_are_one_seat() -> None:
    own = signed(replace(UNSIGNED, requester=GIVER))
    use = replace(GIVEN, seq=5, act="export.begin")
    assert set(outcome(replace(GIVEN, act="approve"), use, approval=own)[1]) == {Refusal.OWN}


def test_who_lists_an_approval_and_nothing_else_is_no_finding_for_who_cannot_read_it() -> None:
    for listings in ([GIVEN], [USED], [GIVEN, replace(GIVEN, seq=5)], [replace(GIVEN, member=None), USED]):
        assert unread(*listings) == []


SAID = replace(GIVEN, act="approve", digest=b"d" * 32, other_seat=ASKER)


@each(
    [
        ([CARRIED_OUT], 1),
        ([replace(USED, act="export.begin")], 1),
        ([GIVEN, CARRIED_OUT], 0),
        ([SAID, CARRIED_OUT], 0),
        ([replace(SAID, other_seat=THIRD), CARRIED_OUT], 1),
        ([replace(SAID, digest=b"e" * 32), CARRIED_OUT], 1),
        ([SAID, replace(CARRIED_OUT, digest=None)], 0),
        ([replace(GIVEN, member=None), CARRIED_OUT], 1),
        ([replace(GIVEN, member=MIRA), CARRIED_OUT], 1),
        ([replace(GIVEN, roles=frozenset({"auditor"})), CARRIED_OUT], 1),
        ([replace(GIVEN, act="erase"), CARRIED_OUT], 2),
        ([replace(CARRIED_OUT, member=OREN), CARRIED_OUT], 2),
    ]
)
def test_a_use_needs_another_member_who_gave_the_approval(listings: list[Listing], count: int) -> None:
    found = [reason for _, reason in unread(*listings)]
    assert (len(found), set(found) <= {Refusal.NOT_GIVEN, Refusal.USED_TWICE}) == (count, True)
