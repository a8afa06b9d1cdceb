"""The form of an act, made from its fields: what it would do, its rows, and how the second person is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Final

from textual import on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.act_screen import BY_SHEETS, ActScreen, Doing
from tui.screens.frame.base import NEXT_FIELD, Command, leave
from tui.screens.frame.desk import OpenCase
from tui.screens.frame.form_fields import ChoiceField, FormRow, FormRows
from tui.screens.frame.form_screen import BROWSE, THIS_FOLDER, PlaceInput, whole_path
from tui.screens.frame.kept_form import SAME_AGAIN, KeptForm, SameAgain
from tui.screens.frame.record_form import are_clear, birth_field, explained, reading_of
from tui.text.in_words import in_words, together
from tui.text.safe_content import safe_content
from tui.values.code_words import choices
from tui.values.forms_typed import FormPlace
from tui.widgets.date_field import DateField, DateInput
from tui.widgets.fields import SafeInput
from tui.widgets.text_cells import Column
from tui.widgets.virtual_list import FixedRows, ListRow, VirtualList
from vault.acts.act import Act, Ask, Begun, Field, Plan, Said, Shape, Told
from vault.errors import NotAsShownError, UsageError, VaultError
from vault.words.message import Message, Words

ACT: Final = "act"
_NOTHING_KNOWN: Final = Begun()
_NOTHING_FIRST: Final[Mapping[str, str]] = MappingProxyType({})
_STILL_READ: Final = Message("What would be done is still being read.")
_TYPED: Final = Message("Keep what you typed first (F4), or leave it (Esc).")
_DATES: Final = frozenset({Shape.DAY, Shape.MOMENT})
_BETWEEN: Final = Message("with ; between")
_MOST_MARKED: Final = 8
_NOT_SAID: Final = Message("not said")
_KEEPS_IT: Final = Message("empty: it stays as it is")


class ActForm(SameAgain, ActScreen, KeptForm):
    """Ends with the words of what was done.

    Args:
        act: what is done.
        said: to what, by the name of its field.
        about: what a person calls that.
        case: the case whose draft of this form it is.
        known: what the screen knows already of what it begins with.
        first: what stands in rows at first, and may be another thing than what is there; of a new file, its name in a
            folder that somebody names.
    """

    DEFAULT_CSS = """
    ActForm #shown { margin-bottom: 1; }
    ActForm #answers { height: auto; }
    """
    FIELDS_COME_LATER = True
    NAME = Message("Act")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "finish", Message("Do it"), "F4", Message("do it")),
        NEXT_FIELD,
        SAME_AGAIN,
        BROWSE,
        BY_SHEETS,
        leave(Message("Leave; nothing is changed")),
    )

    def __init__(
        self,
        act: Act[Any],
        said: Said,
        about: Words,
        *,
        case: str = "",
        known: Begun = _NOTHING_KNOWN,
        first: Mapping[str, str] = _NOTHING_FIRST,
    ) -> None:
        super().__init__()
        self._act, self.subject, self._about, self._case = act, said, about, case
        self.help_name = act.title
        self._begun, self._first_said = known, first
        self._plan: Plan[Any] | None = None
        self._is_refused = False

    @override
    def commands(self) -> tuple[Command, ...]:
        """Return its commands; the first is called as the act is."""
        act = self._act
        has_place = any(field.is_place for field in act.rows(self.subject))
        left_out = {*(() if has_place else ("browse",)), *(() if act.by_sheets else ("by_sheets",))}
        first, *others = [each for each in super().commands() if each.action not in left_out]
        return (replace(first, words=act.title, hint=act.key), *others)

    # ---- its rows -----------------------------------------------------------------------------------------------

    @override
    def compose_middle(self) -> Iterable[Widget]:
        act = self._act
        shown = () if act.begin is not None else (Static("", id="shown"), Vertical(id="answers"))
        about = (Static(safe_content(act.about), classes="about"),) if act.about else ()
        rows = (row for field in self.fields() for row in self._rows_of(field))
        yield FormRows(*shown[:1], *rows, *shown[1:], *self.more_rows(), *about)

    def more_rows(self) -> Iterable[Widget]:
        """Return the rows below those of the fields."""
        return ()

    def fields(self) -> tuple[Field, ...]:
        return self._act.rows(self.subject)

    def _rows_of(self, field: Field) -> tuple[FormRow, ...]:
        """Return the row of a field, below that of its kinds where each value has one."""
        if not (field.takes_many and field.words):
            return (self._row(field),)
        kinds = FormRow(field.label, ChoiceField(choices(field.words), id=_kind(field)))
        return (kinds, FormRow.of_text(field.name, Message("  number"), field.hint))

    def _row(self, field: Field) -> FormRow:
        value = self._value(field, self._begun)
        if _are_marked(field):
            return FormRow(field.label, VirtualList((Column(""),), id=field.name, has_states=True))
        if field.shape in {Shape.WORD, Shape.MEMBER, Shape.YES}:
            return FormRow(field.label, ChoiceField(self._words(field), value=value, id=field.name))
        if field.shape is Shape.BIRTH:
            return FormRow(field.label, birth_field(field.name, value))
        if field.shape in _DATES:
            read = reading_of(is_day=field.shape is Shape.DAY, is_past=field.is_past)
            explain = explained if field.is_past is False else None
            return FormRow(field.label, DateField(value, read=read, name=field.name, hint=field.hint, explain=explain))
        if field.is_place:
            named = Path(in_words(field.hint)).name or field.name
            new = {Shape.NEW_FILE: named, Shape.FILE: ""}.get(field.shape, THIS_FOLDER)
            called = self._first_said.get(field.name, new)
            return FormRow(field.label, PlaceInput(placeholder=field.hint, id=field.name, new=called))
        hint = field.hint or (_BETWEEN if field.takes_many else "")
        return FormRow.of_text(field.name, field.label, hint, "; ".join(value.splitlines()))

    def _value(self, field: Field, begun: Begun) -> str:
        """Return what stands in a row before anybody types."""
        return begun.present.get(field.name) or self._first_said.get(field.name, field.first)

    def _words(self, field: Field) -> list[tuple[str, Words]]:
        if field.shape is Shape.YES:
            return [("", Message("no")), ("yes", Message("yes"))]
        words = self._begun.choices.get(field.name) or choices(field.words)
        if _are_marked(field):
            return list(words)
        is_open = not words or not (self._begun.present.get(field.name) or field.is_required)
        return [("", _NOT_SAID), *words] if is_open and "" not in dict(words) else list(words)

    def on_mount(self) -> None:
        """Begin with the first field, and read what stands there, or what would be done."""
        self.head(self._about, name=self.help_name)
        for field in self.fields()[:1]:
            self.query_one(f"#{field.name}").focus()
        self.read()

    def read(self) -> None:
        """Show what the act begins with, or what it would do now."""
        act, subject = self._act, self.subject
        if act.begin is not None:
            self.ask(lambda vault: vault.acting.begin(act, subject), self._show_begun)
        else:
            said = self.what_is_said()
            self.ask(lambda vault: vault.acting.shown(act, said), self._show_plan, failed=self._not_shown)

    def _show_begun(self, begun: Begun) -> None:
        """Let stand in each row what the vault says, unless somebody typed there already."""
        known, self._begun = self._begun, begun
        for field in self.fields():
            row = self.query_one(f"#{field.name}")
            before, now = self._value(field, known), self._value(field, begun)
            if isinstance(row, VirtualList):
                self._offer(row, field)
            elif isinstance(row, ChoiceField):
                row.offer(self._words(field), now if row.value in {"", before} else row.value)
            elif isinstance(row, DateInput) and row.written == before != now:
                row.restore(now)
            elif isinstance(row, SafeInput) and row.value == before != now:
                row.value = now
        self.say(begun.line)
        self.fields_stand()

    def _offer(self, row: VirtualList, field: Field) -> None:
        words = self._words(field)
        row.show_source(FixedRows([ListRow(code, (label,)) for code, label in words]))
        if isinstance(above := row.parent, FormRow):
            above.display, above.styles.height = bool(words), min(len(words), _MOST_MARKED)

    def _not_shown(self, error: VaultError) -> None:
        """Say why nothing can be shown yet; what is typed here is kept all the same, and F4 looks again."""
        self._is_refused = True
        self.fail(error)
        self.fields_stand()

    def _show_plan(self, found: tuple[Plan[Any], Sequence[Words]]) -> None:
        plan, lines = found
        self.write("shown", together(lines))
        self.call_later(self._show_answers, plan)

    async def _show_answers(self, plan: Plan[Any]) -> None:
        """Give a row to each question that may stay open."""
        answers = self.query_one("#answers", Vertical)
        await answers.remove_children()
        asks = [ask for ask in plan.asks if ask.may_be_empty]
        await answers.mount(*(FormRow.of_text(ask.name, ask.question, _KEEPS_IT) for ask in asks))
        self._plan = plan  # not before: what somebody agrees to has been shown
        self.fields_stand()

    @on(SafeInput.Submitted)
    def _next_field(self) -> None:
        self.focus_next()

    @on(ChoiceField.Changed)
    def _begin_anew(self, event: ChoiceField.Changed) -> None:
        """Let the field that follows another one begin anew where that changes, and stand again where it is back."""
        name = event.field.id
        for field in self.fields():
            if field.follows and field.follows == name:
                row, before = self.query_one(f"#{field.name}", SafeInput), self._begun.present
                written = row.written if isinstance(row, DateInput) else row.value
                if event.field.value == before.get(name, ""):
                    row.value = row.value or before.get(field.name, "")
                elif written == before.get(field.name, ""):
                    row.value = ""

    # ---- what is said -------------------------------------------------------------------------------------------

    def what_is_said(self) -> Said:
        """Return what the rows say beside what stood there."""
        said, present = dict(self.subject), self._begun.present
        for field in self.fields():
            for row in self.query(f"#{field.name}"):
                if isinstance(row, VirtualList):
                    if row.marked:
                        said[field.name] = tuple(sorted(row.marked))
                    continue
                typed = row.value if isinstance(row, ChoiceField) else self.text(field.name)
                there = present.get(field.name, "")
                if not field.words and typed == "; ".join(there.splitlines()):
                    continue  # nobody touched it: a line of it may have a ; of its own
                if field.is_place:
                    typed = str(whole_path(typed) or typed)
                if field.takes_many:
                    kind = f"{self.word(_kind(field))}:" if field.words else ""
                    typed = "\n".join(f"{kind}{part.strip()}" for part in typed.split(";") if part.strip())
                is_kept = typed == there or (not typed and field.shape in _DATES)
                if not is_kept:
                    said[field.name] = tuple(typed.splitlines()) if field.takes_many else (typed,)
        if not self._act.is_change:  # all of it is said again
            said = {**{name: tuple(value.splitlines()) for name, value in present.items() if value}, **said}
        return said

    def action_by_sheets(self) -> None:
        self.action_finish(by_sheets=True)

    def action_finish(self, *, by_sheets: bool = False) -> None:
        if not are_clear(self) or not self._are_whole_paths():
            return
        said, act, plan = self.what_is_said(), self._act, self._plan
        if self._is_refused and not self.is_working:
            self._is_refused = False
            self.read()
            return
        if self.is_working or (act.begin is None and plan is None):
            self.say(act.doing if self.is_working else _STILL_READ)
            return
        if act.is_change and said == self.subject:
            self.end("")
            return
        try:
            act.require_said(said)
        except UsageError as error:
            self._failed(error)
            return
        fields = self.query("#answers > FormRow > SafeInput").results(SafeInput)
        answers = {field.id: field.value.strip() for field in fields if field.id}
        doing = Doing(act, said, self.done, answers, failed=self._failed, by_sheets=by_sheets)
        self.do(doing, plan)

    def _are_whole_paths(self) -> bool:
        """Say whether each place that was typed is a whole path; where one is not, say so, with the cursor there."""
        for field in self.fields():
            if field.is_place and self.text(field.name) and self.place(field.name) is None:
                return False
        return True

    def _failed(self, error: VaultError) -> None:
        """Say why, at the row that is wrong; where it would do something else now, show that."""
        said = str(error).removeprefix("--")
        row = next((field for field in self.fields() if said.startswith(field.refused_as or field.name)), None)
        if row is None or not isinstance(error, UsageError):
            self.fail(error)
        else:
            self.fail_at(row.name, row.refused_as or row.name, error)
        if isinstance(error, NotAsShownError):
            self.read()

    def done(self, told: Told) -> None:
        """End with what came of an act; what it opens is shown then."""
        if told.opens is not None:
            self.end(told.lines[0])
            self.app.post_message(OpenCase(told.opens.hex(), said=told.lines[0]))
            return
        self.show_told(self.help_name, told, self.end)

    def do_instead(self, act: Act[Any]) -> None:
        """Do another act on the same, unless something that was typed here would be lost."""
        if self.typed_already():
            self.warn(_TYPED)
        elif not self.is_working:
            self.do(Doing(act, self.subject, self.done))

    @override
    def has_row(self, ask: Ask) -> bool:
        return bool(self.query(f"#{ask.name}"))

    # ---- its draft ----------------------------------------------------------------------------------------------

    @override
    def form_place(self) -> FormPlace | None:
        subject, about = self._act.subject, self._act.name
        if not any(field.is_personal for field in self.fields()):
            return None
        if subject is not None and not self._case:
            if subject.shape is not Shape.RECORDS:
                return None
            about = f"{about}:{self.subject[subject.name][0]}"
        return FormPlace(ACT, self._case, in_words(self._about), about=about)

    @override
    def filled_at_first(self) -> dict[str, str]:
        of_members = {field.name for field in self.fields() if field.shape is Shape.MEMBER}
        of_nobody = of_members.union(self._first_said)  # it comes back as if it were typed
        return {name: said for name, said in super().filled_at_first().items() if name not in of_nobody}

    @override
    def action_back(self) -> None:
        if self.is_working:
            self.say(self._act.doing)
        else:
            self.ask_to_leave(Message("Leave without doing it?"))


def _are_marked(field: Field) -> bool:
    """Say whether several of those who are there may be marked."""
    return field.shape is Shape.MEMBER and field.takes_many


def _kind(field: Field) -> str:
    return f"{field.name}-kind"
