"""Who of another case is the person of this one: found by names or numbers, chosen, and written into both cases."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.widget import Widget
from typing_extensions import override

from tui.screens.frame.base import Command, VaultScreen, leave
from tui.screens.frame.rows import FixedRows
from tui.text.in_words import in_words
from tui.values.values import FoundShown, HitShown, PersonShown
from tui.widgets.columns import Column
from tui.widgets.fields import SafeInput
from tui.widgets.pages import ListRow
from tui.widgets.virtual_list import ListHeader, VirtualList
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from tui.gateway import Gateway

_COLUMNS: Final = (
    Column(Message("name"), 30),
    Column(Message("ref"), 10),
    Column(Message("client"), 20),
    Column(Message("about"), rank=1),
)


class SamePerson(VaultScreen):
    """Ends with what was said of them, or empty.

    Args:
        case, ref: of the case.
        person: of whom it is said.
    """

    NAME = Message("The same person as")
    HOLDS_TYPING = True
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "take", Message("Say that the two are one person"), "F4", Message("one person")),
        Command("down", "to_list", Message("From the words to the people"), "Down", Message("people")),
        leave(Message("Leave; nothing is said of them")),
    )

    def __init__(self, case: str, ref: str, person: PersonShown) -> None:
        super().__init__()
        self._case = case
        self._ref = ref
        self._person = person
        self._found: dict[str, HitShown] = {}

    @override
    def compose_middle(self) -> Iterable[Widget]:
        name = in_words(self._person.name)
        yield SafeInput(name, placeholder=Message("names or numbers"), id="wanted", compact=True)
        yield ListHeader(_COLUMNS)
        yield VirtualList(_COLUMNS, FixedRows(), id="people")

    def on_mount(self) -> None:
        """Offer who has the same name."""
        self.head(self._person.name, self._ref)
        self.query_one("#wanted").focus()
        self._find()

    @on(SafeInput.Submitted, "#wanted")
    def _find(self) -> None:
        words = self.query_one("#wanted", SafeInput).value
        self.ask(lambda vault: vault.finding.people(words), self._show)

    def _show(self, found: FoundShown) -> None:
        self._found = {
            hit.record: hit for hit in found.hits if (hit.case, hit.record) != (self._case, self._person.record)
        }
        self._list.show_source(FixedRows([ListRow(record, _cells(hit)) for record, hit in self._found.items()]))
        more = Message("There are more; another name or a number leaves fewer.")
        nobody = Message("Nobody else in your cases is called so. Type another name or a number, then Enter.")
        self.say(more if found.more else "" if self._found else nobody)
        if self._found:
            self._list.focus()

    def action_take(self) -> None:
        """Take who is under the cursor."""
        self._list.action_open()

    def action_to_list(self) -> None:
        """Go to the people."""
        self._list.focus()

    @on(VirtualList.Opened)
    def _chosen(self, event: VirtualList.Opened) -> None:
        other, case, record = self._found[event.row.key], self._case, self._person.record

        def join(vault: Gateway) -> int:
            return vault.casework.same_person(case, record, other.case, other.record)

        self.ask(join, self._joined)

    def _joined(self, places: int) -> None:
        self.end(
            plural(
                "They are one person now, in {count} place of your cases.",
                "They are one person now, in {count} places of your cases.",
                count=places,
            )
        )

    @property
    def _list(self) -> VirtualList:
        return self.query_one("#people", VirtualList)


def _cells(hit: HitShown) -> tuple[Words, ...]:
    return hit.title, hit.ref, hit.client, hit.snippet
