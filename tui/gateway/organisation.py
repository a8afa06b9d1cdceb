"""The members of the organisation and their devices: who is in, who joins, who leaves, what several have to sign."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tui.gateway.unlocked_vault import Subject, telling
from tui.text.in_words import in_words, together
from tui.values.access_shown import Changed, DeviceLine, LostShown, MemberLine, MembersShown, OrderLine, RequestShown
from tui.values.exchange_shown import ResultText
from vault.access.membership.inviting import Answer
from vault.access.seat_keys.root_secret import kept_secret
from vault.access.session import Session
from vault.errors import InternalError, VaultError
from vault.ids import MemberId, SeatId
from vault.policy.roles import ALLOWED, Action
from vault.progress import CancelledError, Progress, Stopped
from vault.services.exchange import syncing
from vault.services.grants import successors, timed_grants
from vault.services.members import devices, invitations, members, rostering, warning
from vault.services.members.admissions import BEFORE_THE_NEXT
from vault.services.members.invitations import Admitted
from vault.services.members.members import MemberShown
from vault.services.members.members import suspend as end_every_device
from vault.services.members.rostering import Outcome, ProposalShown
from vault.services.projection import last_done
from vault.services.projection.authors import name_in, names_of_members
from vault.store.files import require_new, write_new
from vault.words.message import Message, Words, plural

# What came of a change of who is in, in the words of the screens.


def changed(session: Session, outcome: Outcome, done: Message, *, by_root: bool | None = None) -> Changed:
    """Return an outcome for the screens.

    `done` says so of a change that is valid. `by_root`: the root signed already; None where it cannot sign this.
    """
    if outcome.missing is not None:
        root_is_here = by_root is False and kept_secret(session) is not None
        return Changed((), outcome.missing, outcome.proposal or b"", root_is_here)
    lines = [done]
    if outcome.ended:
        devices = plural("{count} device revoked", "{count} devices revoked", count=len(outcome.ended))
        lines += [
            Message("{devices}; {files} got a new key.", devices=devices, files=files(outcome.cases)),
            Message(
                "What they could open until now may have been copied. They can open nothing that is written later."
            ),
        ]
    elif outcome.cases:
        lines.append(Message("{files} got a new key.", files=files(outcome.cases)))
    if outcome.pending:
        lines.append(Message("! {files} still wait for a new key; the warnings say why.", files=files(outcome.pending)))
    lines.append(Message("Other members learn of it with your next bundle for them."))
    return Changed((*lines, *([BEFORE_THE_NEXT] if outcome.admitted else [])))


def files(count: int) -> Message:
    """Return how many cases and sections."""
    return plural("{count} case or section", "{count} cases and sections", count=count)


# The members of the organisation: who is in, who joins, who leaves, who stands in for whom.
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


# The devices of the organisation, and what is done when one is gone.
class Devices(Subject):
    """Names devices, gives cases to one's own, and ends those that are lost."""

    def list_all(self) -> tuple[DeviceLine, ...]:
        own = self._session.member
        return tuple(
            DeviceLine(
                device.seat.hex(),
                device.member.hex(),
                device.member_name,
                device.name,
                device.is_this,
                device.member == own,
            )
            for device in devices.list_all(self._session)
        )

    def name(self, seat: str, text: str) -> None:
        """Call a device something."""
        devices.name(self._session, _seat(seat), text)

    def give_cases(self, seat: str, progress: Progress, stopped: Stopped) -> ResultText:
        """Give all cases held here to a further device of one's own; stopped, what was given stays."""
        given = devices.give_cases(self._session, _seat(seat), progress=telling(progress, stopped))
        return ResultText(
            (
                Message("Given: {files}.", files=files(given)),
                Message("They come to the device with your next bundle for yourself."),
            )
        )

    def end_moved(self, seat: str, progress: Progress) -> Changed:
        """End one's old device after moving to this one. Nothing stops it half way."""
        session = self._session
        outcome = devices.end_moved(session, _seat(seat), progress=progress)
        return changed(session, outcome, Message("You moved: the old device is revoked."))

    def lost(self, seat: str, warn_list: Path | None, progress: Progress) -> LostShown:
        """End a device that is out of one's hands, and return whom to warn. Nothing stops it half way.

        The list goes into a new file too, if one is named. `progress` is told of cases that got a new key.
        """
        if warn_list is not None:
            require_new(warn_list)
        session = self._session
        done = devices.lost(session, _seat(seat), progress=progress)
        warn = tuple(map(in_words, warning.warn_lines(done.warn)))
        shown = changed(session, done.outcome, Message("The device is revoked."))
        return LostShown(shown, warn, done.warn.count, _write_list(warn, warn_list))

    def keep_list(self, warn: tuple[str, ...], out: Path) -> Message:
        """Write a list of whom to warn into a new file, and say where it is."""
        write_new(out, _as_file(warn))
        return _kept_at(out)


def _write_list(warn: tuple[str, ...], out: Path | None) -> Words:
    """Write whom to warn and say where it is; a disk that refuses must not take the list off the screen."""
    if out is None:
        return ""
    try:
        write_new(out, _as_file(warn))
    except VaultError as fault:
        return Message("! The list was NOT written: {message}. Copy it from this screen.", message=fault.message)
    return _kept_at(out)


def _as_file(warn: tuple[str, ...]) -> bytes:
    return "\n".join([*warn, ""]).encode("utf-8")


def _kept_at(out: Path) -> Message:
    return Message("The list is at {out}, in clear: delete it when everybody is warned.", out=out)


def _seat(seat: str) -> SeatId:
    return SeatId(bytes.fromhex(seat))


# Changes of members that several have to sign, one after the other, in a file.
class Proposals(Subject):
    """Reads, signs and carries out proposals."""

    def keep(self, proposal: bytes, out: Path) -> None:
        """Write a proposal into a new file: it opens for members alone."""
        write_new(out, proposal)

    def show(self, file: Path) -> ProposalShown:
        """Return what a proposal says, without signing it."""
        return rostering.show(self._session, rostering.read_proposal(file))

    def sign(self, file: Path, out: Path) -> ProposalShown:
        """Sign a proposal and write it, signed, into a new file."""
        require_new(out)
        shown, signed = rostering.sign(self._session, rostering.read_proposal(file))
        write_new(out, signed)
        return shown

    def commit(self, file: Path, progress: Progress, *, accepts_loss: bool) -> Changed:
        """Make a proposal count that all who must have signed. Nothing stops it half way."""
        session = self._session
        proposal = rostering.read_proposal(file)
        outcome = rostering.commit(session, proposal, accepts_loss=accepts_loss, progress=progress)
        done = Message("The proposal is in effect. A member whom it admits needs a bundle of yours to begin.")
        return changed(session, outcome, done)
