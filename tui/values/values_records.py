"""Records of a case as the screens show them: what stands in them, and the stages that the case came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vault.casework.form import Form
from vault.words.message import Message, Words


@dataclass(frozen=True, slots=True)
class RecordShown:
    """A record with a form: under which date it stands (ISO, or empty), as typed, and in lines with their labels.

    `form` is the code of the organisation's form that it was filled in by; empty for all others.
    `missed` says for how long nothing was heard of a check-in.
    """

    record: str
    kind: str
    when: str
    headline: Words = field(repr=False)
    is_due: bool
    typed: Mapping[str, str] = field(repr=False)
    lines: tuple[tuple[Message, Words], ...] = field(repr=False)
    by: str = field(default="", repr=False)
    heads: int = 1
    form: str = ""
    missed: Words | None = None


@dataclass(frozen=True, slots=True)
class FormToFill:
    """A form of the organisation: what it asks, and the people of the case (id, name)."""

    code: str
    form: Form = field(repr=False)
    people: tuple[tuple[str, str], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class StageShown:
    """A stage that a case came to, by its code, and since which day (ISO)."""

    stage: str
    since: str
