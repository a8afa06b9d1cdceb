"""What a verification finds: one bad place each."""

from __future__ import annotations

from dataclasses import dataclass

from vault.ids import Origin


@dataclass(frozen=True, slots=True)
class Fault:
    """One bad place: a stable code, where it is, and a sentence with ids and numbers, never contents."""

    code: str
    origin: Origin | None
    seq: int | None
    n: int | None
    text: str

    @classmethod
    def here(cls, code: str, text: str) -> Fault:
        """Return what is wrong in no log, but with what lies on this device."""
        return cls(code, None, None, None, text)
