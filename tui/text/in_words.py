"""Sentences as text: in the language of the app, with its own places for what a person may do next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from vault.words.message import ENGLISH, Catalogue, Message, Words, rendered
from vault.words.next_step import NextStep

PLACES: Final[Mapping[NextStep, Message]] = {
    NextStep.ADD_CONSENT: Message("Ctrl+N in the export form"),
    NextStep.ADD_RECIPIENT: Message("Recipients (F2, recipients; then n)"),
    NextStep.APPROVE_HERE: Message("“Approved by” in the form"),
    NextStep.ASK_BY_FILE: Message("a question in a file (Approved by)"),
    NextStep.BY_SHEETS: Message("the recovery sheets (Ctrl+G)"),
    NextStep.CARRY_OUT_HANDOVER: Message("Members (F2, members; then h, c)"),
    NextStep.CHANGE_ROLES: Message("Members (F2, members; then r)"),
    NextStep.CHECK_COMPUTER: Message("casevault doctor in a terminal"),
    NextStep.CONFIRM_RECIPIENT: Message("Recipients (F2, recipients; then k)"),
    NextStep.CONFIRM_CLOCK: Message("casevault clock confirm in a terminal"),
    NextStep.CONFIRM_SHEETS: Message("Recovery (F2, access; then r, c)"),
    NextStep.DISARM_DESTRUCTION: Message("casevault destroy after-wrong-attempts off in a terminal"),
    NextStep.DRILL_RECOVERY: Message("Recovery (F2, access; then r, d)"),
    NextStep.EXPORT: Message("an export (e in a case)"),
    NextStep.FINISH_JOINING: Message("casevault member finish BUNDLE in a terminal"),
    NextStep.FOLLOW_RECOVERY: Message("Recovery (F2, access; then r, f)"),
    NextStep.GENERATE_PASSPHRASE: Message("Your access (F2, access; then p)"),
    NextStep.GRANT_ACCESS: Message("Who (w in a case)"),
    NextStep.IMPORT_BUNDLE: Message("Import a bundle (F2, bundle)"),
    NextStep.JOIN_AS_OWN: Message("casevault --vault NEW member join --own --out REQUEST in a terminal"),
    NextStep.JOIN_VERSIONS: Message("b on home, or in the case"),
    NextStep.LIST_CASES: Message("the list of cases (F8)"),
    NextStep.LIST_FORMS: Message("n in the dates and story of a case"),
    NextStep.LIST_DEVICES: Message("Devices (F2, devices)"),
    NextStep.LIST_FACTORS: Message("Your access (F2, access)"),
    NextStep.LIST_MEMBERS: Message("Members (F2, members)"),
    NextStep.LIST_NOTES: Message("the case itself"),
    NextStep.LIST_PACKAGES: Message("casevault package list in a terminal"),
    NextStep.LIST_PROPOSALS: Message("Members (F2, members; then p)"),
    NextStep.LIST_RECIPIENTS: Message("Recipients (F2, recipients)"),
    NextStep.LIST_ERASURES: Message("What colleagues erased (F2)"),
    NextStep.REMOVE_ERASED: Message("What colleagues erased (F2), Remove now"),
    NextStep.LIST_OVERDUE: Message("What colleagues erased (F2)"),
    NextStep.LIST_SECTIONS: Message("Sections (s in a case)"),
    NextStep.LIST_SLIPS: Message("casevault intake list in a terminal"),
    NextStep.LOCK: Message("Ctrl+L"),
    NextStep.MAKE_BACKUP: Message("Backup (F2, backup)"),
    NextStep.MAKE_BUNDLE: Message("Exchange (F2, exchange)"),
    NextStep.MAKE_NEW_ROOT: Message("Recovery (F2, access; then r, n)"),
    NextStep.MAKE_SHEETS: Message("Recovery (F2, access; then r, s)"),
    NextStep.MAKE_VAULT: Message("casevault init in a terminal"),
    NextStep.ORDER_HANDOVER: Message("Members (F2, members; then h)"),
    NextStep.READ_HELP: Message("the help (F1)"),
    NextStep.REMOVE_KEYFILE: Message("Your access (F2, access)"),
    NextStep.REMOVE_SECURITY_KEY: Message("Your access (F2, access)"),
    NextStep.REPAIR_CLOCK: Message("casevault clock repair in a terminal"),
    NextStep.RESTORE_BACKUP: Message("casevault --vault NEW backup restore BACKUP in a terminal"),
    NextStep.RESTORE_BACKUP_BY_SHEETS: Message("Back in with recovery sheets (F9 at unlock)"),
    NextStep.REVOKE_DEVICE: Message("Devices (F2, devices; then l)"),
    NextStep.RELEASE_HOLD: Message("Legal hold (F2, hold in the case)"),
    NextStep.SHOW_CASE: Message("the case"),
    NextStep.SHOW_CLOCK: Message("casevault clock show in a terminal"),
    NextStep.SHOW_HISTORY: Message("v (what it said before)"),
    NextStep.SHOW_OWN_WORDS: Message("Devices (F2, devices; then i)"),
    NextStep.SAMPLE_FORM: Message("casevault form add --sample in a terminal"),
    NextStep.SUSPEND_MEMBER: Message("Members (F2, members; then s)"),
    NextStep.TAKE_OVER: Message("Take over (F2, take over in the case)"),
    NextStep.VERIFY_BACKUP: Message("casevault backup verify SRC in a terminal"),
    NextStep.VERIFY_PACKAGE: Message("casevault package verify FILE in a terminal"),
    NextStep.VERIFY_LOG: Message("Log (F2, log; then v)"),
    NextStep.WRITE_TEMPLATE: Message("Ctrl+T"),
}


_spoken: Catalogue = ENGLISH


@contextmanager
def speaking(catalogue: Catalogue) -> Iterator[None]:
    """Have the app speak another language meanwhile."""
    global _spoken  # noqa: PLW0603 - one app is one process, and speaks one language
    before, _spoken = _spoken, catalogue
    try:
        yield
    finally:
        _spoken = before


def in_words(words: Words) -> str:
    """Return a sentence in the language of the app, each next step as a place and its keys; a text as it is."""
    return words if isinstance(words, str) else rendered(words, _spoken, lambda step: in_words(PLACES[step]))


def together(every: Iterable[Words], between: str = "\n") -> str:
    """Return several as one text."""
    return between.join(map(in_words, every))


def in_two_rows(words: Sequence[str]) -> list[str]:
    """Return 13 words as they stand on paper."""
    half = -(-len(words) // 2)
    return [f"  {' '.join(words[:half])}", f"  {' '.join(words[half:])}"]


def warning(words: Words) -> str:
    """Return what a person has to see, with the mark of a warning before it."""
    return f"! {in_words(words)}"
