"""A partner: someone outside who receives packages. The command line says `recipient`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from vault.casework.checks import checked_line, checked_lines
from vault.casework.dates import checked_day
from vault.errors import UsageError
from vault.words.message import Message

_KEY_CHARACTERS = 2048  # `age1pq1...` has 1,959


@dataclass(frozen=True, slots=True)
class Partner:
    """A recipient, and their age key if they have one: its `fingerprint` is read aloud and confirmed before it is used.

    `terms` are what they promise to do with what they get, since `terms_day`.
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
    terms: str = field(default="", repr=False)
    terms_day: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", checked_line(self.name, "name of a recipient"))
        key = checked_line(self.age_recipient, "age key of a recipient", optional=True, longest=_KEY_CHARACTERS)
        object.__setattr__(self, "age_recipient", key)
        if self.age_recipient and not self.age_recipient.startswith("age1"):
            raise UsageError(Message("age key of a recipient must start with age1"))
        words = checked_line(self.fingerprint, "fingerprint of a recipient", optional=not self.age_recipient)
        object.__setattr__(self, "fingerprint", words)
        for name in ("phone", "email", "town", "terms"):
            line = checked_line(getattr(self, name), f"{name} of a recipient", optional=True)
            object.__setattr__(self, name, line)
        if self.terms_day:
            object.__setattr__(self, "terms_day", checked_day(self.terms_day, "day of the terms of a recipient"))
        object.__setattr__(self, "languages", checked_lines(self.languages, "languages of a recipient"))


# Whether the key of a recipient was confirmed: its words compared aloud by somebody who did not bring it in.
# One insider who replaces a lawyer's key reads every package from then on; so no word of theirs alone makes it good.
@dataclass(frozen=True, slots=True)
class KeyVersion:
    """A valid version of a recipient's record, as far as its key is concerned.

    Attributes:
        key: the age key that stands in it.
        parents: the versions that it replaced.
        member: whose log lists it; None where nobody knows.
        confirms: whether its author says that they compared the words.
        by_admin: whether its author is an admin.
    """

    key: str
    parents: frozenset[bytes]
    member: bytes | None
    confirms: bool
    by_admin: bool


def is_confirmed(versions: Mapping[bytes, KeyVersion], head: bytes) -> bool:
    """Say whether the key of a head is confirmed.

    Somebody other than all who brought the key in, or an admin, says so in a version that comes after theirs. Whoever
    names a replaced key again brings it in anew; where versions beside one another differ in their key, none is.
    """
    replaced = {parent for version in versions.values() for parent in version.parents}
    keys = {version.key for identity, version in versions.items() if identity not in replaced}
    if head not in versions or keys != {versions[head].key}:
        return False
    stretch = _stretch(versions, head)
    brought_in = {identity for identity in stretch if _brings_in(versions, identity)}
    members = {versions[identity].member for identity in brought_in}
    return any(
        version.confirms
        and version.member is not None
        and (version.by_admin or version.member not in members)
        and brought_in <= _stretch(versions, identity)
        for identity in stretch
        for version in [versions[identity]]
    )


def _stretch(versions: Mapping[bytes, KeyVersion], start: bytes) -> set[bytes]:
    """Return a version and those before it in which the same key stands without a break."""
    found: set[bytes] = set()
    left = [start]
    while left:
        identity = left.pop()
        if identity not in found and identity in versions and versions[identity].key == versions[start].key:
            found.add(identity)
            left += versions[identity].parents
    return found


def _brings_in(versions: Mapping[bytes, KeyVersion], identity: bytes) -> bool:
    version = versions[identity]
    return not version.parents or any(
        parent not in versions or versions[parent].key != version.key for parent in version.parents
    )
