"""Restricted sections of a case: where somebody is, how they are, who told us."""

from __future__ import annotations

from typing import ClassVar

from tui.gateway.holders import STOPPED_AFTER_KEY, WITH_NEXT_BUNDLE, holder_lines
from tui.gateway.members import member_id
from tui.gateway.story import papers_shown
from tui.gateway.subject import Subject, case_id, telling
from tui.values import shaping
from tui.values.values_access import HolderLine, SectionLine, SectionShown
from tui.values.values_exchange import ResultText
from vault.casework.case import SectionKind
from vault.casework.person import never_use_of
from vault.ids import CompartmentId, RecordId
from vault.policy.roles import Action
from vault.progress import CancelledError, Progress, Stopped
from vault.services.approvals import moving
from vault.services.cases import case_people, cases, sections
from vault.services.cases.editing import Place
from vault.services.grants import sharing
from vault.services.members import admissions
from vault.services.projection import authors
from vault.words.message import Message


class Sections(Subject):
    """Opens sections that this member holds; of others nobody learns here."""

    kinds: ClassVar[tuple[str, ...]] = tuple(kind.value for kind in SectionKind)

    def list_of(self, case: str) -> tuple[SectionLine, ...]:
        """Return the sections of a case that this member holds."""
        return tuple(
            SectionLine(
                section.section.hex(), section.what.value, section.title, len(section.holders), section.with_recovery
            )
            for section in sections.list_of(self._session, case_id(case))
        )

    def to_write(self, case: str) -> tuple[SectionLine, ...]:
        """Return the sections of a case that this member may write in."""
        return self.list_of(case) if self._may(Action.CASE_WRITE) else ()

    def create(self, case: str, what: str, title: str, members: tuple[str, ...]) -> str:
        """Make a section, open to this member and others who hold the case; return its id."""
        others = [member_id(member) for member in members]
        return sections.create(self._session, case_id(case), what=what, title=title, members=others).hex()

    def ask_move(self, case: str, record: str, kind: str, section: str) -> tuple[str, ...]:
        """Return who could read a note, a person or a paper of the case and cannot read the section, by name."""
        return self._moving(case, record, kind, section).taken_from

    def move(self, case: str, record: str, kind: str, section: str) -> str:
        """Move it into the section: it is erased in the case, which gets a new key; return its id there."""
        moved = moving.move(self._session, self._moving(case, record, kind, section))
        return moved.records[0].hex()

    def _moving(self, case: str, record: str, kind: str, section: str) -> moving.Moving:
        place = Place(case_id(case), RecordId(bytes.fromhex(record)), kind)
        return moving.ask(self._session, place, case_id(section))

    def open(self, section: str, why: str) -> SectionShown:
        """Open a section under a view that is in the log."""
        session = self._session
        view = sections.open_section(session, case_id(section), why=why)
        by = authors.written_by(session, view.notes)
        never_use = (
            *case_people.never_use_in(session, CompartmentId(view.head.value.case)),
            *never_use_of(person.value for person in view.persons),
        )
        held_by = sharing.holders_of(session, view.section)
        head = view.head.value
        return SectionShown(
            what=head.what.value,
            title=head.title,
            holders=holder_lines(session, held_by.members),
            sheets=cases.sheets_said(session.dates, held_by),
            persons=tuple(
                shaping.person_shown(person.record, person.value, person.heads, never_use) for person in view.persons
            ),
            notes=tuple(
                shaping.note_shown(note.record, note.value, note.written_ms, note.heads, by.get(note.record, ""))
                for note in view.notes
            ),
            papers=papers_shown(session, view.papers, view.section),
            may_share=bool(self._may(Action.CASE_SHARE)),
        )

    def others(self, case: str, section: str = "") -> tuple[HolderLine, ...]:
        """Return who holds the case and could be given a section: all but oneself and those who hold it already."""
        session = self._session
        held = sharing.holders_of(session, case_id(section)).members if section else frozenset({session.member})
        return holder_lines(session, sharing.holders_of(session, case_id(case)).members - held - {session.member})

    def give(self, section: str, member: str) -> ResultText:
        """Give a section to a member who holds its case."""
        sections.give(self._session, case_id(section), [member_id(member)])
        said = admissions.said_of_devices(self._session, member_id(member))
        return ResultText((Message("The section is open to them."), WITH_NEXT_BUNDLE, *said))

    def take_back(self, section: str, member: str, progress: Progress, stopped: Stopped) -> ResultText:
        """Take a section from a member: a new key, and all versions under it."""
        tell = telling(progress, stopped)
        try:
            sharing.revoke(self._session, case_id(section), [member_id(member)], progress=tell)
        except CancelledError:
            return ResultText((STOPPED_AFTER_KEY, sharing.WHAT_MAY_BE_KEPT), pending=True)
        return ResultText((Message("The section has a new key."), sharing.WHAT_MAY_BE_KEPT))
