"""Search over all cases that this member holds. One entry in the log covers all hits; the words are not in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from rich.cells import cell_len
from textual import on
from textual.containers import Container, Horizontal
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.drawn.case_time import short_day_written
from tui.looks.tokens import Token
from tui.screens.calls.open_slips import OneSlip, caller, received
from tui.screens.calls.open_slips import facts as slip_facts
from tui.screens.cases.section import SectionScreen
from tui.screens.frame.base import BACK, Command
from tui.screens.frame.desk import OpenCase
from tui.screens.frame.list_rows import OneList
from tui.text.in_words import in_words, together
from tui.text.safe_text import first_line
from tui.values.cases_shown import FoundShown, PreviewShown
from tui.values.code_words import word_of
from tui.values.shaping import do_not_call
from tui.widgets.fields import SafeInput
from tui.widgets.strip import Fact, ListAndStrip, Strip, more_words
from tui.widgets.text_cells import Cell, Column
from tui.widgets.virtual_list import ListRow, VirtualList
from vault.services.cases.intake import SlipLine
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui.gateway import Gateway
    from vault.services.cases.searching import FoundRecord


# What stands beside the list of hits: why this one was found, how to reach whom it is about, other ways to ask.
_WHY: Final[Mapping[str, Message]] = {
    "exact": Message("All the words are there as you typed them."),
    "beginning": Message("A word there begins with what you typed."),
    "digits": Message("A number ends in these digits, with or without its country code."),
    "spelling": Message("The same name in another spelling or script."),
    "inflected": Message("Another grammatical form of the word."),
    "equivalent": Message("Another form of the given name."),
    "ending": Message("The name with another ending, as others of a family have it."),
    "letter": Message("One letter is different."),
}
WHYS: Final[Mapping[str, Message]] = {
    "exact": Message("exact"),
    "beginning": Message("beginning of a word"),
    "digits": Message("last digits"),
    "spelling": Message("spelling"),
    "inflected": Message("inflected"),
    "equivalent": Message("other form of the name"),
    "ending": Message("other ending"),
    "letter": Message("1 letter"),
}
"""What stands at the right end of a hit."""
_OTHERWISE: Final = Message(
    "last digits of a phone, kind:note, by:joel, since:yesterday, until:1.10.2026, “exact words”"
)


OTHER_WAYS: Final = Fact(Message("other ways to ask"), Cell(_OTHERWISE, Token.DIM))


def hit_facts(hit: FoundRecord, case: PreviewShown | None) -> list[Fact]:
    """Return the facts of a hit; those of its case are there once it was looked up."""
    where = [hit.ref, hit.client] + ([word_of(hit.section_kind)] if hit.section_kind else [])
    never = case.never_use if case is not None else hit.do_not_call
    facts = [Fact(together(where, "  "), Cell(_WHY[hit.why]))]
    facts += [Fact(Message("DO NOT CALL"), "", Token.ALARM, never_cut=never)] if never else []
    for name, contact in case.contacts[:2] if case is not None else ():
        said = Message("{name}: {contact}", name=name, contact=contact)
        facts.append(Fact(Message("SAFE CONTACT"), said, Token.ACC))
    label = Message("names and numbers") if hit.kind == "person" else Message("what is said")
    return [*facts, Fact(label, hit.snippet), OTHER_WAYS]


_PLACEHOLDER: Final = Message("words, names or numbers; the last may be incomplete")
_ALSO: Final = Message("Also: last digits of a phone, kind:note, by:joel, since:yesterday, “exact words”.")
_REST_SECONDS: Final = 0.3
_FEWEST_LETTERS: Final = 2
_MOST_BARRED: Final = 5
_INDENT: Final = "  "
_GROUPS: Final = (
    (Message("People"), frozenset({"person"})),
    (Message("Notes"), frozenset({"note"})),
    (Message("Papers"), frozenset({"document"})),
    (Message("Dates and records"), frozenset[str]()),
)

_NOTHING: Final = (
    Message("Nothing was found among your cases and open calls."),
    Message(
        "Nothing was found among your cases and open calls. Restricted sections were not searched: F2, then `sections`,"
        " looks there too."
    ),
)


class SearchScreen(OneList):
    """Words in, records and open calls out, while somebody types."""

    NAME = Message("Search")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("down", "to_list", Message("From the words to the hits"), "Down", Message("hits")),
        Command("enter", "open", Message("To the hits; on a hit: open its case there"), "Enter", Message("open")),
        Command("f5", "spellings", Message("Exact words only, or other spellings too"), "F5", Message("exact")),
        Command("", "sections", Message("Look into restricted sections too; the log says so"), ""),
        Command("slash,full_stop", "words", Message("Change the words"), "/", Message("words")),
        BACK,
    )

    def __init__(self) -> None:
        super().__init__()
        self._hits: dict[str, FoundRecord] = {}
        self._slips: dict[str, SlipLine] = {}
        self._exact = False
        self._in_sections = False
        self._late: Timer | None = None
        self._asked: object = None

    @override
    def compose_middle(self) -> Iterable[Widget]:
        field = SafeInput(placeholder=_PLACEHOLDER, id="words", compact=True)
        yield Container(Horizontal(field, Static("", id="spellings", classes="match")), id="words-row")
        yield ListAndStrip(VirtualList(_columns(), id="hits"), strip=Strip(id="hit-facts"))
        yield Static("", id="hit")

    def on_mount(self) -> None:
        self._say_spellings()
        self.say(_ALSO)
        self._strip.show([OTHER_WAYS])
        self.query_one("#words").focus()

    def action_words(self) -> None:
        self.query_one("#words").focus()

    @override
    def action_to_list(self) -> None:
        if self._hits or self._slips:
            self._list.focus()

    def action_spellings(self) -> None:
        self._exact = not self._exact
        self._say_spellings()
        self._search(goes_on=False)

    def action_sections(self) -> None:
        self._in_sections = not self._in_sections
        self._say_spellings()
        self._search(goes_on=False)

    def _say_spellings(self) -> None:
        words = Message("exact words only") if self._exact else Message("other spellings on")
        self.write("spellings", Message("sections too, {how}", how=words) if self._in_sections else words)

    @on(SafeInput.Changed, "#words")
    def _typed(self) -> None:
        if self._late is not None:
            self._late.stop()
        self._late = self.set_timer(_REST_SECONDS, self._search_typed)

    def _search_typed(self) -> None:
        if sum(letter.isalnum() for letter in self._words) >= _FEWEST_LETTERS:
            self.say("")
            self._search(goes_on=False)

    @on(SafeInput.Submitted, "#words")
    def _submitted(self) -> None:
        self._search(goes_on=True)

    @property
    def _words(self) -> str:
        return self.query_one("#words", SafeInput).value

    def _search(self, *, goes_on: bool) -> None:
        """Search; `goes_on` goes to the hits then."""
        if self._late is not None:
            self._late.stop()
        words, exact, in_sections = self._words, self._exact, self._in_sections
        if not words.strip() and not goes_on:
            return
        self._asked = asked = (words, exact, in_sections)

        def find(vault: Gateway) -> FoundShown:
            found = vault.finding.search(words, exact=exact, in_sections=in_sections)
            return replace(found, slips=vault.intake.find_open(words))

        def show(found: FoundShown) -> None:
            if asked == self._asked:
                self._show(found, goes_on=goes_on)

        self.ask(find, show)

    @on(VirtualList.Opened)
    def _opened(self, event: VirtualList.Opened) -> None:
        key = event.row.key
        if key in self._slips:
            self.unless_left(OneSlip(self._slips[key]), self._slip_ended)
        else:
            hit = self._hits[key]
            if hit.section is not None:
                self.app.push_screen(SectionScreen(hit.case.hex(), hit.ref, hit.section.hex(), "casework"))
            else:
                self.post_message(OpenCase(hit.case.hex(), record=hit.record.hex()))

    def _slip_ended(self, words: str) -> None:
        self._search(goes_on=False)
        self.say(words)

    def _show(self, found: FoundShown, *, goes_on: bool) -> None:
        self._hits = {f"{place}": hit for place, hit in enumerate(found.hits)}
        self._slips = {slip.key: slip for slip in found.slips}
        rows = [*_slip_rows(found.slips), *_rows(self._hits)]
        self._list.fit_columns(row.cells for row in rows)
        self.show_rows(rows)
        hits = plural("{count} hit", "{count} hits", count=len(found.hits) + len(found.slips))
        cases = plural("your open case", "your {count} open cases", count=found.of) if found.of else ""
        self.head(cases, Message("{hits}, newest shown", hits=hits) if found.more else hits)
        if not rows or self.said in map(in_words, _NOTHING):
            self.say("" if rows else _NOTHING[found.leaves_sections])
        self._show_hit()
        if rows and goes_on:
            self._list.focus()

    @on(VirtualList.Moved)
    def _show_hit(self) -> None:
        hit = self._at_cursor()
        self.write("hit", "" if hit is None else _words(hit))
        if self.screen.has_class("-wide"):
            self._strip.when_rested(self._show_facts)

    def _show_facts(self) -> None:
        slip, hit = self.at_cursor(self._slips), self._at_cursor()
        if slip is not None:
            self._strip.show(slip_facts(slip))
        elif hit is None:
            self._strip.show([OTHER_WAYS])
        else:
            self._strip.show(hit_facts(hit, None))
            self.ask(
                lambda vault: vault.finding.preview(hit.case.hex()),
                partial(self._previewed, hit),
                failed=lambda _: None,
            )

    def _previewed(self, hit: FoundRecord, case: PreviewShown | None) -> None:
        if self._at_cursor() is hit:
            self._strip.show(hit_facts(hit, case))

    def _at_cursor(self) -> FoundRecord | None:
        return self.at_cursor(self._hits)

    @property
    def _strip(self) -> Strip:
        return self.query_one(Strip)


def _columns() -> tuple[Column, ...]:
    """Return the columns: why something was found is whole in each language."""
    widest = max(cell_len(in_words(words)) for words in WHYS.values())
    return Column(""), Column("", 28), Column("", widest, is_right=True, rank=1)


def _slip_rows(slips: Sequence[SlipLine]) -> Iterator[ListRow]:
    """Yield open calls under their heading, before all else: nobody has taken them up yet."""
    if slips:
        yield _heading(Message("Open calls"), len(slips))
    for slip in slips:
        cells = (
            (Cell(_INDENT), Cell(caller(slip), bold=True)),
            Cell(received(slip), Token.DIM),
            Cell(Message("call"), Token.DIM),
        )
        yield ListRow(slip.key, cells)
        barred = [Cell(do_not_call(slip.do_not_call[0]), Token.ALARM, bold=True)] if slip.do_not_call else []
        said = Cell(first_line(slip.said.text), Token.DIM)
        yield ListRow(slip.key, ((Cell(_INDENT * 2), *barred, Cell("  " if barred else ""), said),), is_passed=True)


def _rows(hits: Mapping[str, FoundRecord]) -> Iterator[ListRow]:
    """Yield each group that has hits under its heading, and each hit in two rows: what and where, and its words."""
    left = dict(hits)
    for heading, kinds in _GROUPS:
        of_group = {key: hit for key, hit in left.items() if not kinds or hit.kind in kinds}
        if of_group:
            yield _heading(heading, len(of_group))
        for key, hit in of_group.items():
            del left[key]
            yield ListRow(key, (_what(hit), _where(hit), Cell(WHYS[hit.why], Token.DIM)))
            yield ListRow(key, (_marked(hit),), is_passed=True)


def _heading(words: Words, count: int) -> ListRow:
    return ListRow("", ((Cell(words, Token.ACC, bold=True), Cell(f"  {count}", Token.DIM)),), is_passed=True)


def _what(hit: FoundRecord) -> tuple[Cell, ...]:
    if hit.title:
        return (Cell(_INDENT), Cell(hit.title, bold=True))
    return (
        Cell(_INDENT),
        Cell(short_day_written(hit.written_ms), bold=True),
        Cell(" "),
        Cell(word_of(hit.kind), bold=True),
    )


def _where(hit: FoundRecord) -> tuple[Cell, ...]:
    told: list[Words] = [Message("closed")] if hit.is_closed else []
    told += [word_of(hit.section_kind)] if hit.section_kind else []
    marked = [cell for words in told for cell in (Cell(words, Token.WARN), Cell(" "))]
    return (Cell(f"{hit.ref} ", Token.DIM), *marked, Cell(hit.client, Token.DIM))


def _marked(hit: FoundRecord) -> tuple[Cell, ...]:
    """Return the words around the place, what was found bold and underlined."""
    cells = [Cell(_INDENT * 2)]
    for number in hit.do_not_call[:_MOST_BARRED]:
        cells += [Cell(do_not_call(number), Token.ALARM, bold=True), Cell("  ")]
    end = 0
    for start, stop in hit.marks:
        cells += [Cell(hit.snippet[end:start], Token.DIM), Cell(hit.snippet[start:stop], bold=True, underline=True)]
        end = stop
    return (*cells, Cell(hit.snippet[end:], Token.DIM))


def _words(hit: FoundRecord) -> Words:
    """Return what stands in the row of a hit: first the numbers in it that must never be used."""
    barred = [do_not_call(number) for number in hit.do_not_call[:_MOST_BARRED]]
    barred += [more_words(len(hit.do_not_call) - _MOST_BARRED)] if hit.do_not_call[_MOST_BARRED:] else []
    return together((*barred, hit.snippet), "  ")
