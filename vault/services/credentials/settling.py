"""Two lists of members that were made apart become one: the recovery sheets sign whom of both lists they let in."""

from __future__ import annotations

from collections.abc import Collection

from vault.access.membership.next_roster import Change, admitted_apart, propose, sign_by_root
from vault.access.membership.roster_proposals import Proposal
from vault.access.seat_keys.root_secret import kept_secret
from vault.access.session import Session
from vault.ids import MemberId, SeatId
from vault.policy.roles import Action
from vault.progress import Progress
from vault.seal.recovery import join_sheets, root_words
from vault.services.credentials.recovery import note_if_proven
from vault.services.credentials.sheets import TypedSheets
from vault.services.members.lists_apart import require_told_apart, waiting
from vault.services.members.rostering import Outcome, commit_proposal


def secret_is_here(session: Session) -> bool:
    """Say whether the secret of the sheets lies on this device, so that nobody has to type them."""
    session.require(Action.MEMBER_ADMIT)
    return kept_secret(session) is not None


def settle_lists(
    session: Session,
    admitted: Collection[SeatId],
    typed: TypedSheets | None = None,
    *,
    progress: Progress = lambda done, total: None,
) -> Outcome:
    """Let these devices be in from when a list admitted them; the others of `waiting` stay out and have to join again.

    The sheets are typed where their secret is not on this device. `progress` is told of cases that get a new key.

    Raises:
        RefusedError: there is one list of members alone; or the secret is not here and too few sheets were typed; or
            this member may not write rosters; or two would have one name.
        VerificationError: the sheets are not those of the root in effect, or the log is in doubt.
    """
    session.require(Action.MEMBER_ADMIT)
    devices = [device for device in waiting(session) if device.seat in set(admitted)]
    require_told_apart(session, devices)
    chosen = {device.seat for device in devices}
    taken = [apart for apart in admitted_apart(session.directory) if apart.certificate.seat in chosen]
    effective = session.directory.effective
    new = (apart for apart in taken if apart.certificate.member not in effective.members)
    change = Change(
        roles={MemberId(apart.certificate.member): apart.roles for apart in new},
        certificates=tuple(apart.certificate for apart in taken),
    )
    secret = None if typed is None else join_sheets(typed.sheets, root_words(effective.root_public))
    session.require_sound_log(session.directory.compartment)
    roster = sign_by_root(session, propose(session, change), secret)
    outcome = commit_proposal(session, Proposal(roster), "roster.change", progress)
    if secret is not None:
        note_if_proven(session, secret)
    return outcome
