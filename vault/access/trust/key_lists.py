"""Following the logs: which epochs and grants they list for this seat, and what one session found out of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from vault.access.trust.directory import Directory
from vault.access.trust.proving import Prover
from vault.errors import MalformedError
from vault.ids import CompartmentId, Origin, SeatId
from vault.index.file import Index, is_ahead
from vault.index.keys import KeyItem, forget_keys, key_cursor, remember_keys
from vault.log.epoch_notice import founded_compartment
from vault.log.items import ITEM_SIZE, Item, ItemKind, compartment_tag, decode_items
from vault.records.absence import Absent
from vault.records.epochs import read_notice
from vault.records.logs import genesis_of
from vault.seal.keyring import Keyring
from vault.store.engine import Database
from vault.store.rows import Rows
from vault.store.rowtypes import OperationRow
from vault.validity.authority import Authority, Proven, names_its_list
from vault.validity.compartment_access import CompartmentState
from vault.validity.version_validity import Quarantined
from vault.words.finding import Finding

_KEYS = frozenset({ItemKind.GRANT, ItemKind.EPOCH})
_MOST_READ_AGAIN = 64


class Waiter(Protocol):
    """What of a session is asked here."""

    seat: SeatId
    database: Database
    keyring: Keyring
    directory: Directory
    prover: Prover
    quarantine: list[Quarantined]
    alarms: tuple[Finding, ...]
    lacking: Lacking

    def faults(self, *, taken_from: Collection[SeatId] = ()) -> list[Finding]:
        """Return what stops any act."""

    def index(self) -> Index:
        """Return the member's index."""

    def authority(self, rows: Rows) -> Authority:
        """Return the judge of who wrote an entry."""

    def state_of(self, compartment: CompartmentId) -> CompartmentState | None:
        """Return what is valid in a compartment."""


@dataclass(slots=True)
class Lacking:
    """What one session found out about keys that are not here; a new row, or a new key, has it begin again.

    Attributes:
        is_level: whether all logs were looked through.
        keys: compartment -> what of its epochs and grants is not here.
        was_asked: whether all compartments were.
    """

    is_level: bool = False
    was_asked: bool = False
    keys: dict[CompartmentId, tuple[Absent, ...]] = field(default_factory=dict)

    def forget(self) -> None:
        """Begin again."""
        self.is_level = self.was_asked = False
        self.keys.clear()


def home_of(compartment: bytes) -> bytes:
    """Return what the index calls a compartment here: it tells nobody which one, not even of a restricted section."""
    return compartment_tag(compartment, b"casevault/listed")


def level(session: Waiter) -> None:
    """Look through what the logs list since they were looked through last."""
    if session.lacking.is_level:
        return
    index = session.index()
    with session.database.reading() as rows:
        sizes = {Origin(row.origin): rows.size(row.origin) for row in rows.geneses()}
        cursor = key_cursor(index)
        if is_ahead(cursor, {bytes(origin): size for origin, size in sizes.items()}):
            forget_keys(index)
            cursor = {}
        look = _Look(session, rows)
        items: list[KeyItem] = []
        reached: dict[bytes, int] = {}
        for origin, size in sizes.items():
            start = cursor.get(origin, 0)
            if size > start:
                known = session.prover.proven(rows, origin, start, size)
                items += look.through(origin, start, known)
                reached[origin] = min([known.size, *known.lost, *look.unread])
    # Entries without a key, as reading makes them, cost the index no commit until there are many: they are read again.
    if items or sum(reached.values()) - sum(cursor.get(origin, 0) for origin in reached) >= _MOST_READ_AGAIN:
        remember_keys(index, items, reached)
    session.lacking.is_level = True


class _Look:
    """One pass over logs: which epochs and grants they list that are this seat's concern.

    `unread`: positions of the log that was read last whose list is not the one that was signed.
    """

    def __init__(self, session: Waiter, rows: Rows) -> None:
        self._session = session
        self._rows = rows
        self._held = frozenset(session.keyring.compartments())
        self.unread: list[int] = []

    def through(self, origin: Origin, start: int, known: Proven) -> Iterator[KeyItem]:
        """Yield what the proven entries of one log list."""
        self.unread = []
        genesis = genesis_of(self._rows, origin)
        is_own = genesis is not None and genesis.seat == self._session.seat
        read: set[int] = set()
        for row in self._rows.operations(origin, start, known.size):
            if known.covers(row) and names_its_list(row):
                read.add(row.seq)
                if not _KEYS.isdisjoint(row.list[::ITEM_SIZE]):
                    yield from self._in_entry(row, is_own=is_own)
            else:
                self.unread.append(row.seq)
        self.unread = [seq for seq in self.unread if seq not in read]

    def _in_entry(self, row: OperationRow, *, is_own: bool) -> Iterator[KeyItem]:
        try:
            items = decode_items(row.list)
        except MalformedError:
            return
        founded = [
            founded_compartment(row.origin, row.seq, n) for n, item in enumerate(items) if item.kind == ItemKind.EPOCH
        ]
        listed = {kind: [item.digest for item in items if item.kind == kind] for kind in _KEYS}
        grants, epochs = self._rows.grants_named(listed[ItemKind.GRANT]), self._homes(listed[ItemKind.EPOCH])
        for n, item in enumerate(items):
            if item.kind not in _KEYS or (item.kind == ItemKind.GRANT and item.digest in grants):
                continue
            home = epochs.get(item.digest) if item.kind == ItemKind.EPOCH else None
            is_here = home is not None and compartment_tag(home, item.digest) == item.tag
            if home is None or not is_here:
                home = self._home_by_tag(item, founded)
            # What a seat founded itself is its own, although its keyring knows nothing of it; entry 0 founds its audit.
            is_lost = is_own and row.seq > 0 and not is_here and home in founded
            if home is not None and (home in self._held or is_lost):
                yield KeyItem(home_of(home), item.digest, row.origin, row.seq, n, item.kind, is_here)

    def _homes(self, digests: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return digest -> the compartment that the row of an epoch names, of those that are here."""
        notices = ((digest, read_notice(row)) for digest, row in self._rows.epochs_named(digests).items())
        return {digest: notice.compartment for digest, notice in notices if notice is not None}

    def _home_by_tag(self, item: Item, founded: list[bytes]) -> bytes | None:
        """Return whose tag it is: of what is founded in the same entry, or of what this seat holds."""
        among = (digest for group in (founded, self._held) for digest in group)
        return next((candidate for candidate in among if compartment_tag(candidate, item.digest) == item.tag), None)
