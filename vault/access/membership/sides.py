"""Sides of the roster line that only the root can settle: whom they admitted apart, and what goes on until then.

No admission of such sides is valid, and whatever gives somebody something waits for the root (FORMAT.md 2). What only
ends or lowers goes on from one side: its endings are in effect wherever the sides meet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vault.access.trust.directory import Directory
from vault.errors import RefusedError
from vault.log.rosters.roster import Roster
from vault.log.rosters.roster_entries import Certificate
from vault.log.rosters.roster_rules import EffectiveRoster, only_ends_or_lowers
from vault.policy.roles import Role
from vault.words.message import Message
from vault.words.next_step import NextStep


@dataclass(frozen=True, slots=True)
class AdmittedApart:
    """A device that one side admitted, and the roles that its member has once the root lets it in."""

    certificate: Certificate
    roles: frozenset[Role]


def admitted_apart(directory: Directory) -> tuple[AdmittedApart, ...]:
    """Return the devices that wait for the root: a side admitted them, and none ended them or removed their member."""
    effective, sides = directory.effective, sides_apart(directory)
    ended = {cutoff.seat for cutoff in effective.cutoffs}
    were_in = _members_before(directory) if sides else frozenset()
    found: dict[bytes, AdmittedApart] = {}
    for side in sides:
        for seat, certificate in side.certificates.items():
            has_left = certificate.member in were_in and certificate.member not in effective.members
            if seat not in effective.certificates and seat not in ended and not has_left:
                words = effective.members.get(certificate.member, side.members[certificate.member])
                found.setdefault(seat, AdmittedApart(certificate, frozenset(map(Role, words & set(Role)))))
    return tuple(found[seat] for seat in sorted(found))


def sides_apart(directory: Directory) -> Sequence[EffectiveRoster]:
    """Return what holds on each side, that first which headers name; nothing where the root need not settle them."""
    if not directory.effective.root_must_sign:
        return ()
    tips = sorted(directory.effective.tips, key=lambda root: (root != directory.roster, root))
    return tuple(map(directory.chain.line.standing, tips))


def ground_of(directory: Directory, roster: Roster) -> EffectiveRoster:
    """Return what stands before a roster that follows: one side where it names that, and only ends or lowers."""
    for side in sides_apart(directory):
        if roster.head.prev == side.tips and only_ends_or_lowers(side, roster):
            return side
    return directory.effective


def settle_first() -> RefusedError:
    """Return the refusal of what waits for the root."""
    return RefusedError(
        Message("two lists of members were made apart, and the recovery sheets have to settle that first"),
        next_step=Message(
            "Settle it: {settle_members}. Until then you can only take access away.",
            settle_members=NextStep.SETTLE_MEMBERS,
        ),
    )


def _members_before(directory: Directory) -> frozenset[bytes]:
    """Return who was ever in by rosters that all sides go on from."""
    line, tips = directory.chain.line, directory.effective.tips
    shared = (roster for roster in directory.chain.accepted if all(line.follows(tip, roster.root) for tip in tips))
    return frozenset(member for roster in shared for member in roster.members)
