"""Who has to sign a roster: the definitions of FORMAT.md 2 as a second reader has them, against the program's rules."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

from tests.vectors.independent import rosters as reader
from vault.log.roster_entries import Certificate, RosterHead
from vault.log.roster_rules import EffectiveRoster, missing_signers

ROLES = ("admin", "supervisor", "caseworker", "intake", "field", "auditor")
Who = dict[str, set[str]]


def ids(name: str, size: int = 16) -> bytes:
    return name.encode().ljust(size, b"\0")


def certificate(seat: str, kem: str) -> Certificate:
    return Certificate(ids(seat), ids(seat[0]), ids(kem, 1216), ids(seat, 32), ids(seat, 32))


def made_up(chance: random.Random) -> tuple[Who, dict[str, str], bool, Who, dict[str, str], bool]:
    """Return members with their roles, seats with their KEM keys and the rule on helpers, before and after a change."""
    names = "abcdef"[: chance.randrange(1, 7)]
    before = {name: set(chance.sample(ROLES, chance.choice([1, 1, 2, 3]))) for name in names}
    seats = {name + "1": "k" for name in names if chance.random() < 0.9}
    helpers = chance.random() < 0.5
    after, seats_after, helpers_after = {name: set(roles) for name, roles in before.items()}, dict(seats), helpers
    for _ in range(chance.choice([1, 1, 2])):
        change = chance.choice(["lower", "raise", "end", "remove", "add", "seat", "kem", "rule", "swap"])
        name = chance.choice(list(after))
        if change == "lower" and after[name]:
            after[name].discard(chance.choice(sorted(after[name])))
        elif change in {"raise", "swap"}:
            after[name].add(chance.choice(ROLES))
        elif change == "end" and seats_after:
            seats_after.pop(chance.choice(list(seats_after)))
        elif change == "remove" and len(after) > 1:
            after.pop(name)
            seats_after = {seat: kem for seat, kem in seats_after.items() if seat[0] != name}
        elif change == "add":
            after["n"] = set(chance.sample(ROLES, chance.choice([1, 1, 2])))
            seats_after["n1"] = "k"
        elif change == "seat":
            seats_after[name + "2"] = "k"
        elif change == "kem" and seats_after:
            seats_after[chance.choice(list(seats_after))] = "other"
        elif change == "rule":
            helpers_after = not helpers
    return before, seats, helpers, after, seats_after, helpers_after


@dataclass(frozen=True, slots=True)
class Parts:
    """A roster as the rules look at it."""

    head: RosterHead
    members: Mapping[bytes, frozenset[str]]
    certificates: Mapping[bytes, Certificate]
    endings: Mapping[bytes, Mapping[bytes, int]]
    root: bytes


def for_the_program(who: Who, seats: dict[str, str], number: int, helpers: bool) -> Parts:
    head = RosterHead(ids("v"), number, (ids("before", 32),) * number, bytes(1216), 2, (1,), None, helpers)
    members = {ids(name): frozenset(roles) for name, roles in who.items()}
    return Parts(head, members, {ids(seat): certificate(seat, kem) for seat, kem in seats.items()}, {}, ids("root", 32))


def for_the_reader(who: Who, seats: dict[str, str], number: int, helpers: bool) -> reader.Roster:
    head = {"number": number, "prev": [], "recovery": b"", "rights": 2, "suites": [1], "vault": ids("v")}
    roster = reader.Roster(ids(f"root {number}", 32), head | ({"helpers": True} if helpers else {}))
    roster.members = {ids(name): frozenset(roles) for name, roles in who.items()}
    roster.certificates = {
        ids(seat): {
            "seat": ids(seat),
            "member": ids(seat[0]),
            "kem": ids(kem, 1216),
            "identity": ids(seat, 32),
            "genesis": ids(seat, 32),
        }
        for seat, kem in seats.items()
    }
    return roster


def test_two_readers_ask_for_the_same_signatures() -> None:
    enough = 0
    for seed in range(2_000):
        chance = random.Random(seed)
        who, seats, helpers, who_after, seats_after, helpers_after = made_up(chance)
        old = for_the_program(who, seats, 0, helpers)
        effective = EffectiveRoster(
            old.head, (ids("before", 32),), ids("root", 32), old.members, old.certificates, (), False
        )
        after = for_the_program(who_after, seats_after, 1, helpers_after)
        signers = chance.sample(sorted(seats), chance.randrange(len(seats) + 1))
        program = missing_signers(effective, after, [ids(seat, 32) for seat in signers]) is None
        told = reader.may_sign(
            for_the_reader(who, seats, 0, helpers),
            for_the_reader(who_after, seats_after, 1, helpers_after),
            {ids(seat[0]) for seat in signers},
        )
        assert told == program, f"{seed}: {who} {seats} -> {who_after} {seats_after} by {signers}"
        enough += program
    assert 200 < enough < 1_800
