"""A paper is added: its file is chosen, its facts are typed; or facts of one that is kept are changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final

from textual import on
from textual.suggester import SuggestFromList
from textual.widget import Widget
from typing_extensions import override

from tui.gateway.unlocked_vault import case_id
from tui.screens.frame.base import NEXT_FIELD, Command, VaultScreen, leave
from tui.screens.frame.form_fields import ChoiceField, FormRow
from tui.screens.frame.form_screen import BROWSE, PlaceInput
from tui.screens.frame.kept_form import SAME_AGAIN
from tui.screens.frame.record_form import RecordForm, are_clear
from tui.screens.frame.screen_words import languages
from tui.values.access_shown import SectionLine
from tui.values.cases_shown import PaperShown
from tui.values.forms_typed import FormPlace
from tui.values.story_shown import Whereabouts
from tui.widgets.fields import SafeInput
from vault.acts.act import CASE, Act, Told
from vault.acts.document import ADD, DOCUMENT, EDIT
from vault.casework.document import Document
from vault.casework.form import Form, FormField
from vault.services.paper_text import proposed_language
from vault.words.message import Message, Words

PAPER: Final = "paper"
NEXT_VERSION: Final = "version"
_FILE: Final = "file"
_SECTION: Final = "section"
_LANGUAGE: Final = "language"
_NEW: Final = Message("New paper")
_VERSION: Final = Message("Next version of a paper")
_CHANGED: Final = Message("Change a paper")
PAPER_KEPT: Final = Message("The paper is kept. Its file is still there, in clear: delete it if nobody needs it.")
_IN_CASE: Final[tuple[str, Words]] = ("", Message("none: who holds the case reads it"))
_NOT_THERE: Final = Message(
    "The section that you chose is not yours any more. Choose where the paper goes, or leave with Esc."
)


class PaperForm(RecordForm):
    """Ends with the id of the paper's record, or with nothing.

    Args:
        where: its case, or the section of it.
        others: the other papers there.
        shown: the paper that is changed; without it a new one is added.
        language: in which a new paper probably is.
        sections: where a new paper of the case may be kept apart.
        is_version: a next version of that paper is added, from a file.
    """

    NAME = Message("Paper")
    NOBODY = Message("of no paper here")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "finish", Message("Keep the paper"), "F4", Message("keep")),
        NEXT_FIELD,
        BROWSE,
        SAME_AGAIN,
        leave(Message("Leave; nothing is kept")),
    )

    def __init__(
        self,
        where: Whereabouts,
        others: Sequence[PaperShown],
        shown: PaperShown | None = None,
        *,
        language: str = "",
        sections: Sequence[SectionLine] = (),
        is_version: bool = False,
    ) -> None:
        self._where = where
        self._sections = [(section.section, section.called) for section in sections]
        self._is_place_lost = False
        people = [(paper.record, paper.called) for paper in others]
        super().__init__(where.home, where.ref, Document.KIND, None if shown is None else shown.facts, people=people)
        if shown is None:
            self._before = {_LANGUAGE: language}
        self.help_name = _NEW if shown is None else _VERSION if is_version else _CHANGED
        self._asks_file = shown is None or is_version

    @override
    def form_place(self) -> FormPlace:
        about = NEXT_VERSION if self._record and self._asks_file else ""
        where = self._where
        return FormPlace(PAPER, where.case, where.ref, self._record, where.section, about)

    @override
    def rows(self) -> Iterable[FormRow]:
        if self._asks_file:
            yield FormRow(Message("File"), PlaceInput(placeholder="/media/stick/order.jpg", id=_FILE))
        if self._sections:
            yield FormRow(Message("Section"), ChoiceField([_IN_CASE, *self._sections], id=_SECTION))
        yield from super().rows()

    @property
    @override
    def first_field(self) -> str:
        return _FILE if self._asks_file else super().first_field

    @override
    def come_back(self, typed: Mapping[str, str]) -> None:
        section = typed.get(_SECTION, "")
        self._is_place_lost = bool(section) and section not in dict(self._sections)

    @on(ChoiceField.Changed, f"#{_SECTION}")
    def _choose_place(self) -> None:
        self._is_place_lost = False

    @override
    def action_finish(self) -> None:
        if not are_clear(self):
            return
        if self._is_place_lost:  # what was meant for a few is never kept for all
            self.warn(_NOT_THERE)
            return
        typed = self._typed()
        changed = {name: text for name, text in typed.items() if text != self._before.get(name, "")}
        if not self._asks_file and not changed:
            self.end(self._record)
        elif not self._asks_file or self.place(_FILE) is not None:
            self.keep(changed if self._record else typed)

    @override
    def about(self) -> dict[str, tuple[str, ...]]:
        if not self._asks_file:
            return said_of_paper(self._where)
        section = self._where.section or (self.word(_SECTION) if self._sections else "")
        said = {CASE.name: self._where.case, _FILE: str(self.place(_FILE)), _SECTION: section}
        if self._record:
            said["version_of"] = self._record if section else f"{self._where.case}/{self._record}"
        return {name: (text,) for name, text in said.items() if text}

    @property
    @override
    def act(self) -> Act[Any]:
        return ADD if self._asks_file else EDIT

    @override
    def kept(self, told: Told) -> None:
        self.end(str(told.data["document" if self._asks_file else "record"]))

    @property
    @override
    def _form(self) -> Form:
        return Document.FORM

    @override
    def _widget(self, field: FormField) -> Widget:
        if field.name == _LANGUAGE:
            known = SuggestFromList(languages(), case_sensitive=False)
            return SafeInput(self._before.get(_LANGUAGE, ""), suggester=known, id=_LANGUAGE, compact=True)
        return super()._widget(field)


def said_of_paper(where: Whereabouts) -> dict[str, tuple[str, ...]]:
    """Return how an act names a paper."""
    if where.section:
        return {DOCUMENT.name: (where.record,), _SECTION: (where.section,)}
    return {DOCUMENT.name: (f"{where.case}/{where.record}",)}


def add_paper(
    screen: VaultScreen, where: Whereabouts, others: Sequence[PaperShown], then: Callable[[str | None], None]
) -> None:
    """Open the form of a new paper of a case over a screen; it asks for a section where this member may write in one.

    Args:
        screen: of the case.
        where: the case.
        others: the papers of it.
        then: gets what the form ends with.
    """

    def show(sections: tuple[SectionLine, ...], language: str) -> None:
        screen.app.push_screen(PaperForm(where, others, language=language, sections=sections), then)

    screen.ask(
        lambda vault: (vault.sections.to_write(where.case), vault.read(proposed_language, case_id(where.home))),
        lambda found: show(*found),
    )
