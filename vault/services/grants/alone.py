"""What only one member can open: nobody hands it over once that member is ended, and no order does."""

from __future__ import annotations

from dataclasses import dataclass

from vault.access.session import Session
from vault.access.trust.directory import RECOVERY
from vault.ids import CompartmentId, CompartmentKind, MemberId
from vault.index.cases import row_of
from vault.policy.roles import Action
from vault.records.epochs import read_notice
from vault.services.grants import deputies
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.projection import up_to_date_index
from vault.services.projection.seats import member_of_seat, seats_of
from vault.words.message import Message, listed, plural
from vault.words.next_step import NextStep

# Where a notice has its epoch's id (FORMAT.md 2).
_EPOCH_AT = 35


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
    for case, state in session.states_of(_cases_of(session, member)).items():
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


def who_carries_out(session: Session, leaver: MemberId) -> tuple[Message, ...]:
    """Return who will carry out an order on a member's cases, or that nobody can, and what gives the cases now."""
    session.require(Action.MEMBER_LIST)
    names = names_of_members(session)
    name, deputy = name_in(names, leaver), deputies.deputy_of(session, leaver)
    lines: list[Message] = []
    if deputy is None:
        lines.append(
            Message(
                "{name} has no deputy: nobody's device carries it out by itself. Who has their cases does it:"
                " {carry_out}.",
                name=name,
                carry_out=NextStep.CARRY_OUT_HANDOVER,
            )
        )
    else:
        lines.append(
            Message(
                "The device of {deputy}, the deputy, carries it out once {name} has left, when it is next opened."
                " Until then it asks {deputy}.",
                deputy=name_in(names, deputy),
                name=name,
            )
        )
    alone = said_before_end(session, leaver)
    return (*lines, *([] if alone is None else [alone]))


def _cases_of(session: Session, member: MemberId) -> list[CompartmentId]:
    """Return the cases of which a device of the member was given a key, by the notices that are here."""
    with session.database.reading() as rows:
        epochs = {epoch for seat in seats_of(session, [member]) for epoch in rows.epochs_granted_to(seat)}
        notices = map(read_notice, rows.epochs_holding(sorted(epochs), at=_EPOCH_AT))
        found = {
            notice.compartment
            for notice in notices
            if notice is not None and notice.kind is CompartmentKind.CASE and notice.epoch in epochs
        }
    return sorted(map(CompartmentId, found))
