"""Who is in: lines of logs that decide by themselves, and the one rule that judges them (FORMAT.md 2).

Step by step from above: what the sheets signed, who leads, who was put out, whose entries count, who came in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Annotated, Any, NamedTuple

import msgspec

from tests.vectors.independent.basis import (
    ADMIT,
    BEGIN,
    END,
    LIFT,
    LOWER,
    RECOVER,
    REPLACE,
    SHEETS,
    Fault,
    Refused,
    is_signed,
    require,
    sha256,
)
from tests.vectors.independent.logs import Entry, Genesis, Item, Log, read_genesis, valid_logs

NOBODY = bytes(16)
_HELPERS = {"intake", "field", "caseworker"}
Id = Annotated[bytes, msgspec.Meta(min_length=16, max_length=16)]
Key = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
Kem = Annotated[bytes, msgspec.Meta(min_length=1216, max_length=1216)]
Signature = Annotated[bytes, msgspec.Meta(min_length=64, max_length=64)]
Number = Annotated[int, msgspec.Meta(gt=0, lt=1 << 53)]  # a size, a day
Head = tuple[Id, Number, Key]  # seat, size, root
Heads = Annotated[list[Head], msgspec.Meta(max_length=256)]
_FORMS: dict[int, Any] = {
    BEGIN: tuple[Key, Kem, bool],
    ADMIT: tuple[bytes, list[str], Number | None, Id],
    END: tuple[Id, Heads, Id],
    LOWER: tuple[Id, str, Heads, Id],
    LIFT: tuple[Key],
    SHEETS: tuple[int, bytes, Key, Signature],
    RECOVER: tuple[Id, Id],
    REPLACE: tuple[Key, Kem, Annotated[list[Key], msgspec.Meta(max_length=1_024)]],
}


class Act(NamedTuple):
    """What an item that decides says; its name is the digest of its kind and bytes."""

    kind: int
    name: bytes
    fields: tuple[Any, ...]
    certificate: Genesis | None = None

    @property
    def is_first(self) -> bool:
        """Whether it admits the first seat of a member."""
        return self.certificate is not None and not any(self.certificate.member)

    @property
    def person(self) -> bytes:
        assert self.certificate is not None
        return self.certificate.person


def read_act(kind: int, content: bytes, vault: bytes) -> Act:
    """Read an item that decides; it has one form and one encoding."""
    try:
        found = msgspec.msgpack.decode(content, type=_FORMS[kind])
    except (msgspec.DecodeError, KeyError):
        raise Refused("not of the form of an item") from None
    require(msgspec.msgpack.encode(found) == content, "not in its one encoding")
    lists = [one for one in found if isinstance(one, list)]
    require(all(one == sorted(set(one)) for one in lists), "the order of an item")
    certificate = read_genesis(found[0], vault) if kind == ADMIT else None
    require(certificate is None or certificate.is_first, "no certificate")
    if kind == SHEETS:
        of, acts, root, signature = found
        require(ADMIT <= of <= REPLACE and of != SHEETS, "no act of the sheets")
        require(is_signed(root, signature, "sheets", vault + bytes((of,)) + acts), "signature of the sheets")
    return Act(kind, sha256(bytes((kind,)), content), found, certificate)


@dataclass(frozen=True, slots=True, eq=False)
class Taking:
    """An end or a lower that is in force; one by admins spares their own seats, and says who of them lists it."""

    act: Act
    spares: AbstractSet[bytes] = frozenset()
    by: AbstractSet[bytes] = frozenset()
    by_sheets: bool = False

    @property
    def heads(self) -> Sequence[Sequence[Any]]:
        """Up to where the logs of the taken count."""
        found: Sequence[Sequence[Any]] = self.act.fields[-2]
        return found

    def lowers(self, member: bytes, role: str) -> bool:
        return self.act.kind == LOWER and self.act.fields[:2] == (member, role)

    @property
    def is_of_person(self) -> bool:
        """Whether it puts out somebody with every seat."""
        return self.act.kind == LOWER and self.act.fields[1] == "member"

    def hits(self, seat: bytes, person: bytes) -> bool:
        """Say whether it puts out this seat, or its person with every seat."""
        return seat not in self.spares and (
            self.act.fields[0] == seat if self.act.kind == END else self.lowers(person, "member")
        )


@dataclass
class Lines:
    """What the lines here come to, for a reader who compared these other sheets (names of items 23)."""

    vault: bytes
    logs: Mapping[bytes, Log]
    compared: Sequence[bytes] = ()
    founder: Genesis | None = None
    begin: Act | None = None
    anchor: bytes = b""
    acts: dict[bytes, Act] = field(default_factory=dict)
    listed: dict[bytes, list[Entry]] = field(default_factory=dict)
    recovery: set[bytes] = field(default_factory=set)  # as what seats the sheets are given keys, replaced ones too
    sheets: dict[bytes, Act] = field(default_factory=dict)  # acts of the sheets in effect, by name of their item 21
    takings: list[Taking] = field(default_factory=list)
    members: dict[bytes, bytes] = field(default_factory=dict)  # seat -> member, of every certificate that is in
    identities: dict[bytes, bytes] = field(default_factory=dict)
    admitted: dict[bytes, Act] = field(default_factory=dict)  # admissions that count, by name
    only_helped: set[bytes] = field(default_factory=set)  # members whom one supervisor alone let in
    faults: list[Fault] = field(default_factory=list)
    _within: dict[Head, frozenset[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.valid = valid_logs(self.logs)
        for log in self.logs.values():
            for entry in log.all_entries():
                for item in entry.items:
                    self._collect(log, entry, item)
        if self.begin is None or self.founder is None:
            self.faults.append(Fault("who is in", "no log begins this vault"))
            return
        self.sheets = self._sheets(self.begin)
        self._let_in(self.founder)
        for act in self.sheets.values():
            if act.kind == ADMIT:
                self._admit(act)
        lifted = {act.fields[0] for act in self.sheets.values() if act.kind == LIFT}
        by_sheets = [
            Taking(act, by_sheets=True)
            for act in self.sheets.values()
            if act.kind in {END, LOWER} and act.name not in lifted
        ]
        self.takings = by_sheets
        self.once_leading = {self.founder.seat} | {
            act.certificate.seat
            for act in self.admitted.values()
            if act.certificate is not None and "admin" in act.fields[1]
        }
        self.leading = {
            seat
            for seat in self.once_leading
            if not any(one.lowers(self.members[seat], role) for one in by_sheets for role in ("admin", "member"))
        }
        # Only admins are asked, and nobody but the sheets takes from them: what they took of others is settled first.
        self.takings = by_sheets + list(self._by_admins(lifted))
        while self._admit_more():
            pass

    def _collect(self, log: Log, entry: Entry, item: Item) -> None:
        if not BEGIN <= item.kind <= REPLACE:
            return
        try:
            act = read_act(item.kind, item.content, self.vault)
        except Refused as refusal:
            self.faults.append(Fault("an item that decides nothing", f"{log.name} {entry.seq}: {refusal}"))
            return
        self.acts[act.name] = act
        self.listed.setdefault(act.name, []).append(entry)
        if act.kind == BEGIN and entry.seq == 0 and log.genesis.is_first:
            root, recovery, _ = act.fields
            anchor = sha256(b"casevault/vault", root, recovery, log.genesis.identity)
            if anchor[:16] == self.vault:
                self.founder, self.begin, self.anchor = log.genesis, act, anchor

    def _sheets(self, begin: Act) -> dict[bytes, Act]:
        """Return what the root in effect signed, and what its replacements keep of what the one before did."""
        signed: dict[bytes, tuple[bytes, Act]] = {}
        for name, act in self.acts.items():
            if act.kind == SHEETS:
                try:
                    signed[name] = act.fields[2], read_act(act.fields[0], act.fields[1], self.vault)
                except Refused as refusal:
                    self.faults.append(Fault("an act of the sheets that decides nothing", str(refusal)))
        self._give_keys_to(begin.fields[1])
        found = {name: act for name, (key, act) in signed.items() if key == begin.fields[0]}
        by_themselves = {act.name: act for key, act in signed.values() if act.kind == REPLACE and act.fields[0] == key}
        for other in (by_themselves[chosen] for chosen in self.compared if chosen in by_themselves):
            self._give_keys_to(other.fields[1])
            kept = {name: signed[name][1] for name in other.fields[2] if name in signed}
            found = kept | {name: one for name, (key, one) in signed.items() if key == other.fields[0]}
        return found

    def _give_keys_to(self, recovery: bytes) -> None:
        self.recovery.add(sha256(b"casevault/recovery", recovery)[:16])

    def _let_in(self, certificate: Genesis) -> None:
        self.members[certificate.seat] = certificate.person
        self.identities[certificate.seat] = certificate.identity

    def _admit(self, act: Act) -> None:
        assert act.certificate is not None
        self.admitted[act.name] = act
        self._let_in(act.certificate)

    def _by_admins(self, lifted: set[bytes]) -> Iterator[Taking]:
        of_admins = {self.members[seat] for seat in self.leading}
        listing = {
            name: {
                self.members[self.seat_of(entry)]
                for entry in found
                if self._leads(entry, lenient=self.acts[name].kind in {END, LOWER})
            }
            for name, found in self.listed.items()
        }
        lifting = {act.fields[0]: listing[name] for name, act in self.acts.items() if act.kind == LIFT}
        for name, act in self.acts.items():
            by = listing[name]
            if act.kind not in {END, LOWER} or not by or name in lifted:
                continue
            back = lifting.get(name, set())
            if len(back) >= 2 or by <= back:
                continue
            taken, role = (NOBODY, "member") if act.kind == END else act.fields[:2]
            if role == "member" or taken not in of_admins:
                yield Taking(act, self.leading, by)

    def seat_of(self, entry: Entry) -> bytes:
        return self.logs[entry.origin].genesis.seat

    def is_within(self, entry: Entry, heads: Iterable[Sequence[Any]], *, lenient: bool = False) -> bool:
        """Say whether one of the heads is the entry or follows it on its own path.

        Lenient: or one of them is not here, and the entry is at a smaller place.
        """
        own = [(seat, size, root) for seat, size, root in heads if seat == self.seat_of(entry)]
        return any(entry.leaf in self._path(head) for head in own) or (
            lenient and any(not self._path(head) and self._place(entry) < head[1] for head in own)
        )

    def _place(self, entry: Entry) -> int:
        return self._before(self.logs[entry.origin]) + entry.seq + 1

    def _path(self, head: Head) -> frozenset[bytes]:
        """Return the leaves that a head leaves, of one history of one log; none where it is not here."""
        if head not in self._within:
            seat, size, root = head
            self._within[head] = frozenset()
            for log in (one for found in self.logs.values() if found.genesis.seat == seat for one in found.histories()):
                own = size - self._before(log)
                if 0 < own <= log.size and log.root(own) == root:
                    self._within[head] = frozenset(one.leaf for one in log.entries[:own])
        return self._within[head]

    def _before(self, log: Log) -> int:
        """Return how many entries a log says that the logs have from which it goes on."""
        before = self.logs.get(log.genesis.predecessor)
        return 0 if before is None else self._before(before) + log.genesis.predecessor_size

    def is_of_its_seat(self, genesis: Genesis) -> bool:
        """Say whether a log is of a seat that was let in, by its identity key."""
        return self.identities.get(genesis.seat) == genesis.identity

    def counts(self, entry: Entry, *, lenient: bool = False) -> bool:
        """Say whether an entry counts (C4): its seat was let in, and no taking cuts it off."""
        genesis = self.logs[entry.origin].genesis
        if not self.is_of_its_seat(genesis) or genesis.origin not in self.valid:
            return False
        hitting = (one for one in self.takings if one.hits(genesis.seat, self.members[genesis.seat]))
        return all(self.is_within(entry, one.heads, lenient=lenient) for one in hitting)

    def takings_of(self, seat: bytes) -> list[Taking]:
        """Return the takings that may be about a seat: none by admins is about theirs."""
        return [one for one in self.takings if seat not in one.spares]

    def _leads(self, entry: Entry, *, lenient: bool = False) -> bool:
        seat = self.seat_of(entry)
        if seat not in self.once_leading or not self.counts(entry, lenient=lenient):
            return False
        lowering = (one for one in self.takings if one.by_sheets and one.lowers(self.members[seat], "admin"))
        return all(self.is_within(entry, one.heads, lenient=lenient) for one in lowering)

    def is_in(self, seat: bytes) -> bool:
        return seat in self.members and not any(one.hits(seat, self.members[seat]) for one in self.takings)

    def roles(self, entry: Entry) -> frozenset[str]:
        person = self.members[self.seat_of(entry)]
        given = {role for act in self.admitted.values() if act.person == person for role in act.fields[1]}
        lowering = [
            (role, one) for role in given for one in self.takings_of(self.seat_of(entry)) if one.lowers(person, role)
        ]
        return frozenset(given - {role for role, one in lowering if not self.is_within(entry, one.heads)})

    def people(self) -> set[bytes]:
        """Return who is in, with or without a device."""
        leaders = {self.members[seat] for seat in self.leading}
        taken = (one for one in self.takings if one.by_sheets or one.act.fields[0] not in leaders)
        return set(self.members.values()) - {one.act.fields[0] for one in taken if one.is_of_person}

    def roles_of(self, person: bytes) -> frozenset[str]:
        given = {role for act in self.admitted.values() if act.person == person for role in act.fields[1]}
        return frozenset(role for role in given if not any(one.lowers(person, role) for one in self.takings))

    def _admit_more(self) -> bool:
        """Take the admissions that count now. Return whether there were any."""
        before = len(self.admitted), len(self.only_helped)
        for name, act in self.acts.items():
            if act.kind != ADMIT or (name in self.admitted and act.person not in self.only_helped):
                continue
            entries = [entry for entry in self.listed[name] if self.counts(entry)]
            others = [entry for entry in entries if self.members[self.seat_of(entry)] != act.person]
            fully = self._is_first(act, others) if act.is_first else self._is_further(act, entries)
            if fully or (name not in self.admitted and self._is_helper(act, others)):
                is_new = act.person not in self.members.values()
                self._admit(act)
                if fully:
                    self.only_helped.discard(act.person)
                elif is_new:
                    self.only_helped.add(act.person)
        return before != (len(self.admitted), len(self.only_helped))

    def _by_whom(self, entries: Sequence[Entry]) -> set[bytes]:
        """Return the members who list it, of whom each may second."""
        return {self.members[self.seat_of(entry)] for entry in entries} - self.only_helped

    def _is_first(self, act: Act, entries: Sequence[Entry]) -> bool:
        admins = {self.members[self.seat_of(entry)] for entry in entries if self._leads(entry)}
        return bool(admins) and len(self._by_whom(entries)) >= 2 and "admin" not in act.fields[1]

    def _is_helper(self, act: Act, entries: Sequence[Entry]) -> bool:
        assert self.begin is not None
        may = self.begin.fields[2] and act.is_first and set(act.fields[1]) <= _HELPERS
        return may and any("supervisor" in self.roles(entry) and self._lets_in_helpers(entry) for entry in entries)

    def _lets_in_helpers(self, entry: Entry) -> bool:
        ending = [one for one in self.takings if one.lowers(NOBODY, "helpers")]
        ending = [one for one in ending if not self.is_within(entry, one.heads)]
        return not any(one.by_sheets for one in ending) and len({who for one in ending for who in one.by}) < 2

    def _is_further(self, act: Act, entries: Sequence[Entry]) -> bool:
        own = [entry for entry in entries if self.members[self.seat_of(entry)] == act.person]
        seconding = self._by_whom(entries) - {act.person}
        others = [entry for entry in entries if self.members[self.seat_of(entry)] in seconding]
        leads = any(self.roles(entry) & {"admin", "supervisor"} for entry in own + others)
        return bool(own and others) and leads and not act.fields[1]

    def admitted_by_sheets(self, item: Item) -> Act | None:
        """Return the admission in an item 21 that is in effect."""
        act = self.sheets.get(item.digest) if item.kind == SHEETS else None
        return act if act is not None and act.kind == ADMIT else None
