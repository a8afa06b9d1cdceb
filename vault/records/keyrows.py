"""What stands in the rows of the keys of compartments, for one or for hundreds at once. Believed by nobody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from vault.ids import CompartmentId
from vault.log.epoch_notice import EpochNotice
from vault.records.epochs import read_notice
from vault.store.rows import Rows
from vault.store.rowtypes import GrantRow


@dataclass(slots=True)
class KeyRows:
    """Notices, grants and first places, as one moment of the rows shows them."""

    rows: Rows
    _notices: dict[bytes, list[EpochNotice]] = field(default_factory=dict)
    _grants: dict[bytes, list[GrantRow]] = field(default_factory=dict)
    _places: dict[bytes, tuple[bytes, int] | None] = field(default_factory=dict)

    def look_ahead(self, compartments: Collection[CompartmentId]) -> None:
        """Read what will be asked of all of these, in three statements; what was read ahead before is forgotten."""
        self._notices = {compartment: [] for compartment in compartments}
        for row in self.rows.epochs_of(compartments):
            if (notice := read_notice(row)) is not None:
                self._notices[row.compartment].append(notice)
        grants = defaultdict[bytes, list[GrantRow]](list)
        epochs = {notice.epoch for notices in self._notices.values() for notice in notices}
        for grant in self.rows.grants_of_all(epochs):
            grants[grant.epoch].append(grant)
        self._grants = {epoch: grants[epoch] for epoch in epochs}
        found = self.rows.first_places(compartments)
        self._places = {compartment: found.get(compartment) for compartment in compartments}

    def notices(self, compartment: CompartmentId) -> list[EpochNotice]:
        """Return the notices of a compartment's epochs, by digest."""
        self._read(compartment)
        return self._notices[compartment]

    def grants(self, epoch: bytes) -> list[GrantRow]:
        """Return to whom the key of an epoch was sealed that the notices asked for last name, by digest."""
        return self._grants[epoch]

    def first_place(self, compartment: CompartmentId) -> tuple[bytes, int] | None:
        """Return (origin, seq) of the earliest operation with a version in a compartment, or None."""
        self._read(compartment)
        return self._places[compartment]

    def _read(self, compartment: CompartmentId) -> None:
        if compartment not in self._places:
            self.look_ahead([compartment])
