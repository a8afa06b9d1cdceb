"""Change what a case says of itself, close it and open it again: one case, or many in one go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from vault.access.session import Session
from vault.casework.case import Case, ExtraditionStage, checked_stage
from vault.casework.checks import checked_line
from vault.casework.dates import checked_day
from vault.casework.story.protection import CheckIn, missed_for
from vault.casework.vocabulary import Risk, word_of
from vault.display import here
from vault.errors import RefusedError, UsageError, WaitingForDecisionError
from vault.ids import CompartmentId, MemberId
from vault.index.case_pages import CaseRow, closed_cases, row_of
from vault.index.dated import due_kinds, due_of
from vault.index.document_rows import NO_DATE
from vault.policy.roles import Action
from vault.progress import Progress
from vault.records.work import Entry
from vault.services.cases.cases import MOST_LISTED, today
from vault.services.cases.editing import Edited, edit, own_record
from vault.services.grants.sharing import holders_of
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.projection import up_to_date_index
from vault.words.message import Message, enumerated, filled, plural

# Change what a case says of itself: its title, stage, risk and owner; close it and open it again.

_GRAVE = (Risk.HIGH, Risk.IMMEDIATE)
_BY_DANGER = tuple(Risk)


ONLY_WITH_REASON: Final = Message(
    "this case is at refused at risk, the most dangerous time: its risk is lowered only with a reason"
)


class LowerRiskError(WaitingForDecisionError):
    """Nothing was changed: an extradition was refused, and nobody said why the danger is less."""

    usual_step = Message("Say why with {option}, if the danger is really less.", option="--reason")

    def __init__(self) -> None:
        super().__init__(ONLY_WITH_REASON)


class StillAtRiskError(WaitingForDecisionError):
    """The case is open still: `stops` says what stops it from being closed."""

    usual_step = Message(
        "Look at each. If it shall be closed all the same, repeat it with {option}.", option="--anyway"
    )

    def __init__(self, stops: Sequence[Message]) -> None:
        super().__init__(Message("this case is not closed: {stops}", stops=enumerated(stops)))
        self.stops = stops


def change(
    session: Session,
    case: CompartmentId,
    *,
    title: str | None = None,
    risk: str | None = None,
    owner: MemberId | None = None,
    stage: str | None = None,
    on: str | None = None,
    reason: str | None = None,
) -> Edited:
    """Change the title, the risk, the owner or the stage of a case, as one act; what is not named stays.

    `on` is the day since when it is in the stage (without one, in the stage that it has): today, where none is given.
    `reason` is why the danger is less. An extradition that was refused is the most dangerous time: its risk becomes
    high, if it was lower.

    Raises:
        LowerRiskError: the risk of a case at refused at risk goes down, and there is no reason.
        UsageError: nothing to change, an unknown word or day, or an owner who does not hold the case.
    """
    session.require(Action.CASE_WRITE, case)
    if title is None and risk is None and owner is None and stage is None and on is None:
        raise UsageError(Message("there is nothing to change"), next_step=Message("Give a title, a risk or an owner."))
    if owner is not None and owner not in holders_of(session, case).members:
        name = name_in(names_of_members(session), owner)
        raise UsageError(Message("the owner of a case must hold it: grant it to {name} first", name=name))
    new_risk = None if risk is None else word_of(Risk, risk, "risk")
    since = None if on is None else checked_day(on, "day of the stage")
    if stage is not None and on is None:
        since = today(session)

    def changed(head: Case) -> Case:
        new = replace(
            head,
            title=head.title if title is None else title,
            risk=head.risk if new_risk is None else new_risk,
            owner=head.owner if owner is None else owner,
        )
        new = new if since is None else _in_stage(new, stage or head.stage, since)
        return _with_reason(new, reason, before=head.risk)

    return _edit(session, case, changed, is_urgent=risk is not None or since is not None)


def _in_stage(head: Case, stage: str, since: str) -> Case:
    found = checked_stage(head.kind, stage)
    is_grave = found is ExtraditionStage.REFUSED_AT_RISK and head.risk not in _GRAVE
    return replace(head, stage=found, stage_since=since, risk=Risk.HIGH if is_grave else head.risk)


def _with_reason(head: Case, reason: str | None, *, before: Risk) -> Case:
    """Return a head with the reason for its risk, if it needs one: a lower one at refused at risk."""
    if not _needs_reason(head.stage, before, head.risk):
        return head if head.risk is before else replace(head, risk_reason=None)
    if not reason:
        raise LowerRiskError
    return replace(head, risk_reason=reason)


def _needs_reason(stage: str, before: Risk, after: Risk) -> bool:
    return stage == ExtraditionStage.REFUSED_AT_RISK and _BY_DANGER.index(after) < _BY_DANGER.index(before)


def needs_reason(session: Session, case: CompartmentId, *, risk: str | None, stage: str | None) -> bool:
    """Say whether these changes of a case have to be given a reason (`LowerRiskError`).

    Raises:
        UsageError: no such risk.
    """
    session.require(Action.CASE_LIST)
    row = row_of(up_to_date_index(session), case)
    if row is None or risk is None:
        return False
    return _needs_reason(row.status if stage is None else stage, Risk(row.risk), word_of(Risk, risk, "risk"))


@dataclass(frozen=True, slots=True)
class Closed:
    """What came of closing a case; `still_due` is how many dates and tasks in it are shown nowhere as due any more."""

    edited: Edited
    still_due: int


def what_stops(session: Session, case: CompartmentId) -> tuple[Message, ...]:
    """Return what stops an open case from being closed: it is at refused at risk, and each check-in that runs."""
    session.require(Action.CASE_LIST)
    row = row_of(up_to_date_index(session), case)
    stops = [_AT_RISK] if row is not None and row.status == ExtraditionStage.REFUSED_AT_RISK else []
    return (*stops, *check_ins_said(session, case))


def check_ins_said(session: Session, case: CompartmentId) -> tuple[Message, ...]:
    """Return of each check-in of a case that runs when it is due, and of each that is missed since when."""
    session.require(Action.CASE_LIST)
    index, now = up_to_date_index(session), here(session.log.now_ms())
    said = []
    for due in due_of(index, case, NO_DATE, limit=MOST_LISTED):
        if due.kind == CheckIn.KIND:
            when = "" if due.when == NO_DATE else due.when.replace("T", " ")
            missed = missed_for(due.kind, due.when, now) is not None
            said.append(filled(_MISSED if missed else _RUNS, when=when))
    return tuple(said)


_AT_RISK: Final = Message("its stage is refused at risk")
_RUNS: Final = Message("a check-in runs (next {when})")
_MISSED: Final = Message("a check-in is MISSED (since {when})")


def close(session: Session, case: CompartmentId, *, reason: str, anyway: bool = False) -> Closed:
    """Close a case: it leaves the list, and is found by search, reference and in the list of closed cases.

    What was to be kept in it is closed with it, kept or not: how much that was is in the answer. `anyway`: whoever gave
    the reason saw what stops it (`what_stops`).

    Raises:
        StillAtRiskError: something stops it.
        UsageError: it is closed already, or there is no reason.
    """
    session.require(Action.CASE_WRITE, case)
    said = checked_line(reason, "reason for closing a case")

    def changed(head: Case) -> Case:
        if head.closed is not None:
            raise UsageError(Message("this case is closed already"))
        if not anyway and (stops := what_stops(session, case)):
            raise StillAtRiskError(stops)
        return replace(head, closed=today(session), close_reason=said)

    edited = _edit(session, case, changed)
    return Closed(edited, sum(due_kinds(up_to_date_index(session), case).values()))


def still_due_words(count: int) -> Message:
    return plural(
        "{count} date or task in it is not done: while the case is closed, nothing shows it as due.",
        "{count} dates and tasks in it are not done: while the case is closed, nothing shows them as due.",
        count=count,
    )


def reopen(session: Session, case: CompartmentId) -> Edited:
    """Open a closed case again.

    Raises:
        UsageError: it is open.
    """
    session.require(Action.CASE_WRITE, case)

    def changed(head: Case) -> Case:
        if head.closed is None:
            raise UsageError(Message("this case is open"))
        return replace(head, closed=None, close_reason=None)

    return _edit(session, case, changed)


def list_closed(session: Session, *, limit: int = 1000) -> list[CaseRow]:
    """Return the closed cases that this member holds, by reference; the look is in the log before they are."""
    if not 1 <= limit <= MOST_LISTED:
        raise UsageError(Message("--limit must be between 1 and {most_listed}", most_listed=MOST_LISTED))
    rule = session.require(Action.CASE_LIST)
    rows = closed_cases(up_to_date_index(session), limit=limit)
    session.log_act(Entry(act="case.list", covers={Case.KIND: len(rows)}, pol=rule))
    return rows


def _edit(session: Session, case: CompartmentId, changed: Callable[[Case], Case], *, is_urgent: bool = False) -> Edited:
    return edit(session, own_record(session, case), Case, changed, is_urgent=is_urgent)


# The same change of many cases: one entry for each, so that one that is refused stops none of the others.
# Stopped half-way, the same call goes on where it was: of a case that is as it should be, nothing is written.
MOST_CASES = 500


@dataclass(frozen=True, slots=True)
class BulkDone:
    """What came of it: how many cases were changed, were so already, and which were refused, each with why.

    `still_due` is how many dates and tasks are not done in the cases that were closed.
    """

    changed: int
    same: int
    refused: tuple[tuple[CompartmentId, Message], ...] = field(repr=False)
    still_due: int = 0


def change_all(
    session: Session,
    cases: Sequence[CompartmentId],
    *,
    risk: str | None = None,
    owner: MemberId | None = None,
    progress: Progress = lambda done, total: None,
) -> BulkDone:
    """Give cases a risk, an owner, or both; see `case_changes.change`.

    Raises:
        UsageError: more than 500 cases.
    """
    session.require(Action.CASE_LIST)

    def act(case: CompartmentId) -> bool:
        return bool(change(session, case, risk=risk, owner=owner).settled)

    return _each(cases, act, progress)


def close_all(
    session: Session, cases: Sequence[CompartmentId], *, reason: str, progress: Progress = lambda done, total: None
) -> BulkDone:
    """Close cases for one reason; those that are closed stay as they are.

    Raises:
        UsageError: more than 500 cases.
    """
    session.require(Action.CASE_LIST)
    still_due = 0

    def act(case: CompartmentId) -> bool:
        row = row_of(up_to_date_index(session), case)
        if row is not None and row.closed is not None:
            return False
        nonlocal still_due
        closed = close(session, case, reason=reason)
        still_due += closed.still_due
        return bool(closed.edited.settled)

    return replace(_each(cases, act, progress), still_due=still_due)


def _each(cases: Sequence[CompartmentId], act: Callable[[CompartmentId], bool], progress: Progress) -> BulkDone:
    distinct = tuple(dict.fromkeys(cases))
    if len(distinct) > MOST_CASES:
        raise UsageError(Message("at most {most_cases} cases at once", most_cases=MOST_CASES))
    changed, refused = 0, []
    for done, case in enumerate(distinct):
        progress(done, len(distinct))
        try:
            changed += act(case)
        except (RefusedError, UsageError, WaitingForDecisionError) as fault:
            refused.append((case, fault.message))
    progress(len(distinct), len(distinct))
    return BulkDone(changed, len(distinct) - changed - len(refused), tuple(refused))
