"""Search over all cases that this member holds. One entry in the log covers all hits; the words are not in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar, Final

from textual import on
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.looks.tokens import Token
from tui.screens.frame.base import BACK, Command, VaultScreen
from tui.screens.frame.rows import FixedRows
from tui.text.calendar import short_day
from tui.text.in_words import together
from tui.values.codes import word_of
from tui.values.messages import OpenCase
from tui.values.shaping import do_not_call
from tui.values.values import FoundShown, HitShown
from tui.widgets.cells import Cell
from tui.widgets.columns import Column
from tui.widgets.fields import SafeInput
from tui.widgets.pages import ListRow
from tui.widgets.virtual_list import VirtualList
from vault.display import here
from vault.words.message import Message, Words, plural

_COLUMNS: Final = (Column(""), Column("", 30), Column("", 20, is_right=True, rank=1))
_GROUPS: Final = (
    (Message("People"), frozenset({"person"})),
    (Message("Notes"), frozenset({"note"})),
    (Message("Dates and records"), frozenset[str]()),
)


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
        rows = list(_rows(self._hits))
        self._list.show_source(FixedRows(rows))
        hits = plural("{count} hit", "{count} hits", count=len(found.hits))
        self.head(right=Message("{hits}, newest shown", hits=hits) if found.more else hits)
        self.say("" if rows else Message("Nothing was found among your cases."))
        self._show_hit()
        if rows:
            self._list.focus()

    def _show_hit(self) -> None:
        row = self._list.row_at_cursor()
        self.write("hit", "" if row is None or row.is_passed else _words(self._hits[row.key]))

    @property
    def _list(self) -> VirtualList:
        return self.query_one("#hits", VirtualList)


def _rows(hits: Mapping[str, HitShown]) -> Iterator[ListRow]:
    """Yield each group that has hits under its heading, and each hit in two rows: what and where, and its words."""
    left = dict(hits)
    for heading, kinds in _GROUPS:
        of_group = {key: hit for key, hit in left.items() if not kinds or hit.kind in kinds}
        if of_group:
            count = Cell(f"  {len(of_group)}", Token.DIM)
            yield ListRow("", ((Cell(heading, Token.ACC, bold=True), count),), is_passed=True)
        for key, hit in of_group.items():
            del left[key]
            yield ListRow(key, (_what(hit), _where(hit), Cell(hit.why, Token.DIM)))
            yield ListRow(key, (_marked(hit),), is_passed=True)


def _what(hit: HitShown) -> tuple[Cell, ...]:
    if hit.title:
        return (Cell(hit.title, bold=True),)
    day = here(hit.written_ms).date()
    return (Cell(short_day(day), bold=True), Cell(" "), Cell(word_of(hit.kind), bold=True))


def _where(hit: HitShown) -> tuple[Cell, ...]:
    closed = (Cell(Message("closed"), Token.WARN), Cell(" ")) if hit.is_closed else ()
    return (Cell(f"{hit.ref} ", Token.DIM), *closed, Cell(hit.client, Token.DIM))


def _marked(hit: HitShown) -> tuple[Cell, ...]:
    """Return the words around the place, what was found bold and underlined."""
    cells = [Cell("  ")]
    for number in hit.do_not_call:
        cells += [Cell(do_not_call(number), Token.ALARM, bold=True), Cell("  ")]
    end = 0
    for start, stop in hit.marks:
        cells += [Cell(hit.snippet[end:start], Token.DIM), Cell(hit.snippet[start:stop], bold=True, underline=True)]
        end = stop
    return (*cells, Cell(hit.snippet[end:], Token.DIM))


def _words(hit: HitShown) -> Words:
    """Return what stands in the row of a hit: first the numbers in it that must never be used."""
    return together((*map(do_not_call, hit.do_not_call), hit.snippet), "  ")
