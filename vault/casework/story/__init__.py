"""What happens to the people of a case, each kind a record with its form.

A new kind is a class in one of these files, its name in `STORY`, and its fields in FORMAT.md 4.
"""

from __future__ import annotations

from collections.abc import Mapping

from vault.casework.form import FormedRecord
from vault.casework.questionnaires import Filled
from vault.casework.story.consent import Consent
from vault.casework.story.events import Deadline, Detention, Event, Hearing, Task
from vault.casework.story.incident import ChecklistStep, Incident
from vault.casework.story.person_facts import Link, Relation, SubjectRequest, Wanted
from vault.casework.story.protection import CheckIn, RiskReason, SafetyPlan
from vault.casework.story.referrals import Referral
from vault.words.message import Message, Words, joined

STORY: Mapping[str, type[FormedRecord]] = {
    kind.KIND: kind
    for kind in (
        *(Wanted, Detention, Hearing, Incident, Event, Task, Deadline),
        *(RiskReason, SafetyPlan, CheckIn, ChecklistStep),
        *(Relation, Link, Filled, SubjectRequest, Consent, Referral),
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
