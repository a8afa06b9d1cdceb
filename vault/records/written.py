"""Does what an operation wrote stand in the database? A trigger of somebody else's swallows rows without a word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from vault.store.rows import Rows
from vault.store.rowtypes import CheckpointRow, EpochRow, GrantRow, LocalRow, VersionKeyRow, VersionRow


class Written(NamedTuple):
    """The rows of one operation, but for its own."""

    versions: Sequence[VersionRow]
    keys: Sequence[VersionKeyRow]
    epochs: Sequence[EpochRow]
    grants: Sequence[GrantRow]
    checkpoint: CheckpointRow
    secrets: Sequence[LocalRow]

    def stands_in(self, rows: Rows) -> bool:
        """Look for each row by its full key, in the transaction that wrote it."""
        given = {row for epoch in {grant.epoch for grant in self.grants} for row in rows.grants_of(epoch)}
        return (
            rows.holds_versions(self.versions, self.keys)
            and rows.holds_checkpoint(self.checkpoint)
            and given.issuperset(self.grants)
            and all(rows.epoch(epoch.digest) == epoch for epoch in self.epochs)
            and all(rows.holds_local(secret) for secret in self.secrets)
        )
