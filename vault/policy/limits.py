"""Until when a member holds a case, from what its holders wrote down. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Claim:
    """One version of the record that says until when a member holds a case.

    Attributes:
        until_ms: the moment at which the right ends, or None.
        by_member: who wrote it.
        is_head: whether no other version replaced it.
    """

    until_ms: int | None
    by_member: bytes
    is_head: bool = True


def limit_of(member: bytes, claims: Sequence[Claim]) -> int | None:
    """Return the moment at which the member's right ends, or None: it does not end by itself.

    Nobody moves their own date. Of dates that two people wrote at once the earlier counts; where the member wrote over
    the date, every date that somebody else ever gave is asked, and the earliest counts.
    """
    of_others = [claim for claim in claims if claim.by_member != member]
    wrote_over = any(claim.is_head for claim in claims if claim.by_member == member)
    asked = of_others if wrote_over else [claim for claim in of_others if claim.is_head]
    return min((claim.until_ms for claim in asked if claim.until_ms is not None), default=None)
