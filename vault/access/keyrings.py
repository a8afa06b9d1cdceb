"""The keyring that unlock begins with: whole, whatever was put in the place of its row.

The row is a cache of what was granted. An older one opens as well as the newest, so that it is compared with the grants
at each unlock; what it lacks is opened again from them, aloud.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field

from vault.access.session import Alarm
from vault.errors import MalformedError, VerificationError
from vault.ids import SeatId
from vault.log.epochs import CompartmentKind, EpochNotice
from vault.log.items import ItemKind, decode_items
from vault.records.epochs import read_notice
from vault.records.seatlog import SealedPlace
from vault.seal.keyring import Keyring
from vault.seal.keys import epoch_id
from vault.seal.purposes import Purpose
from vault.seal.recipients import GrantContext, KemPrivate, open_from
from vault.store.rows import Rows
from vault.store.rowtypes import GrantRow

# Where a notice has its epoch's id (FORMAT.md 2): format, suite, vault, compartment and kind stand before it.
_EPOCH_AT = 35


@dataclass(frozen=True, slots=True)
class HeldKeys:
    """A keyring, how many keys its row lacked and were opened again, and how many of them do not open any more."""

    keyring: Keyring = field(repr=False)
    opened: int = 0
    lost: int = 0

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """What a person must hear of it."""
        alarms = []
        if self.opened:
            words = f"The keyring of this device is an older one, or was altered: {self.opened} keys were opened again."
            alarms.append(Alarm("keyring", words, lasts=True))
        if self.lost:
            words = f"{self.lost} keys that were granted to you do not open any more: their grants were altered."
            alarms.append(Alarm("keyring-lost", words))
        return tuple(alarms)


def hold_keys(rows: Rows, place: SealedPlace, kem_seed: bytes) -> HeldKeys:
    """Return the keyring of a seat, with every key in it that an operation lists a grant of, but audit keys."""
    keyring = _stored(rows, place)
    missing = missing_epochs(rows, place.seat, keyring)
    if not missing:
        return HeldKeys(keyring)
    listed = _listed_grants(rows)
    private = KemPrivate.from_seed(kem_seed)
    opened = lost = 0
    for epoch, notices in missing:
        grants = [row for row in grants_between(rows, epoch, place.seat) if row.digest in listed]
        if any(_open(keyring, place, private, notice, grant) for notice in notices for grant in grants):
            opened += 1
        elif grants:
            lost += 1
    return HeldKeys(keyring, opened, lost)


def missing_epochs(rows: Rows, seat: SeatId, keyring: Keyring) -> list[tuple[bytes, list[EpochNotice]]]:
    """Return the epochs that some row grants to the seat and its keyring lacks, with their notices, oldest first.

    Those of which every notice says that they are audit epochs are left out: a seat keeps no audit key. Whether an
    operation lists the grant is the caller's to ask.
    """
    wanted = [epoch for epoch in rows.epochs_granted_to(seat) if keyring.get(epoch) is None]
    notices: dict[bytes, list[EpochNotice]] = {epoch: [] for epoch in wanted}
    audit = set()
    for row in rows.epochs_holding(wanted, at=_EPOCH_AT):
        notice = read_notice(row)
        if notice is not None and notice.kind is CompartmentKind.AUDIT:
            audit.add(notice.epoch)
        elif notice is not None:
            notices[notice.epoch].append(notice)
    return _oldest_first([(epoch, found) for epoch, found in notices.items() if found or epoch not in audit])


def grants_between(rows: Rows, epoch: bytes, seat: SeatId) -> list[GrantRow]:
    """Return the grants of an epoch to a seat."""
    return [row for row in rows.grants_of(epoch) if row.seat == seat]


def _stored(rows: Rows, place: SealedPlace) -> Keyring:
    row = rows.local(place.seat, Purpose.KEYRING)
    if row is not None:
        with suppress(VerificationError):  # of an altered row nothing is kept: all of it is in the grants
            return Keyring.decode(place.open_row(row))
    return Keyring()


def _oldest_first(
    missing: list[tuple[bytes, list[EpochNotice]]],
) -> list[tuple[bytes, list[EpochNotice]]]:
    """Sort by what replaces what: the keyring's last epoch of a compartment is the one that is written under."""
    ordered: list[tuple[bytes, list[EpochNotice]]] = []
    while missing:
        waiting = {epoch for epoch, _ in missing}
        ready = [one for one in missing if not any(waiting & set(notice.replaced) for notice in one[1])]
        ordered += ready or missing  # rows in a circle have no order
        done = {epoch for epoch, _ in ordered}
        missing = [one for one in missing if one[0] not in done]
    return ordered


def _listed_grants(rows: Rows) -> Collection[bytes]:
    listed: set[bytes] = set()
    for origin in {row.origin for row in rows.geneses()}:
        for row in rows.operations(origin):
            with suppress(MalformedError):
                listed.update(item.digest for item in decode_items(row.list) if item.kind == ItemKind.GRANT)
    return listed


def _open(keyring: Keyring, place: SealedPlace, private: KemPrivate, notice: EpochNotice, grant: GrantRow) -> bool:
    context = GrantContext(Purpose.GRANT, place.vault, notice.compartment, notice.epoch, grant.giver, place.seat)
    try:
        key = open_from(private, grant.sealed, context)
        if epoch_id(place.vault, notice.compartment, key) != notice.epoch:
            return False
        keyring.add(notice.compartment, notice.epoch, key)
    except VerificationError:
        return False
    return True
