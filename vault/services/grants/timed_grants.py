"""Rights that end by themselves: given until a day, and from then on nothing is written for them."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from vault.access.session import Session
from vault.casework.case import Access, GrantReason
from vault.casework.dates import checked_day
from vault.display import DAY, time_text
from vault.durations import DAY_MS
from vault.errors import UsageError
from vault.ids import CompartmentId, MemberId, RecordId, VersionId
from vault.index.case_pages import cases_of_owner
from vault.index.heads import heads_of
from vault.policy.clocks import has_expired
from vault.policy.roles import ALLOWED, Action
from vault.records.work import Entry, Work
from vault.seal.named import access_record
from vault.services.grants import sharing
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.expired_rights import Term, all_terms
from vault.services.projection.projection import up_to_date_index
from vault.trust.trust_items import Rank
from vault.words.message import Message


def end_of_day(day: str) -> int:
    """Return the moment, ms UTC, at which a right given until this day (YYYY-MM-DD) ends: when the day is over.

    Raises:
        UsageError: no full day.
    """
    date = datetime.date.fromisoformat(checked_day(day, "--until"))
    midnight = datetime.datetime.combine(date, datetime.time(), tzinfo=datetime.UTC)
    return int(midnight.timestamp()) * 1000 + DAY_MS


def give(
    session: Session,
    case: CompartmentId,
    members: Sequence[MemberId],
    *,
    until_ms: int | None = None,
    why: str = GrantReason.COLLEAGUE,
    rank: Rank = Rank.MEMBER,
) -> None:
    """Grant a case to members, until a moment or without an end; date and reason are written with it.

    Raises:
        UsageError, RefusedError, NotFoundError, VerificationError: as `sharing.require_gift`.
    """
    reason = GrantReason(why)
    index = up_to_date_index(session)

    def also(work: Work, entry: Entry) -> Entry:
        for member in members:
            value = Access(member=member, why=reason, given_by=session.member, until=until_ms)
            parents = [VersionId(head) for head in heads_of(index, case, access_record(member), Access.KIND)]
            work.keep(case, value, RecordId(access_record(member)), parents)
        return entry

    sharing.grant(session, case, members, rank=rank, until_ms=until_ms, also=also)


def away(session: Session, member: MemberId, deputy: MemberId, *, until_ms: int) -> int:
    """Grant a member's cases to a deputy until a moment: all of those that the giver holds; return how many.

    Where the deputy was put out, that stands: a holiday takes nothing back.
    """
    session.require(Action.AWAY_SET)
    session.require_sound_log(session.directory.compartment)
    if member == deputy:
        raise UsageError(Message("members cannot be their own deputies"), next_step=Message("Name another member."))
    if has_expired(until_ms, session.clock().trusted_ms):
        raise UsageError(Message("that day has passed"), next_step=Message("Give a later day."))
    given = 0
    for owned in cases_of_owner(up_to_date_index(session), member):
        case = CompartmentId(owned)
        if not _may_share(session, case) or deputy in sharing.holders_of(session, case).members:
            continue
        if deputy not in {taking.member for taking in sharing.takings_of(session, case)}:
            give(session, case, [deputy], until_ms=until_ms, why=GrantReason.AWAY)
            given += 1
    return given


def terms_of(session: Session, case: CompartmentId) -> list[Term]:
    """Return until when members hold a case, as far as it was written down."""
    session.require(Action.CASE_READ, case)
    return [term for term in all_terms(session, up_to_date_index(session)) if term.case == case]


def lent(session: Session) -> dict[MemberId, dict[MemberId, int]]:
    """Return whose cases are lent to whom and until when at the latest, as far as this member's own cases tell."""
    session.require(Action.MEMBER_LIST)
    index = up_to_date_index(session)
    now_ms = session.clock().trusted_ms
    members = map(MemberId, session.directory.members)
    owner_of = {case: member for member in members for case in cases_of_owner(index, member)}
    found: dict[MemberId, dict[MemberId, int]] = {}
    for term in all_terms(session, index):
        owner = owner_of.get(term.case)
        if owner is None or term.why is not GrantReason.AWAY or term.until_ms is None:
            continue
        if not has_expired(term.until_ms, now_ms):
            deputies = found.setdefault(owner, {})
            deputies[term.member] = max(term.until_ms, deputies.get(term.member, 0))
    return found


def announcements(session: Session) -> list[Message]:
    """Say who else holds this member's own cases for a time, where somebody else gave it.

    Of a case that was opened to somebody in an emergency, everybody hears who holds it.
    """
    index = up_to_date_index(session)
    now_ms = session.clock().trusted_ms
    own = set(cases_of_owner(index, session.member))
    running: dict[tuple[MemberId, MemberId, int], int] = {}
    broken: dict[tuple[MemberId, MemberId, int], int] = {}
    for term in all_terms(session, index):
        if term.until_ms is None or has_expired(term.until_ms, now_ms):
            continue
        if session.member in {term.given_by, term.member}:
            continue
        if term.member not in sharing.holders_of(session, term.case).members:
            continue
        key = (term.member, term.given_by, term.until_ms)
        if term.why is GrantReason.EMERGENCY:
            broken[key] = broken.get(key, 0) + 1
        elif term.case in own:
            running[key] = running.get(key, 0) + 1
    if not running and not broken:
        return []
    names = names_of_members(session)
    return [
        Message(
            "BREAK-GLASS: {giver} opened {count} of the cases that you hold to {member}, until {day}.",
            giver=name_in(names, giver),
            count=count,
            member=name_in(names, member),
            day=last_day(until),
        )
        for (member, giver, until), count in sorted(broken.items())
    ] + [
        Message(
            "{member} can open {count} of your cases until {day}: given by {giver}.",
            member=name_in(names, member),
            count=count,
            day=last_day(until),
            giver=name_in(names, giver),
        )
        for (member, giver, until), count in sorted(running.items())
    ]


def last_day(until_ms: int) -> str:
    """Return the last day of a right that ends at this moment."""
    return time_text(until_ms - 1, DAY)


def _may_share(session: Session, case: CompartmentId) -> bool:
    allowed = bool(session.roles & ALLOWED[Action.CASE_SHARE])
    return allowed and session.holds(case) and case not in session.hidden
