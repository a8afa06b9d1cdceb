"""The keys of compartments: a new epoch with its notice and grants, and old versions under it (FORMAT.md 2)."""

from __future__ import annotations

import secrets
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby

from vault.errors import BrokenSealError, MalformedError, RefusedError
from vault.ids import CompartmentId, CompartmentKind, EpochId, RandomBytes
from vault.log.epoch_notice import MOST_REPLACED, EpochNotice, RevokedLog, epoch_digest
from vault.log.items import Item, ItemKind
from vault.progress import Progress
from vault.records.seatlog import Holder, SealedPlace, SeatLog
from vault.records.versions import unseal_version
from vault.seal.envelope import SUITE
from vault.seal.keyring import Keyring, compartment_id, epoch_id, make_key, unwrap, wrap
from vault.seal.purposes import Purpose
from vault.seal.recipients import GrantContext, grant_digest, seal_to
from vault.store.engine import Database
from vault.store.rows import Rows
from vault.store.rowtypes import EpochRow, GrantRow, SealedVersion, VersionKeyRow
from vault.words.message import Message

# A new epoch of a compartment: its key, its public notice and its grants (FORMAT.md 2).

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
        return CompartmentId(self.notice.compartment)

    @property
    def epoch(self) -> EpochId:
        return EpochId(self.notice.epoch)

    @property
    def stays_in_keyring(self) -> bool:
        """Whether its maker keeps the key.

        Not that of an audit epoch, or the seat could look back (FORMAT.md 5), nor of one that is granted to nobody.
        """
        return self.notice.kind is not CompartmentKind.AUDIT and bool(self.grants)

    def row(self) -> EpochRow:
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


# What stands in the rows of the keys of compartments, for one or for hundreds at once. Believed by nobody.
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


# The keys that one operation gives: compartments that it founds, epochs that it replaces, seats that it adds.
@dataclass(slots=True)
class NewKeys:
    """Collected while a work is under way; nothing of it is valid before its operation is durable."""

    log: SeatLog
    random: RandomBytes
    _foundings: list[NewEpoch] = field(default_factory=list)
    _replacing: list[NewEpoch] = field(default_factory=list)
    _added: list[tuple[CompartmentId, GrantRow]] = field(default_factory=list)

    def found(self, seq: int, kind: CompartmentKind, holders: Sequence[Holder]) -> NewEpoch:
        """Found a compartment at the next place of the list of entry `seq`."""
        compartment = CompartmentId(compartment_id(self.log.origin, seq, len(self._foundings)))
        self._foundings.append(make_epoch(self.log.place, compartment, kind, holders, random=self.random))
        return self._foundings[-1]

    def replace(
        self,
        compartment: CompartmentId,
        kind: CompartmentKind,
        holders: Sequence[Holder],
        replaced: Sequence[EpochId],
        revocations: Sequence[RevokedLog] = (),
    ) -> NewEpoch:
        """Put a new epoch in the place of others, however many; it alone is granted to anybody (FORMAT.md 2)."""
        left = tuple(replaced)
        while len(left) > MOST_REPLACED:
            step = make_epoch(self.log.place, compartment, kind, (), replaced=left[:MOST_REPLACED], random=self.random)
            self._replacing.append(step)
            left = (step.epoch, *left[MOST_REPLACED:])
        new = make_epoch(
            self.log.place,
            compartment,
            kind,
            holders,
            replaced=left,
            revocations=tuple(revocations),
            random=self.random,
        )
        self._replacing.append(new)
        return new

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
        return [*self._foundings, *self._replacing]

    @property
    def grants(self) -> list[GrantRow]:
        return [grant for new in self.epochs for grant in new.grants] + [grant for _, grant in self._added]

    @property
    def kept(self) -> list[NewEpoch]:
        """The new epochs whose keys this seat keeps."""
        return [new for new in self.epochs if new.stays_in_keyring]

    @property
    def compartments(self) -> set[CompartmentId]:
        """The compartments of which this work gives or replaces keys."""
        return {*(new.compartment for new in self.epochs), *(compartment for compartment, _ in self._added)}

    def items(self) -> list[Item]:
        """Return what the operation lists of them: founding epochs, grants, then the other epochs (FORMAT.md 5)."""
        items = [new.item() for new in self._foundings]
        items += [item for new in self.epochs for item in new.grant_items()]
        items += [Item.in_compartment(ItemKind.GRANT, where, grant.digest) for where, grant in self._added]
        return items + [new.item() for new in self._replacing]


