"""What may leave: types that only `vault.redaction.apply` can make, so that a type check is the proof of redaction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import InitVar, dataclass, field

from vault.errors import InternalError
from vault.redaction.spans import Behind, Removal, together
from vault.redaction.transform import REMOVED
from vault.words.message import Message

_SEAL = object()  # only `vault.redaction.apply` takes it; a test holds every other module to that


def _require_seal(seal: object) -> None:
    if seal is not _SEAL:
        raise InternalError(Message("a redacted dossier is made by redaction only"))


@dataclass(frozen=True, slots=True)
class RedactedBlock:
    """One paragraph under the key of its label. `text` has single spaces, and line breaks only between paragraphs.

    `removals` say what stood where it says that something was removed, in order; `behind` where the records have it,
    for a supplement alone: it is neither shown nor compared.
    """

    label: str
    text: str = field(repr=False)
    removals: tuple[Removal, ...] = ()
    behind: tuple[Behind | None, ...] = field(default=(), repr=False, compare=False)
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        _require_seal(seal)


@dataclass(frozen=True, slots=True)
class RedactedSection:
    """What one record gave. `heading` is a key of the profile, never of the record."""

    heading: str
    blocks: tuple[RedactedBlock, ...]
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        _require_seal(seal)


@dataclass(frozen=True, slots=True)
class RedactedPaper:
    """What is hidden of the text of a paper: half-open places, in order and apart; and `text`, what stays of it.

    The places are for who paints them alone, and are not compared, as they tell how long the hidden words are.
    """

    hidden: tuple[tuple[int, int], ...] = field(repr=False, compare=False)
    text: str = field(repr=False)
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        _require_seal(seal)


@dataclass(frozen=True, slots=True)
class RedactedDossier:
    """All that a package may show.

    `forbidden_forms` is for the verifier alone: spellings of what was hidden, which the finished files must not hold.
    Each was compared as whole words after `casefold()`: inside a longer word that was allowed to stay it is no leak.
    They are neither shown nor compared, so that two dossiers which differ only in what was hidden are equal.
    `papers` are in the order of the source.
    """

    profile: str
    sections: tuple[RedactedSection, ...]
    forbidden_forms: tuple[str, ...] = field(repr=False, compare=False)
    papers: tuple[RedactedPaper, ...] = ()
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        _require_seal(seal)

    @property
    def removals(self) -> tuple[Removal, ...]:
        """What stood where it says that something was removed: one for each time, in order."""
        return tuple(
            block.removals[place] if place < len(block.removals) else together(()) for block, place in self._removed()
        )

    @property
    def behind(self) -> tuple[Behind | None, ...]:
        """Where the records have what each of `removals` stands for; None where no record has it word for word."""
        return tuple(block.behind[place] if place < len(block.behind) else None for block, place in self._removed())

    def _removed(self) -> Iterator[tuple[RedactedBlock, int]]:
        for section in self.sections:
            for block in section.blocks:
                yield from ((block, place) for place in range(block.text.count(REMOVED)))
