"""The next roster: what it says, whose logs it cuts, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import pytest

from vault.access.proving import Prover
from vault.access.rosters import (
    Change,
    next_roster,
    sizes_of_logs,
)
from vault.errors import RefusedError
from vault.ids import MemberId, Origin, SeatId
from vault.log.genesis import GENESIS_PURPOSE, Genesis, origin_of
from vault.log.roster import Roster, make_roster
from vault.log.roster_entries import Certificate, MemberEntry, RosterHead
from vault.log.roster_rules import Standing
from vault.policy.roles import Role
from vault.seal.recovery import derive_root_seed
from vault.seal.signing import public_key, sign
from vault.store.rows import Rows
from vault.store.rowtypes import GenesisRow

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
STANDING = Standing(
    head=HEAD,
    tips=(b"t" * 32, b"u" * 32),
    root_public=public_key(ROOT),
    members={
        OREN: frozenset({"admin", "auditor"}),
        ADA: frozenset({"caseworker"}),
        MIRA: frozenset({"admin"}),
    },
    certificates={seat: certificate_of(seat) for seat in (ADAS, MIRAS_SECOND, ORENS, MIRAS)},
    cuts=(),
    root_must_sign=False,
)


def sizes(seat: SeatId) -> Mapping[Origin, int]:
    return {Origin(certificate_of(seat).genesis): seat[0]}


def following(change: Change, standing: Standing = STANDING) -> Roster:
    return next_roster(standing, change, sizes, random=bytes)


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


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (Change(new_root=b"m" * 32), {"new_root": b"m" * 32}),
        (Change(recovery=b"q" * 1216), {"recovery": b"q" * 1216}),
        (Change(rights=3), {"rights": 3}),
        (Change(helpers_by_supervisor=False), {"helpers_by_supervisor": False}),
        (Change(helpers_by_supervisor=True), {}),
    ],
)
def test_what_is_named_of_the_vault_changes_and_nothing_else(change: Change, said: dict[str, Any]) -> None:
    before = following(Change())
    after = following(change)
    assert after.head == replace(before.head, **said)
    assert after.entries[1:] == before.entries[1:]


def test_a_supervisor_alone_admits_helpers_once_it_is_said() -> None:
    standing = replace(STANDING, head=replace(HEAD, helpers_by_supervisor=False))
    assert following(Change(helpers_by_supervisor=True), standing).head.helpers_by_supervisor
    assert not following(Change(), standing).head.helpers_by_supervisor


ALL = {seat: certificate_of(SeatId(seat)) for seat in STANDING.certificates}
CHANGES: list[object] = [
    pytest.param(Change(roles={NEW: frozenset({Role.FIELD})}), {NEW: {"field"}}, {}, [], id="a new member"),
    pytest.param(
        Change(roles={NEW: frozenset()}, certificates=(certificate_of(NEWS),)),
        {NEW: set()},
        {NEWS: certificate_of(NEWS)},
        [],
        id="a new member with a seat",
    ),
    pytest.param(
        Change(roles={ADA: frozenset({Role.CASEWORKER, Role.INTAKE})}),
        {ADA: {"caseworker", "intake"}},
        {},
        [],
        id="a role more",
    ),
    pytest.param(Change(roles={ADA: frozenset({Role.CASEWORKER})}), {}, {}, [], id="the same role"),
    pytest.param(Change(roles={OREN: frozenset({Role.ADMIN})}), {OREN: {"admin"}}, {}, [ORENS], id="a role less"),
    pytest.param(
        Change(roles={MIRA: frozenset({Role.AUDITOR})}),
        {MIRA: {"auditor"}},
        {},
        [MIRAS, MIRAS_SECOND],
        id="another role instead",
    ),
    pytest.param(
        Change(certificates=(certificate_of(ADAS, b"l"),)),
        {},
        {ADAS: certificate_of(ADAS, b"l")},
        [],
        id="a new KEM key",
    ),
    pytest.param(Change(ended=frozenset({MIRAS_SECOND})), {}, {MIRAS_SECOND: None}, [MIRAS_SECOND], id="a seat less"),
    pytest.param(
        Change(ended=frozenset({MIRAS, MIRAS_SECOND})),
        {},
        {MIRAS: None, MIRAS_SECOND: None},
        [MIRAS, MIRAS_SECOND],
        id="all seats of a member",
    ),
    pytest.param(
        Change(leaving=frozenset({MIRA})),
        {MIRA: None},
        {MIRAS: None, MIRAS_SECOND: None},
        [MIRAS, MIRAS_SECOND],
        id="a member less",
    ),
    pytest.param(
        Change(leaving=frozenset({MIRA, OREN}), ended=frozenset({ADAS})),
        {MIRA: None, OREN: None},
        {MIRAS: None, MIRAS_SECOND: None, ORENS: None, ADAS: None},
        [MIRAS, ORENS, ADAS, MIRAS_SECOND],
        id="two members and a seat less",
    ),
    pytest.param(
        Change(leaving=frozenset({MIRA, OREN, ADA}), roles={NEW: frozenset({Role.ADMIN})}),
        {MIRA: None, OREN: None, ADA: None, NEW: {"admin"}},
        {MIRAS: None, MIRAS_SECOND: None, ORENS: None, ADAS: None},
        [MIRAS, ORENS, ADAS, MIRAS_SECOND],
        id="others instead of all",
    ),
]


@pytest.mark.parametrize(("change", "members", "certificates", "cut"), CHANGES)
def test_a_change_is_all_that_differs_and_who_loses_something_is_cut(
    change: Change, members: dict[Any, Any], certificates: dict[Any, Any], cut: list[SeatId]
) -> None:
    roster = following(change)
    named = {one: frozenset(roles) for one, roles in {**STANDING.members, **members}.items() if roles is not None}
    assert roster.members == named
    assert roster.certificates == {seat: one for seat, one in (ALL | certificates).items() if one is not None}
    assert [*roster.endings] == cut
    assert roster.endings == {seat: sizes(seat) for seat in cut}


REFUSED: list[object] = [
    (
        Change(ended=frozenset({MIRAS, NEWS})),
        f"seat {NEWS.hex()} is not in the newest roster",
        "See `casevault device list`.",
    ),
    (
        Change(leaving=frozenset({MIRA, NEW})),
        f"member {NEW.hex()} is not in the newest roster",
        "See `casevault member list`.",
    ),
    (Change(leaving=frozenset({MIRA, OREN, ADA})), "the last member cannot leave", "Admit somebody first."),
]


@pytest.mark.parametrize(("change", "words", "advice"), REFUSED)
def test_a_change_of_what_is_not_there_is_refused(change: Change, words: str, advice: str) -> None:
    with pytest.raises(RefusedError) as caught:
        following(change)
    assert (caught.value.message, caught.value.next_step) == (words, advice)


# ---- how much of a log counts


def genesis(seat: SeatId, identity: bytes, nonce: bytes = b"n" * 16) -> bytes:
    """Return the beginning of a log that claims a seat and is signed by an identity."""
    unsigned = Genesis(VAULT, seat, public_key(identity), b"k" * 32, nonce)
    return unsigned.encode(sign(identity, GENESIS_PURPOSE, unsigned.unsigned()))


FIRST = genesis(MIRAS, seed_of(MIRAS))
FURTHER = genesis(MIRAS, seed_of(MIRAS), b"m" * 16)
OF_ANOTHER_SEAT = genesis(MIRAS_SECOND, seed_of(MIRAS))
BY_ANOTHER_KEY = genesis(MIRAS, seed_of(ORENS))
MINE = replace(certificate_of(MIRAS), genesis=origin_of(FIRST))


class Logs:
    """Logs of which the geneses are here; stands for `Rows`."""

    def __init__(self, *geneses: bytes, headless: bytes = b"") -> None:
        self.rows = [GenesisRow(origin_of(one), one) for one in geneses]
        self.headless = {headless} - {b""}

    def geneses(self) -> list[GenesisRow]:
        return self.rows

    def origins(self) -> set[bytes]:
        return {row.origin for row in self.rows} | self.headless


class Undisputed:
    """Stands for `Prover`: each log that begins has one entry more than the one before."""

    def undisputed(self, rows: Logs, origin: Origin) -> int:
        return 5 + [row.origin for row in rows.geneses()].index(origin)


def sizes_in(logs: Logs) -> dict[Origin, int]:
    return sizes_of_logs(cast("Rows", logs), cast("Prover", Undisputed()), MINE)


def test_each_log_of_a_seat_counts_as_far_as_it_is_proven() -> None:
    assert sizes_in(Logs(FIRST, FURTHER)) == {origin_of(FIRST): 5, origin_of(FURTHER): 6}


def test_a_log_that_is_not_here_counts_nothing_where_it_is_the_first() -> None:
    assert sizes_in(Logs()) == {origin_of(FIRST): 0}
    assert sizes_in(Logs(headless=origin_of(FIRST))) == {origin_of(FIRST): 0}
    assert sizes_in(Logs(FURTHER)) == {origin_of(FIRST): 0, origin_of(FURTHER): 5}


@pytest.mark.parametrize("other", [OF_ANOTHER_SEAT, BY_ANOTHER_KEY])
def test_a_log_that_only_claims_to_be_the_seats_is_none_of_it(other: bytes) -> None:
    assert sizes_in(Logs(FIRST, other)) == {origin_of(FIRST): 5}