# Old versions under a new epoch: their keys are wrapped anew, 40 bytes each, and no ciphertext is touched.
# AES-KW is deterministic (FORMAT.md 3): two devices that do the same write equal rows, and a second time changes
# nothing.
_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Rewrapped:
    """How many versions were wrapped anew, and how many no key at hand opens: their holders will do it."""

    done: int
    left: int


def pending(versions: Iterable[SealedVersion], epoch: EpochId) -> int:
    """Return how many versions have a wrapped key under another epoch than this one."""
    return len({_version(version) for version in versions if version.epoch != epoch})


def rewrap(
    database: Database,
    vault: bytes,
    keyring: Keyring,
    compartment: CompartmentId,
    epoch: EpochId,
    *,
    progress: Progress = lambda done, total: None,
) -> Rewrapped:
    """Wrap the key of every version of a compartment under one epoch, and drop the wraps that this replaces.

    An old wrap goes only after the version was opened through the new one, in the same transaction: a cut in between
    leaves each version with a key that opens it.

    Args:
        database: of the vault.
        vault: its id.
        keyring: holds `epoch`, and what it replaces as far as this seat was granted it.
        compartment: where.
        epoch: the current one.
        progress: called with versions done and versions in all.
    """
    wrap_key = keyring.wrap_key(epoch)
    if wrap_key is None:
        return Rewrapped(0, 0)
    with database.reading() as rows:
        places = [list(group) for _, group in groupby(rows.versions(compartment), key=_version)]
        # Of a log that forked two versions may stand at one place: a wrap there is only taken for that which it opens.
        doubled = rows.doubled_versions(compartment)
    todo = [group for group in places if any(version.epoch != epoch for version in group)]
    left = 0
    for start in range(0, len(todo), _BATCH):
        new, old = [], []
        for group in todo[start : start + _BATCH]:
            found = _new_wrap(group, vault, keyring, epoch, wrap_key)
            if found is None:
                left += 1
                continue
            if found not in group:
                new.append(_key_row(found))
            is_alone = (found.origin, found.seq, found.n) not in doubled
            replaced = (version for version in group if version.epoch != epoch)
            old += [_key_row(version) for version in replaced if is_alone or _opens(version, vault, keyring)]
        with database.transaction() as rows:
            rows.add_version_keys(new)
            rows.delete_version_keys(old)
        progress(min(start + _BATCH, len(todo)), len(todo))
    return Rewrapped(len(todo) - left, left)


def drop_junk(database: Database, vault: bytes, keyring: Keyring, places: Iterable[tuple[bytes, int, int]]) -> None:
    """Remove wrapped keys that open nothing, where several stand at one place under one epoch that this seat holds.

    Nobody signs a wrap. As many as may stand at a place could else be junk, and the true one would find no room.
    """
    junk: list[VersionKeyRow] = []
    with database.reading() as rows:
        for place in dict.fromkeys(places):
            wraps: dict[VersionKeyRow, list[SealedVersion]] = {}
            for version in rows.version_at(*place):
                wraps.setdefault(_key_row(version), []).append(version)
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


def _new_wrap(
    group: list[SealedVersion], vault: bytes, keyring: Keyring, epoch: EpochId, wrap_key: bytes
) -> SealedVersion | None:
    """Return the version with its key under the epoch, opened that way; None where no wrap at hand opens it."""
    for version in group:
        old_key = keyring.wrap_key(version.epoch)
        if old_key is None:
            continue
        try:
            new = version._replace(epoch=epoch, wrap=wrap(wrap_key, unwrap(old_key, version.wrap)))
            if unseal_version(new, vault=vault, keyring=keyring) is not None:
                return new
        except BrokenSealError:
            continue  # a junk row beside the true one; `log verify` names it
    return None


def _version(sealed: SealedVersion) -> tuple[bytes, int, int, bytes]:
    return sealed.origin, sealed.seq, sealed.n, sealed.id


def _key_row(sealed: SealedVersion) -> VersionKeyRow:
    return VersionKeyRow(sealed.origin, sealed.seq, sealed.n, sealed.epoch, sealed.wrap)
