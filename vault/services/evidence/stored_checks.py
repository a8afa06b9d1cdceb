"""Is what lies on this device whole? The file, its rows, contents, how long logs must be; and what is not here."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from vault.access.seat_keys.root_secret import kept_secret
from vault.access.session import Session
from vault.access.trust.keyrings import missing_keys
from vault.access.trust.waiting import owed
from vault.errors import MalformedError, VaultError
from vault.ids import ID_SIZE, CompartmentId, CompartmentKind, Origin
from vault.index.heads import had_version
from vault.log.approval import Listing, Refusal
from vault.log.epoch_notice import KIND_AT, epoch_digest
from vault.log.items import Item, ItemKind, compartment_tag, decode_items
from vault.log.list_check import IsErased, proven_lists
from vault.log.verify import LogReport
from vault.records.attachment_bodies import chunks_of, is_listed, lacking_chunks, row_of, row_tag
from vault.records.epochs import notices_of, read_notice
from vault.records.logs import Absent, genesis_of
from vault.seal.bodies import Names
from vault.seal.purposes import Purpose
from vault.seal.recipients import grant_digest
from vault.services.erasures.removing import named_by
from vault.services.exchange.known_peers import stored_peers
from vault.services.projection.absences import (
    ITS_APPROVAL,
    ON_ITS_WAY_MS,
    PendingRows,
    author_of,
    missed_since,
)
from vault.services.projection.approval_checks import lists_one, not_approved
from vault.services.projection.raised_alarms import DRILL, Said, without_ended
from vault.store.blobs import Blobs
from vault.store.rows import Rows
from vault.store.rowtypes import AttachmentRow, OperationRow, SealedVersion
from vault.store.schema import content_faults, shape_faults
from vault.validity.proven import names_its_list
from vault.validity.version_validity import Quarantined, VersionValidator
from vault.words.finding import Code, Finding, Severity
from vault.words.message import Message
from vault.words.next_step import NextStep

SOMEBODY_UNKNOWN = Message("somebody unknown")


# What `log verify` makes of a listed row that is not here: on its way, missing, or waited for by nobody.
Listed = tuple[bytes | None, int | None, int | None]  # origin, seq, n


class AbsentRows:
    """Judges absences as the session does: what stops nobody is no fault here either."""

    def __init__(self, session: Session, pending: Sequence[PendingRows]) -> None:
        self._session = session
        self._pending = pending
        self._on_their_way = {_place(absent) for each in pending if not each.is_missing for absent in each.absent}
        self._missing = {_place(absent) for each in pending if each.is_missing for absent in each.absent}

    @property
    def on_their_way(self) -> tuple[Message, ...]:
        """A sentence on each compartment that waits for what may still come."""
        return tuple(pending.message for pending in self._pending if not pending.is_missing)

    def unnamed(self, named: Collection[Listed]) -> list[Message]:
        """Return a sentence on each compartment of which something is missing that no check of lists has named."""
        missing = (each for each in self._pending if each.is_missing)
        return [each.message for each in missing if not any(_place(absent) in named for absent in each.absent)]

    def is_fault(self, rows: Rows, report: LogReport, problem: Finding, validator: VersionValidator) -> bool:
        """Say whether the absence that a check of lists found is one that others may expect to be filled."""
        place: Listed = (problem.origin, problem.seq, problem.n)
        if problem.code is not Code.ABSENT or problem.seq is None or problem.n is None or place in self._missing:
            return True
        row = _signed(rows, report, problem)
        if place in self._on_their_way or row is None:
            return row is None
        try:
            item = decode_items(row.list)[problem.n]
        except (MalformedError, IndexError):
            return True
        home = validator.home_of(item)
        if home is None:
            return self._is_own(rows, Origin(row.origin))
        if not validator.is_expected(row, problem.n):
            return False
        was_here = had_version(self._session.index(), home, item.digest)
        return bool(owed(self._session, [Absent(home, Origin(row.origin), row.seq, problem.n, was_here)]))

    def is_expected(self, finding: Quarantined) -> bool:
        """Say whether others may expect to read what cannot be read: its author has the right to it still."""
        assert finding.compartment is not None  # noqa: S101 - what cannot be read has it; for the type checker
        return bool(owed(self._session, [Absent(finding.compartment, finding.origin, finding.seq, finding.n)]))

    def damage(self, rows: Rows, group: Sequence[SealedVersion], refusals: Sequence[VaultError]) -> Message | None:
        """Return what is wrong with a version that opened here once, or that this seat wrote, and does not open now."""
        index, first = self._session.index(), group[0]
        if not self._is_own(rows, Origin(first.origin)) and not any(
            had_version(index, row.compartment, row.id) for row in group
        ):
            return None
        if refusals:
            return refusals[0].message
        known = {notice.epoch for notice in notices_of(rows, first.compartment)}
        if known & {row.epoch for row in group}:
            return None
        return Message("its wrapped key names no key of its case or list")

    def _is_own(self, rows: Rows, origin: Origin) -> bool:
        genesis = genesis_of(rows, origin)
        return genesis is not None and genesis.seat == self._session.seat


def audits_of(rows: Rows) -> set[bytes]:
    """Return the audit compartments of which some epoch is here."""
    notices = (read_notice(row) for row in rows.epochs_holding([bytes((CompartmentKind.AUDIT,))], at=KIND_AT))
    return {notice.compartment for notice in notices if notice is not None and notice.kind is CompartmentKind.AUDIT}


def _place(absent: Absent) -> Listed:
    return absent.origin, absent.seq, absent.n


def _signed(rows: Rows, report: LogReport, problem: Finding) -> OperationRow | None:
    assert problem.origin is not None and problem.seq is not None  # noqa: S101,PT018 - of a log, at a place
    signed = (row for row in rows.operations(problem.origin, problem.seq, problem.seq + 1) if names_its_list(row))
    return next((row for row in signed if (row.seq, row.digest) not in report.rejected), None)


# Two-person acts whose approval nobody else's log lists: it is on its way, or nobody gave it.
def awaited_approvals(session: Session, refused: Iterable[tuple[Listing, Refusal]]) -> list[Finding]:
    """Judge uses of approvals that only the log of who uses them lists: for 14 days it is news, then it is missing."""
    uses = [use for use, reason in refused if reason is Refusal.NOT_GIVEN]
    now_ms = session.log.now_ms()
    places = {(use.origin, use.seq, ITS_APPROVAL) for use in uses}
    since = missed_since(session, places, of_entries=ITS_APPROVAL)
    late = {place[:2] for place, first in since.items() if now_ms - first > ON_ITS_WAY_MS}
    found = (_awaited(session, use, is_late=(use.origin, use.seq) in late) for use in uses)
    return without_ended(session, list(dict.fromkeys(found)))


def _awaited(session: Session, use: Listing, *, is_late: bool) -> Finding:
    if is_late:
        message = Message("operation {seq}: {fault}", seq=use.seq, fault=lists_one(Refusal.NOT_GIVEN))
        return not_approved(use.origin, use.seq, message)
    message = Message(
        "An act of two persons ({who}, entry {seq}) names an approval that is not here yet. A bundle from the person"
        " who gave it brings it.",
        who=author_of(session, use.seat) or SOMEBODY_UNKNOWN,
        seq=use.seq,
    )
    return Finding(Code.APPROVAL, message, Origin(use.origin), use.seq, severity=Severity.NEWS)


# Is what lies on this device whole: the database file, its rows, and what this seat keeps sealed for itself?
# No log says how these have to look. What can be known of them is asked here, for `log verify`.


def file_faults(session: Session) -> Iterator[Finding]:
    """Name what is wrong with the database file."""
    for fault in shape_faults(session.database):
        yield Finding(Code.SCHEMA, fault)
    for fault in content_faults(session.database):
        yield Finding(Code.DATABASE, fault)


def row_faults(session: Session, rows: Rows, said: Said) -> Iterator[Finding]:
    """Name rows that nothing else ever reads, and what this seat kept and does not find any more."""
    for table, count in rows.false_rows().items():
        message = Message(
            "{count} rows of the table {table} hold a value of another type than their column", count=count, table=table
        )
        yield Finding(Code.FALSE_ROW, message)
    yield from _keyring(session, rows)
    yield from _local(session)
    if _lost_its_secret(session, rows, said):
        message = Message(
            "the secret of the recovery sheets is not on this device any more, and no drill proved sheets of it:"
            " prove those that you have with {drill}, or restore a backup",
            drill=NextStep.DRILL_RECOVERY,
        )
        yield Finding(Code.LOCAL, message)


def _keyring(session: Session, rows: Rows) -> Iterator[Finding]:
    """Name each epoch whose listed grant to this seat does not open: its compartment would seem not to exist."""
    listings = session.learned.listings
    for key in missing_keys(rows, session.log.place, session.kem_private, session.keyring, listings):
        state = session.state_of(key.compartment)
        if key.is_altered or (state is not None and session.member in state.members):
            message = Message("key {epoch} was granted to this device and is not in its keyring", epoch=key.epoch.hex())
            yield Finding(Code.KEYRING, message)


def altered_keys(rows: Rows) -> set[bytes]:
    """Return which rows of keys, and of how keys are sealed, are not what their bytes give, by their digests."""
    keys = (
        row
        for row in rows.epochs()
        if row.digest != epoch_digest(row.bytes) or row.compartment != row.bytes[KIND_AT - ID_SIZE : KIND_AT]
    )
    sealed = (row for row in rows.grants() if row.digest != grant_digest(row.epoch, row.seat, row.sealed))
    return {row.digest for row in keys} | {row.digest for row in sealed}


@dataclass(frozen=True, slots=True)
class KeyRows:
    """Which rows of keys are here, and of which compartments this device holds a key without its row."""

    here: frozenset[bytes]
    lost: tuple[bytes, ...]

    @classmethod
    def read(cls, session: Session, rows: Rows) -> KeyRows:
        """Compare the rows with the keys that this device holds."""
        keyring, epochs = session.keyring, rows.every_epoch()
        known = {notice.epoch for row in epochs if (notice := read_notice(row)) is not None}
        lost = (home for home in keyring.compartments() if not known.issuperset(keyring.epochs_of(home)))
        return cls(frozenset(row.digest for row in epochs), tuple(lost))

    def missing(self, rows: Rows, report: LogReport, *, is_own: bool) -> Iterator[Finding]:
        """Yield each listed row of a key that is not here and was: this device made the key, or holds it."""
        for seq, items in proven_lists(rows.operations(report.origin), report) if is_own or self.lost else ():
            for n, item in enumerate(items):
                if item.kind == ItemKind.EPOCH and item.digest not in self.here and (is_own or self._is_of_lost(item)):
                    digest = item.digest.hex()
                    message = Message("operation {seq}, item {n}: missing {digest}", seq=seq, n=n, digest=digest)
                    yield Finding(Code.ABSENT, message, Origin(report.origin), seq, n)

    def _is_of_lost(self, item: Item) -> bool:
        return any(compartment_tag(home, item.digest) == item.tag for home in self.lost)


_KEPT: tuple[tuple[Message, Callable[[Session], object]], ...] = (
    (Message("the secret of the recovery sheets: altered, and of no use any more"), kept_secret),
    (Message("what this device knows of others' devices: altered, and of no use any more"), stored_peers),
)


def _local(session: Session) -> Iterator[Finding]:
    """Name what this seat keeps sealed and cannot read (FORMAT.md 7)."""
    for altered, read in _KEPT:
        try:
            read(session)
        except VaultError:
            yield Finding(Code.LOCAL, altered)


def _lost_its_secret(session: Session, rows: Rows, said: Said) -> bool:
    """Say whether this seat founded the vault, with its first sheets, and lost the secret of them before any drill.

    Where others are in effect, or this seat cannot read all that its own log says, nobody can tell.
    """
    if rows.local(session.seat, Purpose.ROOT_SECRET) is not None:
        return False
    if session.directory.chosen:
        return False
    own = {
        row.origin
        for row in rows.geneses()
        if (genesis := genesis_of(rows, row.origin)) is not None and genesis.seat == session.seat
    }
    authority = session.authority(rows)
    founded = any((entry := authority.entry(origin, 0)) is not None and entry.founds_vault for origin in own)
    drilled = any(origin in own and payload.act == DRILL for (origin, _, _), payload in said.kept.items())
    return founded and not drilled and own.isdisjoint(said.closed)


# Are the contents of documents here that the lists name, each chunk of them as it was sealed (FORMAT.md 5)?
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
    message = Message("no list names the document {digest} that is here", digest=row.digest.hex())
    return Finding(Code.UNLISTED, message, row.compartment, severity=Severity.ABSENCE)


def _strays(rows: Rows, blobs: Blobs, named: Collection[bytes]) -> int:
    return sum(name not in named for name in rows.tail_names()) + len(blobs.strays(named))


# What is known of logs from elsewhere than their own rows: from pins, and from logs that go on from them.
@dataclass(frozen=True, slots=True)
class Bounds:
    """What is known of logs from elsewhere than their own rows.

    `sizes` has each log that is here, that this account saw, or that another one goes on from -> size -> root there;
    `forks` log -> (size, sentence) where those who know of it contradict each other.
    """

    sizes: dict[Origin, dict[int, bytes]]
    forks: dict[Origin, list[tuple[int, Message]]]


def bounds_of(session: Session, rows: Rows) -> Bounds:
    """Return the pins, and the genesis of each log of a certified seat as a pin on its predecessor."""
    bounds = Bounds({Origin(row.origin): {} for row in rows.geneses()}, {})
    if session.pins is not None:
        for origin, pinned in session.pins.logs.items():
            bounds.sizes.setdefault(origin, {})[pinned.size] = pinned.root
    followed: set[Origin] = set()
    for name in sorted(dict.fromkeys(bounds.sizes)):
        genesis = genesis_of(rows, name)
        certificate = None if genesis is None else session.directory.certificate_of(genesis.seat)
        if genesis is None or genesis.is_first or certificate is None or certificate.identity != genesis.identity:
            continue
        before, size = Origin(genesis.predecessor), genesis.predecessor_size
        if before in followed:
            bounds.forks.setdefault(before, []).append((size, Message("two logs go on from it")))
        elif bounds.sizes.setdefault(before, {}).setdefault(size, genesis.predecessor_root) != genesis.predecessor_root:
            message = Message(
                "the log that goes on from it names another root of size {size} than this device saw", size=size
            )
            bounds.forks.setdefault(before, []).append((size, message))
        followed.add(before)
    return bounds
