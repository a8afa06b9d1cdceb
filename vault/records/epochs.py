"""The keys of compartments: a new one with its row, and to whom it is given (FORMAT.md 6)."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from vault.errors import BrokenSealError, MalformedError, RefusedError
from vault.ids import CompartmentId, CompartmentKind, EpochId, RandomBytes
from vault.log.epoch_notice import EPOCH_AT, EpochNotice, epoch_digest
from vault.log.items import Item, ItemKind
from vault.records.seatlog import Holder, SealedPlace, SeatLog
from vault.records.versions import unseal_version
from vault.seal.envelope import SUITE
from vault.seal.keyring import Keyring, compartment_id, epoch_id, make_key
from vault.seal.purposes import Purpose
from vault.seal.recipients import GrantContext, grant_digest, seal_to
from vault.store.engine import Database
from vault.store.rows import Rows
from vault.store.rowtypes import EpochRow, GrantRow, SealedVersion, VersionKeyRow
from vault.words.message import Message


@dataclass(frozen=True, slots=True)
class NewEpoch:
    """An epoch that no row holds yet."""

    notice: EpochNotice
    key: bytes = field(repr=False)
    grants: tuple[GrantRow, ...]

    @property
    def compartment(self) -> CompartmentId:
        return CompartmentId(self.notice.compartment)

    @property
    def epoch(self) -> EpochId:
        return EpochId(self.notice.epoch)

    def row(self) -> EpochRow:
        return EpochRow(self.notice.digest(), self.notice.compartment, self.notice.encode())

    def item(self) -> Item:
        """Return what the operation lists of the epoch."""
        return Item.in_compartment(ItemKind.EPOCH, self.notice.compartment, self.notice.digest())

    def grant_items(self) -> list[Item]:
        """Return what the operation lists of the grants, in the order of `grants`."""
        return [Item.of_given(self.notice.compartment, grant.epoch, grant.seat) for grant in self.grants]


def make_epoch(
    place: SealedPlace,
    origin: bytes,
    compartment: CompartmentId,
    kind: CompartmentKind,
    holders: Sequence[Holder],
    *,
    random: RandomBytes = secrets.token_bytes,
) -> NewEpoch:
    """Draw a key and seal it to each holder. Nothing counts before an operation of this log lists it."""
    key = make_key(random)
    epoch = EpochId(epoch_id(compartment, origin, key))
    notice = EpochNotice(SUITE, place.vault, compartment, kind, origin, epoch)
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
    found = map(read_notice, rows.epochs_holding(sorted(wanted), at=EPOCH_AT))
    return [notice for notice in found if notice is not None and notice.epoch in wanted]


def given_to(rows: Rows, seats: Iterable[bytes], kind: CompartmentKind) -> set[CompartmentId]:
    """Return the compartments of a kind of which some row grants a key to one of these seats, by the notices here."""
    epochs = {epoch for seat in seats for epoch in rows.epochs_granted_to(seat)}
    return {CompartmentId(notice.compartment) for notice in notices_naming(rows, epochs) if notice.kind is kind}


# The keys that one operation gives: of compartments that it founds, new ones, and to seats that it adds.
@dataclass(slots=True)
class NewKeys:
    """Collected while a work is under way; nothing of it is valid before its operation is durable."""

    log: SeatLog
    random: RandomBytes
    _foundings: list[NewEpoch] = field(default_factory=list)
    _more: list[NewEpoch] = field(default_factory=list)
    _added: list[tuple[CompartmentId, GrantRow]] = field(default_factory=list)
    changed: set[CompartmentId] = field(default_factory=set)

    def found(self, seq: int, kind: CompartmentKind, holders: Sequence[Holder]) -> NewEpoch:
        """Found a compartment at the next place of the list of entry `seq`."""
        compartment = CompartmentId(compartment_id(self.log.origin, seq, len(self._foundings)))
        self._foundings.append(self._made(compartment, kind, holders))
        return self._foundings[-1]

    def add(self, compartment: CompartmentId, kind: CompartmentKind, holders: Sequence[Holder]) -> NewEpoch:
        """Make one more key of a compartment."""
        self._more.append(self._made(compartment, kind, holders))
        return self._more[-1]

    def _made(self, compartment: CompartmentId, kind: CompartmentKind, holders: Sequence[Holder]) -> NewEpoch:
        return make_epoch(self.log.place, self.log.origin, compartment, kind, holders, random=self.random)

    def grant(self, compartment: CompartmentId, epoch: EpochId, holders: Sequence[Holder]) -> None:
        """Seal the key of an epoch that this seat holds to more seats.

        Raises:
            RefusedError: this seat does not hold it.
        """
        new = next((made.key for made in self.epochs if made.epoch == epoch), None)
        key = self.log.keyring.get(epoch) if new is None else new
        if key is None:
            raise RefusedError(Message("this case or list was not granted to this device"))
        self._added += [(compartment, make_grant(self.log.place, compartment, epoch, key, to)) for to in holders]

    def of(self, compartment: CompartmentId) -> NewEpoch | None:
        """Return the newest epoch of a compartment, or None where this work makes none."""
        return next((new for new in reversed(self.epochs) if new.compartment == compartment), None)

    @property
    def epochs(self) -> list[NewEpoch]:
        """All new epochs, the founding ones first."""
        return [*self._foundings, *self._more]

    @property
    def grants(self) -> list[GrantRow]:
        return [grant for new in self.epochs for grant in new.grants] + [grant for _, grant in self._added]

    @property
    def kept(self) -> list[NewEpoch]:
        """The new keys that this seat keeps: not those of audit epochs, or it could look back (FORMAT.md 5)."""
        return [new for new in self.epochs if new.notice.kind is not CompartmentKind.AUDIT]

    @property
    def compartments(self) -> set[CompartmentId]:
        """The compartments of which this work gives or makes keys, or says who is in."""
        return {
            *self.changed,
            *(new.compartment for new in self.epochs),
            *(compartment for compartment, _ in self._added),
        }

    def items(self) -> list[Item]:
        """Return what the operation lists of them: founding epochs, grants, then the other epochs (FORMAT.md 5)."""
        items = [new.item() for new in self._foundings]
        items += [item for new in self.epochs for item in new.grant_items()]
        items += [Item.of_given(where, grant.epoch, grant.seat) for where, grant in self._added]
        return items + [new.item() for new in self._more]


# Wraps of versions: 40 bytes that nobody signs.


def drop_junk(database: Database, vault: bytes, keyring: Keyring, places: Iterable[tuple[bytes, int, int]]) -> None:
    """Remove wrapped keys that open nothing, where several stand at one place under one epoch that this seat holds.

    Nobody signs a wrap. As many as may stand at a place could else be junk, and the true one would find no room.
    """
    junk: list[VersionKeyRow] = []
    with database.reading() as rows:
        for place in dict.fromkeys(places):
            wraps: dict[VersionKeyRow, list[SealedVersion]] = {}
            for version in rows.version_at(*place):
                row = VersionKeyRow(version.origin, version.seq, version.n, version.epoch, version.wrap)
                wraps.setdefault(row, []).append(version)
            crowded = Counter(row.epoch for row in wraps)
            junk += [
                row
                for row, versions in wraps.items()
                if crowded[row.epoch] > 1
                and keyring.wrap_key(row.epoch) is not None
                and not any(_opens(version, vault, keyring) for version in versions)
            ]
    if junk:
        with database.transaction() as rows:
            rows.delete_version_keys(junk)


def _opens(sealed: SealedVersion, vault: bytes, keyring: Keyring) -> bool:
    try:
        return unseal_version(sealed, vault=vault, keyring=keyring) is not None
    except BrokenSealError:
        return False
