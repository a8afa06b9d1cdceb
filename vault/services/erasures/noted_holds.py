"""Which places are on legal hold as far as this folder knows: also where the key that opens the hold went since.

Else a member could take a case from a device first, or cut off who put the hold, and then erase past it.
"""

from __future__ import annotations

import msgspec

from vault.access.session import Session
from vault.casework.hold import Hold
from vault.ids import CompartmentId
from vault.index.file import Index
from vault.index.heads import heads_of_record
from vault.seal.named import hold_record
from vault.services.cases.holds import cases_of_section, is_held, said_of
from vault.services.erasures.belonging import opened_sections
from vault.services.projection.folder_row import FolderErasures, keep, stored
from vault.services.projection.projection import up_to_date_index


def note_holds(session: Session) -> None:
    """Remember which of the places that this session can open are on hold, and by which versions, before keys may go.

    What it cannot open stays as a session noted it that could.
    """
    known = _noted(session)
    held = set(map(CompartmentId, known.held))
    cases = {case for case in cases_with_hold(session, up_to_date_index(session)) if session.holds(case)}
    on_hold = {case for case in cases if is_held(session, case)}
    if on_hold:
        on_hold |= {section for section, case, _ in opened_sections(session) if case in on_hold}
    on_hold |= {home for home in held - on_hold if is_on_hold(session, home)}
    seen = {(bytes(case), bytes(each.version.id)) for case in cases for each in said_of(session, case)}
    if on_hold != held or not seen <= set(known.seen):
        with session.database.transaction() as rows:
            row = stored(rows)
            keep(rows, msgspec.structs.replace(row, held=sorted(on_hold), seen=sorted(seen.union(row.seen))))


def cases_with_hold(session: Session, index: Index) -> set[CompartmentId]:
    """Return the cases of which a version of a hold is valid, or was valid here once."""
    seen = {CompartmentId(case) for case, _ in _noted(session).seen}
    return seen.union(map(CompartmentId, heads_of_record(index, hold_record(), Hold.KIND)))


def is_on_hold(session: Session, home: CompartmentId) -> bool:
    """Say whether a hold stands on a case or the case of a section, or stood when its key went from this session."""
    if is_held(session, home):
        return True
    known = _noted(session).held
    return any(place in known and not session.holds(place) for place in (home, *cases_of_section(session, home)))


def _noted(session: Session) -> FolderErasures:
    with session.database.reading() as rows:
        return stored(rows)
