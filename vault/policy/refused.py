"""The act under which a refusal stands in the log: the nearest one (FORMAT.md 5); the outcome names the wish."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from vault.policy.roles import Action

# What can be refused to a whole member alone (`over`) is here too: a membership ends while its device goes on.
REFUSED_AS: Mapping[Action, str] = MappingProxyType(
    {
        Action.CASE_CREATE: "case.create",
        Action.CASE_LIST: "case.list",
        Action.CASE_READ: "case.view",
        Action.CASE_WRITE: "case.edit",
        Action.NOTE_WRITE: "note.create",
        Action.CASE_SEARCH: "case.search",
        Action.CASE_EXPORT: "export.begin",
        Action.EXPORT_ALL: "export.all",
        Action.CASE_SHARE: "grant.add",
        Action.CASE_ERASE: "erase",
        Action.SECTION_CREATE: "section.create",
        Action.BREAK_GLASS: "break.glass",
        Action.FORM_READ: "case.list",
        Action.FORM_WRITE: "config.change",
        Action.PARTNER_READ: "case.list",
        Action.PARTNER_WRITE: "partner.edit",
        Action.INTAKE_READ: "case.view",
        Action.INTAKE_WRITE: "intake.edit",
        Action.REGISTER_ASK: "case.search",
        Action.REGISTER_WRITE: "register.edit",
        Action.MEMBER_LIST: "case.list",
        Action.MEMBER_ADMIT: "member.change",
        Action.MEMBER_END: "member.change",
        Action.ROLE_CHANGE: "role.change",
        Action.DEPUTY_SET: "config.change",
        Action.RETENTION_SET: "config.change",
        Action.HANDOVER_ORDER: "config.change",
        Action.AWAY_SET: "config.change",
        Action.APPROVE: "approve",
        Action.RECOVERY_MANAGE: "access.recover",
        Action.CLOCK_REPAIR: "clock.repair",
        Action.OWN_DEVICE: "config.change",
        Action.OWN_KEYS: "keys.change",
        Action.SYNC: "sync.out",
        Action.LOG_READ: "log.read",
        Action.LOG_VERIFY: "log.verify",
        Action.BACKUP_MAKE: "backup.make",
    }
)
