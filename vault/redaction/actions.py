"""What can identify a person, and what is done with it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum, unique


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
    UNKNOWN = "unknown"  # a token that default-deny asks about
