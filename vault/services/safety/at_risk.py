"""An extradition was refused: keep what was agreed, where they are apart from all else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from vault.access.session import Session
from vault.casework.case import SectionKind
from vault.casework.story.protection import AT_RISK_SEALED, records_of, where_of
from vault.ids import CompartmentId
from vault.policy.roles import Action
from vault.records.work import Entry
from vault.services.cases import sections
from vault.services.cases.cases import today
from vault.services.projection.projection import audit_of


def protect(session: Session, case: CompartmentId, typed: Mapping[str, str]) -> int:
    """Keep what was typed into the form (`casework.story.at_risk`); return how many records came of it.

    Where they are becomes a note in a restricted section about a location that nobody else opens but recovery: the
    first there is, or a new one. What is empty is not written.

    Raises:
        UsageError: something typed cannot be kept; then nothing is written.
    """
    rule = session.require(Action.CASE_WRITE, case)
    where, records = where_of(typed), records_of(typed, today(session))
    if where is not None:
        own = (line for line in sections.list_of(session, case) if line.holders <= {session.member})
        section = next((line.section for line in own if line.what is SectionKind.LOCATION), None)
        if section is None:
            section = sections.create(session, case, what=SectionKind.LOCATION, title=str(AT_RISK_SEALED))
        sections.add_note(session, section, where)
    if records:
        with session.work(case) as work:
            for record in records:
                work.keep(case, record)
            covers = Counter(record.KIND for record in records)
            work.commit(Entry(act="case.edit", obj=audit_of(session, case), covers=covers, pol=rule))
    return len(records) + (where is not None)
