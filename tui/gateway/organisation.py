"""The members of the organisation and their devices: who is in, who joins, who leaves, what several have to sign."""

from __future__ import annotations

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
    OrderLine,
)
from tui.values.exchange_shown import ResultText
from vault.acts.newcomer import files, told_of
from vault.errors import SheetsNeededError, VaultError
from vault.ids import MemberId, SeatId
from vault.policy.roles import Action
from vault.progress import Progress, Stopped
from vault.services.grants import successors, timed_grants
from vault.services.members import admitting, devices, members, warning
from vault.services.members.admitting import Proposal
from vault.services.members.changes import Outcome
from vault.services.members.members import MemberShown
from vault.services.projection import last_done
from vault.services.projection.authors import name_in, names_of_members
from vault.store.files import require_new, write_new
from vault.words.message import Message, Words

# What came of a change of who is in, in the words of the screens.


_ADMIN: Final = Message(
    "It waits for an admin: give them a bundle (F2, exchange). They import it, and revoke the device too."
)
_BY_SHEETS: Final = Changed((), needs_sheets=True)


def changed(outcome: Outcome, done: Words) -> Changed:
    """Return an outcome for the screens. `done` says so of a change that counts; else an admin has to do it too."""
    told = told_of(outcome, done, _ADMIN)
    return Changed(told.lines, waits=told.waits)


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
    """Lists who is in, and who asks to be."""

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

    def proposals(self) -> list[Proposal]:
        """Return the admissions that wait for a second person."""
        return admitting.proposals(self._session)


def member_id(member: str) -> MemberId:
    """Return the id that a screen got in hexadecimal."""
    return MemberId(bytes.fromhex(member))


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

    def end_moved(self, seat: str) -> Changed:
        """End one's old device after moving to this one. Nothing stops it half way."""
        try:
            done = devices.end_moved(self._session, _seat(seat), self._unlocked.typed_secret())
        except SheetsNeededError:
            return _BY_SHEETS
        return changed(done, Message("You moved: the old device is revoked."))

    def lost(self, seat: str, warn_list: Path | None) -> LostShown:
        """End a device that is out of one's hands, and return whom to warn. Nothing stops it half way.

        The list goes into a new file too, if one is named.
        """
        if warn_list is not None:
            require_new(warn_list)
        session = self._session
        try:
            done = devices.lost(session, _seat(seat), self._unlocked.typed_secret())
            shown, found = changed(done.outcome, Message("The device is revoked.")), done.warn
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
