"""A person of a case: names in several scripts, ways to identify them, and how to reach them without harm."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from vault.casework.checks import checked_items, checked_line, checked_lines, checked_word
from vault.casework.dates import checked_date
from vault.casework.script import Script, script_of
from vault.casework.vocabulary import Channel, DocumentKind, NameKind, PersonRole
from vault.errors import UsageError
from vault.words.message import Message


@dataclass(frozen=True, slots=True)
class PersonName:
    """One written name, as it stands in its source. No part of a name is mandatory anywhere."""

    text: str = field(repr=False)
    script: Script
    kind: NameKind = NameKind.LEGAL

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", " ".join(checked_line(self.text, "name").split()))
        object.__setattr__(self, "script", checked_word(Script, self.script, "script of a name"))
        object.__setattr__(self, "kind", checked_word(NameKind, self.kind, "kind of a name"))

    @classmethod
    def written(cls, text: str, kind: NameKind = NameKind.LEGAL) -> PersonName:
        """Return a name with the script that its letters have."""
        return cls(text, script_of(text), kind)


@dataclass(frozen=True, slots=True)
class IdentityDocument:
    """A number that identifies a person. Kept even if its checksum is wrong: a mistyped number still identifies."""

    kind: DocumentKind
    number: str = field(repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", checked_word(DocumentKind, self.kind, "kind of a document"))
        object.__setattr__(self, "number", checked_line(self.number, "document number"))


@dataclass(frozen=True, slots=True)
class SafeContact:
    """How to reach a person without harming them: the first line of every case header.

    `may_tell` says who may be told what; `never_use` are numbers and addresses that must never be used.
    """

    channel: Channel
    address: str = field(repr=False)
    hours: str = field(default="", repr=False)
    code_phrase: str = field(default="", repr=False)
    may_tell: str = field(default="", repr=False)
    never_use: tuple[str, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "channel", checked_word(Channel, self.channel, "channel of the safe contact"))
        for name in ("address", "hours", "code_phrase", "may_tell"):
            label = f"{name.replace('_', ' ')} of the safe contact"
            object.__setattr__(self, name, checked_line(getattr(self, name), label, optional=True))
        object.__setattr__(self, "never_use", checked_lines(self.never_use, "never-use list of the safe contact"))
        if self.address in self.never_use:
            raise UsageError(Message("address of the safe contact is on its own never-use list"))


@dataclass(frozen=True, slots=True)
class Person:
    """A person. No field but the role is mandatory: a call at night starts with a number and no name."""

    KIND: ClassVar[str] = "person"

    role: PersonRole
    names: tuple[PersonName, ...] = field(default=(), repr=False)
    born: str | None = field(default=None, repr=False)
    phones: tuple[str, ...] = field(default=(), repr=False)
    emails: tuple[str, ...] = field(default=(), repr=False)
    documents: tuple[IdentityDocument, ...] = field(default=(), repr=False)
    safe_contact: SafeContact | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "role", checked_word(PersonRole, self.role, "role of a person"))
        object.__setattr__(self, "names", checked_items(self.names, PersonName, "names of a person"))
        object.__setattr__(self, "documents", checked_items(self.documents, IdentityDocument, "documents of a person"))
        if self.born is not None:
            object.__setattr__(self, "born", checked_date(self.born, "date of birth"))
        object.__setattr__(self, "phones", checked_lines(self.phones, "phone"))
        if not all(sum(letter.isdigit() for letter in phone) >= FEWEST_PHONE_DIGITS for phone in self.phones):
            raise UsageError(
                Message("phone needs at least {fewest_phone_digits} digits", fewest_phone_digits=FEWEST_PHONE_DIGITS)
            )
        object.__setattr__(self, "emails", checked_lines(self.emails, "e-mail"))
        if not all("@" in email.strip("@") for email in self.emails):
            raise UsageError(Message("e-mail must hold an @ between two parts"))

    def display_name(self) -> str:
        """Return the first name given, or an empty text."""
        return self.names[0].text if self.names else ""


FEWEST_PHONE_DIGITS = 3  # a short emergency line is a phone too
