"""A change of who is in: listed in this member's log with all that follows, or proposed for a second person."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from vault.access.membership.act_listing import heads_of, list_acts, settle
from vault.access.membership.joining import HereSeat
from vault.access.membership.sheets import by_the_sheets
from vault.access.seat_keys.rekeying import close_doors
from vault.access.session import Session
from vault.casework.organisation_records import Member
from vault.errors import RefusedError
from vault.ids import MemberId, SeatId
from vault.log.act_bytes import NONCE_SIZE, MadeAct, end, lower
from vault.policy.roles import Action
from vault.trust.trust_items import MEMBER, Certificate
from vault.words.message import Message


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a change.

    `is_done`: it counts; else a second person has to agree to it.
    """

    is_done: bool = True
    admitted: tuple[SeatId, ...] = ()
    ended: tuple[SeatId, ...] = ()


def carry_out(
    session: Session,
    acts: Sequence[MadeAct],
    *,
    members: Sequence[Member] = (),
    act: str = "member.change",
    here: HereSeat | None = None,
    taken_from: Collection[SeatId] = (),
) -> Outcome:
    """List acts, and give and replace the keys that this is due. The caller has asked policy.

    Args:
        session: whose log lists them.
        acts: what decides.
        members: what the directory is to say of members whom they admit.
        act: what the log calls it.
        here: the seat that they admit into this very folder.
        taken_from: seats that lose something: what these did to their own logs does not stop it.

    Raises:
        VerificationError: the log is in doubt.
    """
    listed = list_acts(
        session,
        acts,
        members=members,
        keys=None if here is None else here.keys,
        rows=() if here is None else here.rows,
        act=act,
        taken_from=taken_from,
    )
    if listed.ended:
        close_doors(session)
    return Outcome(True, listed.admitted, listed.ended)


def end_devices(session: Session, seats: Collection[SeatId], typed: bytes | None = None) -> Outcome:
    """End devices: their logs count as far as they are here. Those of an admin only the sheets end.

    Raises:
        RefusedError: it is the device in use, or the sheets are needed and their secret is not here.
    """
    if session.seat in seats:
        raise in_use()
    with session.database.reading() as rows:
        made = [
            _taking(session, seat, end(seat, heads_of(session.directory, session.prover, rows, [seat]), nonce()), typed)
            for seat in sorted(seats)
        ]
    outcome = carry_out(session, made, taken_from=seats)
    # Of who is no admin it is a proposal: an admin who lists the same takes them.
    return replace(outcome, is_done=not any(seat in session.directory.certificates for seat in seats))


def in_use() -> RefusedError:
    return RefusedError(
        Message("you cannot revoke the device that you are using"),
        next_step=Message("Ask another admin, or do it from your other device."),
    )


def lower_member(session: Session, member: MemberId, roles: Iterable[str], typed: bytes | None = None) -> list[MadeAct]:
    """Return what takes these roles of a member, or the person (`MEMBER`), for what is not here yet."""
    seats = seats_ever_of(session, member)
    with session.database.reading() as rows:
        heads = heads_of(session.directory, session.prover, rows, seats)
    made = [lower(member, role, heads, nonce()) for role in roles]
    is_admin = member in session.directory.organisation.admins
    return [by_the_sheets(session, each, typed) if is_admin else each for each in made]


def remove_member(session: Session, member: MemberId, typed: bytes | None = None) -> Outcome:
    """Take a member with every device, those that nobody here knows yet too."""
    acts = lower_member(session, member, [MEMBER], typed)
    return carry_out(session, acts, taken_from=seats_ever_of(session, member))


def settle_shared(session: Session) -> int:
    """Give and replace keys of what the organisation shares where another change of members left that to be done."""
    session.require(Action.SYNC)
    return len(settle(session))


def _taking(session: Session, seat: SeatId, made: MadeAct, typed: bytes | None) -> MadeAct:
    directory = session.directory
    is_above = seat in directory.organisation.admin_seats and directory.member_of(seat) in directory.organisation.admins
    return by_the_sheets(session, made, typed) if is_above else made


def seats_ever_of(session: Session, member: MemberId) -> list[SeatId]:
    """Return the seats that a member ever had."""
    return sorted(seat for seat, item in session.directory.known.items() if item.member == member)


def seats_by_member(session: Session) -> dict[MemberId, list[Certificate]]:
    """Return the devices of each member who is in."""
    found: dict[MemberId, list[Certificate]] = {member: [] for member in session.directory.members}
    for _, certificate in sorted(session.directory.certificates.items()):
        found.setdefault(certificate.member, []).append(certificate)
    return found


def nonce() -> bytes:
    """Return what makes two acts of one content two."""
    return secrets.token_bytes(NONCE_SIZE)
