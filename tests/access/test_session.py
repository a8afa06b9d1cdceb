"""An open session: what it allows, what it remembers, and how it ends."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.access.few import key_file
from tests.access.opened import NOW_MS, PINS, Closing, Parts, with_index
from tests.access.seats import SEAT, SECRETS, VAULT
from vault.access import session as module
from vault.access.alarms import CLOCK_ALARM, VERIFY_ALARM, Alarm
from vault.access.pins import with_keys
from vault.errors import InternalError, RefusedError, TryAgainError, VaultError, VerificationError
from vault.ids import CompartmentId, EpochId
from vault.policy.clocks import HOUR_MS, JUMP_MS, ClockState
from vault.policy.roles import Action, Role
from vault.records.authority import Listings
from vault.records.counting import Learned
from vault.records.payloads import Auditor
from vault.seal.recipients import KemPrivate
from vault.seal.signing import public_key, sign

CASE, OTHER, GONE = (CompartmentId(bytes([n]) * 16) for n in (1, 2, 3))
FIRST, SECOND = EpochId(b"e" * 16), EpochId(b"f" * 16)
THEFT = Alarm("theft", "A key was taken.", lasts=True, seats=frozenset({SEAT}))
NEWS = Alarm("news", "It is new here.", is_fault=False)


@pytest.fixture(autouse=True)
def _all_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be missing: `tests/attacks/test_absent_keys.py` has what is."""
    monkeypatch.setattr(module, "waits_for", lambda *given, **named: [])
    monkeypatch.setattr(module, "require_here", lambda *given, **named: None)


# ---- who is here


def test_a_new_session_has_seen_nothing_yet(parts: Parts) -> None:
    session = parts.session()
    seen = (session.viewed, session.audits, session.quarantine, session.hidden, session.here)
    assert seen == (set(), {}, [], frozenset(), frozenset())
    assert (session.is_over, session.uses_index, session.keys_now) == (False, False, None)
    assert (session.root_public, session.draft_key) == (SECRETS.root_public, SECRETS.draft_key)


def test_the_seat_signs_for_a_purpose_with_its_identity(parts: Parts) -> None:
    identity = SECRETS.identity_seed
    assert parts.session().sign("roster", b"message") == (public_key(identity), sign(identity, "roster", b"message"))


def test_the_seat_reads_audit_payloads_with_its_own_key_and_what_the_session_knows(parts: Parts) -> None:
    listings = Listings()
    auditor = parts.session(learned=Learned(listings=listings)).auditor()
    assert (auditor.vault, auditor.seat) == (VAULT, SEAT)
    assert auditor.kem.public == KemPrivate.from_seed(SECRETS.kem_seed).public
    assert auditor.listings is listings
    assert isinstance(auditor, Auditor)


def test_the_seats_keys_to_a_copy_are_those_of_its_secrets(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "copy_keys", lambda *given: given)
    file = key_file(VAULT)
    session: Any = parts.session()
    assert session.copy_keys(file) == (file, SECRETS)


# ---- alarms


def test_what_unlock_noticed_is_told_and_what_lasts_is_kept_with_its_seats(parts: Parts) -> None:
    session = parts.session(alarms=(THEFT, NEWS))
    assert session.warnings == ("A key was taken.", "It is new here.")
    assert session.lasting_alarms == ((f"theft@{SEAT.hex()}", "A key was taken."),)


def test_an_alarm_is_told_once(parts: Parts) -> None:
    session = parts.session(alarms=(THEFT,))
    session.add_alarm(NEWS)
    session.add_alarm(Alarm("news", "Again."))
    assert session.alarms == (THEFT, NEWS)


def test_a_log_in_doubt_lets_nothing_leave_but_what_takes_from_the_seats_that_it_lies_with(parts: Parts) -> None:
    session = parts.session(alarms=(NEWS, THEFT))
    with pytest.raises(VerificationError) as caught:
        session.require_sound_log()
    assert caught.value.message == "this waits until the log is sound: A key was taken"
    assert caught.value.next_step == "Run `casevault log verify`; reading and notes go on."
    assert session.faults() == [THEFT]
    session.require_sound_log(taken_from=[SEAT])
    assert session.faults(taken_from=[SEAT]) == []


def test_a_fault_in_the_logs_of_a_seat_that_was_ended_stops_nothing(parts: Parts) -> None:
    parts.directory.standing.certificates = {}
    parts.session(alarms=(THEFT,)).require_sound_log()


def test_news_stop_nothing(parts: Parts) -> None:
    parts.session(alarms=(NEWS,)).require_sound_log()


def test_a_verification_settles_what_is_remembered_and_names_what_it_found(parts: Parts) -> None:
    remembered = Alarm("old", "It was so.", is_remembered=True)
    session = parts.session(alarms=(remembered, NEWS))
    session.settle_alarms(Alarm("cut", "Something is missing."))
    assert [alarm.code for alarm in session.alarms] == ["old", "news", VERIFY_ALARM]
    session.settle_alarms(None)
    assert session.alarms == (NEWS,)


# ---- what is allowed


@pytest.mark.parametrize(
    ("action", "case", "rule"),
    [
        (Action.CASE_CREATE, None, "role"),
        (Action.CASE_READ, CASE, "role+grant"),
    ],
)
def test_what_the_roles_and_the_grants_allow_is_done_by_a_rule(
    parts: Parts, action: Action, case: CompartmentId | None, rule: str
) -> None:
    parts.keys.held = {CASE: [FIRST]}
    assert parts.session(Role.CASEWORKER).require(action, case) == rule


