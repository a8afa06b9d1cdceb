"""What others wrote under a key that an ending takes away: who had no other valid grant had no right to it (C6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from vault.access.session import Session
from vault.ids import CompartmentId
from vault.log.items import Item, ItemKind
from vault.log.rosters.roster import Roster
from vault.store.rows import Rows
from vault.store.rowtypes import PlacedVersion
from vault.validity.authority import Authority, Entry
from vault.validity.compartment_access import AccessResolver, CompartmentState


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
