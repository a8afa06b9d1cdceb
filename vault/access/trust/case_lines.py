"""Where entries say who is in a case, and to whom keys were given: looked for once, and kept in the index."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from typing import Protocol

from vault.access.pins.pins import Pinned
from vault.access.trust.prover import Prover, gives_root
from vault.errors import MalformedError
from vault.ids import CompartmentId, Origin
from vault.index.file import Index, is_ahead
from vault.index.remembered import ListedItem, forget_listed, listed_cursor, listed_items, remember_listed
from vault.log.act_bytes import OF_CASES, ActKind, case_in
from vault.log.items import ItemKind, compartment_tag, decode_items, kinds_in
from vault.store.engine import Database
from vault.store.rows import Rows
from vault.store.rowtypes import OperationRow
from vault.trust.log_trees import Place
from vault.trust.trust_items import Head
from vault.validity.authority import Authority
from vault.validity.compartment_access import AccessResolver
from vault.validity.deciding_lines import MARK
from vault.validity.directory import Directory
from vault.validity.proven import Proven, names_its_list
from vault.validity.version_validity import Learned

_ASKED = frozenset({ItemKind.GRANT, *OF_CASES})
_MOST_READ_AGAIN = 64
_MANY = 16


class LinesReader(Protocol):
    """What of a session is asked here."""

    database: Database
    directory: Directory
    prover: Prover
    learned: Learned

    def index(self) -> Index:
        """Return the member's index."""

    def authority(self, rows: Rows) -> Authority:
        """Return the judge of who wrote an entry."""


def access_of(session: LinesReader, rows: Rows) -> AccessResolver:
    """Return the judge of who is in a case, over one moment of the rows."""

    def acts_of(cases: Collection[CompartmentId]) -> Mapping[CompartmentId, set[tuple[bytes, int]]]:
        return _acts_of(session, cases)

    return AccessResolver(session.authority(rows), acts_of, lambda head: place_of_head(session.directory, rows, head))


def place_of_head(directory: Directory, rows: Rows, head: Head) -> Place | None:
    """Return the place of a head that a put-out names, if it is here."""

    def gives(origin: Origin, size: int, root: bytes) -> bool:
        return gives_root(rows, origin, Pinned(size, root), lambda *_: False)

    origin = directory.places.find(head, rows.size, gives)
    return None if origin is None else directory.places.of_head(head, origin)


def given_keys(
    session: LinesReader, epoch: bytes, counts: Callable[[Place], bool] = lambda _: True
) -> dict[bytes, set[bytes]]:
    """Return to whom each seat lists that it gave a key, in entries that count, or whatever they are worth."""
    _level(session)
    places, found = session.directory.places, dict[bytes, set[bytes]]()
    for item in listed_items(session.index(), _home(epoch)):
        place = places.of(item.origin, item.seq, b"") if item.kind == ItemKind.GRANT else None
        if place is not None and counts(place):
            found.setdefault(place.log, set()).add(item.digest[len(epoch) :])
    return found


def put_out_of(session: LinesReader, cases: Collection[CompartmentId]) -> list[CompartmentId]:
    """Return those of these cases and sections of which an entry says that somebody is put out."""
    _level(session)
    homes = {item.home for item in listed_items(session.index(), kinds=[ActKind.PUT_OUT])}
    return [case for case in cases if _home(case) in homes] if homes else []


def told_by(session: LinesReader, logs: Collection[Origin], cases: Collection[CompartmentId]) -> list[CompartmentId]:
    """Return those of these cases and sections of which an entry of one of these logs says who is in."""
    _level(session)
    homes = {item.home for item in listed_items(session.index(), kinds=OF_CASES) if item.origin in logs} if logs else ()
    return [case for case in cases if _home(case) in homes] if homes else []


def _acts_of(session: LinesReader, cases: Collection[CompartmentId]) -> Mapping[CompartmentId, set[tuple[bytes, int]]]:
    _level(session)
    index, of_cases = session.index(), {_home(case): case for case in cases}
    if len(of_cases) > _MANY:
        items = listed_items(index, kinds=OF_CASES)
    else:
        items = [item for home in of_cases for item in listed_items(index, home)]
    found: dict[CompartmentId, set[tuple[bytes, int]]] = {}
    for item in items:
        if (case := of_cases.get(item.home)) is not None:
            found.setdefault(case, set()).add((item.origin, item.seq))
    return found


def _home(name: bytes) -> bytes:
    """Return what the index calls a case or a key here: it tells nobody which one, not even of a restricted section."""
    return compartment_tag(name, b"casevault/listed")


def _level(session: LinesReader) -> None:
    """Look through what the logs list since they were looked through last."""
    if session.learned.lines_are_level:
        return
    index = session.index()
    with session.database.reading() as rows:
        sizes = {Origin(row.origin): rows.size(row.origin) for row in rows.geneses()}
        cursor = listed_cursor(index)
        if is_ahead(cursor, {bytes(origin): size for origin, size in sizes.items()}):
            forget_listed(index)
            cursor = {}
        items: list[ListedItem] = []
        reached: dict[bytes, int] = {}
        session.learned.lists_are_altered = False
        for origin, size in sizes.items():
            start = cursor.get(origin, 0)
            # Another history of a log may come in behind what was read.
            if size > start or rows.is_doubled(origin):
                start = 0 if rows.is_doubled(origin) else start
                known, unread = session.prover.proven(rows, origin, start, size), list[int]()
                items += _in_log(rows, origin, start, known, unread)
                reached[origin] = min([known.size, *known.lost, *unread])
                session.learned.lists_are_altered |= bool(known.lost or unread)
    # Entries that say nothing of it, as reading makes them, cost the index no commit until there are many.
    if items or sum(reached.values()) - sum(cursor.get(origin, 0) for origin in reached) >= _MOST_READ_AGAIN:
        remember_listed(index, items, reached)
    session.learned.lines_are_level = True


def _in_log(rows: Rows, origin: Origin, start: int, known: Proven, unread: list[int]) -> Iterator[ListedItem]:
    """Yield what the proven entries of one log list; `unread` gets those of which the list is not the signed one."""
    read, altered = set[int](), set[int]()
    for row in rows.operations(origin, start, known.size):
        if known.covers(row) and names_its_list(row):
            read.add(row.seq)
            if not _ASKED.isdisjoint(kinds_in(row.list)):
                yield from _in_entry(row)
        else:
            altered.add(row.seq)
    unread += sorted(altered - read)


def _in_entry(row: OperationRow) -> Iterator[ListedItem]:
    with suppress(MalformedError):
        for item in decode_items(row.list):
            if item.kind == ItemKind.GRANT:
                yield ListedItem(_home(item.digest[:16]), item.digest, row.origin, row.seq, item.kind)
            elif item.kind in OF_CASES and MARK in row.header:
                with suppress(MalformedError):
                    case = case_in(item.kind, item.content)
                    if case is not None:
                        yield ListedItem(_home(case), item.digest, row.origin, row.seq, item.kind)
