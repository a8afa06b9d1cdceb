"""One case: what one must know first, its time, its notes by day, people, papers and dates, and the text of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import ClassVar, Final

from textual import events, on
from textual.containers import Container, Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.drawn.case_time import day_written
from tui.drawn.timeline import Zoom
from tui.screens.cases.case_forms import AtRiskForm, CaseEdit
from tui.screens.cases.case_records import RecordsScreen, open_form
from tui.screens.cases.case_top import ZOOM_WORDS, CaseTimeline, CaseTop
from tui.screens.cases.grant import AccessScreen
from tui.screens.cases.lists_of_case import CaseLists
from tui.screens.cases.note_editor import NoteEditor, amend_note, begin_note
from tui.screens.cases.note_facts import Beside, corrected_in
from tui.screens.cases.paper import PaperScreen
from tui.screens.cases.paper_form import PAPER_KEPT, add_paper
from tui.screens.cases.record_under_cursor import (
    drafts_kept,
    how_it_stands,
    in_two,
    kind_of,
    named_facts,
    said_of,
)
from tui.screens.cases.reopened_forms import go_on_in
from tui.screens.cases.section import SectionsScreen
from tui.screens.frame.act_form import ActForm
from tui.screens.frame.base import Command
from tui.screens.frame.desk import OpenCase, ShowBoth
from tui.screens.frame.dialogs import WholeText, first_lines, is_long
from tui.screens.frame.looking_back import BOTH, HISTORY, UNDO, Erases
from tui.screens.people.person import PersonScreen
from tui.screens.people.person_form import PersonForm
from tui.screens.people.person_parts import SamePerson
from tui.screens.referral.export import ExportScreen
from tui.screens.referral.what_left import LedgerScreen
from tui.text.in_words import together
from tui.values.cases_shown import CaseShown, DraftShown, NoteShown, PaperShown, PersonShown, RecordShown, Spot
from tui.values.story_shown import Whereabouts
from tui.widgets.numbered_parts import PartTabs
from tui.widgets.strip import Strip
from tui.widgets.virtual_list import VirtualList
from vault.acts.grant import BREAK_GLASS, MOVE
from vault.casework.case import Case, ExtraditionStage
from vault.casework.story.events import Task
from vault.casework.story.protection import AT_RISK_WARNING
from vault.words.message import Message, Words

_SAYS: Final = Message("b says which stands")


class CaseScreen(Erases):
    """A case that was opened, which is in the log already."""

    NAME = Message("Case")
    AUTO_FOCUS = ""  # the notes get it, once they are there
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("n", "note", Message("Write a note"), "n", Message("note")),
        Command("p", "person", Message("Add a person"), "p", Message("person")),
        Command(
            "d",
            "records",
            Message("Dates, referral, check-in, arrest checklist, subject request"),
            "d",
            Message("date"),
        ),
        Command("e", "export", Message("Export for a recipient"), "e", Message("export")),
        Command("", "left", Message("What left this case: to whom, for what, by which consent"), ""),
        Command("f6", "app.next_pane", Message("Next pane: the lists, the text, the time"), "F6", Message("pane")),
        Command("escape", "back", Message("Back to the list"), "Esc", Message("back")),
        Command("t", "task", Message("Add a task"), "t", Message("task"), rank=2),
        Command("a", "amend", Message("Correct a note: yours of today, or by another"), "a", Message("amend"), rank=3),
        Command("", "withdraw", Message("Withdraw a note: it is not used, and leaves in no export"), ""),
        Command("", "into_section", Message("Move a note, a person or a paper into a restricted section"), ""),
        Command("1", "part('notes')", Message("Notes"), "1"),
        Command("2", "part('people')", Message("People"), "2"),
        Command("f", "paper", Message("Add a paper: a scan, a photo, a letter"), "f", Message("paper"), rank=2),
        Command("3", "part('papers')", Message("Papers"), "3"),
        Command("4", "part('dates')", Message("Dates that have to be kept"), "4"),
        Command("m", "change", Message("Change title, risk or stage; close the case"), "m"),
        Command("", "hold", Message("Legal hold: put the case on, change it, release it"), ""),
        Command("", "at_risk", Message("Refused at risk: where they are, check-ins, a plan"), ""),
        BOTH,
        Command("j", "same", Message("Say that a person here is the same as in another case"), "j"),
        HISTORY,
        UNDO,
        Command("", "erase", Message("Erase for good what is under the cursor"), ""),
        Command("", "erase_case", Message("Erase this case for good"), ""),
        Command("w", "access", Message("Who can open it: grant, revoke"), "w"),
        Command("s", "sections", Message("Restricted sections: location, health, sources"), "s"),
        Command("g", "break_glass", Message("Break glass: open it to another member in an emergency"), "g"),
        Command("enter", "read", Message("All of a person or paper; change a date; go into a text"), "Enter"),
        Command("f5", "refresh", Message("Read the case again"), "F5"),
    )

    def __init__(self, case: CaseShown, wish: OpenCase) -> None:
        super().__init__()
        self._case = case
        self._wish = wish
        self._why = wish.why
        self._stand_on = wish.record
        self._told = ""
        self._zoom = Zoom.MONTH

    @property
    def case(self) -> str:
        """The case's id."""
        return self._case.case

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield CaseTop(self._case)
        yield CaseTimeline(self._case)
        yield PartTabs()
        yield Container(
            CaseLists(self._case),
            Vertical(
                Vertical(
                    Static("", id="text-head", classes="pane-head"),
                    VerticalScroll(Static("", id="text"), id="text-pane"),
                    id="reading",
                ),
                Strip(id="named"),
                id="read",
            ),
            id="case-parts",
        )

    def on_mount(self) -> None:
        """Show the case, stand where one was sent, and go on with the draft that was chosen."""
        self.show_case(self._case)
        wish = self._wish
        if wish.draft:
            self._edit(next((draft for draft in self._case.drafts if draft.record == wish.draft), None))
        elif wish.form is not None:
            go_on_in(self, self._case, wish.form, self._why, self._changed)
        elif wish.said:
            self.say(wish.said)
        elif self._case.drafts:
            self.say(drafts_kept(len(self._case.drafts)))

    @override
    def spot(self) -> Spot | None:
        row = self._lists.in_use.row_at_cursor()
        return Spot(self._case.case, record="" if row is None else row.key)

    @override
    def cases_here(self) -> tuple[tuple[str, ...], Words]:
        return (self._case.case,), self._case.ref

    def show_case(self, case: CaseShown, *, stand_on: str = "") -> None:
        """Show the case as it is now; each cursor stays on its record, one goes to `stand_on`, or to a new draft."""
        known = {draft.record for draft in self._case.drafts}
        stand_on = stand_on or next((draft.record for draft in case.drafts if draft.record not in known), "")
        self._case = case
        self._corrected = corrected_in(case.notes)
        self.head(case.head.title, how_it_stands(case), name=case.ref)
        self.query_one(CaseTop).show(case)
        self.query_one(CaseTimeline).show(case)
        stand_on, self._stand_on = stand_on or self._stand_on, ""
        has_found = self._lists.show(case, day_written(self.desk.now_ms()), stand_on)
        self._show_tabs()
        if self.focused is None or has_found:
            self._lists.go_to(self._lists.part)
        self._show_record()

    def _show_tabs(self) -> None:
        parts, here = self._lists.tabs()
        self.query_one(PartTabs).show(parts, here, ZOOM_WORDS[self._zoom])

    def action_part(self, part: str) -> None:
        self._lists.go_to(part)

    @on(CaseTimeline.Told)
    def _tell_time(self, event: CaseTimeline.Told) -> None:
        self.say(event.told)
        self._told, self._zoom = self.said, event.zoom
        self._show_tabs()

    @override
    def action_refresh(self, stand_on: str = "") -> None:
        case, why = self._case.case, self._why
        self.ask(lambda vault: vault.casework.open(case, why), lambda shown: self.show_case(shown, stand_on=stand_on))

    def action_note(self) -> None:
        begin_note(self, self._case, self._edit)

    def action_amend(self) -> None:
        amend_note(self, self._case, self._lists.here(), self._edit)

    def action_withdraw(self) -> None:
        note = self._lists.here()
        if isinstance(note, NoteShown):
            self.withdraw(f"{self._case.case}/{note.record}")
        else:
            self.say(Message("Put the cursor on the note that you want to withdraw."))

    def action_into_section(self) -> None:
        here, case = self._lists.here(), self._case.case
        if isinstance(here, NoteShown | PersonShown | PaperShown):
            form = ActForm(MOVE, {"record": (here.record,), "of_case": (case,)}, self._case.ref)
            self.app.push_screen(form, self._told_and_changed)
        else:
            self.say(Message("Put the cursor on the note, the person or the paper that you want to move."))

    def action_person(self) -> None:
        self.app.push_screen(PersonForm(self._where(), self._case.never_use), self._changed)

    def action_paper(self) -> None:
        add_paper(self, self._where(), self._case.papers, self._paper_kept)

    def _paper_kept(self, record: str | None) -> None:
        self.say(PAPER_KEPT if record else "")
        self._changed(record)

    def action_same(self) -> None:
        here = self._lists.here()
        if not isinstance(here, PersonShown):
            self.say(Message("Put the cursor on the person who is in another case too."))
            return
        self.app.push_screen(SamePerson(self._where(here.record), here.name), self._told_and_changed)

    def action_records(self) -> None:
        self.app.push_screen(RecordsScreen(self._case.case, self._case.ref, self._why), self._changed)

    def action_task(self) -> None:
        open_form(self, (self._case.case, self._case.ref), Task.KIND, None, self._changed)

    def action_change(self) -> None:
        """Change what the case says of itself, once it says one thing."""
        if self._case.heads > 1:
            self._compare("", Case.KIND)
            return
        self.app.push_screen(CaseEdit(self._case), self._told_and_changed)

    def action_at_risk(self) -> None:
        self.app.push_screen(AtRiskForm(self._case.case, self._case.ref), self._changed)

    def action_hold(self) -> None:
        self.show_hold(self._case.case, self._case.ref, self._told_and_changed)

    def action_history(self) -> None:
        """Show what the note, the person or the date under the cursor said before, or the case."""
        case, why = self._case.case, self._why
        here = self._lists.here() if self._lists.in_use.has_focus else None
        record, kind = "", "case"
        if isinstance(here, PersonShown | RecordShown | NoteShown | PaperShown):
            record, kind = here.record, kind_of(here)
        self.ask(lambda vault: vault.story.history(case, record, kind, why), self.show_history)

    def action_erase(self) -> None:
        here = self._lists.here()
        if isinstance(here, PersonShown | PaperShown | RecordShown | NoteShown):
            self.erase(self._case.ref, f"{self._case.case}/{here.record}")

    def action_erase_case(self) -> None:
        self.erase(self._case.ref, self._case.case, ends=True)

    def action_versions(self) -> None:
        """Show both versions of the record under the cursor, or else of the first record that has two."""
        two, here = in_two(self._case), self._lists.here()
        if isinstance(here, PersonShown | PaperShown | RecordShown | NoteShown) and here.heads > 1:
            self._compare(here.record, kind_of(here))
        elif two:
            self._compare(*two[0])
        else:
            self.say(Message("Each record of this case has only one version."))

    def _compare(self, record: str, kind: str) -> None:
        case, more = self._case, len(in_two(self._case)) - 1
        self.post_message(ShowBoth(case.case, case.ref, record, kind, self._changed, why=self._why, more=more))

    def action_access(self) -> None:
        self.app.push_screen(AccessScreen(self._case), self._changed)

    def action_sections(self) -> None:
        self.app.push_screen(SectionsScreen(self._case.case, self._case.ref, self._why), self._changed)

    def action_export(self) -> None:
        self.app.push_screen(ExportScreen(self._case.case, self._case.ref), self._changed)

    def action_left(self) -> None:
        self.app.push_screen(LedgerScreen(self._case.case, self._case.ref, self._why))

    def action_break_glass(self) -> None:
        form = ActForm(BREAK_GLASS, {"case": (self._case.case,)}, self._case.ref)
        self.app.push_screen(form, self._told_and_changed)

    @on(VirtualList.Opened)
    def action_read(self) -> None:
        """Go into the text, on with the draft under the cursor, or change the person or the date there."""
        here, case, ref = self._lists.here(), self._case.case, self._case.ref
        if isinstance(here, DraftShown):
            self._edit(here)
        elif isinstance(here, PersonShown | PaperShown | RecordShown | NoteShown) and here.heads > 1:
            self._compare(here.record, kind_of(here))
        elif isinstance(here, PersonShown) and self._lists.in_use.has_focus:
            self.app.push_screen(PersonScreen(self._where(here.record), self._why), self._changed)
        elif isinstance(here, PaperShown) and self._lists.in_use.has_focus:
            self.app.push_screen(PaperScreen(self._where(here.record), self._why), self._changed)
        elif isinstance(here, RecordShown) and self._lists.in_use.has_focus:
            open_form(self, (case, ref), here.kind, here, self._changed)
        elif isinstance(here, NoteShown) and is_long(here.note.text):
            self.app.push_screen(WholeText(said_of(here, self._corrected, self._lists.part)[0], here.note.text))
        else:
            self.query_one("#text-pane").focus()

    def on_descendant_focus(self) -> None:
        """Show the record of the list that is in use: it stays while its text is read, and the text has more room."""
        focused = self.focused
        if focused is not None and self._lists.take(focused.id or ""):
            self._show_tabs()
        self.set_class(focused is not None and focused.id == "text-pane", "-reading")
        if self._told and self.said == self._told and not self.query_one(CaseTimeline).has_focus_within:
            self.say("")
        self._show_record()

    def _where(self, record: str = "") -> Whereabouts:
        return Whereabouts(self._case.case, self._case.ref, record)

    def _edit(self, draft: DraftShown | None) -> None:
        if draft is not None:
            self.say("")  # how many drafts there were; the head of the notes says how many there are
            self.app.push_screen(NoteEditor(draft, Beside.of_case(self._case)), self._changed)

    def _changed(self, record: str | None, words: Words = "") -> None:
        case, why, before = self._case.case, self._why, self._case.head.stage

        def show(shown: CaseShown) -> None:
            self.show_case(shown, stand_on=record or "")
            if shown.head.stage != before and shown.head.stage == ExtraditionStage.REFUSED_AT_RISK:
                self.warn(AT_RISK_WARNING)
                self.action_at_risk()
            elif words:
                self.say(words)

        self.ask(lambda vault: vault.casework.open(case, why), show)

    def _told_and_changed(self, words: str | None) -> None:
        self._changed("", words or "")

    @on(VirtualList.Moved)
    @on(events.ScreenResume)
    def _show_record(self) -> None:
        here = self._lists.here()
        head, text = said_of(here, self._corrected, self._lists.part)
        both = () if here is None or isinstance(here, DraftShown) else self._case.both.get(here.record, ())
        self.write("text-head", together((head, *both, *[_SAYS] * bool(both))))
        self.write("text", first_lines(text, opens=isinstance(here, NoteShown)))
        self.query_one("#text-pane").scroll_home(animate=False)
        named = self.query_one("#named", Strip)
        named.show(())
        if isinstance(here, NoteShown) and named.display:
            named.when_rested(partial(self._ask_named, here))

    def _ask_named(self, note: NoteShown) -> None:
        case = self._case

        def show(people: Sequence[PersonShown]) -> None:
            if self._lists.here() == note:
                self.query_one("#named", Strip).show(named_facts(note, people, case))

        self.ask(lambda vault: vault.writing.named_in(note.note.text, case.persons), show, failed=lambda _: None)

    @property
    def _lists(self) -> CaseLists:
        return self.query_one(CaseLists)
