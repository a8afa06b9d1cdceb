"""Who wrote an entry, and with which rights: C1 to C4 of FORMAT.md 6, asked of one entry at a time.

Whoever validates versions, epochs, grants or erasures asks here first, so that they cannot disagree about an author.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from vault.errors import MalformedError
from vault.ids import CompartmentKind, Origin, SeatId
from vault.log.act_bytes import ActKind, read_act
from vault.log.epoch_notice import founded_compartment
from vault.log.genesis import Genesis
from vault.log.items import Item, ItemKind, decode_items, encode_items, items_digest
from vault.log.parting import Key, Parting, parting_in
from vault.policy.rights import RIGHTS
from vault.policy.roles import Role
from vault.records.logs import genesis_bytes_of, genesis_of
from vault.records.versions import OpenedVersion
from vault.seal.signing import is_signed_raw
from vault.store.rows import Rows
from vault.store.rowtypes import OperationRow
from vault.trust.log_trees import Place
from vault.trust.trust_items import Admit, BySheets, Certificate
from vault.validity.proven import Proven, items_in, names_its_list

if TYPE_CHECKING:
    from vault.validity.directory import Directory

Position = tuple[bytes, int]  # origin, seq
# Versions are nearly all that is listed: where they stand is asked seldom.
_RARE = frozenset(ItemKind) - {ItemKind.VERSION}


@dataclass(frozen=True)
class Entry:
    """One entry of somebody who was in when they wrote it.

    Attributes:
        roles: which roles the seat's member had there.
        founds_vault: it is entry 0 of the vault.
        place: where it stands in the tree of its seat's logs.
    """

    origin: Origin
    seq: int
    items: tuple[Item, ...]
    seat: SeatId
    roles: frozenset[Role]
    founds_vault: bool
    place: Place
    digest: bytes = b""

    @cached_property
    def listed(self) -> frozenset[Item]:
        """What it lists, to be asked for one thing: an entry may list hundreds, and is asked for each."""
        return frozenset(self.items)

    @cached_property
    def names(self) -> frozenset[tuple[int, bytes]]:
        """Kind and digest of what it lists."""
        return frozenset(item[:2] for item in self.items)

    @cached_property
    def erased(self) -> Mapping[bytes, frozenset[bytes]]:
        """Version that it lists as erased -> the tags under which it does."""
        found: dict[bytes, frozenset[bytes]] = {}
        for kind, digest, tag, _ in self.items:
            if kind == ItemKind.ERASED:
                found[digest] = found.get(digest, frozenset()) | {tag}
        return found

    def admitted(self, vault: bytes) -> list[Certificate]:
        """Return whose admission it lists, by somebody's own right or by the sheets."""
        found = []
        for item in self.items:
            if item.kind in {ActKind.ADMIT, ActKind.SHEETS}:
                with suppress(MalformedError):
                    act = read_act(item.kind, item.content, vault, is_signed_raw)
                    of = act.act if isinstance(act, BySheets) else act
                    found += [of.certificate] if isinstance(of, Admit) else []
        return found

    @cached_property
    def list_digest(self) -> bytes:
        """The digest of its list, by which its header names it."""
        return items_digest(encode_items(self.items))

    @cached_property
    def founds(self) -> Mapping[bytes, Item]:
        """Compartment -> the item whose place gives it its name."""
        epochs = ((n, item) for n, item in enumerate(self.items) if item.kind == ItemKind.EPOCH)
        return {founded_compartment(self.origin, self.seq, n): item for n, item in epochs}


@dataclass(slots=True)
class Listings:
    """Where lists name things, of all operations read so far; no later row takes that back.

    Attributes:
        places: kind -> digest -> (log, position) of each operation that lists it.
        tags: kind -> digest -> the tags under which they do; of versions, none.
        grants: digest -> (log, tag) of each log that lists this grant.
        read: (kind, log) -> how many of its operations were looked at.
        parents: versions that lists were found to name, when they were asked for as parents.
    """

    places: dict[ItemKind, dict[bytes, list[Position]]] = field(default_factory=dict)
    tags: dict[ItemKind, dict[bytes, set[bytes]]] = field(default_factory=dict)
    grants: dict[bytes, set[tuple[bytes, bytes]]] = field(default_factory=dict)
    read: dict[tuple[ItemKind, bytes], int] = field(default_factory=dict)
    parents: set[bytes] = field(default_factory=set)

    def of(self, rows: Rows, kind: ItemKind) -> dict[bytes, list[Position]]:
        """Return where things of a kind are listed; each log is read once, for versions once more, then what is new."""
        kinds = frozenset({kind}) if kind is ItemKind.VERSION else _RARE
        for item_kind in kinds:
            self.places.setdefault(item_kind, {})
        for origin in {genesis.origin for genesis in rows.geneses()}:
            for row in rows.operations(origin, self.read.get((kind, origin), 0)):
                for item_kind in kinds:
                    for digest, tag in items_in(row, item_kind):
                        self.places[item_kind].setdefault(digest, []).append((origin, row.seq))
                        if item_kind in _RARE:
                            self.tags.setdefault(item_kind, {}).setdefault(digest, set()).add(tag)
                        if item_kind is ItemKind.GRANT:
                            self.grants.setdefault(digest, set()).add((origin, tag))
            size = rows.size(origin)
            self.read.update({(item_kind, origin): size for item_kind in kinds})
        return self.places[kind]

    def tagged(self, rows: Rows, kind: ItemKind) -> dict[bytes, set[bytes]]:
        """Return under which tags things of a kind are listed; versions are not asked for."""
        self.of(rows, kind)
        return self.tags.get(kind, {})


