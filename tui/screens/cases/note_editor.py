"""Writing a note. What is typed is sealed and on the disk within two seconds, whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import ClassVar, Final

from rich.cells import cell_len
from textual import events, on
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from typing_extensions import override

from tui.looks.signs import MORE
from tui.screens.cases.note_facts import TAKE_DATE, Beside, facts_beside, moved_words
from tui.screens.frame.act_screen import ActScreen, Doing
from tui.screens.frame.base import Command, VaultScreen
from tui.screens.frame.form_fields import ChoiceField, Choose, FormRow
from tui.screens.frame.kept_form import LOOK_SECONDS, SAME_AGAIN, KeepsDraft, SameAgain
from tui.screens.frame.record_form import are_clear, date_field
from tui.screens.frame.screen_words import clock_minute, moment
from tui.text.in_words import together
from tui.text.safe_text import first_line, safe_text
from tui.values.cases_shown import CaseShown, DraftShown, NoteShown, Spot
from tui.values.code_words import choices
from tui.widgets.date_field import DateInput
from tui.widgets.fields import SafeInput, SafeTextArea
from tui.widgets.strip import ListAndStrip, Strip
from vault.acts.records import EDIT
from vault.casework.form import FormField
from vault.casework.moved_dates import Moved, moved_date
from vault.casework.note import CHOSEN, TEXT
from vault.casework.story import STORY
from vault.clock import monotonic_ms
from vault.errors import VaultError
from vault.words.message import Message, Words

# The kinds of a note in one row: all of them are seen, the chosen one is underlined.

_GAP: Final = 2
_NONE: Final = -1


class KindRow(ChoiceField):
    """Words side by side. Typing, the arrows and a click choose, as in any field of few words."""

    @override
    def render(self) -> Content:
        if self.typed:
            return super().render()
        content = Content()
        for place, label in self._shown(self.content_size.width):
            word = Content(label)
            if place == self.place:
                word = word.stylize("underline").stylize("bold $fg")
            elif not self.has_focus:
                word = word.stylize("$dim")
            content += word + Content(" " * _GAP)
        return content

    @override
    def on_click(self, event: events.Click) -> None:
        event.prevent_default()  # or any field of words would take the next one behind it
        at = event.x - self.styles.padding.left
        for place, label in self._shown(self.content_size.width):
            if 0 <= at < cell_len(label) and place != _NONE:
                self.take(self._words[place][0])
            at -= cell_len(label) + _GAP

    def _shown(self, width: int) -> list[tuple[int, str]]:
        """Return the words that fit whole, the chosen one among them; `+2` says how many are left out."""
        labels = [(place, label) for place, (_, label) in enumerate(self._words)]
        if _taken(labels) <= width:
            return labels
        room = width - _GAP - cell_len(f"{MORE}{len(labels)}")
        first, last = 0, self.place + 1
        while first < self.place and _taken(labels[first:last]) > room:
            first += 1
        while last < len(labels) and _taken(labels[first : last + 1]) <= room:
            last += 1
        return [*labels[first:last], (_NONE, f"{MORE}{len(labels) - last + first}")]


class NoteRow(FormRow):
    """A row over the text of a note: its label takes no more than it needs."""

    NARROWEST = 0


def _taken(labels: list[tuple[int, str]]) -> int:
    return sum(cell_len(label) + _GAP for _, label in labels) - _GAP


_NOW: Final = Message("now")
_HOW: Final = (
    Message("t today, - a day before, 2611, yesterday, hier à 14h"),
    Message("t, -, 2611, yesterday, hier à 14h"),
    Message("t, -, 2611, yesterday"),
)
_TEXT_PLACE: Final = "note"


class NoteEditor(SameAgain, KeepsDraft, ActScreen):
    """Ends with the id of the note, or empty when the draft was kept."""

    NOT_SAVED = Message("The draft is not saved.")
    SAVED_AGAIN = Message("The draft is saved again.")
    NAME = Message("Note")
    AUTO_FOCUS = f"#{_TEXT_PLACE}"
    HOLDS_TYPING = True
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "finish", Message("Finish: the draft becomes a note, for good"), "F4", Message("finish")),
        Command("escape", "back", Message("Leave; the draft is kept"), "Esc", Message("leave, keep draft"), rank=0),
        Command(
            "f6",
            "app.next_pane",
            Message("Next field: text, kind, date (yesterday, 26.11, hier à 14h)"),
            "F6",
            Message("field"),
            rank=3,
        ),
        TAKE_DATE,
        Command("", "discard", Message("Throw this draft away"), ""),
        SAME_AGAIN,
        Command("", "undo", Message("Undo what was typed or deleted last"), "Ctrl+Z", Message("undo")),
        Command("", "redo", Message("Redo what was undone"), "Ctrl+Y", Message("redo"), rank=2),
    )

    def __init__(self, draft: DraftShown, beside: Beside) -> None:
        super().__init__()
        self._draft = draft
        self._beside = beside
        self._people: tuple[tuple[str, Words], ...] = ()
        self._readers: tuple[str, ...] | None = None
        self._moved: Moved | None = None

    @override
    def compose_middle(self) -> Iterable[Widget]:
        rows = [NoteRow(field.label, _field(field, self._draft)) for field in CHOSEN]
        area = SafeTextArea(safe_text(self._draft.text), id=_TEXT_PLACE, soft_wrap=True)
        yield ListAndStrip(Vertical(*rows, id="note-about"), area, strip=Strip(id="beside"))

    def on_mount(self) -> None:
        """Stand where the last letter was typed."""
        area = self._area
        area.cursor_location = area.document.end if self._draft.cursor == (0, 0) else self._draft.cursor
        area.focus()
        for name, field in self._fields().items():
            field.steps.restore(self._draft.steps.get(name))
        self._show_saved(_saved(self._draft.saved_ms))
        if self._draft.amends:
            self.say(Message("This corrects an earlier note, which stays as it was written."))
        elif self._draft.saved_ms:
            self.say(Message("Going on with the draft."))
        self.set_interval(LOOK_SECONDS, self.look)
        draft = self._draft
        self.ask(lambda vault: vault.writing.readers(draft), self._show_readers, failed=lambda _: None, alone=False)
        self._read_text()

    # ---- what stands beside it ----------------------------------------------------------------------------------

    @override
    def commands(self) -> tuple[Command, ...]:
        return tuple(command for command in self.ACTS if command is not TAKE_DATE or self._moved is not None)

    def _show_readers(self, readers: tuple[str, ...]) -> None:
        self._readers = readers
        self._show_beside()

    def _read_text(self) -> None:
        """Look for people and dates in the text."""
        text, persons = self._area.text, self._beside.persons
        today = self._beside.today
        self._moved = moved_date(text, self._beside.dates, date.fromisoformat(today)) if today else None
        self._show_beside()
        if text.strip() or self._people:
            self.ask(
                lambda vault: vault.writing.people_in(text, persons),
                self._show_people,
                failed=lambda _: None,
                alone=False,
            )

    def _show_people(self, people: tuple[tuple[str, Words], ...]) -> None:
        self._people = people
        self._show_beside()

    def _show_beside(self) -> None:
        self.query_one(Strip).show(facts_beside(self._beside, self._people, self._moved, self._readers))

    def action_take_date(self) -> None:
        moved = self._moved
        dated_by = None if moved is None else STORY[moved.what.kind].FORM.dated_by
        if moved is not None and dated_by is not None:
            said = {"record": (moved.what.record,), "of_case": (self._draft.case,), dated_by: (moved.now,)}
            self._moved = None
            self.do(Doing(EDIT[moved.what.kind], said, lambda _: self._taken(moved)))

    def _taken(self, moved: Moved) -> None:
        due = [
            replace(record, when=moved.now) if record.record == moved.what.record else record
            for record in self._beside.due
        ]
        self._beside = replace(self._beside, due=tuple(sorted(due, key=lambda record: (not record.when, record.when))))
        self._show_beside()
        self.say(moved_words(moved))

    # ---- keeping the draft --------------------------------------------------------------------------------------

    @on(SafeTextArea.Changed)
    @on(SafeInput.Changed)
    @on(ChoiceField.Changed)
    def _typed(self) -> None:
        if self.is_mounted and self._as_typed() != self._draft:
            self._keeper.typed()
            self.query_one(Strip).when_rested(self._read_text)

    @override
    def kept_ms(self) -> int:
        return 0 if self._is_over or self._keeper.is_unsaved else self._draft.saved_ms

    @override
    def spot(self) -> Spot | None:
        return Spot(self._draft.case, draft=self._draft.record)

    @override
    def take(self) -> DraftShown:
        self._draft = replace(
            self._as_typed(),
            saved_ms=self.desk.now_ms(),
            cursor=self._area.cursor_location,
            steps={name: field.steps.kept() for name, field in self._fields().items()},
            turn=max(self._draft.turn + 1, monotonic_ms()),
        )
        return self._draft

    def _as_typed(self) -> DraftShown:
        beside = {field.name: _value(self.query_one(f"#{field.name}")) for field in CHOSEN}
        return replace(self._draft, typed={**self._draft.typed, **beside, TEXT: self._area.text})

    @override
    def was_saved(self, saved_ms: int) -> None:
        super().was_saved(saved_ms)
        self._show_saved(_saved(saved_ms))

    @override
    def was_not_saved(self, error: VaultError) -> None:
        super().was_not_saved(error)
        self._show_saved(Message("draft, encrypted, NOT SAVED"))

    def _show_saved(self, words: Words) -> None:
        restricted = Message("Restricted note") if self._draft.section else self.NAME
        self.head(
            together([self._draft.ref, self._beside.client], "  "),
            words,
            name=Message("Correction") if self._draft.amends else restricted,
        )

    # ---- ending -------------------------------------------------------------------------------------------------

    def action_finish(self) -> None:
        """Keep the note; it is durable when the screen closes."""
        if self._is_finishing or not are_clear(self):
            return
        draft = self.take()
        if not draft.text.strip():
            self.warn(Message("There is nothing to keep yet."))
            return
        self._is_finishing = True
        self.say(Message("Keeping the note."))
        self.ask(lambda vault: vault.writing.finish(draft), self.end, failed=self.not_finished)

    @override
    def action_back(self) -> None:
        if not self._is_finishing and self._keeper.is_unsaved:
            self.save_draft(lambda _: self.end(""))
        elif not self._is_finishing:
            self.end("")

    def action_undo(self) -> None:
        self._field_in_use().action_undo()

    def action_redo(self) -> None:
        self._field_in_use().action_redo()

    def _field_in_use(self) -> SafeInput | SafeTextArea:
        return next((field for field in self._fields().values() if field.has_focus), self._area)

    def _fields(self) -> dict[str, SafeInput | SafeTextArea]:
        """Return the fields that hold what was typed, by the names of the note's."""
        lines = {field.id or "": field for field in self.query_one("#note-about").query(SafeInput)}
        return {**lines, TEXT: self._area}

    def action_discard(self) -> None:
        self.ask_to_discard(self._draft, Message("Throw this draft away?"), Message("Its text is gone for good."))

    @property
    def _area(self) -> SafeTextArea:
        return self.query_one(SafeTextArea)


