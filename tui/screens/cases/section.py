"""Restricted sections of a case: the list of them, a new one, and one as a text, with who opens it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual import on
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.gateway.unlocked_vault import case_id
from tui.screens.cases.note_editor import NoteEditor
from tui.screens.cases.note_facts import Beside, corrected_in, note_lines
from tui.screens.cases.paper import PaperScreen
from tui.screens.cases.paper_form import PAPER_KEPT, PaperForm
from tui.screens.frame.act_form import ActForm
from tui.screens.frame.act_screen import ActScreen, Doing
from tui.screens.frame.base import READ_AGAIN, Command
from tui.screens.frame.form_fields import Choose
from tui.screens.frame.list_rows import ListScreen
from tui.screens.frame.looking_back import erase_form
from tui.screens.people.person import PersonScreen
from tui.screens.people.person_form import PersonForm
from tui.text.in_words import together, warning
from tui.text.safe_content import safe_content
from tui.values.access_shown import SectionLine, SectionShown
from tui.values.cases_shown import DraftShown
from tui.values.code_words import word_of
from tui.values.story_shown import Whereabouts
from tui.widgets.long_text import LongText
from tui.widgets.text_cells import Column
from tui.widgets.virtual_list import ListRow, VirtualList
from vault.acts.act import Told
from vault.acts.grant import GIVE_SECTION, NEW_SECTION, TAKE_SECTION
from vault.services.paper_text import proposed_language
from vault.words.message import Message, Words, plural

# One restricted section: its people, papers and notes as one text, and who opens it.

_SHARING: Final = frozenset({"give", "take_back", "note", "add_person", "add_paper"})


class SectionScreen(ActScreen):
    """A section that was opened, which is in the log then."""

    NAME = Message("Restricted")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("n", "note", Message("Write a note that is kept only here"), "n", Message("note")),
        Command("p", "add_person", Message("Add a person who is kept only here"), "p", Message("person")),
        Command("f", "add_paper", Message("Add a paper that is kept only here"), "f", Message("paper")),
        Command("enter", "open", Message("All that is known of a person or a paper here"), "Enter", Message("open")),
        Command("g", "give", Message("Let a member who holds the case open it"), "g", Message("give")),
        Command("t", "take_back", Message("Revoke it from a member"), "t", Message("revoke"), rank=2),
        Command("", "erase_note", Message("Erase a note of it for good"), ""),
        Command("", "erase_section", Message("Erase this section for good; shows first what goes"), ""),
        Command("f5", "refresh", Message("Read it again"), "F5"),
        Command("escape", "back", Message("Back to the sections"), "Esc", Message("back")),
    )

    def __init__(self, case: str, ref: str, section: str, why: str) -> None:
        super().__init__()
        self._case = case
        self._ref = ref
        self._section = section
        self._why = why
        self._shown: SectionShown | None = None

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield Static("", id="opened-by", classes="above")
        yield LongText(id="section")

    def on_mount(self) -> None:
        self.head(self._ref)
        self.query_one("#section").focus()
        self.action_refresh()

    @override
    def commands(self) -> tuple[Command, ...]:
        may_share = self._shown is not None and self._shown.may_share
        return tuple(command for command in self.ACTS if may_share or command.action not in _SHARING)

    def action_refresh(self) -> None:
        section, why = self._section, self._why
        self.ask(lambda vault: vault.sections.open(section, why), self._show)

    def action_note(self) -> None:
        case, ref, section = self._case, self._ref, self._section
        self.ask(lambda vault: vault.writing.begin(case, ref, section=section), self._edit)

    def action_add_person(self) -> None:
        where = Whereabouts(self._case, self._ref, "", self._section)
        self.app.push_screen(PersonForm(where), lambda _: self.action_refresh())

    def action_add_paper(self) -> None:
        papers = () if self._shown is None else self._shown.papers
        section, where = self._section, Whereabouts(self._case, self._ref, "", self._section)

        def show(language: str) -> None:
            self.app.push_screen(PaperForm(where, papers, language=language), self._paper_kept)

        self.ask(lambda vault: vault.read(proposed_language, case_id(section)), show)

    def _paper_kept(self, record: str | None) -> None:
        self.say(PAPER_KEPT if record else "")
        self.action_refresh()

    def action_open(self) -> None:
        """Open a person or a paper of it; of several, ask which."""
        shown = self._shown
        if shown is None:
            return
        options = [(person.record, person.name) for person in shown.persons]
        options += [(paper.record, paper.called) for paper in shown.papers]
        if len(options) > 1:
            self.app.push_screen(Choose(Message("What do you want to open?"), options), self._open)
        elif options:
            self._open(options[0][0])
        else:
            self.say(Message("Nobody is kept here yet; p adds a person, f a paper."))

    def _open(self, record: str | None) -> None:
        if record and self._shown is not None:
            where = Whereabouts(self._case, self._ref, record, self._section)
            is_paper = record in {paper.record for paper in self._shown.papers}
            screen = PaperScreen(where, self._why) if is_paper else PersonScreen(where, self._why)
            self.app.push_screen(screen, lambda _: self.action_refresh())

    def action_erase_note(self) -> None:
        notes = () if self._shown is None else self._shown.notes
        options = [(note.record, note.note.text.partition("\n")[0]) for note in notes]
        if options:
            self.unless_left(Choose(Message("Which note goes for good?"), options), self._erase_note)

    def _erase_note(self, record: str) -> None:
        self.app.push_screen(erase_form([record], self._ref), lambda _: self.action_refresh())

    def action_erase_section(self) -> None:
        self.unless_left(erase_form([self._section], self._ref), self.end)

    def action_give(self) -> None:
        form = ActForm(GIVE_SECTION, {"section": (self._section,)}, self._ref)
        self.app.push_screen(form, lambda _: self.action_refresh())

    def action_take_back(self) -> None:
        others = [] if self._shown is None else [holder for holder in self._shown.holders if not holder.is_you]
        if not others:
            self.say(Message("No other member can open this section."))
            return
        options = [(other.member, other.name) for other in others]
        self.unless_left(Choose(Message("Revoke the section from whom?"), options), self._take_back)

    def _edit(self, draft: DraftShown) -> None:
        beside = Beside() if self._shown is None else Beside.of_section(self._shown)
        self.app.push_screen(NoteEditor(draft, beside), lambda _: self.action_refresh())

    def _take_back(self, member: str) -> None:
        def taken(told: Told) -> None:
            self.show_told(TAKE_SECTION.title, told, lambda _: self.action_refresh())

        said = {"section": (self._section,), "from_member": (member,)}
        self.do(Doing(TAKE_SECTION, said, taken))

    def _show(self, shown: SectionShown) -> None:
        self._shown = shown
        self.head(together((word_of(shown.what), shown.title), "  "), self._ref)
        self.write("opened-by", _opens_for(shown))
        self.query_one("#section", LongText).show(together(_lines(shown)))
        self.show_keys()


def _opens_for(shown: SectionShown) -> Words:
    others = ", ".join(holder.name for holder in shown.holders if not holder.is_you)
    if not others:
        return warning(Message("Only YOU can open it. {sheets}", sheets=shown.sheets))
    return Message("Opens for you, {names}. {sheets}", names=others, sheets=shown.sheets)


def _lines(shown: SectionShown) -> list[Words]:
    lines: list[Words] = []
    for person in shown.persons:
        lines += [*person.lines, ""]
    for paper in shown.papers:
        lines += [
            Message("Paper: {called}", called=paper.called),
            Message("{day}  {kind}  {size}", day=paper.day, kind=word_of(paper.facts.typed["kind"]), size=paper.size),
            "",
        ]
    corrected = corrected_in(shown.notes)
    for note in sorted(shown.notes, key=lambda note: -note.written_ms):
        lines += [*note_lines(note, is_corrected=note.record in corrected), *note.note.text.splitlines(), ""]
    return lines or [Message("Nothing is kept here yet; n writes a note, p adds a person, f a paper.")]


class NewSection(ActForm):
    """Ends with the id of the section that was made."""

    def __init__(self, case: str, ref: str) -> None:
        super().__init__(NEW_SECTION, {"case": (case,)}, ref, case=case)

    @override
    def done(self, told: Told) -> None:
        self.end(str(told.data["section"]))


# The restricted sections of a case that this member holds: where somebody is, how they are, who told us.
_ABOUT: Final = Message("A member who holds the case but not a section cannot see that the section exists.")


class SectionsScreen(ListScreen):
    """A list of those that one holds."""

    NAME = Message("Restricted sections")
    COLUMNS = (Column(Message("kind"), 9), Column(Message("title")), Column(Message("opened by"), 24))
    LIST = "sections"
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("enter", "open", Message("Open the section"), "Enter", Message("open")),
        Command("n", "new", Message("Make a new section"), "n", Message("new")),
        READ_AGAIN,
        Command("escape", "back", Message("Back to the case"), "Esc", Message("back")),
    )

    def __init__(self, case: str, ref: str, why: str) -> None:
        super().__init__()
        self._case = case
        self._ref = ref
        self._why = why

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield Static(safe_content(_ABOUT), classes="above")
        yield from super().compose_middle()

    def on_mount(self) -> None:
        self.head(self._ref)

    @override
    def action_refresh(self) -> None:
        case = self._case
        self.ask(lambda vault: vault.sections.list_of(case), self._show)

    def action_new(self) -> None:
        self.unless_left(NewSection(self._case, self._ref), self._enter)

    @on(VirtualList.Opened)
    def _opened(self, event: VirtualList.Opened) -> None:
        self._enter(event.row.key)

    def _enter(self, section: str) -> None:
        self.app.push_screen(SectionScreen(self._case, self._ref, section, self._why))

    def _show(self, sections: tuple[SectionLine, ...]) -> None:
        self._is_read = True
        self.show_rows((ListRow(section.section, _cells(section)) for section in sections), self._list.cursor)
        self.head(self._ref, plural("{count} section", "{count} sections", count=len(sections)))
        self.say("" if sections else Message("You hold no section of this case; n makes one."))


def _cells(section: SectionLine) -> tuple[Words, ...]:
    holders = plural("only you", "{count} members", count=section.holders)
    if section.with_recovery:
        holders = plural("only you, sheets", "{count} members, sheets", count=section.holders)
    return word_of(section.what), section.title, holders
