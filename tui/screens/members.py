"""The members of the organisation, and everything that changes who is in."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import ClassVar, Final

from textual import on
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.safe_content import safe_content
from tui.screens.admit import AdmitScreen
from tui.screens.away import AwayForm
from tui.screens.base import Command
from tui.screens.changing import ChangingScreen
from tui.screens.choosing import Choose
from tui.screens.devices import DevicesScreen
from tui.screens.handover import HandoverScreen
from tui.screens.invite import InviteForm
from tui.screens.proposals import ProposalScreen
from tui.screens.roles import RolesForm
from tui.screens.rows import FixedRows
from tui.screens.telling import Tell
from tui.screens.wording import MAY_BE_KEPT, counted
from tui.values_exchange import Told
from tui.values_members import MemberLine, MembersShown
from tui.widgets.columns import Column
from tui.widgets.confirm import Confirm
from tui.widgets.lines import KeyHints
from tui.widgets.pages import ListRow
from tui.widgets.virtual_list import ListHeader, VirtualList

_COLUMNS: Final = (Column("name", 24), Column("roles"), Column("until", 10), Column("stands", 10))
_NOBODY: Final = "nobody"
_NEEDS: Final = {
    "invite": "member.admit",
    "admit": "member.admit",
    "roles": "role.change",
    "lend": "away.set",
    "deputy": "deputy.set",
    "suspend": "member.end",
    "let_leave": "member.end",
}
"""The act that a command is for: without it the command is not offered. Policy refuses it anyway."""
_OF_ONE: Final = frozenset({"roles", "lend", "deputy", "suspend", "let_leave"})
_KEPT: Final = f"{MAY_BE_KEPT} Cases that you hold too get a new key at once."
_LOST: Final = "What they wrote and you have not taken in counts no more: take a bundle of theirs first, if you can."


class MembersScreen(ChangingScreen):
    """A list, with what is known of the one under the cursor below it."""

    NAME = "MEMBERS"
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("enter", "choose", "What can be done with this member", "Enter", "choose"),
        Command("i", "invite", "Invite somebody new", "i", "invite"),
        Command("a", "admit", "Admit who asks: compare 13 words", "a", "admit"),
        Command("d", "devices", "Devices; a lost or stolen one", "d", "devices"),
        Command("r", "roles", "Give this member other roles", "r"),
        Command("w", "lend", "Away: lend this member's cases to a deputy until a day", "w"),
        Command("u", "deputy", "Name who opens this member's new cases too", "u"),
        Command("s", "suspend", "Suspend: end every device of this member", "s"),
        Command("x", "let_leave", "Let this member leave for good", "x"),
        Command("h", "handover", "Cases of a leaver: order and carry out a handover", "h"),
        Command("p", "proposals", "Proposals that several have to sign", "p"),
        Command("o", "show_left", "Show those who left too, or not", "o"),
        Command("f5", "refresh", "Read the list again", "F5"),
        Command("escape", "back", "Back", "Esc", "back"),
    )

    def __init__(self) -> None:
        super().__init__()
        self._shown = MembersShown((), separated=True, may=frozenset())
        self._also_left = False
        self._is_read = False

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield ListHeader(_COLUMNS)
        yield VirtualList(_COLUMNS, FixedRows(), id="members")
        yield Static("", id="member", classes="below")

    def on_mount(self) -> None:
        """Read who is in."""
        self._list.focus()
        self.action_refresh()

    def on_screen_resume(self) -> None:
        """Read again what may have changed meanwhile."""
        if self._is_read:
            self.action_refresh()

    @override
    def commands(self) -> tuple[Command, ...]:
        may = self._shown.may
        allowed = [one for one in self.ACTS if _NEEDS.get(one.action, "") in {"", *may}]
        changes_one = any(one.action in _OF_ONE for one in allowed)
        return tuple(one for one in allowed if changes_one or one.action != "choose")

    def action_refresh(self) -> None:
        """Read who is in."""
        also_left = self._also_left
        self.ask(lambda vault: vault.members.list_all(also_left=also_left), self._show)

    def action_show_left(self) -> None:
        """Show those who left too, or not."""
        self._also_left = not self._also_left
        self.action_refresh()

    def action_choose(self) -> None:
        """Offer what can be done with the member under the cursor."""
        self._list.action_open()

    def action_invite(self) -> None:
        """Invite somebody new."""
        self.app.push_screen(InviteForm())

    def action_admit(self) -> None:
        """Admit who asks."""
        self.app.push_screen(AdmitScreen())

    def action_devices(self) -> None:
        """Show the devices."""
        self.app.push_screen(DevicesScreen())

    def action_proposals(self) -> None:
        """Read a proposal."""
        self.app.push_screen(ProposalScreen())

    def action_handover(self) -> None:
        """Show the orders."""
        row = self._list.row_at_cursor()
        self.app.push_screen(HandoverScreen(self._shown.members, self._shown.may, "" if row is None else row.key))

    def action_roles(self) -> None:
        """Give the member under the cursor other roles."""
        one = self._here()
        if one is not None:
            self.app.push_screen(RolesForm(one))

    def action_lend(self) -> None:
        """Lend the cases of the member under the cursor."""
        one = self._here()
        if one is not None:
            self.app.push_screen(AwayForm(one, self._others(one)))

    def action_deputy(self) -> None:
        """Name a deputy for the member under the cursor."""
        one = self._here()
        if one is None:
            return
        options = [(other.member, f"{other.name}  ({', '.join(other.roles)})") for other in self._others(one)]
        question = f"Who opens the cases too that {one.name} makes from now on?"
        choice = Choose(question, [(_NOBODY, "nobody"), *options])
        self.app.push_screen(choice, partial(self._deputy_chosen, one))

    def action_suspend(self) -> None:
        """End every device of the member under the cursor."""
        one = self._here()
        if one is None:
            return
        question = Confirm(
            f"End {counted(one.devices, 'device')} of {one.name}?",
            f"They stay a member, and open nothing more from the next exchange on. {_LOST} {_KEPT}",
            yes="Suspend",
            no="Keep",
        )

        def answered(yes: bool | None) -> None:
            if yes:
                self.change(
                    "Ending their devices, and making new keys",
                    lambda vault, _root, progress, _stopped: vault.members.end_devices(one.member, progress),
                    self.action_refresh,
                )

        self.app.push_screen(question, answered)

    def action_let_leave(self) -> None:
        """Let the member under the cursor leave."""
        one = self._here()
        if one is None:
            return
        question = Confirm(
            f"Does {one.name} leave for good?",
            "Every device of theirs ends, and they come back only by a new invitation. Order who gets their cases (h)"
            f" before. {_LOST} {_KEPT}",
            yes="They leave",
            no="They stay",
        )

        def answered(yes: bool | None) -> None:
            if yes:
                self.change(
                    "Ending their devices, and making new keys",
                    lambda vault, _root, progress, _stopped: vault.members.leave(one.member, progress),
                    self.action_refresh,
                )

        self.app.push_screen(question, answered)

    @on(VirtualList.Opened)
    def _opened(self) -> None:
        one = self._here()
        if one is None:
            return
        acts = [(act.action, act.words) for act in self.commands() if act.action in _OF_ONE]
        if not acts:
            self.say("Your roles change nothing about other members.")
            return

        async def chosen(action: str | None) -> None:
            if action:
                await self.run_action(action)

        self.app.push_screen(Choose(f"{one.name}: {', '.join(one.roles) or 'no role'}", acts), chosen)

    @on(VirtualList.Moved)
    def _moved(self) -> None:
        self._show_one()

    def _deputy_chosen(self, one: MemberLine, deputy: str | None) -> None:
        if deputy:
            chosen = "" if deputy == _NOBODY else deputy
            self.ask(lambda vault: vault.members.name_deputy(one.member, chosen), self._told)

    def _told(self, told: Told) -> None:
        self.app.push_screen(Tell("DONE", told.lines))

    def _show(self, shown: MembersShown) -> None:
        cursor = self._list.cursor
        self._shown = shown
        self._is_read = True
        self._list.show_source(FixedRows([ListRow(one.member, _cells(one)) for one in shown.members]))
        self._list.cursor = cursor
        here = sum(one.stand != "left" for one in shown.members)
        warning = "" if shown.separated else "! no auditor who does nothing else"
        self.head(f"{self.NAME}  {counted(here, 'member')}", warning)
        self.query_one(KeyHints).show_hints(self.footer())
        self._show_one()

    def _show_one(self) -> None:
        row = self._list.row_at_cursor()
        one = next((one for one in self._shown.members if row is not None and one.member == row.key), None)
        self.query_one("#member", Static).update(safe_content("" if one is None else "\n".join(_lines(one))))

    def _here(self) -> MemberLine | None:
        row = self._list.row_at_cursor()
        one = next((one for one in self._shown.members if row is not None and one.member == row.key), None)
        if one is not None and one.stand == "left":
            self.say("! They have left; they come back only by a new invitation (i).")
            return None
        return one

    def _others(self, one: MemberLine) -> tuple[MemberLine, ...]:
        return tuple(other for other in self._shown.members if other.member != one.member and other.may_stand_in)

    @property
    def _list(self) -> VirtualList:
        return self.query_one("#members", VirtualList)


def _cells(one: MemberLine) -> tuple[str, ...]:
    stand = one.stand if one.stand != "in" else counted(one.devices, "device")
    return (f"{one.name} (you)" if one.is_you else one.name, ", ".join(one.roles), one.until, stand)


def _lines(one: MemberLine) -> list[str]:
    until = f", admitted until {one.until}" if one.until else ""
    lines = [f"{one.name}: {', '.join(one.roles) or 'no role'}{until}"]
    lines += [f"{_STANDS[one.stand]}"] if one.stand in _STANDS else []
    lines += [f"Deputy, who opens their new cases too: {one.deputy}"] if one.deputy else []
    lines += [f"Away: cases are lent to {one.lent}"] if one.lent else []
    return lines


_STANDS: Final = {
    "suspended": "Suspended: no device of theirs is in.",
    "over": "The time for which they were admitted has ended.",
    "left": "Left: shown so that their notes keep a name.",
}
