"""Are the contents of documents here that the lists name, each chunk of them as it was sealed (FORMAT.md 5)?"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Container, Iterator, Mapping
from dataclasses import dataclass, field

from vault.access.session import Session
from vault.errors import MalformedError
from vault.ids import CompartmentId, Origin
from vault.log.checks.list_check import IsErased, proven_lists
from vault.log.checks.report import LogReport
from vault.log.items import Item, ItemKind, compartment_tag
from vault.records.attachments import chunks_of, is_listed, lacking_chunks, row_of, row_tag
from vault.records.logs import genesis_of
from vault.seal.bodies import Names
from vault.services.erasures.removing import named_by
from vault.store.blobs import Blobs
from vault.store.rows import Rows
from vault.store.rowtypes import AttachmentRow
from vault.words.finding import Code, Finding, Severity
from vault.words.message import Message

_NOT_HERE = Message("the content of a document that this device added is not here")
_ALTERED = Message("the names of the parts of a document were altered")


@dataclass(frozen=True, slots=True)
class Contents:
    """How many contents of documents are here, not fetched, erased, missing; and chunks that nothing names."""

    here: int = 0
    not_fetched: int = 0
    erased: int = 0
    missing: int = 0
    stray: int = 0
    faults: tuple[Finding, ...] = ()

    def counts(self) -> dict[str, int]:
        """Return the counts by their names."""
        return {name: getattr(self, name) for name in ("here", "not_fetched", "erased", "missing", "stray")}

    @property
    def words(self) -> Message | None:
        """What there is, for people; None where no document ever was."""
        if not any(self.counts().values()):
            return None
        return Message(
            "Contents of documents: {here} here and whole, {not_fetched} not fetched to this device, {erased}"
            " erased, {missing} missing; {stray} parts belong to no document and are removed later.",
            **self.counts(),
        )


NO_CONTENTS = Contents()


def check_contents(session: Session, rows: Rows, reports: Mapping[Origin, LogReport], is_erased: IsErased) -> Contents:
    """Read every chunk of every attachment that a proven list names, and count what is not here.

    What is missing is a fault of this copy, and stops nothing else.
    """
    blobs = Blobs(session.folder.blobs_dir)
    held, needed = session.keyring.compartments(), _Needed(session)
    counts: Counter[str] = Counter()
    faults: list[Finding] = []
    listed: dict[bytes, set[bytes]] = defaultdict(set)
    for origin, report in reports.items():
        genesis = genesis_of(rows, origin)
        is_own = genesis is not None and genesis.seat == session.seat
        for seq, n, item in _listed(rows, report):
            listed[item.digest].add(item.tag)
            row = row_of(rows, item.digest, item.tag)
            fault = None
            home = next((home for home in held if compartment_tag(home, item.digest) == item.tag), None)
            if row is not None:
                fault = _fault_of(rows, blobs, row.names)
                counts["here"] += fault is None
            elif is_erased(item, ()) and not needed.names(home, item.digest):
                counts["erased"] += 1
            elif any(row_tag(false) == item.tag for false in rows.attachments_named(item.digest)):
                fault = _ALTERED
            elif is_own:
                fault = _NOT_HERE
            elif home is not None:
                counts["not_fetched"] += 1
            if fault is not None:
                counts["missing"] += 1
                message = Message("operation {seq}, item {n}: {fault}", seq=seq, n=n, fault=fault)
                faults.append(Finding(Code.CONTENT, message, origin, seq, n, severity=Severity.ABSENCE))
    every = rows.attachments()
    faults += [_unlisted(row) for row in every if row_tag(row) not in listed.get(row.digest, ())]
    stray = _strays(rows, blobs, chunks_of(row for row in every if is_listed(row, listed)))
    return Contents(**counts, stray=stray, faults=tuple(faults))


@dataclass(slots=True)
class _Needed:
    """Which contents papers name that are here; a place is read when the first of its contents is asked for."""

    session: Session
    _of: dict[bytes, Container[bytes]] = field(default_factory=dict)

    def names(self, home: bytes | None, digest: bytes) -> bool:
        if home is None:
            return False
        if home not in self._of:
            self._of[home] = named_by(self.session, CompartmentId(home), only_valid=True)
        return digest in self._of[home]


def _listed(rows: Rows, report: LogReport) -> Iterator[tuple[int, int, Item]]:
    for seq, items in proven_lists(rows.operations(report.origin), report):
        for n, item in enumerate(items):
            if item.kind == ItemKind.ATTACHMENT:
                yield seq, n, item


def _fault_of(rows: Rows, blobs: Blobs, encoded: bytes) -> Message | None:
    try:
        names = Names.decode(encoded)
    except MalformedError as fault:
        return fault.message
    lacking = lacking_chunks(rows, blobs, names)
    if not lacking:
        return None
    total = len(names.chunks)
    return Message("{count} of {total} parts of a document are missing or were altered", count=lacking, total=total)


def _unlisted(row: AttachmentRow) -> Finding:
    message = Message(
        "no list names the document {digest} that is here",
        digest=row.digest.hex(),
    )
    return Finding(Code.UNLISTED, message, row.compartment, severity=Severity.ABSENCE)


def _strays(rows: Rows, blobs: Blobs, named: Collection[bytes]) -> int:
    return sum(name not in named for name in rows.tail_names()) + len(blobs.strays(named))
