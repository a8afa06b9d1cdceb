"""Records of a case as a member reads them: only versions that count, taken from the store, proven by their hash."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from vault.access.session import Session
from vault.casework.kinds import CaseworkRecord
from vault.errors import NotFoundError
from vault.ids import CompartmentId, Origin, RecordId, VersionId
from vault.records.codec import from_fields
from vault.records.counting import Counter
from vault.records.versions import OpenedVersion, heads, open_all
from vault.services.proving import proven
from vault.store.rows import SealedVersion

T = TypeVar("T", bound=CaseworkRecord)


@dataclass(frozen=True, slots=True)
class Stored(Generic[T]):
    """A record as one of its heads has it. `heads` above 1 is a conflict that nobody has settled."""

    record: RecordId
    version: VersionId
    written_ms: int
    value: T
    heads: int = 1


def read_heads(session: Session, compartment: CompartmentId, heads: frozenset[VersionId]) -> list[OpenedVersion]:
    """Open the given versions of a compartment; the index says which ones count, the hash that they are these.

    Raises:
        NotFoundError: the index knows one that the store lacks.
        BrokenSealError: one does not open.
    """
    with session.database.reading() as rows:
        sealed = rows.versions(compartment)
    return _opened(session, compartment, [row for row in sealed if row.id in heads], len(heads))


def read_versions(
    session: Session, compartment: CompartmentId, record: RecordId, wanted: frozenset[VersionId]
) -> list[OpenedVersion]:
    """Open the given versions of one record. See `read_heads` for what is raised."""
    with session.database.reading() as rows:
        sealed = rows.versions(compartment, record)
    return _opened(session, compartment, [row for row in sealed if row.id in wanted], len(wanted))


def read_counted(session: Session, compartment: CompartmentId) -> list[OpenedVersion]:
    """Return the heads of a small compartment that the index does not hold, such as the directory: those that count."""
    with session.database.reading() as rows:
        places = dict.fromkeys((row.origin, row.seq) for row in rows.versions(compartment))
        counter = Counter(rows, session.vault, session.keyring, session.directory.chain, session.learned)
        counted = [
            judged
            for origin, seq in places
            for judged in counter.judge(Origin(origin), seq, proven(session, Origin(origin), seq, seq + 1))
            if isinstance(judged, OpenedVersion) and judged.compartment == compartment
        ]
    return heads(counted)


def _opened(
    session: Session, compartment: CompartmentId, sealed: list[SealedVersion], expected: int
) -> list[OpenedVersion]:
    opened = open_all(sealed, vault=session.vault, keyring=session.keyring)
    if len(opened) != expected:
        raise NotFoundError(
            f"{expected - len(opened)} of {expected} records of case {compartment.hex()} are not here",
            advice="Run `casevault log verify`; it names what is missing.",
        )
    return opened


def stored_of_kind(versions: list[OpenedVersion], kind: type[T]) -> list[Stored[T]]:
    """Return the records of one kind, oldest first; of several heads the newest by its own clock stands for all."""
    by_record: dict[RecordId, list[OpenedVersion]] = {}
    for version in versions:
        if version.content.kind == kind.KIND:
            by_record.setdefault(version.record, []).append(version)
    stored = []
    for record, found in by_record.items():
        newest = max(found, key=lambda head: (head.content.clock, head.origin, head.seq))
        value = from_fields(kind, newest.content.fields)
        stored.append(Stored(record, newest.id, newest.content.clock[0], value, len(found)))
    return sorted(stored, key=lambda one: (one.written_ms, one.record))
