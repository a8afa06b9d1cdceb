"""Judging a log from the rows, as a reader does after C3; and entries that none of our programs would write."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256

import sqlalchemy as sa

from tests.records.small_office import resolver_of
from vault.access.membership.sheets import by_the_sheets
from vault.access.session import Session
from vault.casework.note import Note
from vault.ids import CompartmentId, Origin, RecordId, SeatId, make_id
from vault.log.act_bytes import ActKind
from vault.log.act_bytes import admit as admission_of
from vault.log.items import Item, encode_items, items_digest, kinds_in
from vault.log.operation import Header, operation_digest
from vault.policy.roles import Role
from vault.records.logs import geneses_of
from vault.records.seatlog import SealedPlace, SeatLog, first_log
from vault.records.versions import OpenedVersion
from vault.records.work import Entry, Work
from vault.seal.recipients import KemPrivate
from vault.seal.signing import make_signing_seed
from vault.store import tables
from vault.store.rows import Rows
from vault.store.rowtypes import OperationRow, SealedVersion, VersionRow
from vault.validity.deciding_lines import read_on
from vault.validity.directory import Directory, judge_lines
from vault.validity.log_places import places_of_logs
from vault.validity.proven import Proven
from vault.validity.version_validity import Quarantined, VersionValidator

NOTE = {"kind": "contact", "text": "written by somebody who may not"}
Judged = OpenedVersion | Quarantined


def directory_of(session: Session, rows: Rows) -> Directory:
    """Return who is in by what was read before and all rows at hand, each of them proven."""
    lines = read_on(rows, session.directory.lines, lambda _origin, _start, size: Proven(size))
    places = places_of_logs(geneses_of(rows), lambda _: None)
    return judge_lines(session.vault, lines, places, lambda head: places.find(head, rows.size, lambda *_: True))


@contextmanager
def counting(session: Session, own: SeatId | None = None) -> Iterator[VersionValidator]:
    """Count by all rows at hand, each of them proven."""
    with session.database.reading() as rows:
        directory = directory_of(session, rows)
        yield VersionValidator(rows, session.vault, session.keyring, resolver_of(rows, directory), own=own)


def judged_by(validator: VersionValidator, origin: Origin, start: int = 0) -> list[Judged]:
    return list(validator.judge(origin, start, Proven(validator.rows.size(origin))))


def judged(session: Session, origin: Origin | None = None, start: int = 0) -> list[Judged]:
    with counting(session) as validator:
        return judged_by(validator, session.log.origin if origin is None else origin, start)


def quarantined(session: Session, origin: Origin | None = None) -> list[tuple[int, str]]:
    return [(version.seq, version.check) for version in judged(session, origin) if isinstance(version, Quarantined)]


def write(work: Work, case: CompartmentId, kind: str = Note.KIND) -> int:
    """Write a version in a unit of work and return the position of its operation."""
    work.write(case, RecordId(make_id()), kind, NOTE)
    return work.commit(Entry(act="case.import")).seq


def append(session: Session, listed: Iterable[Item] | bytes, origin: Origin | None = None) -> int:
    """Put an entry behind the others that lists this, as only the author of the log can have it signed."""
    items = listed if isinstance(listed, bytes) else encode_items(listed)
    origin = session.log.origin if origin is None else origin
    with session.database.transaction() as rows:
        seq = rows.size(origin)
        decides = not {*ActKind}.isdisjoint(kinds_in(items))
        header = Header(bytes(32), None, origin, seq, items_digest(items), sha256(b"").digest(), decides).encode()
        rows.add_operation(OperationRow(origin, seq, header, items, b"", operation_digest(header, items, b"")))
    return seq


def delete_version(session: Session, row: VersionRow | SealedVersion) -> None:
    with session.database.transaction() as rows:
        rows.connection.execute(sa.delete(tables.version).where(tables.version.c.id == row.id))


@dataclass(frozen=True)
class Colleague:
    """Somebody else with a log in the same folder, who holds every key."""

    log: SeatLog
    kem: KemPrivate
    genesis: bytes

    @property
    def seat(self) -> SeatId:
        return self.log.place.seat

    @property
    def origin(self) -> Origin:
        return self.log.origin

    def write(self, case: CompartmentId) -> int:
        with Work(self.log) as work:
            return write(work, case)

    def began(self) -> Origin:
        """Begin the log with an entry that lists nothing of note, and return it."""
        with Work(self.log) as work:
            return work.commit(Entry(act="log.genesis")).origin


def outsider(session: Session) -> Colleague:
    """Begin the log of somebody whom nobody admitted."""
    kem, identity = KemPrivate.from_seed(os.urandom(96)), make_signing_seed()
    first = first_log(session.vault, identity, kem.public)
    place = SealedPlace(session.vault, first.seat, session.log.place.keyring_key)
    log = first.opened(session.database, place, auditors=session.log.auditors, keyring=session.keyring)
    return Colleague(log, kem, first.genesis)


def admit(session: Session, role: Role = Role.CASEWORKER) -> Colleague:
    """Let somebody of this role in, by the sheets, who has done nothing yet."""
    colleague = outsider(session)
    with session.work() as work:
        work.list_act(by_the_sheets(session, admission_of(colleague.genesis, {role}, None, make_id())))
        work.commit(Entry(act="member.change"))
    return colleague
