"""What comes to light after unlock becomes an alarm of the session: shown beside every answer, and nothing leaves."""

from __future__ import annotations

from collections.abc import Sequence

from vault.access.absence import is_absence
from vault.access.alarms import Alarm
from vault.access.session import Session
from vault.display import counted
from vault.ids import CompartmentId, Origin
from vault.records.authority import Proven
from vault.records.counting import Quarantined
from vault.services.blame import seats_of, without_ended
from vault.services.places import name_of
from vault.services.said import FALSE_ACT, Said

_ADVICE = "run `casevault log verify`"
_FAULTS, _WAITING, _UNENTITLED = "quarantine", "waiting", "unentitled"


def notice(session: Session, alarm: Alarm) -> None:
    """Add an alarm, in place of an earlier one of its code."""
    if alarm not in session.alarms:
        session.alarms = (*(one for one in session.alarms if one.code != alarm.code), alarm)


def notice_findings(session: Session, findings: Sequence[Quarantined]) -> None:
    """Say in a line each what is missing or damaged, what waits, and what nobody was entitled to write."""
    waiting, unentitled = [one for one in findings if one.waits], [one for one in findings if one.is_unentitled]
    # What is missing of one compartment stops that one alone: `services.absences` tells of it.
    faults = [one for one in findings if not (one.waits or one.is_unentitled or is_absence(session, one))]
    if faults:
        words = "is missing or does not count" if len(faults) == 1 else "are missing or do not count"
        older = "what you see may be older than what was written"
        text = f"{_records(faults)} {words} ({_place(faults[0])}): {older}; {_ADVICE}."
        seats = seats_of(session, (one.origin for one in without_ended(session, faults) or faults))
        notice(session, Alarm(_FAULTS, text, seats=seats))
    if waiting:
        words = "waits" if len(waiting) == 1 else "wait"
        text = f"{_records(waiting)} {words} for earlier ones that have not arrived ({_place(waiting[0])})."
        notice(session, Alarm(_WAITING, text, is_fault=False))
    if unentitled:
        words = "was" if len(unentitled) == 1 else "were"
        text = (
            f"{_records(unentitled)} {words} written by somebody who had no right to at that time"
            f" ({_place(unentitled[0])}); set apart. Granting the case to them again lets their work count."
        )
        notice(session, Alarm(_UNENTITLED, text, is_fault=False))
    found = ((_FAULTS, faults), (_WAITING, waiting), (_UNENTITLED, unentitled))
    over = {code for code, left in found if not left}
    if any(one.code in over for one in session.alarms):
        session.alarms = tuple(one for one in session.alarms if one.code not in over)


def notice_false_acts(session: Session, origin: Origin, start: int, known: Proven) -> None:
    """Say to an auditor that an entry which came lists what its act may not, unless its author was ended."""
    with session.database.reading() as rows:
        found = Said().read(rows, session.auditor(), origin, known.rejected, start)
        first = next((one for one in found if one.code == FALSE_ACT and one.seq < known.size), None)
    seats = seats_of(session, [origin])
    if first is not None and not seats.isdisjoint(session.directory.standing.certificates):
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
    at_least = "At least " if any(one.n is None for one in found) else ""
    return at_least + ("1 record" if len(found) == 1 else f"{len(found)} records")


def _place(found: Quarantined) -> str:
    return f"first: log {found.origin.hex()[:16]}, entry {found.seq}"
