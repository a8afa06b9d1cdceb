"""Which versions of a log count (FORMAT.md 6): C1 and C2 for each version, C4 to C6 with the directory and the keys.

C3, that the signed tree holds these headers, is the caller's to have checked for the range. What fails C4 to C6 is
quarantined, what fails C7 waits, and what is listed for this seat and not here is missing: computed anew each time,
stored nowhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import NamedTuple

from vault.casework.organisation_records import Member
from vault.errors import MalformedError
from vault.ids import CompartmentId, EpochId, Origin, SeatId, VaultId, VersionId
from vault.log.genesis import Genesis
from vault.log.items import Item, ItemKind, compartment_tag, decode_items, kinds_in
from vault.log.list_check import IsErased
from vault.log.log_history import Ahead
from vault.policy.rights import RIGHTS
from vault.policy.roles import Role
from vault.records.versions import OpenedVersion, open_each
from vault.seal.keyring import Keyring
from vault.store.rows import Rows
from vault.store.rowtypes import OperationRow, SealedVersion
from vault.trust.log_trees import Place
from vault.validity.authority import Authority, Listings, Position
from vault.validity.compartment_access import AccessResolver, CompartmentState
from vault.validity.erased_versions import Erasures
from vault.validity.proven import Proven, digests_in, names_its_list
from vault.validity.said_once import FirstAsked, FirstSaid, SaidOnce, says_once

# Whether lists name what versions give as their parents: check C7 of FORMAT.md 6.
# Its author decides how many parents a version names, in how many records and lists: each list and each record is
# read once for all that ask.

_RECORDS_KEPT = 64


@dataclass(slots=True)
class Parents:
    """Looks parents up, as one moment of the rows shows them."""

    rows: Rows
    listings: Listings
    _records: dict[tuple[bytes, bytes], dict[bytes, list[Position]]] = field(default_factory=dict)
    _read: set[Position] = field(default_factory=set)
    _all: Mapping[bytes, object] | None = None

    def are_listed(self, version: OpenedVersion) -> bool:
        """Say whether some list names each parent of a version: that of the parent's row, if it is here, or any."""
        known = self.listings.parents
        asked = set(version.content.parents) - known
        if asked:
            places = self._places_in(version)
            self._read_lists({place for parent in asked for place in places.get(parent, ())})
            asked -= known
        return not asked or asked <= self._all_listed().keys()

    def _places_in(self, version: OpenedVersion) -> dict[bytes, list[Position]]:
        """Return where the versions of a record stand, each as a row says."""
        key = (version.compartment, version.record)
        if key not in self._records:
            if len(self._records) >= _RECORDS_KEPT:
                del self._records[next(iter(self._records))]
            places = self._records[key] = {}
            for identity, origin, seq in self.rows.places_in_record(*key):
                places.setdefault(identity, []).append((origin, seq))
        return self._records[key]

    def _read_lists(self, places: Iterable[Position]) -> None:
        for origin, seq in sorted(set(places) - self._read):
            self._read.add((origin, seq))
            for operation in self.rows.operations(origin, seq, seq + 1):
                self.listings.parents |= digests_in(operation, ItemKind.VERSION)

    def _all_listed(self) -> Mapping[bytes, object]:
        """Return what all lists name; they are read when something is asked for that no row of its record has."""
        if self._all is None:
            self._all = self.listings.of(self.rows, ItemKind.VERSION)
        return self._all


# What stands at the places of a log: versions by place, of one history or the other.
def of_one(
    row: OperationRow, groups: Mapping[int, list[SealedVersion]], rows: Collection[OperationRow]
) -> dict[int, list[SealedVersion]]:
    """Return what stands at a place less what the other history of the log lists there."""
    if len(rows) < 2:
        return dict(groups)
    others = {digest for other in rows if other != row for digest in digests_in(other, ItemKind.VERSION)}
    own = digests_in(row, ItemKind.VERSION)
    left = {
        n: [sealed for sealed in group if sealed.id in own or sealed.id not in others] for n, group in groups.items()
    }
    return {n: group for n, group in left.items() if group}


def at_position(stream: Ahead[SealedVersion], seq: int) -> dict[int, list[SealedVersion]]:
    """Return what stands at a position, by place; what comes before it is passed over."""
    groups: dict[int, list[SealedVersion]] = {}
    sealed = stream.next
    while sealed is not None and sealed.seq <= seq:
        if sealed.seq == seq:
            groups.setdefault(sealed.n, []).append(sealed)
        sealed = stream.take()
    return groups


