"""One line of `status` or `doctor`: most of them say that all is well, so that they are no findings."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from vault.words.message import Message


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
    found: Message
    advice: Message | None = None
