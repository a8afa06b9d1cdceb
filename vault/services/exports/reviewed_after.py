"""Who reviews afterwards what leaves in haste, before a second person approved it."""

from __future__ import annotations

from vault.access.session import Session
from vault.casework.disclosure import Disclosure
from vault.casework.story.events import Task
from vault.ids import CompartmentKind
from vault.policy.rights import RIGHTS
from vault.policy.roles import Role
from vault.redaction.profile import Profile
from vault.services.approvals.second_person import approvers


def reviewers(session: Session, profile: Profile) -> tuple[str, ...]:
    """Return the names of who may review afterwards what this member sends by a profile; nobody: as any other export.

    Who could approve it reviews it, and says so in a task of the case: who writes no tasks can neither ask nor answer.
    """
    if not profile.is_reviewed_after or not _may_write(session.roles, Task.KIND, Disclosure.KIND):
        return ()
    return tuple(each.name for each in approvers(session) if _may_write(frozenset(map(Role, each.roles)), Task.KIND))


def _may_write(roles: frozenset[Role], *kinds: str) -> bool:
    return all(RIGHTS.may_write(roles, CompartmentKind.CASE, kind) for kind in kinds)
