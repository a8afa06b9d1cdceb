"""Erasures of others: what they list as erased goes here too, 72 hours after it was first seen, unless a hold stops it.

After a hold the 72 hours begin with its release. So a legal hold, or a member who looks, can stop an erasure that
somebody did by mistake or in bad faith. That it was done here, an entry of this device's own log says: the letter of
erasure names who confirmed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from typing_extensions import override

from vault.access.session import Session
from vault.casework.intake import Slip, SlipState
from vault.display import DAY, time_text
from vault.durations import HOUR_MS
from vault.ids import CompartmentId, CompartmentKind, Origin, RecordId, SeatId, VersionId
from vault.index.heads import heads_in
from vault.index.remembered import tell_once
from vault.log.items import ItemKind, compartment_tag
from vault.records.logs import genesis_of
from vault.records.versions import OpenedVersion, of_kind
from vault.services.erasures.noted_holds import is_on_hold
from vault.services.erasures.removing import finish, validator_of
from vault.services.grants.sharing import forget_indexes_of_others
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.folder_row import (
    NOT_YET,
    RECORDS_KEPT,
    FolderErasures,
    WaitingErasure,
    add_begun,
    add_waiting,
    keep,
    stored,
)
from vault.services.projection.places import name_of
from vault.services.projection.projection import reindex
from vault.services.projection.seats import members_of_logs
from vault.services.projection.stored_records import read_heads, read_valid_at
from vault.store.rows import Rows
from vault.store.rowtypes import PlacedVersion
from vault.sync.row_checks import Door
from vault.validity.erased_versions import GO_WHOLE
from vault.validity.proven import items_in
from vault.validity.version_validity import VersionValidator
from vault.words.message import Message, plural

WAIT_MS = 72 * HOUR_MS
_MOST_UNREAD = 1_000
_HELD = b"held"


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits of one case or other place: who erased it, how many records, when it goes; held: a hold stops it.

    `brings_back_ms`: it does not go at all, because a version of that time would stand again (`_brought_back`).
    `are_ended_slips`: nobody decided it. The program clears the words of slips that have ended (`retention`).
    """

    name: str | Message
    by: str | Message
    records: int
    goes_ms: int
    is_held: bool
    brings_back_ms: int | None = None
    are_ended_slips: bool = False


@dataclass(frozen=True, slots=True)
class Looked:
    """Erasures that came since the last look, how far the logs were read, and how much is listed there as erased."""

    found: tuple[WaitingErasure, ...]
    read: dict[bytes, int]
    listed: int


def look(session: Session) -> Looked:
    """Return what logs list as erased since the last look and what is here of it, whoever listed it.

    To be called before keys go with a revocation that came along: a hold opens with them.
    """
    since_ms = session.clock().trusted_ms
    found: list[WaitingErasure] = []
    with session.database.reading() as rows:
        before = stored(rows)
        sizes = {row.origin: rows.size(row.origin) for row in rows.geneses()}
        listed = _listed(rows, sizes, before.read)
        here = {key[3]: key[:3] for key in rows.keys_named(list(listed))} if listed else {}
        for version, places in listed.items():
            if version in here:
                origin, seq, n = here[version]
                row = next(row for row in rows.version_rows(origin, seq, seq + 1) if (row.n, row.id) == (n, version))
                placed = PlacedVersion(origin, seq, n, version, row.compartment, row.record)
                found += _waiting(placed, places, since_ms)
    homes = {CompartmentId(each.compartment) for each in found}
    on_hold = {home for home in homes if is_on_hold(session, home)}
    found = [each._replace(since_ms=None) if each.compartment in on_hold else each for each in found]
    return Looked(tuple(found), sizes, len(listed))


def _waiting(placed: PlacedVersion, places: Sequence[tuple[bytes, bytes, int]], since_ms: int) -> list[WaitingErasure]:
    """Return what waits of a version: once, and if some entry lists it as of the compartment that it is of."""
    tag = compartment_tag(placed.compartment, placed.id)
    return [WaitingErasure(*placed, origin, seq, since_ms) for own, origin, seq in places if own == tag][:1]


def _listed(
    rows: Rows, sizes: Mapping[bytes, int], read: Mapping[bytes, int]
) -> dict[bytes, list[tuple[bytes, bytes, int]]]:
    """Return what entries behind those that were read list as erased: each tag, and the entry that gives it."""
    found: dict[bytes, list[tuple[bytes, bytes, int]]] = {}
    for origin, size in sizes.items():
        for row in rows.operations(origin, read.get(origin, 0), size):
            for version, tag in items_in(row, ItemKind.ERASED):
                found.setdefault(version, []).append((tag, origin, row.seq))
    return found


