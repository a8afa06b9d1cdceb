"""Who can open a case, shown, given and taken back; and its restricted sections, with who opens those."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from tui.gateway.case_story import papers_shown
from tui.gateway.organisation import member_id
from tui.gateway.unlocked_vault import Subject, case_id
from tui.values import shaping
from tui.values.access_shown import AccessShown, HolderLine, SectionLine, SectionShown
from tui.values.exchange_shown import PeerShown, ResultText
from vault.access.session import Session
from vault.casework.case import GrantReason, SectionKind
from vault.casework.person import never_use_of
from vault.ids import CompartmentId, MemberId, RecordId
from vault.policy.roles import ALLOWED, Action
from vault.services.approvals import moving
from vault.services.cases import case_people, cases, sections
from vault.services.cases.editing import Place
from vault.services.grants import sharing, timed_grants
from vault.services.grants.timed_grants import last_day
from vault.services.members import admissions, members
from vault.services.projection import authors
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.expired_rights import Term
from vault.words.message import Message

# Who holds a case or a section, as lines for the screens.

WITH_NEXT_BUNDLE: Final = Message("It reaches another device with your next bundle for them.")


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


# Who can open a case: shown, given until a day, taken back, and its keys.
REASONS = (
    GrantReason.COLLEAGUE,
    GrantReason.DEPUTY,
    GrantReason.SUPERVISION,
    GrantReason.LEGAL_REFERRAL,
    GrantReason.FIELD,
    GrantReason.HANDOVER,
)


class Sharing(Subject):
    """Gives cases and takes them back. Each is done by a key, none by a flag."""

    reasons: tuple[str, ...] = tuple(reason.value for reason in REASONS)

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

    def candidates(self, case: str) -> tuple[PeerShown, ...]:
        """Return the members with a device and a role that opens cases who do not hold this one."""
        holders = sharing.holders_of(self._session, case_id(case)).members
        return tuple(
            PeerShown(member.member.hex(), member.name, tuple(sorted(role.value for role in member.roles)))
            for member in members.list_all(self._session)
            if member.seats and member.member not in holders and member.roles & ALLOWED[Action.CASE_READ]
        )

    def give(self, case: str, member: str, *, until: str, why: str) -> ResultText:
        """Give a case to a member, until the end of a day, or without an end for an empty one."""
        until_ms = timed_grants.end_of_day(until) if until else None
        timed_grants.give(self._session, case_id(case), [member_id(member)], until_ms=until_ms, why=why)
        done = Message("The case is open to them.")
        if until_ms is not None:
            last_day = timed_grants.last_day(until_ms)
            done = Message(
                "The case is open to them until {day}; what is written later is under another key.", day=last_day
            )
        return ResultText((done, WITH_NEXT_BUNDLE, *admissions.said_of_devices(self._session, member_id(member))))

    def take_back(self, case: str, member: str) -> ResultText:
        """Take a case from a member."""
        sharing.revoke(self._session, case_id(case), [member_id(member)])
        return ResultText((Message("The case is taken from them."), sharing.WHAT_MAY_BE_KEPT))


# Restricted sections of a case: where somebody is, how they are, who told us.
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
        """Move it into the section: it is erased in the case; return its id there."""
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

    def take_back(self, section: str, member: str) -> ResultText:
        """Take a section from a member."""
        sharing.revoke(self._session, case_id(section), [member_id(member)])
        return ResultText((Message("The section is taken from them."), sharing.WHAT_MAY_BE_KEPT))
