"""What is left of a standing when sides of a roster's line meet (FORMAT.md 2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from vault.log.rosters.roster_rules import EffectiveRoster


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