def note(session: Session, looked: Looked) -> None:
    """Remember what waits; what waits already keeps its time."""
    with session.database.reading() as rows:
        known = stored(rows)
        have = {(each.compartment, each.id) for each in known.waiting}
        new = [each for each in looked.found if (each.compartment, each.id) not in have]
        fresh = new or any(each.since_ms in {NOT_YET, None} for each in known.waiting)
        waits = _started(session, rows, known.waiting, new) if fresh else known.waiting
    _show(session, known.waiting, waits)
    unread = looked.listed + sum(size - known.read.get(origin, 0) for origin, size in looked.read.items())
    if waits != known.waiting or unread > _MOST_UNREAD:  # else each command would write
        with session.database.transaction() as rows:
            entries = _counted(session, known, waits)
            keep(rows, msgspec.structs.replace(known, read=looked.read, waiting=waits, counted=entries))


def _show(session: Session, before: Sequence[WaitingErasure], after: Sequence[WaitingErasure]) -> None:
    """Bring into the index what came in after its erasure: the index had passed it by, as what is not here."""
    begun = {(each.compartment, each.id) for each in after if each.since_ms != NOT_YET}
    came = {
        (CompartmentId(each.compartment), RecordId(each.record))
        for each in before
        if each.since_ms == NOT_YET and each.record and (each.compartment, each.id) in begun
    }
    if came:
        reindex(session, sorted(came))
        forget_indexes_of_others(session)


def _started(
    session: Session, rows: Rows, known: Sequence[WaitingErasure], new: Sequence[WaitingErasure]
) -> list[WaitingErasure]:
    """Return what waits: its time runs from when it counts as erased here, by the entry that makes it count.

    Of what came under a hold it runs from when who can open the hold sees it released: a hold shortens no wait.
    """
    validator, now_ms, found = validator_of(session, rows), session.clock().trusted_ms, []
    homes = {CompartmentId(each.compartment) for each in known if each.since_ms is None}
    released = {home for home in homes if session.holds(home) and not is_on_hold(session, home)}
    for at, each in enumerate((*known, *new)):
        home, started = CompartmentId(each.compartment), each
        if each.since_ms == NOT_YET or at >= len(known):
            by = validator.erased_by(each.id, home)
            if by is None:
                started = each._replace(since_ms=NOT_YET)
            else:
                since_ms = each.since_ms
                if since_ms == NOT_YET:
                    since_ms = None if is_on_hold(session, home) else now_ms
                started = each._replace(by_origin=by[0], by_seq=by[1], since_ms=since_ms)
        elif each.since_ms is None and home in released:
            started = each._replace(since_ms=now_ms)
        found.append(started)
    return found


def _begun(rows: Rows) -> list[WaitingErasure]:
    """Return what waits of that which counts as erased."""
    return [each for each in stored(rows).waiting if each.since_ms != NOT_YET]


def waiting(session: Session) -> list[Waiting]:
    """Return what waits in this folder, place by place, the first to go first."""
    with session.database.reading() as rows:
        found = _here(rows, _begun(rows))
    names = names_of_members(session)
    members = members_of_logs(session, {Origin(each.by_origin) for each in found})
    back = _brought_back(session, found)
    groups: dict[tuple[bytes, bytes, bool], list[WaitingErasure]] = {}
    for each in found:
        is_back = (each.compartment, each.record) in back
        groups.setdefault((each.compartment, each.by_origin, is_back), []).append(each)
    lines = []
    for (home, by, is_back), some in groups.items():
        written = [back[each.compartment, each.record] for each in some] if is_back else []
        if None in written:
            continue  # nobody here can open it, to look at it or to erase the rest
        lines.append(
            Waiting(
                name_of(session, CompartmentId(home)),
                name_in(names, members.get(Origin(by))),
                len({each.record for each in some}),
                min(each.since_ms or session.clock().trusted_ms for each in some) + WAIT_MS,
                is_on_hold(session, CompartmentId(home)),
                max(filter(None, written), default=None),
                not is_back and _are_ended_slips(session, CompartmentId(home), {each.record for each in some}),
            )
        )
    return sorted(lines, key=lambda line: line.goes_ms)


def waiting_now(session: Session) -> list[Waiting]:
    """Return what waits in this folder, what came since the last look too."""
    note(session, look(session))
    return waiting(session)


