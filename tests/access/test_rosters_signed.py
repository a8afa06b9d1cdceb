"""A roster that was proposed: who signed it, who has to yet, and what nobody signs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.access.test_rosters import (
    ADA,
    ADAS,
    FIRST,
    FURTHER,
    HEAD,
    MINE,
    MIRA,
    MIRAS,
    MIRAS_SECOND,
    NEW,
    OREN,
    ORENS,
    ROOT,
    SECRET,
    STANDING,
    Logs,
    Undisputed,
    following,
    seed_of,
    sizes,
)
from vault.access import rosters
from vault.access.rosters import (
    Change,
    missing_signatures,
    next_roster,
    propose,
    require_signed,
    sign_by_root,
    sign_roster,
    signers_in,
)
from vault.access.session import Session
from vault.errors import RefusedError, VerificationError
from vault.ids import MemberId, Origin, SeatId
from vault.log.genesis import origin_of
from vault.log.roster import ROSTER_PURPOSE, Roster
from vault.log.roster_rules import Standing
from vault.policy.roles import Role
from vault.seal.signing import public_key, sign


def session_of(seat: SeatId, standing: Standing = STANDING, logs: Logs | None = None) -> Session:
    """Return what stands for the session of a seat."""

    @contextmanager
    def reading() -> Iterator[Logs]:
        yield logs or Logs()

    one = SimpleNamespace(
        seat=seat,
        directory=SimpleNamespace(standing=standing),
        database=SimpleNamespace(reading=reading),
        prover=Undisputed(),
        log=SimpleNamespace(origin=b"own log", size=40),
        sign=lambda purpose, message: (public_key(seed_of(seat)), sign(seed_of(seat), purpose, message)),
    )
    return cast("Session", one)


def signed_by(roster: Roster, *seats: SeatId) -> Roster:
    for seat in seats:
        roster = sign_roster(session_of(seat), roster)
    return roster


ADMITTING = following(Change(roles={NEW: frozenset({Role.FIELD})}))
NOT_FOLLOWING = next_roster(replace(STANDING, head=replace(HEAD, number=8)), Change(), sizes)
DOES_NOT_FOLLOW = "roster 9 does not follow number 7"


def test_what_is_proposed_is_signed_by_who_proposes_it() -> None:
    roster = propose(session_of(MIRAS), Change(roles={NEW: frozenset({Role.FIELD})}))
    assert roster.members == {**STANDING.members, NEW: {"field"}}
    assert signers_in(STANDING, roster) == {MIRA}


def test_who_lowers_another_gives_what_is_known_of_their_logs() -> None:
    standing = replace(STANDING, certificates={**STANDING.certificates, MIRAS: MINE})
    roster = propose(session_of(ORENS, standing, Logs(FIRST, FURTHER)), Change(ended=frozenset({MIRAS})))
    assert roster.endings == {MIRAS: {origin_of(FIRST): 5, origin_of(FURTHER): 6}}


def test_who_lowers_themselves_can_still_write_64_entries_until_it_counts() -> None:
    standing = replace(STANDING, certificates={**STANDING.certificates, MIRAS: MINE})
    session = session_of(MIRAS, standing, Logs(FIRST, FURTHER))
    session.log.origin = Origin(origin_of(FURTHER))
    roster = propose(session, Change(ended=frozenset({MIRAS})))
    assert roster.endings == {MIRAS: {origin_of(FIRST): 5, origin_of(FURTHER): 40 + 64}}


def test_a_seat_signs_once() -> None:
    once = signed_by(ADMITTING, MIRAS)
    assert once.entries == ADMITTING.entries
    assert len(once.signatures) == 1
    twice = signed_by(once, ADAS)
    assert [key for key, _ in twice.signatures] == [public_key(seed_of(seat)) for seat in (MIRAS, ADAS)]
    assert signed_by(twice, MIRAS) == signed_by(twice, ADAS) == twice


def test_nobody_signs_what_does_not_follow() -> None:
    for signing in (sign_roster, sign_by_root):
        with pytest.raises(VerificationError, match=DOES_NOT_FOLLOW):
            signing(session_of(MIRAS), NOT_FOLLOWING)


def keeping(monkeypatch: pytest.MonkeyPatch, secret: bytes | None) -> None:
    monkeypatch.setattr(rosters, "kept_secret", lambda _: secret)


def test_the_root_signs_while_its_secret_lies_here(monkeypatch: pytest.MonkeyPatch) -> None:
    keeping(monkeypatch, SECRET)
    roster = sign_by_root(session_of(MIRAS), ADMITTING)
    signature = sign(ROOT, ROSTER_PURPOSE, ADMITTING.root)
    assert roster == ADMITTING.signed(public_key(ROOT), signature)
    assert missing_signatures(STANDING, roster) is None


def test_a_root_whose_secret_does_not_lie_here_signs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    keeping(monkeypatch, None)
    with pytest.raises(RefusedError, match="the root secret does not lie in this vault") as caught:
        sign_by_root(session_of(MIRAS), ADMITTING)
    assert caught.value.next_step == "It is on the recovery sheets; other members can sign."
    keeping(monkeypatch, SECRET)
    with pytest.raises(VerificationError, match=DOES_NOT_FOLLOW):
        sign_by_root(session_of(MIRAS), NOT_FOLLOWING)


TWO_ADMINS = "a supervisor alone, two admins, or one admin and two others (supervisor or caseworker)"
ONE_MORE = "a second admin, or two others (supervisor or caseworker)"
SIGNED: list[object] = [
    pytest.param((), TWO_ADMINS, set(), id="nobody"),
    pytest.param((ADAS,), TWO_ADMINS, {ADA}, id="no admin"),
    pytest.param((MIRAS, MIRAS_SECOND), ONE_MORE, {MIRA}, id="one admin twice"),
    pytest.param((MIRAS, ORENS), None, {MIRA, OREN}, id="two admins"),
]


@pytest.mark.parametrize(("seats", "missing", "members"), SIGNED)
def test_a_roster_says_who_signed_and_who_has_to_yet(
    seats: tuple[SeatId, ...], missing: str | None, members: set[MemberId]
) -> None:
    # A signature of a key that nobody knows says nothing.
    roster = signed_by(ADMITTING, *seats).signed(b"?" * 32, b"?" * 64)
    assert missing_signatures(STANDING, roster) == missing
    assert signers_in(STANDING, roster) == members


def test_a_roster_counts_once_all_have_signed() -> None:
    require_signed(STANDING, signed_by(ADMITTING, MIRAS, ORENS))
    with pytest.raises(RefusedError) as caught:
        require_signed(STANDING, signed_by(ADMITTING, MIRAS))
    assert caught.value.message == f"roster 8 waits for signatures: {ONE_MORE}"
    advice = "Give the proposal to them: `casevault member sign PROPOSAL`, then `member commit PROPOSAL`."
    assert caught.value.next_step == advice


@pytest.mark.parametrize("judge", [missing_signatures, require_signed, signers_in])
def test_a_false_signature_of_somebody_known_is_refused(judge: Any) -> None:
    with pytest.raises(VerificationError, match="a signature of the roster does not hold"):
        judge(STANDING, ADMITTING.signed(public_key(seed_of(MIRAS)), b"?" * 64))


@pytest.mark.parametrize("judge", [missing_signatures, require_signed])
def test_a_roster_that_does_not_follow_is_refused_whoever_signed(judge: Any) -> None:
    signature = sign(ROOT, ROSTER_PURPOSE, NOT_FOLLOWING.root)
    with pytest.raises(VerificationError, match=DOES_NOT_FOLLOW):
        judge(STANDING, NOT_FOLLOWING.signed(public_key(ROOT), signature))