FORBIDDEN: list[object] = [
    (
        (Action.MEMBER_ADMIT, None),
        {},
        "you cannot admit a member: your role does not allow it",
        "This takes the role admin or supervisor. An admin gives roles (`casevault member roles`).",
    ),
    (
        (Action.CASE_READ, None),
        {},
        "you cannot open a case: this case was not granted to you",
        "Ask somebody who holds the case.",
    ),
    (
        (Action.CASE_READ, OTHER),
        {},
        "you cannot open a case: this case was not granted to you",
        "Ask somebody who holds the case.",
    ),
    (
        (Action.CASE_READ, GONE),
        {},
        "you cannot open a case: this case was yours until a day that has passed",
        "Ask somebody who holds the case.",
    ),
    (
        (Action.CASE_CREATE, None),
        {"is_over": True},
        "you cannot make a case: the time for which you were admitted has ended",
        "Ask an admin.",
    ),
]


@pytest.mark.parametrize(("act", "changes", "words", "advice"), FORBIDDEN)
def test_what_they_do_not_allow_is_refused_with_whom_to_ask(
    parts: Parts, act: tuple[Action, CompartmentId | None], changes: dict[str, Any], words: str, advice: str
) -> None:
    parts.keys.held = {CASE: [FIRST], GONE: [SECOND]}
    session = parts.session(Role.CASEWORKER, ends={GONE: 0}, **changes)
    with pytest.raises(RefusedError) as caught:
        session.require(*act)
    assert (caught.value.message, caught.value.next_step) == (words, advice)


def test_a_case_is_held_as_soon_as_one_epoch_of_it_was_granted(parts: Parts) -> None:
    parts.keys.held = {CASE: [FIRST], OTHER: []}
    session = parts.session()
    assert [session.holds(one) for one in (CASE, OTHER, GONE)] == [True, False, False]


# ---- the clock


def test_the_clock_counts_as_far_as_it_is_believed_and_never_backwards(parts: Parts) -> None:
    session = parts.session(highest_ms=NOW_MS - HOUR_MS)
    assert session.clock().state is ClockState.STEADY
    assert session.highest_ms == NOW_MS
    for wall_ms, found in [(NOW_MS + JUMP_MS + 1, ClockState.JUMPED), (NOW_MS - HOUR_MS - 1, ClockState.SET_BACK)]:
        parts.log.now_ms = lambda at=wall_ms: at
        assert session.clock().state is found
        assert session.highest_ms == NOW_MS


def test_a_clock_that_a_person_believes_counts_and_is_told_of_no_more(parts: Parts) -> None:
    session = parts.session(highest_ms=NOW_MS + HOUR_MS, alarms=(Alarm(CLOCK_ALARM, "It jumped."), NEWS))
    session.believe_clock()
    assert session.highest_ms == NOW_MS
    assert session.alarms == (NEWS,)
    assert [pins.highest_ms for pins in parts.keeper.kept] == [NOW_MS]


def test_a_case_is_hidden_from_the_moment_on_that_its_date_comes(parts: Parts) -> None:
    session = parts.session(ends={GONE: NOW_MS, CASE: NOW_MS + 1})
    assert session.hidden == {GONE}
    parts.log.now_ms = lambda: NOW_MS + 1
    assert session.hidden == {GONE, CASE}


# ---- what is remembered, and the end


def test_pins_hold_where_the_log_stands_and_what_is_unsettled(parts: Parts) -> None:
    session = parts.session(alarms=(THEFT, NEWS), here=frozenset({SEAT}))
    session.keep_pins()
    (pins,) = parts.keeper.kept
    assert pins == replace(PINS, alarms=session.lasting_alarms, highest_ms=NOW_MS, here=frozenset({SEAT}))


def test_pins_hold_the_keys_file_that_is_valid(parts: Parts) -> None:
    file = key_file(VAULT)
    parts.session(keys_now=(file, 5)).keep_pins()
    (pins,) = parts.keeper.kept
    assert pins == replace(with_keys(PINS, file, 5), highest_ms=NOW_MS)
    assert pins.keys_header != PINS.keys_header


def test_a_session_locks_at_the_end_of_its_block_and_once(parts: Parts) -> None:
    with parts.session() as session:
        assert parts.done == []
    assert parts.done == ["keeper", "database", "keyring"]
    session.close()
    assert parts.done == ["keeper", "database", "keyring"]
    with pytest.raises(InternalError, match="the session is closed"):
        session.work()


def test_the_end_of_the_index_is_remembered_before_all_is_closed(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "open_drafts", lambda *_, **__: Closing("drafts", parts.done))
    session = with_index(parts, monkeypatch)
    session.drafts()
    session.index()
    session.close()
    assert parts.done == ["state", "pins", "opened", "drafts", "keeper", "database", "keyring"]
    assert [pins.index for pins in parts.keeper.kept] == [b"state"]


def test_what_fails_at_the_end_leaves_nothing_open_and_the_first_is_told(parts: Parts) -> None:
    parts.keeper.fault, parts.database.fault = TryAgainError("no room"), VerificationError("damaged")
    session = parts.session()
    with pytest.raises(VaultError, match="no room"):
        session.close()
    assert parts.done == ["keeper", "database", "keyring"]
    session.close()
