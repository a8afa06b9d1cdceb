"""What comes to light after unlock becomes an alarm of the session; in whose log it is, and what entries say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeAlias, TypeVar

from vault.access.pins.alarms import lasting
from vault.access.session import Session
from vault.access.trust.waiting import is_absence
from vault.ids import CompartmentId, Origin, SeatId
from vault.log.genesis import Genesis
from vault.log.items import ACTS, ItemKind, kinds_beyond
from vault.log.payload import Payload
from vault.records.logs import genesis_of
from vault.services.projection.approval_checks import is_judged
from vault.services.projection.places import name_of
from vault.store.rows import Rows
from vault.validity.audit_payloads import Auditor, read_histories
from vault.validity.proven import Proven
from vault.validity.version_validity import Quarantined
from vault.words.finding import Code, Finding, Severity
from vault.words.message import Message, Value, enumerated, filled, listed, plural
from vault.words.next_step import NextStep

# In whose logs something is wrong: what stops an act by others does not stop the end of those (`pins.alarms`).


class _Placed(Protocol):
    @property
    def origin(self) -> Origin | None:
        """In which log."""


_Found = TypeVar("_Found", bound=_Placed)


def seats_of(session: Session, logs: Iterable[Origin | None]) -> frozenset[SeatId]:
    """Return whose logs these are; nobody's where one of them is not known, or something lies in no log."""
    found: set[SeatId] = set()
    for origin in set(logs):
        seat = None if origin is None else _seat_of(session, origin)
        if seat is None:
            return frozenset()
        found.add(seat)
    return frozenset(found)


def without_ended(session: Session, found: Sequence[_Found]) -> list[_Found]:
    """Return what lies neither in the log of a device that was ended nor in one that is not valid."""
    live = session.directory.certificates
    origins = {finding.origin for finding in found if finding.origin is not None}
    whose = {origin: seat for origin in origins if (seat := _seat_of(session, origin)) is not None}
    over = {origin for origin, seat in whose.items() if seat not in live}
    with session.database.reading() as rows:
        authority = session.authority(rows)
        begun = {origin for origin in whose.keys() - over if genesis_of(rows, origin) is not None}
        over |= {origin for origin in begun if not authority.is_log_that_counts(origin)}
    return [finding for finding in found if finding.origin not in over]


def _seat_of(session: Session, origin: Origin) -> SeatId | None:
    """Return whose log this is, by its own beginning or, where nobody ever saw that, by the one that names it."""
    with session.database.reading() as rows:
        genesis = genesis_of(rows, origin)
        if genesis is None and origin not in session.prover.verified:
            return _who_goes_on(session, rows, origin)
    return None if genesis is None else _certified(session, genesis)


def _who_goes_on(session: Session, rows: Rows, origin: Origin) -> SeatId | None:
    """Return the one seat whose logs go on from a log that is not here; None where there are several, or none."""
    geneses = (genesis_of(rows, name) for name in {row.origin for row in rows.geneses()})
    naming = {_certified(session, genese) for genese in geneses if genese is not None and genese.predecessor == origin}
    return naming.pop() if len(naming) == 1 else None


def _certified(session: Session, genesis: Genesis) -> SeatId | None:
    certificate = session.directory.certificate_of(genesis.seat)
    return None if certificate is None or certificate.identity != genesis.identity else SeatId(genesis.seat)


# What the entries of logs say, as far as this seat was granted it, judged against what their lists name (FORMAT.md
# 5).
# A list is public and decides what is valid; what an entry says is known to its auditors alone. So what a false act
# lists counts like anything else, and whoever can read the act names it.
DRILL: Final = "recovery.drill"
_NAMES: Final[dict[int, Message]] = {
    ItemKind.VERSION: Message("a version of a record"),
    ItemKind.GRANT: Message("a key given to a device"),
    ItemKind.EPOCH: Message("a new key"),
    ItemKind.KEYS: Message("a change of the file keys"),
    ItemKind.APPROVAL: Message("an approval"),
    ItemKind.ERASED: Message("an erasure"),
    ItemKind.SEEN: Message("a checkpoint of another log"),
    ItemKind.ATTACHMENT: Message("the content of a document"),
}
_OF_MEMBERS: Final = Message("a change of who is in")


@dataclass(slots=True)
class Said:
    """What one run reads of payloads.

    Of `opened` payloads `newer` ones name an act that this program does not know: counted, not judged. `kept` has those
    of acts that need two persons or a review, of erasures and of drills, by log, position and digest of the entry.
    `closed` are logs of which this seat cannot read every payload; `sealed_to_others` counts those of which it was
    given no key.
    """

    opened: int = 0
    newer: int = 0
    kept: dict[tuple[bytes, int, bytes], Payload] = field(default_factory=dict)
    closed: set[bytes] = field(default_factory=set)
    sealed_to_others: int = 0

    def read(self, rows: Rows, auditor: Auditor, origin: Origin, known: Proven, start: int = 0) -> Iterator[Finding]:
        """Read one log from an entry on, in both histories where two part, and yield what is wrong."""
        for entry in read_histories(rows, auditor, origin, known, start):
            if entry.payload is None:
                self.closed.add(origin)
                if entry.fault == "broken":
                    yield Finding(Code.PAYLOAD_SEAL, Message("its details do not open"), origin, entry.seq)
                else:
                    self.sealed_to_others += 1
                continue
            act = entry.payload.act
            self.opened += 1
            self.newer += act not in ACTS
            if act == DRILL or is_judged(entry.payload) or ItemKind.ERASED in entry.kinds:
                self.kept[origin, entry.seq, entry.digest] = entry.payload
            if beyond := kinds_beyond(act, entry.kinds):
                names = enumerated([_NAMES.get(kind, _OF_MEMBERS) for kind in beyond])
                message = Message("it says {act}, which may not list {names}, and lists it", act=act, names=names)
                yield Finding(Code.ACT, message, origin, entry.seq)


# What comes to light after unlock becomes an alarm of the session: shown beside every answer, and nothing leaves.

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
    " The author may have done nothing wrong. If they only lacked the case, a grant of it brings the record back; or"
    " read it, and take it over: {take_over}.",
    "{at_least}{count} records are set aside ({place}): this device knows of no right of their authors to write there"
    " then. The authors may have done nothing wrong. If they only lacked the case, a grant of it brings the records"
    " back; or read them, and take them over: {take_over}.",
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
    if is_false and not seats.isdisjoint(session.directory.certificates):
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
        take_over=NextStep.TAKE_OVER,
    )
