"""What a proposed roster changes, and what comes after its cut-off and would become invalid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from functools import partial

from vault.access.membership.next_roster import ground_of, sizes_of_logs
from vault.access.membership.roster_proposals import Proposal
from vault.access.session import Session
from vault.access.trust.prover import Prover
from vault.ids import CompartmentId, CompartmentKind, MemberId, Origin, SeatId, short_id
from vault.index.case_pages import row_of
from vault.log.items import Item, ItemKind
from vault.log.roster import Roster
from vault.log.roster_rules import Cutoff
from vault.records.epochs import notices_of_keys
from vault.seal.named import hold_record
from vault.services.grants.timed_grants import last_day
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.places import name_of
from vault.store.rows import Rows
from vault.store.rowtypes import OperationRow, PlacedVersion
from vault.sync.selecting import items_of
from vault.validity.authority import Authority, Entry
from vault.validity.compartment_access import AccessResolver, CompartmentState
from vault.words.message import Message, Value, listed, plural

# What others wrote under a key that an ending takes away: who had no other valid grant had no right to it (C6).


def lost_with_keys(
    session: Session, rows: Rows, roster: Roster, places: Iterable[CompartmentId]
) -> Counter[CompartmentId]:
    """Return how many versions in these places a roster makes invalid, but for those in entries that it cuts off."""
    now, chain = session.authority(rows), session.directory.chain
    assert chain.effective is not None  # noqa: S101 - the session stands in it; for the type checker
    ended = replace(chain.effective, cutoffs=chain.effective.cutoffs + roster.cutoffs())
    then = Authority(rows, replace(chain, effective=ended), partial(session.prover.around, rows))
    of_now, of_then = (AccessResolver(authority, session.learned.listings) for authority in (now, then))
    lost: Counter[CompartmentId] = Counter()
    for place in places:
        before, after = of_now.state(place), of_then.state(place)
        for version in rows.placed(place):
            entries = _listing(then, version)
            lost[place] += bool(entries) and _count(before, _listing(now, version)) and not _count(after, entries)
    return lost


def _listing(authority: Authority, version: PlacedVersion) -> list[Entry]:
    """Return the entries of who was in that list a version."""
    item = Item.in_compartment(ItemKind.VERSION, version.compartment, version.id)
    return [entry for entry in authority.entries_at(version.origin, version.seq) if item in entry.listed]


def _count(state: CompartmentState | None, entries: Iterable[Entry]) -> bool:
    return state is not None and any(state.may_write(entry) for entry in entries)


# What comes after the cut-off of a proposal, and would become invalid with it: by case, in words (FORMAT.md 6).
# A proposal to end or lower a device names how much of its logs stays valid. That is signed, and as old as the
# proposal: what is imported of the device between the two counts no more once the proposal does.
NEW_PROPOSAL = Message(
    "Write a new proposal instead, and have it signed: it keeps valid what is here of them by then. Carry this one out"
    " only where that must not count."
)
# Of what members share, who carries the ending out makes new keys for all of them.
_NOT_SHARED = frozenset({CompartmentKind.CASE, CompartmentKind.SECTION})
_AUDIT = CompartmentKind.AUDIT


@dataclass(slots=True)
class _Beyond:
    """What a device listed after the cut-off: how many versions and whether keys of each place, and what has none.

    `of_others` is what others wrote in these places who had no other key of them.
    """

    seat: SeatId
    member: MemberId
    entries: int = 0
    written: Counter[CompartmentId] = field(default_factory=Counter)
    keys: dict[CompartmentId, CompartmentKind] = field(default_factory=dict)
    of_others: Counter[CompartmentId] = field(default_factory=Counter)
    not_here: int = 0
    erased: int = 0
    approvals: int = 0
    holds: int = 0

    @property
    def is_work(self) -> bool:
        """Whether it is more than lines of the log about what was looked at."""
        return bool(self.keys) or self.is_loss

    @property
    def is_loss(self) -> bool:
        """Whether somebody has to decide it."""
        has_case = any(kind in _NOT_SHARED for kind in self.keys.values())
        return has_case or bool(self.written or self.not_here or self.erased or self.approvals)


def lost_work(session: Session, roster: Roster) -> Message | None:
    """Return which work that is here would become invalid with a roster; None where none."""
    lost = [found for found in _beyond(session, roster) if found.is_loss]
    if not lost:
        return None
    lines = listed([_said(session, found) for found in lost])
    return Message("work that is here would be lost for everybody: {lines}", lines=lines)


def stop_before_loss(session: Session, roster: Roster) -> Message | None:
    """Return what to read before a roster is let count by which work that is here would become invalid."""
    lost = lost_work(session, roster)
    return None if lost is None else Message("STOP: {lost}. {instead}", lost=lost, instead=NEW_PROPOSAL)


def lines_beyond(session: Session, roster: Roster) -> list[Message]:
    """Return for each device of which something here would become invalid, what: a size is a claim of who proposes.

    Of lines of the log alone it gives no number: a device that is in use writes more of them at any time.
    """
    return [_said(session, found) for found in _beyond(session, roster)]


def _beyond(session: Session, roster: Roster) -> list[_Beyond]:
    found: list[_Beyond] = []
    ground = ground_of(session.directory, roster)
    with session.database.reading() as rows:
        for cutoff in sorted(roster.cutoffs(), key=lambda cutoff: cutoff.seat):
            certificate = ground.certificates[cutoff.seat]
            known = sizes_of_logs(rows, session.prover, certificate)
            after = _Beyond(SeatId(cutoff.seat), MemberId(certificate.member))
            for origin in sorted(known):
                _add(rows, after, _cut_off(rows, session.prover, cutoff, origin))
            if after.entries:
                found.append(after)
        given = {place for after in found for place, kind in after.keys.items() if kind in _NOT_SHARED}
        others = lost_with_keys(session, rows, roster, given) if given else Counter[CompartmentId]()
    for after in found:
        # What two devices gave the key of is counted once.
        after.of_others.update({place: others.pop(place) for place in others.keys() & after.keys.keys()})
    return found


def _cut_off(rows: Rows, prover: Prover, cutoff: Cutoff, origin: Origin) -> list[OperationRow]:
    """Return the proven entries of a log that a cutoff leaves out, by position or, where two part, by history."""
    proven = prover.proven(rows, origin, 0, rows.size(origin))
    start = cutoff.sizes.get(origin, 0) if proven.parting is None else 0
    return [
        row
        for row in rows.operations(origin, start, proven.size)
        if proven.covers(row) and not cutoff.leaves(origin, row.seq, proven.roots_of(row))
    ]


def _add(rows: Rows, after: _Beyond, entries: list[OperationRow]) -> None:
    after.entries += len(entries)
    items = [item for row in entries for item in items_of(row)]
    stretch = (entries[0].origin, entries[0].seq, entries[-1].seq + 1) if entries else None
    versions = {row.id: row for row in rows.version_rows(*stretch)} if stretch else {}
    for item in items:
        if item.kind == ItemKind.VERSION:
            version = versions.get(item.digest)
            if version is None:
                after.not_here += 1
            else:
                after.written[CompartmentId(version.compartment)] += 1
                after.holds += version.record == hold_record()  # among what is written, and said apart
        elif item.kind == ItemKind.ERASED:
            after.erased += 1
        elif item.kind == ItemKind.APPROVAL:
            after.approvals += 1  # what was done by one may be named by `log verify` once it counts no more
    for notices in notices_of_keys(rows, items).values():
        after.keys |= {CompartmentId(each.compartment): each.kind for each in notices if each.kind is not _AUDIT}


def _said(session: Session, found: _Beyond) -> Message:
    whose, device = name_in(names_of_members(session), found.member), short_id(found.seat)
    if not found.is_work:
        return Message(
            "the newest lines in the log of device {device} of {whose} become invalid; no case, record, key or approval"
            " does",
            device=device,
            whose=whose,
        )
    return Message(
        "what device {device} of {whose} wrote after the cut-off becomes invalid: {what}",
        device=device,
        whose=whose,
        what=listed(_parts(session, found)),
    )


def _parts(session: Session, found: _Beyond) -> list[Value]:
    touched = found.written.keys() | found.keys.keys()
    has_name = [place for place in touched if row_of(session.index(), place) is not None or session.holds(place)]
    named = {place: name_of(session, place) for place in has_name}
    parts: list[Value] = []
    for place, name in sorted(named.items(), key=lambda pair: str(pair[1])):
        parts.append(_part(name, found.written[place], has_key=place in found.keys, others=found.of_others[place]))
    closed = touched - named.keys()
    if closed:
        where = plural(
            "{count} case or section that you cannot open",
            "{count} cases and sections that you cannot open",
            count=len(closed),
        )
        written, others = (sum(count[place] for place in closed) for count in (found.written, found.of_others))
        parts.append(_part(where, written, has_key=not closed.isdisjoint(found.keys), others=others))
    if found.not_here:
        parts.append(
            plural("{count} record that is not here", "{count} records that are not here", count=found.not_here)
        )
    if found.erased:
        parts.append(plural("{count} erasure", "{count} erasures", count=found.erased))
    if found.approvals:
        parts.append(plural("{count} approval", "{count} approvals", count=found.approvals))
    if found.holds:
        what = plural("{count} legal hold or its release", "{count} legal holds or releases of them", count=found.holds)
        parts.append(Message("among them {what}", what=what))
    return parts


def _part(where: Value, written: int, *, has_key: bool, others: int) -> Message:
    records = plural("{count} record", "{count} records", count=written)
    if others:
        with_key = plural(
            "its key and {count} record that others wrote with it",
            "its key and {count} records that others wrote with it",
            count=others,
        )
        if not written:
            return Message("{where} ({with_key})", where=where, with_key=with_key)
        return Message("{where} ({records}, {with_key})", where=where, records=records, with_key=with_key)
    if not written:
        return Message("{where} (its key)", where=where)
    if has_key:
        return Message("{where} ({records} and its key)", where=where, records=records)
    return Message("{where} ({records})", where=where, records=records)


# What a proposed roster changes, in words.
def changes_in_words(session: Session, proposal: Proposal) -> tuple[Message, ...]:
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
