"""A change of who is in, carried out or proposed: by one who may sign it alone, or by several, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from vault.access.membership.inviting import differs_from_proposed
from vault.access.membership.next_roster import (
    Change,
    ground_for,
    ground_of,
    missing_signatures,
    propose,
    sign_by_root,
    sign_roster,
    signers_in,
    with_signers_who_are_in,
)
from vault.access.membership.pending_seat import HereSeat
from vault.access.membership.roster_commit import commit_roster, only_loses, settle, shared_compartments
from vault.access.membership.roster_proposals import PROPOSAL_LIMIT, Proposal, open_proposal, seal_proposal
from vault.access.seat_keys.rekeying import close_doors
from vault.access.session import Session
from vault.casework.organisation_records import Member
from vault.errors import MalformedError, RefusedError
from vault.ids import MemberId, SeatId
from vault.log.roster_entries import Certificate
from vault.policy.rights import NEWEST_TABLE
from vault.policy.roles import Action
from vault.progress import Progress
from vault.services.grants import sharing
from vault.services.members.roster_changes import NEW_PROPOSAL, changes_in_words, lost_work, stop_before_loss
from vault.services.projection.authors import name_in, names_of_members, require_new_name
from vault.store.files import as_received, read_limited
from vault.words.message import Message
from vault.words.next_step import NextStep

_ASK_AGAIN = Message(
    "Sign nothing. Ask the member who began it for a new proposal, and tell them what this proposal said."
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a change.

    `missing` says who has to sign yet; None once the change counts. `proposal` is the file for those. Because of it
    `cases` cases and sections got a new key from this seat; `pending` did not although they should: an alarm says why,
    and the next unlock tries again.
    """

    number: int
    missing: Message | None = None
    proposal: bytes | None = field(default=None, repr=False)
    admitted: tuple[SeatId, ...] = ()
    ended: tuple[SeatId, ...] = ()
    cases: int = 0
    pending: int = 0

    @property
    def is_done(self) -> bool:
        """Whether the change counts."""
        return self.missing is None


@dataclass(frozen=True, slots=True)
class ProposalShown:
    """A proposal in words: what it changes, who signed, who has to sign yet.

    `lost` says which work that is here would become invalid: what was imported since the proposal was written.
    """

    number: int
    changes: tuple[Message, ...]
    signed_by: tuple[str, ...]
    missing: Message | None
    lost: Message | None = None


def carry_out(
    session: Session,
    change: Change,
    *,
    members: Sequence[Member] = (),
    act: str = "roster.change",
    by_root: bool = False,
    here: HereSeat | None = None,
    progress: Progress = lambda done, total: None,
) -> Outcome:
    """Sign a change and make it count, or return a proposal for those who have to sign it too.

    The caller has asked policy.

    `members` is what the directory is to say of members whom it admits, `here` the seat that it admits into this very
    folder. `by_root` signs with the root as well, while its secret lies in this vault. `progress` is told of cases
    while their keys are replaced.

    Raises:
        RefusedError: it names nobody known, or the root secret is not here, or several would have to sign for a seat in
            this folder, or sides of the roster line have to be settled first.
        VerificationError: the log is in doubt.
    """
    _refuse_own_end(session, change)
    change = _on_newest_rules(session, change)
    ground = ground_for(session.directory, change)
    roster = propose(session, change, ground=ground)
    session.require_sound_log(session.directory.compartment, taken_from=only_loses(ground, roster))
    if by_root:
        roster = sign_by_root(session, roster)
    proposal = Proposal(roster, tuple(members))
    missing = missing_signatures(ground, roster)
    if missing is None:
        return commit_proposal(session, proposal, act, progress, here)
    if here is not None:
        raise RefusedError(
            Message("others must sign this admission: {missing}", missing=missing),
            next_step=Message(
                "Invite them to their own device, and pass the proposal on; a second vault folder on this device is"
                " enough."
            ),
        )
    return Outcome(roster.head.number, missing, seal_proposal(session, proposal))


