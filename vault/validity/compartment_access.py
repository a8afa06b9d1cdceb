"""Who is in a compartment: a case or a section by its lines (FORMAT.md 6), what the organisation shares by role."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from vault.errors import MalformedError, NotFoundError
from vault.ids import CompartmentId, CompartmentKind, MemberId, Origin, SeatId
from vault.log.act_bytes import OF_CASES, case_in, read_act
from vault.log.items import decode_items, kinds_in
from vault.policy.rights import RIGHTS
from vault.policy.roles import Role
from vault.seal.signing import is_signed_raw
from vault.store.rows import Rows
from vault.trust.case import Case, ListedOfCase, readers_by_role, readers_of_case, seats_in
from vault.trust.log_trees import Place
from vault.trust.trust_items import Found, Head, LetBack, OfCase, PutOut
from vault.validity.authority import Authority, Entry, Position
from vault.validity.deciding_lines import MARK
from vault.validity.directory import Directory

ERASERS = frozenset({Role.CASEWORKER, Role.SUPERVISOR})
# Of what kind an erased version was, nobody can say any more: of recipients and package keys none is erased.
_ERASABLE = frozenset({CompartmentKind.CASE, CompartmentKind.SECTION, CompartmentKind.REGISTER, CompartmentKind.INTAKE})
# What every caller leaves behind: who writes there erases there.
_OF_CALLS = frozenset({CompartmentKind.REGISTER, CompartmentKind.INTAKE})

Acts = Mapping[CompartmentId, Collection[Position]]
"""Case or section -> where entries stand that list something of it."""
ActsOf = Callable[[Collection[CompartmentId]], Acts]
FindHead = Callable[[Head], Place | None]


@dataclass(frozen=True)
class CompartmentState:
    """Who is in one compartment, by what is here.

    Attributes:
        beginnings: the entry that founded it, or of a log that forked there each that did.
        case: how the rule judges it; None of what the organisation shares.
        within: the case of a section.
        is_altered: an entry that said something of it is not here as it was signed, so that nobody can say who is in.
    """

    compartment: CompartmentId
    kind: CompartmentKind
    beginnings: Sequence[Entry]
    directory: Directory
    case: Case | None = None
    within: CompartmentId | None = None
    is_altered: bool = False

    @property
    def members(self) -> frozenset[MemberId]:
        """The members who are in, with or without a device."""
        if self.case is not None:
            return frozenset(self.case.members & self.directory.members.keys())
        members = self.directory.members
        if self.kind is CompartmentKind.DIRECTORY:
            return frozenset(members)
        return frozenset(member for member, roles in members.items() if roles & self._writers)

    @property
    def with_recovery(self) -> bool:
        """Whether the recovery sheets read it too."""
        return self.case is None or self.case.with_recovery

    def seats(self, now_ms: int) -> frozenset[SeatId]:
        """Return the devices to which a device writes now, recovery left out."""
        organisation = self.directory.organisation
        if self.case is not None:
            return readers_of_case(organisation, self.case, now_ms)
        if self.kind is CompartmentKind.DIRECTORY:
            return seats_in(organisation, now_ms)
        return readers_by_role(organisation, self._writers, now_ms)

    def readers(self, now_ms: int) -> frozenset[SeatId]:
        """Return to whom a device writes now, the recovery key in effect among them where it reads."""
        recovery = {self.directory.recovery_seat} if self.with_recovery else frozenset[SeatId]()
        return self.seats(now_ms) | recovery

    @property
    def _writers(self) -> frozenset[Role]:
        return frozenset[Role]().union(*RIGHTS.writers[self.kind].values())

    def counts(self, place: Place) -> bool:
        """Say whether an entry that counts in the organisation counts here too (C6)."""
        return self.case is None or self.case.counts(place)

    def may_erase(self, entry: Entry) -> bool:
        """Say whether the author of an entry might erase what stands there: by role, and where they may write."""
        may = self.kind in _ERASABLE and (self.kind in _OF_CALLS or bool(entry.roles & ERASERS))
        return may and self.may_write(entry)

    def may_write(self, entry: Entry) -> bool:
        """Say whether the author of an entry might write something there then, of whatever kind (C5, C6)."""
        return RIGHTS.may_write_some(entry.roles, self.kind) and self.counts(entry.place)


@dataclass(slots=True)
class AccessResolver:
    """Judges compartments as one moment of the rows shows them.

    Attributes:
        authority: says whose entries count.
        acts_of: where entries list something of these cases and sections.
        find_head: the place of a head that a put-out names, if it is here.
    """

    authority: Authority
    acts_of: ActsOf
    find_head: FindHead
    _listed: dict[CompartmentId, list[tuple[Entry, OfCase]]] = field(default_factory=dict)
    _altered: set[CompartmentId] = field(default_factory=set)

    def states(self, compartments: Collection[CompartmentId]) -> dict[CompartmentId, CompartmentState | None]:
        """Judge many compartments as `state` does."""
        self._read(compartments)
        return {compartment: self.state(compartment) for compartment in compartments}

    def state(self, compartment: CompartmentId) -> CompartmentState | None:
        """Return who is in a compartment; None where nothing here founds it."""
        directory = self.authority.directory
        kind = directory.all_shared.get(compartment)
        if kind is not None:
            founding = self.authority.entries_at(directory.founding_log, 0)
            return CompartmentState(compartment, kind, founding, directory)
        self._read([compartment])
        beginnings = self._beginnings(compartment)
        if not beginnings:
            return None
        _, said = beginnings[0]
        if said.within is not None:
            self._read([said.within])
            if any(outer.within is not None for _, outer in self._beginnings(said.within)[:1]):
                return None  # no section stands within another
        with suppress(NotFoundError):
            case = self._judge(compartment, said.within)
            entries = [entry for entry, _ in beginnings]
            altered = not self._altered.isdisjoint({compartment, said.within})
            return CompartmentState(compartment, _kind(said), entries, directory, case, said.within, altered)
        return None

    def _beginnings(self, compartment: CompartmentId) -> list[tuple[Entry, Found]]:
        """Return what founds it, that first which counts: of two that found one id the smaller."""
        found = [(entry, act) for entry, act in self._listed[compartment] if isinstance(act, Found)]
        return sorted(found, key=lambda each: each[1].digest)

    def _judge(self, compartment: CompartmentId, within: CompartmentId | None) -> Case:
        """Judge a case, or a section within one.

        Raises:
            NotFoundError: nothing here founds it.
        """
        directory = self.authority.directory
        homes = [compartment] if within is None else [compartment, within]
        acts = [act for home in homes for _, act in self._listed[home]]
        changes = [act for act in acts if isinstance(act, PutOut | LetBack)]
        strict = directory.organisation
        # Only takings ask for the other judgement of the organisation, which costs as much as the first.
        lenient = directory.lenient if changes else strict
        logs = directory.logs
        heads = {head for act in changes if isinstance(act, PutOut) for head in act.heads} - logs.here.keys()
        found = ((head, self.find_head(head)) for head in heads)
        logs = logs.with_heads({head: place for head, place in found if place is not None})
        whole = None if within is None else Case(logs, self._items(within), strict, lenient)
        return Case(logs, self._items(compartment), strict, lenient, whole)

    def _items(self, compartment: CompartmentId) -> list[ListedOfCase]:
        return [ListedOfCase(entry.place, act) for entry, act in self._listed[compartment]]

    def _read(self, compartments: Iterable[CompartmentId]) -> None:
        """Read what entries list of these compartments, each entry once."""
        wanted = [each for each in compartments if each not in self._listed]
        if not wanted:
            return
        found, said = self.acts_of(wanted), dict[Place, dict[CompartmentId, list[OfCase]]]()
        for compartment in wanted:
            places = sorted(found.get(compartment, ()))
            if not all(self.authority.signed_at(*at) or self.authority.is_here(*at) for at in places):
                self._altered.add(compartment)
            entries = (entry for at in places for entry in self.authority.signed_at(*at))
            listed = self._listed[compartment] = []
            for entry in entries:
                if entry.place not in said:  # one entry may found hundreds of cases
                    said[entry.place] = self._said_in(entry)
                acts = said[entry.place].get(compartment, ())
                listed += ((entry, act) for act in acts if self._may_list(entry, act))

    def _said_in(self, entry: Entry) -> dict[CompartmentId, list[OfCase]]:
        """Return what an entry lists of cases and sections, by which it is of."""
        found = defaultdict[CompartmentId, list[OfCase]](list)
        for item in entry.items:
            if item.kind in OF_CASES:
                with suppress(MalformedError):
                    act = read_act(item.kind, item.content, self.authority.directory.vault, is_signed_raw)
                    if isinstance(act, OfCase):
                        found[act.case].append(act)
        return found

    def _may_list(self, entry: Entry, act: OfCase) -> bool:
        """Say whether an item may decide where it is listed: what founds a case, in the entry that gives it its name.

        It always counts, also beyond the heads of a lowering: else who keeps the case loses it with its founder.
        """
        if not isinstance(act, Found):
            return True
        organisation = self.authority.directory.organisation
        member = organisation.members.get(entry.seat)
        admitted = () if member is None else organisation.given_to(member)
        given = frozenset(role for admission in admitted for role in admission.roles)
        return act.case in entry.founds and RIGHTS.may_found(given, _kind(act))


def _kind(act: Found) -> CompartmentKind:
    return CompartmentKind.CASE if act.within is None else CompartmentKind.SECTION


def all_acts(rows: Rows) -> dict[CompartmentId, set[Position]]:
    """Return where entries of all logs list who is in cases and sections: all are read.

    Whether an entry was signed, and lists this truly, is the caller's to ask.
    """
    found: dict[CompartmentId, set[Position]] = {}
    for origin in {row.origin for row in rows.geneses()}:
        for row in rows.operations(Origin(origin)):
            if MARK in row.header and not OF_CASES.isdisjoint(kinds_in(row.list)):
                with suppress(MalformedError):
                    for item in decode_items(row.list):
                        with suppress(MalformedError):
                            if (case := case_in(item.kind, item.content)) is not None:
                                found.setdefault(case, set()).add((origin, row.seq))
    return found
