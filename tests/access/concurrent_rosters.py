"""Invented logs of one member's seats, and the rosters that those seats sign: what of a vault rivals are judged by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from tests.log.test_roster import id_of
from tests.log.writer import Key
from vault.ids import Origin
from vault.log.genesis import GENESIS_PURPOSE, Genesis, origin_of, signed_message
from vault.log.items import Item, ItemKind, encode_items, items_digest
from vault.log.operation import Header
from vault.log.roster import Roster, make_roster
from vault.log.roster_entries import Certificate, Ending, MemberEntry, RosterHead
from vault.store.rowtypes import GenesisRow, OperationRow
from vault.validity.roster_validity import Carried

MANY = 1_000
VAULT, ROOT, NEW_ROOT = b"v" * 16, "root", "new root"


def make_genesis(seat: str, nonce: bytes = bytes(16), predecessor: bytes = bytes(32), key: str = "") -> bytes:
    before = () if predecessor == bytes(32) else (predecessor, 1, b"r" * 32)
    identity = Key(key or seat)
    parts = Genesis(VAULT, id_of(seat), identity.public, b"k" * 32, nonce, *before)
    return parts.encode(identity.sign(signed_message(GENESIS_PURPOSE, parts.unsigned())))


def log_of(seat: str) -> bytes:
    """Return the first log of a seat."""
    return origin_of(make_genesis(seat))


SEATS = ("desk", "phone", "tablet", "watch")
DESK, PHONE, TABLET, WATCH = map(log_of, SEATS)


def signed(roster: Roster, *signers: str) -> Roster:
    for one in signers:
        roster = roster.signed(Key(one).public, Key(one).sign(signed_message("roster", roster.root)))
    return roster


def roster(
    *before: Roster,
    by: str = "",
    ends: dict[str, dict[bytes, int]] | None = None,
    admits: str = "",
    roles: str = "admin auditor",
    new_root: bytes | None = None,
    word: str = "",
) -> Roster:
    """Return a roster of the one member, after others, signed by one seat of it or by the root.

    Whoever is in `ends` goes; where the member loses a role, they all stay and are lowered.
    """
    ends = ends or {}
    number = before[0].head.number + 1 if before else 0
    held = frozenset(roles.split())
    seats = {*before[0].certificates, id_of(admits)} if before else set(map(id_of, SEATS))
    if before and before[0].members[id_of("Nour")] == held:
        seats -= set(map(id_of, ends))
    prev = tuple(one.root for one in before)
    made = make_roster(
        RosterHead(VAULT, number, prev, b"r" * 1_216, 1, (1,), new_root),
        [MemberEntry(id_of("Nour"), held)],
        [
            Certificate(id_of(one), id_of("Nour"), b"k" * 1_216, Key(one).public, log_of(one))
            for one in (*SEATS, "pager")
            if id_of(one) in seats
        ],
        [Ending(id_of(seat), sizes) for seat, sizes in ends.items()],
        random=lambda size: sha256(f"{word} {by} {ends} {prev}".encode()).digest()[:size],
    )
    return signed(made, by) if by else made


def at(roster: Roster, origin: bytes, seq: int) -> Carried:
    """Return a roster at a place; its root stands for the id of its version."""
    return Carried(roster, Origin(origin), seq, Item.in_compartment(ItemKind.VERSION, VAULT, roster.root))


@dataclass
class Logs:
    """What some logs say in public; stands for `Rows`."""

    beginnings: list[bytes] = field(default_factory=list)
    rows: list[OperationRow] = field(default_factory=list)
    rejected: frozenset[tuple[int, bytes]] = frozenset()

    def begin(self, seat: str, *, nonce: bytes = bytes(16), predecessor: bytes = bytes(32), key: str = "") -> bytes:
        self.beginnings.append(make_genesis(seat, nonce, predecessor, key))
        return origin_of(self.beginnings[-1])

    def name(self, origin: bytes, seq: int, named: Roster) -> None:
        """Let an entry go by a roster."""
        header = Header(bytes(32), named.root, None, origin, seq, bytes(32), bytes(32)).encode()
        self.rows.append(OperationRow(origin, seq, header, b"", b"", bytes(32)))

    def add_list(self, one: Carried) -> None:
        """Let an entry that goes by nothing list a roster."""
        listed = encode_items([one.item])
        header = Header(bytes(32), bytes(32), None, one.origin, one.seq, items_digest(listed), bytes(32)).encode()
        self.rows.append(OperationRow(one.origin, one.seq, header, listed, b"", sha256(header).digest()))

    # ---- as `Rows`

    def geneses(self) -> list[GenesisRow]:
        return [GenesisRow(origin_of(one), one) for one in self.beginnings]

    def operations(self, origin: bytes, start: int = 0, stop: int = MANY) -> Sequence[OperationRow]:
        return [one for one in self.rows if one.origin == origin and start <= one.seq < stop]
