"""What comes to light after unlock becomes an alarm of the session: shown beside every answer, and nothing leaves."""

from __future__ import annotations

from collections.abc import Sequence

from vault.access.pins.alarms import Alarm
from vault.access.session import Session
from vault.access.trust.absence import is_absence
from vault.display import counted
from vault.ids import CompartmentId, Origin
from vault.services.projection.fault_attribution import seats_of, without_ended
from vault.services.projection.log_statements import FALSE_ACT, Said
from vault.services.projection.places import name_of
from vault.validity.authority import Proven
from vault.validity.version_validity import Quarantined

_ADVICE = "run `casevault log verify`"
_FAULTS, _WAITING, _UNENTITLED, _EMPTY = "quarantine", "waiting", "unentitled", "empty"


def notice(session: Session, alarm: Alarm) -> None:
    """Add an alarm, in place of an earlier one of its code."""
    if alarm not in session.alarms:
        session.alarms = (*(told for told in session.alarms if told.code != alarm.code), alarm)


def notice_findings(session: Session, findings: Sequence[Quarantined]) -> None:
    """Say in a line each what is missing or damaged, what waits, and what nobody was entitled to write."""
    pending, unentitled = (
        [finding for finding in findings if finding.is_pending],
        [finding for finding in findings if finding.is_unentitled],
    )
    empty = [finding for finding in findings if finding.says_nothing]
    # What is missing of one compartment stops that one alone: `projection.absences` tells of it.
    faults = [
        finding
        for finding in findings
        if not (finding.is_pending or finding.is_unentitled or finding.says_nothing or is_absence(finding))
    ]
    if faults:
        words = "is missing or does not count" if len(faults) == 1 else "are missing or do not count"
        older = "what you see may be older than what was written"
        text = f"{_records(faults)} {words} ({_place(faults[0])}): {older}; {_ADVICE}."
        seats = seats_of(session, (finding.origin for finding in without_ended(session, faults) or faults))
        notice(session, Alarm(_FAULTS, text, seats=seats))
    if pending:
        words = "waits" if len(pending) == 1 else "wait"
        text = f"{_records(pending)} {words} for earlier ones that have not arrived ({_place(pending[0])})."
        notice(session, Alarm(_WAITING, text, is_fault=False))
    if unentitled:
        words = "was" if len(unentitled) == 1 else "were"
        text = (
            f"{_records(unentitled)} {words} written by somebody who had no right to at that time"
            f" ({_place(unentitled[0])}); quarantined. Where they lacked the case, granting it to them lets it count."
        )
        notice(session, Alarm(_UNENTITLED, text, is_fault=False))
    if empty:
        verb, whose = ("holds", "its") if len(empty) == 1 else ("hold", "their")
        text = (
            f"{_records(empty)} {verb} nothing that can be read ({_place(empty[0])}): {whose} author's program wrote"
            f" it so. What was written before stands, and nothing waits for it; {_ADVICE}, which says who."
        )
        notice(session, Alarm(_EMPTY, text, is_fault=False))
    found = ((_FAULTS, faults), (_WAITING, pending), (_UNENTITLED, unentitled), (_EMPTY, empty))
    over = {code for code, left in found if not left}
    if any(alarm.code in over for alarm in session.alarms):
        session.alarms = tuple(alarm for alarm in session.alarms if alarm.code not in over)


def notice_false_acts(session: Session, origin: Origin, start: int, known: Proven) -> None:
    """Say to an auditor that an entry which came lists what its act may not, unless its author was ended."""
    with session.database.reading() as rows:
        found = Said().read(rows, session.auditor(), origin, known.beside, start)
        first = next((fault for fault in found if fault.code == FALSE_ACT and fault.seq < known.size), None)
    seats = seats_of(session, [origin])
    if first is not None and not seats.isdisjoint(session.directory.effective.certificates):
        where = f"log {origin.hex()[:16]}, entry {first.seq}"
        text = (
            f"Somebody's program says one thing and does another ({where}): {first.text}; {_ADVICE}, which names them."
        )
        notice(session, Alarm(f"{FALSE_ACT}:{origin.hex()}", text, lasts=True, seats=seats))


def notice_absent(session: Session, compartment: CompartmentId, count: int) -> None:
    """Say that the index knows records of a compartment that the store lacks, or that do not open any more."""
    verb = "is" if count == 1 else "are"
    text = (
        f"{counted(count, 'record')} of {name_of(session, compartment)} {verb} not here or cannot be opened; {_ADVICE}."
    )
    notice(session, Alarm(f"absent:{compartment.hex()}", text, compartment=compartment))


def _records(found: Sequence[Quarantined]) -> str:
    """Count them; what an entry held whose list is not here, or whether others follow it, nobody can say."""
    at_least = "At least " if any(finding.n is None for finding in found) else ""
    return at_least + ("1 record" if len(found) == 1 else f"{len(found)} records")


def _place(found: Quarantined) -> str:
    return f"first: log {found.origin.hex()[:16]}, entry {found.seq}"
