"""What screens show of erasures."""

from __future__ import annotations

from dataclasses import dataclass, field

from vault.words.message import Words


@dataclass(frozen=True, slots=True)
class ErasePreview:
    """What an erasure takes and what stays, in lines; how many records, and whether a second person has to agree.

    With `nothing_goes` a legal hold keeps all of it. `titles`: id and reference of each case whose title has a name of
    who goes. `going` is the gateway's own: what was shown is what is erased.
    """

    lines: tuple[Words, ...] = field(repr=False)
    records: int
    needs_second: bool
    nothing_goes: bool = False
    titles: tuple[tuple[str, Words], ...] = ()
    going: object = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class HoldShown:
    """The legal hold that stands on a case; `review` is YYYY-MM-DD."""

    reason: str = field(repr=False)
    review: str


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
