"""Who let a device in: one supervisor alone may admit one in a caseworker's name, and it reads what they are given."""

from __future__ import annotations

from vault.access.session import Session
from vault.ids import MemberId, SeatId, short_id
from vault.log.rosters.roster import ROSTER_PURPOSE
from vault.log.rosters.roster_rules import signers_of
from vault.log.signatures import signed_message
from vault.policy.roles import Action
from vault.seal.signing import is_signed_raw
from vault.services.projection.authors import name_in, names_of_members
from vault.words.message import Message, Value, enumerated

RECOVERY_SHEETS = Message("the recovery sheets")


def admitters(session: Session, seat: SeatId) -> Value:
    """Return the names of who signed the roster that first certified a device, or the sheets; nothing of roster 0."""
    session.require(Action.MEMBER_LIST)
    chain = session.directory.chain
    first = next((roster for roster in chain.accepted if seat in roster.certificates), None)
    if first is None or first.head.number == 0:
        return ""
    before = chain.line.before(first)
    members = {certificate.identity: certificate.member for certificate in before.certificates.values()}
    keys = {before.root_public, *members}
    signed = signers_of(signed_message(ROSTER_PURPOSE, first.root), first.signatures, keys, is_signed_raw)
    names = names_of_members(session)
    by = sorted({name_in(names, members[key]) for key in signed if key in members}, key=str.casefold)
    return enumerated(by) if by else RECOVERY_SHEETS


def said_of_devices(session: Session, member: MemberId) -> list[Message]:
    """Say of each device of a member but the first who let it in: what the member is given opens there too."""
    own = sorted(seat for seat, item in session.directory.effective.certificates.items() if item.member == member)
    rosters = session.directory.chain.accepted
    by_age = sorted(own, key=lambda seat: next(n for n, each in enumerate(rosters) if seat in each.certificates))
    name = name_in(names_of_members(session), member)
    return [
        Message(
            "{name} opens it on a further device too: {device}, admitted by {who}.",
            name=name,
            device=short_id(seat),
            who=admitters(session, SeatId(seat)),
        )
        for seat in by_age[1:]
    ]
