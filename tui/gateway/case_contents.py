"""What a case holds: what it says of itself, its people and its papers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from tui.gateway.case_story import both_lines, papers_shown, record_shown
from tui.gateway.unlocked_vault import Subject, case_id, record_id
from tui.values import shaping
from tui.values.cases_shown import CaseShown, StageShown
from tui.values.code_words import word_of
from tui.values.story_shown import PersonPage, Whereabouts
from vault.casework.case import Case
from vault.casework.person import Person, never_use_of
from vault.casework.story.person_facts import Relation
from vault.casework.vocabulary import PersonRole
from vault.display import DAY, time_text
from vault.errors import NotFoundError
from vault.ids import CompartmentId, RecordId
from vault.policy.roles import Action
from vault.services.cases import case_people, cases, editing, same_people, sections, two_versions
from vault.services.cases.editing import Place, history
from vault.services.exports import ledger
from vault.services.projection import authors
from vault.services.projection.stored_records import Stored
from vault.services.safety import incidents
from vault.words.message import Message, Words

# Cases and the people in them.


class Casework(Subject):
    """Opens cases."""

    reasons: ClassVar[tuple[str, ...]] = cases.REASONS

    def open(self, case: str, why: str) -> CaseShown:
        """Open a case under a view that is in the log; again in the same session and for the same reason: no entry."""
        view = cases.open_case(self._session, case_id(case), why=why)
        head = view.head.value
        by = authors.written_by(self._session, (*view.notes, *view.story))
        names = {person.record: person.value.display_name() for person in view.persons}
        today, now = cases.today(self._session), incidents.now_here(self._session)
        alone, never_use = view.only_you, never_use_of(person.value for person in view.persons)
        if alone and head.alone_reason:
            alone = Message("{alone} ({why})", alone=alone, why=head.alone_reason)
        return CaseShown(
            case=case,
            ref=head.ref,
            head=head,
            heads=view.head.heads,
            safe_contacts=shaping.safe_contacts(person.value for person in view.persons),
            persons=tuple(
                shaping.person_shown(person.record, person.value, person.heads, never_use)
                # The client stands first, whoever of them was corrected last.
                for person in sorted(view.persons, key=lambda person: person.value.role is not PersonRole.CLIENT)
            ),
            notes=tuple(
                shaping.note_shown(note.record, note.value, note.written_ms, note.heads, by.get(note.record, ""))
                for note in view.notes
            ),
            drafts=tuple(draft for draft in self._unlocked.shelf.list() if draft.case == case),
            alone=alone or "",
            namesakes=view.namesakes or "",
            silence=view.silence or "" if view.last_contact not in {None, today} else "",
            never_use=never_use,
            story=tuple(record_shown(record, by.get(record.record, ""), names, now) for record in view.story),
            papers=papers_shown(self._session, view.papers, view.case),
            stages=self._stages(view, why),
            today=today,
            both=self._both(view, why),
        )

    def _both(self, view: cases.CaseView, why: str) -> dict[str, tuple[Words, ...]]:
        """Return what each version of a record says that has two; of the case itself under no id."""
        found = two_versions.in_view(self._session, view, why=why)
        own = view.head.record
        return {"" if each.place.record == own else each.place.record.hex(): both_lines(each) for each in found}

    def _stages(self, view: cases.CaseView, why: str) -> tuple[StageShown, ...]:
        """Return what the versions of a case say of its stage, oldest first; each counts once."""
        stages: list[StageShown] = []
        for version in history(self._session, Place(view.case, view.head.record, Case.KIND), why=why):
            said = version.value
            if said is None:
                continue
            since = said.stage_since or (time_text(version.written_ms, DAY) if stages else said.opened)
            if not stages or stages[-1].stage != said.stage:
                stages.append(StageShown(said.stage, since))
            elif said.stage_since:  # the day was put right
                stages[-1] = StageShown(said.stage, since)
        return tuple(stages)


# People of a case or of a restricted section: all that is known of one, and who is the same in another case.
@dataclass(frozen=True, slots=True)
class _Opened:
    person: Stored[Person]
    beside: tuple[Stored[Person], ...]
    never_use: tuple[str, ...] = field(repr=False)
    kin: tuple[tuple[str, Words], ...] = field(default=(), repr=False)


class People(Subject):
    """Opens people."""

    def page(self, where: Whereabouts, why: str) -> PersonPage:
        """Return all that is known of a person; opening them opens their case or section, in the log before."""
        session, place = self._session, place_of(where)
        opened = self._in_section(where, why) if where.section else self._in_case(where, why)
        person = opened.person.value
        versions = [] if where.section else editing.history(session, place, why=why)
        holders = [] if where.section else ledger.given_out(session, place.case, why=why)
        standing = same_people.cases_of(session, place)
        kin_names = {name for name, _ in opened.kin}
        return PersonPage(
            shown=shaping.person_shown(opened.person.record, person, opened.person.heads, opened.never_use),
            person=person,
            kin=opened.kin,
            others=tuple(
                (other.value.display_name(), word_of(other.value.role))
                for other in opened.beside
                if other.record != opened.person.record and other.value.display_name() not in kin_names
            ),
            given=holders,
            cases=tuple(dict.fromkeys((row.ref, row.title, bool(row.closed)) for row in standing)),
            written=tuple((version.written_ms, version.by) for version in reversed(versions)),
            never_use=opened.never_use,
            both=self._both(place, why) if opened.person.heads > 1 and not where.section else (),
        )

    def _both(self, place: Place, why: str) -> tuple[Words, ...]:
        return both_lines(two_versions.both(self._session, place, why=why))

    def alike(self, where: Whereabouts) -> Sequence[same_people.Alike]:
        """Return who may be the same person; nobody where this member may not search."""
        place = place_of(where)
        if not self._session.allows(Action.CASE_SEARCH).allowed:
            return ()
        return same_people.alike(self._session, place, self._person(where))

    def _person(self, where: Whereabouts) -> Person:
        opened = self._in_section(where, "casework") if where.section else None
        return case_people.show(self._session, place_of(where)).value if opened is None else opened.person.value

    def _in_case(self, where: Whereabouts, why: str) -> _Opened:
        view = cases.open_case(self._session, case_id(where.case), why=why)
        names = {person.record: person.value.display_name() for person in view.persons}
        record = record_id(where.record)
        kin = [
            _kin(stored.value, record, names)
            for stored in view.story
            if isinstance(stored.value, Relation) and record in {stored.value.from_person, stored.value.to_person}
        ]
        never_use = never_use_of(person.value for person in view.persons)
        return _Opened(_the(record, view.persons), view.persons, never_use, tuple(kin))

    def _in_section(self, where: Whereabouts, why: str) -> _Opened:
        view = sections.open_section(self._session, case_id(where.section), why=why)
        never_use = (
            *case_people.never_use_in(self._session, CompartmentId(view.head.value.case)),
            *never_use_of(person.value for person in view.persons),
        )
        return _Opened(_the(record_id(where.record), view.persons), view.persons, tuple(dict.fromkeys(never_use)))


def place_of(where: Whereabouts) -> Place:
    """Return where a person stands, for the services."""
    return Place(case_id(where.section or where.case), record_id(where.record), Person.KIND)


def _the(record: RecordId, persons: tuple[Stored[Person], ...]) -> Stored[Person]:
    found = next((person for person in persons if person.record == record), None)
    if found is None:
        raise NotFoundError(Message("there is no such record among yours"))
    return found


def _kin(relation: Relation, record: RecordId, names: dict[RecordId, str]) -> tuple[str, Words]:
    """Return who stands to a person how, seen from that person where the word says it for one side alone."""
    if relation.to_person == record:
        return names.get(RecordId(relation.from_person), ""), word_of(relation.relation)
    other = names.get(RecordId(relation.to_person), "")
    return other, Message("this person is their {relation}", relation=word_of(relation.relation))
