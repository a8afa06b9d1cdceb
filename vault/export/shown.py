"""The form of what a report is made of: a redacted dossier has it, and what a data file says of one.

Whoever makes a package needs the redacted dossier itself (`package.prepare`); to make the report alone, to compare a
finished one with it, the form is enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Block(Protocol):
    """One paragraph."""

    @property
    def label(self) -> str:
        """The key of its label."""

    @property
    def text(self) -> str:
        """Single spaces, and line breaks only between paragraphs."""


class Section(Protocol):
    """What one record gave."""

    @property
    def heading(self) -> str:
        """A key of the profile."""

    @property
    def blocks(self) -> Sequence[Block]:
        """In their order."""


class Dossier(Protocol):
    """All that a report shows, its cover aside."""

    @property
    def profile(self) -> str:
        """The name of the table of what may leave."""

    @property
    def sections(self) -> Sequence[Section]:
        """In their order."""
