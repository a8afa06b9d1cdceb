"""A note: small and immutable. A mistake is amended by another note that points to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from vault.casework.checks import checked_id, checked_text, checked_word
from vault.casework.dates import checked_moment
from vault.casework.vocabulary import NoteKind


@dataclass(frozen=True, slots=True)
class Note:
    """One note. `occurred` is a partial date or a day with a time; `amends` is the record id of an earlier note."""

    KIND: ClassVar[str] = "note"

    kind: NoteKind
    text: str = field(repr=False)
    occurred: str | None = None
    amends: bytes | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", checked_word(NoteKind, self.kind, "kind of a note"))
        object.__setattr__(self, "text", checked_text(self.text, "text of a note"))
        if self.occurred is not None:
            object.__setattr__(self, "occurred", checked_moment(self.occurred, "date of a note"))
        if self.amends is not None:
            object.__setattr__(self, "amends", checked_id(self.amends, "amended note"))
