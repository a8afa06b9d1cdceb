"""Which places are on legal hold as far as this folder knows: also where the key that opens the hold went since.

Else a member could take a case from a device first, and then erase it past the hold that stood there.
"""

from __future__ import annotations

import msgspec

from vault.access.session import Session
from vault.casework.hold import Hold
from vault.ids import CompartmentId
from vault.index.heads import heads_of_record
from vault.seal.named import hold_record
from vault.services.cases.holds import cases_of_section, is_held
from vault.services.erasures.belonging import opened_sections
from vault.services.erasures.folder_row import keep, stored
from vault.services.projection.projection import up_to_date_index


def note_holds(session: Session) -> None:
    """Remember which of the places that this session can open are on hold, before keys may go.

    What it cannot open stays as a session noted it that could.
    """
    known = _noted(session)
    cases = set(map(CompartmentId, heads_of_record(up_to_date_index(session), hold_record(), Hold.KIND)))
    cases = {case for case in cases if session.holds(case)}
    on_hold = {case for case in cases if is_held(session, case)}
    if on_hold:
        on_hold |= {section for section, case, _ in opened_sections(session) if case in on_hold}
    on_hold |= {home for home in known - on_hold if is_on_hold(session, home)}
    if on_hold != known:
        with session.database.transaction() as rows:
            keep(rows, msgspec.structs.replace(stored(rows), held=sorted(on_hold)))


def is_on_hold(session: Session, home: CompartmentId) -> bool:
    """Say whether a hold stands on a case or the case of a section, or stood when its key went from this session."""
    if is_held(session, home):
        return True
    known = _noted(session)
    return any(place in known and not session.holds(place) for place in (home, *cases_of_section(session, home)))


def _noted(session: Session) -> set[CompartmentId]:
    with session.database.reading() as rows:
        return set(map(CompartmentId, stored(rows).held))
