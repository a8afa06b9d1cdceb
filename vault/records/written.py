"""Does what an operation wrote stand in the database? A trigger of somebody else's swallows rows without a word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from vault.errors import VerificationError
from vault.store.rows import Rows
from vault.store.rowtypes import CheckpointRow, EpochRow, GrantRow, LocalRow, VersionKeyRow, VersionRow
from vault.words.message import Message
from vault.words.next_step import NextStep


class Written(NamedTuple):
    """The rows of one operation, but for its own."""

    versions: Sequence[VersionRow]
    keys: Sequence[VersionKeyRow]
    epochs: Sequence[EpochRow]
    grants: Sequence[GrantRow]
    checkpoint: CheckpointRow
    secrets: Sequence[LocalRow]

    def require_in(self, rows: Rows) -> None:
        """Return if each row stands there by its full key, in the transaction that wrote it.

        Raises:
            VerificationError: one does not.
        """
        if not self._stands_in(rows):
            raise VerificationError(
                Message("what was saved is not in the database after it was written: somebody altered the database"),
                next_step=Message("Nothing of this act was saved. Run {verify_log}.", verify_log=NextStep.VERIFY_LOG),
            )

    def _stands_in(self, rows: Rows) -> bool:
        return (
            rows.holds_versions(self.versions, self.keys)
            and rows.holds_checkpoint(self.checkpoint)
            and all(rows.grant(grant.digest) == grant for grant in self.grants)
            and all(rows.epoch(epoch.digest) == epoch for epoch in self.epochs)
            and all(rows.holds_local(secret) for secret in self.secrets)
        )
