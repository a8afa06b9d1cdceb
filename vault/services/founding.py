"""Make a vault, and the recovery sheets that bring it back when the founder cannot."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from vault.access.founding import found_vault
from vault.ids import MemberId, VaultId
from vault.seal.passphrase import DEFAULT, KdfParameters, calibrate
from vault.seal.recovery import split

SHEETS, SHEETS_NEEDED = 3, 2

Auto = Literal["auto"]
# What a person waits for the passphrase on an old laptop without thinking that something is wrong.
_UNLOCK_MS = 1_000


@dataclass(frozen=True, slots=True)
class NewVault:
    """A new vault, with the words to compare and the text of its recovery sheets."""

    vault: VaultId
    member: MemberId
    root_words: tuple[str, ...]
    sheets: tuple[str, ...] = field(repr=False)


def init(
    path: Path, *, organisation: str, member: str, passphrase: bytearray, memory_mib: int | Auto | None = None
) -> NewVault:
    """Make a vault; see `access.founding.found_vault` for what is refused.

    Args:
        path: a folder that does not exist yet, or is empty.
        organisation: its name, kept in the directory.
        member: the founder's name.
        passphrase: UTF-8 bytes; wiped by the caller.
        memory_mib: what one guess at the passphrase shall cost; 256 by default; `auto` measures this machine.
    """
    founded = found_vault(
        path, organisation=organisation, member_name=member, passphrase=passphrase, parameters=_cost(memory_mib)
    )
    shares = split(founded.root_secret, SHEETS_NEEDED, SHEETS)
    sheets = tuple(_sheet(number, share, founded.root_words) for number, share in enumerate(shares, 1))
    return NewVault(founded.vault, founded.member, founded.root_words, sheets)


def _cost(memory_mib: int | Auto | None) -> KdfParameters:
    if memory_mib == "auto":
        return calibrate(_UNLOCK_MS)
    memory_kib = DEFAULT.memory_kib if memory_mib is None else memory_mib * 1024
    return KdfParameters(memory_kib, DEFAULT.iterations, DEFAULT.lanes)


def _sheet(number: int, share: str, root_words: tuple[str, ...]) -> str:
    words = share.split()
    lines = [" ".join(f"{place:>2} {word:<10}" for place, word in row) for row in _rows(words)]
    return "\n".join(
        [
            f"CASEVAULT RECOVERY SHEET {number} of {SHEETS} (any {SHEETS_NEEDED} open everything)",
            "Keep it outside the organisation and outside the country, apart from the others.",
            "",
            *lines,
            "",
            "The vault that it belongs to:",
            f"  {' '.join(root_words)}",
            "",
        ]
    )


def _rows(words: list[str]) -> list[list[tuple[int, str]]]:
    numbered = list(enumerate(words, 1))
    return [numbered[start : start + 5] for start in range(0, len(numbered), 5)]
