"""The files of one seat beside the others' of a folder: named by the key that opens them (FORMAT.md 8)."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from vault.ids import SeatId, VaultId
from vault.seal.pins import former_file_name, private_file_name


@dataclass(frozen=True, slots=True)
class OwnFile:
    """A database of one seat, index or drafts, with what the engine keeps beside it."""

    folder: Path
    vault: VaultId
    seat: SeatId
    key: bytes = field(repr=False)

    @property
    def path(self) -> Path:
        """Where it lies: the name tells nothing to who has not the key."""
        return self.folder / f"{private_file_name(self.key, self.vault, self.seat)}.db"

    def found(self) -> Path:
        """Return where it lies now: under its name, or under the former one where only that is there."""
        former = self._former()
        return former if former.exists() and not self.path.exists() else self.path

    def settled(self) -> Path:
        """Return where it lies after it got its name, if it had the former one."""
        former = self._former()
        # What lies beside the database goes first, so that a cut between two renames loses none of it.
        for part in sorted(self.folder.glob(f"{former.name}*"), reverse=True):
            named = self.folder / (self.path.name + part.name.removeprefix(former.name))
            if not named.exists():
                part.rename(named)
        return self.path

    def parts(self) -> list[Path]:
        """Return all files of it, under whichever name."""
        return [part for path in (self.path, self._former()) for part in self.folder.glob(f"{path.name}*")]

    def _former(self) -> Path:
        return self.folder / f"{former_file_name(self.vault, self.seat)}.db"
