"""A new epoch of a compartment: its key, its public notice and its grants (FORMAT.md 2)."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from vault.errors import MalformedError
from vault.ids import CompartmentId, CompartmentKind, EpochId, RandomBytes
from vault.log.epoch_notice import EpochNotice, RevokedLog, epoch_digest
from vault.log.items import Item, ItemKind
from vault.records.seatlog import Holder, SealedPlace
from vault.seal.envelope import SUITE
from vault.seal.keyring import epoch_id, make_key
from vault.seal.purposes import Purpose
from vault.seal.recipients import GrantContext, grant_digest, seal_to
from vault.store.rows import Rows
from vault.store.rowtypes import EpochRow, GrantRow

# Where a notice has its epoch's id (FORMAT.md 2): format, suite, vault, compartment and kind stand before it.
_EPOCH_AT = 35


@dataclass(frozen=True, slots=True)
class NewEpoch:
    """An epoch that no row holds yet."""

    notice: EpochNotice
    key: bytes = field(repr=False)
    grants: tuple[GrantRow, ...]

    @property
    def compartment(self) -> CompartmentId:
        """The compartment that the epoch is of."""
        return CompartmentId(self.notice.compartment)

    @property
    def epoch(self) -> EpochId:
        """The epoch's id."""
        return EpochId(self.notice.epoch)

    @property
    def stays_in_keyring(self) -> bool:
        """Whether its maker keeps the key.

        Not that of an audit epoch, or the seat could look back (FORMAT.md 5), nor of one that is granted to nobody.
        """
        return self.notice.kind is not CompartmentKind.AUDIT and bool(self.grants)

    def row(self) -> EpochRow:
        """Return the public row."""
        return EpochRow(self.notice.digest(), self.notice.compartment, self.notice.encode())

    def item(self) -> Item:
        """Return what the operation lists of the epoch."""
        return Item.in_compartment(ItemKind.EPOCH, self.notice.compartment, self.notice.digest())

    def grant_items(self) -> list[Item]:
        """Return what the operation lists of the grants, in the order of `grants`."""
        return [Item.in_compartment(ItemKind.GRANT, self.notice.compartment, grant.digest) for grant in self.grants]


def make_epoch(
    place: SealedPlace,
    compartment: CompartmentId,
    kind: CompartmentKind,
    holders: Sequence[Holder],
    *,
    replaced: tuple[EpochId, ...] = (),
    revocations: tuple[RevokedLog, ...] = (),
    random: RandomBytes = secrets.token_bytes,
) -> NewEpoch:
    """Draw an epoch key and seal it to each holder. Nothing counts before an operation lists it."""
    key = make_key(random)
    epoch = EpochId(epoch_id(place.vault, compartment, key))
    notice = EpochNotice(SUITE, place.vault, compartment, kind, epoch, replaced, revocations)
    return NewEpoch(notice, key, tuple(make_grant(place, compartment, epoch, key, holder) for holder in holders))


def make_grant(place: SealedPlace, compartment: CompartmentId, epoch: EpochId, key: bytes, to: Holder) -> GrantRow:
    """Seal an epoch's key to one more seat. Nothing counts before an operation lists it."""
    sealed = seal_to(
        to.kem_public, key, GrantContext(Purpose.GRANT, place.vault, compartment, epoch, place.seat, to.seat)
    )
    return GrantRow(grant_digest(epoch, to.seat, sealed), epoch, to.seat, place.seat, sealed)


def read_notice(row: EpochRow) -> EpochNotice | None:
    """Return the notice of a row, or None where the row does not hold together: `log verify` names it."""
    if row.digest == epoch_digest(row.bytes):
        with suppress(MalformedError):
            notice = EpochNotice.decode(row.bytes)
            if notice.compartment == row.compartment:
                return notice
    return None


def notices_of(rows: Rows, compartment: bytes) -> list[EpochNotice]:
    """Return the notices of a compartment's epochs. Whether an operation lists them is the caller's to ask."""
    return [notice for row in rows.epochs(compartment) if (notice := read_notice(row)) is not None]


def notices_naming(rows: Rows, epochs: Iterable[bytes]) -> list[EpochNotice]:
    """Return the notices of these epochs, by digest, of whatever compartment. Who lists them, the caller asks."""
    wanted = set(epochs)
    found = map(read_notice, rows.epochs_holding(sorted(wanted), at=_EPOCH_AT))
    return [notice for notice in found if notice is not None and notice.epoch in wanted]


def notices_of_keys(rows: Rows, items: Collection[Item]) -> dict[bytes, list[EpochNotice]]:
    """Return digest -> the notices of what lists name: an epoch's own, or those of the epoch whose key a grant gives.

    Of what is not here, or does not hold together, there is none.
    """
    made = rows.epochs_named([item.digest for item in items if item.kind == ItemKind.EPOCH])
    found = {digest: [notice] for digest, row in made.items() if (notice := read_notice(row)) is not None}
    grants = (rows.grant(item.digest) for item in items if item.kind == ItemKind.GRANT)
    granted = {grant.digest: grant.epoch for grant in grants if grant is not None}
    by_epoch: dict[bytes, list[EpochNotice]] = {}
    for notice in notices_naming(rows, granted.values()):
        by_epoch.setdefault(notice.epoch, []).append(notice)
    return found | {digest: by_epoch.get(epoch, []) for digest, epoch in granted.items()}


def given_to(rows: Rows, seats: Iterable[bytes], kind: CompartmentKind) -> set[CompartmentId]:
    """Return the compartments of a kind of which some row grants a key to one of these seats, by the notices here."""
    epochs = {epoch for seat in seats for epoch in rows.epochs_granted_to(seat)}
    return {CompartmentId(notice.compartment) for notice in notices_naming(rows, epochs) if notice.kind is kind}
