"""The same change of many cases: one entry for each, so that one that is refused stops none of the others.

Stopped half-way, the same call goes on where it was: of a case that is as it should be, nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from vault.access.session import Session
from vault.errors import RefusedError, UsageError, WaitingForDecisionError
from vault.ids import CompartmentId, MemberId
from vault.index.case_pages import row_of
from vault.policy.roles import Action
from vault.progress import Progress
from vault.services.cases.case_changes import change, close
from vault.services.projection.projection import up_to_date_index
from vault.words.message import Message

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
    session: Session,
    cases: Sequence[CompartmentId],
    *,
    reason: str,
    progress: Progress = lambda done, total: None,
) -> BulkDone:
    """Close cases for one reason; those that are closed stay as they are.

    Raises:
        UsageError: more than 500 cases.
    """
    session.require(Action.CASE_LIST)

    def act(case: CompartmentId) -> bool:
        row = row_of(up_to_date_index(session), case)
        if row is not None and row.closed is not None:
            return False
        closed = close(session, case, reason=reason)
        still_due[case] = closed.still_due
        return bool(closed.edited.settled)

    still_due: dict[CompartmentId, int] = {}
    return replace(_each(cases, act, progress), still_due=sum(still_due.values()))


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
