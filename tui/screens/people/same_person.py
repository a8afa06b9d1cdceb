"""Who of another case is this person: proposed with the reason or found by words, chosen, and written into both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Final

from textual import on
from textual.widget import Widget
from typing_extensions import override

from tui.screens.frame.act_screen import ActScreen, Doing
from tui.screens.frame.base import Command, leave
from tui.screens.frame.one_list import OneList
from tui.screens.frame.rows import FixedRows
from tui.screens.people.person_parts import why_alike
from tui.text.in_words import in_words, together
from tui.values.values import FoundShown
from tui.values.values_people import AlikeShown, Whereabouts
from tui.widgets.columns import Column
from tui.widgets.fields import SafeInput
from tui.widgets.pages import ListRow
from tui.widgets.virtual_list import ListHeader, VirtualList
from vault.acts.act import Said
from vault.acts.person import SAME
from vault.words.message import Message, Words

_COLUMNS: Final = (
    Column(Message("name"), 26),
    Column(Message("ref"), 10),
    Column(Message("why, or what is said there"), rank=1),
)


class SamePerson(OneList, ActScreen):
    """Ends with what was said of them, or empty.

    Args:
        where: where the person stands.
        name: what they are called.
        alike: who may be the same; None where it has to be looked for.
    """

    NAME = Message("The same person as")
    HOLDS_TYPING = True
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "take", Message("Say that the two are the same person"), "F4", Message("one person")),
        Command("down", "to_list", Message("From the words to the people"), "Down", Message("people")),
        leave(Message("Leave; nothing is said of them")),
    )

    def __init__(self, where: Whereabouts, name: Words, alike: Sequence[AlikeShown] | None = None) -> None:
        super().__init__()
        self._where = where
        self._person = name
        self._alike = alike
        self._found: dict[str, Whereabouts] = {}

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield SafeInput(in_words(self._person), placeholder=Message("names or numbers"), id="wanted", compact=True)
        yield ListHeader(_COLUMNS)
        yield VirtualList(_COLUMNS, FixedRows(), id="people")

    def on_mount(self) -> None:
        """Offer who may be the same person; without anybody, who has the same name."""
        self.head(self._person, self._where.ref)
        self.query_one("#wanted").focus()
        where = self._where
        if self._alike is None:
            self.ask(lambda vault: vault.people.alike(where), self._offer)
        else:
            self._offer(self._alike)

    def _offer(self, alike: Sequence[AlikeShown]) -> None:
        if not alike:
            self._find()
            return
        rows = [
            (Whereabouts(found.case, found.ref, found.record), found.name, together(why_alike(found), "; "))
            for found in alike
        ]
        self._fill(rows)
        self.say(Message("They may be the same. Other words and Enter look for others."))

    @on(SafeInput.Submitted, "#wanted")
    def _find(self) -> None:
        words = self.query_one("#wanted", SafeInput).value
        self.ask(lambda vault: vault.finding.people(words), self._show)

    def _show(self, found: FoundShown) -> None:
        own = (self._where.case, self._where.record)
        self._fill(
            [
                (Whereabouts(hit.case, hit.ref, hit.record), hit.title, hit.snippet)
                for hit in found.hits
                if (hit.case, hit.record) != own
            ]
        )
        more = Message("There are more; type another name or a number to see fewer.")
        nobody = Message("Nobody else in your cases has this name. Type another name or a number, then Enter.")
        self.say(more if found.more else "" if self._found else nobody)

    def _fill(self, rows: Sequence[tuple[Whereabouts, Words, Words]]) -> None:
        self._found = {f"{where.case} {where.record}": where for where, _, _ in rows}
        shown = {f"{where.case} {where.record}": (name, where.ref, why) for where, name, why in rows}
        self.show_rows(ListRow(key, cells) for key, cells in shown.items())
        if rows:
            self._list.focus()

    def action_take(self) -> None:
        """Take who is under the cursor."""
        self._list.action_open()

    def action_to_list(self) -> None:
        """Go to the people."""
        self._list.focus()

    @on(VirtualList.Opened)
    def _chosen(self, event: VirtualList.Opened) -> None:
        other = _said("other", "other_section", self._found[event.row.key])
        said = {**_said("person", "section", self._where), **other}
        self.do(Doing(SAME, said, lambda told: self.end(told.lines[0])))


def _said(person: str, section: str, where: Whereabouts) -> Said:
    """Return where somebody stands, as an act takes it."""
    return {person: (f"{where.case}/{where.record}",)} | ({section: (where.section,)} if where.section else {})
