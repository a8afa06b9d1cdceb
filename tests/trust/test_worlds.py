"""Random offices, and what a member with a changed program adds: what the rule promises holds in all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random

import pytest

from tests.trust.office import Office, certificate, member
from vault.policy.roles import Role
from vault.trust.trust_items import MEMBER, Act, Admit, BySheets, End, Found, LetIn, Lower, PutOut, Rank

_NAMES = ("Ann", "Ben", "Cy", "Kim", "Lea", "Eve", "Mo", "Abe")
_SEATS = (*(f"{name}.1" for name in _NAMES), "Kim.2", "Lea.2", "Eve.2")
_ADMINS = ("Ann.1", "Ben.1", "Cy.1")
_OTHERS = tuple(seat for seat in _SEATS if seat[:-2] not in ("Ann", "Ben", "Cy"))


def _heads(office: Office, rng: Random, seats: Iterable[str]) -> list[int]:
    """Return some entries of these logs, none, or one that is the newest."""
    numbers = [number for number, entry in enumerate(office.entries) if entry.seat in seats]
    return rng.sample(numbers, min(len(numbers), rng.choice([0, 0, 1, 1, 2])))


def _newest(office: Office, *seats: str) -> list[int]:
    """Return the last entry of each branch of these logs."""
    followed = {entry.before for entry in office.entries}
    return [number for number, entry in enumerate(office.entries) if entry.seat in seats and number not in followed]


def _act(office: Office, rng: Random) -> Act:
    """Return an act of any kind, of its author's own or one that somebody listed before."""
    listed = [act for entry in office.entries for act in entry.acts if not isinstance(act, Found | BySheets)]
    name, seat = rng.choice(_NAMES), rng.choice(_SEATS)
    seats = [each for each in _SEATS if each.startswith(name)]
    takings = [act for act in listed if isinstance(act, End | Lower)]
    outs = [act for act in listed if isinstance(act, PutOut)]
    acts: dict[str, Callable[[], Act]] = {
        "admit": lambda: office.admit(seat, *rng.choice([(), (Role.CASEWORKER, Role.SUPERVISOR), (Role.ADMIN,)])),
        "end": lambda: office.end(seat, *_heads(office, rng, [seat])),
        "lower": lambda: office.lower(name, rng.choice([MEMBER, Role.ADMIN]), *_heads(office, rng, seats)),
        "lift": lambda: office.lift(rng.choice(takings)),
        "let in": lambda: office.let_in(name, rng.choice(list(Rank)[:3])),
        "put out": lambda: office.put_out(name, *_heads(office, rng, seats), as_admin=rng.random() < 0.3),
        "let back": lambda: office.let_back(rng.choice(outs)),
        "again": lambda: rng.choice(listed),
    }
    often = {"let in": 3, "put out": 3, "let back": 2 * bool(outs), "again": 2 * bool(listed), "lift": bool(takings)}
    return acts[rng.choices(list(acts), [often.get(kind, 1) for kind in acts])[0]]()


def _go_on(office: Office, rng: Random, seats: Iterable[str], count: int) -> None:
    """Let these seats list what they like, at the end of their logs or on another branch."""
    for _ in range(count):
        seat = rng.choice(list(seats))
        own = [number for number, entry in enumerate(office.entries) if entry.seat == seat]
        after = rng.choice(own) if own and rng.random() < 0.3 else None
        office.write(seat, *(_act(office, rng) for _ in range(rng.randint(1, 3))), after=after)


def _world(rng: Random) -> Office:
    office = Office(("Ben", "Cy"), ("Kim", "Lea", "Eve", "Mo"), helpers=rng.random() < 0.5)
    office.write("Ann.1", *(office.by_sheets(office.admit(seat)) for seat in ("Kim.2", "Lea.2") if rng.random() < 0.7))
    ranks = [(name, rng.choice(list(Rank)[:3])) for name in _NAMES if rng.random() < 0.6]
    office.write(
        "Kim.1", office.found(*rng.sample(_NAMES, rng.randint(0, 2))), *(office.let_in(*each) for each in ranks)
    )
    _go_on(office, rng, _SEATS, rng.randint(2, 14))
    if rng.random() < 0.3:
        seat = rng.choice(_SEATS)
        office.write("Ann.1", office.by_sheets(office.end(seat, *_newest(office, seat))))
    return office


def _state(office: Office) -> tuple[object, ...]:
    """Return who is in, who is out, who is admin and who reads."""
    found = office.organisation()
    return found.members, found.out, found.admins, office.reads()


