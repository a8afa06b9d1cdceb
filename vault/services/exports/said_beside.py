"""What a report says beside the records: whose it is, of which day, and by whom each note was written."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace

from vault.access.session import Session
from vault.casework.checks import checked_text, refuse_halves
from vault.casework.disclosure import Approving
from vault.casework.note import Note
from vault.casework.organisation_records import Organisation
from vault.display import DAY, time_text
from vault.errors import UsageError
from vault.export.dossier_report import Cover
from vault.ids import RecordId
from vault.policy.roles import Role
from vault.records.versions import of_kind
from vault.redaction.profile import Profile
from vault.redaction.source import SourceField
from vault.services.projection.projection import read_valid
from vault.services.projection.seats import members_of_logs
from vault.services.projection.stored_records import Stored
from vault.words.message import Message

# Of several roles the one under which people write.
_WRITES = (Role.CASEWORKER, Role.FIELD, Role.INTAKE, Role.SUPERVISOR, Role.LEGAL_REVIEWER, Role.ADMIN, Role.AUDITOR)
_FORMER = "former"


def organisation_name(session: Session) -> str:
    """Return what the organisation is called, as whoever founded the vault said; empty where nothing says so."""
    versions = read_valid(session, session.directory.compartment)
    return next((said.name for _, said in of_kind(versions, Organisation)), "")


def today(session: Session) -> datetime.date:
    """Return the day, in UTC, by the session's clock."""
    return datetime.datetime.fromtimestamp(session.log.now_ms() / 1000, tz=datetime.UTC).date()


def in_order(notes: Sequence[Stored[Note]]) -> list[Stored[Note]]:
    """Return notes in the order of what they tell: by their day, or, of one without, by that of writing."""
    return sorted(
        notes, key=lambda note: (note.value.occurred or time_text(note.written_ms, DAY), note.written_ms, note.record)
    )


def as_asked(cover: Cover, asked: Approving) -> Cover:
    """Return the cover with which the same files come of an answered question as were shown in it."""
    if not asked.day:
        return cover
    # Programs before wrote the reference of the case into what they asked: such a question is asked again.
    reference = asked.reference or cover.reference
    said = {"language": asked.language, "pages": asked.pages, "day": asked.day, "contact": asked.contact}
    return replace(cover, **said, reference=reference)


def told_beside(session: Session, notes: Sequence[Stored[Note]]) -> dict[RecordId, tuple[SourceField, ...]]:
    """Return what a report says of each note beside its fields: the role of who wrote it, the day if it has none."""
    members = members_of_logs(session, {note.origin for note in notes if note.origin is not None})
    beside = {}
    for note in notes:
        fields = []
        if note.value.occurred is None:
            fields.append(SourceField("written", (time_text(note.written_ms, DAY),), coded=True))
        member = None if note.origin is None else members.get(note.origin)
        if member is not None:
            roles = session.directory.roles_of(member)
            word = next((role.value for role in _WRITES if role in roles), _FORMER)
            fields.append(SourceField("by", (word,), coded=True))
        beside[note.record] = tuple(fields)
    return beside


def checked_said(profile: Profile, text: str) -> str:
    """Return what was written for one export alone, as a text is kept.

    Raises:
        UsageError: the profile has no place for it, or it is no text.
    """
    said = checked_text(text, "say", optional=True).strip()
    refuse_halves(said, "say")
    if said and not profile.takes_a_text:
        raise UsageError(Message("with this profile, nothing can be said beside the records of the case"))
    return said
