from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest

from tests.tables import each
from vault.errors import MalformedError
from vault.log.approvals import (
    APPROVAL_PURPOSE,
    Approval,
    Listing,
    Refusal,
    approval_id,
    approved_digest,
    judge,
    judge_unread,
)
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
GIVEN = Listing(b"G" * 32, 4, GIVER, OREN, frozenset({"supervisor"}), public_key(SEED))
USED = Listing(b"A" * 32, 9, ASKER, MIRA, frozenset({"caseworker"}))


def outcome(
    *listings: Listing, approval: Approval = APPROVAL, vault: bytes = VAULT
) -> tuple[Listing | None, list[Refusal]]:
    judged = judge(approval, listings, vault=vault, approvers=APPROVERS, verify_signature=is_signed_raw)
    return judged.use, [reason for _, reason in judged.refused]


def test_an_approval_comes_back_from_its_bytes() -> None:
    assert Approval.decode(APPROVAL.encode()) == APPROVAL
    assert len(approval_id(APPROVAL.encode())) == 32


def test_nobody_can_list_an_approval_that_nobody_signed() -> None:
    with pytest.raises(MalformedError, match="without a signature"):
        UNSIGNED.encode()


def test_what_is_approved_has_one_digest_and_every_part_of_it_counts() -> None:
    one = approved_digest("export.begin", {"a": "x", "b": [b"y", 1]})
    assert one == approved_digest("export.begin", {"b": [b"y", 1], "a": "x"})
    assert one != approved_digest("break.glass", {"a": "x", "b": [b"y", 1]})
    assert one != approved_digest("export.begin", {"a": "x", "b": [b"y", 2]})


def _changed(**changes: object) -> Callable[[], bytes]:
    def make() -> bytes:
        members = msgspec.msgpack.decode(APPROVAL.encode()) | changes
        return msgspec.msgpack.encode({key: value for key, value in sorted(members.items()) if value is not None})

    return make


@each(
    {
        "nothing": lambda: b"",
        "no MessagePack": lambda: b"\xc1",
        "a deep nest": lambda: b"\x91" * 5000,
        "no UTF-8": lambda: b"\x81\xa3act\xa1\xff",
        "a byte after it": lambda: APPROVAL.encode() + b"\0",
        "another order": lambda: msgspec.msgpack.encode(
            dict(reversed(msgspec.msgpack.decode(APPROVAL.encode()).items()))
        ),
        "a newer format": _changed(format=2),
        "a further member": _changed(more=1),
        "a member less": _changed(nonce=None),
        "no signature": _changed(sig=None),
        "an empty signature": _changed(sig=b""),
        "a short signature": _changed(sig=b"s" * 63),
        "text for a signature": _changed(sig="s" * 64),
        "a short digest": _changed(digest=b"d" * 31),
        "an empty seat": _changed(requester=b""),
        "text for a seat": _changed(approver="x" * 16),
        "a role that is no word": _changed(role="The Director"),
        "no reason": _changed(why=""),
        "a long act": _changed(act="x" * 33),
        "a time before all": _changed(expires=-1),
        "text for a time": _changed(expires="soon"),
        "half a millisecond": _changed(expires=1.5),
        "a yes for a time": _changed(expires=True),
    }
)
def test_what_is_not_the_one_form_is_refused(untrusted: Callable[[], bytes]) -> None:
    with pytest.raises(MalformedError, match="an approval"):
        Approval.decode(untrusted())


def test_an_approval_counts_once_it_is_given_and_used() -> None:
    assert outcome(GIVEN, USED) == (USED, [])


def test_an_approval_that_was_given_and_not_used_is_no_fault() -> None:
    assert outcome(GIVEN) == (None, [])


