"""What happens to the people of a case, each kind a record with its form.

A new kind is one file here, its name in `STORY`, and its fields in FORMAT.md 4.
"""

from __future__ import annotations

from collections.abc import Mapping

from vault.casework.form import FormedRecord
from vault.casework.own_forms.filled import Filled
from vault.casework.story.check_in import CheckIn
from vault.casework.story.deadline import Deadline
from vault.casework.story.detention import Detention
from vault.casework.story.event import Event
from vault.casework.story.hearing import Hearing
from vault.casework.story.incident import Incident
from vault.casework.story.link import Link
from vault.casework.story.relation import Relation
from vault.casework.story.risk import RiskReason
from vault.casework.story.safety_plan import SafetyPlan
from vault.casework.story.step import ChecklistStep
from vault.casework.story.subject_request import SubjectRequest
from vault.casework.story.task import Task
from vault.casework.story.wanted import Wanted
from vault.words.message import Message, Words, joined

STORY: Mapping[str, type[FormedRecord]] = {
    kind.KIND: kind
    for kind in (
        *(Wanted, Detention, Hearing, Incident, Event, Task, Deadline),
        *(RiskReason, SafetyPlan, CheckIn, ChecklistStep),
        *(Relation, Link, Filled, SubjectRequest),
    )
}


def headline_said(kind: str, headline: str) -> Words:
    """Return the headline of a record of this kind as people read it: codes in words, a step by its sentence."""
    form, said, rest = STORY[kind].FORM if kind in STORY else None, list[Words](), headline
    fields = {} if form is None else {field.name: field for field in form.fields}
    for name in () if form is None else form.headline:
        code, _, after = rest.partition(", ")
        words = fields[name].words
        if words is None or code not in set(words):
            break
        said.append(fields[name].said(code))
        rest = after
    if kind == ChecklistStep.KIND and said and rest:
        return Message("{step} ({by})", step=said[0], by=rest)
    return joined([*said, *([rest] if rest else [])], ", ") or ""
