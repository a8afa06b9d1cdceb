"""Whatever a supervisor admits apart, from however old a roster: nobody else falls, and the root is not needed."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.log.test_roster import MANY, Draft, chain, id_of
from vault.log.rosters.roster import Roster, RosterChain

PEOPLE = [*MANY.members, *(f"New{number}" for number in range(40))]
NAMES = {id_of(name): name for name in PEOPLE}
SEATS = {id_of(f"{name}-{number}"): f"{name}-{number}" for name in PEOPLE for number in range(1, 4)}
BEGUN = replace(MANY, helpers=True).roster("root")
HOSTILE = "Mina"


def draft_after(rosters: list[Roster], named: list[Roster]) -> Draft:
    """Return what goes on unchanged from these, by all that they follow from."""
    behind = {roster.root: roster for roster in named}
    for _ in rosters:
        behind |= {
            roster.root: roster for roster in rosters if any(roster.root in r.head.prev for r in behind.values())
        }
    effective = chain(BEGUN, *behind.values()).effective
    assert effective is not None
    return Draft(
        {NAMES[member]: " ".join(sorted(roles)) for member, roles in effective.members.items()},
        {SEATS[seat]: NAMES[certificate.member] for seat, certificate in effective.certificates.items()},
        number=effective.head.number + 1,
        prev=effective.tips,
        helpers=True,
    )


def changed(draft: Draft, choose: random.Random, new: str) -> tuple[Draft, tuple[str, ...]]:
    """Return some change, and who signs it."""
    admitted = replace(draft, members=draft.members | {new: ""}, seats=draft.seats | {f"{new}-1": new})
    others = [name for name in draft.members if name not in {"Nour", "Ilse"}]
    match choose.randrange(6):
        case 0 | 1:
            return replace(admitted, members=draft.members | {new: "caseworker"}), ("Tariq-1",)
        case 2:
            return replace(admitted, members=draft.members | {new: "field"}), ("Nour-1", "Ilse-1")
        case 3:
            return replace(admitted, members=draft.members | {new: "admin"}), ("Nour-1", "Ilse-1")
        case 4 if others:
            gone = choose.choice(others)
            seats = {seat: owner for seat, owner in draft.seats.items() if owner != gone}
            members = {name: roles for name, roles in draft.members.items() if name != gone}
            ends = dict.fromkeys(draft.seats.keys() - seats.keys(), 5)
            return replace(draft, members=members, seats=seats, ends=ends), ("Nour-1",)
        case _:
            return replace(admitted, members=draft.members | {new: "intake"}), ("root",)


def seats_of(result: RosterChain) -> set[bytes]:
    assert result.effective is not None
    return set(result.effective.certificates)


@settings(max_examples=150)
@given(st.integers(0, 2**32), st.integers(1, 7))
def test_a_hostile_supervisor_takes_nobody_out_and_opens_nothing(seed: int, steps: int) -> None:
    choose = random.Random(seed)
    rosters = [BEGUN]
    for step in range(steps):
        named = choose.sample(rosters, 1) if choose.random() < 0.8 else chain_tips(rosters)
        draft, signers = changed(draft_after(rosters, named), choose, f"New{step}")
        made = draft.roster(*signers)
        if not chain(*rosters, made).problems:
            rosters.append(made)
    honest = chain(*rosters)
    assert honest.effective is not None
    attack = draft_after(rosters, choose.sample(rosters, 1))
    if f"{HOSTILE}-1" not in attack.seats or "supervisor" not in attack.members[HOSTILE]:
        return
    taken = choose.choice(["New30", *(name for name in PEOPLE[5:12])])
    seat = f"{taken}-{choose.randrange(1, 3)}"
    if seat in attack.seats:
        return
    attack = replace(attack, members={taken: "intake", **attack.members}, seats=attack.seats | {seat: taken})
    result = chain(*rosters, attack.roster(f"{HOSTILE}-1"))
    if result.problems:
        return
    assert result.effective is not None
    assert result.effective.root_must_sign == honest.effective.root_must_sign
    assert seats_of(honest) - seats_of(result) <= {id_of(seat)}
    assert seats_of(result) - seats_of(honest) <= {id_of(seat)}
    assert all(
        result.effective.members.get(member, frozenset()) >= roles or NAMES[member] == taken
        for member, roles in honest.effective.members.items()
    )
    if id_of(seat) in seats_of(result) - seats_of(honest):
        assert result.effective.members[id_of(taken)] <= {"intake", "field", "caseworker"}
        supervisors = {NAMES[m] for m, roles in result.effective.members.items() if "supervisor" in roles}
        assert HOSTILE in supervisors


def chain_tips(rosters: list[Roster]) -> list[Roster]:
    named = {root for roster in rosters for root in roster.head.prev}
    return [roster for roster in rosters if roster.root not in named]


@settings(max_examples=60)
@given(st.integers(0, 2**32), st.integers(2, 6))
def test_what_holds_does_not_depend_on_the_order(seed: int, steps: int) -> None:
    choose = random.Random(seed)
    rosters = [BEGUN]
    for step in range(steps):
        draft, signers = changed(draft_after(rosters, choose.sample(rosters, 1)), choose, f"New{step}")
        rosters.append(draft.roster(*signers))
    before = chain(*rosters)
    choose.shuffle(rosters)
    assert chain(*rosters) == before
