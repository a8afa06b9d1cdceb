"""Whose seat and whose log: of those who are in, and of those who ever were."""

from __future__ import annotations

from collections.abc import Iterable

from vault.access.session import Session
from vault.casework.organisation_records import Member
from vault.display import one_line
from vault.ids import MemberId, Origin, SeatId
from vault.records.logs import genesis_of
from vault.records.versions import OpenedVersion, of_kind


def members_of_logs(session: Session, origins: Iterable[Origin]) -> dict[Origin, MemberId]:
    """Return whose these logs are, of seats that are in and of seats that were."""
    members: dict[Origin, MemberId] = {}
    with session.database.reading() as rows:
        for origin in set(origins):
            genesis = genesis_of(rows, origin)
            certificate = None if genesis is None else session.directory.certificate_of(genesis.seat)
            if genesis is not None and certificate is not None and certificate.identity == genesis.identity:
                members[origin] = MemberId(certificate.member)
    return members


def seat_of_log(session: Session, origin: Origin) -> SeatId | None:
    """Return the seat that a log's own beginning names, or None where that is not here."""
    with session.database.reading() as rows:
        genesis = genesis_of(rows, origin)
    return None if genesis is None else SeatId(genesis.seat)


def member_of_seat(session: Session, seat: SeatId) -> MemberId | None:
    """Return whose seat this is or was; None for recovery and for a seat that was never let in."""
    certificate = session.directory.certificate_of(seat)
    return None if certificate is None else MemberId(certificate.member)


def seats_of(session: Session, members: Iterable[MemberId]) -> list[SeatId]:
    """Return the seats of these members that are in now."""
    wanted = set(members)
    certificates = session.directory.certificates
    return sorted(SeatId(seat) for seat, item in certificates.items() if MemberId(item.member) in wanted)


def names_said(versions: Iterable[OpenedVersion]) -> dict[MemberId, set[str]]:
    """Return what versions of the directory call each member, each name in a line."""
    names: dict[MemberId, set[str]] = {}
    for _, said in of_kind(versions, Member):
        names.setdefault(said.member, set()).add(one_line(said.name))
    return names
