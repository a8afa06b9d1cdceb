"""By whom a package was released: by two persons, or alone; what the recipient's reader can check of it.

The approval binds the second person's key to exactly these files, this recipient and this purpose. Whose key it is,
the package cannot prove to somebody outside: the organisation's own logs do, by `log verify`. People are told by role
and by the random id of their seat: the names of staff are nobody's business.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Any

from vault.durations import DAY_MS
from vault.errors import MalformedError, VerificationError
from vault.export.data_json import Leaf
from vault.export.dossier_report import ALONE, READ, TWO_PERSON, UNREAD
from vault.ids import ID_SIZE, short_id
from vault.log.approval import Approval, approved_digest
from vault.policy.roles import ALLOWED, Action, Role
from vault.seal.signing import is_signed_raw
from vault.seal.sizes import KEY_SIZE
from vault.words.message import Message

ACT = "export.begin"
RULES = (ALONE, TWO_PERSON)

_EPOCH = date(1970, 1, 1).toordinal()


def export_digest(*, files: Mapping[str, bytes], profile: str, purpose: str, recipient: str) -> bytes:
    """Return what an approval of an export names; whoever opens the package computes it again."""
    return approved_digest(ACT, export_members(files=files, profile=profile, purpose=purpose, recipient=recipient))


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
    """Who asked for a package and who approved it.

    The day is as its maker claims; roles and seat are those of the member who asked. Without an approval nobody else in
    the organisation could have approved. `approver_key` is the second seat's public identity key. `pages` says `read`,
    or `unread` where nobody at the organisation read the finished pages; packages of format 2 did not tell it.
    """

    day: date
    roles: tuple[str, ...]
    seat: bytes
    approval: Approval | None = None
    approver_key: bytes = b""
    pages: str = READ

    @property
    def rule(self) -> str:
        """The one word that stands in log, report and package."""
        return ALONE if self.approval is None else TWO_PERSON

    def to_json(self) -> dict[str, object]:
        """Return the member `release` of a manifest."""
        members: dict[str, object] = {
            "day": self.day.isoformat(),
            "requested": {"roles": list(self.roles), "seat": self.seat.hex()},
            "rule": self.rule,
        }
        if self.pages:
            members["pages"] = self.pages
        if self.approval is not None:
            # Member by member: the encoded approval would hide its words from the leak verifier, and from people.
            members["approved"] = {
                "expires": self.approval.expires_ms,
                "key": self.approver_key.hex(),
                "nonce": self.approval.nonce.hex(),
                "role": self.approval.role,
                "seat": self.approval.approver.hex(),
                "sig": self.approval.signature.hex(),
                "vault": self.approval.vault.hex(),
                "why": self.approval.why,
            }
        return members

    @classmethod
    def from_json(cls, untrusted: object, digest: bytes, *, tells_pages: bool) -> Release:
        """Return the release that `to_json` gave; the caller compares the one encoding.

        `digest` is `export_digest` of the package at hand, which its approval has to name; `tells_pages`: its format
        says whether the pages were read.

        Raises:
            MalformedError: it is none.
        """
        try:
            release = cls._parsed(untrusted, digest)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise MalformedError(Message("the package's manifest does not say in its form who released it")) from None
        if release.pages not in ((READ, UNREAD) if tells_pages else ("",)):
            raise MalformedError(Message("the package's manifest does not say in its form whether its pages were read"))
        return release

    @classmethod
    def _parsed(cls, value: object, digest: bytes) -> Release:
        if not isinstance(value, dict) or value["rule"] not in RULES:
            raise TypeError
        requested = value["requested"]
        roles = requested["roles"]
        if roles != sorted({Role(role).value for role in roles}):
            raise ValueError
        seat = bytes.fromhex(requested["seat"])
        if len(seat) != ID_SIZE:
            raise ValueError
        release = cls(date.fromisoformat(value["day"]), tuple(roles), seat, pages=value.get("pages", ""))
        if value["rule"] == ALONE:
            return release
        approved = value["approved"]
        key = bytes.fromhex(approved["key"])
        if len(key) != KEY_SIZE:
            raise ValueError
        approval = Approval(
            vault=bytes.fromhex(approved["vault"]),
            act=ACT,
            digest=digest,
            requester=seat,
            approver=bytes.fromhex(approved["seat"]),
            role=approved["role"],
            why=approved["why"],
            expires_ms=approved["expires"],
            nonce=bytes.fromhex(approved["nonce"]),
            signature=bytes.fromhex(approved["sig"]),
        )
        return replace(release, approval=approval, approver_key=key)

    def leaves(self) -> tuple[Leaf, ...]:
        """Return every string of `to_json`: the program's own words whoever the case is about; keys under no key."""
        return tuple(Leaf(key, text, ours=True) for key, text in _strings(self.to_json(), ""))

    def require_approved(self, digest: bytes) -> None:
        """Return if a second person approved exactly this, or the package says `alone`.

        Raises:
            VerificationError: the approval is for something else, forged, expired, by a role that may not approve, or
                of the seat that asked.
        """
        approval = self.approval
        if approval is None:
            return
        if approval.act != ACT or approval.digest != digest:
            raise VerificationError(Message("the approval in the package is for something else than these files"))
        if not approval.is_signed_by(self.approver_key, is_signed_raw):
            raise VerificationError(Message("the approval in the package is not signed by the key that it names"))
        if approval.role not in {role.value for role in ALLOWED[Action.APPROVE]}:
            raise VerificationError(Message("the approval in the package was given under a role that may not approve"))
        if approval.requester != self.seat or approval.approver == self.seat:
            raise VerificationError(
                Message("the approval in the package was not given by a second person to the one who asked")
            )
        day_before_ms = (self.day.toordinal() - 1 - _EPOCH) * DAY_MS  # each is a claim that no calendar need have
        if approval.expires_ms < day_before_ms:
            raise VerificationError(Message("the approval in the package had expired when the package was made"))

    def sentence(self) -> Message:
        """Return who released the package, in one clause that claims no more than the package shows."""
        unread = Message("; UNREAD: nobody there read the finished pages") if self.pages == UNREAD else ""
        roles, seat = "/".join(self.roles) or Message("no role"), short_id(self.seat)
        asked = Message("asked for by {roles} (device {seat})", roles=roles, seat=seat)
        if self.approval is None:
            return Message(
                "released ALONE: {asked}; nobody else in the organisation could approve it{unread}",
                asked=asked,
                unread=unread,
            )
        return Message(
            "released by two: {asked}, approved by a second device as {role} (device {seat}), reason {why}{unread}",
            asked=asked,
            role=self.approval.role,
            seat=short_id(self.approval.approver),
            why=self.approval.why,
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
