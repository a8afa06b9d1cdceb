"""Who let a device in, and the devices that wait because two lists of members were made apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from vault.access.membership.next_roster import admitted_apart, signers_in
from vault.access.session import Session
from vault.access.trust.directory import Directory
from vault.casework.organisation_records import Member
from vault.display import one_line
from vault.errors import NotFoundError, RefusedError
from vault.ids import MemberId, SeatId, short_id
from vault.log.roster import Roster
from vault.log.roster_entries import Certificate
from vault.names.normal import as_seen
from vault.policy.roles import Action, Role
from vault.records.versions import of_kind, open_each
from vault.services.projection.authors import all_names, name_in, names_of_members
from vault.services.projection.short_ids import the_one_meant
from vault.words.finding import Code, Finding, Severity
from vault.words.message import Message, Value, enumerated
from vault.words.next_step import NextStep

# Who let a device in: one supervisor alone may admit one in a caseworker's name, and it reads what they are given.

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


# Two lists of members that were made apart: who waits for the recovery sheets, and that everybody hears of it.
_WAITS = Message(
    "Two lists of members were made apart, and this device is on one of them alone: nobody sees what it writes until an"
    " admin or a supervisor lets it in with the recovery sheets. Ask them, then import their bundle."
)
BEFORE_THE_NEXT = Message(
    "Give it to those who may admit somebody before they do: two lists of members made apart need the recovery sheets."
)


@dataclass(frozen=True, slots=True)
class WaitingDevice:
    """A device that one of the lists admitted, and that is out until the sheets let it in.

    `is_only`: its member has no other device any more.
    """

    seat: SeatId
    member: MemberId
    name: str = field(repr=False)
    roles: frozenset[Role]
    admitted_by: Value
    is_only: bool


def list_waiting(session: Session) -> list[WaitingDevice]:
    """Return the devices that wait for the sheets, by name; none where there is one list of members."""
    session.require(Action.MEMBER_LIST)
    waiting_apart = admitted_apart(session.directory)
    if not waiting_apart:
        return []  # nearly always: no name is read for it
    names = _names_said(session) | names_of_members(session)
    effective = session.directory.effective
    owners = {certificate.member for certificate in effective.certificates.values()}
    found = (
        WaitingDevice(
            seat=SeatId(apart.certificate.seat),
            member=MemberId(apart.certificate.member),
            name=name_in(names, apart.certificate.member),
            roles=apart.roles,
            admitted_by=admitters(session, apart.certificate, names),
            is_only=apart.certificate.member in effective.members.keys() - owners,
        )
        for apart in waiting_apart
    )
    return sorted(found, key=lambda device: (device.name.casefold(), device.seat))


def _names_said(session: Session) -> dict[MemberId, str]:
    """Return what anybody says of members, valid or not: of who waits nothing else is known."""
    with session.database.reading() as rows:
        sealed = rows.versions(session.directory.compartment)
    opened, _ = open_each(sealed, vault=session.vault, keyring=session.keyring)
    said: dict[MemberId, set[str]] = {}
    for _, member in of_kind(opened, Member):
        said.setdefault(member.member, set()).add(one_line(member.name))
    return {member: " / ".join(sorted(names)) for member, names in said.items()}


def waiting(session: Session) -> list[WaitingDevice]:
    """Return the devices that wait for the sheets, by name: for who may settle it.

    Raises:
        RefusedError: there is one list of members alone, or this role admits nobody.
    """
    session.require(Action.MEMBER_ADMIT)
    if not lists_are_apart(session):
        raise RefusedError(Message("there is one list of members: nothing has to be settled"))
    return list_waiting(session)


def lists_are_apart(session: Session) -> bool:
    """Say whether two lists of members wait for the sheets."""
    session.require(Action.MEMBER_LIST)
    return session.directory.effective.root_must_sign


def find_waiting(devices: Sequence[WaitingDevice], text: str) -> SeatId:
    """Return the one of these devices that has this id or this beginning of one.

    Raises:
        NotFoundError: none, or several.
    """
    found = the_one_meant(text, (device.seat for device in devices), ())
    if len(found) != 1:
        raise NotFoundError(
            Message("no device that waits has this id, or more than one"),
            next_step=Message("Give the id that the list shows."),
        )
    return found[0]


def require_told_apart(session: Session, devices: Sequence[WaitingDevice]) -> None:
    """Refuse to let somebody in whose name is, to the eye, that of a member or of another new one.

    Raises:
        RefusedError: one is.
    """
    names, known = all_names(session), session.directory.effective.members
    taken = {as_seen(text): MemberId(member) for member in known for text in names.get(MemberId(member), ())}
    for device in devices:
        if device.member not in known and taken.setdefault(as_seen(device.name), device.member) != device.member:
            raise RefusedError(
                Message("two would have the name {name}, or one that looks the same", name=device.name),
                next_step=Message("Leave one out: --without DEVICE. They join again with another name."),
            )


def note_lists_apart(session: Session) -> None:
    """Tell a member of two lists that wait for the sheets, as long as they do."""
    session.drop_alarms(Code.LISTS_APART)
    if session.directory.others:
        session.add_alarm(Finding(Code.LISTS_APART, _WAITS, severity=Severity.NEWS))
    if not session.directory.effective.root_must_sign:
        return
    out = enumerated([device.name for device in list_waiting(session)])
    said = Message(
        "Two lists of members were made apart. Until an admin or a supervisor settles it with the recovery sheets,"
        " nobody can be admitted, and what only one of the lists says does not count. New devices that wait: {out}."
        " Settle it: {settle_members}.",
        out=out or Message("none"),
        settle_members=NextStep.SETTLE_MEMBERS,
    )
    session.add_alarm(Finding(Code.LISTS_APART, said, severity=Severity.NEWS))
