"""What `log verify` makes of what is not here: listed rows, payloads for auditors, approvals."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from vault.access.session import Session
from vault.access.trust.waiting import owed
from vault.errors import MalformedError, VaultError
from vault.ids import CompartmentKind, Origin
from vault.index.heads import had_version
from vault.log.approval import Listing, Refusal
from vault.log.epoch_notice import KIND_AT
from vault.log.items import decode_items
from vault.log.verify import LogReport
from vault.records.epochs import notices_of, read_notice
from vault.records.logs import Absent, genesis_of
from vault.services.projection.absences import (
    ITS_APPROVAL,
    ON_ITS_WAY_MS,
    PendingRows,
    author_of,
    missed_since,
)
from vault.services.projection.approval_checks import lists_one, not_approved
from vault.services.projection.raised_alarms import without_ended
from vault.store.rows import Rows
from vault.store.rowtypes import OperationRow, SealedVersion
from vault.validity.proven import names_its_list
from vault.validity.version_validity import Quarantined, VersionValidator
from vault.words.finding import Code, Finding, Severity
from vault.words.message import Message

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
