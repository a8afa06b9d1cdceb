"""The members of the organisation, and everything that changes who is in."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import ClassVar, Final

from textual import on
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import Command
from tui.screens.frame.choice_field import Choose
from tui.screens.frame.result_dialog import ResultDialog
from tui.screens.frame.rows import FixedRows
from tui.screens.frame.wording import MAY_BE_KEPT, counted
from tui.screens.members.admit import AdmitScreen
from tui.screens.members.away import AwayForm
from tui.screens.members.changing import ChangingScreen
from tui.screens.members.devices import DevicesScreen
from tui.screens.members.handover import HandoverScreen
from tui.screens.members.invite import InviteForm
from tui.screens.members.proposals import ProposalScreen
from tui.screens.members.roles import RolesForm
from tui.text.safe_content import safe_content
from tui.values.values_exchange import ResultText
from tui.values.values_members import MemberLine, MembersShown
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
_LOST: Final = (
    "What they wrote and you have not imported will no longer be accepted: import a bundle of theirs first, if you can."
)


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
        allowed = [command for command in self.ACTS if _NEEDS.get(command.action, "") in {"", *may}]
        changes_one = any(command.action in _OF_ONE for command in allowed)
        return tuple(command for command in allowed if changes_one or command.action != "choose")

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
        member = self._here()
        if member is not None:
            self.app.push_screen(RolesForm(member))

    def action_lend(self) -> None:
        """Lend the cases of the member under the cursor."""
        member = self._here()
        if member is not None:
            self.app.push_screen(AwayForm(member, self._others(member)))

    def action_deputy(self) -> None:
        """Name a deputy for the member under the cursor."""
        member = self._here()
        if member is None:
            return
        options = [(other.member, f"{other.name}  ({', '.join(other.roles)})") for other in self._others(member)]
        question = f"Who opens the cases too that {member.name} makes from now on?"
        choice = Choose(question, [(_NOBODY, "nobody"), *options])
        self.app.push_screen(choice, partial(self._deputy_chosen, member))

    def action_suspend(self) -> None:
        """End every device of the member under the cursor."""
        member = self._here()
        if member is None:
            return
        question = Confirm(
            f"End {counted(member.devices, 'device')} of {member.name}?",
            f"They stay a member, and open nothing more from the next exchange on. {_LOST} {_KEPT}",
            yes="Suspend",
            no="Keep",
        )

        def answered(yes: bool | None) -> None:
            if yes:
                self.change(
                    "Ending their devices, and making new keys",
                    lambda vault, _root, progress, _stopped: vault.members.end_devices(member.member, progress),
                    self.action_refresh,
                )

        self.app.push_screen(question, answered)

    def action_let_leave(self) -> None:
        """Let the member under the cursor leave."""
        member = self._here()
        if member is None:
            return
        question = Confirm(
            f"Does {member.name} leave for good?",
            "Every device of theirs ends, and they come back only by a new invitation. Order who gets their cases (h)"
            f" before. {_LOST} {_KEPT}",
            yes="They leave",
            no="They stay",
        )

        def answered(yes: bool | None) -> None:
            if yes:
                self.change(
                    "Ending their devices, and making new keys",
                    lambda vault, _root, progress, _stopped: vault.members.leave(member.member, progress),
                    self.action_refresh,
                )

        self.app.push_screen(question, answered)

    @on(VirtualList.Opened)
    def _opened(self) -> None:
        member = self._here()
        if member is None:
            return
        acts = [(act.action, act.words) for act in self.commands() if act.action in _OF_ONE]
        if not acts:
            self.say("Your roles change nothing about other members.")
            return

        async def chosen(action: str | None) -> None:
            if action:
                await self.run_action(action)

        self.app.push_screen(Choose(f"{member.name}: {', '.join(member.roles) or 'no role'}", acts), chosen)

    @on(VirtualList.Moved)
    def _moved(self) -> None:
        self._show_one()

    def _deputy_chosen(self, member: MemberLine, deputy: str | None) -> None:
        if deputy:
            chosen = "" if deputy == _NOBODY else deputy
            self.ask(lambda vault: vault.members.name_deputy(member.member, chosen), self._told)

    def _told(self, told: ResultText) -> None:
        self.app.push_screen(ResultDialog("DONE", told.lines))

    def _show(self, shown: MembersShown) -> None:
        cursor = self._list.cursor
        self._shown = shown
        self._is_read = True
        self._list.show_source(FixedRows([ListRow(member.member, _cells(member)) for member in shown.members]))
        self._list.cursor = cursor
        here = sum(member.stand != "left" for member in shown.members)
        warning = "" if shown.separated else "! no auditor who does nothing else"
        self.head(f"{self.NAME}  {counted(here, 'member')}", warning)
        self.query_one(KeyHints).show_hints(self.footer())
        self._show_one()

    def _show_one(self) -> None:
        row = self._list.row_at_cursor()
        member = next((member for member in self._shown.members if row is not None and member.member == row.key), None)
        self.query_one("#member", Static).update(safe_content("" if member is None else "\n".join(_lines(member))))

    def _here(self) -> MemberLine | None:
        row = self._list.row_at_cursor()
        member = next((member for member in self._shown.members if row is not None and member.member == row.key), None)
        if member is not None and member.stand == "left":
            self.say("! They have left; they come back only by a new invitation (i).")
            return None
        return member

    def _others(self, member: MemberLine) -> tuple[MemberLine, ...]:
        return tuple(other for other in self._shown.members if other.member != member.member and other.may_stand_in)

    @property
    def _list(self) -> VirtualList:
        return self.query_one("#members", VirtualList)


def _cells(member: MemberLine) -> tuple[str, ...]:
    stand = member.stand if member.stand != "in" else counted(member.devices, "device")
    return (f"{member.name} (you)" if member.is_you else member.name, ", ".join(member.roles), member.until, stand)


def _lines(member: MemberLine) -> list[str]:
    until = f", admitted until {member.until}" if member.until else ""
    lines = [f"{member.name}: {', '.join(member.roles) or 'no role'}{until}"]
    lines += [f"{_STANDS[member.stand]}"] if member.stand in _STANDS else []
    lines += [f"Deputy, who opens their new cases too: {member.deputy}"] if member.deputy else []
    lines += [f"Away: cases are lent to {member.lent}"] if member.lent else []
    return lines


_STANDS: Final = {
    "suspended": "Suspended: no device of theirs is in.",
    "over": "The time for which they were admitted has ended.",
    "left": "Left: shown so that their notes keep a name.",
}
