"""What left in haste, before a second person saw it: the task by which somebody else reviews it, and who may end it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from vault.access.session import Session
from vault.casework.disclosure import Disclosure
from vault.casework.story.events import Task
from vault.display import here
from vault.durations import HOUR_MS
from vault.errors import RefusedError
from vault.ids import CompartmentId, RecordId, VersionId
from vault.index.heads import heads_in
from vault.policy.roles import Action
from vault.services.projection.projection import up_to_date_index
from vault.services.projection.seats import members_of_logs
from vault.services.projection.stored_records import read_heads, stored_of_kind
from vault.words.message import Message

HOURS: Final = 24


def review_task(session: Session, reference: str, reviewers: Sequence[str]) -> Task:
    """Return the task by which one of these members reviews a package of today, until the same time tomorrow."""
    due = here(session.log.now_ms() + HOURS * HOUR_MS).strftime("%Y-%m-%dT%H:%M")
    what = str(Message("review the urgent export, reference {reference}", reference=reference))
    return Task(what, due=due, by=", ".join(reviewers))


def package_reviewed(session: Session, case: CompartmentId, task: RecordId) -> bytes | None:
    """Return the digest of the package that a task reviews, for somebody who may review it; None: it is another task.

    Raises:
        RefusedError: they sent what is reviewed, or may not approve.
    """
    heads = frozenset(VersionId(head.version) for head in heads_in(up_to_date_index(session), case, Disclosure.KIND))
    left = stored_of_kind(read_heads(session, case, heads), Disclosure) if heads else []
    reviewed = [row for row in left if row.value.review == task]
    if not reviewed:
        return None
    session.require(Action.APPROVE)
    senders = members_of_logs(session, [row.origin for row in reviewed if row.origin is not None])
    if session.member in senders.values():
        raise RefusedError(
            Message("you sent this urgent export: somebody else has to review it"),
            next_step=Message("Ask a member who may approve and can open this case. It stays due until they did."),
        )
    return reviewed[0].value.digest
