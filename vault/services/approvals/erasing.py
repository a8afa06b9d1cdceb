"""Erase for good: rows, keys and traces go, the tombstone stays. Above one case or ten records a second person agrees.

The log lists which versions were erased, by whom, and never what they said (FORMAT.md 5). It stays whole without them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from vault.access.session import Session
from vault.errors import RefusedError, TryAgainError, UsageError
from vault.ids import CompartmentId, CompartmentKind, VersionId
from vault.log.approval import Approval
from vault.log.payload import OBJECTS_LIMIT
from vault.policy.roles import Action
from vault.records.work import Entry
from vault.services.approvals import by_file
from vault.services.approvals.question import ApprovalQuestion
from vault.services.approvals.second_person import (
    ALONE,
    APART_MS,
    HERE_MS,
    TWO_PERSON,
    Second,
    chosen_approvers,
    required_approval,
)
from vault.services.cases.case_changes import change
from vault.services.cases.holds import require_none
from vault.services.erasures.mentions import checked_title
from vault.services.erasures.reach import Plan
from vault.services.erasures.removing import Removed, begin, finish
from vault.services.grants import sharing
from vault.services.projection.approval_checks import ERASE, MOST_CASES_ALONE, MOST_RECORDS_ALONE
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.projection import audit_of
from vault.store.files import require_new
from vault.store.rowtypes import PlacedVersion
from vault.words.message import Message

REASONS = ("subject-request", "retention", "mistake", "court-order")
MOVED = "moved"
"""Why what stands in a restricted section from here on is erased in its case."""
_ITEMS_IN_ONE_ENTRY = 800
_NO_TITLES: Final[Mapping[CompartmentId, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Erased:
    """What went beside what was erased. `rule` is `alone` or `two-person`, or empty where one person may."""

    rule: str
    removed: Removed


def needs_second(plan: Plan) -> bool:
    """Say whether so much goes that a second person has to agree."""
    return len(plan.cases) > MOST_CASES_ALONE or plan.records > MOST_RECORDS_ALONE


def erase(
    session: Session,
    plan: Plan,
    *,
    why: str,
    second: Second | None = None,
    titles: Mapping[CompartmentId, str] = _NO_TITLES,
) -> Erased:
    """Erase what `what_goes` returned. When this returns, its bytes are in no file of this folder.

    `second` puts the question before a second person. `titles` are new titles of cases that stay, which they have
    before anything is erased (`titles_naming`). Out of a case that goes whole everybody is put who stands
    below: what they write into it from here on counts for nobody.

    Raises:
        WaitingForDecisionError: a second person has to approve, and none was asked.
        RefusedError: this member may not erase there, or a case is on legal hold.
        UsageError: no such reason, there is nothing to erase, or a new title names them too.
        VerificationError: the log is in doubt, or something of these cases is not here.
        TryAgainError: no room. Nothing was erased, or it says that the records are, and what is left goes at an unlock.
    """
    rule = _ready(session, plan, why)
    for case, title in titles.items():
        session.require(Action.CASE_WRITE, case)
        checked_title(plan, title)
    audits = tuple(audit_of(session, case) for case in plan.cases)
    approval, by = None, ""
    entry = Entry(
        act=ERASE,
        why=why,
        obj=next(iter(audits), None),
        objs=audits[1 : 1 + OBJECTS_LIMIT],
        covers=plan.kinds,
        pol=rule,
    )
    if needs_second(plan):
        question = _question(session, plan, why, entry.obj, valid_ms=HERE_MS)
        approval = required_approval(session, question, second)
        by = ALONE if approval is None else TWO_PERSON
        entry = replace(entry, dig=question.digest, out="ok:alone" if approval is None else "ok")
    for case, title in titles.items():
        change(session, case, title=title)
    begin(session, plan.versions)
    with session.index().in_doubt():
        _commit(session, plan, entry, approval)
        removed = _finished(session)
    return Erased(by, removed)


def ask(session: Session, plan: Plan, *, why: str, out: Path, approver: str | None = None) -> tuple[str, ...]:
    """Write the question to a second person who is somewhere else into a new file; nothing is erased.

    It is answered by who can open all of it, within 7 days, and while what goes does not change. `approver` is the name
    of the member who shall approve; without one, every member who may. Return the names of those for whom it opens.

    Raises:
        UsageError: one person may erase it, and as `erase`.
        RefusedError: nobody else could approve; there is something at `out`; and as `erase`.
        VerificationError, NotFoundError, TryAgainError: as they say.
    """
    _ready(session, plan, why)
    if not needs_second(plan):
        raise UsageError(Message("one person may erase this: nobody has to approve it"))
    chosen = chosen_approvers(session, approver)
    require_new(out)
    subject = next((audit_of(session, case) for case in plan.cases), None)
    by_file.ask(session, _question(session, plan, why, subject, valid_ms=APART_MS), chosen, out)
    return tuple(each.name for each in chosen)


def _ready(session: Session, plan: Plan, why: str) -> str:
    rule = _require(session, plan)
    if why not in {*REASONS, MOVED}:
        raise UsageError(Message("the reason must be one of: {names}", names=", ".join(REASONS)))
    if not plan.versions:
        raise UsageError(Message("there is nothing to erase"))
    session.require_sound_log(*plan.homes)
    require_none(session, plan.cases)
    return rule


def _require(session: Session, plan: Plan) -> str:
    rule = ""
    for home in plan.homes:
        state = session.state_of(home)
        kind = CompartmentKind.CASE if state is None else state.kind
        if kind is CompartmentKind.INTAKE:
            rule = session.require(Action.INTAKE_WRITE)
        elif kind is CompartmentKind.REGISTER:
            session.require(Action.REGISTER_WRITE)
        elif kind in {CompartmentKind.CASE, CompartmentKind.SECTION}:
            rule = session.require(Action.CASE_ERASE, home)
        else:
            raise RefusedError(Message("nothing is erased there"))
    return rule


def _question(session: Session, plan: Plan, why: str, subject: bytes | None, *, valid_ms: int) -> ApprovalQuestion:
    names = names_of_members(session)
    said = Message(
        "{name} erases {records} records of {cases}: {kinds}",
        name=name_in(names, session.member),
        records=plan.records,
        cases=", ".join(map(str, plan.cases.values())),
        kinds=", ".join(f"{count} {kind}" for kind, count in plan.kinds.items()),
    )
    return ApprovalQuestion(
        act=ERASE,
        of={"versions": sorted({version.id for version in plan.shown}), "why": why},
        about=(str(said),),
        reasons=REASONS,
        expires_ms=session.log.now_ms() + valid_ms,
        subject=subject,
    )


def _commit(session: Session, plan: Plan, entry: Entry, approval: Approval | None) -> None:
    """List all versions as erased, in as many entries as that takes; the last puts others out of what goes whole."""
    _commit_quarantined(session, plan, entry)
    goes: list[PlacedVersion | tuple[CompartmentId, bytes]] = [*plan.contents]
    goes += {version.id: version for version in plan.shown}.values()
    parts = [goes[at : at + _ITEMS_IN_ONE_ENTRY] for at in range(0, len(goes), _ITEMS_IN_ONE_ENTRY)]
    first: int | None = None
    for at, part in enumerate(parts, 1):
        with session.work(*plan.homes) if first is None else session.work() as work:
            for each in part:
                if isinstance(each, PlacedVersion):
                    work.erase_placed(each)
                else:
                    work.erase(each[0], VersionId(each[1]))
            if at == len(parts):
                for made in (made for home in plan.whole for made in sharing.putting_out_others(session, home)):
                    work.list_act(made)
            if first is None:
                if approval is not None:
                    work.list_approval(approval.encode())
                    entry = replace(entry, deleg=approval.approver)
                first = work.commit(entry).seq
            else:
                work.commit(replace(entry, objs=(), covers={}, cause=first, dig=None, deleg=None))


def _commit_quarantined(session: Session, plan: Plan, entry: Entry) -> None:
    """List what is valid for nobody first, by itself, in entries that take no second person.

    What a revoked member goes on writing would else change what was approved, each time it arrives.
    """
    by_record: dict[tuple[bytes, bytes], dict[bytes, PlacedVersion]] = {}
    for version in plan.versions:
        if version.id in plan.quarantined:
            by_record.setdefault((version.compartment, version.record), {})[version.id] = version
    records = list(by_record.values())
    for first in range(0, len(records), MOST_RECORDS_ALONE):
        versions = [version for record in records[first : first + MOST_RECORDS_ALONE] for version in record.values()]
        for at in range(0, len(versions), _ITEMS_IN_ONE_ENTRY):
            with session.work(*plan.homes) as work:
                for version in versions[at : at + _ITEMS_IN_ONE_ENTRY]:
                    work.erase_placed(version)
                work.commit(Entry(act=ERASE, why=entry.why, obj=entry.obj, pol=entry.pol))


def _finished(session: Session) -> Removed:
    try:
        return finish(session)
    except TryAgainError:
        raise TryAgainError(
            Message(
                "the records are erased, but the index, unfinished texts or files could not be cleared of them now"
            ),
            next_step=Message("Free some space and unlock again: the clearing then goes on by itself."),
        ) from None
