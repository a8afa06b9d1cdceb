"""Back in with sheets while nobody is: what is there to come back to, and the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tui.gateway.subject import UnlockedVault
from tui.text.in_words import together
from tui.values.values_exchange import ResultText
from tui.values.values_own import BackPlan
from vault.access.recovering import BroughtBack, Wish
from vault.errors import InternalError
from vault.progress import Progress
from vault.services import this_computer
from vault.services.backups import restoring
from vault.services.credentials import entering, recovery
from vault.services.credentials.paper_sheets import TypedSheets
from vault.store.folder import VaultFolder
from vault.words.message import Message, Words, plural


@dataclass(slots=True)
class WayBack:
    """Into the vault at the door, or out of a backup, which becomes the vault at the door."""

    place: Path
    is_backup: bool
    member: str = field(repr=False)


def look_back(door: UnlockedVault, source: Path | None, member: str, passphrase: bytearray) -> tuple[WayBack, BackPlan]:
    """Look at what is there; the passphrase, where one was chosen already, is checked and wiped."""
    try:
        if passphrase:
            entering.refuse_weak(passphrase, (member,))
    finally:
        passphrase[:] = bytes(len(passphrase))
    if source is None:
        recovery.require_vault(door.path)
        return WayBack(door.path, False, member), BackPlan(Message("The vault is here."), "")
    VaultFolder(door.path).require_free()
    said: list[Words] = [*this_computer.clear_place(door.path)]
    backup = restoring.require_whole(source)
    opened = restoring.last_opened_here(backup, door.state)
    said.append(Message("The backup {name} is unaltered.", name=backup.name))
    return WayBack(backup, True, member), BackPlan(together(said, " "), "" if opened is None else restoring.day(opened))


def come_back(
    door: UnlockedVault, way: WayBack | None, typed: TypedSheets, passphrase: bytearray, progress: Progress
) -> ResultText:
    """Bring the member back; the passphrase is wiped."""
    if way is None:
        raise InternalError(Message("nothing was looked at"))
    if not way.is_backup:
        done = recovery.restore(way.place, typed, member=way.member, passphrase=passphrase, state=door.state)
        return ResultText(tuple(_lines(done.back, done.root_words)))
    regained = restoring.restore_by_sheets(
        way.place,
        door.path,
        typed,
        Wish(way.member, new_admin=False, everything=False, ends_old=False),
        passphrase=passphrase,
        state=door.state,
        progress=lambda _what, done, total: progress(done, total),
    )
    vault = regained.vault
    lines: list[Words] = [
        Message("The vault is at {path}, from the backup of {day}.", path=vault.path, day=restoring.day(vault.made_ms)),
        vault.said_of_cases,
        Message("LOSS: {loss}", loss=vault.loss),
        *(Message("CLOSED: {closed}", closed=closed) for closed in vault.closed),
    ]
    if regained.closed_drafts:
        lines.append(Message("Unfinished drafts in it stay closed: only the passphrase of their writer opens them."))
    return ResultText((*lines, restoring.KEPT, *_lines(regained.back, regained.root_words)))


def _lines(back: BroughtBack, root_words: tuple[str, ...]) -> list[Words]:
    half = -(-len(root_words) // 2)
    again = Message("You have access again. Every member will see it.")
    if back.ended:
        again = plural(
            "You have access again; {count} old device is revoked. Every member will see it.",
            "You have access again; {count} old devices are revoked. Every member will see it.",
            count=len(back.ended),
        )
    return [
        again,
        *([] if back.loss is None else [back.loss]),
        Message("Compare these 13 words with those on the sheets:"),
        f"  {' '.join(root_words[:half])}",
        f"  {' '.join(root_words[half:])}",
        Message("The sheets were typed here: make new ones soon (F2, access; then r, n)."),
    ]