def sign(session: Session, untrusted: bytes) -> tuple[ProposalShown, bytes]:
    """Sign a proposal, and return what it says and the file to pass on.

    Raises:
        RefusedError: this member's role does not sign rosters, or they did already, or another change came before it.
        MalformedError: it names somebody whom it does not admit.
        VerificationError: it does not follow from what this device knows.
    """
    session.require(Action.APPROVE)
    proposal = _opened(session, untrusted)
    ground = ground_of(session.directory, proposal.roster)
    session.require_sound_log(session.directory.compartment, taken_from=only_loses(ground, proposal.roster))
    if session.member in signers_in(ground, proposal.roster):
        raise RefusedError(
            Message("you have already signed this proposal"),
            next_step=Message("Give it to another member who may sign."),
        )
    signed = Proposal(sign_roster(session, proposal.roster), proposal.members)
    return _shown(session, signed), seal_proposal(session, signed, came=untrusted)


def commit(
    session: Session, untrusted: bytes, *, accepts_loss: bool = False, progress: Progress = lambda done, total: None
) -> Outcome:
    """Make a proposal count that all who must have signed.

    `accepts_loss`: a person read what came after its cut-off, and lets it become invalid.

    Raises:
        RefusedError: somebody has to sign yet, or this member may not write rosters, or another change came before it,
            or work that is here would become invalid.
        MalformedError: it names somebody whom it does not admit.
        VerificationError: it does not follow from what this device knows.
    """
    session.require(Action.MEMBER_ADMIT)
    proposal = _opened(session, untrusted)
    # Who has to sign yet is said first.
    ground = ground_of(session.directory, proposal.roster)
    if missing_signatures(ground, proposal.roster) is None and not accepts_loss:
        lost = lost_work(session, proposal.roster)
        if lost is not None:
            raise RefusedError(lost, next_step=NEW_PROPOSAL)
    return commit_proposal(session, proposal, "roster.change", progress)


def read_proposal(path: Path) -> bytes:
    """Return the bytes of a proposal's file.

    Raises:
        NotFoundError: there is no such file.
        MalformedError: it is far too long for one.
    """
    with as_received():
        return read_limited(path, PROPOSAL_LIMIT)


def show(session: Session, untrusted: bytes) -> ProposalShown:
    """Return what a proposal says, without signing it."""
    session.require(Action.MEMBER_LIST)
    return _shown(session, _opened(session, untrusted))


def settle_shared(session: Session) -> int:
    """Give and replace keys of what the organisation shares where another change of members left that to be done."""
    session.require(Action.SYNC)
    changed = settle(session)
    if changed:
        sharing.rewrap_all(session, list(shared_compartments(session).values()))
    return len(changed)


def _opened(session: Session, untrusted: bytes) -> Proposal:
    """Return a proposal that is the next change here: neither over, nor ahead of what has arrived.

    No signature covers the names in it, nor the last days, so they name nobody but those whom it admits, all of them,
    as nobody is called yet; on the device that began it, as it said.
    """
    with as_received():
        proposal = open_proposal(session, untrusted)
    proposal = replace(proposal, roster=with_signers_who_are_in(session.directory, proposal.roster))
    ground = ground_of(session.directory, proposal.roster)
    number, newest = proposal.roster.head.number, ground.head.number
    if number <= newest:
        raise RefusedError(
            Message("another change of members is in effect since this proposal was made"),
            next_step=Message("Make a new proposal: this proposal has expired."),
        )
    if number > newest + 1:
        raise RefusedError(
            Message("this proposal follows a change of members that has not arrived here"),
            next_step=Message(
                "First import a bundle from the member who proposed it: {import_bundle}.",
                import_bundle=NextStep.IMPORT_BUNDLE,
            ),
        )
    for member in proposal.members:
        if member.member in session.directory.effective.members:
            raise MalformedError(
                Message("the proposal gives a name to somebody who is already a member"), next_step=_ASK_AGAIN
            )
        require_new_name(session, member.name)
    new = proposal.roster.members.keys() - ground.members.keys()
    if new != {member.member for member in proposal.members}:
        raise MalformedError(Message("the proposal does not name everybody whom it admits"), next_step=_ASK_AGAIN)
    if differs_from_proposed(session, proposal.members):
        raise RefusedError(
            Message("this device began the proposal with another name or last day: somebody changed it on the way"),
            next_step=Message("Sign nothing. Ask the person who carried it, and make a new proposal."),
        )
    return proposal