def _field(field: FormField, draft: DraftShown) -> Widget:
    value = draft.typed.get(field.name, field.usual)
    if field.words is not None:
        row = KindRow(choices(field.words), value=value, id=field.name)
        row.disabled = bool(draft.amends)  # a correction is of the kind of what it corrects
        return row
    if field.is_of_time:
        return date_field(field, safe_text(value), is_past=True, hint=_NOW, helps=_HOW)
    return SafeInput(safe_text(value), id=field.name, max_length=32, compact=True)


def _value(widget: Widget) -> str:
    if isinstance(widget, DateInput):
        return widget.written
    return widget.value if isinstance(widget, ChoiceField | SafeInput) else ""


def _saved(when_ms: int) -> Message:
    if when_ms:
        return Message("draft, encrypted, saved {time}", time=clock_minute(when_ms))
    return Message("draft, encrypted, not saved yet")


# Beginning a note of a case: anew, as a correction, or where an unfinished one was left.
_NEW: Final = "new"
_LETTERS: Final = 36


def begin_note(screen: VaultScreen, case: CaseShown, edit: Callable[[DraftShown], None]) -> None:
    """Begin a note; ask first where one is not finished: nobody writes twice what is kept."""

    def begin() -> None:
        screen.ask(lambda vault: vault.writing.begin(case.case, case.ref), edit)

    kept = {draft.record: draft for draft in case.drafts if not draft.amends}
    if not kept:
        begin()
        return

    def chosen(record: str) -> None:
        if record == _NEW:
            begin()
        else:
            edit(kept[record])

    options = [*((record, _words(draft)) for record, draft in kept.items()), (_NEW, Message("begin a new note"))]
    screen.unless_left(Choose(Message("A note is not finished yet."), options), chosen)


def amend_note(screen: VaultScreen, case: CaseShown, note: object, edit: Callable[[DraftShown], None]) -> None:
    """Begin a note that corrects another; say what to do where it is none."""
    if not isinstance(note, NoteShown):
        screen.say(Message("Put the cursor on the note that you want to correct."))
        return
    screen.ask(lambda vault: vault.writing.begin(case.case, case.ref, amends=note), edit)


def _words(draft: DraftShown) -> Words:
    said = first_line(draft.text)[:_LETTERS]
    return Message("go on with: {text} ({when})", text=said, when=moment(draft.saved_ms))
