"""Rows of the export form that are there for some profiles alone: of which client it is, papers, what is needed now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from textual.containers import Vertical

from tui.gateway.acts_and_packages import named_clients
from tui.screens.frame.form_fields import ChoiceField, FormRow
from tui.widgets.fields import SafeTextArea
from tui.widgets.text_cells import Column
from tui.widgets.virtual_list import FixedRows, ListRow, VirtualList
from vault.casework.document import Document
from vault.casework.person import Person
from vault.ids import RecordId
from vault.redaction.profile import profile_named
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from vault.services.projection.stored_records import Stored

_MOST_SHOWN: Final = 5
_NOBODY: Final[tuple[str, Words]] = ("", Message("not said: choose the client"))


class WhoseRow(Vertical):
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
        said = self._field.value if self.display else self._person if self._is_of_one else ""
        return RecordId(bytes.fromhex(said)) if said else None

    def go_by(self, profile: str) -> bool:
        """Be there or not, as this profile needs it; return whether it has to be told who the clients are."""
        self._is_of_one = profile_named(profile).is_of_one_client
        self._fit()
        return self._is_of_one and self._clients is None

    def _fit(self) -> None:
        self.display = self._is_of_one and len(self._clients or ()) > 1

    def show(self, found: Sequence[Stored[Person]]) -> None:
        """Take who the clients of the case are."""
        if self._clients is None:
            self._clients = clients = named_clients(found)
            self._field = ChoiceField([_NOBODY, *clients], value=self._person, id="person")
            self.mount(FormRow(Message("Which client"), self._field))
            self._fit()


class PapersRow(FormRow):
    """The papers of the case, of which some may be marked; it is there where the profile takes papers."""

    def __init__(self) -> None:
        super().__init__(Message("Documents"), VirtualList((Column(""),), id="papers", has_states=True))
        self.display = False
        self._is_taken = False
        self._papers: tuple[str, ...] = ()

    @property
    def chosen(self) -> tuple[str, ...]:
        """The ids of those that are marked, in the order of the list."""
        field = self.query_one(VirtualList)
        return tuple(paper for paper in self._papers if paper in field.marked) if self.display else ()

    def go_by(self, profile: str) -> None:
        self._is_taken = profile_named(profile).takes_papers
        self.display = self._is_taken and bool(self._papers)

    def show(self, found: Sequence[Stored[Document]]) -> None:
        """Take which papers the case has."""
        self._papers = tuple(paper.record.hex() for paper in found)
        rows = [ListRow(paper.record.hex(), (paper.value.called,)) for paper in found]
        self.query_one(VirtualList).show_source(FixedRows(rows))
        self.styles.height = min(len(rows), _MOST_SHOWN)
        self.display = self._is_taken and bool(rows)


class NeededRow(FormRow):
    """The box for what is needed now, written for this export alone; it is there where the profile takes a text."""

    DEFAULT_CSS = """
    NeededRow { height: 4; }
    NeededRow SafeTextArea { background: $raised; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__(Message("Needed now"), SafeTextArea("", id="say", soft_wrap=True))
        self.display = False

    @property
    def said(self) -> dict[str, str]:
        """What is written in it, where it is shown."""
        return {"say": self.query_one(SafeTextArea).text.strip()} if self.display else {}
