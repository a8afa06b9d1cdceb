"""A second member with a seat of their own in the folder of `founded`: the laptop that two people share."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass

from tests.services.founded import Place
from vault.access.enrolling import MemberRecord, commit_roster
from vault.access.joining import new_seat
from vault.access.rekeying import slots_here
from vault.access.rosters import Change, propose
from vault.access.session import Session
from vault.access.slots import free_slot
from vault.access.unlock import unlock
from vault.ids import MemberId, SeatId
from vault.policy.roles import Role
from vault.records.seatlog import SealedPlace
from vault.seal.doors import DoorKeys, make_doors
from vault.seal.joining import Invitation
from vault.seal.keyfile import KEY_FILE_SIZE, KeyFile
from vault.seal.purposes import Purpose
from vault.seal.unlocking import make_slot
from vault.store.files import read_limited
from vault.store.rowtypes import LocalRow

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
) -> Colleague:
    """Admit a member, or one more seat of `member`, into the session's own folder."""
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
    new = new_seat(session.database, invitation, name, here=True)
    admitted = MemberId(new.request.member)
    file = KeyFile.decode(read_limited(session.folder.keys, KEY_FILE_SIZE))
    with session.database.reading() as rows:
        number, here = free_slot(rows), {session.seat, *slots_here(rows)}
    slot = make_slot(file.header, number, new.secrets, passphrase=bytearray(passphrase), member_name=name)
    live = session.directory.standing.certificates
    doors = [*((seat, live[seat].kem) for seat in sorted(here)), (new.request.seat, new.request.kem)]
    key = session.copy_keys(file).database_key
    file = file.with_slot(number, slot)
    file = file.with_doors(make_doors(session.vault, DoorKeys(key), doors), file.recovery_door)
    change = Change(
        roles={} if member else {admitted: frozenset(roles)},
        certificates=(new.certificate,),
    )
    place = SealedPlace(session.vault, SeatId(new.request.seat), new.secrets.keyring_key)
    commit_roster(
        session,
        propose(session, change),
        members=() if member else (MemberRecord(admitted, name),),
        keys=file,
        rows=[LocalRow(new.request.seat, Purpose.SLOT, number, b""), new.waiting.row(place)],
    )
    return Colleague(name, passphrase, admitted, SeatId(new.request.seat))
