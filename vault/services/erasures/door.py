"""What was erased in this folder does not come back with a bundle; what only others erased comes in, and waits.

So a legal hold that came along, or stands, keeps it, and nothing that a colleague erased goes unseen.
"""

from __future__ import annotations

from typing_extensions import override

from vault.access.session import Session
from vault.ids import CompartmentId, Origin
from vault.log.items import ItemKind, compartment_tag
from vault.records.logs import genesis_of
from vault.services.erasures.removing import validator_of
from vault.services.projection.folder_row import NOT_YET, WaitingErasure, add_waiting
from vault.store.rows import Rows
from vault.store.rowtypes import PlacedVersion
from vault.sync.door import Door
from vault.validity.authority import Place
from vault.validity.version_validity import VersionValidator


class ErasedHere(Door):
    """Keeps out what counts as erased and a log of a device of this folder lists so."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._validator: VersionValidator | None = None
        self._places: dict[bytes, list[Place]] | None = None
        self._own: dict[bytes, bool] = {}
        self._waiting: list[WaitingErasure] = []

    @override
    def keeps_out(self, rows: Rows, placed: PlacedVersion) -> bool:
        listings, home = self._session.learned.listings, CompartmentId(placed.compartment)
        if self._places is None:  # the logs of a bundle are in before its versions
            self._places = listings.of(rows, ItemKind.ERASED)
        places = self._places.get(placed.id)
        if places is None or compartment_tag(home, placed.id) not in listings.tags[ItemKind.ERASED][placed.id]:
            return False
        if any(self._is_of_this_folder(rows, origin) for origin, _ in places):
            if self._validator is None:
                self._validator = validator_of(self._session, rows)
            if self._validator.counts_as_erased(placed.id, home, placed.record):
                return True
        self._waiting.append(WaitingErasure(*placed, *places[0], NOT_YET))
        return False

    @override
    def close(self, rows: Rows) -> None:
        if self._waiting:
            add_waiting(rows, self._waiting)

    def _is_of_this_folder(self, rows: Rows, origin: bytes) -> bool:
        if origin not in self._own:
            genesis = genesis_of(rows, Origin(origin))
            seats = self._session.here | {self._session.seat}
            self._own[origin] = genesis is not None and genesis.seat in seats
        return self._own[origin]
