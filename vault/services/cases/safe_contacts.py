"""Which numbers and addresses must never be used: said by the people of a case, asked wherever one is typed."""

from __future__ import annotations

from collections.abc import Iterable

from vault.access.session import Session
from vault.casework.contact import is_never_used
from vault.ids import CompartmentId
from vault.index.never_use import never_use_by_case
from vault.policy.roles import Action
from vault.services.projection.projection import up_to_date_index


def never_use_in(session: Session, case: CompartmentId) -> tuple[str, ...]:
    """Return what must never be used in a case, as its people said it."""
    session.require(Action.CASE_READ, case)
    return never_use_by_case(up_to_date_index(session), [case]).get(case, ())


def never_used(session: Session, case: CompartmentId, ways: Iterable[str]) -> tuple[str, ...]:
    """Return those of typed numbers and addresses that are on a never-use list of the case."""
    lines = never_use_in(session, case)
    return tuple(way for way in ways if is_never_used(way, lines))


def is_never_used_anywhere(session: Session, way: str) -> bool:
    """Say whether any case that this member holds says never to use a number: for a call that has no case yet."""
    session.require(Action.CASE_SEARCH)
    lines = [line for lines in never_use_by_case(up_to_date_index(session)).values() for line in lines]
    return is_never_used(way, lines)
