"""Break-glass: in an emergency a holder opens a case to somebody who was not granted it, for days and before two."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from vault.access.session import Session
from vault.casework.case import Access, GrantReason
from vault.casework.disclosure import Approving
from vault.errors import RefusedError, UsageError
from vault.ids import CompartmentId, MemberId, RecordId, SeatId, VersionId
from vault.index.case_pages import row_of
from vault.index.heads import heads_of
from vault.policy.clocks import has_expired
from vault.policy.roles import ALLOWED, Action
from vault.records.work import Entry, Work
from vault.seal.named import access_record
from vault.services.approvals import by_file
from vault.services.approvals.question import ApprovalQuestion
from vault.services.approvals.second_person import (
    ALONE,
    APART_MS,
    HERE_MS,
    LONGEST_MS,
    REASONS,
    TWO_PERSON,
    Second,
    chosen_approvers,
    required_approval,
)
from vault.services.grants import sharing
from vault.services.grants.timed_grants import last_day
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.projection import audit_of, up_to_date_index
from vault.services.projection.seats import seats_of
from vault.store.files import require_new
from vault.words.message import Message
from vault.words.next_step import NextStep

ACT = "break.glass"
_TOLD = Message("Everybody else who holds the case is told at each unlock, for as long as it lasts.")
_RULES = {
    ALONE: Message("It was done ALONE: nobody else in the organisation could approve it. The log says so."),
    TWO_PERSON: Message("A second person approved it; the log names both."),
}


@dataclass(frozen=True, slots=True)
class GlassBroken:
    """To whom a case is open now, until when, and by which rule: `alone` or `two-person`."""

    case: CompartmentId
    member: MemberId
    until_ms: int
    rule: str


@dataclass(frozen=True, slots=True)
class Glass:
    """A case that would be opened, to whom and until when, and what is asked about it; made by `ready`."""

    case: CompartmentId
    member: MemberId
    until_ms: int
    why: str
    seats: tuple[SeatId, ...]
    about: tuple[str, ...] = field(repr=False)
    rule: str

    def question(self, session: Session, *, valid_ms: int) -> ApprovalQuestion:
        """Return the question to the second person."""
        return ApprovalQuestion(
            act=ACT,
            of={"case": self.case, "seats": sorted(self.seats), "until": self.until_ms, "why": self.why},
            about=self.about,
            reasons=REASONS,
            expires_ms=session.log.now_ms() + valid_ms,
            subject=audit_of(session, self.case),
        )


def ready(session: Session, case: CompartmentId, member: MemberId, *, until_ms: int, why: str) -> Glass:
    """Return what would be opened, if it can be.

    The right ends by itself at `until_ms`, 14 days from now at the latest.

    Raises:
        RefusedError: not this member's to give; or they hold it already, or have no role or device for it.
        UsageError: no such reason, or the moment has passed or lies too far ahead.
        VerificationError: the log is in doubt.
    """
    rule = session.require(Action.BREAK_GLASS, case)
    session.require_sound_log(case)
    now_ms = session.clock().trusted_ms
    if has_expired(until_ms, now_ms) or until_ms > now_ms + LONGEST_MS:
        raise UsageError(
            Message("break-glass ends within 14 days from now"), next_step=Message("Give a day within these 14 days.")
        )
    if why not in REASONS:
        raise UsageError(Message("the reason must be one of: {names}", names=", ".join(REASONS)))
    seats = tuple(_lacking(session, case, member))
    return Glass(case, member, until_ms, why, seats, _about(session, case, member), rule)


def ask(
    session: Session, case: CompartmentId, member: MemberId, *, until_ms: int, why: str, approver: str | None, out: Path
) -> tuple[str, ...]:
    """Write the question to a second person who is somewhere else into a new file, and return for whom it opens.

    Raises:
        RefusedError: nobody else could approve; there is something at `out`; and as `ready`.
        UsageError, VerificationError, NotFoundError, TryAgainError: as `ready`, and as they say.
    """
    glass = ready(session, case, member, until_ms=until_ms, why=why)
    chosen = chosen_approvers(session, approver, beside={member})
    require_new(out)
    by_file.ask(session, glass.question(session, valid_ms=APART_MS), chosen, out)
    return tuple(each.name for each in chosen)


def break_glass(
    session: Session, case: CompartmentId, member: MemberId, *, until_ms: int, why: str, second: Second | None = None
) -> GlassBroken:
    """Open a case that this member holds to another until a moment, with the approval of a third.

    Whom it lets in cannot approve it. Every other holder hears of it at each unlock, for as long as it lasts. `second`
    puts the question before a second person.

    Raises:
        WaitingForDecisionError: a second person has to approve, and none was asked.
        RefusedError: what the second person gave is not valid; and as `ready`.
        UsageError, VerificationError: as `ready`.
    """
    glass = ready(session, case, member, until_ms=until_ms, why=why)
    question = glass.question(session, valid_ms=HERE_MS)
    approval = required_approval(session, question, second, beside={member})

    def also(work: Work, entry: Entry) -> Entry:
        parents = [VersionId(head) for head in heads_of(session.index(), case, access_record(member), Access.KIND)]
        access = Access(member=member, why=GrantReason.EMERGENCY, given_by=session.member, until=glass.until_ms)
        work.keep(case, access, RecordId(access_record(member)), parents)
        if approval is None:
            return replace(entry, why=glass.why, dig=question.digest, out="ok:alone")
        kept = Approving(ACT, approval.digest, approval.encode())
        work.list_approval(approval.encode())
        work.keep(case, kept)
        return replace(entry, why=glass.why, dig=question.digest, deleg=approval.approver)

    up_to_date_index(session)
    sharing.add_members(session, case, [member], until_ms=glass.until_ms, act=ACT, rule=glass.rule, also=also)
    return GlassBroken(case, member, glass.until_ms, ALONE if approval is None else TWO_PERSON)


def said_of(session: Session, broken: GlassBroken) -> tuple[Message, ...]:
    """Return in words what was done, and who hears of it."""
    opened = Message(
        "{name} can open the case until {until}, from their next bundle or unlock on.",
        name=name_in(names_of_members(session), broken.member),
        until=last_day(broken.until_ms),
    )
    return opened, _RULES[broken.rule], _TOLD


def _lacking(session: Session, case: CompartmentId, member: MemberId) -> list[SeatId]:
    """Return the seats of the member, of whom none holds the case yet."""
    if not session.directory.roles_of(member) & ALLOWED[Action.CASE_READ]:
        raise RefusedError(Message("this member has no role that can open cases"), next_step=sharing.readers_advice())
    if member in sharing.holders_of(session, case).members:
        raise RefusedError(
            Message("this member can already open the case"),
            next_step=Message("They can open it like any other case of theirs."),
        )
    if member in {taking.member for taking in sharing.takings_of(session, case)}:
        raise RefusedError(
            Message("this member was put out of the case, and break-glass takes nothing back"),
            next_step=Message(
                "Whoever took it, or somebody of that standing, can give it back: {grant_access}.",
                grant_access=NextStep.GRANT_ACCESS,
            ),
        )
    seats = seats_of(session, [member])
    if not seats:
        raise RefusedError(Message("this member has no device"), next_step=Message("They must join first."))
    return seats


def _about(session: Session, case: CompartmentId, member: MemberId) -> tuple[str, ...]:
    names = names_of_members(session)
    row = row_of(up_to_date_index(session), case)
    about = case.hex() if row is None else row.ref
    opens = Message(
        "case {about}, opened to {name} by {giver}",
        about=about,
        name=name_in(names, member),
        giver=name_in(names, session.member),
    )
    return (str(opens),)
