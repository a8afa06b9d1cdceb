"""Who let a device in: one supervisor alone may admit one in a caseworker's name, and it reads what they are given."""

from __future__ import annotations

from dataclasses import replace

from vault.access.membership.next_roster import signers_in
from vault.access.session import Session
from vault.access.trust.directory import Directory
from vault.ids import MemberId, short_id
from vault.log.rosters.roster import Roster
from vault.log.rosters.roster_entries import Certificate
from vault.policy.roles import Action
from vault.services.projection.authors import name_in, names_of_members
from vault.words.message import Message, Value, enumerated

RECOVERY_SHEETS = Message("the recovery sheets")


def admitters(session: Session, certificate: Certificate, names: dict[MemberId, str]) -> Value:
    """Return the names of who signed the roster that first certified a device, or the sheets; nothing of roster 0."""
    session.require(Action.MEMBER_LIST)
    first = _first(session.directory, certificate)
    if first is None or first.head.number == 0:
        return ""
    signed = signers_in(session.directory.chain.line.before(first), first)
    by = sorted({name_in(names, member) for member in signed}, key=str.casefold)
    return enumerated(by) if by else RECOVERY_SHEETS


def said_of_devices(session: Session, member: MemberId) -> list[Message]:
    """Say of each device of a member but the first who let it in: what the member is given opens there too."""
    directory = session.directory
    own = [item for _, item in sorted(directory.effective.certificates.items()) if item.member == member]
    since = {item.seat: -1 if (first := _first(directory, item)) is None else first.head.number for item in own}
    names = names_of_members(session)
    return [
        Message(
            "{name} opens it on a further device too: {device}, admitted by {who}.",
            name=name_in(names, member),
            device=short_id(item.seat),
            who=admitters(session, item, names),
        )
        for item in sorted(own, key=lambda item: since[item.seat])[1:]
    ]


def _first(directory: Directory, certificate: Certificate) -> Roster | None:
    """Return the first roster that certifies this very device: of one id a void roster may name another key.

    A device that waits for the root is certified by void rosters alone.
    """
    accepted, vouched = directory.chain.accepted, directory.chain.vouched
    same = [roster for roster in accepted if _is_of(roster.certificates.get(certificate.seat), certificate)]
    valid = (roster for roster in same if certificate.seat in vouched[roster.root])
    return next(valid, next(iter(same), None))


def _is_of(named: Certificate | None, certificate: Certificate) -> bool:
    """Say whether a roster names this device; its KEM key is renewed yearly."""
    return named is not None and replace(named, kem=certificate.kem) == certificate
