"""Where the app has what a person may do next: every sentence of the library in the words of the app."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from vault.words.message import Message, rendered
from vault.words.next_step import NextStep

PLACES: Final[Mapping[NextStep, str]] = {
    NextStep.ADD_RECIPIENT: "Export (e in a case; then F9)",
    NextStep.APPROVE_HERE: "F3 in the export form",
    NextStep.ASK_APPROVAL: "an export with a question (e in a case)",
    NextStep.CARRY_OUT_HANDOVER: "Members (F2, members; then h, c)",
    NextStep.CHANGE_ROLES: "Members (F2, members; then r)",
    NextStep.CHECK_COMPUTER: "casevault doctor in a terminal",
    NextStep.DRILL_RECOVERY: "Recovery (F2, access; then r, d)",
    NextStep.EXPORT: "an export (e in a case)",
    NextStep.FINISH_JOINING: "casevault member finish BUNDLE in a terminal",
    NextStep.FOLLOW_RECOVERY: "Recovery (F2, access; then r, f)",
    NextStep.GENERATE_PASSPHRASE: "Your access (F2, access; then p)",
    NextStep.GRANT_ACCESS: "Who (w in a case)",
    NextStep.IMPORT_BUNDLE: "Exchange (F2, exchange)",
    NextStep.LIST_CASES: "the list of cases (F8)",
    NextStep.LIST_DEVICES: "Devices (F2, devices)",
    NextStep.LIST_FACTORS: "Your access (F2, access)",
    NextStep.LIST_MEMBERS: "Members (F2, members)",
    NextStep.LIST_NOTES: "the case itself",
    NextStep.LIST_RECIPIENTS: "Export (e in a case)",
    NextStep.LIST_SECTIONS: "Sections (s in a case)",
    NextStep.LIST_SLIPS: "casevault intake list in a terminal",
    NextStep.LOCK: "Ctrl+L",
    NextStep.MAKE_NEW_ROOT: "Recovery (F2, access; then r, n)",
    NextStep.MAKE_SHEETS: "Recovery (F2, access; then r, s)",
    NextStep.MAKE_VAULT: "casevault init in a terminal",
    NextStep.READ_HELP: "the help (F1)",
    NextStep.RESTORE_BACKUP: "casevault --vault NEW backup restore BACKUP in a terminal",
    NextStep.RESTORE_BACKUP_BY_SHEETS: "Back in with recovery sheets (F9 at unlock)",
    NextStep.REVOKE_DEVICE: "Devices (F2, devices; then l)",
    NextStep.SHOW_CLOCK: "casevault clock show in a terminal",
    NextStep.SIGN_PROPOSAL: "Members (F2, members; then p)",
    NextStep.SUSPEND_MEMBER: "Members (F2, members; then s)",
    NextStep.VERIFY_BACKUP: "casevault backup verify SRC in a terminal",
    NextStep.VERIFY_LOG: "Log (F2, log; then v)",
}


def in_words(message: Message) -> str:
    """Return the sentence in English, each next step as a place of the app and its keys."""
    return rendered(message, lambda template: template, PLACES.__getitem__)
