"""What already left of a case: to whom packages were made, as the case itself keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field

from vault.access.session import Session
from vault.casework.disclosure import Disclosure
from vault.errors import RefusedError
from vault.ids import CompartmentId
from vault.policy.roles import Action
from vault.services.cases.cases import view
from vault.services.exports import partners
from vault.services.projection.reading import stored_of_kind
from vault.words.message import Message, Words


@dataclass(frozen=True, slots=True)
class Given:
    """A recipient of packages of a case, how many were made, and the day of the last one (YYYY-MM-DD)."""

    recipient: Words = field(repr=False)
    count: int
    last: str


def given_out(session: Session, case: CompartmentId, *, why: str = "casework") -> list[Given]:
    """Return who holds packages of a case, the last first.

    The case is opened for it, which is in the log before.
    """
    session.require(Action.CASE_READ, case)
    days: dict[bytes, list[str]] = {}
    for stored in stored_of_kind(view(session, case, why=why), Disclosure):
        days.setdefault(stored.value.recipient, []).append(stored.value.made)
    names = _names(session) if days else {}
    found = [
        Given(names.get(recipient, Message("a recipient who is no longer on the list")), len(made), max(made))
        for recipient, made in days.items()
    ]
    return sorted(found, key=lambda given: given.last, reverse=True)


def _names(session: Session) -> dict[bytes, Words]:
    try:
        return {partner.record: partner.name for partner in partners.list_all(session)}
    except RefusedError:  # whoever may not see the recipients sees that there are some
        return {}
