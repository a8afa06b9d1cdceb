"""One case: its people and notes on the left, the text of one of them on the right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Final

from textual import on
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.cases.access import AccessScreen
from tui.screens.cases.break_glass import BreakGlass
from tui.screens.cases.case_edit import CaseEdit
from tui.screens.cases.looking_back import HISTORY, UNDO, LooksBack
from tui.screens.cases.note_editor import NoteEditor
from tui.screens.cases.note_lines import corrected_in, draft_kind, note_lines, with_versions
from tui.screens.cases.person_form import PersonForm
from tui.screens.cases.records import RecordsScreen
from tui.screens.cases.section_list import SectionsScreen
from tui.screens.frame.base import Command
from tui.screens.frame.rows import FixedRows
from tui.screens.frame.wording import day_and_time, moment
from tui.screens.referral.export import ExportScreen
from tui.text.in_words import in_words, together, warning
from tui.text.safe_content import safe_content
from tui.values.codes import word_of
from tui.values.values import CaseShown, DraftShown, NoteShown, PersonShown, Spot
from tui.widgets.columns import Column
from tui.widgets.pages import ListRow
from tui.widgets.virtual_list import VirtualList
from vault.words.message import Message, Words, plural

_PEOPLE: Final = (Column(Message("role"), 11), Column(Message("name")))
_NOTES: Final = (Column(Message("written"), 14), Column(Message("text and kind")))


class CaseScreen(LooksBack):
    """A case that was opened, which is in the log already."""

    NAME = Message("Case")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("n", "note", Message("Write a note"), "n", Message("note")),
        Command("p", "person", Message("Add a person"), "p", Message("person")),
        Command(
            "d", "records", Message("Dates, hearings, detention and all else that happened"), "d", Message("dates")
        ),
        Command("m", "change", Message("Change title, risk or stage; close the case"), "m"),
        HISTORY,
        UNDO,
        Command("a", "amend", Message("Correct a note by another one"), "a"),
        Command("w", "access", Message("Who can open it: give, take back, new key"), "w"),
        Command("s", "sections", Message("Restricted sections: location, health, sources"), "s"),
        Command("e", "export", Message("Export for a recipient"), "e", Message("export")),
        Command("g", "break_glass", Message("Break glass: open it to another member in an emergency"), "g"),
        Command("f6", "app.next_pane", Message("Next pane: people, notes, text"), "F6"),
        Command("enter", "read", Message("Change a person; go into a text, or on with a draft"), "Enter"),
        Command("f5", "refresh", Message("Read the case again"), "F5"),
        Command("escape", "back", Message("Back to the list"), "Esc", Message("back")),
    )

    def __init__(self, case: CaseShown, why: str, *, record: str = "", draft: str = "") -> None:
        super().__init__()
        self._case = case
        self._why = why
        self._stand_on = record
        self._draft = draft
        self._reads_people = False

    @property
    def case(self) -> str:
        """The case's id."""
        return self._case.case

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield Static("", id="safe-contact")
        yield Horizontal(
            Vertical(
                Static("", id="people-head", classes="pane-head"),
                VirtualList(_PEOPLE, FixedRows(), id="people"),
                Static("", id="notes-head", classes="pane-head"),
                VirtualList(_NOTES, FixedRows(), id="notes"),
                id="records",
            ),
            Vertical(
                Static("", id="text-head", classes="pane-head"),
                VerticalScroll(Static("", id="text"), id="text-pane"),
                id="reading",
            ),
        )

    def on_mount(self) -> None:
        """Show the case, stand where one was sent, and go on with the draft that was chosen."""
        self.show_case(self._case)
        if self._draft:
            self._edit(next((draft for draft in self._case.drafts if draft.record == self._draft), None))
        elif self._case.drafts:
            self.say(
                plural(
                    "{count} draft kept here; Enter on it goes on writing.",
                    "{count} drafts kept here; Enter on one of them goes on writing.",
                    count=len(self._case.drafts),
                )
            )

    @override
    def spot(self) -> Spot | None:
        row = (self._people if self._reads_people else self._notes).row_at_cursor()
        return Spot(self._case.case, record="" if row is None else row.key)

    def show_case(self, case: CaseShown, *, stand_on: str = "") -> None:
        """Show the case as it is now."""
        self._case = case
        stands = Message(
            "{kind}, {stage}, risk {risk}", kind=word_of(case.kind), stage=word_of(case.stage), risk=word_of(case.risk)
        )
        if case.heads > 1:
            stands = Message("{stands}  {heads} VERSIONS", stands=stands, heads=case.heads)
        self.head(case.title, stands, name=case.ref)
        first = together(_first_lines(case))
        contact_line = self.query_one("#safe-contact", Static)
        contact_line.display = bool(first)
        contact_line.update(safe_content(first))
        self.write("people-head", Message("People ({n})", n=len(case.persons)))
        over_notes = [Message("Notes ({n})", n=len(case.notes))]
        if case.drafts:
            over_notes.append(plural("{count} draft", "{count} drafts", count=len(case.drafts)))
        self.write("notes-head", together(over_notes, ", "))
        people, notes = self._people, self._notes
        people.show_source(FixedRows([_person_row(person) for person in case.persons]))
        corrected = corrected_in(case.notes)
        rows = [_note_row(note, is_corrected=note.record in corrected) for note in reversed(case.notes)]
        notes.show_source(FixedRows([*map(_draft_row, case.drafts), *rows]))
        people.styles.height = max(1, min(len(case.persons), 6))
        stand_on = stand_on or self._stand_on
        self._stand_on = ""
        if not self._go_to(people, case.persons, stand_on):
            places: Sequence[DraftShown | NoteShown] = (*case.drafts, *reversed(case.notes))
            self._go_to(notes, places, stand_on)
            notes.focus()
        self._show_record()

    def _go_to(self, rows: VirtualList, records: Sequence[PersonShown | NoteShown | DraftShown], record: str) -> bool:
        place = next((place for place, person in enumerate(records) if person.record == record), None)
        if place is None:
            return False
        rows.cursor = place
        rows.focus()
        return True

    @override
    def action_refresh(self, stand_on: str = "") -> None:
        """Read the case again."""
        case, why = self._case.case, self._why
        self.ask(lambda vault: vault.casework.open(case, why), lambda shown: self.show_case(shown, stand_on=stand_on))

    def action_note(self) -> None:
        """Write a new note."""
        case, ref = self._case.case, self._case.ref
        self.ask(lambda vault: vault.writing.begin(case, ref), self._edit)

    def action_amend(self) -> None:
        """Write a note that corrects the one under the cursor."""
        note = self._note_here()
        if note is None:
            self.say(Message("Put the cursor on the note that you want to correct."))
            return
        case, ref = self._case.case, self._case.ref
        self.ask(lambda vault: vault.writing.begin(case, ref, amends=note), self._edit)

    def action_person(self) -> None:
        """Add a person."""
        self.app.push_screen(PersonForm(self._case.case, self._case.ref, self._case.never_use), self._changed)

    def action_records(self) -> None:
        """Show what happened and what is due in this case."""
        self.app.push_screen(RecordsScreen(self._case.case, self._case.ref, self._why), self._changed)

    def action_change(self) -> None:
        """Change what the case says of itself."""
        self.app.push_screen(CaseEdit(self._case), self._changed)

    def action_history(self) -> None:
        """Show what the person under the cursor said before, or the case."""
        case, why = self._case.case, self._why
        person = self._person_here() if self._people.has_focus else None
        record, kind = ("", "case") if person is None else (person.record, "person")
        self.ask(lambda vault: vault.story.history(case, record, kind, why), self.show_history)

    def action_access(self) -> None:
        """Show who can open the case."""
        self.app.push_screen(AccessScreen(self._case), self._changed)

    def action_sections(self) -> None:
        """Show the restricted sections that this member holds."""
        self.app.push_screen(SectionsScreen(self._case.case, self._case.ref, self._why), self._changed)

    def action_export(self) -> None:
        """Make a package for a recipient."""
        self.app.push_screen(ExportScreen(self._case.case, self._case.ref), self._changed)

    def action_break_glass(self) -> None:
        """Open this case to another member, in an emergency."""
        self.app.push_screen(BreakGlass(self._case.case, self._case.ref), self._glass_broken)

    def action_read(self) -> None:
        """Go into the text, on with the draft under the cursor, or change the person there."""
        draft, person = self._draft_here(), self._person_here()
        if person is not None and person.typed is not None and self._people.has_focus:
            form = PersonForm(self._case.case, self._case.ref, self._case.never_use, person)
            self.app.push_screen(form, self._changed)
        elif draft is not None:
            self._edit(draft)
        else:
            self.query_one("#text-pane").focus()

    @on(VirtualList.Opened)
    def _opened(self) -> None:
        self.action_read()

    @on(VirtualList.Moved)
    def _moved(self) -> None:
        self._show_record()

    def on_descendant_focus(self) -> None:
        """Show the record of the list that is in use: it stays while its text is read."""
        if isinstance(self.focused, VirtualList):
            self._reads_people = self.focused is self._people
        self._show_record()

    def on_screen_resume(self) -> None:
        """Show the record again."""
        self._show_record()

    def _edit(self, draft: DraftShown | None) -> None:
        if draft is not None:
            self.say("")  # how many drafts there were; the head of the notes says how many there are
            self.app.push_screen(NoteEditor(draft), self._changed)

    def _changed(self, record: str | None) -> None:
        self.action_refresh(record or "")

    def _glass_broken(self, words: str | None) -> None:
        self.say(words or "")
        self.action_refresh()

    def _show_record(self) -> None:
        head: Words = ""
        text: Words = ""
        person, draft, note = self._person_here(), self._draft_here(), self._note_here()
        if person is not None:
            head = with_versions(Message("Person: {role}", role=word_of(person.role)), person.heads)
            text = together(person.lines)
        elif draft is not None:
            head, text = _draft_head(draft), draft.text
        elif note is not None:
            corrected = corrected_in(self._case.notes)
            head, text = together(note_lines(note, is_corrected=note.record in corrected)), note.note.text
        elif not self._case.notes:
            text = Message("No note yet; n writes one.")
        self.write("text-head", head)
        self.write("text", text)
        self.query_one("#text-pane").scroll_home(animate=False)

    def _person_here(self) -> PersonShown | None:
        row = self._people.row_at_cursor()
        if row is None or not (self._reads_people or not (self._case.notes or self._case.drafts)):
            return None
        return next((person for person in self._case.persons if person.record == row.key), None)

    def _draft_here(self) -> DraftShown | None:
        row = self._note_row_here()
        return None if row is None else next((draft for draft in self._case.drafts if draft.record == row.key), None)

    def _note_here(self) -> NoteShown | None:
        row = self._note_row_here()
        return None if row is None else next((note for note in self._case.notes if note.record == row.key), None)

    def _note_row_here(self) -> ListRow | None:
        return None if self._reads_people else self._notes.row_at_cursor()

    @property
    def _people(self) -> VirtualList:
        return self.query_one("#people", VirtualList)

    @property
    def _notes(self) -> VirtualList:
        return self.query_one("#notes", VirtualList)


