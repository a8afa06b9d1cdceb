"""A device that came into a member's name is told to that member, and to nobody else."""

from __future__ import annotations

from tests.access.test_sheets_used import directory
from tests.log.test_roster import MANY, id_of
from vault.access.pins.alarms import stored
from vault.access.trust.roster_alarms import judge_devices
from vault.ids import SeatId

FIRST = MANY.roster("root")
NEXT = MANY.after(FIRST, seats=MANY.seats | {"Joel-3": "Joel", "Joel-4": "Joel", "Ilse-2": "Ilse"}).roster("root")


TOLD = {
    "Joel-1": ["Joel-3", "Joel-4"],
    "Joel-2": ["Joel-3", "Joel-4"],
    "Joel-3": ["Joel-4"],  # not of itself
    "Ilse-1": ["Ilse-2"],
    "Nour-1": [],
}


def test_a_member_hears_on_each_device_of_those_that_came_into_their_name() -> None:
    for own, told in TOLD.items():
        alarms = judge_devices(directory(FIRST, NEXT), SeatId(id_of(own)), FIRST.root)
        assert [(alarm.code, alarm.subject) for alarm in alarms] == [
            ("own-device", seat) for seat in sorted(map(id_of, told))
        ]
        assert all(f"in your name: {(alarm.subject or b'').hex()[:8]}." in str(alarm.message) for alarm in alarms)
        assert all(alarm.is_news for alarm in alarms)
        assert len(stored(alarms)) == len(told)


def test_nobody_hears_of_what_they_knew_or_cannot_compare() -> None:
    for seen in (NEXT.root, b"x" * 32):  # the newest, and one that does not count
        assert judge_devices(directory(FIRST, NEXT), SeatId(id_of("Joel-1")), seen) == ()
