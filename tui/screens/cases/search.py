"""Search over all cases that this member holds. One entry in the log covers all hits; the words are not in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual import on
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import BACK, Command, VaultScreen
from tui.screens.frame.rows import FixedRows
from tui.text.in_words import together
from tui.values.codes import word_of
from tui.values.messages import OpenCase
from tui.values.shaping import do_not_call
from tui.values.values import FoundShown, HitShown
from tui.widgets.columns import Column
from tui.widgets.fields import SafeInput
from tui.widgets.pages import ListRow
from tui.widgets.virtual_list import ListHeader, VirtualList
from vault.words.message import Message, Words, plural

_COLUMNS: Final = (Column(Message("case"), 9), Column(Message("record"), 8), Column(Message("words around")))


class SearchScreen(VaultScreen):
    """Words in, records out."""

    NAME = Message("Search")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("enter", "open", Message("Search; on a hit: open its case there"), "Enter", Message("search, open")),
        Command("slash,full_stop", "words", Message("Change the words"), "/", Message("words")),
        Command("down", "to_list", Message("From the words to the hits"), "Down", Message("hits")),
        BACK,
    )

    def __init__(self) -> None:
        super().__init__()
        self._hits: dict[str, HitShown] = {}

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield SafeInput(placeholder=Message("words, names or numbers; the last one may be a beginning"), id="words")
        yield ListHeader(_COLUMNS)
        yield VirtualList(_COLUMNS, FixedRows(), id="hits")
        yield Static("", id="hit")

    def on_mount(self) -> None:
        """Begin with the words."""
        self.query_one("#words").focus()

    def action_words(self) -> None:
        """Go back to the words."""
        self.query_one("#words").focus()

    def action_to_list(self) -> None:
        """Go to the hits."""
        if self._hits:
            self._list.focus()

    def action_open(self) -> None:
        """Open the hit under the cursor."""
        self._list.action_open()

    @on(SafeInput.Submitted, "#words")
    def _search(self, event: SafeInput.Submitted) -> None:
        words = event.value
        self.say(Message("Searching."))
        self.ask(lambda vault: vault.finding.search(words), self._show)

    @on(VirtualList.Opened)
    def _opened(self, event: VirtualList.Opened) -> None:
        hit = self._hits[event.row.key]
        self.post_message(OpenCase(hit.case, record=hit.record))

    @on(VirtualList.Moved)
    def _moved(self) -> None:
        self._show_hit()

    def _show(self, found: FoundShown) -> None:
        self._hits = {f"{place}": hit for place, hit in enumerate(found.hits)}
        rows = [ListRow(key, (hit.ref, word_of(hit.kind), _words(hit))) for key, hit in self._hits.items()]
        self._list.show_source(FixedRows(rows))
        hits = plural("{count} hit", "{count} hits", count=len(found.hits))
        self.head(right=Message("{hits}, newest shown", hits=hits) if found.more else hits)
        self.say("" if rows else Message("Nothing was found among your cases."))
        self._show_hit()
        if rows:
            self._list.focus()

    def _show_hit(self) -> None:
        row = self._list.row_at_cursor()
        self.write("hit", "" if row is None else _words(self._hits[row.key]))

    @property
    def _list(self) -> VirtualList:
        return self.query_one("#hits", VirtualList)


def _words(hit: HitShown) -> Words:
    """Return what stands in the row of a hit: first the numbers in it that must never be used."""
    return together((*map(do_not_call, hit.do_not_call), hit.snippet), "  ")
