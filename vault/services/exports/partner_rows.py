"""Which stored recipients are taken for such: what another program spoiled stops nobody but itself, and is told."""

from __future__ import annotations

from dataclasses import dataclass, field

from vault.access.session import Session
from vault.casework.partner import Partner
from vault.errors import UsageError
from vault.ids import CompartmentId, CompartmentKind, Origin, RecordId, short_id
from vault.seal.age import fingerprint
from vault.services.projection.absences import author_of
from vault.services.projection.kinds_held import held_of_kind
from vault.services.projection.projection import read_valid
from vault.services.projection.reading import Stored, stored_of_kind
from vault.services.projection.seats import seat_of_log
from vault.words.finding import Code, Finding, Severity
from vault.words.message import Message, Value, filled


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """A recipient as it is stored, and the words of its key, computed here."""

    home: CompartmentId
    stored: Stored[Partner] = field(repr=False)
    words: str


@dataclass(frozen=True, slots=True)
class SpoiledRow:
    """A record of kind `partner` that is no recipient: its name, where it says it, and whose log holds it."""

    record: RecordId
    name: str = field(repr=False)
    author: Value


def partner_rows(session: Session) -> tuple[list[PartnerRow], list[SpoiledRow]]:
    """Return the recipients, and what stands where recipients are kept and cannot be read as such.

    On one record id the directory wins. What is passed over is told as news of the session, with its author's name.
    """
    known: list[PartnerRow] = []
    spoiled: list[SpoiledRow] = []
    seen: set[RecordId] = set()
    session.drop_alarms(Code.RECIPIENT)
    for home in (session.directory.compartment, *held_of_kind(session, CompartmentKind.SENDING)):
        heads = [version for version in read_valid(session, home) if version.content.kind == Partner.KIND]
        stored = {row.record: row for row in stored_of_kind(heads, Partner)}
        for record, head in {head.record: head for head in heads}.items():
            row = stored.get(record)
            words = "" if row is None else _words(row.value)
            origin = head.origin if row is None or row.origin is None else row.origin
            if record in seen:
                _tell(session, record, origin, _TAKES_AN_ID)
            elif row is not None and words == row.value.fingerprint:
                known.append(PartnerRow(home, row, words))
            else:
                author = _tell(session, record, origin, _UNREADABLE)
                spoiled.append(SpoiledRow(record, "" if row is None else row.value.name, author))
        seen.update(head.record for head in heads)
    return known, spoiled


_UNREADABLE = Message(
    "A recipient cannot be read (id {id}, written by {who}). Nothing is sent to it; all others are as they were."
)
_TAKES_AN_ID = Message(
    "A recipient has the id of a recipient that admins keep (id {id}, written by {who}). It is not used."
)
_SOMEBODY = Message("somebody")


def _tell(session: Session, record: RecordId, origin: Origin, words: Message) -> Value:
    """Have a person hear of a row that is passed over; return whose log holds it."""
    author = author_of(session, seat_of_log(session, origin)) or _SOMEBODY
    told = filled(words, id=short_id(record), who=author)
    session.add_alarm(Finding(Code.RECIPIENT, told, record, severity=Severity.NEWS))
    return author


def _words(partner: Partner) -> str:
    try:
        return fingerprint(partner.age_recipient)
    except UsageError:
        return ""
