"""What a take keeps out although a proven list names it: the member who imports knows what was erased here."""

from __future__ import annotations

from vault.store.rows import Rows
from vault.store.rowtypes import PlacedVersion


class Door:
    """Asked of each row that is not here; this one lets all in."""

    def keeps_out(self, rows: Rows, placed: PlacedVersion) -> bool:
        """Say whether a version stays out."""
        return False

    def close(self, rows: Rows) -> None:
        """Write down, in the transaction of the take, what is to be remembered of what came in."""


OPEN = Door()
