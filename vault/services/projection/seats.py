"""Whose seat and whose log: of those who are in, and of those who ever were."""

from __future__ import annotations

from collections.abc import Iterable

from vault.access.session import Session
from vault.display import one_line
from vault.ids import MemberId, Origin, SeatId
from vault.log.rosters.roster_entries import Certificate
from vault.records.logs import genesis_of
from vault.records.versions import OpenedVersion


def members_of_logs(session: Session, origins: Iterable[Origin]) -> dict[Origin, MemberId]:
    """Return whose these logs are, of seats that are in and of seats that were: some counted roster certifies each."""
    members: dict[Origin, MemberId] = {}
    with session.database.reading() as rows:
        for origin in set(origins):
            genesis = genesis_of(rows, origin)
            certificate = None if genesis is None else _certificate(session, genesis.seat)
            if genesis is not None and certificate is not None and certificate.identity == genesis.identity:
                members[origin] = MemberId(certificate.member)
    return members


def member_of_seat(session: Session, seat: SeatId) -> MemberId | None:
    """Return whose seat this is or was; None for recovery and for a seat that no counted roster ever certified."""
    certificate = _certificate(session, seat)
    return None if certificate is None else MemberId(certificate.member)


def seats_of(session: Session, members: Iterable[MemberId]) -> list[SeatId]:
    """Return the seats of these members that are in now."""
    wanted = set(members)
    certificates = session.directory.effective.certificates
    return sorted(SeatId(seat) for seat, item in certificates.items() if MemberId(item.member) in wanted)


def names_said(versions: Iterable[OpenedVersion]) -> dict[MemberId, set[str]]:
    """Return what versions of the directory call each member, each name in a line."""
    names: dict[MemberId, set[str]] = {}
    for version in versions:
        member, name = version.content.fields.get("member"), version.content.fields.get("name")
        if version.content.kind == "member" and isinstance(member, bytes) and isinstance(name, str):
            names.setdefault(MemberId(member), set()).add(one_line(name))
    return names


def _certificate(session: Session, seat: bytes) -> Certificate | None:
    """Return the newest certificate of a seat, of whatever counted roster."""
    rosters = reversed(session.directory.chain.accepted)
    return next((roster.certificates[seat] for roster in rosters if seat in roster.certificates), None)
