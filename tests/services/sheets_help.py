"""Sheets in tests: typed back from the set that a service made."""

from __future__ import annotations

from collections.abc import Sequence

from vault.seal.recovery import Sheet
from vault.services.credentials.paper_sheets import TypedSheets


def typed(sheets: Sequence[Sheet], *numbers: int) -> TypedSheets:
    """Return these sheets of a set, by number from 1 on, as typed from paper by their first four letters."""
    found = TypedSheets()
    for number in numbers:
        for row in sheets[number - 1].rows:
            found.take_row(" ".join([*(word[:4] for word in row.words), row.check]))
    return found
