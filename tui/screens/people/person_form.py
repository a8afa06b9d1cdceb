"""A person of a case, as far as they are known: no field but the role is needed; and what they ask about their data.

A name that is taken out of the form of a known person stays with them, misspelt or former: exports still hide it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from types import MappingProxyType
from typing import Final

from textual import on
from textual.widget import Widget
from typing_extensions import override

from tui.screens.frame.act_form import ActForm
from tui.screens.frame.form_fields import ChoiceField
from tui.screens.frame.record_form import NOT_SAID, RecordForm
from tui.text.in_words import together
from tui.values.cases_shown import PersonShown, RecordShown
from tui.values.code_words import choices
from tui.values.forms_typed import FormPlace
from tui.values.shaping import do_not_call
from tui.values.story_shown import Whereabouts
from tui.widgets.date_field import DateInput
from tui.widgets.fields import SafeInput
from vault.acts.act import Begun, Field, Said, Shape, Told
from vault.acts.person import ADD, EDIT
from vault.casework.contact import is_never_used
from vault.casework.form import FormField
from vault.casework.script import strays
from vault.casework.story.person_facts import SubjectRequest
from vault.casework.vocabulary import NameKind, Sex
from vault.deadlines.shipped import answer_by
from vault.display import here
from vault.errors import UsageError
from vault.words.message import Message, Words

_NOTHING_FIRST: Final[Mapping[str, str]] = MappingProxyType({})

# What a person asks about their own data: received today, and to be answered within the time that the rule gives.


class RequestOfPerson(RecordForm):
    """Ends with the id of the record.

    Args:
        case, ref: of the case.
        people: who may ask: id and name.
        shown: the request that is changed; without it a new one is made.
        today_ms: when a new one is written down.
        begun: what else stands in a new one at first.
    """

    def __init__(
        self,
        case: str,
        ref: str,
        people: Sequence[tuple[str, Words]],
        shown: RecordShown | None = None,
        *,
        today_ms: int,
        begun: Mapping[str, str] = _NOTHING_FIRST,
    ) -> None:
        today = here(today_ms).date()
        dates = {"received": today.isoformat(), "due": answer_by(today).isoformat()} if shown is None else {}
        super().__init__(case, ref, SubjectRequest.KIND, shown, people=people, begun={**begun, **dates})
        self._proposed = dates.get("due", "")

    @override
    def _widget(self, field: FormField) -> Widget:
        if field.name != "what" or self._record:
            return super()._widget(field)
        return ChoiceField([("", NOT_SAID), *choices(field.words or ())], id=field.name)

    @on(SafeInput.Changed, "#received")
    def _count_anew(self) -> None:
        """Propose the last day of the rule for another day of receipt, where nobody wrote a day of their own."""
        due = self.query_one("#due", DateInput)
        with suppress(UsageError):
            received = self.query_one("#received", DateInput).understood()
            if received and due.value == self._proposed:
                self._proposed = due.value = answer_by(date.fromisoformat(received)).isoformat()

    @override
    def action_finish(self) -> None:
        if self.word("what"):
            super().action_finish()
        else:
            self.refuse("what", Message("What do they ask for? Choose it first (left and right)."))


PERSON: Final = "person"
_GONE: Final = Field("gone", Message("Names taken out"), Shape.WORD, is_required=True)
_CHOICES: Final = MappingProxyType(
    {
        "gone": (
            (NameKind.MISSPELT.value, Message("misspelt; it stays hidden in exports")),
            (NameKind.FORMER.value, Message("former; it stays hidden in exports")),
        ),
        "register": (
            ("yes", Message("in: who takes a call is told to ask you")),
            ("no", Message("left out: not found when they call again")),
        ),
        "sex": (("", Message("not said")), *choices(Sex)),
    }
)
_WAYS: Final = ("phones", "emails", "address")
_TAKEN_OUT: Final = (("phones", "drop_phones"), ("emails", "drop_emails"), ("never_use", "use_again"))


class PersonForm(ActForm):
    """Ends with the id of the person's record.

    Args:
        where: their case or section, and their record in it; an empty record for somebody new.
        never_use: what must never be used to reach somebody of this case.
        person: whom to change; None for somebody new.
        first: what is known already of somebody new.
    """

    NAME = Message("Person")

    def __init__(
        self,
        where: Whereabouts,
        never_use: tuple[str, ...] = (),
        person: PersonShown | None = None,
        *,
        first: Mapping[str, str] = _NOTHING_FIRST,
    ) -> None:
        present = {"role": "client", "register": "yes"} if person is None else {**person.typed, "gone": "misspelt"}
        act = ADD if person is None else EDIT
        super().__init__(act, where_said(where), where.ref, known=Begun(present, _CHOICES), first=first)
        self._where, self._never_use, self._is_warned = where, never_use, False

    @override
    def fields(self) -> tuple[Field, ...]:
        names, *others = ADD.rows({})
        return (names, *([] if self._act is ADD else [_GONE]), *others)

    @override
    def read(self) -> None:
        self._show_begun(self._begun)

    @override
    def form_place(self) -> FormPlace:
        where = self._where
        return FormPlace(PERSON, where.case, where.ref, where.record, where.section)

    @override
    def typed_already(self) -> set[str]:
        return set(self._opened) if self._first_said else super().typed_already()

    @on(SafeInput.Changed)
    def _warn_at_once(self) -> None:
        """Say that a number must never be used, before somebody dials it; and which letters of a name are a slip."""
        never_use = (*self._never_use, *self._items("never_use"))
        typed = [way for field in _WAYS for way in self._items(field)]
        warned = [do_not_call(way) for way in typed if is_never_used(way, never_use)]
        warned += strays(self._items("names")).values()
        if warned:
            self.warn(together(warned, "; "))
        elif self._is_warned:
            self.say("")
        self._is_warned = bool(warned)

    @override
    def act_begins(self) -> None:
        if not self._is_warned:
            super().act_begins()

    @override
    def what_is_said(self) -> Said:
        said = dict(super().what_is_said())
        return said if self._act is ADD else self._as_change(said)

    def _as_change(self, said: dict[str, tuple[str, ...]]) -> Said:
        said.pop("gone", None)
        for name, dropped in _TAKEN_OUT:
            if name in said:
                before = self._begun.present.get(name, "").splitlines()
                said |= {dropped: _only(before, said[name]), name: _only(said[name], before)}
        if "names" in said:
            names, before = said.pop("names"), self._begun.present["names"].splitlines()
            added, said[self.word("gone")] = _only(names, before), _only(before, names)
            is_called_anew = added[:1] == names[:1]  # what stands first is what they are called
            said["add_names" if is_called_anew else "spellings"] = (
                added if is_called_anew else tuple(f"{NameKind.LEGAL}:{name}" for name in added)
            )
        return {name: values for name, values in said.items() if values or name == "nationality"}

    @override
    def done(self, told: Told) -> None:
        self.end(str(told.data.get("person", self._where.record)))

    def _items(self, name: str) -> tuple[str, ...]:
        return tuple(part.strip() for part in self.text(name).split(";") if part.strip())


def where_said(where: Whereabouts) -> dict[str, tuple[str, ...]]:
    """Return where a person stands, as their acts are told."""
    section = {"section": (where.section,)} if where.section else {}
    if not where.record:
        return {"case": (where.case,), **section}
    return {"person": (where.record,), **(section or {"of_case": (where.case,)})}


def _only(values: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    return tuple(value for value in values if value not in others)
