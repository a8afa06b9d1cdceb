"""What screens show of erasures."""

from __future__ import annotations

from dataclasses import dataclass, field

from vault.words.message import Words


@dataclass(frozen=True, slots=True)
class ErasureShown:
    """What somebody erased of one place, and when it goes from here.

    With `what` it is the id of what may be erased: a record that stands again although it was erased here, or, with
    `due`, a case that was kept as long as the rules say since that day. With `back_ms` it stays: what was said then
    would stand again.
    """

    place: Words
    records: int
    goes_ms: int = 0
    by: Words = field(default="", repr=False)
    is_held: bool = False
    what: str = ""
    due: str = ""
    back_ms: int | None = None
