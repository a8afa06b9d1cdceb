"""How the command line says what a person may do next, and every other sentence of the library."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Final

from vault.words.message import ENGLISH, Message, Value, Words, rendered, replace_values
from vault.words.next_step import NextStep

_FURTHER: Final = "  "
COMMANDS: Final[Mapping[NextStep, str]] = {
    NextStep.ADD_RECIPIENT: "casevault recipient add",
    NextStep.CONFIRM_RECIPIENT: "casevault recipient confirm",
    NextStep.APPROVE_HERE: "--second NAME",
    NextStep.ASK_BY_FILE: "--ask FILE",
    NextStep.CARRY_OUT_HANDOVER: "casevault handover carry-out",
    NextStep.CHANGE_ROLES: "casevault member roles",
    NextStep.CHECK_COMPUTER: "casevault doctor",
    NextStep.CONFIRM_CLOCK: "casevault clock confirm",
    NextStep.DISARM_DESTRUCTION: "casevault destroy after-wrong-attempts off",
    NextStep.DRILL_RECOVERY: "casevault recovery drill",
    NextStep.EXPORT: "casevault export",
    NextStep.FINISH_JOINING: "casevault member finish BUNDLE",
    NextStep.FOLLOW_RECOVERY: "casevault recovery follow",
    NextStep.GENERATE_PASSPHRASE: "casevault passphrase generate",
    NextStep.GRANT_ACCESS: "casevault grant add",
    NextStep.IMPORT_BUNDLE: "casevault bundle import FILE",
    NextStep.JOIN_VERSIONS: "casevault join RECORD",
    NextStep.LIST_CASES: "casevault case list",
    NextStep.LIST_FORMS: "casevault form list",
    NextStep.LIST_DEVICES: "casevault device list",
    NextStep.LIST_FACTORS: "casevault factor list",
    NextStep.LIST_MEMBERS: "casevault member list",
    NextStep.LIST_NOTES: "casevault note list CASE",
    NextStep.LIST_RECIPIENTS: "casevault recipient list",
    NextStep.LIST_ERASURES: "casevault erasures list",
    NextStep.REMOVE_ERASED: "casevault erasures now",
    NextStep.LIST_OVERDUE: "casevault erasures due",
    NextStep.LIST_SECTIONS: "casevault section list CASE",
    NextStep.LIST_SLIPS: "casevault intake list",
    NextStep.LOCK: "casevault lock",
    NextStep.MAKE_BACKUP: "casevault backup make DEST",
    NextStep.MAKE_NEW_ROOT: "casevault recovery new",
    NextStep.MAKE_SHEETS: "casevault recovery sheets",
    NextStep.MAKE_VAULT: "casevault init",
    NextStep.READ_HELP: "casevault --help",
    NextStep.RELEASE_HOLD: "casevault case release CASE",
    NextStep.REMOVE_KEYFILE: "casevault factor remove keyfile",
    NextStep.REMOVE_SECURITY_KEY: "casevault factor remove fido2",
    NextStep.REPAIR_CLOCK: "casevault clock repair",
    NextStep.RESTORE_BACKUP: "casevault --vault NEW backup restore BACKUP",
    NextStep.RESTORE_BACKUP_BY_SHEETS: "casevault --vault NEW backup restore BACKUP --sheets",
    NextStep.REVOKE_DEVICE: "casevault device revoke",
    NextStep.SAMPLE_FORM: "casevault form add --sample",
    NextStep.SETTLE_MEMBERS: "casevault member settle",
    NextStep.SHOW_CASE: "casevault case show",
    NextStep.SHOW_CLOCK: "casevault clock show",
    NextStep.SHOW_HISTORY: "casevault history RECORD",
    NextStep.SIGN_PROPOSAL: "casevault member sign FILE --out SIGNED",
    NextStep.SUSPEND_MEMBER: "casevault member suspend",
    NextStep.VERIFY_BACKUP: "casevault backup verify SRC",
    NextStep.VERIFY_LOG: "casevault log verify",
    NextStep.WRITE_TEMPLATE: "casevault import --template FILE",
}


def in_words(words: Words) -> str:
    """Return a sentence for the person, each next step as a command to type; a text as it is.

    Each further line of a text that stands in a sentence is set in below the line in which the text begins: so none of
    a record looks like a line of the program, or like another record.
    """
    if isinstance(words, str):
        return words
    said = rendered(words, ENGLISH, _command)
    if "\n" not in said:
        return said
    values = {name: _set_in(value, _blanks_before(words.template, name)) for name, value in words.values}
    return rendered(replace_values(words, values), ENGLISH, _command)


def set_in(text: str) -> str:
    """Return a text whose further lines are set in below its first."""
    blanks = text[: len(text) - len(text.lstrip(" "))]
    return text.replace("\n", f"\n{blanks}{_FURTHER}")


def _set_in(value: Value, blanks: str) -> Value:
    match value:
        case str() | PurePath():
            return str(value).replace("\n", f"\n{blanks}{_FURTHER}")
        case Message():
            return in_words(value).replace("\n", f"\n{blanks}")
        case _:
            return value


def _blanks_before(template: str, name: str) -> str:
    """Return the blanks with which the line of a template begins in which a value stands."""
    line = template[: template.find(f"{{{name}}}")].rpartition("\n")[2]
    return line[: len(line) - len(line.lstrip(" "))]


def in_english(words: Message) -> str:
    """Return a sentence for `--json`, which stays English in every language."""
    return rendered(words, ENGLISH, _command)


def _command(step: NextStep) -> str:
    return f"`{COMMANDS[step]}`"
