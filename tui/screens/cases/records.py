"""What happened in a case and what is due in it: every record with a form, by its date."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, ClassVar, Final

from textual import on
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.cases.case_parts.due_rows import record_lines
from tui.screens.cases.due_parts.confirming import confirm_anew, say_done
from tui.screens.cases.filled_form import open_form
from tui.screens.erasing.erase import Erases
from tui.screens.frame.act_screen import ActScreen, Doing
from tui.screens.frame.base import BACK, READ_AGAIN, Command
from tui.screens.frame.choice_field import Choose
from tui.screens.frame.looking_back import HISTORY, UNDO
from tui.screens.frame.one_list import ListScreen
from tui.screens.frame.rows import FixedRows
from tui.screens.frame.whole_text import first_lines
from tui.screens.referral.export import ExportScreen
from tui.text.in_words import together
from tui.values.codes import choices, word_of
from tui.values.values_records import RecordShown
from tui.widgets.columns import Column
from tui.widgets.pages import ListRow
from tui.widgets.virtual_list import ListHeader, VirtualList
from vault.acts.act import Told
from vault.acts.safety import BEGIN
from vault.casework.questionnaires import Filled
from vault.casework.story import STORY
from vault.casework.story.incident import Checklist, Incident
from vault.casework.story.person_facts import SubjectRequest
from vault.words.message import Message, Words, plural

_COLUMNS: Final = (Column(Message("date"), 18), Column(Message("kind"), 11), Column(Message("about")))
_NO_DATE: Final = Message("no date")
_OWN_DATA: Final = "subject"


class RecordsScreen(ListScreen, Erases, ActScreen):
    """The records of one case.

    Args:
        case, ref: of the case.
        why: the reason for which it was opened.
    """

    NAME = Message("Dates and story")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("n", "new", Message("Add a record: a date, a check-in, a request about own data"), "n", Message("new")),
        Command("enter", "change", Message("Change the record"), "Enter", Message("change")),
        Command("space", "done", Message("Say that it is over from today on"), "Space", Message("done"), first=True),
        Command("i", "checklist", Message("Begin a checklist: arrest, disappearance, raid, seized device"), "i"),
        Command("e", "answer", Message("Answer a subject request: export the person's own data"), "e"),
        HISTORY,
        UNDO,
        Command("", "erase_here", Message("Erase the record under the cursor for good; shows first what goes"), ""),
        READ_AGAIN,
        BACK,
    )

    def __init__(self, case: str, ref: str, why: str) -> None:
        super().__init__()
        self._case = case
        self._ref = ref
        self._why = why
        self._records: tuple[RecordShown, ...] = ()

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield ListHeader(_COLUMNS)
        yield VirtualList(_COLUMNS, FixedRows(), id="story")
        yield VerticalScroll(Static("", id="details"), id="details-pane", can_focus=False)

    def on_mount(self) -> None:
        """Say of which case."""
        self.head(self._ref)

    @override
    def action_refresh(self, stand_on: str = "") -> None:
        """Read them again; the cursor stays, or goes to a record."""
        case, why = self._case, self._why
        self.ask(lambda vault: vault.story.list_in(case, why), partial(self._show, stand_on))

    def action_new(self) -> None:
        """Ask which kind, then for the record."""
        self.ask(lambda vault: vault.story.forms(), self._ask_kind)

    def _ask_kind(self, forms: tuple[tuple[str, str], ...]) -> None:
        kinds: list[tuple[str, Words]] = [
            (kind, record.FORM.title) for kind, record in STORY.items() if kind != Filled.KIND
        ]
        kinds += [(f"{Filled.KIND}:{code}", Message("form: {title}", title=title)) for code, title in forms]
        self.unless_left(Choose(Message("What do you want to add?"), kinds), self._begin)

    def action_checklist(self) -> None:
        """Ask what happened, and write the steps that follow."""
        self.unless_left(Choose(Message("What happened?"), choices(Checklist)), self._write_steps)

    def _write_steps(self, name: str) -> None:
        self.do(Doing(BEGIN, {"case": (self._case,), "what": (name,)}, self._begun))

    def _begun(self, told: Told) -> None:
        steps: Any = told.data["steps"]
        self._changed(steps[0]["record"])

    def _begin(self, kind: str) -> None:
        open_form(self, (self._case, self._ref), kind, None, self._changed)

    def action_change(self) -> None:
        """Change the record under the cursor."""
        record = self._here()
        if record is not None:
            open_form(self, (self._case, self._ref), record.kind, record, self._changed)

    @on(VirtualList.Opened)
    def _opened(self) -> None:
        self.action_change()

    def action_done(self) -> None:
        """Say that the record under the cursor is over."""
        record, case = self._here(), self._case
        if record is None:
            return
        if not record.is_due:
            self.say(Message("There is no date to keep here."))
            return
        say_done(self, case, record.record, record.kind, partial(self._confirm_anew, record.kind))

    def _confirm_anew(self, kind: str, changed: Told) -> None:
        record = str(changed.data["record"])
        confirm_anew(self, self._case, kind, changed, lambda: self._changed(record))

    def action_answer(self) -> None:
        """Export what the request under the cursor asks for: their own data, with nobody else named."""
        record = self._here()
        if record is None or record.kind != SubjectRequest.KIND:
            self.say(Message("Put the cursor on a request of a person; n writes one down."))
            return
        due = Message("answer by {day}", day=record.when) if record.is_due and record.when else ""
        person = record.typed.get("person", "")
        self.app.push_screen(ExportScreen(self._case, self._ref, profile=_OWN_DATA, person=person, told=due))

    def action_history(self) -> None:
        """Show what the record said before."""
        record, case, why = self._here(), self._case, self._why
        if record is not None:
            self.ask(lambda vault: vault.story.history(case, record.record, record.kind, why), self.show_history)

    def action_erase_here(self) -> None:
        """Erase the record under the cursor."""
        record = self._here()
        if record is not None:
            self.erase(word_of(record.kind), f"{self._case}/{record.record}")

    def _changed(self, record: str | None) -> None:
        self.action_refresh(record or "")

    def _show(self, stand_on: str, records: tuple[RecordShown, ...]) -> None:
        known, self._records = {record.record for record in self._records}, records
        places = {record.record: place for place, record in enumerate(records)}
        cursor = places.get(stand_on, self._list.cursor)
        self.show_rows((ListRow(record.record, _cells(record)) for record in records), cursor)
        self.head(self._ref, plural("{count} record", "{count} records", count=len(records)))
        self.say("" if records else Message("Nothing is written here yet; n adds a date, a hearing or what happened."))
        new = next((record for record in records if record.record == stand_on and stand_on not in known), None)
        if new is not None and new.kind == Incident.KIND:
            case, what = self._case, new.typed["what"]
            self.ask(lambda vault: vault.story.told_after(case, what), self.say)
        self._show_details()

    @on(VirtualList.Moved)
    def _show_details(self) -> None:
        record = self._here()
        self.write("details", "" if record is None else first_lines(together(record_lines(record))))

    def _here(self) -> RecordShown | None:
        # By its place: a case may have a record of one id and two kinds.
        place = self._list.cursor
        return self._records[place] if place < len(self._records) else None


def _cells(record: RecordShown) -> tuple[Words, ...]:
    when: Words = record.when.replace("T", " ") or _NO_DATE
    mark: Words = Message("{when} !", when=when) if record.is_due else when
    about = Message("{about}  ({heads} versions)", about=record.headline, heads=record.heads)
    return mark, word_of(record.kind), about if record.heads > 1 else record.headline
