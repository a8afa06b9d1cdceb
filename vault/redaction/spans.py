"""Places in a text: found (`Match`), judged (`Span`), fused; what can identify a person, and what is done with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum, unique

from vault.errors import InternalError
from vault.words.message import Message

# What can identify a person, and what is done with it.


@unique
class Action(StrEnum):
    """What happens to a place in the text, from weakest to strongest."""

    KEEP = "keep"
    GENERALISE = "generalise"
    PSEUDONYM = "pseudonym"
    REMOVE = "remove"


_STRENGTH = {action: rank for rank, action in enumerate(Action)}


def strongest(actions: Iterable[Action]) -> Action:
    """Return the action that hides most; REMOVE for none, because nothing decided is nothing allowed."""
    return max(actions, key=_STRENGTH.__getitem__, default=Action.REMOVE)


@unique
class IdentifierType(StrEnum):
    """Types of identifiers that detectors name. A profile removes each type that it does not name."""

    NAME = "name"
    BORN = "date-of-birth"
    PHONE = "phone"
    EMAIL = "email"
    DOCUMENT = "document"
    DATE = "date"
    TIME = "time"
    URL = "url"
    HANDLE = "handle"
    IBAN = "iban"
    COORDINATES = "coordinates"
    WORDS = "words"  # of one kind, such as health
    UNKNOWN = "unknown"  # a token that default-deny asks about


# Places in a text: found (`Match`), judged (`Span`), and fused so that no two overlap.
# All ranges are half-open `[start, end)` in characters of the original text.
@dataclass(frozen=True, slots=True)
class Match:
    """What a detector found. `entities` are the registered people it may belong to: none, one, or several who share it.

    `general` is the coarser text that may stand in its place, empty if there is none. `is_part`: a word of their name
    stands there without another word of it, and may be the name of somebody else.
    """

    start: int
    end: int
    kind: IdentifierType
    entities: frozenset[bytes] = frozenset()
    source: str = "pattern"
    general: str = field(default="", repr=False)
    is_part: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """A place and what is done with it. `entity` is whose pseudonym stands there."""

    start: int
    end: int
    kind: IdentifierType
    action: Action
    entity: bytes | None = None
    source: str = "pattern"
    general: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise InternalError(Message("a span must hold at least one character"))


def fuse(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return spans that cover the same characters and do not overlap, in order of place.

    Overlapping spans become their union under the strongest action. A union that no longer knows for whom the pseudonym
    stands, or what the coarser text is, is removed. The order of `spans` does not matter.
    """
    fused: list[Span] = []
    group: list[Span] = []
    group_end = 0
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        if group and span.start >= group_end:
            fused.append(_union(group))
            group = []
        group_end = max(group_end, span.end) if group else span.end
        group.append(span)
    if group:
        fused.append(_union(group))
    return tuple(fused)


def _union(group: list[Span]) -> Span:
    start, end = group[0].start, max(span.end for span in group)
    action = strongest(span.action for span in group)
    leading = [span for span in group if span.action is action]
    kind = min(span.kind for span in leading)
    source = min(span.source for span in leading)
    entities = {span.entity for span in leading}
    entity = entities.pop() if len(entities) == 1 else None
    generals = {span.general for span in leading if (span.start, span.end) == (start, end)}
    general = generals.pop() if len(generals) == 1 and len(leading) == 1 else ""
    if (action is Action.PSEUDONYM and entity is None) or (action is Action.GENERALISE and not general):
        action = Action.REMOVE
    return Span(start, end, kind, action, entity, source, general)
