"""A partner: someone outside who receives packages. The command line says `recipient`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from vault.casework.checks import checked_line, checked_lines
from vault.errors import UsageError
from vault.words.message import Message


@dataclass(frozen=True, slots=True)
class Partner:
    """A recipient and their age key. `fingerprint` is read aloud and confirmed before the first package.

    `confirmed`: the author of this version compared the words of the key; whether that counts, `partner_keys` says.
    """

    KIND: ClassVar[str] = "partner"

    name: str = field(repr=False)
    age_recipient: str
    fingerprint: str
    phone: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    town: str = field(default="", repr=False)
    languages: tuple[str, ...] = ()
    confirmed: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", checked_line(self.name, "name of a recipient"))
        object.__setattr__(self, "age_recipient", checked_line(self.age_recipient, "age key of a recipient"))
        if not self.age_recipient.startswith("age1"):
            raise UsageError(Message("age key of a recipient must start with age1"))
        object.__setattr__(self, "fingerprint", checked_line(self.fingerprint, "fingerprint of a recipient"))
        for name in ("phone", "email", "town"):
            line = checked_line(getattr(self, name), f"{name} of a recipient", optional=True)
            object.__setattr__(self, name, line)
        object.__setattr__(self, "languages", checked_lines(self.languages, "languages of a recipient"))
