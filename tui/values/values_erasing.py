"""What screens show of erasures."""

from __future__ import annotations

from dataclasses import dataclass, field

from vault.words.message import Words


@dataclass(frozen=True, slots=True)
class ErasePreview:
    """What an erasure takes and what stays, in lines; how many records, and whether a second person has to agree."""

    lines: tuple[Words, ...] = field(repr=False)
    records: int
    needs_second: bool


@dataclass(frozen=True, slots=True)
class ErasureShown:
    """What somebody erased of one place: when it goes from here. With `record` it stands again although erased here."""

    place: Words
    records: int
    goes_ms: int = 0
    by: Words = ""
    is_held: bool = False
    record: str = ""
