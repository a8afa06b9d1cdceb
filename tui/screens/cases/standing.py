"""How the vault stands, in the lines over the list of cases; and a draft in a line."""

from __future__ import annotations

from typing import Final

from tui.screens.cases.note_lines import draft_kind
from tui.screens.frame.wording import moment, packed
from tui.text.in_words import warning
from tui.values.values import DraftShown, VaultStatus
from vault.display import age
from vault.durations import DAY_MS
from vault.words.message import Message, Words, plural

_OLD_BACKUP_MS: Final = 7 * DAY_MS
_ALARMS_SHOWN: Final = 3


def standing_words(status: VaultStatus, now_ms: int, width: int) -> str:
    """Return the lines over the list: backup and drafts, what is lacking, and the first alarms."""
    made = status.backup_ms
    late = made is None or now_ms - made > _OLD_BACKUP_MS
    backup = Message("none from this device") if made is None else age(made, now_ms)
    backed_up = Message("backup: {when}", when=backup)
    words: list[Words] = [warning(backed_up) if late else backed_up]
    words += [Message("drafts: {n} (F4)", n=status.drafts)] if status.drafts else []
    lines = packed([*words, *map(warning, status.lacks)], width)
    lines += [warning(alarm) for alarm in status.alarms[:_ALARMS_SHOWN]]
    if len(status.alarms) > _ALARMS_SHOWN:
        lines.append(warning(Message("and {n} more (F2, noticed)", n=len(status.alarms) - _ALARMS_SHOWN)))
    return "\n".join(lines)


def draft_words(draft: DraftShown) -> Message:
    """Return a draft in one line."""
    return plural(
        "{ref}  {kind}  {moment}  {count} character",
        "{ref}  {kind}  {moment}  {count} characters",
        ref=draft.ref,
        kind=draft_kind(draft),
        moment=moment(draft.saved_ms),
        count=len(draft.text),
    )
