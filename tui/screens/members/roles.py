"""The roles of one member: marked in a list, given all at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import Command, leave
from tui.screens.frame.rows import FixedRows
from tui.screens.frame.wording import ROLES
from tui.screens.members.changing import ChangingScreen
from tui.text.safe_content import safe_content
from tui.values.codes import words_of
from tui.values.values_members import MemberLine
from tui.widgets.columns import Column
from tui.widgets.pages import ListRow
from tui.widgets.virtual_list import VirtualList
from vault.words.message import Message, Words

_ABOUT: Final = Message(
    "Space marks a role or removes the mark (*). F4 gives exactly the marked roles. To add a role takes"
    " nothing away; to remove a role may lose work."
)


class RolesForm(ChangingScreen):
    """Gives a member exactly the marked roles."""

    NAME = Message("Roles")
    HOLDS_TYPING = True
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("space", "mark", Message("Mark the role, or remove the mark"), "Space", Message("mark")),
        Command("f4", "finish", Message("Give exactly the marked roles"), "F4", Message("give them")),
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
        """Mark what the member has now."""
        self.head(self._member.name, Message("now: {roles}", roles=words_of(self._member.roles) or Message("none")))
        roles = self.query_one("#roles", VirtualList)
        roles.marked = frozenset(self._member.roles)
        roles.focus()
        roles.refresh()

    def action_mark(self) -> None:
        """Mark the role under the cursor, or take the mark away."""
        self.query_one("#roles", VirtualList).action_mark()

    def action_finish(self) -> None:
        """Give the member these roles."""
        member, marked = self._member.member, sorted(self.query_one("#roles", VirtualList).marked)

        def change() -> None:
            self.change(
                Message("Changing the roles"),
                lambda vault, by_root, _progress, _stopped: vault.members.change_roles(member, marked, by_root=by_root),
                lambda: self.end("changed"),
            )

        def said(loss: Words) -> None:
            if not loss:
                change()
                return
            self.confirm(
                Message("Take a role from {name}?", name=self._member.name),
                loss,
                change,
                yes=Message("Give these roles"),
                no=Message("Leave them as they are"),
            )

        self.ask(lambda vault: vault.members.before_roles(member, marked), said)
