"""The members of the organisation, and everything that changes who is in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import on
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.looks.tokens import Token
from tui.screens.frame.act_form import ActForm
from tui.screens.frame.act_screen import BY_SHEETS, ActScreen, Doing
from tui.screens.frame.base import BACK, READ_AGAIN, Command, leave
from tui.screens.frame.dialogs import ResultDialog
from tui.screens.frame.form_fields import Choose
from tui.screens.frame.list_rows import ListScreen
from tui.screens.frame.screen_words import named
from tui.screens.members.devices_screen import DevicesScreen
from tui.screens.members.handing_over import HandoverScreen
from tui.text.in_words import warning
from tui.text.safe_content import safe_content
from tui.values.access_shown import MembersShown
from tui.values.code_words import word_of, words_of
from tui.widgets.strip import Fact, ListAndStrip, Strip
from tui.widgets.text_cells import Cell, Column, ListCell
from tui.widgets.virtual_list import FixedRows, ListRow, VirtualList
from vault.acts.act import Act, Told
from vault.acts.member import AWAY, CHANGE_ROLES, DEPUTY, LEAVE, SUSPEND
from vault.acts.newcomer import ADMIT, AGREE, ROLES
from vault.services.grants.timed_grants import last_day
from vault.services.members import admitting
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from vault.services.members.admitting import Proposal
    from vault.services.members.members import MemberShown

# The roles of one member: marked in a list, given all at once.

_ABOUT: Final = Message(
    "Space marks a role or removes the mark (*). F4 gives exactly the marked roles. To add a role takes"
    " nothing away; to remove a role may lose work."
)


class RolesForm(ActScreen):
    """Gives a member exactly the marked roles."""

    NAME = Message("Roles")
    HOLDS_TYPING = True
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("space", "mark", Message("Mark the role, or remove the mark"), "Space", Message("mark")),
        Command("f4", "finish", Message("Give exactly the marked roles"), "F4", Message("give them")),
        BY_SHEETS,
        leave(Message("Leave; nothing is changed")),
    )

    def __init__(self, member: MemberShown) -> None:
        super().__init__()
        self._member = member

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield Static(safe_content(_ABOUT), classes="above")
        yield VirtualList(
            (Column(""),), FixedRows([ListRow(code, (words,)) for code, words in ROLES]), id="roles", has_states=True
        )

    def on_mount(self) -> None:
        self.head(
            self._member.name, Message("now: {roles}", roles=words_of(sorted(self._member.roles)) or Message("none"))
        )
        roles = self.query_one("#roles", VirtualList)
        roles.marked = frozenset(self._member.roles)
        roles.focus()
        roles.refresh()

    def action_mark(self) -> None:
        self.query_one("#roles", VirtualList).action_mark()

    def action_finish(self, *, by_sheets: bool = False) -> None:
        marked = tuple(sorted(self.query_one("#roles", VirtualList).marked))
        said = {"who": (self._member.member.hex(),), "roles": marked}
        self.do(Doing(CHANGE_ROLES, said, self._done, by_sheets=by_sheets))

    def action_by_sheets(self) -> None:
        self.action_finish(by_sheets=True)

    def _done(self, told: Told) -> None:
        self.show_told(CHANGE_ROLES.title, told, self.end)


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


class MembersScreen(ListScreen, ActScreen):
    """A list, with what is known of the one under the cursor below it."""

    NAME = Message("Members")
    COLUMNS = (
        Column(Message("name"), 24),
        Column(Message("roles")),
        Column(Message("until"), 10, rank=1),
        Column(Message("stands"), 10),
    )
    LIST = "members"
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("enter", "open", Message("What can be done with this member"), "Enter", Message("choose")),
        Command("i", "invite", Message("How somebody new joins: the 13 words of this vault"), "i", Message("invite")),
        Command("a", "admit", Message("Admit who asks: compare 13 words"), "a", Message("admit")),
        Command("d", "devices", Message("Devices: one is lost or taken; the drill"), "d", Message("devices")),
        Command("r", "roles", Message("Give this member other roles"), "r"),
        Command("w", "lend", Message("Away: lend their cases until a day"), "w"),
        Command("u", "deputy", Message("Name who opens this member's new cases too"), "u"),
        Command("s", "suspend", Message("Suspend: revoke every device of this member"), "s"),
        Command("x", "let_leave", Message("Let this member leave for good"), "x"),
        Command("h", "handover", Message("Cases of a leaver: order and carry out a handover"), "h"),
        Command("p", "proposals", Message("Admissions that wait for a second person"), "p"),
        Command("o", "show_left", Message("Show those who left too, or not"), "o"),
        READ_AGAIN,
        BACK,
    )

    def __init__(self) -> None:
        super().__init__()
        self._shown = MembersShown((), separated=True, may=frozenset())
        self._also_left = False

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield ListAndStrip(*super().compose_middle(), strip=Strip(id="member"))

    @override
    def commands(self) -> tuple[Command, ...]:
        may = self._shown.may
        allowed = [command for command in self.ACTS if _NEEDS.get(command.action, "") in {"", *may}]
        changes_one = any(command.action in _OF_ONE for command in allowed)
        return tuple(command for command in allowed if changes_one or command.action != "open")

    @override
    def action_refresh(self) -> None:
        also_left = self._also_left
        self.ask(lambda vault: vault.members.list_all(also_left=also_left), self._show)

    def action_show_left(self) -> None:
        self._also_left = not self._also_left
        self.action_refresh()

    def action_invite(self) -> None:
        head = Message("Somebody new")
        self.ask(
            lambda vault: vault.members.how_to_join(),
            lambda told: self.app.push_screen(ResultDialog(head, told.lines)),
        )

    def action_admit(self) -> None:
        self.app.push_screen(ActForm(ADMIT, {}, Message("Somebody new, or a further device")), self._changed)

    def action_devices(self) -> None:
        self.app.push_screen(DevicesScreen())

    def action_proposals(self) -> None:
        self.app.push_screen(ProposalsScreen())

    def action_handover(self) -> None:
        row = self._list.row_at_cursor()
        self.app.push_screen(HandoverScreen(self._shown.may, "" if row is None else row.key))

    def action_roles(self) -> None:
        member = self._here()
        if member is not None:
            self.app.push_screen(RolesForm(member), self._changed)

    def action_lend(self) -> None:
        member = self._here()
        if member is not None:
            self._open(AWAY, member)

    def action_deputy(self) -> None:
        member = self._here()
        if member is not None:
            self._open(DEPUTY, member)

    def _open(self, act: Act[Any], member: MemberShown) -> None:
        self.app.push_screen(ActForm(act, {"who": (member.member.hex(),)}, member.name), self._changed)

    def _changed(self, words: Words | None) -> None:
        self.action_refresh()
        self.say(words or "")

    def action_suspend(self) -> None:
        self._end(SUSPEND)

    def action_let_leave(self) -> None:
        self._end(LEAVE)

    def _end(self, act: Act[Any]) -> None:
        member = self._here()
        if member is not None:
            who = {"who": (member.member.hex(),)}
            self.do(Doing(act, who, lambda told: self.show_told(act.title, told, self._changed)))

    @on(VirtualList.Opened)
    def _opened(self) -> None:
        member = self._here()
        if member is None:
            return
        acts = [(act.action, act.words) for act in self.commands() if act.action in _OF_ONE]
        if not acts:
            self.say(Message("Your roles change nothing about other members."))
            return

        async def chosen(action: str | None) -> None:
            if action:
                await self.run_action(action)

        about = Message("{name}: {roles}", name=member.name, roles=words_of(sorted(member.roles)) or Message("no role"))
        self.app.push_screen(Choose(about, acts), chosen)

    @on(VirtualList.Moved)
    def _moved(self) -> None:
        self.query_one(Strip).show_late(self._facts)

    def _show(self, shown: MembersShown) -> None:
        self._shown = shown
        self._is_read = True
        self.show_rows((ListRow(each.member.hex(), self._cells(each)) for each in shown.members), self._list.cursor)
        here = sum(member.stand != "left" for member in shown.members)
        lack = "" if shown.separated else warning(Message("no auditor who does nothing else"))
        self.head(plural("{count} member", "{count} members", count=here), lack)
        self.show_keys()
        self.query_one(Strip).show(self._facts())

    def _facts(self) -> list[Fact]:
        member = self._under_cursor()
        return [] if member is None else self._facts_of(member)

    def _facts_of(self, member: MemberShown) -> list[Fact]:
        deputy, lent = self._shown.deputies.get(member.member, ""), self._shown.lent.get(member.member, "")
        facts = [Fact("", Cell(member.name, bold=True))]
        facts.append(Fact(Message("Roles"), words_of(sorted(member.roles)) or Message("no role")))
        facts += [] if member.until_ms is None else [Fact(Message("Admitted until"), last_day(member.until_ms))]
        facts += [Fact(word_of(member.stand), _STANDS[member.stand], Token.WARN)] if member.stand in _STANDS else []
        facts += (
            [Fact(Message("Deputy"), Message("{deputy} opens their new cases too", deputy=deputy))] if deputy else []
        )
        facts += [Fact(Message("Away"), Message("cases are lent to {lent}", lent=lent))] if lent else []
        return facts

    def _cells(self, member: MemberShown) -> tuple[ListCell, ...]:
        devices = Cell(plural("{count} device", "{count} devices", count=len(member.seats)), Token.DIM)
        stand = devices if member.stand == "in" else Cell(word_of(member.stand), Token.WARN)
        until = Cell("" if member.until_ms is None else last_day(member.until_ms), Token.DIM)
        called = named(member.name, is_you=member.member == self._shown.you)
        return called, words_of(sorted(member.roles)), until, stand

    def _under_cursor(self) -> MemberShown | None:
        return self.at_cursor({member.member.hex(): member for member in self._shown.members})

    def _here(self) -> MemberShown | None:
        member = self._under_cursor()
        if member is not None and member.stand == "left":
            self.warn(Message("They have left; they come back only by joining again (i)."))
            return None
        return member


_STANDS: Final = {
    "suspended": Message("They have no device."),
    "over": Message("Their membership has expired."),
    "left": Message("Shown so that their notes keep a name."),
}


# Admissions that somebody proposed: a second person compares the words too.
class ProposalsScreen(ListScreen):
    """A list; each is agreed to on a form of its own."""

    NAME = Message("Admissions that wait")
    COLUMNS = (
        Column(Message("id"), 8, rank=1),
        Column(Message("whose"), 20),
        Column(Message("roles")),
        Column(Message("proposed by"), 20),
    )
    LIST = "proposals"
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("enter", "open", Message("Compare the 13 words, and agree"), "Enter", Message("agree")),
        READ_AGAIN,
        BACK,
    )

    def __init__(self) -> None:
        super().__init__()
        self._waiting: dict[str, Proposal] = {}

    @override
    def action_refresh(self) -> None:
        self.ask(lambda vault: vault.read(admitting.proposals), self._show)

    @on(VirtualList.Opened)
    def _opened(self) -> None:
        asked = self.at_cursor(self._waiting)
        if asked is not None:
            said = {"device": (asked.request.seat.hex(),)}
            self.app.push_screen(ActForm(AGREE, said, asked.name), self._agreed)

    def _agreed(self, words: Words | None) -> None:
        self.action_refresh()
        self.say(words or "")

    def _show(self, waiting: list[Proposal]) -> None:
        self._waiting, self._is_read = {each.request.seat.hex(): each for each in waiting}, True
        self.show_rows((ListRow(seat, _proposed(each)) for seat, each in self._waiting.items()), self._list.cursor)
        self.head(plural("{count} admission", "{count} admissions", count=len(waiting)))


def _proposed(asked: Proposal) -> tuple[Words, ...]:
    what = words_of(sorted(asked.roles)) or Message("a further device")
    return asked.request.seat.hex()[:8], asked.name, what, ", ".join(asked.by)
