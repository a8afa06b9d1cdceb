"""What the still subjects share: what a test looks for, the drafts, and the hour."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tui.gateway.subject import UnlockedVault
from tui.values.values import DraftShown, Spot

NOW_MS = 1_795_615_320_000
"""2026-11-25 14:02 UTC."""
HOUR_MS = 3_600_000
DRAFT = DraftShown(
    "11" * 16, "22" * 16, "K7QM-3XPD", "contact", NOW_MS - 60_000, "The hearing was moved to 09:30.", cursor=(0, 31)
)


class StillDoor(UnlockedVault):
    """Never opened. `done` is what the subjects were asked to do."""

    def __init__(self) -> None:
        super().__init__(Path("/nowhere/field-03.vault"), None)
        self.done: list[tuple[Any, ...]] = []
        self.drafts_kept: tuple[DraftShown, ...] = (DRAFT,)
        self.spot: Spot | None = None
