"""What comes to light after unlock becomes an alarm of the session: shown beside every answer, and nothing leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from vault.access.pins.alarms import lasting
from vault.access.session import Session
from vault.access.trust.key_lists import is_absence
from vault.ids import CompartmentId, Origin, SeatId
from vault.services.projection.fault_attribution import seats_of, without_ended
from vault.services.projection.log_statements import Said
from vault.services.projection.places import name_of
from vault.validity.authority import Proven
from vault.validity.version_validity import Quarantined
from vault.words.finding import Code, Finding, Severity
from vault.words.message import Message, Value, filled, listed, plural
from vault.words.next_step import NextStep

# One sentence for one record, one for several; each with the first place, and after "at least" where nobody can count.
_FAULTS = plural(
    "{at_least}{count} record is missing or not valid ({place}): what you see may be older than what was"
    " written; run {verify}.",
    "{at_least}{count} records are missing or not valid ({place}): what you see may be older than what was"
    " written; run {verify}.",
    count=0,
)
_WAITING = plural(
    "{at_least}{count} record is pending: earlier records have not arrived ({place}).",
    "{at_least}{count} records are pending: earlier records have not arrived ({place}).",
    count=0,
)
_UNENTITLED = plural(
    "{at_least}{count} record is set aside ({place}): this device knows of no right of its author to write there then."
    " The author may have done nothing wrong. If they only lacked the case, a grant of it brings the record back.",
    "{at_least}{count} records are set aside ({place}): this device knows of no right of their authors to write there"
    " then. The authors may have done nothing wrong. If they only lacked the case, a grant of it brings the records"
    " back.",
    count=0,
)
_EMPTY = plural(
    "{at_least}{count} record holds nothing that can be read ({place}): its author's program wrote it that"
    " way. The version before it stays valid, and nothing waits for it; {verify} says who wrote it.",
    "{at_least}{count} records hold nothing that can be read ({place}): their author's program wrote them"
    " that way. The versions before them stay valid, and nothing waits for them; {verify} says who wrote"
    " them.",
    count=0,
)
_MOST_NAMED = 100
_AuthorOf: TypeAlias = Callable[[Session, SeatId | None], str | Message]


def notice_findings(session: Session, findings: Sequence[Quarantined], author_of: _AuthorOf) -> None:
    """Say in a line each what is missing or damaged, what waits, and what nobody was entitled to write.

    `author_of` is `absences.author_of`: what that reads by tells through this module.
    """
    pending = [finding for finding in findings if finding.is_pending]
    unentitled = [finding for finding in findings if finding.is_unentitled]
    empty = [finding for finding in findings if finding.says_nothing]
    # What is missing of one compartment stops that one alone: `projection.absences` tells of it.
    faults = [
        finding
        for finding in findings
        if not (finding.is_pending or finding.is_unentitled or finding.says_nothing or is_absence(finding))
    ]
    for code, found, words in (
        (Code.QUARANTINE, faults, _FAULTS),
        (Code.WAITING, pending, _WAITING),
        (Code.UNENTITLED, unentitled, _UNENTITLED),
        (Code.EMPTY, empty, _EMPTY),
    ):
        if not found:
            session.drop_alarms(code)
        elif code is Code.QUARANTINE:
            seats = seats_of(session, (finding.origin for finding in without_ended(session, faults) or faults))
            session.renew_alarm(Finding(code, _of(found, words, _whose(session, found[0], author_of)), seats=seats))
        else:
            where = _places(session, found) if code is Code.UNENTITLED else ""
            session.renew_alarm(
                Finding(code, _of(found, words, _whose(session, found[0], author_of), where), severity=Severity.NEWS)
            )


def notice_false_acts(session: Session, origin: Origin, start: int, known: Proven) -> None:
    """Say to an auditor that an entry which came lists what its act may not, unless its author was ended."""
    with session.database.reading() as rows:
        found = Said().read(rows, session.auditor(), origin, known, start)
        is_false = any(fault.code is Code.ACT and (fault.seq or 0) < known.size for fault in found)
    seats = seats_of(session, [origin])
    if is_false and not seats.isdisjoint(session.directory.effective.certificates):
        session.renew_alarm(lasting(Code.ACT, origin, seats=seats))


def notice_absent(session: Session, compartment: CompartmentId, count: int) -> None:
    """Say that the index knows records of a compartment that the store lacks, or that do not open any more."""
    message = plural(
        "{count} record of {where} is not here or cannot be opened; run {verify}.",
        "{count} records of {where} are not here or cannot be opened; run {verify}.",
        count=count,
        where=name_of(session, compartment),
        verify=NextStep.VERIFY_LOG,
    )
    session.renew_alarm(Finding(Code.ABSENT, message, compartment, severity=Severity.ABSENCE))


def _places(session: Session, found: Sequence[Quarantined]) -> Value:
    """Return in which cases they are, as far as the first of them tell: who shares one knows whom to ask."""
    with session.database.reading() as rows:
        at = (rows.version_at(each.origin, each.seq, each.n) for each in found[:_MOST_NAMED] if each.n is not None)
        places = {CompartmentId(version.compartment) for versions in at for version in versions}
    names = {str(name): name for place in places if session.holds(place) and (name := name_of(session, place))}
    return listed([names[name] for name in sorted(names)])


def _whose(session: Session, first: Quarantined, author_of: _AuthorOf) -> Value:
    """Return whose log it lies in, as far as some list of members says."""
    seats = seats_of(session, [first.origin])
    return author_of(session, next(iter(seats), None)) or Message("a device not known here")


def _of(found: Sequence[Quarantined], words: Message, who: Value, where: Value = "") -> Message:
    """Count them; what an entry held whose list is not here, or whether others follow it, nobody can say."""
    first = found[0]
    place = Message("first: entry {seq} of {who}", seq=first.seq, who=who)
    return filled(
        words,
        count=len(found),
        at_least=Message("At least ") if any(finding.n is None for finding in found) else "",
        place=Message("in {where}; {place}", where=where, place=place) if where else place,
        verify=NextStep.VERIFY_LOG,
    )
