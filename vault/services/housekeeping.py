"""What a seat does for others when it is in the vault: dates that passed, leavers, orders, the week of the intake.

None of it needs a person, all of it needs keys that this seat holds and others may not. Each step may have been done
by somebody else already, and doing it twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from vault.access.session import Session
from vault.casework.case import Access, GrantReason
from vault.errors import VaultError
from vault.ids import MemberId
from vault.index.file import Index
from vault.index.heads import heads_of
from vault.index.remembered import remember_told, told
from vault.policy.roles import ALLOWED, Action
from vault.seal.named import access_record
from vault.services.erasures import arrived, noted_holds, removing, retention, standing_again
from vault.services.grants import sharing, successors, timed_grants
from vault.services.members import changes, members
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.expired_rights import Term, all_terms
from vault.services.projection.projection import up_to_date_index
from vault.services.projection.seats import members_of_logs
from vault.words.finding import Code, Finding, Severity
from vault.words.message import Message, Value, enumerated, plural
from vault.words.next_step import NextStep

# What a member hears once: who opens their cases from now on, and which of the cases that they hold went to whom.


def untold_news(session: Session) -> list[Message]:
    """Say, once each, that somebody else set this member's deputy, and that cases held here were handed over."""
    index = up_to_date_index(session)
    known = told(index)
    named = successors.naming_of(session, session.member)
    if named is not None and (named.by == session.member or named.version in known):
        named = None
    moved = list(_handed_over(session, index, known))
    if named is None and not moved:
        return []
    names = names_of_members(session)
    lines = [] if named is None else [_of_deputy(names, named)]
    lines += _of_handovers(session, names, [term for term, _ in moved])
    news = {version for _, heads in moved for version in heads}
    remember_told(index, news if named is None else news | {named.version})
    return lines


def _of_deputy(names: dict[MemberId, str], named: successors.NamedDeputy) -> Message:
    by = name_in(names, named.by)
    if named.deputy is None:
        return Message("{by} took your deputy away: nobody else opens the cases that you make from now on.", by=by)
    deputy = name_in(names, named.deputy)
    return Message(
        "{by} named {deputy} as your deputy: {deputy} can open the cases that you make from now on.",
        by=by,
        deputy=deputy,
    )


def _handed_over(session: Session, index: Index, known: frozenset[bytes]) -> Iterator[tuple[Term, tuple[bytes, ...]]]:
    for term in all_terms(session, index):
        if term.why is not GrantReason.HANDOVER or term.given_by == session.member or term.case in session.hidden:
            continue
        heads = heads_of(index, term.case, access_record(term.member), Access.KIND)
        if not known.issuperset(heads) and term.member in sharing.holders_of(session, term.case).members:
            yield term, heads


def _of_handovers(session: Session, names: dict[MemberId, str], terms: list[Term]) -> list[Message]:
    counts: dict[tuple[MemberId, MemberId], int] = {}
    for term in terms:
        counts[term.member, term.given_by] = counts.get((term.member, term.given_by), 0) + 1
    orders = successors.handover_orders(session) if counts else []
    authors = members_of_logs(session, (order.origin for order in orders if order.origin is not None))
    lines: list[Message] = []
    for (member, giver), count in sorted(counts.items()):
        by = {authors[order.origin] for order in orders if order.value.successor == member and order.origin in authors}
        orderers = enumerated(sorted(name_in(names, member) for member in by))
        values: dict[str, Value] = {
            "giver": name_in(names, giver),
            "ordered": Message(", as {who} ordered", who=orderers) if by else "",
        }
        if member == session.member:
            message = plural(
                "You can open {count} more case: handed over by {giver}{ordered}.",
                "You can open {count} more cases: handed over by {giver}{ordered}.",
                count=count,
                **values,
            )
        else:
            message = Message(
                "{member} can open {count} of the cases that you hold: handed over by {giver}{ordered}.",
                member=name_in(names, member),
                count=count,
                **values,
            )
        lines.append(message)
    return lines


