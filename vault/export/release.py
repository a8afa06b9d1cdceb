"""By whom a package was released: by two persons, or alone; what its manifest says of it.

It is the organisation's word, under its package key, and no proof: the approval itself, which binds a second person's
key to exactly these files, this recipient and this purpose, stays in the organisation's logs, where `log verify` checks
it. People are told by role alone: a device, a key or a vault would tell two recipients that their packages are of one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Any

from vault.errors import MalformedError, VerificationError
from vault.export.data_json import Leaf
from vault.export.dossier_report import ALONE, READ, TWO_PERSON, UNREAD
from vault.log.approval import Approval
from vault.policy.roles import ALLOWED, Action, Role
from vault.words.message import Message

ACT = "export.begin"
RULES = (ALONE, TWO_PERSON)

_APPROVING = {role.value for role in ALLOWED[Action.APPROVE]}
_WHY = re.compile(r"[a-z0-9.-]{1,32}")  # the code of a reason, as an approval has it (FORMAT.md 5)


def file_digests(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the SHA-256 of each file, by name."""
    return {name: sha256(content).digest() for name, content in files.items()}


def export_members(*, files: Mapping[str, bytes], profile: str, purpose: str, recipient: str) -> dict[str, Any]:
    """Return what an export is done with, as an approval names it (FORMAT.md 5).

    `files` goes by name, to SHA-256; `recipient` is the fingerprint of the recipient's key, in words.
    """
    named = [[name, digest] for name, digest in sorted(files.items())]
    return {"files": named, "profile": profile, "purpose": purpose, "recipient": recipient}


@dataclass(frozen=True, slots=True)
class Release:
    """Under which roles a package was asked for and approved.

    The day is as its maker claims; `roles` are those of the member who asked. `role` is that under which a second
    person approved, `why` the code of their reason; without them nobody else in the organisation could have approved.
    `pages` says `read`, or `unread` where nobody at the organisation read the finished pages; packages of format 2 did
    not tell it.
    """

    day: date
    roles: tuple[str, ...]
    role: str = ""
    why: str = ""
    pages: str = READ

    @property
    def rule(self) -> str:
        """The one word that stands in log, report and package."""
        return TWO_PERSON if self.role else ALONE

    def approved_by(self, approval: Approval, digest: bytes) -> Release:
        """Return it with the second person's role and reason; `digest` is of what is about to leave (FORMAT.md 5).

        Raises:
            VerificationError: the approval is for something else, or by a role that may not approve.
        """
        if approval.act != ACT or approval.digest != digest:
            raise VerificationError(Message("the approval of the package is for something else than these files"))
        if approval.role not in _APPROVING:
            raise VerificationError(Message("the approval of the package was given under a role that may not approve"))
        return replace(self, role=approval.role, why=approval.why)

    def to_json(self) -> dict[str, object]:
        """Return the member `release` of a manifest."""
        approved = {"approved": {"role": self.role, "why": self.why}} if self.role else {}
        said = {"day": self.day.isoformat(), "pages": self.pages, "roles": list(self.roles), "rule": self.rule}
        return {**said, **approved}

    @classmethod
    def from_json(cls, untrusted: object, *, form: int) -> Release:
        """Return what `release` in a manifest of this format says.

        Formats 2 and 3 also named devices, keys and a vault, which nobody outside can check: that is passed by.

        Raises:
            MalformedError: it is none.
        """
        try:
            release = cls._parsed(untrusted, form)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise MalformedError(Message("the package's manifest does not say in its form who released it")) from None
        if release.pages not in (("",) if form == 2 else (READ, UNREAD)):
            raise MalformedError(Message("the package's manifest does not say in its form whether its pages were read"))
        return release

    @classmethod
    def _parsed(cls, value: object, form: int) -> Release:
        if not isinstance(value, dict):
            raise TypeError
        roles = (value["requested"] if form in (2, 3) else value)["roles"]
        approved = value.get("approved", {})
        if roles != sorted({Role(role).value for role in roles}):
            raise ValueError
        role, why = approved.get("role", ""), approved.get("why", "")
        if approved and (role not in _APPROVING or _WHY.fullmatch(why) is None):
            raise ValueError
        release = cls(date.fromisoformat(value["day"]), tuple(roles), role, why, value.get("pages", ""))
        if value["rule"] != release.rule:
            raise ValueError
        return release

    def leaves(self) -> tuple[Leaf, ...]:
        """Return every string of `to_json`: the program's own words whoever the case is about; keys under no key."""
        return tuple(Leaf(key, text, ours=True) for key, text in _strings(self.to_json(), ""))

    def sentence(self) -> Message:
        """Return how the package was released, in one clause that claims no more than its maker's word."""
        unread = Message("; UNREAD: nobody there read the finished pages") if self.pages == UNREAD else ""
        roles = "/".join(self.roles) or Message("no role")
        if not self.role:
            return Message(
                "released ALONE, as its maker says: asked for by {roles}; nobody else in the organisation could"
                " approve it{unread}",
                roles=roles,
                unread=unread,
            )
        return Message(
            "released by two, as its maker says: asked for by {roles}, approved by {role}, reason {why}{unread}",
            roles=roles,
            role=self.role,
            why=self.why,
            unread=unread,
        )


def _strings(value: object, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for name, member in value.items():
            yield "", name
            yield from _strings(member, name)
    elif isinstance(value, list):
        for member in value:
            yield from _strings(member, key)
