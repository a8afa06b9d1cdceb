"""Cases and the people in them."""

from __future__ import annotations

from typing import ClassVar

from tui.gateway.story import both_lines, papers_shown, record_shown
from tui.gateway.subject import Subject, case_id
from tui.values import shaping
from tui.values.values import CaseShown
from tui.values.values_records import StageShown
from vault.casework.case import Case
from vault.casework.person import never_use_of
from vault.casework.vocabulary import PersonRole
from vault.display import DAY, time_text
from vault.services.cases import cases, two_versions
from vault.services.cases.editing import Place, history
from vault.services.projection import authors
from vault.services.safety import incidents
from vault.words.message import Message, Words


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
            title=head.title,
            kind=head.kind.value,
            stage=head.stage,
            risk=head.risk.value,
            opened=head.opened,
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
            owner="" if head.owner is None else head.owner.hex(),
            deputy="" if head.deputy is None else head.deputy.hex(),
            alone=alone or "",
            no_recovery=head.no_recovery_reason or "",
            namesakes=view.namesakes or "",
            silence=view.silence or "" if view.last_contact not in {None, today} else "",
            closed=head.closed or "",
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
