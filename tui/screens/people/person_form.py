"""A person of a case, new or known, as far as they are known: no field but the role has to be filled in.

A name that is taken out of the form of a known person stays with them, misspelt or former: exports still hide it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.widget import Widget
from typing_extensions import override

from tui.screens.frame.base import NEXT_FIELD, Command, leave
from tui.screens.frame.choice_field import ChoiceField
from tui.screens.frame.dates import are_clear, birth_field
from tui.screens.frame.form_row import FormRow, FormRows
from tui.screens.frame.kept_form import KeptForm
from tui.screens.frame.known_already import make_unless_known
from tui.screens.frame.same_again import SAME_AGAIN, SameAgain
from tui.text.in_words import together
from tui.values.codes import choices
from tui.values.person_typed import PersonTyped
from tui.values.shaping import do_not_call
from tui.values.values import PersonShown
from tui.values.values_forms import FormPlace
from tui.values.values_people import Made, Whereabouts
from tui.widgets.fields import SafeInput
from vault.casework.contact import is_never_used
from vault.casework.script import strays
from vault.casework.vocabulary import Channel, DocumentKind, NameKind, PersonRole, Sex
from vault.errors import VaultError
from vault.words.message import Message

if TYPE_CHECKING:
    from tui.gateway import Gateway

PERSON: Final = "person"
_GONE: Final = (
    (NameKind.MISSPELT.value, Message("misspelt; it stays hidden in exports")),
    (NameKind.FORMER.value, Message("former; it stays hidden in exports")),
)
_FIELDS: Final = (
    ("names", Message("Names"), Message("one for each script, with ; between")),
    ("phones", Message("Phones"), Message("with ; between")),
    ("emails", Message("E-mails"), Message("with ; between")),
)
_NOT_SAID: Final = Message("not said")
_OUT: Final = "out"
_REGISTER: Final = (
    ("", Message("in: who takes a call is told to ask you")),
    (_OUT, Message("left out: not found when they call again")),
)
_COUNTRY: Final = Message("two letters, e.g. KG; XX for none")
_CONTACT: Final = (
    ("address", Message("  address"), Message("number, address or person")),
    ("hours", Message("  hours"), Message("when it is safe")),
    ("code-phrase", Message("  say first"), Message("the words by which they know you")),
    ("may-tell", Message("  may tell"), Message("who may be told what")),
    ("never-use", Message("  never use"), Message("numbers and addresses, with ; between")),
)
_SEPARATOR: Final = "; "
_WAYS: Final = ("phones", "emails", "address")
_FIELD_OF_WORD: Final = {"nationality": "nationalities", "name": "names", "date of birth": "born", "phone": "phones",
                         "e-mail": "emails", "document": "number", "safe contact": "address", "address": "address",
                         "channel": "channel", "hours": "hours", "code phrase": "code-phrase", "may tell": "may-tell",
                         "never-use list": "never-use"}  # fmt: skip


class PersonForm(SameAgain, KeptForm):
    """Ends with the id of the person's record.

    Args:
        where: their case or section, and their record in it; an empty record for somebody new.
        never_use: what must never be used to reach somebody of this case.
        person: whom to change; None for somebody new.
        begun: what is known already of somebody new.
    """

    NAME = Message("New person")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "finish", Message("Keep the person"), "F4", Message("keep")),
        NEXT_FIELD,
        SAME_AGAIN,
        leave(Message("Leave; nothing is kept")),
    )

    def __init__(
        self,
        where: Whereabouts,
        never_use: tuple[str, ...] = (),
        person: PersonShown | None = None,
        *,
        begun: PersonTyped | None = None,
    ) -> None:
        super().__init__()
        self._where = where
        self._never_use = never_use
        self._person = person
        if person is not None:
            self.help_name = Message("Change a person")
        self._is_warned = False
        self._before = None if person is None else person.typed
        self._begun = begun

    @override
    def compose_middle(self) -> Iterable[Widget]:
        before = self._before
        filled = before or self._begun or PersonTyped(PersonRole.CLIENT)
        gone = [] if before is None else [FormRow(Message("Names taken out"), ChoiceField(_GONE, id="gone"))]
        channels = [("", Message("none yet")), *choices(Channel)]
        yield FormRows(
            _text_row(filled, *_FIELDS[0]),
            *gone,
            FormRow(Message("Role"), ChoiceField(choices(PersonRole), value=filled.role, id="role")),
            FormRow(Message("Born"), birth_field("born", filled.born)),
            *(_text_row(filled, *field) for field in _FIELDS[1:]),
            FormRow(Message("Document"), ChoiceField(choices(DocumentKind), id="document")),
            FormRow.of_text("number", Message("  number"), Message("empty: no document")),
            FormRow(Message("Safe contact"), ChoiceField(channels, value=filled.channel, id="channel")),
            *(_text_row(filled, *field) for field in _CONTACT),
            FormRow(Message("Sex"), ChoiceField([("", _NOT_SAID), *choices(Sex)], value=filled.sex, id="sex")),
            _text_row(filled, "nationalities", Message("Nationality"), _COUNTRY),
            FormRow(
                Message("Register"), ChoiceField(_REGISTER, value=_OUT if filled.unregistered else "", id="register")
            ),
        )

    @override
    def form_place(self) -> FormPlace:
        where = self._where
        return FormPlace(PERSON, where.case, where.ref, where.record, where.section)

    @override
    def filled_at_first(self) -> dict[str, str]:
        return super().filled_at_first() if self._begun is None else {}  # what a paper said comes back as if typed

    @override
    def typed_already(self) -> set[str]:
        return super().typed_already() if self._begun is None else set(self._opened)

    def on_mount(self) -> None:
        """Begin with the names."""
        self.head(self._where.ref, name=self.NAME if self._person is None else Message("Person"))
        self.query_one("#names").focus()

    @on(SafeInput.Changed)
    def _warn_at_once(self) -> None:
        """Say that a number must never be used, before somebody dials it; and which letters of a name are a slip."""
        never_use = (*self._never_use, *self._items("never-use"))
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

    def action_finish(self) -> None:
        """Keep the person."""
        if not are_clear(self):
            return
        where, before, typed = self._where, self._before, self._typed()
        if before is None and typed == self._as_filled:
            self.refuse("names", Message("Type a name, a number or what is known."))
            return
        self.say(Message("Keeping the person."))

        def kept(vault: Gateway, anyway: bool) -> Made:
            if before is None:
                return vault.people.add(where, typed, anyway=anyway)
            return vault.people.change(where, before, typed, anyway=anyway)

        make_unless_known(self, kept, self.end, failed=self._refused)

    @override
    def action_back(self) -> None:
        if self._typed() == self._as_filled:
            self._leave()
            return
        self.confirm(
            Message("Leave without keeping this person?")
            if self._person is None
            else Message("Leave without keeping what you changed?"),
            Message("Then what you typed is gone."),
            self._leave,
            yes=Message("Leave"),
            no=Message("Go on typing"),
        )

    def _leave(self) -> None:
        self.end("" if self._person is None else self._person.record)

    def _typed(self) -> PersonTyped:
        number = self.text("number")
        return PersonTyped(
            role=self.word("role"),
            names=self._items("names"),
            born=self.text("born"),
            phones=self._items("phones"),
            emails=self._items("emails"),
            documents=(f"{self.word('document')}:{number}",) if number else (),
            channel=self.word("channel"),
            address=self.text("address"),
            hours=self.text("hours"),
            code_phrase=self.text("code-phrase"),
            may_tell=self.text("may-tell"),
            never_use=self._items("never-use"),
            sex=self.word("sex"),
            nationalities=self._items("nationalities"),
            unregistered=self.word("register") == _OUT,
            gone=self.word("gone") if self._before is not None else NameKind.MISSPELT.value,
        )

    @property
    def _as_filled(self) -> PersonTyped:
        """What the form says as long as nothing is typed."""
        return PersonTyped(self.word("role"), channel=self.word("channel")) if self._before is None else self._before

    def _refused(self, error: VaultError) -> None:
        said = str(error)
        named = next((word for word in _FIELD_OF_WORD if said.startswith(word)), None)
        if named is None:
            self.fail(error)
        else:
            self.fail_at(_FIELD_OF_WORD[named], named, error)

    def _items(self, name: str) -> tuple[str, ...]:
        text = self.text(name)
        if self._before is not None and name != "address":
            before: tuple[str, ...] = getattr(self._before, name.replace("-", "_"))
            if text == _SEPARATOR.join(before).strip():
                return before  # as it was filled in, whatever signs stand in it
        return tuple(part.strip() for part in text.split(_SEPARATOR.strip()) if part.strip())


def _text_row(filled: PersonTyped, name: str, label: Message, hint: Message) -> FormRow:
    value = getattr(filled, name.replace("-", "_"))
    return FormRow.of_text(name, label, hint, value if isinstance(value, str) else _SEPARATOR.join(value))
