"""A second member with a seat of their own in the folder of `founded`: the laptop that two people share."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass

from tests.services.founded import Place
from vault.access.membership.act_listing import Listed, heads_of, list_acts
from vault.access.membership.joining import join_here
from vault.access.membership.sheets import by_the_sheets
from vault.access.seat_keys.root_secret import kept_secret
from vault.access.session import Session
from vault.access.unlock import unlock
from vault.casework.organisation_records import Member
from vault.ids import ZERO_ID, MemberId, SeatId
from vault.log.act_bytes import MadeAct, end
from vault.log.act_bytes import admit as admission_of
from vault.policy.roles import Role

NAME = "Oren Sabaluk"
PASSPHRASE = b"nine copper whistles"
SUPERVISOR = frozenset({Role.SUPERVISOR})


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member other than the founder, by name, passphrase and ids."""

    name: str
    passphrase: bytes
    member: MemberId
    seat: SeatId

    def open(self, place: Place) -> Session:
        """Unlock as this member; the caller closes."""
        return unlock(place.path, member=self.name, passphrase=bytearray(self.passphrase), state=place.state)


def admit(
    session: Session,
    *,
    name: str = NAME,
    passphrase: bytes = PASSPHRASE,
    roles: Collection[Role] = SUPERVISOR,
    member: MemberId | None = None,
    by_root: bool = False,
) -> Colleague:
    """Admit a member, or one more seat of `member`, into the session's own folder.

    By the sheets while their secret lies on this device, or where told to; else in the session's own log.
    """
    new = join_here(session, member_name=name, passphrase=bytearray(passphrase), member=member or ZERO_ID)
    made = admission_of(new.certificate, frozenset() if member else frozenset(roles), None, secrets.token_bytes(16))
    signed = by_the_sheets(session, made) if by_root or kept_secret(session) is not None else made
    records = () if member else (Member(new.member, name),)
    list_acts(session, [signed], members=records, keys=new.keys, rows=new.rows)
    return Colleague(name, passphrase, member or new.member, new.seat)


def end_of(session: Session, seat: SeatId) -> MadeAct:
    """Return what ends a seat: of its log counts what is here."""
    with session.database.reading() as rows:
        return end(seat, heads_of(session.directory, session.prover, rows, [seat]), secrets.token_bytes(16))


def end_seats(session: Session, *seats: SeatId) -> Listed:
    """End seats of who is no admin, or leave it to an admin to list the same."""
    return list_acts(session, [end_of(session, seat) for seat in seats], taken_from=seats)