@each(
    [
        (None, USED, APPROVAL, Refusal.NOT_GIVEN),
        (replace(GIVEN, seat=THIRD), USED, APPROVAL, Refusal.NOT_GIVEN),
        (replace(GIVEN, act="export.begin"), USED, APPROVAL, Refusal.NOT_GIVEN),
        (replace(GIVEN, member=None), USED, APPROVAL, Refusal.ENDED),
        (replace(GIVEN, identity=public_key(bytes(32))), USED, APPROVAL, Refusal.FORGED),
        (GIVEN, USED, signed(UNSIGNED, bytes(32)), Refusal.FORGED),
        (GIVEN, USED, replace(APPROVAL, expires_ms=9_000), Refusal.FORGED),
        (replace(GIVEN, roles=frozenset({"caseworker"})), USED, APPROVAL, Refusal.ROLE),
        (replace(GIVEN, roles=frozenset({"auditor"})), USED, signed(replace(UNSIGNED, role="auditor")), Refusal.ROLE),
        (replace(GIVEN, member=MIRA), USED, APPROVAL, Refusal.OWN),
        (GIVEN, replace(USED, member=None), APPROVAL, Refusal.ENDED),
        (GIVEN, replace(USED, seat=THIRD), APPROVAL, Refusal.OTHER_SEAT),
        (GIVEN, replace(USED, act="break.glass"), APPROVAL, Refusal.OTHER_ACT),
        (GIVEN, replace(USED, at_ms=2_001), APPROVAL, Refusal.EXPIRED),
    ]
)
def test_what_does_not_count_is_refused_with_its_reason(
    given: Listing | None, used: Listing, approval: Approval, reason: Refusal
) -> None:
    listings = [used] if given is None else [given, used]
    use, reasons = outcome(*listings, approval=approval)
    assert (use, set(reasons)) == (None, {reason})


def test_an_approval_of_another_vault_allows_nothing() -> None:
    assert outcome(GIVEN, USED, vault=b"v" * 16) == (None, [Refusal.OTHER_VAULT])


def test_the_last_millisecond_still_counts() -> None:
    used = replace(USED, act="export.begin", at_ms=2_000)
    assert outcome(replace(GIVEN, act="approve"), used) == (used, [])


@each([replace(USED, seq=10), replace(USED, origin=b"B" * 32, seq=0)])
def test_a_second_use_does_not_count_and_the_first_still_does(again: Listing) -> None:
    assert outcome(again, GIVEN, USED) == (USED, [Refusal.USED_TWICE])


def test_a_later_use_of_another_seat_is_told_as_that_and_not_as_a_second_use() -> None:
    later = replace(USED, origin=b"B" * 32, seat=THIRD)
    assert outcome(GIVEN, USED, later) == (USED, [Refusal.OTHER_SEAT])


def test_what_nobody_signed_is_signed_under_no_key() -> None:
    assert APPROVAL.is_signed_by(public_key(SEED), is_signed_raw)
    assert not UNSIGNED.is_signed_by(public_key(SEED), is_signed_raw)


def test_a_seat_that_is_second_to_itself_is_refused_even_when_both_are_one_seat() -> None:
    own = signed(replace(UNSIGNED, requester=GIVER))
    use = replace(GIVEN, seq=5, act="export.begin")
    assert outcome(replace(GIVEN, act="approve"), use, approval=own) == (None, [Refusal.OWN])


@each(
    [
        ([GIVEN], []),
        ([GIVEN, USED], []),
        ([GIVEN, USED, replace(USED, origin=b"Z" * 32)], [Refusal.USED_TWICE]),
        ([GIVEN, replace(USED, member=OREN)], [Refusal.OWN]),
        ([replace(GIVEN, member=None), USED], [Refusal.ENDED]),
        ([GIVEN, USED, replace(USED, origin=b"0" * 32, seat=THIRD, member=b"t" * 16)], []),
        ([GIVEN, USED, replace(USED, origin=b"0" * 32, seat=THIRD, member=None)], []),
    ]
)
def test_who_cannot_read_an_approval_still_sees_that_it_was_used_twice_or_alone(
    listings: list[Listing], reasons: list[Refusal]
) -> None:
    assert [reason for _, reason in judge_unread(listings).refused] == reasons
