"""The keys that a seat was granted and its keyring does not hold yet: opened, and believed by nobody so far.

The keyring row is a cache of what was granted. An older one opens as well as the newest, so it is compared with
the grants at each unlock. Whether the giver was entitled, `refresh` asks.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from vault.errors import VerificationError
from vault.ids import CompartmentId, EpochId, SeatId
from vault.log.epoch_notice import CompartmentKind, EpochNotice
from vault.log.items import ItemKind
from vault.platform import LockedMemory
from vault.records.epochs import read_notice
from vault.records.seatlog import SealedPlace
from vault.seal.keyring import Keyring
from vault.seal.purposes import Purpose
from vault.seal.recipients import KemPrivate, grant_digest
from vault.store.rows import Rows
from vault.store.rowtypes import GrantRow
from vault.validity.authority import Listings, Place
from vault.validity.grants import GrantReader

# Where a notice has its epoch's id (FORMAT.md 2): format, suite, vault, compartment and kind stand before it.
_EPOCH_AT = 35
# One page, 128 keys; a keyring that holds more takes a larger piece.
_FIRST_SIZE = 4096


@dataclass(frozen=True, slots=True)
class GrantedKey:
    """An epoch granted to a seat by entries of some logs: what its notice says, and its key if a grant opens.

    `is_altered`: a row is not what the list names.
    """

    notice: EpochNotice
    key: bytes | None = field(repr=False)
    listed_at: tuple[Place, ...]
    is_altered: bool

    @property
    def compartment(self) -> CompartmentId:
        """The compartment that the epoch is of."""
        return CompartmentId(self.notice.compartment)

    @property
    def epoch(self) -> EpochId:
        """The epoch's id."""
        return EpochId(self.notice.epoch)


def stored_keyring(rows: Rows, place: SealedPlace) -> Keyring:
    """Return the keyring of the seat's row; of an altered row nothing is kept: all of it is in the grants."""
    row = rows.local(place.seat, Purpose.KEYRING)
    if row is not None:
        with suppress(VerificationError):
            return Keyring.decode(place.open_row(row), LockedMemory(_FIRST_SIZE))
    return Keyring(LockedMemory(_FIRST_SIZE))


def open_missing(
    rows: Rows, place: SealedPlace, private: KemPrivate, keyring: Keyring, listings: Listings
) -> list[GrantedKey]:
    """Return the keys that an operation lists a grant of to this seat and its keyring lacks, oldest first.

    Audit keys are left out: a seat keeps none (FORMAT.md 5).
    """
    missing = _missing_epochs(rows, place.seat, keyring)
    if not missing:
        return []
    listed = listings.of(rows, ItemKind.GRANT)
    reader = GrantReader(rows, listings, place.vault, private)
    found = []
    for epoch, notices in missing:
        grants = [row for row in grants_between(rows, epoch, place.seat) if row.digest in listed]
        if not grants:
            continue
        places = tuple(at for grant in grants for at in listed[grant.digest])
        keys = ((notice, reader.open(notice.compartment, grant)) for notice in notices for grant in grants)
        notice, key = next(((notice, key) for notice, key in keys if key is not None), (notices[0], None))
        altered = any(row.digest != grant_digest(row.epoch, row.seat, row.sealed) for row in grants)
        found.append(GrantedKey(notice, key, places, key is None and altered))
    return found


def with_directory_keys(keyring: Keyring, granted: Iterable[GrantedKey]) -> Keyring:
    """Return the keyring with the directory keys that were granted: a seat opens them first and believes after.

    Where there are any it is a copy, and the keyring itself stays as it was (FORMAT.md 2).
    """
    new = [(key, key.key) for key in granted if key.key and key.notice.kind is CompartmentKind.DIRECTORY]
    if not new:
        return keyring
    copy = keyring.copy(LockedMemory(_FIRST_SIZE))
    for given_key, key in new:
        with suppress(VerificationError):
            copy.add(given_key.compartment, given_key.epoch, key)
    return copy


def grants_between(rows: Rows, epoch: bytes, seat: SeatId) -> list[GrantRow]:
    """Return the grants of an epoch to a seat."""
    return [row for row in rows.grants_of(epoch) if row.seat == seat]


def _missing_epochs(rows: Rows, seat: SeatId, keyring: Keyring) -> list[tuple[bytes, list[EpochNotice]]]:
    """Return the epochs that some row grants to the seat and its keyring lacks, with their notices, oldest first.

    Audit epochs are left out, and those of which no notice is here. Whether an operation lists the grant is the
    caller's to ask.
    """
    wanted = [epoch for epoch in rows.epochs_granted_to(seat) if epoch not in keyring]
    notices: dict[bytes, list[EpochNotice]] = {}
    for row in rows.epochs_holding(wanted, at=_EPOCH_AT):
        notice = read_notice(row)
        if notice is not None and notice.kind is not CompartmentKind.AUDIT:
            notices.setdefault(notice.epoch, []).append(notice)
    return _oldest_first(list(notices.items()))


def _oldest_first(
    missing: list[tuple[bytes, list[EpochNotice]]],
) -> list[tuple[bytes, list[EpochNotice]]]:
    """Sort by what replaces what, so that the keyring has the epochs of a compartment in their order."""
    ordered: list[tuple[bytes, list[EpochNotice]]] = []
    while missing:
        waiting = {epoch for epoch, _ in missing}
        ready = [pair for pair in missing if not any(waiting & set(notice.replaced) for notice in pair[1])]
        ordered += ready or missing  # rows in a circle have no order
        done = {epoch for epoch, _ in ordered}
        missing = [pair for pair in missing if pair[0] not in done]
    return ordered
