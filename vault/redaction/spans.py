"""Places in a text: found (`Match`), judged (`Span`), fused; what can identify a person, and what is done with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import NamedTuple

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
    general: str = field(default="", repr=False)
    is_part: bool = False


@unique
class RemovedType(StrEnum):
    """What a report says that something removed was, and no more: a name that nobody had registered is a word as well.

    So a `NAME` is any word that was asked about, too: else the type would tell which names the case knows.
    """

    NAME = "name"
    PLACE = "place"
    PHONE = "phone"
    NUMBER = "number"
    DATE = "date"
    OTHER = "other"


@unique
class Reason(StrEnum):
    """Why something was removed, from the least that a report says of it to the most.

    A name is always `NOT_AGREED`, if nobody hid it by hand: that it is one of another case, the worst leak, or of whom
    it is, a reason must not tell.
    """

    NOT_AGREED = "not-agreed"
    PROFILE = "profile"
    OTHERS = "others"
    BY_HAND = "by-hand"


@dataclass(frozen=True, slots=True)
class Removal:
    """What a report says of one removed place."""

    type: RemovedType
    reason: Reason


class Behind(NamedTuple):
    """Where in the records stands what was removed: half-open, in one value of a field of a version."""

    version: bytes
    field: str
    value: int
    start: int
    end: int


def together(removals: Iterable[Removal]) -> Removal:
    """Return what is said of places that became one, or where nothing is known."""
    found = tuple(removals)
    types, reasons = {each.type for each in found}, {each.reason for each in found}
    kind = types.pop() if len(types) == 1 else RemovedType.OTHER
    return Removal(kind, max(reasons, key=tuple(Reason).index, default=Reason.NOT_AGREED))


_TYPES = {
    IdentifierType.NAME: RemovedType.NAME,
    IdentifierType.UNKNOWN: RemovedType.NAME,
    IdentifierType.BORN: RemovedType.DATE,
    IdentifierType.DATE: RemovedType.DATE,
    IdentifierType.TIME: RemovedType.DATE,
    IdentifierType.PHONE: RemovedType.PHONE,
    IdentifierType.DOCUMENT: RemovedType.NUMBER,
    IdentifierType.IBAN: RemovedType.NUMBER,
    IdentifierType.COORDINATES: RemovedType.PLACE,
}


@dataclass(frozen=True, slots=True)
class Span:
    """A place and what is done with it. `entity` is whose pseudonym stands there.

    `told_as` is what a report says that it was, where that is not what its kind says.
    """

    start: int
    end: int
    kind: IdentifierType
    action: Action
    entity: bytes | None = None
    reason: Reason = Reason.NOT_AGREED
    general: str = field(default="", repr=False)
    told_as: RemovedType | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise InternalError(Message("a span must hold at least one character"))

    def removal(self) -> Removal:
        """Return what a report says of it, if it is removed."""
        return Removal(self.told_as or _TYPES.get(self.kind, RemovedType.OTHER), self.reason)


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
    group = _told_by_code(group, start, end)
    action = strongest(span.action for span in group)
    leading = [span for span in group if span.action is action]
    kind = min(span.kind for span in leading)
    said = together(span.removal() for span in leading)
    entities = {span.entity for span in leading}
    entity = entities.pop() if len(entities) == 1 else None
    generals = {span.general for span in leading if (span.start, span.end) == (start, end)}
    general = generals.pop() if len(generals) == 1 and len(leading) == 1 else ""
    if (action is Action.PSEUDONYM and entity is None) or (action is Action.GENERALISE and not general):
        action = Action.REMOVE
    told_as = None if said.type is _TYPES.get(kind, RemovedType.OTHER) else said.type
    return Span(start, end, kind, action, entity, said.reason, general, told_as)


def _told_by_code(group: list[Span], start: int, end: int) -> list[Span]:
    """Return the group without the beginnings of e-mail addresses where the code of their owner stands for all of it.

    Many addresses begin with a surname: the code hides as much as a removal, and says who it was.
    """
    codes = [span for span in group if span.kind is IdentifierType.NAME and span.action is Action.PSEUDONYM]
    owners = {span.entity for span in group}
    is_whole = any((span.start, span.end) == (start, end) for span in codes)
    others = {span.kind for span in group} - {IdentifierType.NAME}
    is_told = is_whole and len(owners) == 1 and None not in owners and others <= {IdentifierType.EMAIL}
    return codes if is_told else group