def _shown(session: Session, proposal: Proposal) -> ProposalShown:
    ground = ground_of(session.directory, proposal.roster)
    names = names_of_members(session)
    missing = missing_signatures(ground, proposal.roster)
    signed = sorted(name_in(names, member) for member in signers_in(ground, proposal.roster))
    return ProposalShown(
        proposal.roster.head.number,
        changes_in_words(session, proposal),
        tuple(signed),
        missing,
        stop_before_loss(session, proposal.roster),
    )


def commit_proposal(
    session: Session, proposal: Proposal, act: str, progress: Progress, here: HereSeat | None = None
) -> Outcome:
    """Make a roster count that all who must have signed, and give and replace the keys that this is due.

    The caller has asked policy.

    Raises:
        RefusedError, VerificationError: see `commit_roster`.
    """
    before = session.directory.effective.certificates
    commit_roster(
        session,
        proposal.roster,
        members=proposal.members,
        keys=None if here is None else here.keys,
        rows=() if here is None else here.rows,
        act=act,
    )
    after = session.directory.effective.certificates
    admitted = tuple(SeatId(seat) for seat in sorted(after.keys() - before.keys()))
    ended = tuple(SeatId(seat) for seat in sorted(before.keys() - after.keys()))
    in_cases = sharing.end_seats(session, ended, progress=progress) if ended else sharing.EndedIn()
    sharing.rewrap_left(session, list(shared_compartments(session).values()))
    if ended:
        close_doors(session)
    return Outcome(
        proposal.roster.head.number,
        admitted=admitted,
        ended=ended,
        cases=len(in_cases.done),
        pending=len(in_cases.pending),
    )


def end_again(session: Session, was_theirs: Callable[[Certificate], bool], progress: Progress) -> Outcome | None:
    """Withdraw from devices that were ended before what could not be withdrawn then; None where nothing is left.

    The caller has asked policy. `was_theirs` says of a certificate of any roster whether it is of one of these devices;
    `progress` is told of cases.
    """
    live, rosters = session.directory.effective.certificates, session.directory.chain.accepted
    over = {SeatId(seat) for roster in rosters for seat, cert in roster.certificates.items() if was_theirs(cert)}
    found = sharing.end_seats(session, over - live.keys(), progress=progress)
    if not found.done and not found.pending:
        return None
    number = session.directory.effective.head.number
    return Outcome(number, cases=len(found.done), pending=len(found.pending))


def _refuse_own_end(session: Session, change: Change) -> None:
    if session.seat in change.ended or session.member in change.leaving:
        raise RefusedError(
            Message("you cannot revoke the device that you are using"),
            next_step=Message("Ask another admin, or do it from your other device."),
        )


def _on_newest_rules(session: Session, change: Change) -> Change:
    """Let a vault of one member, made by an older program, go on under the newest rights table with its next change."""
    head, members = session.directory.effective.head, session.directory.effective.members
    if len(members) != 1 or head.rights >= NEWEST_TABLE or change.rights is not None:
        return change
    return replace(change, rights=NEWEST_TABLE, helpers_by_supervisor=True)


def seats_by_member(session: Session) -> dict[MemberId, list[Certificate]]:
    found: dict[MemberId, list[Certificate]] = {MemberId(member): [] for member in session.directory.effective.members}
    for _, certificate in sorted(session.directory.effective.certificates.items()):
        found.setdefault(MemberId(certificate.member), []).append(certificate)
    return found
