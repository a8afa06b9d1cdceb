"""Alarms: which of them stop an act, what a verification settles, and what pins keep of one."""

from __future__ import annotations

from vault.access.pins.alarms import (
    DEVICE_ALARM,
    SHEETS_ALARM,
    Alarm,
    faults_among,
    remembered,
    settled,
    stored_code,
)
from vault.ids import SeatId

ONE, OTHER = SeatId(b"a" * 16), SeatId(b"\xff" * 16)
MANY = [SeatId(bytes([number]) * 16) for number in range(12)]
TEXT = "A sentence for a person."


STOPS = {
    Alarm("fork", TEXT): True,
    Alarm("no-pins", TEXT, is_fault=False): False,
    Alarm("fork", TEXT, seats=frozenset({ONE})): True,
    Alarm("fork", TEXT, seats=frozenset({OTHER})): False,
    Alarm("fork", TEXT, seats=frozenset({ONE, OTHER})): True,
}


def test_a_fault_stops_unless_it_lies_in_logs_of_ended_seats_alone() -> None:
    assert {alarm: faults_among([alarm], live={ONE}) == [alarm] for alarm in STOPS} == STOPS


def test_what_takes_from_a_seat_is_not_stopped_by_a_fault_in_its_logs() -> None:
    of_both = Alarm("fork", TEXT, seats=frozenset({ONE, OTHER}))
    assert faults_among([of_both], live={ONE, OTHER}, taken_from={ONE, OTHER}) == []
    assert faults_among([of_both], live={ONE, OTHER}, taken_from={ONE}) == [of_both]
    assert faults_among([Alarm("fork", TEXT)], live={ONE}, taken_from={ONE}) == [Alarm("fork", TEXT)]


def test_what_a_verification_found_stands_in_the_place_of_what_the_last_one_found_and_lasts() -> None:
    before = (Alarm("no-pins", TEXT, is_fault=False), Alarm("verify", "Older.", lasts=True))
    after = settled(before, Alarm("tree", TEXT), before[1:])
    assert after == (before[0], Alarm("verify", TEXT, lasts=True))


def test_a_clean_verification_settles_what_is_remembered_and_its_own_finding() -> None:
    news = Alarm("clock", TEXT, is_fault=False)
    old = Alarm("fork", TEXT, lasts=True, is_remembered=True)
    found = Alarm("verify", TEXT, lasts=True)
    assert settled((news, old, found), None, (old, found)) == (news,)


def test_what_this_very_unlock_noticed_stays_and_keeps_what_is_remembered() -> None:
    own = Alarm("fork", TEXT)
    old = Alarm("fork", TEXT, lasts=True, is_remembered=True)
    assert settled((own, old), None, (own, old)) == (own, old)


def test_news_is_told_by_one_session_more_and_stops_nothing() -> None:
    for code in (f"{DEVICE_ALARM}:{ONE.hex()}", f"{SHEETS_ALARM}:7"):
        first = Alarm(code, TEXT, is_fault=False, lasts=True)
        assert remembered(stored_code(first), TEXT) == Alarm(code, TEXT, is_fault=False, is_remembered=True)


def test_pins_keep_the_code_and_the_seats_in_order() -> None:
    for seats, stored in (
        (frozenset[SeatId](), "fork"),
        (frozenset({ONE}), f"fork@{ONE.hex()}"),
        (frozenset({OTHER, ONE}), f"fork@{ONE.hex()},{OTHER.hex()}"),
        (frozenset(MANY), "fork@" + ",".join(seat.hex() for seat in MANY)),
    ):
        assert stored_code(Alarm("fork", TEXT, seats=seats)) == stored
        assert remembered(stored, TEXT) == Alarm("fork", TEXT, lasts=True, is_remembered=True, seats=seats)


def test_what_names_no_seats_is_a_code_of_its_own_and_stops_everything() -> None:
    for stored in ("fork@", "fork@no hex", f"fork@{ONE.hex()}00", f"fork@{ONE.hex()},aa", f"fork@aa,{ONE.hex()}"):
        assert remembered(stored, TEXT) == Alarm(stored, TEXT, lasts=True, is_remembered=True)
