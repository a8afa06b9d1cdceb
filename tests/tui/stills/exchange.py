"""Two other members, and a bundle that brings a case."""

from __future__ import annotations

from pathlib import Path

from typing_extensions import override

from tests.tui.stills.door import StillDoor
from tui.gateway.exchange import Exchange
from tui.gateway.subject import Progress, Stopped
from tui.values.values_exchange import PeerShown, ResultText

PEERS = (PeerShown("aa" * 16, "Joel Brandvik"), PeerShown("bb" * 16, "Селин Астерхольт"))


class StillExchange(Exchange):
    """Writes and takes nothing."""

    _unlocked: StillDoor

    @override
    def peers(self) -> tuple[PeerShown, ...]:
        return PEERS

    @override
    def make(self, member: str, out: Path, progress: Progress, stopped: Stopped) -> ResultText | None:
        self._unlocked.done.append(("make", member, out))
        return ResultText((f"The bundle is at {out} (3 KiB). It opens on 1 device of this member and nowhere else.",))

    @override
    def show(self, file: Path, progress: Progress, stopped: Stopped) -> ResultText | None:
        return ResultText(("A bundle of Joel Brandvik, made on 2026-11-24 by their clock (3 KiB).",))

    @override
    def import_bundle(self, file: Path, progress: Progress, stopped: Stopped) -> ResultText | None:
        self._unlocked.done.append(("import", file))
        return ResultText(
            (
                "The bundle of Joel Brandvik brought 1 case, 2 people.",
                "4 entries of the log came with it.",
                "WAITS: Entries of Selin Asterholt from 3 on wait: those before them have not arrived.",
            ),
            pending=True,
        )