@dataclass(slots=True)
class Authority:
    """Judges authors as one moment of the rows shows them.

    Attributes:
        directory: who is in.
        prove: (log, position) -> how far the log is proven around it.
        known: logs of which the caller has proven a stretch already.
    """

    rows: Rows
    directory: Directory
    prove: Callable[[Origin, int], Proven]
    known: dict[Origin, Proven] = field(default_factory=dict)
    _geneses: dict[bytes, Genesis | None] = field(default_factory=dict)
    _entries: dict[Position, tuple[Entry, ...]] = field(default_factory=dict)

    def entries_at(self, origin: bytes, seq: int) -> tuple[Entry, ...]:
        """Return the entry there if it is proven and its author was in (C1 to C4); of a log that forked, each."""
        counts = self.directory.organisation.counts
        return tuple(entry for entry in self.signed_at(origin, seq) if counts(entry.place))

    def signed_at(self, origin: bytes, seq: int) -> tuple[Entry, ...]:
        """Return the entry there if it is proven (C1 to C3), whether or not it counts."""
        position = (origin, seq)
        if position not in self._entries:
            self._entries[position] = tuple(self._find(Origin(origin), seq))
        return self._entries[position]

    def entry(self, origin: bytes, seq: int, listing: tuple[ItemKind, bytes] | None = None) -> Entry | None:
        """Return the one of the entries there that lists a thing, by its digest, or the first; None: there is none."""
        found = self.entries_at(origin, seq)
        if listing is not None:
            found = tuple(entry for entry in found if listing in entry.names)
        return next(iter(found), None)

    def may_have_written(self, version: OpenedVersion, place: CompartmentKind) -> bool:
        """Say whether an entry of somebody who may write this kind in such a compartment lists a version."""
        entry = self.entry(version.origin, version.seq, (ItemKind.VERSION, version.id))
        item = Item.in_compartment(ItemKind.VERSION, version.compartment, version.id)
        return entry is not None and item in entry.listed and RIGHTS.may_write(entry.roles, place, version.content.kind)

    def genesis(self, origin: bytes) -> Genesis | None:
        """Return the signed genesis of a log, or None."""
        if origin not in self._geneses:
            self._geneses[origin] = genesis_of(self.rows, origin)
        return self._geneses[origin]

    def is_proven(self, row: OperationRow) -> bool:
        """Say whether an entry is one that was signed, and its list is the one that it names (C1 to C3)."""
        return self._proven(Origin(row.origin), row.seq).covers(row) and names_its_list(row)

    def is_here(self, origin: bytes, seq: int) -> bool:
        """Say whether an entry stands there as it was signed, with its list (C1 to C3)."""
        return any(self.is_proven(row) for row in self.rows.operations(Origin(origin), seq, seq + 1))

    def _proven(self, origin: Origin, seq: int) -> Proven:
        known = self.known.get(origin)
        return self.prove(origin, seq) if known is None or known.size <= seq else known

    def place_of(self, row: OperationRow) -> Place | None:
        """Return where an entry stands in the tree of its seat's logs; None where it does not count (C4)."""
        place = self.directory.places.of(row.origin, row.seq, row.digest)
        return None if place is None or not self.directory.organisation.counts(place) else place

    def roles_at(self, place: Place) -> frozenset[Role]:
        """Return the roles by which an entry that counts is judged."""
        return self.directory.organisation.roles_at(place)

    def is_log_that_counts(self, origin: bytes) -> bool:
        """Say whether a log is one of the first of its seat (FORMAT.md 5), and the seat was ever let in."""
        seat = self.directory.places.seat_of(origin)
        return seat is not None and seat in self.directory.known

    def _find(self, origin: Origin, seq: int) -> Iterator[Entry]:
        genesis = self.genesis(origin)
        if genesis is None:
            return
        known = self._proven(origin, seq)
        for row in self.rows.operations(origin, seq, seq + 1):
            if not known.covers(row) or not names_its_list(row):
                continue
            place = self.directory.places.of(row.origin, row.seq, row.digest)
            if place is None:
                continue
            try:
                items = decode_items(row.list)
            except MalformedError:
                continue
            yield Entry(
                origin=origin,
                seq=seq,
                items=items,
                seat=SeatId(genesis.seat),
                roles=self.roles_at(place) if place.log in self.directory.organisation.members else frozenset(),
                founds_vault=seq == 0 and origin == self.directory.founding_log,
                place=place,
                digest=row.digest,
            )


# Where two signed histories of a stored log part.
def parting_of(rows: Rows, origin: Origin, rejected: Collection[Key]) -> Parting | None:
    """Return where another signed history parts from the one that leaves these rows out; None: nowhere."""
    if not rejected:
        return None
    genesis = genesis_bytes_of(rows, origin) or b""
    return parting_in(genesis, list(rows.operations(origin)), rows.checkpoints(origin), is_signed_raw, rejected)
