"""What only one member can open: nobody hands it over once that member is ended, and no order does."""

from __future__ import annotations

from dataclasses import dataclass

from vault.access.session import Session
from vault.access.trust.directory import RECOVERY
from vault.ids import CompartmentKind, MemberId
from vault.index.case_pages import row_of
from vault.policy.roles import Action
from vault.records.epochs import given_to
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.projection import up_to_date_index
from vault.services.projection.seats import member_of_seat, seats_of
from vault.words.message import Message, listed, plural
from vault.words.next_step import NextStep


@dataclass(frozen=True, slots=True)
class OnlyTheirs:
    """The cases that one member alone can open, as far as this device knows: by reference, and how many in all.

    `with_sheets` of them the recovery sheets open too.
    """

    references: tuple[str, ...]
    count: int
    with_sheets: int


def only_theirs(session: Session, member: MemberId) -> OnlyTheirs:
    """Return which cases nobody but this member can open. Of cases whose keys never came here nothing is known."""
    session.require(Action.MEMBER_LIST)
    index, live = up_to_date_index(session), session.directory.effective.certificates
    references: list[str] = []
    count = with_sheets = 0
    with session.database.reading() as rows:
        given = given_to(rows, seats_of(session, [member]), CompartmentKind.CASE)
    for case, state in session.states_of(sorted(given)).items():
        row = row_of(index, case)
        is_erased = row is None and session.holds(case)
        if state is None or is_erased:
            continue
        holders = {member_of_seat(session, seat) for seat in state.holders if seat in live}
        if holders == {member}:
            count += 1
            with_sheets += RECOVERY in state.holders
            references += [] if row is None else [row.ref]
    return OnlyTheirs(tuple(sorted(references)), count, with_sheets)


def said_before_end(session: Session, member: MemberId) -> Message | None:
    """Return what to hear before a member is ended whose cases nobody else can open; None where there is no such."""
    found = only_theirs(session, member)
    if not found.count:
        return None
    return plural(
        "{count} case is open to {name} alone{which}. Once they are out, {who} can open it. First let them give it to"
        " somebody: {grant_access}.",
        "{count} cases are open to {name} alone{which}. Once they are out, {who} can open them. First let them give"
        " them to somebody: {grant_access}.",
        count=found.count,
        name=name_in(names_of_members(session), member),
        which=Message(" ({references})", references=listed(found.references)) if found.references else "",
        who=Message("only the recovery sheets") if found.with_sheets == found.count else Message("nobody"),
        grant_access=NextStep.GRANT_ACCESS,
    )
