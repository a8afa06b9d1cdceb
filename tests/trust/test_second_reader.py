"""Random logs in their true bytes: the room, and a reader written from FORMAT.md alone, find the same people in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from random import Random

import pytest

from tests.vectors.independent import lines as second
from tests.vectors.independent import logs as second_logs
from tests.vectors.independent.basis import root_of
from vault.ids import Origin, SeatId, VaultId
from vault.log import act_bytes
from vault.log.act_bytes import MadeAct
from vault.log.genesis import GENESIS_PURPOSE, Genesis, origin_of, seat_in
from vault.log.parting import Parting
from vault.policy.roles import Role
from vault.seal.signing import public_key, sign
from vault.trust.trust_items import HELPERS, MEMBER, Head
from vault.validity.deciding_lines import Line, Lines
from vault.validity.directory import Directory, judge_lines
from vault.validity.log_places import places_of_logs

_SEATS = ("Ann.1", "Ben.1", "Kim.1", "Kim.2", "Lea.1", "Lea.2", "Eve.1", "Eve.2", "Mo.1")
_SHEETS = tuple(bytes([number]) * 32 for number in (1, 2, 3))
_KEM = bytes(1_216)
_ROLES = ((), (Role.CASEWORKER,), (Role.SUPERVISOR, Role.CASEWORKER), (Role.INTAKE,), (Role.AUDITOR,), (Role.ADMIN,))


def _seed(word: str) -> bytes:
    return word.encode().ljust(32, b".")


_VAULT = VaultId(act_bytes.anchor_digest(public_key(_SHEETS[0]), _KEM, public_key(_seed("Ann.1")))[:16])


@cache
def _certificate(seat: str) -> bytes:
    """Return how the first log of a seat begins; a further one names the member."""
    name, _, number = seat.partition(".")
    member = bytes(16) if number == "1" else _id(f"{name}.1")
    genesis = Genesis(_VAULT, bytes(16), public_key(_seed(seat)), bytes(32), bytes(16), member=member, kem=_KEM)
    return genesis.encode(sign(_seed(seat), GENESIS_PURPOSE, genesis.unsigned()))


def _id(seat: str) -> bytes:
    return seat_in(_certificate(seat))


@dataclass
class _History:
    """One history of a log: the leaf of each entry, and what it lists."""

    leaves: list[bytes] = field(default_factory=list)
    lists: list[tuple[MadeAct, ...]] = field(default_factory=list)


@dataclass
class _Log:
    seat: str
    genesis: bytes
    before: _Log | None = None
    own: _History = field(default_factory=_History)
    other: _History | None = None
    parting: int = 0

    @property
    def histories(self) -> list[_History]:
        return [self.own] if self.other is None else [self.own, self.other]

    @property
    def offset(self) -> int:
        return 0 if self.before is None else self.before.offset + Genesis.decode(self.genesis).predecessor_size


class _World:
    """Logs of an office, of honest people and others: what each of them lists is drawn."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self.logs = [_Log(seat, _certificate(seat)) for seat in _SEATS]
        self._made: list[MadeAct] = []
        firsts = [seat for seat in _SEATS[2:] if seat.endswith(".1") and rng.random() < 0.7]
        admitted = [self._admit(seat, rng.choice(_ROLES[1:5])) for seat in firsts]
        self._write(
            self.logs[0],
            self.logs[0].own,
            act_bytes.begin(public_key(_SHEETS[0]), _KEM, helpers=rng.random() < 0.5),
            self._by_sheets(self._admit("Ann.1", (Role.ADMIN, Role.CASEWORKER)), 0),
            *(self._by_sheets(act, 0) for act in admitted),
            *([self._by_sheets(self._admit("Ben.1", (Role.ADMIN,)), 0)] if rng.random() < 0.7 else []),
        )
        for _ in range(rng.randint(3, 22)):
            self._go_on()

    def _go_on(self) -> None:
        rng, log = self._rng, self._rng.choice(self.logs)
        size = len(log.own.leaves)
        if rng.random() < 0.08 and size:
            log = self._following(log, rng.choice(log.histories))
        elif rng.random() < 0.08 and size and log.other is None:
            log.parting = rng.randrange(size)
            log.other = _History(log.own.leaves[: log.parting], log.own.lists[: log.parting])
            self._write(log, log.other, self._act())
        self._write(log, rng.choice(log.histories), *(self._act() for _ in range(rng.randint(0, 2))))

    def _following(self, log: _Log, history: _History) -> _Log:
        size = self._rng.randint(1, len(history.leaves))
        root = root_of(history.leaves[:size])
        seed, nonce = _seed(log.seat), self._rng.randbytes(16)
        before = (origin_of(log.genesis), size, root)
        genesis = Genesis(_VAULT, _id(log.seat), public_key(seed), bytes(32), nonce, *before)
        self.logs.append(_Log(log.seat, genesis.encode(sign(seed, GENESIS_PURPOSE, genesis.unsigned())), log))
        return self.logs[-1]

    def _write(self, log: _Log, history: _History, *acts: MadeAct) -> None:
        history.leaves.append(self._rng.randbytes(32))
        history.lists.append(tuple(dict.fromkeys(acts)))
        self._made += acts

    def _act(self) -> MadeAct:
        rng = self._rng
        seat = rng.choice(_SEATS)
        name = seat[:-2]
        takings = [made for made in self._made if made.kind in (18, 19)]
        kind = rng.choices(["admit", "again", "end", "lower", "lift", "replace"], [3, 4, 2, 2, 2 * bool(takings), 0.8])[
            0
        ]
        if kind == "again":
            return rng.choice([made for made in self._made if made.kind != 16])
        if kind == "admit":
            made = self._admit(seat, rng.choice(_ROLES) if seat.endswith(".1") else ())
        elif kind == "end":
            made = act_bytes.end(_id(seat), self._heads(name), rng.randbytes(16))
        elif kind == "lower":
            role = rng.choice([MEMBER, MEMBER, HELPERS, Role.ADMIN, Role.CASEWORKER, Role.SUPERVISOR])
            whom = bytes(16) if role == HELPERS else _id(f"{name}.1")
            made = act_bytes.lower(whom, role, self._heads(name), rng.randbytes(16))
        elif kind == "lift":
            made = act_bytes.lift(act_bytes.act_digest(*_bytes(rng.choice(takings))))
        else:
            signed = sorted({act_bytes.act_digest(*_bytes(made)) for made in self._made if made.kind == 21})
            keeps = rng.sample(signed, rng.randint(0, len(signed)))
            root = public_key(rng.choice(_SHEETS[1:]))
            made = act_bytes.replace_sheets(root, _KEM, keeps)
        if kind == "replace":
            new = next(at for at, seed in enumerate(_SHEETS) if public_key(seed) == root)
            return self._by_sheets(made, rng.choice([0, new, new, 1, 2]))
        return self._by_sheets(made, rng.choice([0, 0, 0, 1, 2])) if rng.random() < 0.2 else made

    def _admit(self, seat: str, roles: Sequence[Role]) -> MadeAct:
        until = self._rng.choice([None, None, 5, 9])
        return act_bytes.admit(_certificate(seat), roles, until, self._rng.randbytes(16))

    def _by_sheets(self, made: MadeAct, which: int) -> MadeAct:
        message = _VAULT + bytes([made.kind]) + made.content
        self._made.append(made)
        return act_bytes.by_sheets(made, public_key(_SHEETS[which]), sign(_SHEETS[which], "sheets", message))

    def _heads(self, name: str) -> list[Head]:
        """Return heads of logs of a person, here or not: none, some, or the newest of each."""
        found = [
            (log, history, size)
            for log in self.logs
            if log.seat.startswith(name)
            for history in log.histories
            for size in range(1, len(history.leaves) + 1)
        ]
        chosen = self._rng.sample(found, min(len(found), self._rng.choice([0, 1, 1, 2])))
        if self._rng.random() < 0.3:
            chosen = [each for each in found if each[2] == len(each[1].leaves)]
        heads = [
            Head(SeatId(_id(log.seat)), log.offset + size, root_of(history.leaves[:size]))
            for log, history, size in chosen
        ]
        return [*heads, Head(SeatId(_id(f"{name}.1")), 3, bytes(32))] if self._rng.random() < 0.1 else heads

    def as_the_room_does(self, chosen: Sequence[bytes]) -> Directory:
        by_origin = {Origin(origin_of(log.genesis)): log for log in self.logs}
        lines = sorted(
            {
                Line(origin, seq, history.leaves[seq], tuple((made.kind, made.content) for made in acts))
                for origin, log in by_origin.items()
                for history in log.histories
                for seq, acts in enumerate(history.lists)
                if acts
            }
        )
        places = places_of_logs(
            {origin: Genesis.decode(log.genesis) for origin, log in by_origin.items()},
            lambda origin: _parting(by_origin[origin]),
        )

        def gives(origin: Origin, size: int, root: bytes) -> bool:
            return root_of(by_origin[origin].own.leaves[:size]) == root

        def find(head: Head) -> Origin | None:
            return places.find(head, lambda origin: len(by_origin[origin].own.leaves), gives)

        return judge_lines(_VAULT, Lines(tuple(lines)), places, find, chosen)

    def as_the_second_reader_does(self, compared: Sequence[bytes]) -> second.Lines:
        logs = {}
        for log in self.logs:
            genesis = second_logs.read_genesis(log.genesis, _VAULT)
            own, *others = (
                second_logs.Log(genesis, [_entry(genesis.origin, history, seq) for seq in range(len(history.leaves))])
                for history in log.histories
            )
            for other in others:
                own.other, own.parting = other, log.parting
            logs[genesis.origin] = own
        return second.Lines(_VAULT, logs, compared)


