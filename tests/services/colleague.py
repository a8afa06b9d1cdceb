"""A second member with a seat of their own in the folder of `founded`: the laptop that two people share."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass

from tests.services.founded import Place
from vault.access.membership.next_roster import Change, propose, sign_by_root
from vault.access.membership.pending_seat import join_here
from vault.access.membership.roster_commit import commit_roster
from vault.access.session import Session
from vault.access.unlock import unlock
from vault.casework.organisation_records import Member
from vault.ids import MemberId, SeatId
from vault.policy.roles import Role
from vault.seal.invitation import Invitation

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
    """Admit a member, or one more seat of `member`, into the session's own folder; the root signs where told to."""
    invitation = Invitation(
        vault=session.vault,
        root=session.root_public,
        roster=session.directory.roster,
        nonce=secrets.token_bytes(16),
        roles=() if member else tuple(sorted(role.value for role in roles)),
        by="whoever opened it",
        seat=session.seat,
        kem=session.kem_private.public,
        member=member or b"",
        name=name if member else "",
    )
    new = join_here(session, invitation, member_name=name, passphrase=bytearray(passphrase))
    admitted = MemberId(new.certificate.member)
    change = Change(roles={} if member else {admitted: frozenset(roles)}, certificates=(new.certificate,))
    roster = propose(session, change)
    commit_roster(
        session,
        sign_by_root(session, roster) if by_root else roster,
        members=() if member else (Member(admitted, name),),
        keys=new.keys,
        rows=new.rows,
    )
    return Colleague(name, passphrase, admitted, SeatId(new.certificate.seat))
