"""What the verifier answers: findings that name a check and a place, never contents."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Check(StrEnum):
    """The checks, independent of one another; all must pass."""

    CANARY = "canary"  # the readers can read what these fonts write
    BYTES = "bytes"  # no form in raw or inflated bytes
    STRUCTURE = "structure"  # only the objects, keys and revisions of a plain report
    METADATA = "metadata"  # names nobody
    FONTS = "fonts"  # our two families, embedded, readable
    DRAWING = "drawing"  # nothing invisible, pale, tiny or off the page
    TEXT = "text"  # what both readers read is the approved text, no more and no less
    FORMS = "forms"  # no form in any text or string
    DATA = "data"  # the data file is canonical and holds approved values only


@dataclass(frozen=True, slots=True)
class FailedCheck:
    """One failed check. `forms` are places in the list of forbidden forms; `where` names a structure, never a text."""

    check: Check
    where: str
    forms: tuple[int, ...] = ()


@dataclass(slots=True)
class Findings:
    """Collects findings, each once, up to a limit that keeps the answer small."""

    found: list[FailedCheck] = field(default_factory=list)
    most: int = 200

    def add(self, check: Check, where: str, forms: set[int] | None = None) -> None:
        finding = FailedCheck(check, where, tuple(sorted(forms or ())[:50]))
        if finding not in self.found and len(self.found) < self.most:
            self.found.append(finding)
