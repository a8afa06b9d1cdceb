"""What of a bundle may lie beside the logs: exactly what a proven list names at the place that the row claims (C1, C2).

Ids and digests are computed from the bytes, so that a row cannot be what it says it is not; a row that no list names
does not enter.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from typing import NamedTuple

from vault.errors import MalformedError
from vault.log.epoch_notice import EpochNotice, epoch_digest
from vault.log.items import Item, ItemKind, compartment_tag, decode_items
from vault.log.list_check import version_id
from vault.seal.bodies import Names, names_digest
from vault.seal.recipients import grant_digest
from vault.store.blobs import Blobs
from vault.store.rows import Rows, sealings_in_turn
from vault.store.rowtypes import EpochRow, GrantRow, PlacedVersion, VersionKeyRow, VersionRow
from vault.sync.bundle_contents import Arriving
from vault.sync.bundle_pages import Page, SentAttachment, SentChunk, SentEpoch, SentGrant, SentVersion, SentVersionKey
from vault.sync.proven_logs import ProvenLog

# What a take keeps out although a proven list names it: the member who imports knows what was erased here.


class Door:
    """Asked of each row that is not here; this one lets all in."""

    def keeps_out(self, rows: Rows, placed: PlacedVersion) -> bool:
        return False

    def is_sure(self, rows: Rows, compartment: bytes, grant: GrantRow) -> bool:
        """Say whether this device made a sealing that is here, or opens it."""
        return False

    def close(self, rows: Rows) -> None:
        """Write down, in the transaction of the take, what is to be remembered of what came in."""


OPEN = Door()


WRAPS_PER_PLACE = 8


class NewVersion(NamedTuple):
    """A version that came in with a take."""

    compartment: bytes
    id: bytes


@dataclass(slots=True)
class Counts:
    """New entries, versions and contents in the store, and how many rows no proven list names."""

    operations: int = 0
    versions: int = 0
    refused: int = 0
    documents: int = 0


class Admission:
    """Lets rows in, page by page, behind the entries that list them."""

    def __init__(self, rows: Rows, blobs: Blobs, log_of: Callable[[bytes], ProvenLog | None], door: Door) -> None:
        self._rows = rows
        self._arriving = Arriving(rows, blobs)
        self._log_of = log_of
        self._door = door
        self._list: tuple[tuple[bytes, int], list[tuple[Item, ...]]] = ((b"", 0), [])
        self._epochs_of: dict[bytes, frozenset[bytes]] = {}
        self._grants_of: dict[bytes, dict[bytes, tuple[bytes, bytes]]] = {}
        self.counts = Counts()
        self.versions: list[NewVersion] = []
        self.keyed: set[bytes] = set()
        self.wrapped: set[tuple[bytes, int, int]] = set()

    def admit(self, page: Page) -> None:
        """Store the rows of a page that proven lists name and that are not here."""
        log = self._log_of(page.origin)
        if log is None:
            self.counts.refused += page.claimed
            return
        for epoch in page.of(SentEpoch):
            self._epoch(log, epoch)
        for grant in page.of(SentGrant):
            self._grant(log, grant)
        self._versions(log, list(page.of(SentVersion)))
        self._version_keys(log, list(page.of(SentVersionKey)))
        for attachment in page.of(SentAttachment):
            self._attachment(log, attachment)
        for chunk in page.of(SentChunk):
            self.counts.refused += not self._arriving.take(log.origin, chunk)

    def finish(self) -> None:
        """Let in the contents of which all chunks came, and close the door."""
        self.counts.documents = self._arriving.finish()
        self._door.close(self._rows)

    def taken_back(self) -> AbstractContextManager[None]:
        """Return what takes files back where the transaction fails."""
        return self._arriving.taken_back()

    def _attachment(self, log: ProvenLog, sent: SentAttachment) -> None:
        digest = names_digest(sent.names)
        try:
            Names.decode(sent.names)
        except MalformedError:
            self.counts.refused += 1
            return
        if self._is_listed(log, (sent.seq, sent.n), ItemKind.ATTACHMENT, (sent.compartment, digest)):
            self._arriving.announce(log.origin, sent, digest)
        else:
            self.counts.refused += 1

    def _epoch(self, log: ProvenLog, sent: SentEpoch) -> None:
        try:
            notice = EpochNotice.decode(sent.notice)
        except MalformedError:
            self.counts.refused += 1
            return
        digest = epoch_digest(sent.notice)
        if not self._is_listed(log, (sent.seq, sent.n), ItemKind.EPOCH, (notice.compartment, digest)):
            self.counts.refused += 1
        elif self._rows.epoch(digest) is None:
            self._rows.add_epochs([EpochRow(digest, notice.compartment, sent.notice)])
            self._epochs_of.pop(notice.compartment, None)
            self.keyed.add(notice.compartment)

    def _grant(self, log: ProvenLog, sent: SentGrant) -> None:
        digest = grant_digest(sent.epoch, sent.seat, sent.sealed)
        given, known = sent.epoch + sent.seat, self._known_grants(sent.epoch)
        place = sent.epoch, sent.seat, log.seat  # its giver is the seat whose log lists it
        if not self._is_listed(log, (sent.seq, sent.n), ItemKind.GRANT, (sent.compartment, given)):
            self.counts.refused += 1
        elif digest not in known:
            here = sealings_in_turn(self._rows, *place) if place[1:] in known.values() else []
            if any(self._door.is_sure(self._rows, sent.compartment, each) for each in here):
                return
            # Nobody signs how a key is sealed: it may be junk. The first stays, and beside it what came last, so that
            # junk before the true one does not keep it out, and junk behind it does not take its place.
            self._rows.delete_grants(here[1:])
            self._rows.add_grants([GrantRow(digest, *place, sent.sealed)])
            for each in here[1:]:
                del known[each.digest]
            known[digest] = sent.seat, log.seat
            self.keyed.add(sent.compartment)

    def _versions(self, log: ProvenLog, sent: list[SentVersion]) -> None:
        if not sent:
            return
        start, stop = min(row.seq for row in sent), max(row.seq for row in sent) + 1
        stored = self._rows.version_rows(log.origin, start, stop)
        here = {
            (row.seq, row.n, row.id) for row in stored if version_id(row.compartment, row.record, row.blob) == row.id
        }
        for row in sent:
            identity = version_id(row.compartment, row.record, row.blob)
            if not self._is_listed(log, (row.seq, row.n), ItemKind.VERSION, (row.compartment, identity)):
                self.counts.refused += 1
            elif (row.seq, row.n, identity) not in here and not self._stays_out(log, row, identity):
                here.add((row.seq, row.n, identity))
                new = VersionRow(log.origin, row.seq, row.n, identity, row.compartment, row.record, row.blob)
                self._rows.replace_version(new)
                self.versions.append(NewVersion(row.compartment, identity))
                self.counts.versions += 1

    def _stays_out(self, log: ProvenLog, row: SentVersion, identity: bytes) -> bool:
        placed = PlacedVersion(log.origin, row.seq, row.n, identity, row.compartment, row.record)
        return self._door.keeps_out(self._rows, placed)

    def _version_keys(self, log: ProvenLog, sent: list[SentVersionKey]) -> None:
        if not sent:
            return
        start, stop = min(row.seq for row in sent), max(row.seq for row in sent) + 1
        compartments: dict[tuple[int, int], set[bytes]] = {}
        for version in self._rows.version_rows(log.origin, start, stop):
            place_of = version.seq, version.n
            if self._is_listed(log, place_of, ItemKind.VERSION, (version.compartment, version.id)):
                compartments.setdefault(place_of, set()).add(version.compartment)
        here = {(row.seq, row.n, row.epoch, row.wrap) for row in self._rows.version_keys(log.origin, start, stop)}
        held: dict[tuple[int, int, bytes], int] = {}
        for seq, n, epoch, _ in here:
            held[seq, n, epoch] = held.get((seq, n, epoch), 0) + 1
        for row in sent:
            place = (row.seq, row.n, row.epoch)
            homes = compartments.get((row.seq, row.n), set())
            if tuple(row) in here or (not homes and self._names_version(log, row.seq, row.n)):
                continue  # it is here; or its version is not, because that was erased here
            if (
                not any(row.epoch in self._known_epochs(home) for home in homes)
                or held.get(place, 0) >= WRAPS_PER_PLACE
            ):
                self.counts.refused += 1
                continue
            here.add((row.seq, row.n, row.epoch, row.wrap))
            held[place] = held.get(place, 0) + 1
            self._rows.add_version_keys([VersionKeyRow(log.origin, *row)])
            self.wrapped.add((log.origin, row.seq, row.n))

    def _known_grants(self, epoch: bytes) -> dict[bytes, tuple[bytes, bytes]]:
        """Return digest -> reader and giver of what is here of a key."""
        if epoch not in self._grants_of:
            self._grants_of[epoch] = {row.digest: (row.seat, row.giver) for row in self._rows.grants_of(epoch)}
        return self._grants_of[epoch]

    def _known_epochs(self, compartment: bytes) -> frozenset[bytes]:
        if compartment not in self._epochs_of:
            found = set()
            for row in self._rows.epochs(compartment):
                with suppress(MalformedError):
                    found.add(EpochNotice.decode(row.bytes).epoch)
            self._epochs_of[compartment] = frozenset(found)
        return self._epochs_of[compartment]

    def _is_listed(self, log: ProvenLog, place: tuple[int, int], kind: ItemKind, named: tuple[bytes, bytes]) -> bool:
        """Say whether the item at (seq, n) names this (compartment, digest)."""
        (seq, n), (compartment, digest) = place, named
        item = Item(kind, digest, compartment_tag(compartment, digest))
        return any(n < len(items) and items[n] == item for items in self._items(log, seq))

    def _names_version(self, log: ProvenLog, seq: int, n: int) -> bool:
        """Say whether a version stands in the list at (seq, n), of whatever compartment."""
        return any(n < len(items) and items[n].kind == ItemKind.VERSION for items in self._items(log, seq))

    def _items(self, log: ProvenLog, seq: int) -> list[tuple[Item, ...]]:
        """Return the list of a proven entry, of each where the log has two histories, or nothing."""
        if self._list[0] != (log.origin, seq):
            lists: list[tuple[Item, ...]] = []
            for row in self._rows.operations(log.origin, seq, seq + 1):
                is_one = seq < len(log.digests) and row.digest == log.digests[seq]
                if is_one or (seq, row.digest) in log.others:
                    with suppress(MalformedError):
                        lists.append(decode_items(row.list))
            self._list = ((log.origin, seq), lists)
        return self._list[1]
