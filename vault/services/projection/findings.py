"""One line of `status` or `doctor`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How an item stands."""

    OK = "ok"
    WARN = "warn"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Item:
    """A stable name, how it stands, what was found and, unless all is well, what to do."""

    name: str
    verdict: Verdict
    found: str
    advice: str = ""
