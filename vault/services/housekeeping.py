"""What a seat does for others when it is in the vault: dates that passed, leavers, orders, the week of the intake.

None of it needs a person, all of it needs keys that this seat holds and others may not. Each step may have been done
by somebody else already, and doing it twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from vault.access.pins.alarms import Alarm
from vault.access.session import Session
from vault.display import counted
from vault.errors import VaultError
from vault.ids import CompartmentId, CompartmentKind, SeatId
from vault.policy.roles import ALLOWED, Action
from vault.services.cases import intake, sections
from vault.services.grants import handover, sharing, timed_grants
from vault.services.members import members, news, rostering
from vault.services.projection.authors import name_in, names_of_members

_ANNOUNCED = "announced"


def settle(session: Session) -> list[str]:
    """Do what this seat owes to others and return what a person should hear of it.

    While the log is in doubt nothing is done. A step that fails becomes an alarm; the person's own work goes on. A
    member whose time has ended does nothing for others either.
    """
    members.note_end(session)
    if session.is_expired:
        return []
    lines = [*timed_grants.announcements(session), *news.untold(session)]
    if session.faults():
        return lines
    steps: list[Callable[[Session], list[str]]] = []
    if session.roles & ALLOWED[Action.CASE_SHARE]:
        steps += [_dates, _leavers, _orders, _sections]
    if session.directory.rights.may_grant(session.roles, CompartmentKind.INTAKE):
        steps.append(_week)
    if session.directory.rights.may_grant(session.roles, CompartmentKind.DIRECTORY):
        steps.append(_shared)
    if session.roles & ALLOWED[Action.MEMBER_END]:
        steps.append(_over)
    steps.append(_wraps)
    for step in steps:
        try:
            lines += step(session)
        except VaultError as fault:
            text = f"Something that your device does for others waits: {fault.message}. {fault.next_step}"
            session.add_alarm(Alarm(f"{_ANNOUNCED}:{step.__name__}", text, is_fault=False))
    return lines


def settle_aloud(session: Session) -> None:
    """Do what this seat owes to others, and let an app that shows alarms tell of it."""
    for number, line in enumerate(settle(session)):
        session.add_alarm(Alarm(f"{_ANNOUNCED}:{number}", line, is_fault=False))


def _dates(session: Session) -> list[str]:
    ended = timed_grants.withdraw_expired_grants(session)
    words = counted(ended, "right had ended and was", "rights had ended and were")
    return [f"{words} withdrawn: new keys were made."] if ended else []


def _leavers(session: Session) -> list[str]:
    """Withdraw the cases held here from seats that a roster ended."""
    live = session.directory.effective.certificates
    ended = {SeatId(cutoff.seat) for cutoff in session.directory.effective.cutoffs if cutoff.seat not in live}
    count = len(sharing.end_seats(session, ended).done) if ended else 0
    words = counted(count, "case was", "cases were")
    return [f"{words} withdrawn from devices that left: new keys were made."] if count else []


def _orders(session: Session) -> list[str]:
    done = handover.carry_out(session, as_deputy_only=True)
    if not done:
        return []
    names = names_of_members(session)
    return [
        f"{counted(order.cases, 'case')} of {name_in(names, order.leaver)} went to {name_in(names, order.successor)},"
        " as ordered."
        for order in done
        if order.cases
    ] + [
        f"An admin ordered that {counted(order.pending, 'case')} of {name_in(names, order.leaver)}, who is still in, go"
        f" to {name_in(names, order.successor)}. If that is right: `casevault handover carry-out`."
        for order in done
        if order.pending
    ]


def _sections(session: Session) -> list[str]:
    count = sections.withdraw_with_case(session)
    words = counted(count, "restricted section was", "restricted sections were")
    return [f"{words} withdrawn from members who lost the case."] if count else []


def _week(session: Session) -> list[str]:
    return ["A new week: the intake has a new key."] if intake.rotate_weekly(session) else []


def _shared(session: Session) -> list[str]:
    count = rostering.settle_shared(session)
    return [f"Keys that the organisation shares were given or replaced: {count}."] if count else []


def _wraps(session: Session) -> list[str]:
    """Wrap anew what a cut left under a key that was replaced; it gives and takes nothing, and nobody need hear."""
    sharing.rewrap_left(session, list(map(CompartmentId, session.keyring.compartments())))
    return []


def _over(session: Session) -> list[str]:
    outcome = members.remove_expired_members(session)
    if outcome is None:
        return []
    if outcome.is_done:
        of_whom = "of members whose time has ended"
        return [f"{counted(len(outcome.ended), f'device {of_whom} was', f'devices {of_whom} were')} ended."]
    return [f"Members whose time has ended wait for signatures: {outcome.missing}; `casevault member suspend`."]
