"""Whether lists name what versions give as their parents: check C7 of FORMAT.md 6.

Its author decides how many parents a version names, in how many records and lists: each list and each record is read
once for all that ask.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from vault.log.items import ItemKind
from vault.records.versions import OpenedVersion
from vault.store.rows import Rows
from vault.validity.authority import Listings, Place, digests_in

_RECORDS_KEPT = 64


@dataclass(slots=True)
class Parents:
    """Looks parents up, as one moment of the rows shows them."""

    rows: Rows
    listings: Listings
    _records: dict[tuple[bytes, bytes], dict[bytes, list[Place]]] = field(default_factory=dict)
    _read: set[Place] = field(default_factory=set)
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

    def _places_in(self, version: OpenedVersion) -> dict[bytes, list[Place]]:
        """Return where the versions of a record stand, each as a row says."""
        key = (version.compartment, version.record)
        if key not in self._records:
            if len(self._records) >= _RECORDS_KEPT:
                del self._records[next(iter(self._records))]
            places = self._records[key] = {}
            for identity, origin, seq in self.rows.places_in_record(*key):
                places.setdefault(identity, []).append((origin, seq))
        return self._records[key]

    def _read_lists(self, places: Iterable[Place]) -> None:
        for origin, seq in sorted(set(places) - self._read):
            self._read.add((origin, seq))
            for operation in self.rows.operations(origin, seq, seq + 1):
                self.listings.parents |= digests_in(operation, ItemKind.VERSION)

    def _all_listed(self) -> Mapping[bytes, object]:
        """Return what all lists name; they are read when something is asked for that no row of its record has."""
        if self._all is None:
            self._all = self.listings.of(self.rows, ItemKind.VERSION)
        return self._all
