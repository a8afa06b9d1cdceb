"""Keep the member's index level with the logs: after a commit, after a crash, and from nothing, by the one way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from vault.access.session import Session
from vault.casework.case import Case
from vault.casework.note import Note
from vault.casework.person import Person
from vault.casework.vocabulary import PersonRole
from vault.errors import MalformedError, NotFoundError
from vault.ids import CompartmentId, Origin, VersionId
from vault.index.apply import apply
from vault.index.entries import CaseColumns, IndexedRecord, PersonColumns
from vault.index.file import Index, is_ahead
from vault.index.fold import sort_key
from vault.index.heads import heads_in
from vault.records.codec import from_fields
from vault.records.counting import Counter, Proven, Quarantined
from vault.records.versions import OpenedVersion
from vault.services.proving import proven
from vault.services.reading import read_heads

_BATCH = 2_000

Progress = Callable[[int, int], None]


def caught_up(session: Session, *, progress: Progress = lambda done, total: None) -> Index:
    """Return the index after bringing into it every version that counts and that it lacks.

    What an acknowledged commit wrote and a crash kept from the index comes in here, at the next use.
    """
    index = session.index()
    with session.database.reading() as rows:
        sizes = {row.origin: rows.size(row.origin) for row in rows.geneses()}
    cursor = index.cursor()
    if is_ahead(cursor, sizes):
        index, cursor = session.remake_index(), {}
    behind = [(origin, cursor.get(origin, 0), size) for origin, size in sizes.items() if size > cursor.get(origin, 0)]
    total = sum(size - start for _, start, size in behind)
    for name, start, size in behind:
        origin = Origin(name)
        _catch_up_with(session, index, origin, start=start, known=proven(session, origin, start, size))
        progress(size - start, total)
    return index


def audit_of(session: Session, case: CompartmentId) -> bytes:
    """Return the random pseudonym under which audit payloads name this case.

    Raises:
        NotFoundError: the case has no head that counts.
    """
    if case not in session.audits:
        # It never changes, so a head that was replaced since gives it too, without waiting for the index.
        heads = heads_in(session.index(), case) or heads_in(caught_up(session), case)
        ids = frozenset(VersionId(head.version) for head in heads if head.kind == Case.KIND)
        if not ids:
            raise NotFoundError("there is no such case among yours")
        newest = max(read_heads(session, case, ids), key=lambda one: one.content.clock)
        session.audits[case] = from_fields(Case, newest.content.fields).audit
    return session.audits[case]


def _catch_up_with(session: Session, index: Index, origin: Origin, *, start: int, known: Proven) -> None:
    with session.database.reading() as rows:
        counter = Counter(rows, session.vault, session.keyring, session.directory.chain, session.learned)
        entries = _entries(session, counter.judge(origin, start, known))
        batch = list(islice(entries, _BATCH))
        while len(batch) == _BATCH:
            # The cursor stays behind until the last batch: a crash here applies these again, which changes nothing.
            apply(index, batch, {})
            batch = list(islice(entries, _BATCH))
        apply(index, batch, {origin: known.size})


def _entries(session: Session, judged: Iterator[OpenedVersion | Quarantined]) -> Iterator[IndexedRecord]:
    for version in judged:
        if isinstance(version, Quarantined):
            session.quarantine.append(version)
            continue
        try:
            entry = _entry(version)
        except MalformedError:
            session.quarantine.append(Quarantined(version.origin, version.seq, version.n, "fields"))
            continue
        if entry is not None:
            yield entry


def _entry(version: OpenedVersion) -> IndexedRecord | None:
    """Return what the index keeps of a version, or None for kinds that lists and searches do not show."""
    names, text = "", ""
    columns: CaseColumns | PersonColumns | None = None
    match version.content.kind:
        case Case.KIND:
            case = from_fields(Case, version.content.fields)
            names = f"{case.title}\n{case.ref}"
            columns = CaseColumns(
                title=case.title, ref=case.ref, status=case.stage, kind=case.kind, risk=case.risk, opened=case.opened
            )
        case Person.KIND:
            person = from_fields(Person, version.content.fields)
            names = "\n".join(name.text for name in person.names)
            numbers = [document.number for document in person.documents]
            text = "\n".join((person.born or "", *person.phones, *person.emails, *numbers))
            columns = PersonColumns(
                name=person.display_name(),
                name_key=sort_key(person.display_name()),
                is_client=person.role is PersonRole.CLIENT,
                phones=person.phones,
            )
        case Note.KIND:
            text = from_fields(Note, version.content.fields).text
        case _ if version.content.kind != "disclosure":
            return None
    return IndexedRecord(
        compartment=version.compartment,
        record=version.record,
        version=version.id,
        parents=version.content.parents,
        case=version.compartment,
        kind=version.content.kind,
        at_ms=version.content.clock[0],
        counter=version.content.clock[1],
        names=names,
        text=text,
        columns=columns,
    )
