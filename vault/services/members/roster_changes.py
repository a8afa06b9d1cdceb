"""What a proposed roster changes, in words."""

from __future__ import annotations

from vault.access.membership.next_roster import sizes_of_logs
from vault.access.membership.proposals import Proposal
from vault.access.session import Session
from vault.display import counted
from vault.ids import MemberId
from vault.log.rosters.roster import Roster
from vault.services.grants.timed_grants import last_day
from vault.services.projection.authors import name_in, names_of_members


def describe(session: Session, proposal: Proposal) -> tuple[str, ...]:
    """Return in words what a roster changes, in an order that does not depend on the file."""
    before, after = session.directory.effective, proposal.roster
    names = {member.member: member.name for member in proposal.members} | names_of_members(session)
    ends = {member.member: member.until for member in proposal.members}
    lines = []
    for member, roles in sorted(after.members.items()):
        name, old = name_in(names, member), before.members.get(member)
        if old is None:
            until = ends.get(MemberId(member))
            last = "" if until is None else f", until {last_day(until)}"
            lines.append(f"admits {name} as {', '.join(sorted(roles)) or 'nothing'}{last}")
        elif old != roles:
            lines.append(f"makes {name} {', '.join(sorted(roles)) or 'nothing'} (was {', '.join(sorted(old))})")
    for member in sorted(before.members.keys() - after.members.keys()):
        lines.append(f"lets {name_in(names, member)} leave")
    for seat, certificate in sorted(after.certificates.items()):
        if seat not in before.certificates:
            lines.append(f"admits device {seat.hex()[:8]} of {name_in(names, certificate.member)}")
        elif before.certificates[seat] != certificate:
            lines.append(f"renews the key of device {seat.hex()[:8]} of {name_in(names, certificate.member)}")
    for seat, ended in sorted(before.certificates.items()):
        if seat not in after.certificates:
            lines.append(f"ends device {seat.hex()[:8]} of {name_in(names, ended.member)}")
    return (*lines, *_set_aside(session, after), *_other_rules(session, after))


def _set_aside(session: Session, after: Roster) -> list[str]:
    """Say how much of what is here of a device would become invalid: the sizes are a claim of who proposes."""
    lines = []
    with session.database.reading() as rows:
        for seat, sizes in sorted(after.endings.items()):
            known = sizes_of_logs(rows, session.prover, session.directory.effective.certificates[seat])
            beyond = sum(max(0, size - sizes.get(origin, 0)) for origin, size in known.items())
            if beyond:
                lines.append(f"makes {counted(beyond, 'entry', 'entries')} of device {seat.hex()[:8]} invalid")
    return lines


def _other_rules(session: Session, after: Roster) -> list[str]:
    head = session.directory.effective.head
    lines = []
    if after.head.new_root is not None:
        lines.append("replaces the root key: other recovery sheets")
    if after.head.recovery != head.recovery:
        lines.append("replaces the recovery key: other recovery sheets")
    if after.head.rights != head.rights:
        lines.append(f"judges by rights table {after.head.rights} (was {head.rights})")
    if after.head.suites != head.suites:
        lines.append("allows other algorithms")
    if after.head.helpers_by_supervisor != head.helpers_by_supervisor:
        verb = "lets" if after.head.helpers_by_supervisor else "no longer lets"
        lines.append(f"{verb} a supervisor alone admit intake, field and caseworker")
    return lines
