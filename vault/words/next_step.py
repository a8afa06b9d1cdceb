"""What a person may do next, as an act: the command line names its command, the app its key."""

from __future__ import annotations

from enum import Enum


class NextStep(Enum):
    """An act of the product. The value is its stable code."""

    ADD_RECIPIENT = "add-recipient"
    APPROVE_HERE = "approve-here"
    ASK_APPROVAL = "ask-approval"
    CARRY_OUT_HANDOVER = "carry-out-handover"
    CHANGE_ROLES = "change-roles"
    CHECK_COMPUTER = "check-computer"
    DRILL_RECOVERY = "drill-recovery"
    EXPORT = "export"
    FINISH_JOINING = "finish-joining"
    FOLLOW_RECOVERY = "follow-recovery"
    GENERATE_PASSPHRASE = "generate-passphrase"  # noqa: S105 - the act of making one
    GRANT_ACCESS = "grant-access"
    IMPORT_BUNDLE = "import-bundle"
    LIST_CASES = "list-cases"
    LIST_DEVICES = "list-devices"
    LIST_FACTORS = "list-factors"
    LIST_MEMBERS = "list-members"
    LIST_NOTES = "list-notes"
    LIST_RECIPIENTS = "list-recipients"
    LIST_SECTIONS = "list-sections"
    LIST_SLIPS = "list-slips"
    LOCK = "lock"
    MAKE_NEW_ROOT = "make-new-root"
    MAKE_SHEETS = "make-sheets"
    MAKE_VAULT = "make-vault"
    READ_HELP = "read-help"
    RESTORE_BACKUP = "restore-backup"
    RESTORE_BACKUP_BY_SHEETS = "restore-backup-by-sheets"
    REVOKE_DEVICE = "revoke-device"
    SHOW_CLOCK = "show-clock"
    SIGN_PROPOSAL = "sign-proposal"
    SUSPEND_MEMBER = "suspend-member"
    VERIFY_BACKUP = "verify-backup"
    VERIFY_LOG = "verify-log"