def carry_out(session: Session, *, at_once: bool = False) -> int:
    """Remove what waited long enough, or all of it, and return how many records went.

    What is on legal hold stays, what would bring back an earlier version, and what is a case of another member of this
    folder alone, who can open its hold.
    """
    now_ms = session.clock().trusted_ms
    with session.database.reading() as rows:
        waits = _begun(rows)
        if not waits:
            return 0
        due = [each for each in _here(rows, waits) if _is_due(session, each, now_ms, at_once=at_once)]
        validator = validator_of(session, rows)
        homes = {CompartmentId(each.compartment) for each in due}
        goes_from = {home for home in homes if _may_go_from(session, home)}
        going = [
            each
            for each in due
            if each.compartment in goes_from
            and validator.erased_by(each.id, CompartmentId(each.compartment)) is not None
        ]
    back = _brought_back(session, going)
    going = [each for each in going if (each.compartment, each.record) not in back]
    if not going:
        return 0
    with session.index().in_doubt():
        with session.database.transaction() as rows:
            rows.erase_versions([(each.origin, each.seq, each.n) for each in going])
            add_begun(rows, going)
        session.database.truncate_wal()
        finish(session)
    return len({(each.compartment, each.record) for each in going})


def _are_ended_slips(session: Session, home: CompartmentId, records: Collection[bytes]) -> bool:
    """Say whether of each record the newest version is here and is a slip that has ended: then only its words go."""
    state = session.state_of(home)
    if state is None or state.kind is not CompartmentKind.INTAKE or not session.holds(home):
        return False
    heads = [head for head in heads_in(session.index(), home) if head.record in records and head.kind == Slip.KIND]
    opened = read_heads(session, home, frozenset(VersionId(head.version) for head in heads))
    slips = [(version.record, slip.state is SlipState.OPEN) for version, slip in of_kind(opened, Slip)]
    is_open = {record for record, is_open in slips if is_open}
    return set(records) <= {record for record, _ in slips} - is_open


def untold(session: Session) -> list[Message]:
    """Return a sentence on each erasure of others that waits, once; and once more when a hold stops it no longer."""
    with session.database.reading() as rows:
        known = {each.id if each.since_ms else _HELD + each.id for each in _begun(rows)}
    return [_said(line) for line in waiting(session)] if tell_once(session.index(), known) else []


def _said(line: Waiting) -> Message:
    if line.brings_back_ms is not None:
        return plural(
            "{who} erased the newest version of {count} record of {place}, but not the versions before it. It stays:"
            " otherwise the version of {day} would be shown again. To remove all of it, erase the record.",
            "{who} erased the newest version of {count} records of {place}, but not the versions before it. They"
            " stay: otherwise the versions of {day} would be shown again. To remove all of them, erase the records.",
            count=line.records,
            who=line.by,
            place=line.name,
            day=_day(line.brings_back_ms),
        )
    if line.are_ended_slips and not line.is_held:
        return plural(
            "The words of {count} closed call slip are removed from this device on {day}, as planned.",
            "The words of {count} closed call slips are removed from this device on {day}, as planned.",
            count=line.records,
            day=_day(line.goes_ms),
        )
    if line.is_held:
        return plural(
            "{who} erased {count} record of {place}, which is on legal hold. It stays on this device.",
            "{who} erased {count} records of {place}, which is on legal hold. They stay on this device.",
            count=line.records,
            who=line.by,
            place=line.name,
        )
    return plural(
        "{who} erased {count} record of {place}. It is removed from this device on {day}.",
        "{who} erased {count} records of {place}. They are removed from this device on {day}.",
        count=line.records,
        who=line.by,
        place=line.name,
        day=_day(line.goes_ms),
    )


def _here(rows: Rows, waits: Collection[WaitingErasure]) -> list[WaitingErasure]:
    """Return what of it is still here: a colleague of this folder may have removed it."""
    placed = {home: {version.id for version in rows.placed(home)} for home in {each.compartment for each in waits}}
    return [each for each in waits if each.id in placed[each.compartment]]


def _is_due(session: Session, each: WaitingErasure, now_ms: int, *, at_once: bool) -> bool:
    """Say whether its time has come; of what came under a hold it does not run before who can open it looks."""
    if each.since_ms is None:
        return at_once and session.holds(CompartmentId(each.compartment))
    return at_once or now_ms - each.since_ms >= WAIT_MS


def _may_go_from(session: Session, home: CompartmentId) -> bool:
    """Say whether this member's session may remove something there now."""
    if is_on_hold(session, home):
        return False
    if session.holds(home):
        return True
    state = session.state_of(home)
    readers = frozenset[SeatId]() if state is None else state.seats(session.clock().trusted_ms)
    return readers.isdisjoint(session.here - {session.seat})


