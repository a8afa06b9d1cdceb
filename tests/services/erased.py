"""Erase one record, as a person does who made a mistake."""

from __future__ import annotations

from vault.access.session import Session
from vault.services.approvals import erasing
from vault.services.cases.editing import Place
from vault.services.erasures import what_goes


def erase_record(session: Session, place: Place) -> int:
    """Erase what stands at a place, and return how many versions went."""
    going = what_goes.what_goes(session, f"{place.case.hex()}/{place.record.hex()}")
    erasing.erase(session, going, why="mistake")
    return len(going.versions)
