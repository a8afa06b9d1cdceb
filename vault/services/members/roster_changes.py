"""What a proposed roster changes, in words."""

from __future__ import annotations

from collections.abc import Collection

from vault.access.membership.next_roster import ground_of
from vault.access.membership.roster_proposals import Proposal
from vault.access.session import Session
from vault.ids import MemberId, short_id
from vault.log.rosters.roster import Roster
from vault.services.grants.timed_grants import last_day
from vault.services.members.cut_off import lines_beyond
from vault.services.projection.authors import name_in, names_of_members
from vault.words.message import Message, Value, listed


def describe(session: Session, proposal: Proposal) -> tuple[Message, ...]:
    """Return in words what a roster changes, in an order that does not depend on the file."""
    after = proposal.roster
    before = ground_of(session.directory, after)
    names = {member.member: member.name for member in proposal.members} | names_of_members(session)
    ends = {member.member: member.until for member in proposal.members}
    lines: list[Message] = []
    for member, roles in sorted(after.members.items()):
        name, old = name_in(names, member), before.members.get(member)
        if old is None:
            until = ends.get(MemberId(member))
            last = "" if until is None else Message(", until {day}", day=last_day(until))
            lines.append(Message("admits {name} as {roles}{last}", name=name, roles=_roles(roles), last=last))
        elif old != roles:
            lines.append(
                Message("makes {name} {roles} (was {before})", name=name, roles=_roles(roles), before=_roles(old))
            )
    for member in sorted(before.members.keys() - after.members.keys()):
        lines.append(Message("lets {name} leave", name=name_in(names, member)))
    for seat, certificate in sorted(after.certificates.items()):
        if seat not in before.certificates:
            name = name_in(names, certificate.member)
            lines.append(Message("admits device {device} of {name}", device=short_id(seat), name=name))
        elif before.certificates[seat] != certificate:
            name = name_in(names, certificate.member)
            lines.append(Message("renews the key of device {device} of {name}", device=short_id(seat), name=name))
    for seat, ended in sorted(before.certificates.items()):
        if seat not in after.certificates:
            name = name_in(names, ended.member)
            lines.append(Message("revokes device {device} of {name}", device=short_id(seat), name=name))
    return (*lines, *lines_beyond(session, after), *_other_rules(session, after))


def _other_rules(session: Session, after: Roster) -> list[Message]:
    head = session.directory.effective.head
    lines: list[Message] = []
    if after.head.new_root is not None:
        lines.append(Message("replaces the root key: other recovery sheets"))
    if after.head.recovery != head.recovery:
        lines.append(Message("replaces the recovery key: other recovery sheets"))
    if after.head.rights != head.rights:
        lines.append(Message("judges by rights table {now} (was {before})", now=after.head.rights, before=head.rights))
    if after.head.suites != head.suites:
        lines.append(Message("allows other algorithms"))
    if after.head.helpers_by_supervisor != head.helpers_by_supervisor:
        lines.append(
            Message("lets a supervisor alone admit intake, field and caseworker")
            if after.head.helpers_by_supervisor
            else Message("no longer lets a supervisor alone admit intake, field and caseworker")
        )
    return lines


def _roles(roles: Collection[str]) -> Value:
    return listed(sorted(roles)) or Message("nothing")
