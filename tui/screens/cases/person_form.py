"""A person of a case, as far as they are known: no field but the role has to be filled in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual.containers import VerticalScroll
from textual.widget import Widget
from typing_extensions import override

from tui.screens.frame.base import NEXT_FIELD, Command, leave
from tui.screens.frame.choice_field import ChoiceField
from tui.screens.frame.form import FormScreen
from tui.screens.frame.form_row import FormRow
from tui.values.codes import choices
from tui.values.values import PersonTyped
from tui.widgets.confirm import Confirm
from tui.widgets.fields import SafeInput
from vault.casework.vocabulary import Channel, DocumentKind, PersonRole
from vault.errors import VaultError
from vault.words.message import Message

_DATES: Final = Message("{day}, {month} or {year}; ~ for about", day="14.03.1988", month="1988-03", year="1988")
_FIELDS: Final = (
    ("names", Message("Names"), Message("one for each script, with ; between")),
    ("born", Message("Born"), _DATES),
    ("phones", Message("Phones"), Message("with ; between")),
    ("emails", Message("E-mails"), Message("with ; between")),
)
_FIELD_OF_WORD: Final = {"name": "names", "date of birth": "born", "phone": "phones", "e-mail": "emails",
                         "document": "number", "safe contact": "address", "channel": "channel"}  # fmt: skip


class PersonForm(FormScreen):
    """Ends with the id of the person's record."""

    NAME = Message("New person")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "finish", Message("Keep the person"), "F4", Message("keep")),
        NEXT_FIELD,
        leave(Message("Leave; nothing is kept")),
    )

    def __init__(self, case: str, ref: str) -> None:
        super().__init__()
        self._case = case
        self._ref = ref

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield VerticalScroll(
            FormRow.of_text(*_FIELDS[0]),
            FormRow(Message("Role"), ChoiceField(choices(PersonRole), id="role")),
            *(FormRow.of_text(*field) for field in _FIELDS[1:]),
            FormRow(Message("Document"), ChoiceField(choices(DocumentKind), id="document")),
            FormRow.of_text("number", Message("  number"), Message("empty: no document")),
            FormRow(Message("Safe contact"), ChoiceField([("", Message("none yet")), *choices(Channel)], id="channel")),
            FormRow.of_text("address", Message("  address"), Message("number, address or person")),
            FormRow.of_text("hours", Message("  hours"), Message("when it is safe")),
            classes="form",
            can_focus=False,
        )

    def on_mount(self) -> None:
        """Begin with the names."""
        self.head(self._ref)
        self.query_one("#names").focus()

    def action_finish(self) -> None:
        """Keep the person."""
        case, typed = self._case, self._typed()
        self.say(Message("Keeping the person."))
        self.ask(lambda vault: vault.casework.add_person(case, typed), self.end, failed=self._refused)

    @override
    def action_back(self) -> None:
        if not any(field.value.strip() for field in self.query(SafeInput)):
            self.end("")
            return
        question = Confirm(
            Message("Leave without keeping this person?"),
            Message("What you typed is gone then."),
            yes=Message("Leave"),
            no=Message("Go on typing"),
        )
        self.app.push_screen(question, lambda yes: self.end("") if yes else None)

    def _typed(self) -> PersonTyped:
        number = self.text("number")
        return PersonTyped(
            role=self.word("role"),
            names=self._items("names"),
            born=self.text("born"),
            phones=self._items("phones"),
            emails=self._items("emails"),
            documents=(f"{self.word('document')}:{number}",) if number else (),
            contact_channel=self.word("channel"),
            contact_address=self.text("address"),
            contact_hours=self.text("hours"),
        )

    def _refused(self, error: VaultError) -> None:
        self.fail(error)
        wrong = next((field for word, field in _FIELD_OF_WORD.items() if str(error).startswith(word)), None)
        if wrong is not None:
            self.query_one(f"#{wrong}").focus()

    def _items(self, name: str) -> tuple[str, ...]:
        return tuple(part.strip() for part in self.text(name).split(";") if part.strip())
