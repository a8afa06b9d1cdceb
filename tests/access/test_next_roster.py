"""The next roster: what it says, whose logs it cuts, and what is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.access.test_proving import prover, store
from tests.access.told import NOTHING, told_by
from tests.log.writer import SEAT, Writer
from tests.log.writer import VAULT as LOG_VAULT
from tests.services.colleague import admit
from tests.services.founded import Place
from vault.access.membership.next_roster import (
    Change,
    missing_signatures,
    next_roster,
    propose,
    require_signed,
    sign_by_root,
    sign_roster,
    signers_in,
    sizes_of_logs,
)
from vault.access.seat_keys.root_secret import forget_secret
from vault.errors import RefusedError, VerificationError
from vault.ids import MemberId, Origin, SeatId
from vault.log.genesis import GENESIS_PURPOSE, Genesis, origin_of, signed_message
from vault.log.roster import ROSTER_PURPOSE, Roster, make_roster
from vault.log.roster_entries import Certificate, MemberEntry, RosterHead
from vault.log.roster_rules import EffectiveRoster
from vault.policy.roles import Role
from vault.seal.recovery import derive_root_seed
from vault.seal.signing import public_key, sign
from vault.store.schema import open_in_memory

VAULT = b"v" * 16
SECRET = b"s" * 32
ROOT = derive_root_seed(SECRET)
MIRA, OREN, ADA, NEW = (MemberId(bytes([n]) * 16) for n in (1, 2, 3, 9))
# Seat n is of the member n % 10; Mira has two.
MIRAS, MIRAS_SECOND, ORENS, ADAS, NEWS = (SeatId(bytes([n]) * 16) for n in (11, 21, 12, 13, 19))
SEATS = {MIRAS: MIRA, MIRAS_SECOND: MIRA, ORENS: OREN, ADAS: ADA, NEWS: NEW}


def seed_of(seat: SeatId) -> bytes:
    return seat * 2


def certificate_of(seat: SeatId, kem: bytes = b"k") -> Certificate:
    return Certificate(seat, SEATS[seat], kem * 1216, public_key(seed_of(seat)), b"g" + seat + bytes(15))


HEAD = RosterHead(VAULT, 7, (b"o" * 32,), b"r" * 1216, 2, (1,), new_root=b"n" * 32, helpers_by_supervisor=True)
# In no order: a roster has one of its own.
STANDING = EffectiveRoster(
    head=HEAD,
    tips=(b"t" * 32, b"u" * 32),
    root_public=public_key(ROOT),
    members={
        OREN: frozenset({"admin", "auditor"}),
        ADA: frozenset({"caseworker"}),
        MIRA: frozenset({"admin"}),
    },
    certificates={seat: certificate_of(seat) for seat in (ADAS, MIRAS_SECOND, ORENS, MIRAS)},
    cutoffs=(),
    root_must_sign=False,
)


def sizes(seat: SeatId) -> Mapping[Origin, int]:
    return {Origin(certificate_of(seat).genesis): seat[0]}


def following(change: Change, effective: EffectiveRoster = STANDING) -> Roster:
    return next_roster(effective, change, sizes, random=bytes)


# ---- what it says


def test_where_nothing_changes_the_next_roster_says_the_same_in_the_order_of_ids() -> None:
    assert following(Change()) == make_roster(
        replace(HEAD, number=8, prev=(b"t" * 32, b"u" * 32), new_root=None),
        [MemberEntry(one, STANDING.members[one]) for one in (MIRA, OREN, ADA)],
        [certificate_of(seat) for seat in (MIRAS, ORENS, ADAS, MIRAS_SECOND)],
        random=bytes,
    )


def test_each_entry_has_random_bytes_of_its_own() -> None:
    roster = next_roster(STANDING, Change(), sizes)
    assert len({entry[:16] for entry in roster.entries}) == len(roster.entries)


def test_what_is_named_of_the_vault_changes_and_nothing_else() -> None:
    before, off = following(Change()), replace(STANDING, head=replace(HEAD, helpers_by_supervisor=False))
    for change, said in (
        (Change(new_root=b"m" * 32), {"new_root": b"m" * 32}),
        (Change(recovery=b"q" * 1216), {"recovery": b"q" * 1216}),
        (Change(rights=3), {"rights": 3}),
        (Change(helpers_by_supervisor=False), {"helpers_by_supervisor": False}),
        (Change(helpers_by_supervisor=True), {}),
    ):
        after = following(change)
        assert after.head == replace(before.head, **said)
        assert after.entries[1:] == before.entries[1:]
    assert following(Change(helpers_by_supervisor=True), off).head.helpers_by_supervisor
    assert not following(Change(), off).head.helpers_by_supervisor


ALL = {seat: certificate_of(SeatId(seat)) for seat in STANDING.certificates}
MIRAS_BOTH = {MIRAS: None, MIRAS_SECOND: None}
GONE = {**MIRAS_BOTH, ORENS: None, ADAS: None}
RENEWED = certificate_of(ADAS, b"l")
# What changes, and what differs then: roles of members, certificates of seats, whose logs are cut.
CHANGES: list[tuple[Change, dict[Any, Any], dict[Any, Any], list[SeatId]]] = [
    (Change(roles={NEW: frozenset({Role.FIELD})}), {NEW: {"field"}}, {}, []),
    (
        Change(roles={NEW: frozenset()}, certificates=(certificate_of(NEWS),)),
        {NEW: set()},
        {NEWS: certificate_of(NEWS)},
        [],
    ),
    (Change(roles={ADA: frozenset({Role.CASEWORKER, Role.INTAKE})}), {ADA: {"caseworker", "intake"}}, {}, []),
    (Change(roles={ADA: frozenset({Role.CASEWORKER})}), {}, {}, []),
    (Change(roles={OREN: frozenset({Role.ADMIN})}), {OREN: {"admin"}}, {}, [ORENS]),
    (Change(roles={MIRA: frozenset({Role.AUDITOR})}), {MIRA: {"auditor"}}, {}, [MIRAS, MIRAS_SECOND]),
    (Change(certificates=(RENEWED,)), {}, {ADAS: RENEWED}, []),
    (Change(ended=frozenset({MIRAS_SECOND})), {}, {MIRAS_SECOND: None}, [MIRAS_SECOND]),
    (Change(ended=frozenset(MIRAS_BOTH)), {}, MIRAS_BOTH, [MIRAS, MIRAS_SECOND]),
    (Change(leaving=frozenset({MIRA})), {MIRA: None}, MIRAS_BOTH, [MIRAS, MIRAS_SECOND]),
    (
        Change(leaving=frozenset({MIRA, OREN}), ended=frozenset({ADAS})),
        {MIRA: None, OREN: None},
        GONE,
        [MIRAS, ORENS, ADAS, MIRAS_SECOND],
    ),
    (
        Change(leaving=frozenset({MIRA, OREN, ADA}), roles={NEW: frozenset({Role.ADMIN})}),
        {MIRA: None, OREN: None, ADA: None, NEW: {"admin"}},
        GONE,
        [MIRAS, ORENS, ADAS, MIRAS_SECOND],
    ),
]


def test_a_change_is_all_that_differs_and_who_loses_something_is_cut() -> None:
    wrong = []
    for change, members, certificates, cutoff in CHANGES:
        roster = following(change)
        named = {one: frozenset(roles) for one, roles in {**STANDING.members, **members}.items() if roles is not None}
        certified = {seat: one for seat, one in (ALL | certificates).items() if one is not None}
        expected = (named, certified, {seat: sizes(seat) for seat in cutoff}, cutoff)
        if (roster.members, roster.certificates, roster.endings, [*roster.endings]) != expected:
            wrong.append(change)
    assert wrong == []


def test_a_change_of_what_is_not_there_is_refused() -> None:
    for change, words in (
        (Change(ended=frozenset({MIRAS, NEWS})), f"device {NEWS.hex()} is not in the newest list of members"),
        (Change(leaving=frozenset({MIRA, NEW})), f"member {NEW.hex()} is not in the newest list of members"),
        (Change(leaving=frozenset({MIRA, OREN, ADA})), "the last member cannot leave"),
    ):
        assert told_by(following, change) == (RefusedError, words)


# ---- how much of a log counts


def test_each_log_of_a_seat_counts_as_far_as_it_is_proven_and_none_that_only_claims_to_be_its() -> None:
    first = Writer().write(5)
    further, foreign = Writer(predecessor=(first.origin, 5, first.frontier.root())).write(6), Writer("b").write(7)
    claimed = Genesis(LOG_VAULT, b"other" * 3 + b"!", first.key("identity").public, b"k" * 32, b"n" * 16)
    signature = first.key("identity").sign(signed_message(GENESIS_PURPOSE, claimed.unsigned()))
    own = Certificate(SEAT, MIRA, b"k" * 1216, first.key("identity").public, first.origin)
    for here, counts in (
        ((first, further, foreign), {first.origin: 5, further.origin: 6}),
        ((further,), {first.origin: 0, further.origin: 6}),
        ((), {first.origin: 0}),
    ):
        with open_in_memory().transaction() as rows:
            rows.add_genesis(origin_of(claimed.encode(signature)), claimed.encode(signature))
            for log in here:
                store(rows, log)
            assert sizes_of_logs(rows, prover(), own) == counts


# ---- who signs


ADMITTING = following(Change(roles={NEW: frozenset({Role.FIELD})}))
NOT_FOLLOWING = next_roster(replace(STANDING, head=replace(HEAD, number=8)), Change(), sizes)
DOES_NOT_FOLLOW = "roster 9 does not follow number 7"


def signed_by(roster: Roster, *seats: SeatId) -> Roster:
    for seat in seats:
        roster = roster.signed(public_key(seed_of(seat)), sign(seed_of(seat), ROSTER_PURPOSE, roster.root))
    return roster


def test_what_is_proposed_is_signed_once_by_who_proposes_it_and_cuts_others_where_they_are(founded: Place) -> None:
    with founded.open() as session:
        oren = admit(session)
    with oren.open(founded) as theirs:
        size, origin = theirs.log.size, theirs.log.origin
    with founded.open() as session:
        roster, effective = propose(session, Change(ended=frozenset({oren.seat}))), session.directory.effective
        assert roster.endings == {oren.seat: {origin: size}}
        assert signers_in(effective, roster) == {session.member}
        assert sign_roster(session, roster) == roster
        by_root = sign_by_root(session, roster)
        assert by_root.signatures[: len(roster.signatures)] == roster.signatures
        assert by_root.signatures[-1][0] == effective.root_public
        later = next_roster(replace(effective, head=replace(effective.head, number=9)), Change(), lambda _: {})
        for signing in (sign_roster, sign_by_root):
            with pytest.raises(VerificationError, match="roster 10 does not follow number 1"):
                signing(session, later)
        forget_secret(session)
        with pytest.raises(RefusedError, match="the root secret is not in this vault"):
            sign_by_root(session, roster)


def test_a_roster_says_who_signed_and_counts_once_all_have_who_must() -> None:
    any_of = "a supervisor alone, two admins, or one admin and two others (supervisor or caseworker)"
    one_more = "a second admin, or two others (supervisor or caseworker)"
    for seats, missing, members in (
        ((), any_of, set()),
        ((ADAS,), any_of, {ADA}),
        ((MIRAS, MIRAS_SECOND), one_more, {MIRA}),
        ((MIRAS, ORENS), None, {MIRA, OREN}),
    ):
        # A signature of a key that nobody knows says nothing.
        roster = signed_by(ADMITTING, *seats).signed(b"?" * 32, b"?" * 64)
        lacking = missing_signatures(STANDING, roster)
        assert (None if lacking is None else str(lacking)) == missing
        assert signers_in(STANDING, roster) == members
        told = NOTHING if missing is None else (RefusedError, f"list of members 8 needs more signatures: {missing}")
        assert told_by(require_signed, STANDING, roster) == told
    by_root = ADMITTING.signed(public_key(ROOT), sign(ROOT, ROSTER_PURPOSE, ADMITTING.root))
    assert missing_signatures(STANDING, by_root) is None


def test_a_false_signature_of_somebody_known_and_what_does_not_follow_is_refused_whoever_signed() -> None:
    false = ADMITTING.signed(public_key(seed_of(MIRAS)), b"?" * 64)
    by_root = NOT_FOLLOWING.signed(public_key(ROOT), sign(ROOT, ROSTER_PURPOSE, NOT_FOLLOWING.root))
    judges: list[Callable[[EffectiveRoster, Roster], object]] = [missing_signatures, require_signed, signers_in]
    for judge in judges:
        with pytest.raises(VerificationError, match="a signature of the roster does not hold"):
            judge(STANDING, false)
    for judge in judges[:2]:
        with pytest.raises(VerificationError, match=DOES_NOT_FOLLOW):
            judge(STANDING, by_root)
