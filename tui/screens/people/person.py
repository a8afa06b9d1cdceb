"""One person: their names with script and source, how to reach them, who they belong to, who holds what of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events, on
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from typing_extensions import override

from tui.looks.signs import HAPPENED
from tui.screens.frame.act_screen import Doing
from tui.screens.frame.base import Command
from tui.screens.frame.desk import ShowBoth
from tui.screens.frame.dialogs import AskLine
from tui.screens.frame.form_fields import Choose
from tui.screens.frame.looking_back import BOTH, UNDO, Erases
from tui.screens.people.person_form import PersonForm, RequestOfPerson, where_said
from tui.screens.people.person_parts import (
    SamePerson,
    left_parts,
    more_parts,
    name_cells,
    name_columns,
    names_of,
    right_parts,
)
from tui.text.in_words import together
from tui.values.code_words import choices, word_of
from tui.values.story_shown import PersonPage, Whereabouts
from tui.widgets.numbered_parts import PartsPane, SectionLine
from tui.widgets.virtual_list import FixedRows, ListRow, VirtualList
from vault.acts.person import EDIT
from vault.casework.person import Person
from vault.casework.vocabulary import NameKind
from vault.words.message import Message, plural

if TYPE_CHECKING:
    from vault.services.cases.same_people import Alike

_MOST_NAMES: Final = 6
_NAMES_LOW: Final = 3


class PersonScreen(Erases):
    """Ends with the id of the person's record."""

    NAME = Message("Person")
    AUTO_FOCUS = "#names"
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("enter", "edit", Message("Change what is known of them"), "Enter", Message("edit")),
        Command("plus,equals_sign", "spelling", Message("Add a name or spelling with its source"), "+",
                Message("spelling")),
        Command("j", "same", Message("Say who is the same person in another case"), "j", Message("same one")),
        Command("v", "history", Message("What it said before, and who wrote it"), "v", Message("history")),
        Command("escape", "back", Message("Back"), "Esc", Message("back")),
        *(Command(str(number), f"part({number})", title, str(number)) for number, title in enumerate((
            Message("Names"), Message("About"), Message("Reach"), Message("Belongs to"), Message("Same person?"),
            Message("Agreed to share"), Message("Who holds what"), Message("Cases"), Message("Who wrote it"),
        ), start=1)),
        BOTH,
        UNDO,
        Command("", "request", Message("Write down what they ask about their own data, and by when"), ""),
        Command("", "erase_person", Message("Erase this person for good, in all your cases"), ""),
        Command("f5", "refresh", Message("Read it again"), "F5"),
    )  # fmt: skip

    def __init__(self, where: Whereabouts, why: str) -> None:
        super().__init__()
        self._where = where
        self._why = why
        self._page: PersonPage | None = None
        self._alike: Sequence[Alike] | None = None

    @override
    def commands(self) -> tuple[Command, ...]:
        # Of the earlier versions of a section's people nothing is kept in the index, and no request names them.
        return tuple(
            command
            for command in self.ACTS
            if command.action not in {"history", "request", "versions"} or not self._where.section
        )

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield Horizontal(
            Vertical(
                SectionLine(1, Message("Names"), id="names-head"),
                VirtualList(name_columns(()), id="names"),
                PartsPane(id="person-left"),
                id="person-first",
            ),
            PartsPane(is_raised=True, id="person-right"),
            PartsPane(id="person-more"),
            id="person-page",
        )

    def on_mount(self) -> None:
        self.head("", self._where.ref)
        self.action_refresh()

    @override
    def action_refresh(self, stand_on: str = "") -> None:
        """Read it again, then look for who may be the same."""
        where, why = self._where, self._why
        self.ask(lambda vault: vault.people.page(where, why), self._show)

    def action_erase_person(self) -> None:
        if self._page is not None:
            self.erase(self._page.shown.name, self._where.record, ends=True)

    @on(VirtualList.Opened)
    def action_edit(self) -> None:
        if self._page is not None:
            form = PersonForm(self._where, self._page.never_use, self._page.shown)
            self.app.push_screen(form, lambda _: self.action_refresh())

    def action_spelling(self) -> None:
        if self._page is not None:
            asked = Message("Another name or spelling of {name}, as it is written there:", name=self._page.shown.name)
            self.unless_left(AskLine(asked), self._ask_source)

    def _ask_source(self, text: str) -> None:
        asked = Message("Where does “{name}” come from?", name=text)
        self.app.push_screen(Choose(asked, choices(NameKind)), lambda kind: self._add(text, kind))

    def _add(self, text: str, kind: str | None) -> None:
        where = self._where
        if kind:
            said = {**where_said(where), "spellings": (f"{kind}:{text}",)}
            self.do(Doing(EDIT, said, lambda _: self.action_refresh()))

    def action_same(self) -> None:
        if self._page is not None:
            self.unless_left(SamePerson(self._where, self._page.shown.name, self._alike), self._joined)

    def action_history(self) -> None:
        where, why = self._where, self._why
        if self._page is not None:
            self.ask(lambda vault: vault.story.history(where.case, where.record, "person", why), self.show_history)

    def action_versions(self) -> None:
        """Show both versions of them, where there are two."""
        where = self._where
        if self._page is None or self._page.shown.heads == 1:
            self.say(Message("This person has only one version."))
            return
        wish = ShowBoth(
            where.case, where.ref, where.record, Person.KIND, lambda _: self.action_refresh(), why=self._why
        )
        self.post_message(wish)

    def action_request(self) -> None:
        if self._page is not None:
            where, name = self._where, self._page.shown.name
            begun = {"person": where.record}
            form = RequestOfPerson(
                where.case, where.ref, [(where.record, name)], today_ms=self.desk.now_ms(), begun=begun
            )
            self.unless_left(form, self._requested)

    def _requested(self, record: str) -> None:
        self.say(Message("The request is among the dates of the case (d): e on it exports their own data."))

    def action_part(self, number: int) -> None:
        if number == 1 or not any(pane.go_to(number) for pane in self.query(PartsPane) if pane.display):
            self._names.focus()

    @override
    def action_back(self) -> None:
        self.end(self._where.record)

    def _joined(self, words: str) -> None:
        self.say(together((words, Message("Ctrl+Z takes it back."))))
        self.action_refresh()

    def _show(self, page: PersonPage) -> None:
        self._page = page
        role = word_of(page.shown.role)
        self.head(page.shown.name, Message("{role} in {ref}", role=role, ref=self._where.ref))
        names, used = names_of(page), page.person.display_name()
        count = plural(
            "{count} spelling, {sign} in use", "{count} spellings, {sign} in use", count=len(names), sign=HAPPENED
        )
        self.query_one("#names-head", SectionLine).say(count)
        self._names.columns = name_columns(names)
        self._names.show_source(FixedRows([ListRow(str(at), name_cells(name, used)) for at, name in enumerate(names)]))
        self._lay_out()
        where = self._where
        self.ask(lambda vault: vault.people.alike(where), self._show_alike, failed=lambda _: self._show_alike(()))

    def _show_alike(self, alike: Sequence[Alike]) -> None:
        self._alike = alike
        self._lay_out()

    @on(events.Resize)
    def _resized(self) -> None:
        self.call_after_refresh(self._lay_out)

    def _lay_out(self) -> None:
        page = self._page
        if page is None:
            return
        most = _NAMES_LOW if self.has_class("-low") else _MOST_NAMES
        self._names.styles.height = max(1, min(len(page.person.names), most))
        left, right, more = left_parts(page), right_parts(page, self._alike), more_parts(page)
        is_slim, is_wide = self.has_class("-slim"), self.has_class("-wide")
        self._pane("left").show([*left, *right, *more] if is_slim else left)
        self._pane("right").show([] if is_slim else right if is_wide else [*right, *more])
        self._pane("more").show(more if is_wide else [])

    def _pane(self, name: str) -> PartsPane:
        return self.query_one(f"#person-{name}", PartsPane)

    @property
    def _names(self) -> VirtualList:
        return self.query_one("#names", VirtualList)
