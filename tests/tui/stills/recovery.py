"""Sheets of one invented set, the same each time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from typing_extensions import override

from tests.tui.stills.door import StillDoor
from tui.gateway.recovery import Recovery
from tui.gateway.subject import Progress, Stopped
from tui.values.values_own import DrillDone, RecoveryStatus, SealedAnew, SheetsMade
from vault.seal.sheets import make_sheets

SHEETS = make_sheets(bytes(range(32)))
ASKED = (4, 17, 29)


class StillRecovery(Recovery):
    """Never proven; every act succeeds. Real sheets, so that rows are checked as they are."""

    _unlocked: StillDoor
    due = False
    are_made = False

    @override
    def proposes(self) -> bool:
        return self.due

    @override
    def status(self) -> RecoveryStatus:
        return RecoveryStatus(SHEETS[0].root_words, True, True, None, 1, 0)

    @override
    def make(self, shape: str) -> SheetsMade:
        self._unlocked.done.append(("sheets", shape))
        self._sheets = SHEETS
        return SheetsMade(3, 2, (ASKED,) * 3)

    @override
    def ask_again(self, number: int) -> tuple[int, ...]:
        return ASKED

    @override
    def write(self, place: Path, languages: Sequence[str] = ()) -> tuple[str, ...]:
        self._unlocked.done.append(("write", place, tuple(languages)))
        return tuple(f"{place}/recovery-sheet-{number}-of-3.pdf" for number in (1, 2, 3))

    @override
    def who_else_reads(self, place: Path) -> str:
        return ""

    @override
    def forget(self) -> None:
        super().forget()
        self._unlocked.done.append(("forget",))

    @override
    def drill(self) -> DrillDone:
        self._unlocked.done.append(("drill", len(self._typed.sheets)))
        return DrillDone(1, True)

    @override
    def renew(self, shape: str, progress: Progress) -> tuple[SheetsMade, SealedAnew]:
        self._unlocked.done.append(("renew", shape, len(self._typed.sheets)))
        return self.make(shape), SealedAnew(5, 0)

    @override
    def follow(self, progress: Progress, stopped: Stopped) -> SealedAnew | None:
        self._unlocked.done.append(("follow",))
        return SealedAnew(2, 1)
