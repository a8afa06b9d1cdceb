"""Approvals of two-person acts: the bytes, and when one counts (FORMAT.md 5).

A second person approves exactly one thing, by its digest, once. That seat signs the bytes and lists them in its own
log; the operation that carries the act out lists them again. Both lists are public, so that whoever has the logs sees
an approval that nobody gave, or one that was used twice, without a key.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from hashlib import sha256

import msgspec

from vault.errors import MalformedError
from vault.log.genesis import VerifySignature, signed_message
from vault.log.items import ItemKind
from vault.words.message import Message

APPROVAL_FORMAT = 1
APPROVAL_PURPOSE = "approval"
APPROVE_ACT = "approve"
_DIGEST_PREFIX = b"casevault/approved/v1\x00"
_ID, _HASH, _SIGNATURE, _LONGEST_WORD = 16, 32, 64, 32
_SIZES = {"vault": _ID, "requester": _ID, "approver": _ID, "nonce": _ID, "digest": _HASH}
_WORDS = ("act", "role", "why")


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What one seat approves for another: one act, on exactly what `digest` names, until it expires.

    Attributes:
        act: the act of the log that it allows, such as `export.begin`.
        digest: `approved_digest` of what the act is done with, 32 bytes.
        requester: the seat that asks and may carry the act out, 16 bytes.
        approver: the seat that approves, 16 bytes.
        role: the role under which it does.
        expires_ms: wall clock in milliseconds UTC after which it allows nothing.
        nonce: 16 random bytes, so that the same thing approved again is another approval.
        signature: of the approver's identity key over `unsigned()`, 64 bytes; empty before it signed.
    """

    vault: bytes
    act: str
    digest: bytes
    requester: bytes
    approver: bytes
    role: str
    why: str
    expires_ms: int
    nonce: bytes
    signature: bytes = b""

    def __post_init__(self) -> None:
        sizes = all(type(getattr(self, name)) is bytes and len(getattr(self, name)) == n for name, n in _SIZES.items())
        words = all(_is_word(getattr(self, name)) for name in _WORDS)
        time = type(self.expires_ms) is int and 0 <= self.expires_ms < 1 << 63
        signed = type(self.signature) is bytes and len(self.signature) in (0, _SIGNATURE)
        if not (sizes and words and time and signed):
            raise MalformedError(Message("an approval is not of the form of FORMAT.md 5"))

    def unsigned(self) -> bytes:
        """Return what the approver's identity key signs, for the purpose `approval`."""
        return msgspec.msgpack.encode(self._members())

    def signed(self, signature: bytes) -> Approval:
        """Return the approval with the approver's signature."""
        return replace(self, signature=signature)

    def encode(self) -> bytes:
        """Return the bytes of which lists give the SHA-256.

        Raises:
            MalformedError: nobody signed it.
        """
        if not self.signature:
            raise MalformedError(Message("an approval without a signature is none"))
        return msgspec.msgpack.encode(dict(sorted({**self._members(), "sig": self.signature}.items())))

    def is_signed_by(self, identity: bytes, verify_signature: VerifySignature) -> bool:
        """Say whether this identity key signed it."""
        message = signed_message(APPROVAL_PURPOSE, self.unsigned())
        return verify_signature(identity, self.signature, message)

    @classmethod
    def decode(cls, untrusted: bytes) -> Approval:
        """Return the approval whose one encoding these bytes are; its signature is checked by nobody yet.

        Raises:
            MalformedError: they are none, or not in the one form.
        """
        try:
            members = msgspec.msgpack.decode(untrusted, type=dict[str, object])
            members["expires_ms"], members["signature"] = members.pop("expires"), members.pop("sig")
            del members["format"]
            approval = cls(**members)  # type: ignore[arg-type]  # __post_init__ checks each
        except (RecursionError, ValueError, KeyError, TypeError):
            raise MalformedError(Message("an approval is not of the form of FORMAT.md 5")) from None
        if approval.encode() != untrusted:
            raise MalformedError(Message("an approval is not in its one form"))
        return approval

    def _members(self) -> dict[str, object]:
        return {
            "act": self.act,
            "approver": self.approver,
            "digest": self.digest,
            "expires": self.expires_ms,
            "format": APPROVAL_FORMAT,
            "nonce": self.nonce,
            "requester": self.requester,
            "role": self.role,
            "vault": self.vault,
            "why": self.why,
        }


def approval_id(encoded: bytes) -> bytes:
    """Return the digest under which lists name an approval."""
    return sha256(encoded).digest()


def approved_digest(act: str, members: Mapping[str, object]) -> bytes:
    """Return the digest of what an act is done with: the same for requester, approver and whoever checks.

    `members` are strings, bytes, whole numbers, and lists of these, by name.
    """
    return sha256(_DIGEST_PREFIX + msgspec.msgpack.encode({"act": act, "of": dict(sorted(members.items()))})).digest()


