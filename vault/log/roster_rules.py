"""Who has to sign a change of the roster (FORMAT.md 2): pure rules over what stood before and what shall stand.

No clock counts. The rules are written for many members; with one member that one signs alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from vault.errors import VerificationError
from vault.log.genesis import NamedHistory, Roots, VerifySignature, is_left
from vault.log.roster_entries import Certificate, RosterHead
from vault.words.message import Message, Value

ADMIN, SUPERVISOR, CASEWORKER = "admin", "supervisor", "caseworker"
HELPERS = frozenset({"intake", "field", CASEWORKER})


class RosterParts(Protocol):
    """The parts of a roster that the rules look at."""

    @property
    def head(self) -> RosterHead: ...
    @property
    def members(self) -> Mapping[bytes, frozenset[str]]: ...
    @property
    def certificates(self) -> Mapping[bytes, Certificate]: ...
    @property
    def endings(self) -> Mapping[bytes, Mapping[bytes, int]]: ...
    @property
    def root(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Cutoff:
    """What a seat wrote beyond these sizes is valid only if it names this roster or a later one.

    Nor is, of a log that forked, what is of no history that it names.
    """

    seat: bytes
    number: int
    roster: bytes
    sizes: Mapping[bytes, int]
    histories: frozenset[NamedHistory] = frozenset()

    def leaves(self, origin: bytes, seq: int, roots: Roots | None = None) -> bool:
        """Say whether it leaves an entry valid; `roots` are those of its history, behind a parting."""
        return is_left(self.sizes, self.histories, (origin, seq), roots)


@dataclass(frozen=True, slots=True)
class EffectiveRoster:
    """Who is in, after a roster or after a fork of several.

    Attributes:
        head: of the newest roster; after a fork, that before it with the number of the fork.
        tips: roots that the next roster must name, in order.
        root_public: the root key in effect.
        cutoffs: every ending so far.
        root_must_sign: whether a fork left a question that only the root can settle.
    """

    head: RosterHead
    tips: tuple[bytes, ...]
    root_public: bytes
    members: Mapping[bytes, frozenset[str]]
    certificates: Mapping[bytes, Certificate]
    cutoffs: tuple[Cutoff, ...]
    root_must_sign: bool


def signers_of(
    message: bytes,
    signatures: Sequence[tuple[bytes, bytes]],
    known: Collection[bytes],
    verify_signature: VerifySignature,
) -> frozenset[bytes]:
    """Return the known keys that signed. Unknown keys say nothing, and no key is heard twice.

    Raises:
        VerificationError: a signature of a known key does not hold.
    """
    signers = set()
    for public_key, signature in signatures:
        if public_key in known and public_key not in signers:
            if not verify_signature(public_key, signature, message):
                raise VerificationError(Message("a signature of the roster does not hold"))
            signers.add(public_key)
    return frozenset(signers)


def check_succession(before: EffectiveRoster, after: RosterParts, signers: Collection[bytes]) -> None:
    """Check that `after` follows from `before` and that those who must sign did.

    Raises:
        VerificationError: what does not fit, in words.
    """
    _check_line(before, after)
    _check_endings(before, after)
    if before.root_public in signers:
        return
    if before.root_must_sign:
        raise VerificationError(Message("after a fork the root has to sign"))
    if after.head.new_root is not None:
        raise VerificationError(Message("only the old root can name a new one"))
    if not _may_sign(before, after, _members_of(before, signers)):
        raise VerificationError(Message("too few of those who must sign did"))


def missing_signers(before: EffectiveRoster, after: RosterParts, signers: Collection[bytes]) -> Message | None:
    """Return in words who has to sign yet, or None where nobody has."""
    if before.root_public in signers:
        return None
    if before.root_must_sign or after.head.new_root is not None:
        return Message("the root, from the recovery sheets")
    members = _members_of(before, signers)
    if _may_sign(before, after, members):
        return None
    if only_ends_or_lowers(before, after) and not _touches(before, after, with_role(before, ADMIN)):
        return Message("one admin")
    return _two_persons(before, after, members)


def only_ends_or_lowers(before: EffectiveRoster, after: RosterParts) -> bool:
    """Tell whether nobody gains anything: no seat, no role, no other key, no other rule."""
    return (
        _same_rules(before.head, after.head)
        and all(before.certificates.get(seat) == item for seat, item in after.certificates.items())
        and all(member in before.members and roles <= before.members[member] for member, roles in after.members.items())
    )


def _members_of(before: EffectiveRoster, keys: Collection[bytes]) -> set[bytes]:
    return {certificate.member for certificate in before.certificates.values() if certificate.identity in keys}


def _two_persons(before: EffectiveRoster, after: RosterParts, members: set[bytes]) -> Message:
    """Return who must sign what gives somebody something, less those who did."""
    admins = with_role(before, ADMIN)
    signing = members & admins  # one or none: two would do
    only_supervisors = all(len(with_role(before, SUPERVISOR) - {signer}) >= 2 for signer in signing or admins)
    either = Message("{one} or {other}", one=SUPERVISOR, other=CASEWORKER)
    roles: Value = SUPERVISOR if only_supervisors else either
    if not signing:
        if before.head.helpers_by_supervisor and _only_adds_helpers(before, after):
            return Message("a supervisor alone, two admins, or one admin and two others ({roles})", roles=roles)
        return Message("two admins, or one admin and two others ({roles})", roles=roles)
    (admin,) = signing
    if members & _seconders(before, admin):
        return Message("a second admin, or one other ({roles})", roles=roles)
    return Message("a second admin, or two others ({roles})", roles=roles)


def _check_line(before: EffectiveRoster, after: RosterParts) -> None:
    if after.head.vault != before.head.vault:
        raise VerificationError(Message("the roster is of another vault"))
    if after.head.number != before.head.number + 1:
        raise VerificationError(
            Message(
                "roster {number} does not follow number {number_2}",
                number=after.head.number,
                number_2=before.head.number,
            )
        )
    if sorted(after.head.prev) != list(before.tips):
        raise VerificationError(Message("roster {number} does not name the one before it", number=after.head.number))
    ended = {cutoff.seat for cutoff in before.cutoffs} - before.certificates.keys()
    for seat, certificate in after.certificates.items():
        old = before.certificates.get(seat)
        if seat in ended:
            raise VerificationError(Message("seat {seat} was removed and cannot come back", seat=seat.hex()))
        # The KEM key is renewed yearly; all else of a seat stays.
        if old is not None and replace(old, kem=certificate.kem) != certificate:
            raise VerificationError(
                Message("seat {seat} has another member, identity or log than before", seat=seat.hex())
            )


def _check_endings(before: EffectiveRoster, after: RosterParts) -> None:
    reduced = {
        seat
        for seat, certificate in before.certificates.items()
        if seat not in after.certificates or _lost_role(before, after, certificate.member)
    }
    if reduced != after.endings.keys():
        raise VerificationError(
            Message("the sizes given are not those of the seats that the roster removes or demotes")
        )
    for seat, sizes in after.endings.items():
        if before.certificates[seat].genesis not in sizes:
            raise VerificationError(Message("the first log of seat {seat} has no size", seat=seat.hex()))


def _lost_role(before: EffectiveRoster, after: RosterParts, member: bytes) -> bool:
    return not before.members.get(member, frozenset()) <= after.members.get(member, frozenset())


def _may_sign(before: EffectiveRoster, after: RosterParts, signers: set[bytes]) -> bool:
    if len(before.members) == 1:
        return bool(signers)
    admins = with_role(before, ADMIN)
    signing_admins = signers & admins
    if only_ends_or_lowers(before, after) and not _touches(before, after, admins):
        return bool(signing_admins)
    supervisors = with_role(before, SUPERVISOR)
    if before.head.helpers_by_supervisor and _only_adds_helpers(before, after) and signers & supervisors:
        return True
    return _enough(before, signers)


def _enough(before: EffectiveRoster, signers: set[bytes]) -> bool:
    """Tell whether those signed who may change anything: two admins, or one and two who second them."""
    signing = signers & with_role(before, ADMIN)
    return len(signing) >= 2 or any(len(signers & _seconders(before, admin)) >= 2 for admin in signing)


def _seconders(effective: EffectiveRoster, admin: bytes) -> set[bytes]:
    """Return who can second this admin: supervisors; where fewer than two others are, caseworkers too."""
    supervisors = with_role(effective, SUPERVISOR) - {admin}
    return supervisors if len(supervisors) >= 2 else (supervisors | with_role(effective, CASEWORKER)) - {admin}


def with_role(effective: EffectiveRoster, role: str) -> set[bytes]:
    """Return the members who have a role."""
    return {member for member, roles in effective.members.items() if role in roles}


def _touches(before: EffectiveRoster, after: RosterParts, members: set[bytes]) -> bool:
    """Tell whether one of these members loses a role or a seat."""
    return any(_lost_role(before, after, member) for member in members) or any(
        certificate.member in members and seat not in after.certificates
        for seat, certificate in before.certificates.items()
    )


def _only_adds_helpers(before: EffectiveRoster, after: RosterParts) -> bool:
    added = after.members.keys() - before.members.keys()
    new_seats = after.certificates.keys() - before.certificates.keys()
    return (
        _same_rules(before.head, after.head)
        and all(after.members.get(member) == roles for member, roles in before.members.items())
        and all(after.certificates.get(seat) == item for seat, item in before.certificates.items())
        and all(after.members[member] <= HELPERS for member in added)
        and all(after.members[after.certificates[seat].member] <= HELPERS for seat in new_seats)
    )


def _same_rules(before: RosterHead, after: RosterHead) -> bool:
    return replace(after, number=before.number, prev=before.prev, new_root=before.new_root) == before and (
        after.new_root is None
    )
