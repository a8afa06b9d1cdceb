"""`may`: the one decision that every service asks for before it acts."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from vault.policy.roles import ALLOWED, CASE_ACTIONS, Action, Role
from vault.words.message import Message
from vault.words.next_step import NextStep

# What a person hears, by the rule that refused.
REFUSALS = {
    "role": "your role does not allow it",
    "grant": "this case was not granted to you",
    "expired": "this case was yours until a day that has passed",
    "over": "your membership has expired",
}
# What a person wanted to do.
IN_WORDS = {
    Action.CASE_CREATE: "make a case",
    Action.CASE_LIST: "list cases",
    Action.CASE_READ: "open a case",
    Action.CASE_WRITE: "write in a case",
    Action.CASE_SEARCH: "search the cases",
    Action.CASE_EXPORT: "make an export",
    Action.CASE_SHARE: "change who can open a case",
    Action.SECTION_CREATE: "make a restricted section",
    Action.BREAK_GLASS: "open a case to somebody by break-glass",
    Action.PARTNER_READ: "see the recipients",
    Action.PARTNER_WRITE: "add a recipient",
    Action.INTAKE_READ: "see the call slips",
    Action.INTAKE_WRITE: "write a call slip",
    Action.REGISTER_ASK: "ask the register",
    Action.REGISTER_WRITE: "write in the register",
    Action.MEMBER_LIST: "see the members",
    Action.MEMBER_ADMIT: "admit a member",
    Action.MEMBER_END: "remove a member",
    Action.ROLE_CHANGE: "change roles",
    Action.DEPUTY_SET: "name a deputy",
    Action.HANDOVER_ORDER: "order a handover",
    Action.AWAY_SET: "say that somebody is away",
    Action.APPROVE: "approve this",
    Action.RECOVERY_MANAGE: "manage the recovery sheets",
    Action.CLOCK_REPAIR: "repair the clock",
    Action.OWN_DEVICE: "change your devices",
    Action.OWN_KEYS: "change what you unlock with",
    Action.SYNC: "exchange bundles",
    Action.LOG_READ: "read the log",
    Action.LOG_VERIFY: "verify the log",
    Action.BACKUP_MAKE: "make a backup",
}


def refusal(action: Action, rule: str) -> Message:
    """Return what a person hears whom this rule refuses."""
    return Message("you cannot {act}: {reason}", act=Message(IN_WORDS[action]), reason=Message(REFUSALS[rule]))


def whom_to_ask(action: Action, rule: str) -> Message:
    """Return what a person can do about a refusal by this rule."""
    if rule == "role":
        roles = [role.replace("-", " ") for role in sorted(ALLOWED[action])]
        listed = roles[0] if len(roles) == 1 else f"{', '.join(roles[:-1])} or {roles[-1]}"
        if action in CASE_ACTIONS:
            text = (
                "This needs the role {roles}. An admin gives roles ({step}). A holder of a case can grant it to others."
            )
        else:
            text = "This needs the role {roles}. An admin gives roles ({step})."
        return Message(text, roles=listed, step=NextStep.CHANGE_ROLES)
    return Message("Ask an admin.") if rule == "over" else Message("Ask somebody who holds the case.")


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
