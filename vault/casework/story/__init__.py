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

STORY: Mapping[str, type[FormedRecord]] = {
    kind.KIND: kind
    for kind in (
        *(Wanted, Detention, Hearing, Incident, Event, Task, Deadline),
        *(RiskReason, SafetyPlan, CheckIn, ChecklistStep),
        *(Relation, Link, Filled, SubjectRequest),
    )
}
