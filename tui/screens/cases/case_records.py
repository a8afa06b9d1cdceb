"""What happened in a case and what is due in it, by date; and forms of the organisation's own, filled in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import on
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.gateway.unlocked_vault import case_id
from tui.screens.cases.due_acts import confirm_anew, say_done
from tui.screens.cases.due_rows import record_lines
from tui.screens.frame.act_form import ActForm
from tui.screens.frame.act_screen import ActScreen, Doing
from tui.screens.frame.base import BACK, READ_AGAIN, Command, VaultScreen
from tui.screens.frame.dialogs import first_lines
from tui.screens.frame.form_fields import ChoiceField, Choose, FormRow
from tui.screens.frame.list_rows import ListScreen
from tui.screens.frame.looking_back import HISTORY, UNDO, Erases
from tui.screens.frame.record_form import NOT_SAID, RECORD, RecordForm
from tui.screens.people.person_form import RequestOfPerson
from tui.screens.referral.export import ExportScreen
from tui.text.in_words import in_words, together
from tui.text.safe_text import safe_text
from tui.values.cases_shown import RecordShown
from tui.values.code_words import choices, word_of
from tui.values.forms_typed import FormPlace
from tui.widgets.fields import SafeTextArea
from tui.widgets.text_cells import Column
from tui.widgets.virtual_list import ListRow, VirtualList
from vault.acts.act import CASE, IN_CASE, Act, Said, Told, answer_to
from vault.acts.records import FILL, FORM, REFILL
from vault.acts.referral import ASK, NEXT
from vault.acts.safety import BEGIN
from vault.casework.form import Form, FormField, Shape
from vault.casework.questionnaires import Filled, FormDefinition
from vault.casework.story import STORY
from vault.casework.story.incident import Checklist, Incident, IncidentKind
from vault.casework.story.person_facts import SubjectRequest
from vault.casework.story.referrals import Referral, Step
from vault.services import own_forms
from vault.services.cases import case_people
from vault.services.exports import partners
from vault.services.own_forms import KeptForm
from vault.services.safety.incidents import told_after
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from tui.gateway import Gateway
    from vault.ids import RecordId

# A form of the organisation's own is filled in, or answers of one that was filled in are changed.

_OURS: Final = "asked_"
"""Before the names of questions, which are data: a widget of the screen may have the name of one."""


class FilledForm(RecordForm):
    """Ends with the id of the record, or with nothing.

    Args:
        case, ref: of the case.
        asked: the form.
        people: whom it may name: id and name.
        shown: the record that is changed; without it a new one is made.
    """

    NAME = Message("Form")

    def __init__(
        self,
        case: str,
        ref: str,
        asked: FormDefinition,
        people: Sequence[tuple[str, str]],
        shown: RecordShown | None = None,
    ) -> None:
        self._to_fill = asked
        super().__init__(case, ref, Filled.KIND, shown, people=people)
        self._before = {f"{_OURS}{name}": text for name, text in self._before.items()}

    @override
    def form_place(self) -> FormPlace:
        about = f"{Filled.KIND}:{self._to_fill.code}"
        return FormPlace(RECORD, self._case, self._ref, self._record, about=about)

    @override
    def about(self) -> dict[str, tuple[str, ...]]:
        return {**super().about(), FORM.name: (self._to_fill.code,)}

    @property
    @override
    def act(self) -> Act[Any]:
        return REFILL if self._record else FILL

    @override
    def said_as(self, field: str) -> str:
        return answer_to(field.removeprefix(_OURS))

    @property
    @override
    def _form(self) -> Form:
        form = self._to_fill.as_form()
        return replace(form, fields=tuple(replace(field, name=f"{_OURS}{field.name}") for field in form.fields))

    @override
    def rows(self) -> Iterable[FormRow]:
        for field in self._form.fields:
            row = FormRow(field.label, self._widget(field))
            row.set_class(field.shape is Shape.TEXT, "long-row")
            yield row

    @override
    def text(self, field: str) -> str:
        place = self.query_one(f"#{field}")
        return place.text.strip() if isinstance(place, SafeTextArea) else super().text(field)

    @override
    def _widget(self, field: FormField) -> Widget:
        value = self._before.get(field.name, "")
        if field.shape is Shape.TEXT:
            return SafeTextArea(safe_text(value), id=field.name, soft_wrap=True)
        if field.words is not None:  # no answer stands there before somebody gave it, also of what must be answered
            words = [(word.value, field.at_length.get(word.value, word_of(word.value))) for word in field.words]
            if field.at_length:
                words.sort(key=lambda word: in_words(word[1]))
            first: list[tuple[str, Words]] = [("", NOT_SAID)]
            return ChoiceField([*first, *words], value=value, id=field.name)
        return super()._widget(field)

    @override
    def named(self, field: FormField) -> str:
        return replace(field, name=field.name.removeprefix(_OURS)).in_words


def open_form(
    screen: VaultScreen,
    where: tuple[str, str],
    kind: str,
    shown: RecordShown | None,
    then: Callable[[str | None], None],
) -> None:
    """Open the form of a record, new or kept; what a form of the organisation asks is read first, and who is there.

    Args:
        screen: over which it lies.
        where: id and reference of the case.
        kind: of the record; `filled` with the code of a form behind a `:` for a new one of that form.
        shown: the record that is changed.
        then: gets the id of the record.
    """
    case, ref = where
    name, _, code = kind.partition(":")

    def show(named: tuple[Sequence[tuple[str, str]], Sequence[tuple[str, str]]]) -> None:
        people, recipients = named
        form = RecordForm(case, ref, kind, shown, people=people, recipients=recipients)
        if kind == SubjectRequest.KIND:
            form = RequestOfPerson(case, ref, people, shown, today_ms=screen.desk.now_ms())
        screen.app.push_screen(form, then)

    if name != Filled.KIND:
        asked = STORY[kind].FORM
        names_people = any(field.shape is Shape.RECORD for field in asked.fields)
        if not names_people and not asked.names_recipient:
            show(((), ()))
            return
        screen.ask(
            lambda vault: (
                _people_of(vault, case) if names_people else [],
                _in_ids(vault.read(partners.names)) if asked.names_recipient else [],
            ),
            show,
        )
        return
    code = shown.form if shown is not None else code

    def fill(asked: tuple[KeptForm, Sequence[tuple[str, str]]]) -> None:
        kept, people = asked
        screen.app.push_screen(FilledForm(case, ref, kept.definition, people, shown), then)

    screen.ask(lambda vault: (vault.read(own_forms.find, code), _people_of(vault, case)), fill)


def _people_of(vault: Gateway, case: str) -> list[tuple[str, str]]:
    return _in_ids(vault.read(case_people.names_in, case_id(case)))


def _in_ids(names: Mapping[RecordId, str]) -> list[tuple[str, str]]:
    return [(record.hex(), name) for record, name in names.items()]


_NO_DATE: Final = Message("no date")
_OWN_DATA: Final = "subject"
_NEW: Final = "new"
"""In place of the id of a record: the cursor goes to the one that was just added."""


class RecordsScreen(ListScreen, Erases, ActScreen):
    """The records of one case; it may begin with the form of a new one, of the kind `begins`."""

    NAME = Message("Dates and story")
    COLUMNS = (Column(Message("date"), 18), Column(Message("kind"), 11), Column(Message("about")))
    LIST = "story"
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command(
            "n",
            "new",
            Message("Add a date, a referral, a check-in, a request about own data"),
            "n",
            Message("new"),
        ),
        Command("enter", "change", Message("Change the record"), "Enter", Message("change")),
        Command("space", "done", Message("Say that it is over from today on"), "Space", Message("done"), first=True),
        Command("i", "checklist", Message("Begin a checklist: arrest, disappearance, raid, seizure"), "i"),
        Command("e", "answer", Message("Answer a subject request: export the person's own data"), "e"),
        Command("r", "next_step", Message("A referral: they accept, decline, got the package, answered"), "r"),
        HISTORY,
        UNDO,
        Command("", "erase_here", Message("Erase the record here for good; shows first what goes"), ""),
        READ_AGAIN,
        BACK,
    )

    def __init__(self, case: str, ref: str, why: str, *, begins: str = "") -> None:
        super().__init__()
        self._case = case
        self._ref = ref
        self._why = why
        self._begins = begins
        self._records: tuple[RecordShown, ...] = ()

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield from super().compose_middle()
        yield VerticalScroll(Static("", id="details"), id="details-pane", can_focus=False)

    def on_mount(self) -> None:
        self.head(self._ref)
        if self._begins:
            self._begin(self._begins)

    @override
    def action_refresh(self, stand_on: str = "") -> None:
        """Read them again; the cursor stays, or goes to a record."""
        case, why = self._case, self._why
        self.ask(lambda vault: vault.story.list_in(case, why), partial(self._show, stand_on))

    def action_new(self) -> None:
        self.ask(lambda vault: vault.read(own_forms.list_all), self._ask_kind)

    def _ask_kind(self, forms: list[KeptForm]) -> None:
        own = (kept.definition for kept in forms)
        kinds: list[tuple[str, Words]] = [
            (kind, record.FORM.title) for kind, record in STORY.items() if kind != Filled.KIND
        ]
        kinds += [(f"{Filled.KIND}:{form.code}", Message("form: {title}", title=form.title)) for form in own]
        self.unless_left(Choose(Message("What do you want to add?"), kinds), self._begin)

    def action_checklist(self) -> None:
        self.unless_left(Choose(Message("What happened?"), choices(Checklist)), self._write_steps)

    def _write_steps(self, name: str) -> None:
        self.do(Doing(BEGIN, {"case": (self._case,), "what": (name,)}, self._begun))

    def _begun(self, told: Told) -> None:
        steps: Any = told.data["steps"]
        self._changed(steps[0]["record"])

    def _begin(self, kind: str) -> None:
        if kind == Referral.KIND:
            self._do_in_form(ASK, {CASE.name: (self._case,)})
            return
        open_form(self, (self._case, self._ref), kind, None, self._changed)

    @on(VirtualList.Opened)
    def action_change(self) -> None:
        record = self._here()
        if record is not None:
            open_form(self, (self._case, self._ref), record.kind, record, self._changed)

    def action_done(self) -> None:
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
        record = self._here()
        if record is None or record.kind != SubjectRequest.KIND:
            self.say(Message("Put the cursor on a request of a person; n writes one down."))
            return
        due = Message("answer by {day}", day=record.when) if record.is_due and record.when else ""
        person = record.typed.get("person", "")
        self.app.push_screen(ExportScreen(self._case, self._ref, profile=_OWN_DATA, person=person, told=due))

    def action_next_step(self) -> None:
        """Ask what happened of the referral under the cursor; what cannot come next is not offered."""
        record = self._here()
        if record is None or record.kind != Referral.KIND:
            self.say(Message("Put the cursor on a referral; n writes one down."))
            return
        referral = Referral.of_typed(record.typed)
        steps = [step for step in Step if referral.refuses(step) is None]
        if not steps:
            self.say(Message("This referral is closed. Enter changes it; n asks anew."))
            return
        subject = {RECORD: (record.record,), IN_CASE.name: (self._case,)}
        self.unless_left(
            Choose(Message("What happened?"), [(step, NEXT[step].title) for step in steps]),
            lambda step: self._do_in_form(NEXT[Step(step)], subject, record.record),
        )

    def _do_in_form(self, act: Act[Any], subject: Said, stand_on: str = "") -> None:
        self.app.push_screen(
            ActForm(act, subject, self._ref, case=self._case), lambda _: self._changed(stand_on or _NEW)
        )

    def action_history(self) -> None:
        record, case, why = self._here(), self._case, self._why
        if record is not None:
            self.ask(lambda vault: vault.story.history(case, record.record, record.kind, why), self.show_history)

    def action_erase_here(self) -> None:
        record = self._here()
        if record is not None:
            self.erase(word_of(record.kind), f"{self._case}/{record.record}")

    def _changed(self, record: str | None) -> None:
        self.action_refresh(record or "")

    def _show(self, stand_on: str, records: tuple[RecordShown, ...]) -> None:
        known, self._records = {record.record for record in self._records}, records
        if stand_on == _NEW:
            stand_on = next((record.record for record in records if record.record not in known), "")
        places = {record.record: place for place, record in enumerate(records)}
        cursor = places.get(stand_on, self._list.cursor)
        self.show_rows((ListRow(record.record, _cells(record)) for record in records), cursor)
        self.head(self._ref, plural("{count} record", "{count} records", count=len(records)))
        self.say("" if records else Message("Nothing is written here yet; n adds a date, a hearing or what happened."))
        new = next((record for record in records if record.record == stand_on and stand_on not in known), None)
        if new is not None and new.kind == Incident.KIND:
            case, what = case_id(self._case), IncidentKind(new.typed["what"])
            self.ask(lambda vault: vault.read(told_after, case, what), self._say_what_follows)
        self._show_details()

    def _say_what_follows(self, told: tuple[Message, Checklist | None] | None) -> None:
        words, follows = told or ("", None)
        more = Message("{told}: i, then “{name}”", told=words, name=word_of(follows)) if follows else words
        self.say(more)

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
