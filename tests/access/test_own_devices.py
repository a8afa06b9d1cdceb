"""A device that came into a member's name is told to that member, and to nobody else."""

from __future__ import annotations

import pytest

from tests.access.test_sheets_used import directory
from tests.log.test_roster import MANY, id_of
from vault.access.trust.own_devices import judge_devices
from vault.ids import SeatId

FIRST = MANY.roster("root")
NEXT = MANY.after(FIRST, seats=MANY.seats | {"Joel-3": "Joel", "Joel-4": "Joel", "Ilse-2": "Ilse"}).roster("root")


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ("Joel-1", ["Joel-3", "Joel-4"]),
        ("Joel-2", ["Joel-3", "Joel-4"]),
        ("Joel-3", ["Joel-4"]),  # not of itself
        ("Ilse-1", ["Ilse-2"]),
        ("Nour-1", []),
    ],
)
def test_a_member_hears_on_each_device_of_those_that_came_into_their_name(own: str, told: list[str]) -> None:
    alarms = judge_devices(directory(FIRST, NEXT), SeatId(id_of(own)), FIRST.root)
    names = {f"own-device:{id_of(name).hex()}": id_of(name).hex()[:8] for name in told}
    assert [one.code for one in alarms] == sorted(names)
    for one in alarms:
        assert f"A device was admitted in your name: {names[one.code]}." in one.text
        assert f"`casevault device revoke {names[one.code]}` ends it." in one.text
    assert all(one.lasts and not one.is_fault for one in alarms)


@pytest.mark.parametrize("seen", [NEXT.root, b"x" * 32], ids=["the newest", "one that does not count"])
def test_nobody_hears_of_what_they_knew_or_cannot_compare(seen: bytes) -> None:
    assert judge_devices(directory(FIRST, NEXT), SeatId(id_of("Joel-1")), seen) == ()
