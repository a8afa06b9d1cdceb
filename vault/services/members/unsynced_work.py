"""What a change of members takes: of a device that it ends or lowers what is here counts, and no more (FORMAT.md 2)."""

from __future__ import annotations

from collections.abc import Iterable

from vault.access.seat_keys.rekeying import seats_here
from vault.access.session import Session
from vault.ids import MemberId, SeatId
from vault.policy.roles import Action, includes
from vault.services.grants.alone import said_before_end
from vault.services.members.members import admission, checked_roles
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.seats import seats_of
from vault.words.message import Message, enumerated, plural


def warn_before_removal(session: Session, seats: Iterable[SeatId]) -> Message | None:
    """Return what has to be said before these devices are ended or lowered; None where nothing can be lost.

    Raises:
        RefusedError: one is another member's, and this role ends none: nobody is asked for what is refused afterwards.
    """
    ending = set(seats)
    own = set(seats_of(session, [session.member]))
    session.require(Action.OWN_DEVICE if ending <= own else Action.MEMBER_END)
    return _words(session, ending)


def warn_before_end(session: Session, member: MemberId) -> Message | None:
    """Return what has to be said before every device of a member is ended: what is lost, and what only they can open.

    Raises:
        RefusedError: this role ends no member.
    """
    session.require(Action.MEMBER_END)
    lost = warn_before_removal(session, seats_of(session, [member]))
    alone = said_before_end(session, member)
    if lost is None or alone is None:
        return lost or alone
    return Message("{alone} {lost}", alone=alone, lost=lost)


def before_roles(session: Session, member: MemberId | None, words: Iterable[str]) -> Message | None:
    """Return what has to be said before a member, or for None somebody new, gets exactly these roles.

    Whoever loses a role is lowered, also those who audit beside other work when somebody comes who only audits.

    Raises:
        RefusedError: this role changes none.
        UsageError: a word is no role.
    """
    session.require(Action.MEMBER_ADMIT if member is None else Action.ROLE_CHANGE)
    wanted, roles_of = checked_roles(words), session.directory.roles_of
    after = admission(session, MemberId(b"") if member is None else member, wanted)
    said = _words(session, seats_of(session, [item for item, roles in after.items() if not roles_of(item) <= roles]))
    lost = frozenset() if member is None else roles_of(member) - wanted
    if said and lost and all(includes(wanted, role) for role in lost):
        return Message(
            "{said} Or give {roles} too: then nothing is lost, and they get no further rights.",
            said=said,
            roles=enumerated(sorted(lost)),
        )
    return said


def _words(session: Session, seats: Iterable[SeatId]) -> Message | None:
    """Say what is lost and of how many devices; one that writes into this very folder has nothing that is not here."""
    apart = set(seats) - seats_here(session)
    if not apart:
        return None
    names, certificates = names_of_members(session), session.directory.effective.certificates
    whose = {name_in(names, certificates[seat].member) for seat in apart if seat in certificates}
    return plural(
        "What {count} device of {whose} wrote and you have not imported will be invalid for everybody."
        " Import a bundle of theirs first, if you can.",
        "What {count} devices of {whose} wrote and you have not imported will be invalid for everybody."
        " Import a bundle of theirs first, if you can.",
        count=len(apart),
        whose=enumerated(sorted(whose)),
    )
