"""What a member hears once: who opens their cases from now on, and which of the cases that they hold went to whom."""

from __future__ import annotations

from collections.abc import Iterator

from vault.access.session import Session
from vault.casework.case import Access, GrantReason
from vault.ids import MemberId
from vault.index.file import Index
from vault.index.heads import heads_of
from vault.index.remembered import remember_told, told
from vault.seal.named import access_record
from vault.services.grants import deputies, handover, sharing
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.expired_rights import Term, all_terms
from vault.services.projection.projection import up_to_date_index
from vault.services.projection.seats import members_of_logs
from vault.words.message import Message, Value, enumerated, plural


def untold(session: Session) -> list[Message]:
    """Say, once each, that somebody else set this member's deputy, and that cases held here were handed over."""
    index = up_to_date_index(session)
    known = told(index)
    named = deputies.naming_of(session, session.member)
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


def _of_deputy(names: dict[MemberId, str], named: deputies.Named) -> Message:
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
    orders = handover.orders(session) if counts else []
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