def _bytes(made: MadeAct) -> tuple[int, bytes]:
    return made.kind, made.content


def _parting(log: _Log) -> Parting | None:
    if log.other is None:
        return None
    roots, ours = (
        {size: root_of(history.leaves[:size]) for size in range(log.parting + 1, len(history.leaves) + 1)}
        for history in (log.other, log.own)
    )
    leaves = log.other.leaves
    return Parting(log.parting, frozenset((seq, leaves[seq]) for seq in range(log.parting, len(leaves))), roots, ours)


def _entry(origin: bytes, history: _History, seq: int) -> second_logs.Entry:
    acts = history.lists[seq]
    header = second_logs.Header(b"", b"", origin, b"", b"", seq, bool(acts))
    items = tuple(second_logs.Item(made.kind, act_bytes.act_digest(*_bytes(made)), b"", made.content) for made in acts)
    return second_logs.Entry(origin, seq, header, items, b"", history.leaves[seq])


def _agree(seed: int) -> None:
    rng = Random(seed)
    world = _World(rng)
    chosen: list[bytes] = []
    directory = world.as_the_room_does(chosen)
    while rng.random() < 0.5 and (others := directory.later_sheets):
        chosen.append(rng.choice(sorted(others, key=lambda act: act.digest)).digest)
        directory = world.as_the_room_does(chosen)
    other = world.as_the_second_reader_does(chosen)
    organisation = directory.organisation
    assert organisation.members == other.members
    assert directory.certificates.keys() == {seat for seat in other.members if other.is_in(seat)}
    for log in other.logs.values():
        for entry in log.all_entries():
            place = directory.places.of(entry.origin, entry.seq, entry.leaf)
            counts = place is not None and organisation.counts(place)
            assert counts == other.counts(entry)
            if place is not None and counts:
                assert set(map(str, organisation.roles_at(place))) == other.roles(entry)


@pytest.mark.vectors
@pytest.mark.parametrize("worlds", [200, pytest.param(20_000, marks=pytest.mark.long)], ids=["few", "many"])
def test_both_readers_find_the_same_people_in(worlds: int) -> None:
    for seed in range(worlds):
        _agree(seed)
