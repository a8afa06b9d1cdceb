"""Four devices, of which one is lost with two clients on it."""

from __future__ import annotations

from pathlib import Path

from typing_extensions import override

from tests.tui.stills.door import StillDoor
from tui.gateway.devices import Devices
from tui.gateway.subject import Progress, Stopped
from tui.values.values_exchange import ResultText
from tui.values.values_members import Changed, DeviceLine, LostShown

DEVICES = (
    DeviceLine("edcaf1a7" * 4, "a0" * 16, "Amina Raskolda", "office desk", is_this=True, is_yours=True),
    DeviceLine("715fc4be" * 4, "a0" * 16, "Amina Raskolda", "old laptop", is_yours=True),
    DeviceLine("4fd6f8f7" * 4, "a1" * 16, "Dana Okwiri", ""),
    DeviceLine("5a745ffb" * 4, "a5" * 16, "Селин Астерхольт", "серый ноутбук"),
)
WARN = (
    "K7QM-3XPD  Арсений Вьюжанин",
    "    messenger: through his sister",
    "    hours: after 18:00",
    "    NEVER use: +996 555 010 203",
    "T4WB-9HNC  Salim Zumurrudi",
    "    no safe contact is kept; known: +996 555 010 204",
    "3 more cases were on that device and are not yours: ask who holds them.",
)
ENDED = Changed(
    (
        "The device is revoked.",
        "1 device ended; 2 cases and sections got a new key.",
        "What they could open until now may have been copied. They open nothing that comes after.",
        "Others hear of it with your next bundle for them.",
    )
)


class StillDevices(Devices):
    """Ends nothing."""

    _unlocked: StillDoor

    @override
    def list_all(self) -> tuple[DeviceLine, ...]:
        return DEVICES

    @override
    def name(self, seat: str, text: str) -> None:
        self._unlocked.done.append(("name", seat, text))

    @override
    def give_cases(self, seat: str, progress: Progress, stopped: Stopped) -> ResultText | None:
        self._unlocked.done.append(("give cases", seat))
        return ResultText(("12 cases and sections are given.",))

    @override
    def keep_list(self, warn: tuple[str, ...], out: Path) -> str:
        self._unlocked.done.append(("keep list", warn, out))
        return f"The list is at {out}, in clear: delete it when everybody is warned."

    @override
    def end_moved(self, seat: str, progress: Progress) -> Changed:
        self._unlocked.done.append(("end moved", seat))
        return ENDED

    @override
    def lost(self, seat: str, warn_list: Path | None, progress: Progress) -> LostShown:
        self._unlocked.done.append(("lost", seat, warn_list))
        kept = "" if warn_list is None else f"The list is at {warn_list}, in clear: delete it when everybody is warned."
        return LostShown(ENDED, WARN, 2, kept)
