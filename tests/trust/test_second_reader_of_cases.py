"""Random cases and sections in true bytes: the room, and a reader written from FORMAT.md alone, find the same."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from random import Random
from typing import cast

import pytest
from typing_extensions import override

from tests.trust.test_second_reader import _SEATS, _History, _id, _Log, _World
from tests.vectors.independent import case_rule, logs
from tests.vectors.independent.basis import EPOCH, GRANT, root_of, sha256
from vault.ids import CompartmentId, Origin
from vault.log import act_bytes
from vault.log.epoch_notice import founded_compartment
from vault.log.genesis import origin_of
from vault.log.items import Item, ItemKind
from vault.trust.case import Case, who_has
from vault.trust.log_trees import Place
from vault.trust.trust_items import Head, PutOut, Rank
from vault.validity.authority import Authority, Entry
from vault.validity.compartment_access import AccessResolver
from vault.validity.directory import Directory

_PEOPLE = ("Ann", "Ben", "Kim", "Lea", "Eve", "Mo")
_KEY_ID = b"key of this case"


class _Cases(_World):
    """An office in which, beside all that may come, most is about one case and a section of it."""

    def __init__(self, rng: Random) -> None:
        self.founded, self.cases = set[bytes](), list[bytes]()  # leaves of entries; what begins there
        super().__init__(rng)
        self._found(None)
        self._found(self.cases[0])
        for _ in range(rng.randint(4, 45)):
            self._go_on()
        for log in rng.choices(self.logs[:2], k=rng.choice([0, 0, 8])):  # what admins do to each other's acts
            self._write(log, log.own, self._of_case(self.cases[0]))
        for log in rng.sample(self.logs, rng.choice([0, 0, 1, 3])):
            self._withhold(log)  # heads may name what is not here
        leaves = [leaf for log in self.logs for history in log.histories for leaf in history.leaves]
        self.given = {leaf: _id(rng.choice(_SEATS)) for leaf in leaves if rng.random() < 0.1}

    def _found(self, within: bytes | None) -> None:
        rng, log = self._rng, self._rng.choice([*self.logs[:1] * 8, *self.logs[1:6]])
        seq, is_twice = len(log.own.leaves), rng.random() < 0.2 and log.other is None
        if is_twice:
            log.parting, log.other = seq, _History(log.own.leaves[:], log.own.lists[:])
        case = founded_compartment(origin_of(log.genesis), seq, 0)
        self.cases.append(case)
        for history in log.histories if is_twice else [log.own]:
            keepers = sorted({self._member() for _ in range(rng.choice([0, 1, 2]))})
            made = act_bytes.found(case, within, keepers, with_recovery=rng.random() < 0.3, nonce=self._nonce())
            self._write(log, history, made, *(self._of_case(case) for _ in range(rng.choice([0, 1, 2]))))
            self.founded.add(history.leaves[seq])

    def _withhold(self, log: _Log) -> None:
        for history in [] if any(other.before is log for other in self.logs) else log.histories:
            least = 1 if log.other is None else log.parting + 1
            size = self._rng.randint(min(least, len(history.leaves)), len(history.leaves))
            del history.leaves[size:], history.lists[size:]

    @override
    def _act(self) -> act_bytes.MadeAct:
        rng = self._rng
        if len(self.cases) < 2 or rng.random() < 0.12:
            return super()._act()
        if rng.random() < 0.15:
            return rng.choice([made for made in self._made if made.kind >= act_bytes.ActKind.FOUND])
        return self._of_case(rng.choice(self.cases))

    def _of_case(self, case: bytes) -> act_bytes.MadeAct:
        rng, what = self._rng, self._rng.random()
        outs = [made.act for made in self._made if isinstance(made.act, PutOut)]
        recovered = [made.act for made in self._made if made.kind == act_bytes.ActKind.RECOVER]
        if recovered and what < 0.01:
            return self._by_sheets(act_bytes.lift(rng.choice(recovered).digest), 0)
        if what < 0.05:
            return self._by_sheets(act_bytes.recover(self._member(), self._nonce()), rng.choice([0, 0, 1, 2]))
        if outs and what < 0.2:
            return act_bytes.let_back(rng.choice(outs[-6:]).case, rng.choice(outs[-6:]).digest, self._nonce())
        if what < 0.55:
            day = rng.choice([None, None, 3, 5, 7])
            return act_bytes.let_in(case, self._member(), rng.choice(list(Rank)[:3]), day, self._nonce())
        name, as_admin = rng.choice(_PEOPLE), rng.random() < 0.25
        return act_bytes.put_out(case, _id(f"{name}.1"), self._heads(name), self._nonce(), as_admin=as_admin)

    def _member(self) -> bytes:
        return _id(f"{self._rng.choice(_PEOPLE)}.1")

    def _nonce(self) -> bytes:
        return self._rng.randbytes(16)

    def resolver(self, directory: Directory) -> AccessResolver:
        by_origin = {Origin(origin_of(log.genesis)): log for log in self.logs}

        def gives(origin: Origin, size: int, root: bytes) -> bool:
            return root_of(by_origin[origin].own.leaves[:size]) == root

        def find(head: Head) -> Place | None:
            origin = directory.places.find(head, lambda origin: len(by_origin[origin].own.leaves), gives)
            return None if origin is None else directory.places.of_head(head, origin)

        most = max(len(history.leaves) for log in self.logs for history in log.histories)
        everywhere = [(origin, seq) for origin in by_origin for seq in range(most)]
        signed = cast(Authority, _Signed(self.founded, by_origin, directory))
        return AccessResolver(signed, lambda cases: dict.fromkeys(cases, everywhere), find)

    def second(self, compared: Sequence[bytes]) -> case_rule.CaseRule:
        lines = self.as_the_second_reader_does(compared)
        for log in (history for one in lines.logs.values() for history in one.histories()):
            for at, entry in enumerate(log.entries):
                more = [logs.Item(EPOCH, sha256(entry.leaf))] if entry.leaf in self.founded else []
                more += [logs.Item(GRANT, _KEY_ID + self.given[entry.leaf])] if entry.leaf in self.given else []
                log.entries[at] = replace(entry, items=(*more, *entry.items))
        return case_rule.CaseRule(lines)


@dataclass(frozen=True)
class _Signed:
    """What the room asks of entries: each is signed, and here."""

    founded: AbstractSet[bytes]
    logs: Mapping[Origin, _Log]
    directory: Directory

    def is_here(self, _origin: bytes, _seq: int) -> bool:
        return True

    def signed_at(self, origin: Origin, seq: int) -> list[Entry]:
        found = {}
        for history in self.logs[origin].histories:
            leaf = history.leaves[seq] if seq < len(history.leaves) else b""
            if leaf and (place := self.directory.places.of(origin, seq, leaf)):
                key = [Item(ItemKind.EPOCH, sha256(leaf), bytes(16))] if leaf in self.founded else []
                items = (*key, *map(Item.of_act, history.lists[seq]))
                found[leaf] = Entry(origin, seq, items, place.log, frozenset(), founds_vault=False, place=place)
        return list(found.values())


def _agree(seed: int) -> set[str]:
    rng, chosen, seen = Random(seed), list[bytes](), set[str]()
    world = _Cases(rng)
    directory = world.as_the_room_does(chosen)
    while rng.random() < 0.3 and (others := directory.later_sheets):
        chosen.append(rng.choice(sorted(others, key=lambda act: act.digest)).digest)
        directory = world.as_the_room_does(chosen)
    rule, resolver = world.second(chosen), world.resolver(directory)
    given = defaultdict[bytes, set[bytes]](set)
    for entry in (entry for entry in rule.all_entries if entry.leaf in world.given):
        given[rule.lines.seat_of(entry)].add(world.given[entry.leaf])
    for maker in map(_id, _SEATS):
        assert who_has(maker, given) == rule.has(_KEY_ID, maker)
    for compartment in world.cases:
        state, second = resolver.state(CompartmentId(compartment)), rule.case(compartment)
        assert (state is None) == (second is None)
        if state is not None and state.case is not None and second is not None:
            _agree_on(state.case, second, directory)
            assert all(state.readers(now) == second.readers(now) for now in (0, 3, 4, 5, 6, 8, 99))
            seen |= _kinds(second)
    return seen


def _agree_on(case: Case, second: case_rule.Case, directory: Directory) -> None:
    assert case.rank == second.ranks
    if second.outs:  # else the room asks for no second judgement
        assert case.wide == second.wide
    most = 4 if second.above is None else 3
    ranks = {one.name: min(one.rank, most) for one in sorted(second.outs)}
    assert {act.digest: min(rank, most) for act, rank in case.takings.items()} == ranks
    of_others = {one.name for one in second.outs if not one.is_leave}
    assert second.above is not None or {act.digest for act in case.leaves} == ranks.keys() - of_others
    assert case.members == {member for member in second.ranks if second.is_in(member)}
    assert all(case.until.get(member, math.inf) == second.until(member) for member in case.rank)
    for entry in second.rule.all_entries:
        place = directory.places.of(entry.origin, entry.seq, entry.leaf)
        counts = place is not None and directory.organisation.counts(place) and case.counts(place)
        assert counts == second.counts(entry)


def _kinds(second: case_rule.Case) -> set[str]:
    """Return what a world shows, so that a test can say that all of it came."""
    found = {f"put out {one.rank}{' to leave' * one.is_leave}{' for certain' * one.cuts}" for one in second.outs}
    found |= {"day" for day in second.days.values() if day < math.inf}
    found |= {"wide" for _ in second.wide.keys() - second.ranks.keys()}
    return found | {f"rank {rank}" for rank in second.ranks.values()} | {"section" if second.above else "case"}


@pytest.mark.vectors
@pytest.mark.parametrize("worlds", [300, pytest.param(20_000, marks=pytest.mark.long)], ids=["few", "many"])
def test_both_readers_find_the_same_people_in_cases(worlds: int) -> None:
    seen = set[str]()
    for seed in range(worlds):
        seen |= _agree(seed)
    assert seen >= {"section", "wide", "day", "rank 0", "put out 4", "put out 3", "put out 2", "put out 1 for certain"}
