"""Judging a log from the rows, as a reader does after C3; and entries that none of our programs would write."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256

import sqlalchemy as sa

from tests.records.beside import begin_beside
from vault.access.session import Session
from vault.casework.note import Note
from vault.ids import CompartmentId, Origin, RecordId, SeatId, make_id
from vault.log.items import Item, encode_items, items_digest
from vault.log.operation import Header, operation_digest
from vault.log.roster import RosterChain, make_roster
from vault.log.roster_entries import Certificate, MemberEntry
from vault.policy.roles import Role
from vault.records.seatlog import SeatLog
from vault.records.versions import OpenedVersion
from vault.records.work import Entry, Work
from vault.seal.recipients import KemPrivate
from vault.seal.signing import make_signing_seed, public_key
from vault.store import tables
from vault.store.rowtypes import OperationRow, SealedVersion, VersionRow
from vault.validity.authority import Authority, Proven
from vault.validity.version_validity import Quarantined, VersionValidator

NOTE = {"kind": "contact", "text": "written by somebody who may not"}
Judged = OpenedVersion | Quarantined


@contextmanager
def counting(
    session: Session, chain: RosterChain | None = None, own: SeatId | None = None
) -> Iterator[VersionValidator]:
    """Count by all rows at hand, each of them proven."""
    with session.database.reading() as rows:
        chain = session.directory.chain if chain is None else chain
        authority = Authority(rows, chain, lambda origin, _: Proven(rows.size(origin)))
        yield VersionValidator(rows, session.vault, session.keyring, authority, own=own)


def judged_by(validator: VersionValidator, origin: Origin, start: int = 0) -> list[Judged]:
    return list(validator.judge(origin, start, Proven(validator.rows.size(origin))))


def judged(
    session: Session, origin: Origin | None = None, start: int = 0, *, chain: RosterChain | None = None
) -> list[Judged]:
    with counting(session, chain) as validator:
        return judged_by(validator, session.log.origin if origin is None else origin, start)


def quarantined(session: Session, origin: Origin | None = None) -> list[tuple[int, str]]:
    return [(version.seq, version.check) for version in judged(session, origin) if isinstance(version, Quarantined)]


def write(work: Work, case: CompartmentId, kind: str = Note.KIND) -> int:
    """Write a version in a unit of work and return the position of its operation."""
    work.write(case, RecordId(make_id()), kind, NOTE)
    return work.commit(Entry(act="case.import")).seq


def append(session: Session, listed: Iterable[Item] | bytes, origin: Origin | None = None, roster: bytes = b"") -> int:
    """Put an entry behind the others that lists this, as only the author of the log can have it signed."""
    items = listed if isinstance(listed, bytes) else encode_items(listed)
    origin = session.log.origin if origin is None else origin
    with session.database.transaction() as rows:
        seq = rows.size(origin)
        payload = sha256(b"").digest()
        named = roster or session.log.roster
        header = Header(bytes(32), named, None, origin, seq, items_digest(items), payload).encode()
        rows.add_operation(OperationRow(origin, seq, header, items, b"", operation_digest(header, items, b"")))
    return seq


def delete_version(session: Session, row: VersionRow | SealedVersion) -> None:
    with session.database.transaction() as rows:
        rows.connection.execute(sa.delete(tables.version).where(tables.version.c.id == row.id))


@dataclass(frozen=True)
class Colleague:
    """Somebody else who is in, by a roster of their own and with a log in the same folder, who holds every key."""

    log: SeatLog
    chain: RosterChain
    kem: KemPrivate

    @property
    def seat(self) -> SeatId:
        return self.log.place.seat

    @property
    def origin(self) -> Origin:
        return self.log.origin

    def write(self, case: CompartmentId) -> int:
        with Work(self.log) as work:
            return write(work, case)

    def without(self, seat: SeatId) -> RosterChain:
        """Return the chain after which this seat is in no more."""
        effective = self.chain.effective
        assert effective is not None
        certificates = {other: certificate for other, certificate in effective.certificates.items() if other != seat}
        return replace(self.chain, effective=replace(effective, certificates=certificates))


def admit(session: Session, role: Role = Role.CASEWORKER) -> Colleague:
    """Let somebody of this role in, who has done nothing yet."""
    chain, kem, identity = session.directory.chain, KemPrivate.from_seed(os.urandom(96)), make_signing_seed()
    newest, effective = chain.newest, chain.effective
    assert newest is not None
    assert effective is not None
    log = begin_beside(session, seat=SeatId(make_id()), identity=identity)
    certificate = Certificate(log.place.seat, make_id(), kem.public, public_key(identity), log.origin)
    roster = make_roster(
        replace(newest.head, number=newest.head.number + 1, prev=(newest.root,)),
        [
            *(MemberEntry(*member) for member in newest.members.items()),
            MemberEntry(certificate.member, frozenset({role.value})),
        ],
        [*newest.certificates.values(), certificate],
        random=os.urandom,
    )
    log.roster = roster.root
    vouched = {seat: roster.members[certificate.member] for seat, certificate in roster.certificates.items()}
    wider = replace(
        chain,
        accepted=(*chain.accepted, roster),
        vouched={**chain.vouched, roster.root: vouched},
        effective=replace(effective, members=roster.members, certificates=roster.certificates),
    )
    return Colleague(log, wider, kem)
