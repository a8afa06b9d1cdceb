"""What a verification finds: one bad place each."""

from __future__ import annotations

from dataclasses import dataclass

from vault.ids import Origin


@dataclass(frozen=True, slots=True)
class Fault:
    """One bad place: a stable code, where it is, and a sentence with ids and numbers, never contents.

    `is_absence`: something listed is not here. It stops acts in its own compartment alone, and is seen again each time.
    """

    code: str
    origin: Origin | None
    seq: int | None
    n: int | None
    text: str
    is_absence: bool = False

    @classmethod
    def here(cls, code: str, text: str) -> Fault:
        """Return what is wrong in no log, but with what lies on this device."""
        return cls(code, None, None, None, text)
