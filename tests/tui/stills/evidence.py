"""A log of thirteen entries that is sound."""

from __future__ import annotations

from pathlib import Path

from typing_extensions import override

from tests.tui.stills.door import NOW_MS, StillDoor
from tui.gateway.evidence import Evidence
from tui.gateway.subject import Progress, Stopped
from tui.values.values import BackupMade, Checked, LogLineShown, LogShown

COVERED = "13 of 13 entries in 1 log are proven; opened: 9 versions, and what 13 entries say"


class StillEvidence(Evidence):
    """Checks and writes nothing."""

    _unlocked: StillDoor

    @override
    def read_log(self) -> LogShown:
        acts = (
            ("log.read", "", ""),
            ("note.create", "case ~3fa91c07", "1 note"),
            ("case.view", "case ~3fa91c07 casework", "1 case, 3 people, 3 notes"),
            ("case.list", "", "4 cases"),
            ("unlock.ok", "", ""),
        )
        lines = [
            LogLineShown(12 - place, NOW_MS - place * 60_000, "Amina Raskolda", act, "ok", about, covers)
            for place, (act, about, covers) in enumerate(acts)
        ]
        return LogShown(tuple(lines), 13, 13)

    @override
    def verify(self, progress: Progress, stopped: Stopped) -> Checked | None:
        progress(13, 13)
        self._unlocked.done.append(("verify",))
        return Checked(True, COVERED, "9c" * 32)

    @override
    def back_up(self, destination: Path, progress: Progress, stopped: Stopped) -> BackupMade | None:
        progress(1, 1)
        self._unlocked.done.append(("backup", destination))
        return BackupMade(f"{destination}/backup-4", 13, 9, 1, "1 was removed (backup-1); 3 kept.")
