"""Records of a case as the screens show them: what stands in them, and the stages that the case came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vault.words.message import Message, Words


@dataclass(frozen=True, slots=True)
class RecordShown:
    """A record with a form: under which date it stands (ISO, or empty), as typed, and in lines with their labels."""

    record: str
    kind: str
    when: str
    headline: str = field(repr=False)
    is_due: bool
    typed: Mapping[str, str] = field(repr=False)
    lines: tuple[tuple[Message, Words], ...] = field(repr=False)
    by: str = field(default="", repr=False)
    heads: int = 1


@dataclass(frozen=True, slots=True)
class StageShown:
    """A stage that a case came to, by its code, and since which day (ISO)."""

    stage: str
    since: str