def is_named(item: Item, sealed: SealedVersion) -> bool:
    """Say whether an item of a list, of the kind of versions, names this one in its compartment."""
    return item.digest == sealed.id and item.tag == compartment_tag(sealed.compartment, sealed.id)


_CHUNK = 256
NO_CONTENT = "fields"


@dataclass(frozen=True, slots=True)
class Quarantined:
    """What is not valid, and the first check that it failed; `missing` is listed for this seat and not here.

    `compartment` is that of what is missing or cannot be read, `version` what opens and does not count. `n` is None
    where the list itself is not here: what the entry holds, nobody can say. `is_unentitled`: its author had no right to
    write it there then, as far as this device knows, so that a person has to decide (FORMAT.md 6); what does not open
    then, or is not here, is no damage to anybody. Who holds no grant is not called so where one is not here that
    somebody entitled listed who is still in: it may be theirs.
    """

    origin: Origin
    seq: int
    n: int | None
    check: str
    is_unentitled: bool = False
    compartment: CompartmentId | None = field(default=None, compare=False)
    version: VersionId | None = field(default=None, compare=False)

    @property
    def says_nothing(self) -> bool:
        """Whether it opens and holds no record: its author wrote it so, and nothing waits for it."""
        return self.check == NO_CONTENT and not self.is_unentitled

    @property
    def is_pending(self) -> bool:
        """Whether it may become valid with what arrives later, and is no contradiction."""
        return self.check == "C7"


class _Author(NamedTuple):
    """A seat whose entry counts, and the roles of its member there (C4)."""

    seat: SeatId
    roles: frozenset[Role]
    place: Place


class _Signed(NamedTuple):
    """A proven entry and its author; None who was not in."""

    row: OperationRow
    author: _Author | None


@dataclass(slots=True)
class Learned:
    """What counting found in the rows: one for a session, so that no log is read twice.

    Attributes:
        states: compartment -> who is in, until an entry says something else of it (`forget`).
        keys: compartment -> for whom a key was chosen to write under, and which.
        said_first: how far founding entries were read for what they say once.
        lines_are_level: all logs were looked through for what they say of cases and keys.
        lists_are_altered: entries were found then of which the list is not the signed one, or that are gone.
    """

    states: dict[CompartmentId, CompartmentState | None] = field(default_factory=dict)
    keys: dict[CompartmentId, tuple[frozenset[SeatId], EpochId]] = field(default_factory=dict)
    listings: Listings = field(default_factory=Listings)
    said_first: dict[FirstAsked, FirstSaid] = field(default_factory=dict)
    lines_are_level: bool = False
    lists_are_altered: bool = False

    def forget_all(self) -> None:
        """Read and judge everything anew: entries came in behind some that were read."""
        self.judge_anew()
        self.listings = Listings()

    def judge_anew(self) -> None:
        """Judge all compartments anew: entries came in, or the organisation is another."""
        self.states.clear()
        self.keys.clear()
        self.lines_are_level = False

    def forget(self, compartment: CompartmentId) -> None:
        """Judge a compartment anew when it is asked for next, and the sections of it."""
        stale = {c for c, state in self.states.items() if state is not None and state.within == compartment}
        for each in (compartment, *stale):
            self.states.pop(each, None)
            self.keys.pop(each, None)
        self.lines_are_level = False