@dataclass(frozen=True, slots=True)
class Listing:
    """One operation that lists an approval, and its seat where the operation counts.

    `member` is None where it does not: unknown, taken before, or another key's log. `act`, `at_ms`, `digest` and
    `other_seat` are of its payload, where the reader may open it. `kinds` are those of all that it lists.
    """

    origin: bytes
    seq: int
    seat: bytes
    member: bytes | None
    roles: frozenset[str]
    act: str | None = None
    at_ms: int | None = None
    digest: bytes | None = None
    other_seat: bytes | None = None
    kinds: frozenset[int] = frozenset({ItemKind.APPROVAL})

    @property
    def is_use(self) -> bool:
        """Whether it carries an act out: it lists something else too, or says another act than giving the approval."""
        return bool(self.kinds - {ItemKind.APPROVAL}) or self.act not in (None, APPROVE_ACT)


class Refusal(Enum):
    """Why an approval is not valid, or a use of it."""

    FORGED = Message("not signed by the seat that it names")
    OTHER_VAULT = Message("given in another vault")
    NOT_GIVEN = Message("listed by no other member who may approve")
    NOT_KEPT = Message("kept in no record that its entry lists")
    ROLE = Message("given under a role that may not approve, or that its giver does not have")
    OWN = Message("given by the member who carries the act out")
    OTHER_SEAT = Message("used by another seat than it was given to")
    OTHER_ACT = Message("used for another act than it was given for")
    OTHER_THING = Message("used for something else than it was given for")
    EXPIRED = Message("used after it had expired")
    USED_TWICE = Message("used a second time")


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of one approval: the valid use, if any, and each use that is not valid, with the reason.

    `NOT_GIVEN` may end: what the giver's log lists may not be here yet.
    """

    use: Listing | None
    refused: tuple[tuple[Listing, Refusal], ...]


@dataclass(frozen=True, slots=True)
class Giver:
    """Whose seat an approval names, and the key that was admitted for that seat."""

    member: bytes
    identity: bytes


def judge(
    listings: Sequence[Listing],
    *,
    approvers: Collection[str],
    flaw: Callable[[Listing], Refusal | None] = lambda use: None,
    approval: Approval | None = None,
) -> Judged:
    """Judge an approval by all operations that list it, and by its bytes where these are for this reader.

    Who lists it without a right to it takes nothing from whom it was given to. An approval that was given and never
    used is no fault.

    Args:
        listings: in any order.
        approvers: the roles that may approve.
        flaw: what the bytes say against a use: `flaw_of_use`.
        approval: the bytes, where these are here.
    """
    counted: Listing | None = None
    used_by: set[bytes] = set()
    refused: list[tuple[Listing, Refusal]] = []
    for use in sorted(listings, key=lambda row: (row.origin, row.seq)):
        if not (use.is_use or (approval is not None and use.seat == approval.requester)):
            continue
        given = [each for each in listings if each != use]
        reason = flaw(use)
        if reason is None and use.member in used_by:
            reason = Refusal.USED_TWICE
        elif reason is None and use.member is not None:
            used_by.add(use.member)
        if reason is None:
            reason = _flaw_of_giving(given, use, approvers, approval)
        if reason is not None:
            refused.append((use, reason))
        elif use.member is not None:
            counted = counted or use
    return Judged(counted, tuple(refused))


def flaw_of_use(
    approval: Approval,
    use: Listing,
    giver: Giver | None,
    *,
    vault: bytes,
    approvers: Collection[str],
    verify_signature: VerifySignature,
) -> Refusal | None:
    """Return why the bytes of an approval do not allow this use, whatever logs list; `giver` is None if not known."""
    is_forged = giver is not None and not approval.is_signed_by(giver.identity, verify_signature)
    flaws = (
        (approval.vault != vault, Refusal.OTHER_VAULT),
        (is_forged, Refusal.FORGED),
        (approval.role not in approvers, Refusal.ROLE),
        (giver is not None and use.member == giver.member, Refusal.OWN),
        (use.seat != approval.requester, Refusal.OTHER_SEAT),
        (use.act is not None and use.act != approval.act, Refusal.OTHER_ACT),
        (use.at_ms is not None and use.at_ms > approval.expires_ms, Refusal.EXPIRED),
    )
    return next((reason for is_so, reason in flaws if is_so), None)


def _flaw_of_giving(
    listings: Sequence[Listing], use: Listing, approvers: Collection[str], approval: Approval | None
) -> Refusal | None:
    """Return what is lacking for another member to have given the approval for that use, as far as it is here."""
    given = [listing for listing in listings if _may_have_given(listing, use, approval)]
    if any(listing.roles & (set(approvers) if approval is None else {approval.role}) for listing in given):
        return None
    return Refusal.ROLE if given and approval is not None else Refusal.NOT_GIVEN


def _may_have_given(given: Listing, use: Listing, approval: Approval | None) -> bool:
    is_other = given.member is not None and given.member != use.member and not given.is_use
    is_giver = approval is None or given.seat == approval.approver
    is_to_it = given.other_seat in (None, use.seat)
    is_of_it = None in (given.digest, use.digest) or given.digest == use.digest
    return is_other and is_giver and is_to_it and is_of_it


def _is_word(value: object) -> bool:
    return (
        isinstance(value, str)
        and 0 < len(value) <= _LONGEST_WORD
        and value.isascii()
        and all(letter.islower() or letter in "-." or letter.isdigit() for letter in value)
    )
