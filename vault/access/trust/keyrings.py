"""The keys that a seat was granted and its keyring does not hold yet: believed by nobody so far.

The keyring row is a cache of what was granted. An older one opens as well as the newest, so it is compared with
the grants at each unlock. Whether the giver was entitled, `refresh` asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache

from vault.errors import VerificationError
from vault.ids import CompartmentId, CompartmentKind, EpochId, SeatId
from vault.log.epoch_notice import EpochNotice
from vault.log.genesis import seat_in
from vault.log.items import ItemKind, compartment_tag
from vault.platform import LockedMemory
from vault.records.epochs import notices_naming
from vault.records.seatlog import SealedPlace
from vault.seal.keyring import Keyring
from vault.seal.purposes import Purpose
from vault.seal.recipients import KemPrivate, grant_digest
from vault.store.rows import Rows
from vault.store.rowtypes import GrantRow
from vault.validity.authority import Listings, Position
from vault.validity.given_keys import GrantReader

# One page, 128 keys; a keyring that holds more takes a larger piece.
_FIRST_SIZE = 4096


Opening = Callable[[], bytes | None]


@dataclass(frozen=True, slots=True)
class GrantedKey:
    """An epoch granted to a seat by entries of some logs, in the compartment for which they list it.

    To open is dear, and anybody in the vault can list what does not: it is opened where its key is asked for, once,
    and whoever asks has judged first whether it was given by right.

    Attributes:
        notice: what is said of the epoch.
        listed_at: where logs list grants of it.
        givers: whose logs these are.
        is_some_altered: a row is not what the list names.
    """

    notice: EpochNotice
    opening: Opening = field(repr=False, compare=False)
    listed_at: tuple[Position, ...]
    givers: frozenset[bytes] = frozenset()
    is_some_altered: bool = False

    @property
    def key(self) -> bytes | None:
        return self.opening()

    @property
    def is_altered(self) -> bool:
        """Whether it does not open, and a row is not what the list names."""
        return self.is_some_altered and self.key is None

    @property
    def compartment(self) -> CompartmentId:
        return CompartmentId(self.notice.compartment)

    @property
    def epoch(self) -> EpochId:
        return EpochId(self.notice.epoch)


def stored_keyring(rows: Rows, place: SealedPlace) -> Keyring:
    """Return the keyring of the seat's row; of an altered row nothing is kept: all of it is in the grants."""
    with suppress(VerificationError):
        if content := place.content(rows, Purpose.KEYRING):
            return Keyring.decode(content, LockedMemory(_FIRST_SIZE))
    return Keyring(LockedMemory(_FIRST_SIZE))


def missing_keys(
    rows: Rows, place: SealedPlace, private: KemPrivate, keyring: Keyring, listings: Listings
) -> list[GrantedKey]:
    """Return the keys that an operation lists a grant of to this seat and its keyring lacks, unopened.

    Audit keys are left out: a seat keeps none (FORMAT.md 5).
    """
    missing = _missing_epochs(rows, place.seat, keyring)
    if not missing:
        return []
    listed = listings.of(rows, ItemKind.GRANT)
    seats = {row.origin: seat_in(row.bytes) for row in rows.geneses()}
    reader = GrantReader(rows, listings, place.vault, private)
    found = []
    for epoch, notices in missing:
        places = listed.get(epoch + place.seat, [])
        for notice in notices:
            givers = _givers(epoch + place.seat, notice.compartment, listings, seats)
            if givers:
                found.append(_granted(reader, notice, grants_between(rows, epoch, place.seat), givers, places))
    return found


def _givers(given: bytes, compartment: bytes, listings: Listings, seats: Mapping[bytes, bytes]) -> tuple[bytes, ...]:
    """Return from whom a key may be: who lists for this compartment that they gave it to this reader."""
    tag = compartment_tag(compartment, given)
    logs = [origin for origin, listed in listings.grants.get(given, ()) if listed == tag]
    return tuple(sorted({seats[origin] for origin in logs if origin in seats}))


def _granted(
    reader: GrantReader,
    notice: EpochNotice,
    grants: Sequence[GrantRow],
    givers: Sequence[bytes],
    places: Sequence[Position],
) -> GrantedKey:
    @cache
    def opening() -> bytes | None:
        # The giver that a row names is tried first: nearly always it is the one.
        keys = (
            reader.open_as_from(notice, grant, sorted(givers, key=lambda giver: giver != grant.giver))
            for grant in grants
        )
        return next((key for key in keys if key is not None), None)

    is_altered = any(row.digest != grant_digest(row.epoch, row.seat, row.sealed) for row in grants)
    return GrantedKey(notice, opening, tuple(places), frozenset(givers), is_altered)


def grants_between(rows: Rows, epoch: bytes, seat: SeatId) -> list[GrantRow]:
    return [row for row in rows.grants_of(epoch) if row.seat == seat]


def _missing_epochs(rows: Rows, seat: SeatId, keyring: Keyring) -> list[tuple[bytes, list[EpochNotice]]]:
    """Return the keys that some row gives to the seat and its keyring lacks, with their rows.

    Audit epochs are left out, and those of which no notice is here. Whether an operation lists the grant is the
    caller's to ask.
    """
    wanted = [epoch for epoch in rows.epochs_granted_to(seat) if epoch not in keyring]
    notices: dict[bytes, list[EpochNotice]] = {}
    for notice in notices_naming(rows, wanted):
        if notice.kind is not CompartmentKind.AUDIT:
            notices.setdefault(notice.epoch, []).append(notice)
    return list(notices.items())