@dataclass(slots=True)
class VersionValidator:
    """Judges the versions of logs for one seat, as one moment of the rows shows them.

    `own` is that seat: its own work counts for itself where the beginning of a compartment is damaged, so that notes go
    on.
    """

    rows: Rows
    vault: VaultId
    keyring: Keyring
    access: AccessResolver
    learned: Learned = field(default_factory=Learned)
    own: SeatId | None = None
    _erasures: Erasures = field(init=False)
    _once: SaidOnce = field(init=False)
    _parents: Parents = field(init=False)

    def __post_init__(self) -> None:
        self._once = SaidOnce(self.rows, self.vault, self.keyring, self.learned.said_first)
        self._parents = Parents(self.rows, self.learned.listings)
        self._erasures = Erasures(self.rows, self.authority, self.learned.listings, self._once, self.state)

    @property
    def authority(self) -> Authority:
        """The judge of who wrote an entry."""
        return self.access.authority

    def judge(self, origin: Origin, start: int, proven: Proven) -> Iterator[OpenedVersion | Quarantined]:
        """Yield each version listed in the proven entries from `start` on, opened if it is valid, in order of place.

        Versions of compartments that this seat does not hold are passed over: they are not for it.
        """
        genesis = self.authority.genesis(origin)
        self.authority.known[origin] = proven
        sealed = Ahead(self._with_states(self.rows.versions_from(origin, start, proven.size)))
        for seq, found in groupby(self.rows.operations(origin, start, proven.size), key=lambda row: row.seq):
            signed = [row for row in found if (seq, row.digest) not in proven.rejected]
            groups = at_position(sealed, seq)
            if not signed:
                continue  # `proven.lost` has it
            # Of two rows of one header, the list of the true one is the one that the header names.
            named = {row.header: row for row in reversed(signed) if names_its_list(row)}
            if not named:
                yield from self._without_list(origin, seq, groups)
            for row in named.values():
                if groups or ItemKind.VERSION in kinds_in(row.list):
                    yield from self._judge_entry(row, of_one(row, groups, named.values()), genesis)

    def _without_list(
        self, origin: Origin, seq: int, groups: dict[int, list[SealedVersion]]
    ) -> Iterator[OpenedVersion | Quarantined]:
        """Yield what stands at an entry whose list is not the one that its header names."""
        ours: list[int | None] = [
            n for n, group in groups.items() if any(self.keyring.epochs_of(version.compartment) for version in group)
        ]
        for n in ours or [None]:
            yield Quarantined(origin, seq, n, "C2")

    def _judge_entry(
        self, row: OperationRow, groups: dict[int, list[SealedVersion]], genesis: Genesis | None
    ) -> Iterator[OpenedVersion | Quarantined]:
        origin = Origin(row.origin)
        try:
            signed, items = self._signed(row, genesis), decode_items(row.list)
        except MalformedError:
            yield from self._without_list(origin, row.seq, groups)
            return
        listed_at = {n: item for n, item in enumerate(items) if item.kind == ItemKind.VERSION}
        for n in sorted(listed_at.keys() | groups.keys()):
            group, item = groups.get(n, []), listed_at.get(n)
            # A false row can stand beside the true one; the list says which is which.
            listed = [] if item is None else [sealed for sealed in group if is_named(item, sealed)]
            if listed:
                if self.keyring.epochs_of(listed[0].compartment):
                    yield self._judge_one(signed, listed)
            elif item is None:
                if any(self.keyring.epochs_of(sealed.compartment) for sealed in group):
                    yield Quarantined(origin, row.seq, n, "C2")
            elif (home := self.home_of(item)) is not None and not self._erasures.counts(
                item.digest, [home], items=items
            ):
                failed = self._unentitled(home, signed)
                absent = "C2" if group else "missing"
                lacks = home if not group else None
                yield Quarantined(origin, row.seq, n, failed or absent, failed is not None, lacks)

    def _judge_one(self, signed: _Signed, listed: list[SealedVersion]) -> OpenedVersion | Quarantined:
        opened, refusals = open_each(listed, vault=self.vault, keyring=self.keyring)
        place = (Origin(signed.row.origin), signed.row.seq, listed[0].n)
        if not opened:
            home = CompartmentId(listed[0].compartment)
            failed = self._unentitled(home, signed)
            if any(isinstance(refusal, MalformedError) for refusal in refusals):
                return Quarantined(*place, failed or NO_CONTENT, failed is not None, home)
            return Quarantined(*place, failed or "C6", failed is not None, home)
        version = opened[0]
        failed = self._failed_check(version, signed)
        if failed is None:
            return version
        is_unentitled = failed == "C5" or self._unentitled(version.compartment, signed) is not None
        return Quarantined(*place, failed, is_unentitled=is_unentitled, version=version.id)

    def is_expected(self, row: OperationRow, n: int) -> bool:
        """Say whether others may expect what a signed entry lists there: its author had the right to it (C4 to C6)."""
        try:
            signed, item = self._signed(row, self.authority.genesis(row.origin)), decode_items(row.list)[n]
        except (MalformedError, IndexError):
            return True
        home = self.home_of(item)
        return home is None or self._unentitled(home, signed) is None

    def _signed(self, row: OperationRow, genesis: Genesis | None) -> _Signed:
        place = None if genesis is None else self.authority.place_of(row)
        if place is None:
            return _Signed(row, None)
        return _Signed(row, _Author(place.log, self.authority.roles_at(place), place))

    def home_of(self, item: Item) -> CompartmentId | None:
        """Return the compartment that this seat holds and a list names something of, or None."""
        held = map(CompartmentId, self.keyring.compartments())
        return next(
            (compartment for compartment in held if compartment_tag(compartment, item.digest) == item.tag), None
        )

    def erased(self) -> IsErased:
        """Return what says of a listed version whether it counts as erased (FORMAT.md 6)."""
        return self._erasures.asked_among({row.compartment for row in self.rows.every_epoch()})

    def erased_by(self, version: bytes, compartment: CompartmentId) -> Position | None:
        """Return the first entry at hand by which a version of a compartment counts as erased, or None."""
        return self._erasures.first(version, compartment)

    def counts_as_erased(self, version: bytes, home: CompartmentId, record: bytes) -> bool:
        """Say whether a version that may not be here yet, of this record, counts as erased."""
        return self._erasures.counts(version, [home], record=record)

    def went_whole(self, compartment: CompartmentId) -> bool:
        """Say whether this is a case or a section that somebody who might erased as a whole: its beginning too."""
        return self._erasures.took_whole(compartment)

    def void_erasures(self, versions: Collection[bytes]) -> set[Position]:
        """Return where those of these versions are listed, of what this seat holds, whose erasure does not count."""
        return self._erasures.void(versions, self.keyring.compartments())

    def _failed_check(self, version: OpenedVersion, signed: _Signed) -> str | None:
        row, author = signed
        if author is None:
            return "C4"
        seat, roles, place = author
        state = self.state(version.compartment)
        if state is None:
            may = any(RIGHTS.may_write(roles, kind, version.content.kind) for kind in RIGHTS.writers)
            return None if seat == self.own and may else "C6"
        if not state.counts(place):
            return "C6"
        if not RIGHTS.may_write(roles, state.kind, version.content.kind):
            return "C5"
        failed = self._said_anew(version, state, row)
        if failed is None and not self._parents.are_listed(version):
            failed = "C7"
        return failed

    def _said_anew(self, version: OpenedVersion, state: CompartmentState, row: OperationRow) -> str | None:
        """Return the check that a version fails which says anew what is said once (FORMAT.md 4), or None."""
        if version.content.kind != Member.KIND:
            if not says_once(state.kind, version.content.kind):
                return None  # nearly every version
            failed = [self._once.failed_check(version, state.kind, founding) for founding in state.beginnings]
            return None if None in failed else max(failed, key=lambda check: check == "C7")
        entry = self.authority.entry(row.origin, row.seq, (ItemKind.VERSION, version.id))
        is_right = entry is not None and self._once.is_admission(version, entry)
        return None if is_right else "C5"

    def _unentitled(self, compartment: CompartmentId, signed: _Signed) -> str | None:
        """Return which check an entry's author fails for this compartment, whatever version it lists, or None.

        It is C4, C6, or C5 where their role may write no kind there.
        """
        author = signed.author
        if author is None:
            return "C4"
        state = self.state(compartment)
        if state is None:
            return None
        if not state.counts(author.place):
            return "C6"
        return None if RIGHTS.may_write_some(author.roles, state.kind) else "C5"

    def state(self, compartment: CompartmentId) -> CompartmentState | None:
        """Return what is valid in a compartment, judged once."""
        if compartment not in self.learned.states:
            self.learned.states[compartment] = self.access.state(compartment)
        return self.learned.states[compartment]

    def _with_states(self, sealed: Iterator[SealedVersion]) -> Iterator[SealedVersion]:
        """Yield sealed versions, a chunk at a time, once the compartments that they are of were judged together."""
        while chunk := list(islice(sealed, _CHUNK)):
            asked = dict.fromkeys(CompartmentId(row.compartment) for row in chunk)
            new = [place for place in asked if place not in self.learned.states and self.keyring.epochs_of(place)]
            self.learned.states.update(self.access.states(new))
            yield from chunk
