"""What the parts of a person's page say, in lines of words with meanings; and who of another case they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from rich.cells import cell_len
from textual import on
from textual.widget import Widget
from typing_extensions import override

from tui.looks.signs import CORRECTS, DONE, HAPPENED, NO_DATE, NONE, SOON
from tui.looks.tokens import Token
from tui.screens.frame.act_screen import ActScreen, Doing
from tui.screens.frame.base import Command, leave
from tui.screens.frame.list_rows import OneList
from tui.screens.frame.screen_words import moment
from tui.text.in_words import in_words, together
from tui.values.cases_shown import FoundShown
from tui.values.code_words import SCRIPTS, word_of
from tui.values.story_shown import PersonPage, Whereabouts
from tui.widgets.fields import SafeInput
from tui.widgets.numbered_parts import Lines, Section
from tui.widgets.text_cells import Cell, Column, ListCell, broken, fit_cells, width_of
from tui.widgets.virtual_list import ListRow, VirtualList
from vault.acts.act import Said
from vault.acts.person import SAME
from vault.casework.contact import is_never_used
from vault.casework.person import NO_LONGER, PersonName, why_same
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from vault.services.cases.same_people import Alike

# What the parts of a person's page say, in lines of words with meanings.

_LABELS: Final = (Message("born"), Message("role"), Message("document"), Message("versions"), Message("register"))
_INDENT: Final = "  "


def names_of(page: PersonPage) -> list[PersonName]:
    """Return the names of a person: those that are over stand last."""
    return sorted(page.person.names, key=lambda name: name.kind in NO_LONGER)


def name_columns(names: Sequence[PersonName]) -> tuple[Column, ...]:
    """Return the columns of the names: what they come from is whole, however long the names are."""
    widest = max((cell_len(in_words(_source(name))) for name in names), default=1)
    return Column("", 1), Column(""), Column("", widest)


def name_cells(name: PersonName, used: str) -> tuple[ListCell, ...]:
    """Return the cells of a name in the list: a sign, the name, where it comes from and its script."""
    if name.kind in NO_LONGER:
        sign, text = Cell(CORRECTS, Token.DIM), Cell(name.text, Token.DIM, strike=True)
    elif name.text == used:
        sign, text = Cell(HAPPENED, Token.ACC), Cell(name.text, bold=True)
    else:
        sign, text = Cell(NO_DATE, Token.DIM), Cell(name.text)
    return sign, text, Cell(_source(name), Token.DIM)


def _source(name: PersonName) -> Words:
    return together((word_of(name.kind), SCRIPTS.get(name.script.value, Message("no letters"))), ", ")


def left_parts(page: PersonPage) -> list[Section]:
    """Return what stands under the names: about the person, and how to reach them."""
    return [
        Section(2, Message("About"), partial(_about, page)),
        Section(3, Message("Reach"), partial(_reach, page)),
    ]


def right_parts(page: PersonPage, alike: Sequence[Alike] | None) -> list[Section]:
    """Return what stands beside them; `alike` is None as long as it is looked for."""
    known = 0 if alike is None else len(alike)
    return [
        Section(4, Message("Belongs to"), partial(_belongs, page), str(len(page.kin)) if page.kin else ""),
        Section(5, Message("Same person?"), partial(_same, alike), str(known) if known else ""),
        Section(6, Message("Agreed to share"), partial(_agreed, page)),
        Section(7, Message("Who holds what"), partial(_given, page)),
    ]


def more_parts(page: PersonPage) -> list[Section]:
    """Return what there is room for on a wide screen: their cases, and who wrote what."""
    return [
        Section(8, Message("Cases"), partial(_cases, page), str(len(page.cases)) if page.cases else ""),
        Section(9, Message("Who wrote it"), partial(_written, page)),
    ]


def why_alike(found: Alike) -> list[Message]:
    """Return the reasons why somebody may be the same person."""
    return why_same(names=found.names, numbers=found.numbers, born=found.born)


def _about(page: PersonPage, width: int) -> Lines:
    facts: list[tuple[Words, Words]] = [(_LABELS[0], page.person.born)] if page.person.born else []
    facts.append((_LABELS[1], word_of(page.shown.role)))
    facts += [(_LABELS[2], together((word_of(each.kind), each.number))) for each in page.person.documents]
    if page.shown.heads > 1:
        said = plural(
            "{count} beside one another; b shows both",
            "{count} beside one another; b shows both",
            count=page.shown.heads,
        )
        facts += [(_LABELS[3], said), *(("", line) for line in page.both)]
    if page.shown.typed.get("register") == "no":
        facts.append((_LABELS[4], Message("left out")))
    column = max(cell_len(in_words(label)) for label in _LABELS) + 2
    return [line for label, text in facts for line in _labelled(label, [Cell(text)], column, width)]


def _labelled(label: Words, cells: Sequence[Cell], column: int, width: int) -> Iterable[Sequence[Cell]]:
    for place, row in enumerate(broken(cells, max(width - column, 1))):
        before = [Cell(" " * column)] if place else fit_cells(Cell(label, Token.DIM), column)
        yield [*before, *row]


def _reach(page: PersonPage, width: int) -> Lines:
    lines: list[Sequence[Cell]] = []
    contact, ways = page.person.safe_contact, (*page.person.phones, *page.person.emails)
    barred = [way for way in ways if is_never_used(way, page.never_use)]
    if contact is not None:
        way = together([part for part in (word_of(contact.channel), contact.address) if part])
        said: Words = together([part for part in (way, contact.hours) if part], ", ")
        lines += _signed(Cell(f"{DONE} ", Token.OK, bold=True), [Cell(said, bold=True)], width)
        if contact.code_phrase:
            phrase = Message("say: {phrase}", phrase=contact.code_phrase)
            lines += _signed(Cell(_INDENT), [Cell(phrase, bold=True)], width)
    for way in ways:
        lines += [] if way in barred else _signed(Cell(_INDENT), [Cell(way)], width)
    for number in dict.fromkeys((*barred, *(() if contact is None else contact.never_use))):
        lines += broken(
            [Cell(Message("DO NOT CALL"), Token.ALARM, bold=True), Cell(" "), Cell(number, bold=True)], width
        )
    if not lines:
        lines += _none(Message("nothing is known; Enter adds it"), width)
    elif contact is None:
        lines = [*_none(Message("no safe contact is known; ask first"), width), *lines]
    return lines


def _belongs(page: PersonPage, width: int) -> Lines:
    lines: list[Sequence[Cell]] = []
    for name, how in (*page.kin, *page.others):
        lines += _pair(_cut(Cell(name or Message("no name")), width), how, width)
    return lines or _none(Message("nobody else is in the case"), width)


def _same(alike: Sequence[Alike] | None, width: int) -> Lines:
    if alike is None:
        return [[Cell(Message("looking in your cases"), Token.DIM)]]
    lines: list[Sequence[Cell]] = []
    for found in alike:
        room = max(width - 2 * len(_INDENT) - cell_len(found.ref), 1)
        name = Cell(found.name or Message("no name"), bold=True)
        sign = Cell(f"{SOON} ", Token.WARN, bold=True)
        lines.append([sign, *_cut(name, room), Cell(_INDENT), Cell(found.ref, Token.DIM)])
        lines += _signed(Cell(_INDENT), [Cell(together(why_alike(found), "; "), Token.DIM)], width)
    if alike:
        return [*lines, *broken([Cell(_INDENT), Cell("j ", Token.ACC, bold=True), Cell(Message("joins them"))], width)]
    return [
        *_none(Message("nobody in your cases"), width),
        *broken([Cell(_INDENT), Cell("j ", Token.ACC, bold=True), Cell(Message("looks by other words"))], width),
    ]


def _agreed(page: PersonPage, width: int) -> Lines:
    contact = page.person.safe_contact
    if contact is not None and contact.may_tell:
        return _signed(Cell(f"{DONE} ", Token.OK, bold=True), [Cell(contact.may_tell)], width)
    return _none(Message("nothing is known; tell nobody"), width)


def _given(page: PersonPage, width: int) -> Lines:
    lines: list[Sequence[Cell]] = []
    for given in page.given:
        count = plural("{count} package, last {day}", "{count} packages, last {day}", count=given.count, day=given.last)
        lines.append(_cut(Cell(given.recipient), width))
        lines += [_cut(Cell(f"{_INDENT}{ref}", bold=True), width) for ref in given.references]
        lines += _signed(Cell(_INDENT), [Cell(count, Token.DIM)], width)
    return lines or _none(Message("no package of this case has left"), width)


def _cases(page: PersonPage, width: int) -> Lines:
    lines: list[Sequence[Cell]] = []
    for ref, title, is_closed in page.cases:
        about: list[Cell] = [Cell(ref, bold=True)]
        about += [Cell(_INDENT), Cell(Message("closed"), Token.DIM)] if is_closed else []
        lines += [about, *_signed(Cell(_INDENT), [Cell(title, Token.DIM)], width)]
    return lines or _none(Message("this one alone"), width)


def _written(page: PersonPage, width: int) -> Lines:
    lines: list[Sequence[Cell]] = []
    for written_ms, by in page.written:
        lines += broken([Cell(moment(written_ms), Token.DIM), Cell(_INDENT), Cell(by)], width)
    return lines or _none(Message("its versions are kept in the section"), width)


def _signed(sign: Cell, cells: Sequence[Cell], width: int) -> list[Sequence[Cell]]:
    rows = broken(cells, max(width - len(_INDENT), 1))
    return [[sign if place == 0 else Cell(_INDENT), *row] for place, row in enumerate(rows)]


def _pair(left: Sequence[Cell], right: Words, width: int) -> list[Sequence[Cell]]:
    """Return two facts in one line where they fit whole, the second from the middle on, else below one another."""
    taken, needed = width_of(left) + len(_INDENT), cell_len(Cell(right).text)
    if taken + needed > width:
        return [left, *_signed(Cell(_INDENT), [Cell(right, Token.DIM)], width)]
    middle = width // 2
    column = middle if taken <= middle and middle + needed <= width else taken
    return [[*fit_cells(tuple(left), column), Cell(right, Token.DIM)]]


def _cut(stored: Cell, width: int) -> list[Cell]:
    """Return what somebody stored in one line at most; `~` says that it goes on."""
    return [stored] if width_of([stored]) <= width else fit_cells(stored, width)


def _none(words: Words, width: int) -> list[Sequence[Cell]]:
    return _signed(Cell(f"{NONE} ", Token.DIM), [Cell(words, Token.DIM)], width)


# Who of another case is this person: proposed with the reason or found by words, chosen, and written into both.
class SamePerson(OneList, ActScreen):
    """Ends with what was said of them, or empty.

    Args:
        where: where the person stands.
        name: what they are called.
        alike: who may be the same; None where it has to be looked for.
    """

    NAME = Message("The same person as")
    COLUMNS = (
        Column(Message("name"), 26),
        Column(Message("ref"), 10),
        Column(Message("why, or what is said there"), rank=1),
    )
    LIST = "people"
    HOLDS_TYPING = True
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "open", Message("Say that the two are the same person"), "F4", Message("one person")),
        Command("down", "to_list", Message("From the words to the people"), "Down", Message("people")),
        leave(Message("Leave; nothing is said of them")),
    )

    def __init__(self, where: Whereabouts, name: Words, alike: Sequence[Alike] | None = None) -> None:
        super().__init__()
        self._where = where
        self._person = name
        self._alike = alike
        self._found: dict[str, Whereabouts] = {}

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield SafeInput(in_words(self._person), placeholder=Message("names or numbers"), id="wanted", compact=True)
        yield from super().compose_middle()

    def on_mount(self) -> None:
        """Offer who may be the same person; without anybody, who has the same name."""
        self.head(self._person, self._where.ref)
        self.query_one("#wanted").focus()
        where = self._where
        if self._alike is None:
            self.ask(lambda vault: vault.people.alike(where), self._offer)
        else:
            self._offer(self._alike)

    def _offer(self, alike: Sequence[Alike]) -> None:
        if not alike:
            self._find()
            return
        rows = [
            (
                Whereabouts(found.place.case.hex(), found.ref, found.place.record.hex()),
                found.name,
                together(why_alike(found), "; "),
            )
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
                (Whereabouts(hit.case.hex(), hit.ref, hit.record.hex()), hit.title, hit.snippet)
                for hit in found.hits
                if (hit.case.hex(), hit.record.hex()) != own
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

    @on(VirtualList.Opened)
    def _chosen(self, event: VirtualList.Opened) -> None:
        other = _said("other", "other_section", self._found[event.row.key])
        said = {**_said("person", "section", self._where), **other}
        self.do(Doing(SAME, said, lambda told: self.end(told.lines[0])))


def _said(person: str, section: str, where: Whereabouts) -> Said:
    return {person: (f"{where.case}/{where.record}",)} | ({section: (where.section,)} if where.section else {})
