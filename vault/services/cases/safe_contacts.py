"""Which numbers and addresses must never be used: said by the people of a case, asked wherever one is typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vault.access.session import Session
from vault.casework.contact import NeverUse, is_never_used, ways_in
from vault.ids import CompartmentId
from vault.index.people_index import never_use_among, never_use_by_case
from vault.policy.roles import Action
from vault.services.projection.projection import up_to_date_index


def never_use_in(session: Session, case: CompartmentId) -> NeverUse:
    """Return what must never be used in a case, as its people said it."""
    session.require(Action.CASE_READ, case)
    return NeverUse(never_use_by_case(up_to_date_index(session), [case]).get(case, ()))


def never_used(session: Session, case: CompartmentId, ways: Iterable[str]) -> tuple[str, ...]:
    """Return those of typed numbers and addresses that are on a never-use list of the case."""
    lines = never_use_in(session, case)
    return tuple(way for way in ways if is_never_used(way, lines))


def never_used_in_calls(session: Session, calls: Sequence[tuple[str, str]]) -> list[tuple[str, ...]]:
    """Return, for the number and the words of each call, what in them must never be used.

    Any case counts that this member holds: a call has none yet.
    """
    session.require(Action.CASE_SEARCH)
    said = [{number: None, **ways_in(words)} if number.strip() else ways_in(words) for number, words in calls]
    listed = NeverUse(never_use_among(up_to_date_index(session), {way for ways in said for way in ways}))
    return [tuple(way for way in ways if is_never_used(way, listed)) for ways in said]
