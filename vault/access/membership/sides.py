"""Sides of the roster line that only the root can settle: whom they admitted apart, and what goes on until then.

No admission of such sides is valid, and whatever gives somebody something waits for the root (FORMAT.md 2). What only
ends or lowers goes on from one side: its endings are in effect wherever the sides meet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    """Return the devices that wait for the root: a side admitted them, and none took back what it gave.

    Nobody waits of whom two sides began to name the id, the key or the log: who joins draws it, so one side lies.
    """
    effective, found = directory.effective, dict[bytes, AdmittedApart]()
    if not effective.root_must_sign:
        return ()
    line = directory.chain.line
    sides = [line.standing(tip) for tip in line.undecided(effective.tips)]
    # Nor who was lowered: an ending names that seat, and it cannot come back (FORMAT.md 2).
    gone = _taken_back(directory) | {cutoff.seat for cutoff in effective.cutoffs}
    for seat, certificate in (pair for side in sides for pair in side.certificates.items()):
        member = certificate.member
        if seat in effective.certificates or not gone.isdisjoint({seat, member}):
            continue
        if not all(_began_once(directory, who) for who in (seat, member, certificate.identity, certificate.genesis)):
            continue
        given = (side.members[member] for side in sides if member in side.members)
        words = effective.members.get(member, frozenset.intersection(*given))
        found[seat] = AdmittedApart(certificate, frozenset(map(Role, words & set(Role))))
    return tuple(found[seat] for seat in sorted(found))


def sides_apart(directory: Directory) -> Sequence[EffectiveRoster]:
    """Return what holds on each side, that first which headers name; nothing where the root need not settle them."""
    if not directory.effective.root_must_sign:
        return ()
    tips = sorted(directory.effective.tips, key=lambda root: (root != directory.roster, root))
    return tuple(map(directory.chain.line.standing, tips))


def sides_to_go_on_from(directory: Directory) -> Iterator[EffectiveRoster]:
    """Yield the longest sides: the next roster of a shorter one would have a rival that this log has named already."""
    number = directory.effective.head.number
    return (side for side in sides_apart(directory) if side.head.number == number)


def ground_of(directory: Directory, roster: Roster) -> EffectiveRoster:
    """Return what stands before a roster that follows: one side where it names that, and only ends or lowers."""
    for side in sides_to_go_on_from(directory):
        if roster.head.prev == side.tips and only_ends_or_lowers(side, roster):
            return side
    return directory.effective


def with_signers_who_are_in(directory: Directory, roster: Roster) -> Roster:
    """Return a roster without what those signed whom another side ended: on their own side they still could."""
    effective = directory.effective
    if not effective.root_must_sign:
        return roster
    known = {effective.root_public, *(item.identity for item in effective.certificates.values())}
    return Roster(roster.entries, tuple(pair for pair in roster.signatures if pair[0] in known))


def require_settled(directory: Directory) -> None:
    """Refuse what waits for the root.

    Raises:
        RefusedError: sides have to be settled first.
    """
    if directory.effective.root_must_sign:
        raise settle_first()


def settle_first() -> RefusedError:
    """Return the refusal of what waits for the root."""
    return RefusedError(
        Message("two lists of members were made apart, and the recovery sheets have to settle that first"),
        next_step=Message(
            "Settle it: {settle_members}. Until then nobody can be admitted, and no role added.",
            settle_members=NextStep.SETTLE_MEMBERS,
        ),
    )


def _taken_back(directory: Directory) -> frozenset[bytes]:
    """Return the seats and the members that some side ended, removed or left without a device."""
    line, found = directory.chain.line, set[bytes]()
    for tip in directory.effective.tips:
        behind = [roster for roster in directory.chain.accepted if line.follows(tip, roster.root)]
        found |= {who for roster in behind for who in _named(roster)} - _named(line.standing(tip))
        found |= {who for roster in behind for who in _owners(roster)} - _owners(line.standing(tip))
    return frozenset(found)


def _began_once(directory: Directory, who: bytes) -> bool:
    """Say whether all sides that name a seat, a member, a key or a log go on from one roster that did."""
    line = directory.chain.line
    tips = [tip for tip in directory.effective.tips if who in _named(line.standing(tip))]
    naming = (roster for roster in directory.chain.accepted if who in _named(roster))
    return any(all(line.follows(tip, roster.root) for tip in tips) for roster in naming)


def _owners(roster: Roster | EffectiveRoster) -> set[bytes]:
    """Return the members who have a device."""
    return {certificate.member for certificate in roster.certificates.values()}


def _named(roster: Roster | EffectiveRoster) -> set[bytes]:
    """Return the ids of seats and members, the keys and the logs that a roster names."""
    keys = (part for item in roster.certificates.values() for part in (item.identity, item.genesis))
    return {*roster.certificates, *roster.members, *keys}
