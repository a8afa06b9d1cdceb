"""The members of the organisation and their devices: who is in, who joins, who leaves, what several have to sign."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from tui.gateway.unlocked_vault import Subject, telling
from tui.text.in_words import in_two_rows, in_words, together
from tui.values.access_shown import (
    Changed,
    DeviceLine,
    LostShown,
    MemberLine,
    MembersShown,
    NewMember,
    OrderLine,
    RequestShown,
)
from tui.values.exchange_shown import ResultText
from vault.acts.member import files, told_of
from vault.errors import InternalError, SheetsNeededError, VaultError
from vault.ids import MemberId, SeatId
from vault.policy.roles import Action
from vault.progress import CancelledError, Progress, Stopped
from vault.services.exchange import syncing
from vault.services.grants import successors, timed_grants
from vault.services.members import admitting, devices, members, warning
from vault.services.members.admitting import Admitted, Proposal, Request
from vault.services.members.changes import Outcome
from vault.services.members.members import MemberShown
from vault.services.projection import last_done
from vault.services.projection.authors import name_in, names_of_members
from vault.store.files import require_new, write_new
from vault.words.message import Message, Words

# What came of a change of who is in, in the words of the screens.


_SECOND: Final = Message(
    "It waits for a second person: give them a bundle (F2, exchange). They import it, and agree under Members (p)."
)
_ADMIN: Final = Message(
    "It waits for an admin: give them a bundle (F2, exchange). They import it, and revoke the device too."
)
_BY_SHEETS: Final = Changed((), needs_sheets=True)


def changed(outcome: Outcome, done: Words, waits: Message = _SECOND) -> Changed:
    """Return an outcome for the screens. `done` says so of a change that counts, `waits` who has to do it too."""
    told = told_of(outcome, done, waits)
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
        return self._unlocked.typed_secret()


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


def member_id(member: str) -> MemberId:
    """Return the id that a screen got in hexadecimal."""
    return MemberId(bytes.fromhex(member))


def _not_written(why: Message) -> Message:
    return Message(
        "! The bundle is NOT written: {why} They are admitted; make a bundle for them from the list of cases.", why=why
    )


# The devices of the organisation, and what is done when one is gone.
class Devices(Changing):
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
        return self._change(
            lambda typed: devices.end_moved(self._session, _seat(seat), typed, progress=progress),
            Message("You moved: the old device is revoked."),
            _ADMIN,
        )

    def lost(self, seat: str, warn_list: Path | None, progress: Progress) -> LostShown:
        """End a device that is out of one's hands, and return whom to warn. Nothing stops it half way.

        The list goes into a new file too, if one is named. `progress` is told of cases that got a new key.
        """
        if warn_list is not None:
            require_new(warn_list)
        session = self._session
        try:
            done = devices.lost(session, _seat(seat), self._typed(), progress=progress)
            shown, found = changed(done.outcome, Message("The device is revoked."), _ADMIN), done.warn
        except SheetsNeededError:  # the list is what a person needs most: nothing must hold it up
            shown, found = _BY_SHEETS, warning.warn_list(session, _seat(seat))
        warn = tuple(map(in_words, warning.warn_lines(found)))
        return LostShown(shown, warn, found.count, "" if shown.needs_sheets else _write_list(warn, warn_list))

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
