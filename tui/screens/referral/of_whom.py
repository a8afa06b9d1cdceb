"""Of which client an export tells, where it tells of one and the case has several."""

from __future__ import annotations

from typing import Final

from textual.containers import Vertical

from tui.screens.frame.choice_field import ChoiceField
from tui.screens.frame.form_row import FormRow
from vault.ids import RecordId
from vault.redaction.profile import profile_named
from vault.words.message import Message, Words

WHOSE: Final = Message(
    "This case has several clients. Choose the client it is about: nobody else is named as a client."
)
_NOBODY: Final[tuple[str, Words]] = ("", Message("not said: choose the client"))


class OfWhom(Vertical):
    """A row that is there where it is needed; nobody is chosen at first, unless by where the form was opened.

    Args:
        person: who is chosen at first, by the id of their record.
    """

    def __init__(self, person: str) -> None:
        super().__init__(classes="place")
        self.display = False
        self._person = person
        self._is_of_one = False
        self._field = ChoiceField([_NOBODY])
        self._clients: tuple[tuple[str, Words], ...] | None = None

    @property
    def is_open(self) -> bool:
        """Whether somebody has to be chosen first."""
        return self.display and not self._field.value

    @property
    def chosen(self) -> RecordId | None:
        """Who was chosen."""
        said = self._field.value if self.display else self._person if self._is_of_one else ""
        return RecordId(bytes.fromhex(said)) if said else None

    def go_by(self, profile: str) -> bool:
        """Be there or not, as this profile needs it; return whether it has to be told who the clients are."""
        self._is_of_one = profile_named(profile).is_of_one_client
        self._fit()
        return self._is_of_one and self._clients is None

    def _fit(self) -> None:
        self.display = self._is_of_one and len(self._clients or ()) > 1

    def show(self, clients: tuple[tuple[str, Words], ...]) -> None:
        """Take who the clients of the case are, by id and name."""
        if self._clients is None:
            self._clients = clients
            self._field = ChoiceField([_NOBODY, *clients], value=self._person, id="person")
            self.mount(FormRow(Message("Which client"), self._field))
            self._fit()
