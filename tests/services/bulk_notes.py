"""Many notes at once: no command of the program writes so many, and a large case has to come from somewhere."""

from __future__ import annotations

from collections.abc import Sequence

from vault.access.session import Session
from vault.casework.note import Note
from vault.ids import CompartmentId, RecordId, make_id
from vault.records.versions import to_fields
from vault.records.work import VERSIONS_PER_WORK, Entry
from vault.services.projection.projection import audit_of


def add_many(session: Session, case: CompartmentId, notes: Sequence[Note]) -> list[RecordId]:
    """Write notes into one case, at most 256 to an operation; return their records."""
    audit = audit_of(session, case)
    records = [RecordId(make_id()) for _ in notes]
    for start in range(0, len(notes), VERSIONS_PER_WORK):
        batch = notes[start : start + VERSIONS_PER_WORK]
        with session.work(case) as work:
            for record, note in zip(records[start:], batch, strict=False):
                work.write(case, record, Note.KIND, to_fields(note))
            work.commit(Entry(act="case.import", obj=audit, covers={Note.KIND: len(batch)}))
    return records
