"""Two-person acts whose approval nobody else's log lists: it is on its way, or nobody gave it."""

from __future__ import annotations

from collections.abc import Iterable

from vault.access.session import Session
from vault.ids import Origin
from vault.log.approvals import Listing, Refusal
from vault.services.evidence.audit_gaps import SOMEBODY_UNKNOWN
from vault.services.projection.absences import ON_ITS_WAY_MS, author_of
from vault.services.projection.approval_checks import lists_one, not_approved
from vault.services.projection.fault_attribution import without_ended
from vault.services.projection.missed import ITS_APPROVAL, missed_since
from vault.words.finding import Code, Finding, Severity
from vault.words.message import Message


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
