"""Which versions count as erased: what somebody listed so who had the right (FORMAT.md 6).

The version in which a case or a section says once what it is counts as erased only with all that stands on it: else
one who holds a case could take its beginning away, and with it the case itself, from everybody, in silence. Nor does
a legal hold count as erased, or until when somebody holds the case, while the case stands: that is released or changed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from vault.ids import CompartmentId, CompartmentKind
from vault.log.act_bytes import ActKind, case_in
from vault.log.items import Item, ItemKind, compartment_tag, decode_items
from vault.log.list_check import IsErased
from vault.seal.named import access_record, hold_record
from vault.store.rows import Rows
from vault.store.rowtypes import SealedVersion, VersionRow
from vault.validity.authority import Authority, Listings, Position
from vault.validity.compartment_access import CompartmentState
from vault.validity.proven import digests_in
from vault.validity.said_once import SaidOnce

GO_WHOLE = frozenset({CompartmentKind.CASE, CompartmentKind.SECTION})
"""What may be erased as a whole: what every caller writes in never is."""


@dataclass(slots=True)
class Erasures:
    """Judges erasures as one moment of the rows shows them. `state` returns what is valid in a compartment."""

    rows: Rows
    authority: Authority
    listings: Listings
    once: SaidOnce
    state: Callable[[CompartmentId], CompartmentState | None]
    _outlived: dict[CompartmentId, bool] = field(default_factory=dict)
    _terms: frozenset[bytes] = frozenset()

    def asked_among(self, among: Collection[bytes]) -> IsErased:
        """Return what says of a listed version of one of these compartments whether it counts as erased.

        Its tag says of which. By the id alone who may erase in one place would keep out what stands in others, and what
        is listed as erased of cases that nobody here knows is not compared with each of those that are here.
        """

        def is_erased(item: Item, items: Sequence[Item]) -> bool:
            if item.tag not in self.listings.tagged(self.rows, ItemKind.ERASED).get(item.digest, ()):
                return False
            homes = [home for home in among if compartment_tag(home, item.digest) == item.tag]
            return self.counts(item.digest, homes, items=items)

        return is_erased

    def counts(
        self, version: bytes, among: Iterable[bytes], *, record: bytes | None = None, items: Sequence[Item] = ()
    ) -> bool:
        """Say whether a version of one of these compartments counts as erased where this list names it.

        `record` is that of one that is not here yet.
        """
        return any(not self._is_kept(version, state, record, items) for state, _ in self._rightly(version, among))

    def first(self, version: bytes, home: bytes) -> Position | None:
        """Return the first entry at hand by which a version of a compartment counts as erased, or None."""
        places = (place for state, place in self._rightly(version, [home]) if not self._is_kept(version, state))
        return next(places, None)

    def took_whole(self, home: CompartmentId) -> bool:
        """Say whether the version that says what this case or section is was erased by somebody who might."""
        state = self.state(home)
        said = {self.once.said_in(home, state.kind, entry) for entry in state.beginnings} if state is not None else ()
        return self._are_erased(said, home)

    def void(self, versions: Collection[bytes], among: Collection[bytes]) -> set[Position]:
        """Return where those of these versions are listed that somebody listed as erased and that are kept.

        Others decide how many versions they list: only what stands where something began is judged.
        """
        begun = self._begun(among) if versions else {}
        return {
            (entry.origin, entry.seq)
            for version in begun.keys() & versions
            for state, _ in self._rightly(version, begun[version])
            if self._is_kept(version, state)
            for entry in state.beginnings
        }

    def _begun(self, among: Collection[bytes]) -> dict[bytes, set[bytes]]:
        """Return the versions that stand where these compartments begin -> which; nobody's right is asked."""
        found: dict[bytes, set[bytes]] = {}
        for home in among:
            state = self.state(CompartmentId(home))
            for entry in () if state is None else state.beginnings:
                for item in entry.items:
                    if item.kind == ItemKind.VERSION:
                        found.setdefault(item.digest, set()).add(home)
        return found

    def _rightly(self, version: bytes, among: Iterable[bytes]) -> Iterator[tuple[CompartmentState, Position]]:
        """Yield the compartments in which somebody who might lists a version as erased, and where."""
        for place in self.listings.of(self.rows, ItemKind.ERASED).get(version, ()):
            entry = self.authority.entry(*place, listing=(ItemKind.ERASED, version))
            if entry is None:
                continue
            for candidate in among:
                if compartment_tag(candidate, version) in entry.erased[version]:
                    state = self.state(CompartmentId(candidate))
                    if state is not None and state.may_erase(entry):
                        yield state, place

    def _is_kept(
        self, version: bytes, state: CompartmentState, record: bytes | None = None, items: Sequence[Item] = ()
    ) -> bool:
        """Say whether a version says what a case or a section is, or who may until when, and something stands there."""
        said = {self.once.said_in(state.compartment, state.kind, entry) for entry in state.beginnings}
        if version in said:
            return self._is_outlived(state, said)
        if state.kind not in GO_WHOLE:
            return False
        if not (_lets_in(items, state.compartment) or self._is_of_terms(version, state.compartment, record)):
            return False
        return not self._are_erased(said, state.compartment) or self._is_outlived(state, said)

    def _are_erased(self, said: Collection[bytes | None], home: CompartmentId) -> bool:
        """Say whether somebody who might listed all of these beginnings as erased."""
        return bool(said) and all(version and any(self._rightly(version, [home])) for version in said)

    def _is_outlived(self, state: CompartmentState, said: Collection[bytes | None]) -> bool:
        """Say whether something else stands where these are the beginnings."""
        if state.compartment not in self._outlived:
            others = (sealed for sealed in self.rows.versions(state.compartment) if sealed.id not in said)
            self._outlived[state.compartment] = any(self._stands(sealed, state) for sealed in others)
        return self._outlived[state.compartment]

    def _is_of_terms(self, version: bytes, home: CompartmentId, record: bytes | None) -> bool:
        """Say whether a version is of the record of a hold, or of the access of anybody who ever was a member."""
        if not self._terms:
            members = set(self.authority.directory.organisation.members.values())
            self._terms = frozenset((hold_record(), *map(access_record, members)))
        if record is not None:
            return record in self._terms
        return any(
            row.record in self._terms or self._stands_beside_grant(row)
            for origin, seq, n, _ in self.rows.keys_named([version])
            for row in self.rows.version_rows(origin, seq, seq + 1)
            if (row.n, row.id, row.compartment) == (n, version, home)
        )

    def _stands_beside_grant(self, row: VersionRow) -> bool:
        return any(
            row.id in digests_in(entry, ItemKind.VERSION) and _lets_in(decode_items(entry.list), row.compartment)
            for entry in self.rows.operations(row.origin, row.seq, row.seq + 1)
        )

    def _stands(self, sealed: SealedVersion, state: CompartmentState) -> bool:
        """Say whether somebody who might wrote a version that is here, and nobody who might lists it as erased."""
        entry = self.authority.entry(sealed.origin, sealed.seq, (ItemKind.VERSION, sealed.id))
        if entry is None or Item.in_compartment(ItemKind.VERSION, state.compartment, sealed.id) not in entry.listed:
            return False
        if not state.may_write(entry):
            return False
        return not any(self._rightly(sealed.id, {state.compartment}))


def _lets_in(items: Iterable[Item], compartment: bytes) -> bool:
    """Say whether a list lets somebody in: what it lists beside says why."""
    return any(item.kind == ActKind.LET_IN and case_in(item.kind, item.content) == compartment for item in items)
