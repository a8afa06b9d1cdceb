"""The check of what the lists name against the rows at hand: C1 and C2 of FORMAT.md 6.

Nothing is valid because it is in a table. A row is valid if a list of a proven operation names it at this very place; a
listed thing that is not here is erased, not for us, or missing, and only the last is a fault.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from hashlib import sha256

from vault.errors import MalformedError
from vault.log.items import Item, ItemKind, compartment_tag, decode_items, items_digest, keys_tag
from vault.log.log_history import Ahead
from vault.log.operation import Header
from vault.log.verify import Findings, ListedReport, LogReport
from vault.store.rowtypes import OperationRow, VersionRow
from vault.words.finding import Code, Finding
from vault.words.message import Message

_OF_ANOTHER = Message("listed for another compartment")
IsErased = Callable[[Item, tuple[Item, ...]], bool]
"""Says of an item, and of the list that names it, whether valid erases of any log list it."""


def _nothing_is_erased(_item: Item, _items: tuple[Item, ...]) -> bool:
    return False


def version_id(compartment: bytes, record: bytes, blob: bytes) -> bytes:
    """Return the id of a version: the hash of where it belongs and of its sealed bytes."""
    return sha256(compartment + record + blob).digest()


def proven_lists(operations: Iterable[OperationRow], report: LogReport) -> Iterator[tuple[int, tuple[Item, ...]]]:
    """Yield (seq, items) of the operations that the report proves, less those whose own list is damaged."""
    for seq, items in _lists(operations, report):
        if items is not None:
            yield seq, items


def check_versions(
    operations: Iterable[OperationRow],
    versions: Iterable[VersionRow],
    report: LogReport,
    *,
    is_erased: IsErased = _nothing_is_erased,
    compartments: Collection[bytes] | None = None,
) -> ListedReport:
    """Check the versions of one log, in one pass over both tables, whose rows come by rising (seq, n).

    `report` is that of `verify_log` over the same operations; `is_erased` says which listed versions are not here
    because they were erased rightly; `compartments` are those held here, None where everything should be here.
    """
    tally = _Tally(report.origin, compartments, is_erased)
    rows = Ahead(versions)
    for seq, items in _lists(operations, report):
        for stray in _before(rows, seq):
            tally.unlisted(stray)
        here = _before(rows, seq + 1)
        if items is None:
            continue  # which of these rows are listed nobody can say; why is in the report of the log
        for row in here:
            if not 0 <= row.n < len(items) or items[row.n][:2] != (ItemKind.VERSION, row.id):
                tally.unlisted(row)
        for n, item in enumerate(items):
            if item.kind == ItemKind.VERSION:
                tally.version(seq, n, items, [row for row in here if (row.n, row.id) == (n, item.digest)])
    for stray in rows.take_while(lambda _: True):
        tally.unlisted(stray)
    return tally.report()


def check_keys(
    operations: Iterable[OperationRow], folder: bytes, file_digest: bytes, report: LogReport
) -> tuple[Finding, ...]:
    """Check that the `keys` file is the newest that this log lists for its folder; older ones are never missing.

    Where several logs list files of one folder, the highest generation among them decides, which the caller compares.
    """
    findings = Findings(report.origin)
    listed = [
        (seq, n, item.digest)
        for seq, items in proven_lists(operations, report)
        for n, item in enumerate(items)
        if item.kind == ItemKind.KEYS and item.tag == keys_tag(folder, item.digest)
    ]
    if listed and listed[-1][2] != file_digest:
        seq, n, _ = listed[-1]
        older = any(digest == file_digest for _, _, digest in listed)
        what = Message("an older one that was put back") if older else Message("none that this log lists")
        message = Message("the keys file is {what}; operation {seq} lists the newest", what=what, seq=seq)
        findings.note(Code.KEYS_FILE, seq, message, n)
    return findings.in_order()


def _lists(operations: Iterable[OperationRow], report: LogReport) -> Iterator[tuple[int, tuple[Item, ...] | None]]:
    """Yield (seq, items) of the operations; None where one is not proven or its list is not the one of its header."""
    for row in operations:
        if row.seq >= report.size:
            yield row.seq, None
            continue
        if (row.seq, row.digest) in report.rejected:
            continue
        items = None
        # A list that is rightly named and malformed is the writer's fault; then too nobody can say what it lists.
        with suppress(MalformedError):
            if Header.decode(row.header).list_digest == items_digest(row.list):
                items = decode_items(row.list)
        yield row.seq, items


class _Tally:
    """Counts what is listed, and notes what is wrong."""

    def __init__(
        self, origin: bytes, compartments: Collection[bytes] | None, is_erased: IsErased = _nothing_is_erased
    ) -> None:
        self._findings = Findings(origin)
        self._is_erased = is_erased
        self._compartments = compartments
        self._present = 0

    def version(self, seq: int, n: int, items: tuple[Item, ...], rows: list[VersionRow]) -> None:
        """Count a listed version; one right row among several is enough."""
        item = items[n]
        faults = [fault for fault in (_version_fault(row, item) for row in rows) if fault is not None]
        if len(faults) < len(rows):
            self.count(seq, n, item, here=True)
        elif faults:
            code, fault = faults[0]
            self.count(seq, n, item, here=True, fault=fault, code=code)
        elif not self._is_erased(item, items):
            self.count(seq, n, item, here=False)

    def count(
        self, seq: int, n: int, item: Item, *, here: bool, fault: Message | None = None, code: Code = Code.TAG
    ) -> None:
        if fault is not None:
            message = Message("operation {seq}, item {n}: {fault}", seq=seq, n=n, fault=fault)
            self._findings.note(code, seq, message, n)
        elif here:
            self._present += 1
        elif self._is_ours(item):
            message = Message("operation {seq}, item {n}: missing {digest}", seq=seq, n=n, digest=item.digest.hex())
            self._findings.note(Code.ABSENT, seq, message, n)

    def unlisted(self, row: VersionRow) -> None:
        """Note a row that no list names."""
        message = Message(
            "operation {seq}, item {n}: no list names the version {version}", seq=row.seq, n=row.n, version=row.id.hex()
        )
        self._findings.note(Code.UNLISTED, row.seq, message, row.n)

    def report(self) -> ListedReport:
        return ListedReport(self._present, self._findings.in_order())

    def _is_ours(self, item: Item) -> bool:
        ours = self._compartments
        return ours is None or any(compartment_tag(compartment, item.digest) == item.tag for compartment in ours)


def _before(rows: Ahead[VersionRow], seq: int) -> list[VersionRow]:
    return list(rows.take_while(lambda row: row.seq < seq))


def _version_fault(row: VersionRow, item: Item) -> tuple[Code, Message] | None:
    if version_id(row.compartment, row.record, row.blob) != row.id:
        return Code.VERSION_ID, Message("the version's id is not the hash of its row")
    if item.tag != compartment_tag(row.compartment, row.id):
        return Code.TAG, _OF_ANOTHER
    return None
