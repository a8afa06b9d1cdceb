"""The members of the organisation, and everything that changes who is in."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
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
from tui.text.in_words import warning
from tui.text.safe_content import safe_content
from tui.values.access_shown import MemberLine, MembersShown, OrderLine
from tui.values.code_words import word_of, words_of
from tui.widgets.strip import Fact, ListAndStrip, Strip
from tui.widgets.text_cells import Cell, Column, ListCell
from tui.widgets.virtual_list import FixedRows, ListRow, VirtualList
from vault.acts.act import Act, Told
from vault.acts.handover import CARRY_OUT, ORDER
from vault.acts.member import AWAY, CHANGE_ROLES, DEPUTY, LEAVE, SUSPEND
from vault.acts.newcomer import ADMIT, AGREE, ROLES
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from tui.gateway import Proposal

# A leaver's cases go to somebody else: an admin orders it, and a member who holds them does it.

_NEEDS_OF_ORDERS: Final = {"order": "handover.order", "carry_out": "case.share"}


class HandoverScreen(ListScreen, ActScreen):
    """The orders that stand.

    Args:
        may: what this member's roles allow.
        leaver: the id of whom an order is proposed for.
    """

    NAME = Message("Handover")
    COLUMNS = (Column(Message("cases of"), 22), Column(Message("go to"), 22), Column(Message("reason")))
    LIST = "orders"
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("n", "order", Message("Order a handover"), "n", Message("new order")),
        Command(
            "c", "carry_out", Message("Hand over now what you hold of a leaver's cases"), "c", Message("carry out")
        ),
        Command("f5", "refresh", Message("Read the orders again"), "F5"),
        BACK,
    )

    def __init__(self, may: AbstractSet[str], leaver: str) -> None:
        super().__init__()
        self._leaver = leaver
        self._may = frozenset(may)

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield Static(safe_content(ORDER.about), classes="above")
        yield from super().compose_middle()

    @override
    def commands(self) -> tuple[Command, ...]:
        return tuple(command for command in self.ACTS if _NEEDS_OF_ORDERS.get(command.action, "") in {"", *self._may})

    @override
    def action_refresh(self) -> None:
        self.ask(lambda vault: vault.members.orders(), self._show)

    def action_order(self) -> None:
        self.app.push_screen(ActForm(ORDER, {}, "", first={"leaver": self._leaver}), self._told)

    def action_carry_out(self) -> None:
        self.do(Doing(CARRY_OUT, {}, lambda told: self.show_told(CARRY_OUT.title, told, self._told)))

    def _told(self, words: Words | None) -> None:
        self.action_refresh()
        self.say(words or "")

    def _show(self, orders: tuple[OrderLine, ...]) -> None:
        rows = [ListRow(str(at), (order.leaver, order.successor, order.reason)) for at, order in enumerate(orders)]
        self.show_rows(rows)
        self.head(plural("{count} order", "{count} orders", count=len(orders)))


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

    def __init__(self, member: MemberLine) -> None:
        super().__init__()
        self._member = member

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield Static(safe_content(_ABOUT), classes="above")
        yield VirtualList(
            (Column(""),), FixedRows([ListRow(code, (words,)) for code, words in ROLES]), id="roles", has_states=True
        )

    def on_mount(self) -> None:
        self.head(self._member.name, Message("now: {roles}", roles=words_of(self._member.roles) or Message("none")))
        roles = self.query_one("#roles", VirtualList)
        roles.marked = frozenset(self._member.roles)
        roles.focus()
        roles.refresh()

    def action_mark(self) -> None:
        self.query_one("#roles", VirtualList).action_mark()

    def action_finish(self, *, by_sheets: bool = False) -> None:
        marked = tuple(sorted(self.query_one("#roles", VirtualList).marked))
        said = {"who": (self._member.member,), "roles": marked}
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
            lambda vault: vault.members.how_to_join(own=False),
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

    def _open(self, act: Act[Any], member: MemberLine) -> None:
        self.app.push_screen(ActForm(act, {"who": (member.member,)}, member.name), self._changed)

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
            who = {"who": (member.member,)}
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

        about = Message("{name}: {roles}", name=member.name, roles=words_of(member.roles) or Message("no role"))
        self.app.push_screen(Choose(about, acts), chosen)

    @on(VirtualList.Moved)
    def _moved(self) -> None:
        self.query_one(Strip).show_late(self._facts)

    def _show(self, shown: MembersShown) -> None:
        self._shown = shown
        self._is_read = True
        self.show_rows((ListRow(member.member, _cells(member)) for member in shown.members), self._list.cursor)
        here = sum(member.stand != "left" for member in shown.members)
        lack = "" if shown.separated else warning(Message("no auditor who does nothing else"))
        self.head(plural("{count} member", "{count} members", count=here), lack)
        self.show_keys()
        self.query_one(Strip).show(self._facts())

    def _facts(self) -> list[Fact]:
        member = self._under_cursor()
        return [] if member is None else _facts_of(member)

    def _under_cursor(self) -> MemberLine | None:
        return self.at_cursor({member.member: member for member in self._shown.members})

    def _here(self) -> MemberLine | None:
        member = self._under_cursor()
        if member is not None and member.stand == "left":
            self.warn(Message("They have left; they come back only by joining again (i)."))
            return None
        return member


def _cells(member: MemberLine) -> tuple[ListCell, ...]:
    devices = Cell(plural("{count} device", "{count} devices", count=member.devices), Token.DIM)
    stand = devices if member.stand == "in" else Cell(word_of(member.stand), Token.WARN)
    return named(member.name, is_you=member.is_you), words_of(member.roles), Cell(member.until, Token.DIM), stand


def _facts_of(member: MemberLine) -> list[Fact]:
    facts = [Fact("", Cell(member.name, bold=True))]
    facts.append(Fact(Message("Roles"), words_of(member.roles) or Message("no role")))
    facts += [Fact(Message("Admitted until"), member.until)] if member.until else []
    facts += [Fact(word_of(member.stand), _STANDS[member.stand], Token.WARN)] if member.stand in _STANDS else []
    deputy = Message("{deputy} opens their new cases too", deputy=member.deputy)
    facts += [Fact(Message("Deputy"), deputy)] if member.deputy else []
    facts += [Fact(Message("Away"), Message("cases are lent to {lent}", lent=member.lent))] if member.lent else []
    return facts


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
        self.ask(lambda vault: vault.members.proposals(), self._show)

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
