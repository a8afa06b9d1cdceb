"""Who can open a case; and its restricted sections, with who opens those."""

from __future__ import annotations

from collections.abc import Iterable

from tui.gateway.case_story import papers_shown
from tui.gateway.unlocked_vault import Subject, case_id
from tui.values import shaping
from tui.values.access_shown import AccessShown, HolderLine, SectionLine, SectionShown
from vault.access.session import Session
from vault.casework.person import never_use_of
from vault.ids import CompartmentId, MemberId
from vault.policy.roles import Action
from vault.services.cases import case_people, cases, sections
from vault.services.grants import sharing, timed_grants
from vault.services.grants.timed_grants import last_day
from vault.services.projection import authors
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.expired_rights import Term

# Who holds a case or a section, as lines for the screens.


def holder_lines(session: Session, members: Iterable[MemberId], terms: Iterable[Term] = ()) -> tuple[HolderLine, ...]:
    """Return the members with the dates and reasons that were written down: oneself first, then by name."""
    names = names_of_members(session)
    written = {term.member: term for term in terms}
    lines = []
    for member in members:
        term = written.get(member)
        lines.append(
            HolderLine(
                member=member.hex(),
                name=name_in(names, member),
                until="" if term is None or term.until_ms is None else last_day(term.until_ms),
                why="" if term is None else term.why.value,
                given_by="" if term is None else name_in(names, term.given_by),
                is_you=member == session.member,
            )
        )
    return tuple(sorted(lines, key=lambda line: (not line.is_you, line.name.casefold(), line.member)))


# Who can open a case.


class Sharing(Subject):
    """Who can open a case."""

    def who(self, case: str) -> AccessShown:
        """Return who can open a case."""
        session, compartment = self._session, case_id(case)
        held_by = sharing.holders_of(session, compartment)
        return AccessShown(
            holders=holder_lines(session, held_by.members, timed_grants.terms_of(session, compartment)),
            sheets=cases.sheets_said(session.dates, held_by),
            only_you=cases.only_you(session, compartment) or "",
            may_share=bool(self._may(Action.CASE_SHARE)),
        )


# Restricted sections of a case: where somebody is, how they are, who told us.
class Sections(Subject):
    """Opens sections that this member holds; of others nobody learns here."""

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
