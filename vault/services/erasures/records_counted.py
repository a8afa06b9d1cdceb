"""How many records an entry of others erased of what was here: once they are gone, no list tells."""

from __future__ import annotations

from collections.abc import Sequence

from vault.access.session import Session
from vault.ids import CompartmentId
from vault.services.projection.folder_row import NOT_YET, RECORDS_KEPT, FolderErasures, WaitingErasure
from vault.validity.erasures import GO_WHOLE


def counted(session: Session, known: FolderErasures, waits: Sequence[WaitingErasure]) -> list[tuple[bytes, int, int]]:
    """Return how many records each entry of others erased of what was here, the newest entries."""
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
