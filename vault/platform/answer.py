"""The three answers of a probe."""

from __future__ import annotations

from enum import Enum


class Answer(Enum):
    """What a probe found out. Only YES is true: a probe that could not look has not found anything."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    def __bool__(self) -> bool:
        return self is Answer.YES
