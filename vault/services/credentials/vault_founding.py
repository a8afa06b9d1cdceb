"""Make a vault, and the recovery sheets that bring it back when the founder cannot."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from vault import platform
from vault.access.membership.first_seat import found_vault
from vault.access.pins.pins import PinFile
from vault.errors import UsageError
from vault.ids import MemberId, VaultId
from vault.seal.entrance.passphrase import CEILING, DEFAULT, FLOOR, KdfParameters, calibrate
from vault.seal.recovery import Sheet, make_sheets, words_of
from vault.services.projection.last_done import NEW_SHEETS
from vault.words.message import Message

Auto = Literal["auto"]
# What a person waits for the passphrase on an old laptop without thinking that something is wrong.
_UNLOCK_MS = 1_000


@dataclass(frozen=True, slots=True)
class NewVault:
    """A new vault, with the words to compare and its recovery sheets."""

    vault: VaultId
    member: MemberId
    sheets_words: tuple[str, ...]
    sheets: tuple[Sheet, ...] = field(repr=False)
    _pin_file: PinFile = field(repr=False)

    def note_sheets(self) -> None:
        """Have the founder's device remember that the sheets were handed out."""
        self._pin_file.note(NEW_SHEETS)


def init(
    path: Path,
    *,
    organisation: str,
    member: str,
    passphrase: bytearray,
    memory_mib: int | Auto | None = None,
    sheets: tuple[int, int] = (2, 3),
) -> NewVault:
    """Make a vault; see `membership.founding.found_vault` for what is refused.

    The caller wipes the passphrase. `memory_mib` is what one guess at it shall cost: 256 by default; `auto` measures
    this machine and takes no less. `sheets`: how many recovery sheets of how many shall open everything.
    """
    founded = found_vault(
        path, organisation=organisation, member_name=member, passphrase=passphrase, parameters=_cost(memory_mib)
    )
    made = make_sheets(founded.root_secret, founded.anchor, *sheets)
    return NewVault(founded.vault, founded.member, words_of(founded.anchor), made, founded.pin_file)


def checked_memory_mib(text: str) -> int:
    """Return what one guess at a passphrase shall cost, in MiB.

    Raises:
        UsageError: it is no number, or not one that an unlock would take.
    """
    least, most = FLOOR.memory_kib // 1024, CEILING.memory_kib // 1024
    if not text.isdecimal() or not least <= int(text) <= most:
        raise UsageError(
            Message("--kdf-memory-mib is {least} to {most}", least=least, most=most),
            next_step=Message("Without it, it is 256."),
        )
    return int(text)


def _cost(memory_mib: int | Auto | None) -> KdfParameters:
    if memory_mib == "auto":
        return calibrate(_UNLOCK_MS, platform.memory_bytes())
    memory_kib = DEFAULT.memory_kib if memory_mib is None else memory_mib * 1024
    return KdfParameters(memory_kib, DEFAULT.iterations, DEFAULT.lanes)