def _first_lines(case: CaseShown) -> list[Words]:
    """Return what somebody must know before anything else of a case."""
    lines: list[Words] = [Message("SAFE CONTACT  {contact}", contact=contact) for contact in case.safe_contacts]
    lines += [warning(words) for words in (case.namesakes, case.alone) if words]
    if case.no_recovery:
        lines.append(warning(Message("Recovery cannot open this case: {why}", why=case.no_recovery)))
    return lines


def _person_row(person: PersonShown) -> ListRow:
    return ListRow(person.record, (word_of(person.role), person.name))


def _note_row(note: NoteShown, *, is_corrected: bool) -> ListRow:
    first = next((line for line in note.note.text.splitlines() if line.strip()), "")
    mark = Message("corrected") if is_corrected else Message("correction") if note.note.amends else ""
    shown = together(filter(None, (mark, first, f"({in_words(word_of(note.note.kind))})")), "  ")
    return ListRow(note.record, (day_and_time(note.written_ms), shown))


def _draft_row(draft: DraftShown) -> ListRow:
    first = next((line for line in draft.text.splitlines() if line.strip()), "")
    mark = Message("DRAFT restricted") if draft.section else Message("DRAFT")
    return ListRow(draft.record, (day_and_time(draft.saved_ms), together((mark, first), "  ")))


def _draft_head(draft: DraftShown) -> Message:
    values = {"kind": draft_kind(draft), "moment": moment(draft.saved_ms)}
    if draft.section:
        return Message("DRAFT  {kind}  saved {moment}  for a restricted section", **values)
    return Message("DRAFT  {kind}  saved {moment}", **values)