def _day(ms: int) -> str:
    return time_text(ms, DAY)


def _brought_back(session: Session, going: Iterable[WaitingErasure]) -> dict[tuple[bytes, bytes], int | None]:
    """Return (compartment, record) where an earlier version would stand again if these went, and when it was written.

    An erasure takes whole records. Who lists the newest version of one alone would have a withdrawn note in use again,
    and a fact confirmed that was corrected, in the name of the member who wrote it first (FORMAT.md 6).

    The time, ms UTC, is of the newest such version. It is None where this member cannot open the place: there nothing
    of a record goes while another version of it stays.
    """
    of_record: dict[tuple[bytes, bytes], set[bytes]] = defaultdict(set)
    for each in going:
        of_record[each.compartment, each.record].add(each.id)
    found: dict[tuple[bytes, bytes], int | None] = {}
    for (home, record), ids in of_record.items():
        with session.database.reading() as rows:
            placed = rows.placed(home, record)
        if ids.issuperset(version.id for version in placed):
            continue
        place = CompartmentId(home)
        if not session.holds(place):
            found[home, record] = None
            continue
        valid = read_valid_at(session, place, {(version.origin, version.seq) for version in placed})
        versions = [version for version in valid if version.record == record]
        left = [version for version in versions if version.id not in ids]
        new = _ids_of_heads(left) - _ids_of_heads(versions)
        if again := [version for version in left if version.id in new]:
            found[home, record] = max(version.content.clock[0] for version in again)
    return found


def _ids_of_heads(versions: Sequence[OpenedVersion]) -> set[VersionId]:
    kinds = {version.id: version.content.kind for version in versions}
    replaced = {
        parent
        for version in versions
        for parent in version.content.parents
        if kinds.get(parent) == version.content.kind
    }
    return kinds.keys() - replaced


def _counted(session: Session, known: FolderErasures, waits: Sequence[WaitingErasure]) -> list[tuple[bytes, int, int]]:
    """Return how many records each entry of others erased of what was here, the newest entries.

    Once they are gone, no list tells.
    """
    before = {(each.compartment, each.id): each for each in known.waiting if each.since_ms != NOT_YET}
    seen = {(each.by_origin, each.by_seq, each.compartment, each.record) for each in before.values()}
    new = {
        (each.by_origin, each.by_seq, each.compartment, each.record)
        for each in waits
        if each.since_ms != NOT_YET and each.record and (each.compartment, each.id) not in before
    }
    states = session.states_of({CompartmentId(home) for _, _, home, _ in new - seen})
    counts = {(origin, seq): count for origin, seq, count in known.counted}
    for origin, seq, home, _ in new - seen:
        state = states[CompartmentId(home)]
        if state is not None and state.kind in GO_WHOLE:
            counts[origin, seq] = counts.get((origin, seq), 0) + 1
    return [(*place, count) for place, count in counts.items()][-RECORDS_KEPT:]


class ErasedHere(Door):
    """Keeps out what counts as erased and a log of a device of this folder lists so; what others erased waits.

    So a legal hold that came along, or stands, keeps it, and nothing that a colleague erased goes unseen.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._validator: VersionValidator | None = None
        self._places: dict[bytes, list[tuple[bytes, int]]] | None = None
        self._own: dict[bytes, bool] = {}
        self._waiting: list[WaitingErasure] = []

    @override
    def keeps_out(self, rows: Rows, placed: PlacedVersion) -> bool:
        listings, home = self._session.learned.listings, CompartmentId(placed.compartment)
        if self._places is None:  # the logs of a bundle are in before its versions
            self._places = listings.of(rows, ItemKind.ERASED)
        places = self._places.get(placed.id)
        if places is None or compartment_tag(home, placed.id) not in listings.tags[ItemKind.ERASED][placed.id]:
            return False
        if any(self._is_of_this_folder(rows, origin) for origin, _ in places):
            if self._validator is None:
                self._validator = validator_of(self._session, rows)
            if self._validator.counts_as_erased(placed.id, home, placed.record):
                return True
        self._waiting.append(WaitingErasure(*placed, *places[0], NOT_YET))
        return False

    @override
    def close(self, rows: Rows) -> None:
        if self._waiting:
            add_waiting(rows, self._waiting)

    def _is_of_this_folder(self, rows: Rows, origin: bytes) -> bool:
        if origin not in self._own:
            genesis = genesis_of(rows, Origin(origin))
            seats = self._session.here | {self._session.seat}
            self._own[origin] = genesis is not None and genesis.seat in seats
        return self._own[origin]
