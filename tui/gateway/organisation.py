"""The members of the organisation and their devices: who is in, who joins, who leaves, what several have to sign."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from tui.gateway.unlocked_vault import Subject, telling
from tui.text.in_words import in_two_rows, together
from tui.values.access_shown import (
    Changed,
    MemberLine,
    MembersShown,
    NewMember,
    OrderLine,
    RequestShown,
)
from tui.values.exchange_shown import ResultText
from vault.acts.device import files, outcome_told
from vault.errors import InternalError, SheetsNeededError, VaultError
from vault.ids import MemberId
from vault.policy.roles import ALLOWED, Action
from vault.progress import CancelledError, Progress, Stopped
from vault.services.credentials import recovery
from vault.services.exchange import syncing
from vault.services.grants import successors, timed_grants
from vault.services.members import admitting, devices, members
from vault.services.members.admitting import Admitted, Proposal, Request
from vault.services.members.changes import Outcome
from vault.services.members.devices import Device
from vault.services.members.members import MemberShown
from vault.services.members.members import suspend as end_every_device
from vault.services.projection import last_done
from vault.services.projection.authors import name_in, names_of_members
from vault.store.files import require_new
from vault.words.message import Message, Words, plural

# What came of a change of who is in, in the words of the screens.


_SECOND: Final = Message(
    "It waits for a second person: give them a bundle (F2, exchange). They import it, and agree under Members (p)."
)
_BY_SHEETS: Final = Changed((), needs_sheets=True)


def changed(outcome: Outcome, done: Words, waits: Message = _SECOND) -> Changed:
    """Return an outcome for the screens. `done` says so of a change that counts, `waits` who has to do it too."""
    told = outcome_told(outcome, done, waits)
    return Changed(told.lines, waits=told.waits)


class Changing(Subject):
    """Changes who is in; what only the recovery sheets do wants them typed where their secret is not here."""

    def _change(self, act: Callable[[bytes | None], Outcome], done: Message, waits: Message = _SECOND) -> Changed:
        """Do it; `act` gets the secret of the sheets that were typed for it."""
        try:
            return changed(act(self._typed()), done, waits)
        except SheetsNeededError:
            return _BY_SHEETS

    def _typed(self) -> bytes | None:
        typed = self._unlocked.take_typed()
        return recovery.secret_of(self._session, typed) if typed.sheets else None


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


class Members(Changing):
    """Lists who is in, admits, and changes it."""

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

    def how_to_join(self, *, own: bool) -> ResultText:
        """Return how somebody new joins, or a further device of one's own, with the words to type there."""
        session = self._session
        lines: list[Words] = [
            Message("On the new device: `casevault --vault NEW member join --own --out REQUEST`.")
            if own
            else Message("On the new device: `casevault --vault NEW member join --out REQUEST`."),
            Message("It asks for the 13 words of this vault:"),
            *in_two_rows(admitting.vault_words(session)),
        ]
        if own:
            lines += [Message("Then for your own 13 words:"), *in_two_rows(admitting.own_words(session))]
            lines.append(
                Message(
                    "An admin or a supervisor admits it with the file REQUEST (Members, a), and you agree to it here"
                    " (Members, p). If you are one, admit it yourself, and any other member agrees."
                )
            )
        else:
            lines.append(Message("The file REQUEST comes back to this device; then `a` admits them."))
        return ResultText(tuple(lines))

    def look(self, request: Path) -> RequestShown:
        """Return who asks to join."""
        asked = admitting.read_request(self._session, request)
        name = "" if asked.member is None else name_in(names_of_members(self._session), asked.member)
        return self._asked(asked, asked, name)

    def proposals(self) -> tuple[RequestShown, ...]:
        """Return the admissions that wait for a second person."""
        return tuple(
            self._asked(
                each.request, each, each.name, roles=tuple(sorted(role.value for role in each.roles)), by=each.by
            )
            for each in admitting.proposals(self._session)
        )

    def _asked(
        self,
        request: Request,
        answer: Request | Proposal,
        name: str,
        *,
        roles: tuple[str, ...] = (),
        by: tuple[str, ...] = (),
    ) -> RequestShown:
        return RequestShown(
            words=request.words,
            is_device=request.member is not None,
            is_yours=request.member == self._session.member,
            name=name,
            roles=roles,
            by=by,
            seat=request.seat.hex(),
            answer=answer,
        )

    def admit(
        self,
        asked: RequestShown,
        new: NewMember,
        bundle: Path,
        *,
        with_cases: bool,
        by_sheets: bool,
        progress: Progress,
        stopped: Stopped,
    ) -> Changed:
        """Admit who asks, after somebody compared all 13 words, and write what their device needs into a new file.

        With `with_cases` a further device of one's own gets all one's cases. `progress` and `stopped` are those of the
        bundle: who was admitted stays admitted.
        """
        require_new(bundle)
        try:
            admitted = self._admitted(asked, new, by_sheets=by_sheets, with_cases=with_cases)
        except SheetsNeededError:
            return _BY_SHEETS
        session = self._session
        done = changed(admitted.outcome, Message("{name} is admitted.", name=admitted.name))
        if done.waits:
            return done
        lines: list[Words] = [done.lines[0]]
        if with_cases:
            lines.append(
                Message("Given to the device: {files}.", files=files(devices.give_cases(session, admitted.seat)))
            )
        return Changed((*lines, *self._bundle_lines(admitted, bundle, telling(progress, stopped)), done.lines[-1]))

    def _admitted(self, asked: RequestShown, new: NewMember, *, by_sheets: bool, with_cases: bool) -> Admitted:
        session, typed = self._session, self._typed()
        if isinstance(asked.answer, Proposal):
            return admitting.agree(session, asked.answer, asked.words, by_sheets=by_sheets, typed=typed)
        if not isinstance(asked.answer, Request):
            raise InternalError(Message("the request was not looked at"))
        return admitting.admit(
            session,
            asked.answer,
            asked.words,
            name=new.name,
            like=new.like,
            days=new.days,
            by_sheets=by_sheets,
            typed=typed,
            gives_cases=with_cases,
        )

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
        return self._change(
            lambda typed: end_every_device(self._session, member_id(member), typed, progress=progress),
            Message("The member is suspended: all their devices are revoked."),
        )

    def leave(self, member: str, progress: Progress) -> Changed:
        """Let a member leave. Nothing stops it half way."""
        return self._change(
            lambda typed: members.leave(self._session, member_id(member), typed, progress=progress),
            Message("The member has left."),
        )

    def before_end(self, member: str) -> Words:
        """Return which cases only this member can open; empty where there is none."""
        return successors.said_before_end(self._session, member_id(member)) or ""

    def before_roles(self, member: str, roles: Sequence[str]) -> Words:
        """Return what to ask about before a member gets exactly these roles; empty where nothing is lost by it."""
        return members.before_roles(self._session, member_id(member), roles) or ""

    def change_roles(self, member: str, roles: Sequence[str]) -> Changed:
        """Give a member exactly these roles."""
        done = self._change(
            lambda typed: members.change_roles(self._session, member_id(member), roles, typed=typed),
            Message("The member has exactly these roles now."),
        )
        return _BY_SHEETS if done.waits else done  # another admin can give the same roles; the sheets do it at once

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


class Devices(Subject):
    """The devices of the organisation."""

    def list_all(self) -> list[Device]:
        return devices.list_all(self._session)
