"""What is left of a standing when sides of a roster's line meet, and what supervisors alone add to it (FORMAT.md 2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from vault.log.rosters.roster_entries import Certificate
from vault.log.rosters.roster_rules import HELPERS, SUPERVISOR, EffectiveRoster, RosterParts, with_role

_NO_HELPER = frozenset({""})


@dataclass(frozen=True, slots=True)
class Helping:
    """What a roster adds that supervisors alone signed, and these supervisors."""

    admitted_by: frozenset[bytes]
    members: Mapping[bytes, frozenset[str]]
    certificates: Mapping[bytes, Certificate]

    @classmethod
    def of(cls, roster: RosterParts, before: EffectiveRoster, admitted_by: frozenset[bytes]) -> Helping:
        """Return what a roster adds to what held before."""
        return cls(
            admitted_by,
            {member: roles for member, roles in roster.members.items() if member not in before.members},
            {seat: item for seat, item in roster.certificates.items() if seat not in before.certificates},
        )


def helped(kept: EffectiveRoster, helping: Iterable[Helping]) -> EffectiveRoster:
    """Return what is kept with what supervisors in it added: nothing that two give differently."""
    given: dict[bytes, set[Certificate]] = {}
    new: dict[bytes, frozenset[str]] = {}
    supervisors = with_role(kept, SUPERVISOR)
    for side in helping:
        if side.admitted_by & supervisors:
            for member in side.members.keys() - kept.members.keys():
                new[member] = new.get(member, HELPERS) & side.members[member]
            for seat, item in side.certificates.items():
                given.setdefault(seat, set()).add(item)
    members = {**kept.members, **new}
    taken_already = kept.certificates.keys() | {cutoff.seat for cutoff in kept.cutoffs}
    added = {
        seat: item
        for seat, (item, *differing) in given.items()
        if not differing and seat not in taken_already and members.get(item.member, _NO_HELPER) <= HELPERS
    }
    return replace(kept, members=members, certificates={**kept.certificates, **added})


def taken(
    kept: EffectiveRoster,
    before: EffectiveRoster,
    sides: Sequence[EffectiveRoster],
    roots: Sequence[bytes],
    *,
    root_must_sign: bool,
) -> EffectiveRoster:
    """Return what is left of a standing when each side takes from it what it took from what held before."""
    ended = {seat for side in sides for seat in before.certificates.keys() - side.certificates.keys()}
    left = {member for side in sides for member in before.members.keys() - side.members.keys()}
    lost: dict[bytes, set[str]] = {}
    for side in sides:
        for member, roles in before.members.items():
            lost.setdefault(member, set()).update(roles - side.members.get(member, frozenset()))
    members: Mapping[bytes, frozenset[str]] = {
        member: roles - lost.get(member, set()) for member, roles in kept.members.items() if member not in left
    }
    return EffectiveRoster(
        head=replace(kept.head, number=max(side.head.number for side in sides)),
        tips=tuple(sorted(roots)),
        root_public=kept.root_public,
        members=members,
        certificates={
            seat: item for seat, item in kept.certificates.items() if seat not in ended and item.member not in left
        },
        cutoffs=tuple({(cutoff.seat, cutoff.roster): cutoff for side in sides for cutoff in side.cutoffs}.values()),
        root_must_sign=root_must_sign,
    )
