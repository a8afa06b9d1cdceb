"""A person of a case, as far as they are known: no field but the role has to be filled in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual.containers import VerticalScroll
from textual.widget import Widget
from typing_extensions import override

from tui.screens.frame.base import Command
from tui.screens.frame.choice_field import ChoiceField
from tui.screens.frame.form import FormScreen
from tui.screens.frame.form_row import FormRow
from tui.values.values import PersonTyped
from tui.widgets.confirm import Confirm
from tui.widgets.fields import SafeInput
from vault.casework.vocabulary import Channel, DocumentKind, PersonRole
from vault.errors import VaultError

_FIELDS: Final = (
    ("names", "Names", "one for each script, with ; between"),
    ("born", "Born", "14.03.1988, 1988-03 or 1988; ~ behind it: about"),
    ("phones", "Phones", "with ; between"),
    ("emails", "E-mails", "with ; between"),
)
_FIELD_OF_WORD: Final = {"name": "names", "date of birth": "born", "phone": "phones", "e-mail": "emails",
                         "document": "number", "safe contact": "address", "channel": "channel"}  # fmt: skip


def _typed_row(name: str, label: str, hint: str) -> FormRow:
    return FormRow(label, SafeInput(placeholder=hint, id=name, compact=True))


class PersonForm(FormScreen):
    """Ends with the id of the person's record."""

    NAME = "NEW PERSON"
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "finish", "Keep the person", "F4", "keep"),
        Command("tab", "app.focus_next", "Next field", "Tab", "next field"),
        Command("escape", "back", "Leave; nothing is kept", "Esc", "leave"),
    )

    def __init__(self, case: str, ref: str) -> None:
        super().__init__()
        self._case = case
        self._ref = ref

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield VerticalScroll(
            _typed_row(*_FIELDS[0]),
            FormRow("Role", ChoiceField([(role.value, role.value) for role in PersonRole], id="role")),
            *(_typed_row(*field) for field in _FIELDS[1:]),
            FormRow("Document", ChoiceField([(kind.value, kind.value) for kind in DocumentKind], id="document")),
            FormRow("  number", SafeInput(placeholder="empty: no document", id="number", compact=True)),
            FormRow(
                "Safe contact",
                ChoiceField([("", "none yet"), *((channel.value, channel.value) for channel in Channel)], id="channel"),
            ),
            FormRow("  address", SafeInput(placeholder="number, address or person", id="address", compact=True)),
            FormRow("  hours", SafeInput(placeholder="when it is safe", id="hours", compact=True)),
            classes="form",
            can_focus=False,
        )

    def on_mount(self) -> None:
        """Begin with the names."""
        self.head(f"{self.NAME}  {self._ref}")
        self.query_one("#names").focus()

    def action_finish(self) -> None:
        """Keep the person."""
        case, typed = self._case, self._typed()
        self.say("Keeping the person.")
        self.ask(lambda vault: vault.casework.add_person(case, typed), self.end, failed=self._refused)

    @override
    def action_back(self) -> None:
        if not any(field.value.strip() for field in self.query(SafeInput)):
            self.end("")
            return
        question = Confirm(
            "Leave without keeping this person?", "What you typed is gone then.", yes="Leave", no="Go on typing"
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
