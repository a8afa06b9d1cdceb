"""What a bundle carries for one receiver: all that follows of the logs, and of compartments only what it may hold.

The logs go on from what the receiver says that it has. What belongs to compartments goes on from the maker's last
bundle that the receiver took: a third device may have brought it the entries without versions that it could not read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby

from vault.errors import MalformedError
from vault.log.epoch_notice import EpochNotice
from vault.log.genesis import seat_in
from vault.log.items import Item, ItemKind, compartment_tag, decode_items
from vault.log.list_check import version_id
from vault.log.log_history import Ahead
from vault.store.blobs import Blobs
from vault.store.rows import Rows
from vault.store.rowtypes import AttachmentRow, GrantRow, OperationRow, VersionRow
from vault.sync.bundle_contents import Candidate, choose, content_pages
from vault.sync.bundle_pages import (
    VERSION_LIMIT,
    PageKind,
    SentEpoch,
    SentGrant,
    SentOperation,
    SentRow,
    SentVersion,
    SentVersionKey,
    encode_pages,
)

# Which rows beside the logs a list names, each for the compartment that its row says (FORMAT.md 6, C1 and C2).
# Who edits the database can write another compartment into a row: its tag does not fit then, and it does not leave.


class Lists:
    """Asks the lists of one log in the order of its positions."""

    def __init__(self, operations: Iterator[OperationRow]) -> None:
        self._rows = Ahead(operations)
        self._lists: list[tuple[Item, ...]] = []
        self._seq = -1

    def names(self, version: VersionRow) -> bool:
        """Say whether its place names this version, of its compartment: who edits rows sends no section elsewhere."""
        seq, n = version.seq, version.n
        if self._seq != seq:
            passed = self._rows.take_while(lambda row: row.seq <= seq)
            self._seq, self._lists = seq, [items_of(row) for row in passed if row.seq == seq]
        true = version_id(version.compartment, version.record, version.blob)
        item = Item(ItemKind.VERSION, true, compartment_tag(version.compartment, true))
        return any(n < len(items) and items[n] == item for items in self._lists)


def key_of(row: AttachmentRow) -> bytes:
    """Return digest and tag by which a list names an attachment of the compartment of this row."""
    return row.digest + compartment_tag(row.compartment, row.digest)


def items_of(row: OperationRow) -> tuple[Item, ...]:
    """Return what an entry lists; of a malformed list, nothing."""
    try:
        return decode_items(row.list)
    except MalformedError:
        return ()


Place = tuple[bytes, int, int]
FILE_LIMIT = 960 << 20
"""The largest bundle that is made; a reader takes 1 GiB."""
_MANIFEST_ROOM = 2 << 20
_PLACED = frozenset({ItemKind.EPOCH, ItemKind.GRANT, ItemKind.ATTACHMENT})


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a log the maker can prove, and rows beside it that are false.

    Attributes:
        size: how much.
        rejected: (seq, digest) of what is none of it.
        beyond: (seq, digest) of the entries from there on of two histories that its keys signed.
        one: those of them that belong to the one, as far as the maker can tell which belong together.
    """

    size: int
    rejected: frozenset[tuple[int, bytes]] = frozenset()
    beyond: frozenset[tuple[int, bytes]] = frozenset()
    one: frozenset[tuple[int, bytes]] = frozenset()


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be sent to whom.

    Attributes:
        logs: origin -> how much of it the maker can prove.
        have: origin -> size that the receiver has; it gets the entries from there on.
        base: origin -> size that the maker's last bundle reached which the receiver took; empty: none.
        base_compartments: the compartments that this bundle covered.
        base_keys: epoch -> how many version keys this bundle knew under it, where a compartment has several epochs.
        seats: the receiver's live seats.
        compartments: those that these seats may hold, the directory among them.
        left_out: attachments that earlier bundles had no room for.
    """

    logs: Mapping[bytes, Extent]
    have: Mapping[bytes, int]
    base: Mapping[bytes, int]
    base_compartments: Collection[bytes]
    base_keys: Mapping[bytes, int]
    seats: Collection[bytes]
    compartments: Collection[bytes]
    left_out: Collection[bytes] = ()


@dataclass(slots=True)
class _Share:
    """One compartment of the request: its epochs by digest, its grants, and what of it is sent from the beginning."""

    epochs: dict[bytes, tuple[bytes, bytes]] = field(default_factory=dict)
    grants: list[GrantRow] = field(default_factory=list)
    in_full: bool = False
    new_epochs: set[bytes] = field(default_factory=set)


class Selection:
    """The pages of one bundle. `pages` gives the same bytes each time within one view of the database.

    Attributes:
        keys: epoch -> number of version keys under it, of compartments with several epochs.
        too_long: compartment -> number of its versions that `pages` passed by the last time: no bundle carries them.
        documents: number of attachments that `pages` gave the last time.
        left_out: digests of those that found no room, or are not whole here.
        reads_all: whether every chunk is read before `pages` chooses: after one of them was found altered.
    """

    def __init__(self, rows: Rows, request: Request, blobs: Blobs) -> None:
        self._rows = rows
        self._blobs = blobs
        self._request = request
        self._logs = sorted(request.logs)
        self._seats = {row.origin: seat_in(row.bytes) for row in rows.geneses()}
        self._known = frozenset(request.base_compartments)
        self._shares = {compartment: self._share(compartment) for compartment in sorted(request.compartments)}
        wanted = {digest for share in self._shares.values() for digest in share.epochs}
        wanted |= {grant.epoch + grant.seat for share in self._shares.values() for grant in share.grants}
        self._attachments = {key_of(row): row for row in rows.attachments() if row.compartment in self._shares}
        self._places = self._find(wanted | self._attachments.keys())
        self.too_long: Counter[bytes] = Counter()
        self.documents = 0
        self.left_out: frozenset[bytes] = frozenset()
        self.reads_all = False
        self.keys, before = self._count_keys()
        for compartment, share in self._shares.items():
            self._decide(compartment, share, before)
        self._epochs = {
            epoch: compartment for compartment, share in self._shares.items() for epoch, _ in share.epochs.values()
        }

    def pages(self) -> Iterator[tuple[PageKind, int, bytes]]:
        """Yield (kind, rows, page) in the order of a bundle.

        Raises:
            AlteredChunkError: a chunk is not what its name says.
        """
        room = FILE_LIMIT - _MANIFEST_ROOM
        for kind, count, page in self._row_pages():
            room -= 4 + len(page)
            yield kind, count, page
        chosen = choose(self._rows, self._blobs, self._candidates(), room, reads_all=self.reads_all)
        self.documents, self.left_out = len(chosen.sent), chosen.left_out
        yield from content_pages(self._rows, self._blobs, chosen)

    def _candidates(self) -> Iterator[Candidate]:
        for key, row in self._attachments.items():
            for origin, seq, n in self._places.get(key, ())[:1]:
                in_full = self._shares[row.compartment].in_full or row.digest in self._request.left_out
                if in_full or self._is_beyond(origin, seq):
                    yield Candidate(seq, origin, n, row)

    def _row_pages(self) -> Iterator[tuple[PageKind, int, bytes]]:
        self.too_long.clear()
        rows, logs = self._rows, self._request.logs
        beginnings = {row.origin: row.bytes for row in rows.geneses() if row.origin in logs}
        yield from _numbered(PageKind.GENESIS, encode_pages(PageKind.GENESIS, beginnings.values()))
        for origin in self._logs:
            notes = self._notes(origin)
            yield from _numbered(PageKind.CHECKPOINT, encode_pages(PageKind.CHECKPOINT, notes, origin))
        for origin in self._logs:
            entries = (
                SentOperation(row.seq, row.header, row.list, row.sealed) for row in self._sent_operations(origin)
            )
            yield from _numbered(PageKind.OPERATION, encode_pages(PageKind.OPERATION, entries, origin))
        for kind, groups in (
            (PageKind.EPOCH, _by_origin(self._sent_epochs())),
            (PageKind.GRANT, _by_origin(self._sent_grants())),
        ):
            for origin, group in groups:
                yield from _numbered(kind, encode_pages(kind, group, origin))
        for origin in self._logs:
            yield from _numbered(PageKind.VERSION, encode_pages(PageKind.VERSION, self._versions(origin), origin))
        for origin in self._logs:
            keys = self._version_keys(origin)
            yield from _numbered(PageKind.VERSION_KEY, encode_pages(PageKind.VERSION_KEY, keys, origin))

    def _share(self, compartment: bytes) -> _Share:
        share = _Share()
        for row in self._rows.epochs(compartment):
            with suppress(MalformedError):
                notice = EpochNotice.decode(row.bytes)
                if notice.compartment == compartment:
                    share.epochs[row.digest] = (notice.epoch, row.bytes)
        for epoch in {epoch for epoch, _ in share.epochs.values()}:
            share.grants += self._rows.grants_of(epoch)
        return share

    def _count_keys(self) -> tuple[dict[bytes, int], dict[bytes, int]]:
        """Count version keys by epoch, all and those before the base, where a compartment has several epochs.

        Wrapped keys may come here after their versions: no place in a log says when.
        """
        several = {
            epoch for share in self._shares.values() if len(share.epochs) > 1 for epoch, _ in share.epochs.values()
        }
        counts, before = dict.fromkeys(several, 0), dict.fromkeys(several, 0)
        for origin in self._logs if several else ():
            for row in self._rows.version_keys(origin, 0, self._reach(origin)):
                if row.epoch in several:
                    counts[row.epoch] += 1
                    before[row.epoch] += not self._is_beyond(origin, row.seq)
        return counts, before

    def _decide(self, compartment: bytes, share: _Share, before: Mapping[bytes, int]) -> None:
        """Settle whether the receiver gets all of a compartment, and of which epochs it gets every wrapped key."""
        own = [grant.epoch + grant.seat for grant in share.grants if grant.seat in self._request.seats]
        is_new_to_it = bool(own) and all(self._is_new(digest) for digest in own)
        share.in_full = compartment not in self._known or is_new_to_it
        known = self._request.base_keys
        share.new_epochs = {
            epoch
            for digest, (epoch, _) in share.epochs.items()
            if self._is_new(digest) or before.get(epoch, 0) > known.get(epoch, 0)
        }

    def _is_new(self, digest: bytes) -> bool:
        """Say whether the list that names it lies beyond what the receiver took from here."""
        return any(seq >= self._request.base.get(origin, 0) for origin, seq, _ in self._places.get(digest, ()))

    def _find(self, wanted: Collection[bytes]) -> dict[bytes, list[Place]]:
        """Return where epochs, grants and attachments are listed; the last for their own compartment alone."""
        found: dict[bytes, list[Place]] = {}
        for origin in self._logs:
            for row in self._listing(origin):
                for n, item in enumerate(items_of(row)):
                    key = item.digest + item.tag if item.kind == ItemKind.ATTACHMENT else item.digest
                    if item.kind in _PLACED and key in wanted:
                        found.setdefault(key, []).append((origin, row.seq, n))
        return found

    def _operations(self, origin: bytes, start: int) -> Iterator[OperationRow]:
        extent = self._request.logs[origin]
        for row in self._rows.operations(origin, start, extent.size):
            if (row.seq, row.digest) not in extent.rejected:
                yield row

    def _listing(self, origin: bytes) -> Iterator[OperationRow]:
        """Yield the entries whose lists count: those of both histories where two part."""
        extent = self._request.logs[origin]
        yield from self._operations(origin, 0)
        if extent.one:
            for row in self._rows.operations(origin, extent.size):
                if (row.seq, row.digest) in extent.beyond:
                    yield row

    def _reach(self, origin: bytes) -> int:
        extent = self._request.logs[origin]
        return max(extent.size, *(seq + 1 for seq, _ in extent.beyond)) if extent.one else extent.size

    def _sent_operations(self, origin: bytes) -> Iterator[OperationRow]:
        """Yield what the receiver lacks; where two histories part, both from there on: whoever has one sees both."""
        extent = self._request.logs[origin]
        yield from self._operations(origin, min(self._request.have.get(origin, 0), extent.size))
        if extent.beyond:
            rest = (row for row in self._rows.operations(origin, extent.size) if (row.seq, row.digest) in extent.beyond)
            for _, same in groupby(rest, key=lambda row: row.seq):
                yield from sorted(same, key=lambda row: (row.seq, row.digest) not in extent.one)

    def _notes(self, origin: bytes) -> list[bytes]:
        """Return the checkpoints beyond what the receiver has, and the newest in any case: peers are witnesses."""
        size = self._request.logs[origin].size
        kept = self._rows.checkpoints(origin)
        if self._request.logs[origin].beyond:
            return [row.note for row in kept]
        kept = [row for row in kept if row.size <= size]
        newest = max((row.size for row in kept), default=0)
        start = self._request.have.get(origin, 0)
        return [row.note for row in kept if row.size > start or row.size == newest]

    def _sent_epochs(self) -> Iterator[tuple[bytes, SentEpoch]]:
        for share in self._shares.values():
            for digest, (_, notice) in share.epochs.items():
                for origin, seq, n in self._places.get(digest, ()):
                    if share.in_full or self._is_beyond(origin, seq):
                        yield origin, SentEpoch(seq, n, notice)

    def _sent_grants(self) -> Iterator[tuple[bytes, SentGrant]]:
        for compartment, share in self._shares.items():
            for grant in share.grants:
                for origin, seq, n in self._given(grant):
                    if share.in_full or self._is_beyond(origin, seq):
                        yield origin, SentGrant(seq, n, compartment, grant.epoch, grant.seat, grant.sealed)

    def _given(self, grant: GrantRow) -> list[Place]:
        """Return where its giver lists it or, where that log is not sent, whoever else does."""
        places = self._places.get(grant.epoch + grant.seat, [])
        by_giver = [place for place in places if self._seats.get(place[0]) == grant.giver]
        return by_giver or places

    def _is_beyond(self, origin: bytes, seq: int) -> bool:
        """Say whether the receiver lacks it; what lies behind a parting may have come since, in the other history."""
        extent = self._request.logs[origin]
        return seq >= self._request.base.get(origin, 0) or (bool(extent.one) and seq >= extent.size)

    def _versions(self, origin: bytes) -> Iterator[SentVersion]:
        """Yield what is listed and here: what was erased is not."""
        listed = Lists(self._listing(origin))
        start = 0 if any(share.in_full for share in self._shares.values()) else self._start(origin)
        for row in self._rows.version_rows(origin, start, self._reach(origin)):
            share = self._shares.get(row.compartment)
            if share is None or not (share.in_full or self._is_beyond(origin, row.seq)):
                continue
            if not listed.names(row):
                continue
            if len(row.blob) > VERSION_LIMIT:
                self.too_long[row.compartment] += 1
            else:
                yield SentVersion(row.seq, row.n, row.compartment, row.record, row.blob)

    def _version_keys(self, origin: bytes) -> Iterator[SentVersionKey]:
        any_new = any(share.in_full or share.new_epochs for share in self._shares.values())
        start = 0 if any_new else self._start(origin)
        for row in self._rows.version_keys(origin, start, self._reach(origin)):
            compartment = self._epochs.get(row.epoch)
            if compartment is None:
                continue
            share = self._shares[compartment]
            if share.in_full or row.epoch in share.new_epochs or self._is_beyond(origin, row.seq):
                yield SentVersionKey(row.seq, row.n, row.epoch, row.wrap)

    def _start(self, origin: bytes) -> int:
        base, extent = self._request.base.get(origin, 0), self._request.logs[origin]
        return min(base, extent.size) if extent.one else base


def _numbered(kind: PageKind, pages: Iterable[tuple[int, bytes]]) -> Iterator[tuple[PageKind, int, bytes]]:
    for count, page in pages:
        yield kind, count, page


def _by_origin(sent: Iterable[tuple[bytes, SentRow]]) -> list[tuple[bytes, list[SentRow]]]:
    grouped: dict[bytes, list[SentRow]] = {}
    for origin, row in sent:
        grouped.setdefault(origin, []).append(row)
    return sorted(grouped.items())
