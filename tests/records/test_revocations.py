"""In which order revocations are taken, so that two devices come to one answer: with invented seats, in memory."""

from __future__ import annotations

from vault.ids import CompartmentKind, EpochId, Origin, SeatId
from vault.log.epoch_notice import EpochNotice, RevokedLog
from vault.policy.rights import rights_table
from vault.policy.roles import Role
from vault.validity.authority import Entry
from vault.validity.epoch_validity import (
    Given,
    Made,
    Revocation,
    ValidEpoch,
    ended_by_grants,
    revocations_by_rank,
    revocations_of,
)

FOUNDER, NEAR, TWIN, FAR, BOSS, OUT = (SeatId(bytes([n]) * 16) for n in (9, 2, 4, 3, 8, 5))
FIRST, SECOND, THIRD = (EpochId(bytes([n]) * 16) for n in (21, 22, 23))
WORKER, SUPERVISOR = frozenset({Role.CASEWORKER}), frozenset({Role.SUPERVISOR})
# The founder gave NEAR and TWIN the key, NEAR gave it FAR, and FAR gave it BOSS.
GIVEN: Given = {
    (FIRST, NEAR): frozenset({FOUNDER}),
    (FIRST, TWIN): frozenset({FOUNDER}),
    (FIRST, FAR): frozenset({NEAR}),
    (FIRST, BOSS): frozenset({FAR}),
}


def log_of(seat: SeatId) -> Origin:
    return Origin(seat * 2)


def made(
    by: SeatId, *seats: SeatId, size: int = 1, seq: int = 5, roles: frozenset[Role] = WORKER, log: Origin | None = None
) -> Made:
    """Return an epoch that a seat made, in which these seats are revoked."""
    revoked = tuple(RevokedLog(seat, log_of(seat), size) for seat in seats)
    notice = EpochNotice(1, bytes(16), bytes(16), CompartmentKind.CASE, SECOND, (FIRST,), revoked)
    entry = Entry(log or log_of(by), seq, (), by, roles, rights_table(2), founds_vault=False, recovers=False)
    return Made(notice, entry)


def epochs(*later: Made) -> dict[EpochId, ValidEpoch]:
    nothing = frozenset[EpochId](), frozenset[SeatId]()
    return {FIRST: ValidEpoch((made(FOUNDER, seq=0),), *nothing), SECOND: ValidEpoch(later, *nothing)}


def ranked(*later: Made, given: Given = GIVEN) -> list[Revocation]:
    return revocations_by_rank(epochs(*later), given)


def test_supervisors_go_first_then_who_stands_nearer_to_the_founder_and_last_whom_nobody_gave_the_key() -> None:
    lost = SeatId(bytes(16))
    later = [made(lost, OUT), made(FAR, OUT), made(BOSS, OUT, roles=SUPERVISOR), made(NEAR, OUT), made(FOUNDER, OUT)]
    assert [revoked.made.entry.seat for revoked in ranked(*later)] == [BOSS, FOUNDER, NEAR, FAR, lost]
    assert [revoked.made.entry.seat for revoked in ranked(made(lost, OUT), made(BOSS, OUT))] == [BOSS, lost]


def test_the_shortest_way_to_the_founder_counts() -> None:
    higher = SeatId(b"\x01" * 16)
    given = {**GIVEN, (SECOND, FAR): frozenset({FOUNDER}), (FIRST, higher): frozenset({BOSS})}
    order = [
        revoked.made.entry.seat for revoked in ranked(made(higher, OUT), made(FAR, OUT), made(NEAR, OUT), given=given)
    ]
    assert order == [NEAR, FAR, higher]


def test_of_two_alike_the_seat_the_log_the_place_and_then_the_notice_decide() -> None:
    late_log, early_log = Origin(b"\xff" * 32), Origin(bytes(32))
    notices = sorted([made(NEAR, OUT), made(NEAR, OUT, size=2)], key=lambda made: made.notice.digest())
    expected = [
        made(NEAR, OUT, log=early_log, seq=9),
        *notices,
        made(NEAR, OUT, seq=7),
        made(NEAR, OUT, log=late_log),
        made(TWIN, OUT, log=early_log),
    ]
    for later in (expected, expected[::-1]):
        assert [revoked.made for revoked in ranked(*later)] == expected


def test_of_one_notice_seats_are_taken_in_order_and_nobody_revokes_their_own() -> None:
    revoked = revocations_of(made(NEAR, OUT, NEAR, FAR, size=4))
    assert [revoked.seat for revoked in revoked] == [FAR, OUT]
    assert (revoked[1].place, revoked[1].epoch, revoked[1].sizes) == ((log_of(NEAR), 5), SECOND, {log_of(OUT): 4})


def test_a_grant_of_an_epoch_that_is_none_ends_no_revocation() -> None:
    (revoked,) = revocations_of(made(NEAR, OUT))
    known = epochs(revoked.made)
    assert ended_by_grants([revoked], known, {(SECOND, OUT): frozenset({NEAR})}) == {revoked}
    assert ended_by_grants([revoked], known, {(THIRD, OUT): frozenset({NEAR})}) == set()
