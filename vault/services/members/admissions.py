"""Who let a device in and who took it, by name: one act is one line in somebody's log."""

from __future__ import annotations

from contextlib import suppress

from vault.access.session import Session
from vault.errors import InternalError, MalformedError
from vault.ids import MemberId, SeatId, short_id
from vault.log.act_bytes import admission_in, certificate_in
from vault.log.genesis import origin_of
from vault.policy.roles import Action
from vault.services.projection.authors import name_in, names_of_members
from vault.trust.trust_items import MEMBER, Admit, Certificate, End, Lower
from vault.words.message import Message, Value, enumerated

RECOVERY_SHEETS = Message("the recovery sheets")


def admitters(session: Session, seat: SeatId, names: dict[MemberId, str]) -> Value:
    """Return the names of who listed the admission of a device, or the sheets; nothing of the founder's first."""
    session.require(Action.MEMBER_LIST)
    if seat == session.directory.beginning.founder.seat:
        return ""
    admits = [act for act in session.directory.organisation.admits if act.certificate.seat == seat]
    return _by(session, admits, names)


def taken_by(session: Session, seat: SeatId, names: dict[MemberId, str]) -> Value:
    """Return the names of who listed what takes a device or its member, or the sheets; nothing where nobody did."""
    session.require(Action.MEMBER_LIST)
    organisation = session.directory.organisation
    if seat not in organisation.members:
        return ""
    taken = [act for act in organisation.takings_of(seat) if isinstance(act, End) or act.role == MEMBER]
    return _by(session, taken, names) if taken else ""


def _by(session: Session, acts: list[Admit] | list[End | Lower], names: dict[MemberId, str]) -> Value:
    members = {member for act in acts for member in session.directory.listed_by(act)}
    by = sorted({name_in(names, member) for member in members}, key=str.casefold)
    return enumerated(by) if by else RECOVERY_SHEETS


def said_of_devices(session: Session, member: MemberId) -> list[Message]:
    """Say of each device of a member but the first who let it in: what the member is given opens there too."""
    names = names_of_members(session)
    own = [item for _, item in sorted(session.directory.certificates.items()) if item.member == member]
    return [
        Message(
            "{name} opens it on a further device too: {device}, admitted by {who}.",
            name=name_in(names, member),
            device=short_id(item.seat),
            who=admitters(session, item.seat, names),
        )
        for item in own
        if not item.is_first
    ]


def certificate_bytes(session: Session, certificate: Certificate) -> bytes:
    """Return the bytes of a certificate of somebody who was let in, as some log lists them."""
    for line in session.directory.lines.lines:
        for kind, content in line.items:
            with suppress(MalformedError):
                admission = admission_in(kind, content)
                if admission is not None and origin_of(certificate_in(admission)) == certificate.origin:
                    return certificate_in(admission)
    raise InternalError(Message("a device is in whose admission is not here"))
