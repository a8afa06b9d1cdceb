"""Two versions of a record beside one another, as the screens show them."""

from __future__ import annotations

from dataclasses import dataclass, field

from vault.casework.differences import Piece


@dataclass(frozen=True, slots=True)
class SideShown:
    """Who wrote a version when, and on which device; `is_here`: on this computer."""

    version: str
    written_ms: int
    by: str = field(repr=False)
    device: str = field(repr=False)
    is_here: bool


@dataclass(frozen=True, slots=True)
class VersionsShown:
    """Two versions of a record, piece by piece."""

    case: str
    record: str
    kind: str
    left: SideShown
    right: SideShown
    pieces: tuple[Piece, ...] = field(repr=False)
