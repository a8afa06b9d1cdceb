"""The members of the organisation: who is in, who joins, who leaves, who stands in for whom."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tui.gateway.changes import changed, files
from tui.gateway.subject import Subject, telling
from tui.text.in_words import together
from tui.values.values_exchange import ResultText
from tui.values.values_members import Changed, MemberLine, MembersShown, OrderLine, RequestShown
from vault.access.membership.inviting import Answer
from vault.errors import InternalError, VaultError
from vault.ids import MemberId
from vault.policy.roles import ALLOWED, Action
from vault.progress import CancelledError, Progress, Stopped
from vault.services.exchange import syncing
from vault.services.grants import successors, timed_grants
from vault.services.members import devices, invitations, members
from vault.services.members.invitations import Admitted
from vault.services.members.members import MemberShown
from vault.services.members.members import suspend as end_every_device
from vault.services.projection import last_done
from vault.services.projection.authors import name_in, names_of_members
from vault.store.files import require_new, write_new
from vault.words.message import Message, Words, plural

_ACTS = (
    Action.MEMBER_ADMIT,
    Action.MEMBER_END,
    Action.ROLE_CHANGE,
    Action.DEPUTY_SET,
    Action.AWAY_SET,
    Action.HANDOVER_ORDER,
    Action.APPROVE,
    Action.CASE_SHARE,
)


class Members(Subject):
    """Changes who is in. Where others have to sign, a change comes back as a proposal, and nothing was changed."""

    def orders(self) -> tuple[OrderLine, ...]:
        """Return the handovers that are ordered, oldest first."""
        names = names_of_members(self._session)
        return tuple(
            OrderLine(name_in(names, order.value.leaver), name_in(names, order.value.successor), order.value.reason)
            for order in successors.handover_orders(self._session)
        )

    def list_all(self, *, also_left: bool = False) -> MembersShown:
        """Return who is in; those who left after them, if asked for."""
        session = self._session
        names = names_of_members(session)
        lent = {
            member: together(
                (
                    Message("{name} until {day}", name=name_in(names, deputy), day=timed_grants.last_day(until))
                    for deputy, until in to.items()
                ),
                ", ",
            )
            for member, to in timed_grants.lent(session).items()
        }
        stands_in = successors.deputies(session)
        shown = [
            self._line(member, name_in(names, stands_in[member.member]) if member.member in stands_in else "", lent)
            for member in members.list_all(session, also_left=also_left)
        ]
        return MembersShown(tuple(shown), last_done.duties_are_separated(session), self._may(*_ACTS))

    def _line(self, member: MemberShown, deputy: str, lent: dict[MemberId, str]) -> MemberLine:
        return MemberLine(
            member=member.member.hex(),
            name=member.name,
            roles=tuple(sorted(role.value for role in member.roles)),
            devices=len(member.seats),
            until="" if member.until_ms is None else timed_grants.last_day(member.until_ms),
            stand=member.stand.value,
            deputy=deputy,
            lent=lent.get(member.member, ""),
            is_you=member.member == self._session.member,
            may_stand_in=bool(member.seats) and bool(member.roles & ALLOWED[Action.CASE_SHARE]),
        )

    # ---- joining ------------------------------------------------------------------------------------------------

    def invite(self, like: str, days: int, out: Path) -> ResultText:
        """Write an invitation for somebody new into a new file."""
        require_new(out)
        write_new(out, invitations.invite(self._session, like=like, days=days))
        return _invited(out)

    def invite_device(self, member: str, out: Path) -> ResultText:
        """Write an invitation for a further device of a member into a new file."""
        require_new(out)
        write_new(out, invitations.invite_device(self._session, member_id(member)))
        return _invited(out)

    def look(self, request: Path) -> RequestShown:
        """Return who asks to join. The invitation answers to no other request from here on."""
        answer = invitations.look(self._session, request)
        invitation = answer.invitation
        return RequestShown(
            name=answer.request.name,
            roles=tuple(sorted(invitation.roles)),
            days=invitation.days,
            is_device=bool(invitation.member),
            is_yours=bool(invitation.member) and invitation.member == self._session.member,
            words=answer.words,
            answer=answer,
        )

    def admit(
        self,
        asked: RequestShown,
        bundle: Path,
        *,
        with_cases: bool,
        by_root: bool,
        progress: Progress,
        stopped: Stopped,
    ) -> Changed:
        """Admit who asks, after somebody compared all 13 words, and write what their device needs into a new file.

        With `with_cases` a further device of one's own gets all one's cases. `progress` and `stopped` are those of the
        bundle: who was admitted stays admitted.
        """
        if not isinstance(asked.answer, Answer):
            raise InternalError(Message("the request was not looked at"))
        require_new(bundle)
        session = self._session
        admitted = invitations.admit(session, asked.answer, asked.words, by_root=by_root, gives_cases=with_cases)
        done = changed(session, admitted.outcome, Message("{name} is admitted.", name=admitted.name), by_root=by_root)
        if not admitted.outcome.is_done:
            return done
        lines: list[Words] = [done.lines[0]]
        if with_cases:
            lines.append(
                Message("Given to the device: {files}.", files=files(devices.give_cases(session, admitted.seat)))
            )
        return Changed((*lines, *self._bundle_lines(admitted, bundle, telling(progress, stopped)), done.lines[-1]))

    def _bundle_lines(self, admitted: Admitted, bundle: Path, tell: Progress) -> list[Message]:
        """Write the bundle and say where it is: without one, who was admitted is in all the same."""
        try:
            syncing.make(self._session, admitted.member, bundle, progress=lambda _, done, total: tell(done, total))
        except CancelledError:
            return [_not_written(Message("it was stopped."))]
        except VaultError as fault:
            return [_not_written(Message("{fault}. {next_step}", fault=fault.message, next_step=fault.next_step))]
        return [
            Message(
                "What their device needs is at {bundle}. There they finish with it: `casevault member finish BUNDLE`.",
                bundle=bundle,
            )
        ]

    # ---- changes ------------------------------------------------------------------------------------------------

    def end_devices(self, member: str, progress: Progress) -> Changed:
        """End every device of a member, who stays a member. Nothing stops it half way."""
        session = self._session
        outcome = end_every_device(session, member_id(member), progress=progress)
        return changed(session, outcome, Message("The member is suspended: all their devices are revoked."))

    def leave(self, member: str, progress: Progress) -> Changed:
        """Let a member leave. Nothing stops it half way."""
        session = self._session
        return changed(
            session, members.leave(session, member_id(member), progress=progress), Message("The member has left.")
        )

    def before_end(self, member: str) -> Words:
        """Return which cases only this member can open; empty where there is none."""
        return successors.said_before_end(self._session, member_id(member)) or ""

    def before_roles(self, member: str, roles: Sequence[str]) -> Words:
        """Return what to ask about before a member gets exactly these roles; empty where nothing is lost by it."""
        return members.before_roles(self._session, member_id(member), roles) or ""

    def change_roles(self, member: str, roles: Sequence[str], *, by_root: bool) -> Changed:
        """Give a member exactly these roles."""
        session = self._session
        outcome = members.change_roles(session, member_id(member), roles, by_root=by_root)
        return changed(session, outcome, Message("The member has exactly these roles now."), by_root=by_root)

    # ---- standing in --------------------------------------------------------------------------------------------

    def lend(self, member: str, deputy: str, until: str) -> ResultText:
        """Open a member's cases to a deputy until the end of a day: those that the giver holds."""
        until_ms = timed_grants.end_of_day(until)
        given = timed_grants.away(self._session, member_id(member), member_id(deputy), until_ms=until_ms)
        if not given:
            return ResultText(
                (Message("Nothing was lent: the deputy already opens each case of theirs that you hold."),)
            )
        return ResultText(
            (
                plural(
                    "{count} case is open to the deputy until {day}; then its key changes.",
                    "{count} cases are open to the deputy until {day}; then their keys change.",
                    count=given,
                    day=timed_grants.last_day(until_ms),
                ),
                Message("You can only lend cases that you hold. The owner is told."),
            )
        )

    def name_deputy(self, member: str, deputy: str) -> ResultText:
        """Name who opens a member's new cases too; nobody for an empty id."""
        successors.set_deputy(self._session, member_id(member), member_id(deputy) if deputy else None)
        return ResultText(
            (
                Message("The deputy is named.") if deputy else Message("This member has no deputy any more."),
                Message(
                    "This applies to cases made from now on. Grant the cases that exist one by one, or lend them"
                    " for a time."
                ),
            )
        )


def member_id(member: str) -> MemberId:
    """Return the id that a screen got in hexadecimal."""
    return MemberId(bytes.fromhex(member))


def _not_written(why: Message) -> Message:
    return Message(
        "! The bundle is NOT written: {why} They are admitted; make a bundle for them from the list of cases.", why=why
    )


def _invited(out: Path) -> ResultText:
    return ResultText(
        (
            Message(
                "The invitation is at {out}. It contains your name, but no secret: hand it over yourself.", out=out
            ),
            Message("On the new device:"),
            Message("  casevault --vault NEW member join INVITATION --out REQUEST"),
            Message("The request comes back to this device; then `a` admits them."),
        )
    )
