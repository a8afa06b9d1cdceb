"""`may`: the one decision that every service asks for before it acts."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from vault.policy.roles import ALLOWED, CASE_ACTIONS, Action, Role
from vault.words.message import Message
from vault.words.next_step import NextStep

# What a person hears, by the rule that refused.
REFUSALS = {
    "role": Message("your role does not allow it"),
    "grant": Message("this case was not granted to you"),
    "expired": Message("your access to this case has expired"),
    "over": Message("your membership has expired"),
}
# What a person wanted to do.
IN_WORDS = {
    Action.CASE_CREATE: Message("make a case"),
    Action.CASE_LIST: Message("list cases"),
    Action.CASE_READ: Message("open a case"),
    Action.CASE_WRITE: Message("write in a case"),
    Action.NOTE_WRITE: Message("write a note or an incident in a case"),
    Action.CASE_SEARCH: Message("search the cases"),
    Action.CASE_EXPORT: Message("make an export"),
    Action.EXPORT_ALL: Message("export everything"),
    Action.CASE_SHARE: Message("change who can open a case"),
    Action.CASE_ERASE: Message("erase records of a case"),
    Action.SECTION_CREATE: Message("make a restricted section"),
    Action.BREAK_GLASS: Message("open a case to somebody by break-glass"),
    Action.FORM_READ: Message("see the forms of the organisation"),
    Action.FORM_WRITE: Message("change the forms of the organisation"),
    Action.PARTNER_READ: Message("see the recipients"),
    Action.PARTNER_WRITE: Message("add a recipient"),
    Action.INTAKE_READ: Message("see the call slips"),
    Action.INTAKE_WRITE: Message("write a call slip"),
    Action.REGISTER_ASK: Message("ask the register"),
    Action.REGISTER_WRITE: Message("write in the register"),
    Action.MEMBER_LIST: Message("see the members"),
    Action.MEMBER_ADMIT: Message("admit a member"),
    Action.MEMBER_END: Message("remove a member"),
    Action.ROLE_CHANGE: Message("change roles"),
    Action.DEPUTY_SET: Message("name a deputy"),
    Action.RETENTION_SET: Message("set how long closed cases are kept"),
    Action.HANDOVER_ORDER: Message("order a handover"),
    Action.AWAY_SET: Message("say that somebody is away"),
    Action.APPROVE: Message("approve this"),
    Action.RECOVERY_MANAGE: Message("manage the recovery sheets"),
    Action.CLOCK_REPAIR: Message("repair the clock"),
    Action.OWN_DEVICE: Message("change your devices"),
    Action.OWN_KEYS: Message("change what you unlock with"),
    Action.SYNC: Message("exchange bundles"),
    Action.LOG_READ: Message("read the log"),
    Action.LOG_VERIFY: Message("verify the log"),
    Action.BACKUP_MAKE: Message("make a backup"),
}


def refusal(action: Action, rule: str) -> Message:
    """Return what a person hears whom this rule refuses."""
    return Message("you cannot {act}: {reason}", act=IN_WORDS[action], reason=REFUSALS[rule])


def whom_to_ask(action: Action, rule: str) -> Message:
    """Return what a person can do about a refusal by this rule."""
    if rule == "role":
        roles = [role.replace("-", " ") for role in sorted(ALLOWED[action])]
        listed = roles[0] if len(roles) == 1 else f"{', '.join(roles[:-1])} or {roles[-1]}"
        if action in CASE_ACTIONS:
            return Message(
                "This needs the role {roles}. An admin gives roles ({step}). A holder of a case can grant it to"
                " others.",
                roles=listed,
                step=NextStep.CHANGE_ROLES,
            )
        return Message(
            "This needs the role {roles}. An admin gives roles ({step}).", roles=listed, step=NextStep.CHANGE_ROLES
        )
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
