"""Alarms: which of them stop an act, what a verification settles, and what pins keep of one."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from vault.access.pins.alarms import faults_among, fork_alarm, lasting, remembered, settled, stored
from vault.ids import Origin, SeatId
from vault.words.finding import Code, Finding, Severity
from vault.words.message import Message

ONE, OTHER = SeatId(b"a" * 16), SeatId(b"\xff" * 16)
MANY = [SeatId(bytes([number]) * 16) for number in range(12)]
LOG = Origin(b"l" * 32)
FAULT = Finding(Code.FORK, Message("A sentence for a person."))
NEWS = replace(FAULT, code=Code.NO_PINS, severity=Severity.NEWS)
HERS, GONE, OF_BOTH = (replace(FAULT, seats=frozenset(seats)) for seats in ((ONE,), (OTHER,), (ONE, OTHER)))
LASTING = (
    *(
        lasting(code)
        for code in Code
        if code
        in {
            Code.DAMAGED,
            Code.DATABASE,
            Code.KEYRING,
            Code.OPEN_LOGS,
            Code.OWN_LOG,
            Code.PINS,
            Code.RATCHET,
            Code.REMEMBERED,
            Code.ROSTER,
            Code.SESSION_KEY,
            Code.VERIFY,
        }
    ),
    lasting(Code.ACT, LOG, seats=frozenset({ONE})),
    fork_alarm(LOG, OTHER),
    lasting(Code.VERIFY, seats=frozenset(MANY)),
)
BACK = (lasting(Code.VALID_AGAIN, ONE, seats=frozenset({ONE})), lasting(Code.OLD_SHEETS, bytes(32)))
TOLD_ONCE = (
    lasting(Code.OWN_DEVICE, ONE),
    lasting(Code.SHEETS, bytes(7) + b"\7", number=7, admitted=1, ended=2),
    lasting(Code.NEW_SHEETS, bytes(7) + b"\7", number=7),
)


def written(alarm: Finding) -> tuple[object, ...]:
    """Return what pins kept of an alarm, from their bytes."""
    return msgspec.msgpack.decode(msgspec.msgpack.encode(stored([alarm])), type=tuple[tuple[object, ...], ...])[0]


STOPS = (
    (FAULT, True),
    (NEWS, False),
    (replace(FAULT, code=Code.ABSENT, severity=Severity.ABSENCE), False),  # it stops its own compartment
    (HERS, True),
    (GONE, False),
    (OF_BOTH, True),
)


def test_a_fault_stops_unless_it_lies_in_logs_of_ended_seats_alone() -> None:
    assert [(alarm, faults_among([alarm], live={ONE}) == [alarm]) for alarm, _ in STOPS] == list(STOPS)


def test_what_takes_from_a_seat_is_not_stopped_by_a_fault_in_its_logs() -> None:
    assert faults_among([OF_BOTH], live={ONE, OTHER}, taken_from={ONE, OTHER}) == []
    assert faults_among([OF_BOTH], live={ONE, OTHER}, taken_from={ONE}) == [OF_BOTH]
    assert faults_among([FAULT], live={ONE}, taken_from={ONE}) == [FAULT]


def test_what_a_restore_made_valid_again_is_kept_until_it_ends_and_does_not_stop_its_ending() -> None:
    kept = tuple(remembered(written(alarm)) for alarm in BACK)
    assert kept == tuple(replace(alarm, is_remembered=True) for alarm in BACK)
    assert settled(kept, None, kept) == kept
    assert stored(kept) == stored(BACK)
    assert faults_among(kept, live={ONE, OTHER}) == [kept[0]]
    assert faults_among(kept, live={ONE, OTHER}, taken_from={OTHER}) == []
    assert faults_among(kept, live={OTHER}) == []


def test_what_a_verification_found_stands_in_the_place_of_what_the_last_one_found() -> None:
    before, found = lasting(Code.VERIFY), lasting(Code.VERIFY, seats=frozenset({ONE}))
    assert settled((NEWS, before), found, [before]) == (NEWS, found)


def test_a_clean_verification_settles_what_is_remembered_and_its_own_finding() -> None:
    old, found = replace(FAULT, is_remembered=True), lasting(Code.VERIFY)
    assert settled((NEWS, old, found), None, (old, found)) == (NEWS,)


def test_what_this_very_unlock_noticed_stays_and_keeps_what_is_remembered() -> None:
    old = replace(HERS, is_remembered=True)
    assert settled((FAULT, old), None, (FAULT, old)) == (FAULT, old)


def test_an_alarm_that_lasts_comes_back_from_pins_as_it_was_and_is_kept_on() -> None:
    for alarm in LASTING:
        back = remembered(written(alarm))
        assert back == replace(alarm, is_remembered=True)
        assert stored([back]) == stored([alarm])


def test_news_is_told_by_one_session_more_and_stops_nothing() -> None:
    for alarm in TOLD_ONCE:
        back = remembered(written(alarm))
        assert back == replace(alarm, is_remembered=True)
        assert back.is_news
        assert stored([back]) == ()


def test_pins_keep_no_sentence() -> None:
    for alarm in (*LASTING, *TOLD_ONCE):
        code, subject, seats, numbers = stored([alarm])[0]
        assert (code, subject, seats) == (alarm.code.value, alarm.subject, sorted(alarm.seats))
        assert all(type(number) is int for number in numbers.values())
    assert stored([NEWS, replace(FAULT, code=Code.ROLLBACK)]) == ()


# What programs before this one kept: code, perhaps with an id and seats in one word, beside a sentence.
OF_BEFORE = {
    "damaged": lasting(Code.DAMAGED),
    f"fork:{LOG.hex()[:16]}": lasting(Code.FORK, LOG[:8]),
    f"fork:{LOG.hex()[:16]}@{ONE.hex()},{OTHER.hex()}": lasting(Code.FORK, LOG[:8], seats=frozenset({ONE, OTHER})),
    f"verify@{ONE.hex()}": lasting(Code.VERIFY, seats=frozenset({ONE})),
    f"own-device:{ONE.hex()}": lasting(Code.OWN_DEVICE, ONE),
    "sheets:7": replace(lasting(Code.REMEMBERED), severity=Severity.NEWS),
}


def test_what_an_earlier_program_kept_still_opens() -> None:
    for kept, alarm in OF_BEFORE.items():
        assert remembered((kept, "A sentence.")) == replace(alarm, is_remembered=True), kept
    assert str(remembered((f"fork:{LOG.hex()[:16]}", "")).message).startswith("The log of a device has two histories")


def test_what_this_program_does_not_know_stops_everything() -> None:
    unknown = replace(lasting(Code.REMEMBERED), is_remembered=True)
    assert faults_among([unknown], live={ONE}) == [unknown]
    cases: tuple[tuple[object, ...], ...] = (
        (),
        ("fork", "Two logs go on from the same one."),
        (f"fork@{ONE.hex()}00", "x"),
        (f"verify@{ONE.hex()},aa", "x"),
        ("verify@no hex", "x"),
        ("something newer", None, [], {}),
        ("verify", None, [b"short"], {}),
        ("verify", None, 3, {}),
        ("verify", None, [], None),
        ("fork", None, [], {}),
        ("damaged", None, [], {}, "more"),
    )
    for kept in cases:
        assert remembered(kept) == unknown, kept
