"""`may`: the one decision that every service asks for before it acts."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from vault.policy.roles import ALLOWED, CASE_ACTIONS, Action, Role

# What a person hears, by the rule that refused.
REFUSALS = {
    "role": "your role does not allow it",
    "grant": "this case was not granted to you",
    "expired": "this case was yours until a day that has passed",
    "over": "the time for which you were admitted has ended",
}


def whom_to_ask(action: Action, rule: str) -> str:
    """Return what a person can do about a refusal by this rule."""
    if rule == "role":
        return f"Ask a member who is {' or '.join(sorted(ALLOWED[action]))}."
    return "Ask an admin." if rule == "over" else "Ask somebody who holds the case."


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether an act is allowed, and the code of the rule that said so (kept in the audit payload)."""

    allowed: bool
    rule: str


def may(roles: AbstractSet[Role], action: Action, *, holds_case: bool = False, has_expired: bool = False) -> Decision:
    """Decide from the member's roles, whether the member was granted the case in question, and whether that is over.

    Policy is the second wall: without the case's epoch key nothing opens, whatever this says.
    """
    if not roles & ALLOWED[action]:
        return Decision(allowed=False, rule="role")
    if action in CASE_ACTIONS and not holds_case:
        return Decision(allowed=False, rule="grant")
    if action in CASE_ACTIONS and has_expired:
        return Decision(allowed=False, rule="expired")
    return Decision(allowed=True, rule="role+grant" if action in CASE_ACTIONS else "role")
