"""Records of a case as a member reads them: only valid versions, proven by their hash; and the text in papers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any, Generic, TypeVar, cast

import msgspec

from vault.access.session import Session
from vault.access.trust.case_lines import access_of
from vault.casework.case import Case
from vault.casework.document import Body
from vault.casework.intake import Slip
from vault.casework.kinds import CaseworkRecord
from vault.casework.note import Note
from vault.casework.person import Person
from vault.errors import VaultError
from vault.ids import CompartmentId, Origin, RecordId, VersionId
from vault.records.attachment_bodies import read_body
from vault.records.versions import OpenedVersion, of_kind, open_each
from vault.services.projection.raised_alarms import notice_absent
from vault.store.blobs import Blobs
from vault.store.rowtypes import SealedVersion
from vault.validity.version_validity import VersionValidator

# Records of a case as a member reads them: only valid versions, taken from the store, proven by their hash.

T = TypeVar("T", bound=CaseworkRecord)


class Stored(msgspec.Struct, Generic[T], frozen=True, gc=False):
    """A record as one of its heads has it. `heads` above 1 is a conflict that nobody has settled.

    `origin` is the log that it was written in: whose that is, `projection.seats` tells.
    """

    record: RecordId
    version: VersionId
    written_ms: int
    value: T
    heads: int = 1
    origin: Origin | None = None


def read_heads(session: Session, compartment: CompartmentId, heads: frozenset[VersionId]) -> list[OpenedVersion]:
    """Open the given versions of a compartment; the index says which ones count, the hash that they are these.

    One that is not here or does not open becomes an alarm of the session; the others are returned.
    """
    with session.database.reading() as rows:
        sealed = rows.versions(compartment)
    return _opened(session, compartment, sealed, heads)


def read_versions(
    session: Session, compartment: CompartmentId, record: RecordId, wanted: frozenset[VersionId]
) -> list[OpenedVersion]:
    """Open the given versions of one record, as `read_heads` does."""
    with session.database.reading() as rows:
        sealed = rows.versions(compartment, record)
    return _opened(session, compartment, sealed, wanted)


def read_valid_at(
    session: Session, compartment: CompartmentId, places: Iterable[tuple[bytes, int]]
) -> Iterator[OpenedVersion]:
    """Yield the valid versions of a compartment that entries at these places (log, position) list, replaced ones too.

    Each is judged now: what others replaced, and what restricted sections hold, the index knows nothing of.
    """
    with session.database.reading() as rows:
        validator = VersionValidator(rows, session.vault, session.keyring, access_of(session, rows), session.learned)
        for origin, seq in sorted(set(places)):
            log = Origin(origin)
            for version in validator.judge(log, seq, session.prover.proven(rows, log, seq, seq + 1)):
                if isinstance(version, OpenedVersion) and version.compartment == compartment:
                    yield version


def read_record(session: Session, compartment: CompartmentId, record: RecordId) -> list[OpenedVersion]:
    """Return every valid version of a record, replaced ones too, each judged now."""
    with session.database.reading() as rows:
        places = [(origin, seq) for _, origin, seq in rows.places_in_record(compartment, record)]
    return [version for version in read_valid_at(session, compartment, places) if version.record == record]


def _opened(
    session: Session, compartment: CompartmentId, sealed: list[SealedVersion], wanted: frozenset[VersionId]
) -> list[OpenedVersion]:
    of_them = (row for row in sealed if row.id in wanted)
    opened, _refusals = open_each(of_them, vault=session.vault, keyring=session.keyring)
    if len(opened) < len(wanted):
        notice_absent(session, compartment, len(wanted) - len(opened))
    return opened


def _in_time(head: OpenedVersion) -> tuple[tuple[int, int], bytes, int]:
    return head.content.clock, head.origin, head.seq


def joined(values: Sequence[T]) -> T:
    """Return what several versions of a record beside one another say, oldest first: the newest, of a person all.

    What keeps somebody safe holds where any of them says it: a note is withdrawn, a case or a call slip is open.
    """
    newest = values[-1]
    if len(values) > 1 and isinstance(newest, Person | Note | Case | Slip):
        return cast("T", newest.joined(cast("Sequence[Any]", values[:-1])))
    return newest


def stored_of_kind(versions: list[OpenedVersion], kind: type[T]) -> list[Stored[T]]:
    """Return the records of one kind (`of_kind`), oldest first; of several heads the newest by its own clock.

    What the other heads say counts too, as `joined` has it: a name that only one of two versions of a person has is
    looked for in exports.
    """
    by_record: dict[RecordId, list[tuple[OpenedVersion, T]]] = {}
    for version, value in of_kind(versions, kind):
        by_record.setdefault(version.record, []).append((version, value))
    stored: list[tuple[tuple[tuple[int, int], bytes, int, bytes], Stored[T]]] = []
    for record, found in by_record.items():
        in_time = found if len(found) == 1 else sorted(found, key=lambda head: _in_time(head[0]))
        newest, value = in_time[-1][0], joined([value for _, value in in_time])
        one = Stored(record, newest.id, newest.content.clock[0], value, len(found), newest.origin)
        stored.append(((*_in_time(newest), record), one))
    return [one for _, one in sorted(stored, key=itemgetter(0))]


# The text that was read in a paper, as the search and who opens the paper see it.
_MOST_BYTES = 8 << 20


def extracted_text(session: Session, extracted: Body | None) -> str:
    """Return the text; empty where there is none, or it is not here, or not whole: the search goes on without it."""
    if extracted is None or extracted.size > _MOST_BYTES:
        return ""
    try:
        pieces = read_body(session.database, Blobs(session.folder.blobs_dir), session.vault, extracted)
        return b"".join(pieces).decode(errors="replace")
    except VaultError:
        return ""