def settle(session: Session) -> list[Message]:
    """Do what this seat owes to others and return what a person should hear of it.

    While the log is in doubt nothing is done. A step that fails becomes an alarm; the person's own work goes on. A
    member whose time has ended does nothing for others either.
    """
    members.note_end(session)
    if session.is_expired:
        return []
    lines = [*timed_grants.announcements(session), *untold_news(session)]
    if session.faults():
        return lines
    steps: list[Callable[[Session], list[Message]]] = []
    if session.roles & ALLOWED[Action.CASE_SHARE]:
        steps.append(_orders)
    steps.append(_shared)
    if session.roles & ALLOWED[Action.MEMBER_END]:
        steps.append(_over)
    steps.append(_erased)
    for step in steps:
        try:
            lines += step(session)
        except VaultError as fault:
            waits = Message(
                "Work that your device does for others has to wait: {fault}. {next_step}",
                fault=fault.message,
                next_step=fault.next_step,
            )
            session.add_alarm(_announced(waits))
    return lines


def settle_aloud(session: Session) -> None:
    """Do what this seat owes to others, and let an app that shows alarms tell of it."""
    for line in settle(session):
        session.add_alarm(_announced(line))


def _announced(message: Message) -> Finding:
    return Finding(Code.ANNOUNCED, message, severity=Severity.NEWS)


def _orders(session: Session) -> list[Message]:
    done = successors.carry_out_handovers(session, as_deputy_only=True)
    names = names_of_members(session) if done else {}
    lines: list[Message] = []
    for order in done:
        whose = {"leaver": name_in(names, order.leaver), "successor": name_in(names, order.successor)}
        if order.cases:
            lines.append(
                plural(
                    "{count} case of {leaver} went to {successor}, as ordered.",
                    "{count} cases of {leaver} went to {successor}, as ordered.",
                    count=order.cases,
                    **whose,
                )
            )
        if order.pending:
            lines.append(
                plural(
                    "An admin ordered: {count} case of {leaver}, who has not left yet, goes to {successor}. If that"
                    " is right: {step}.",
                    "An admin ordered: {count} cases of {leaver}, who has not left yet, go to {successor}. If that"
                    " is right: {step}.",
                    count=order.pending,
                    **whose,
                    step=NextStep.CARRY_OUT_HANDOVER,
                )
            )
    return lines


def _shared(session: Session) -> list[Message]:
    count = changes.settle_shared(session)
    message = Message("New keys of what the organisation shares: {count}.", count=count)
    return [message] if count else []


def _erased(session: Session) -> list[Message]:
    """Finish what a crash cut off; remove what others erased long ago, words of ended slips, drafts of what went."""
    lines = noted_holds.hold_again(session)
    noted_holds.note_holds(session)
    arrived.note(session, arrived.look(session))
    lines += arrived.untold(session)
    if session.roles & ALLOWED[Action.CASE_READ] | session.roles & ALLOWED[Action.INTAKE_READ]:
        removing.finish(session)
        gone = arrived.carry_out(session)
        message = plural(
            "{count} record that a colleague erased was removed from this device.",
            "{count} records that colleagues erased were removed from this device.",
            count=gone,
        )
        lines += [message] if gone else []
        lines += standing_again.erase_late(session)
        lines += [*standing_again.untold(session), *retention.untold(session)]
    retention.erase_words(session)
    count = removing.forget_drafts(session)
    message = plural(
        "{count} unfinished text of an erased record was removed.",
        "{count} unfinished texts of erased records were removed.",
        count=count,
    )
    return [*lines, message] if count else lines


def _over(session: Session) -> list[Message]:
    outcome = members.remove_expired_members(session)
    if outcome is None:
        return []
    if outcome.is_done:
        message = plural(
            "{count} device of members whose membership expired was revoked.",
            "{count} devices of members whose membership expired were revoked.",
            count=len(outcome.ended),
        )
        return [message]
    return [
        Message("To remove members whose membership expired, an admin is needed: {step}.", step=NextStep.SUSPEND_MEMBER)
    ]