def _stopped(rng: Random) -> None:
    """What a stopped device adds widens nothing."""
    office, seat = _world(rng), rng.choice(_OTHERS)
    office.write(rng.choice(_ADMINS), office.end(seat, *_newest(office, seat)))
    is_out, before = not office.is_in(seat), office.reads()
    _go_on(office, rng, [seat], rng.randint(1, 4))
    assert not is_out or office.reads() <= before


def _put_out(rng: Random) -> None:
    """What somebody adds whom an admin put out widens nothing in that case."""
    office, name = _world(rng), rng.choice(_NAMES[3:])
    seats = [seat for seat in _SEATS if seat.startswith(name)]
    admin = rng.choice(_ADMINS)
    office.write(admin, office.put_out(name, *_newest(office, *seats), as_admin=True))
    counts, before = office.is_in(admin), office.reads()
    _go_on(office, rng, seats, rng.randint(1, 4))
    assert not counts or office.reads() <= before


def _ended_by_sheets(rng: Random) -> None:
    """The sheets ended a device. What it adds after that changes nothing, in whatever log the end is listed."""
    office, seat = _world(rng), rng.choice(_SEATS)
    office.write("Eve.1", office.by_sheets(office.end(seat, *_newest(office, seat))))
    before = _state(office)
    _go_on(office, rng, [seat], rng.randint(1, 4))
    assert _state(office) == before


def _ended_by_two(rng: Random) -> None:
    """What a device adds that two admins ended, by a line each, changes nothing."""
    office, seat, admins = _world(rng), rng.choice(_OTHERS), rng.sample(_ADMINS, 2)
    for admin in admins:
        office.write(admin, office.end(seat, *_newest(office, seat)))
    count, before = all(map(office.is_in, admins)), _state(office)
    _go_on(office, rng, [seat], rng.randint(1, 4))
    assert not count or _state(office) == before


def _removed(rng: Random) -> None:
    """A person whom the sheets remove reads nothing, whatever anybody adds."""
    office, name = _world(rng), rng.choice(_NAMES[3:])
    seats = [seat for seat in _SEATS if seat.startswith(name)]
    office.write("Mo.1", office.by_sheets(office.lower(name, MEMBER, *_newest(office, *seats))))
    _go_on(office, rng, _SEATS, rng.randint(1, 6))
    assert not {seat for seat in office.reads() if seat.startswith(name)}


def _on_its_way(rng: Random) -> None:
    """While the last entry that an end or a put-out names is on its way, nobody reads who would not with it."""
    office, seat = _world(rng), rng.choice(_OTHERS)
    last = office.write(seat)
    end = office.end(seat, *_newest(office, seat))
    out = office.put_out(
        seat[:-2], *_newest(office, *(each for each in _SEATS if each[:-2] == seat[:-2])), as_admin=True
    )
    office.write(rng.choice(_ADMINS), rng.choice([office.by_sheets(end), end, out]))
    assert office.reads(without={last}) <= office.reads()


def _without_power(rng: Random) -> None:
    """Members without admin and without the case put nobody out, and let nobody in whom nobody proposed."""
    office, hostile = _world(rng), rng.sample(_NAMES[3:], rng.randint(1, 2))
    found, listed = office.organisation(), {act for entry in office.entries for act in entry.acts}
    keepers = {who for act in listed if isinstance(act, Found) for who in act.keepers}
    let_in = keepers | {act.member for act in listed if isinstance(act, LetIn)} | {member("Kim")}
    reads = office.reads()
    _go_on(office, rng, [seat for seat in _SEATS if seat[:-2] in hostile], rng.randint(1, 6))
    after = office.organisation()
    assert after.admins == found.admins
    assert after.out <= found.out | {each for each in after.members if each not in found.members}
    new = after.members.keys() - found.members.keys()
    assert new <= {act.certificate.seat for act in listed if isinstance(act, Admit)}
    if not let_in & set(map(member, hostile)):
        assert office.reads() <= reads | {seat for seat in _SEATS if certificate(seat).seat in new}


PROMISES = (_stopped, _put_out, _ended_by_sheets, _ended_by_two, _removed, _on_its_way, _without_power)


@pytest.mark.parametrize("worlds", [60, pytest.param(3_000, marks=pytest.mark.long)], ids=["few", "many"])
@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__.strip("_"))
def test_it_holds_in_every_office(promise: Callable[[Random], None], worlds: int) -> None:
    for seed in range(worlds):
        promise(Random(seed))
