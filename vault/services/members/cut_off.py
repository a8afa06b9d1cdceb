"""What comes after the cut-off of a proposal, and would become invalid with it: by case, in words (FORMAT.md 6).

A proposal to end or lower a device names how much of its logs stays valid. That is signed, and as old as the proposal:
what is imported of the device between the two counts no more once the proposal does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from vault.access.membership.next_roster import sizes_of_logs
from vault.access.session import Session
from vault.errors import MalformedError
from vault.ids import CompartmentId, CompartmentKind, Origin, SeatId, short_id
from vault.index.cases import row_of
from vault.log.items import Item, ItemKind, decode_items
from vault.log.rosters.roster import Roster
from vault.records.epochs import notices_naming, read_notice
from vault.seal.named import hold_record
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.places import name_of
from vault.store.rows import Rows
from vault.words.message import Message, Value, listed, plural

NEW_PROPOSAL = Message(
    "Write a new proposal instead, and have it signed: it keeps valid what is here of them by then. Carry this one out"
    " only where that must not count."
)


@dataclass(slots=True)
class _Beyond:
    """What a device listed after the cut-off: how many versions and whether keys of each place, and what has none."""

    seat: SeatId
    entries: int = 0
    written: Counter[CompartmentId] = field(default_factory=Counter)
    keys: dict[CompartmentId, CompartmentKind] = field(default_factory=dict)
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
        """Whether somebody has to decide it. Of what members share, the member who carries it out makes new keys."""
        has_case = any(kind in {CompartmentKind.CASE, CompartmentKind.SECTION} for kind in self.keys.values())
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
    with session.database.reading() as rows:
        for seat, sizes in sorted(roster.endings.items()):
            known = sizes_of_logs(rows, session.prover, session.directory.effective.certificates[seat])
            after = _Beyond(SeatId(seat))
            for origin, size in sorted(known.items()):
                _add(rows, after, (origin, sizes.get(origin, 0), size))
            if after.entries:
                found.append(after)
    return found


def _add(rows: Rows, after: _Beyond, stretch: tuple[Origin, int, int]) -> None:
    versions = list(rows.version_rows(*stretch))
    places = {(row.seq, row.n): row.compartment for row in versions}
    after.holds += sum(row.record == hold_record() for row in versions)  # among what is written, and said apart
    for seq, n, item in _items(rows, after, *stretch):
        if item.kind == ItemKind.VERSION:
            place = places.get((seq, n))
            if place is None:
                after.not_here += 1
            else:
                after.written[CompartmentId(place)] += 1
        elif item.kind in {ItemKind.EPOCH, ItemKind.GRANT}:
            after.keys |= _places_of_key(rows, item)
        elif item.kind == ItemKind.ERASED:
            after.erased += 1
        elif item.kind == ItemKind.APPROVAL:
            after.approvals += 1  # what was done by one is a fault in every log once it counts no more


def _items(rows: Rows, after: _Beyond, origin: Origin, start: int, stop: int) -> Iterator[tuple[int, int, Item]]:
    for row in rows.operations(origin, start, stop):
        after.entries += 1
        try:
            items = decode_items(row.list)
        except MalformedError:
            continue
        yield from ((row.seq, n, item) for n, item in enumerate(items))


def _places_of_key(rows: Rows, item: Item) -> dict[CompartmentId, CompartmentKind]:
    """Return of which places but audits a listed epoch or grant is a key, as far as rows here tell."""
    if item.kind == ItemKind.EPOCH:
        row = rows.epoch(item.digest)
        notice = None if row is None else read_notice(row)
        notices = [] if notice is None else [notice]
    else:
        grant = rows.grant(item.digest)
        notices = [] if grant is None else notices_naming(rows, [grant.epoch])
    return {
        CompartmentId(notice.compartment): notice.kind for notice in notices if notice.kind is not CompartmentKind.AUDIT
    }


def _said(session: Session, found: _Beyond) -> Message:
    names, certificate = names_of_members(session), session.directory.effective.certificates[found.seat]
    whose, device = name_in(names, certificate.member), short_id(found.seat)
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
    named = {place: name_of(session, place) for place in touched if _has_name(session, place)}
    parts: list[Value] = []
    for place, name in sorted(named.items(), key=lambda pair: str(pair[1])):
        parts.append(_part(name, found.written[place], has_key=place in found.keys))
    closed = touched - named.keys()
    if closed:
        where = plural(
            "{count} case or section that you cannot open",
            "{count} cases and sections that you cannot open",
            count=len(closed),
        )
        written = sum(found.written[place] for place in closed)
        parts.append(_part(where, written, has_key=not closed.isdisjoint(found.keys)))
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


def _has_name(session: Session, place: CompartmentId) -> bool:
    return row_of(session.index(), place) is not None or session.holds(place)


def _part(where: Value, written: int, *, has_key: bool) -> Message:
    records = plural("{count} record", "{count} records", count=written)
    if not written:
        return Message("{where} (its key)", where=where)
    if has_key:
        return Message("{where} ({records} and its key)", where=where, records=records)
    return Message("{where} ({records})", where=where, records=records)
