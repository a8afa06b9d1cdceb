"""Opens keys that were given to this seat. Who lists that they gave one, did; what opens it, its own name proves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from vault.errors import VerificationError
from vault.log.epoch_notice import EpochNotice
from vault.log.genesis import seat_in
from vault.log.items import ItemKind
from vault.seal.keyring import epoch_id
from vault.seal.purposes import Purpose
from vault.seal.recipients import GrantContext, KemPrivate, open_from
from vault.store.rows import Rows
from vault.store.rowtypes import GrantRow
from vault.validity.authority import Listings

# The giver in a row is a hint: whoever holds a compartment has the rows of all others, and can list one as their own.

# Of the rows of one giver so many may fail to open before a reader leaves the others alone: those of an honest seat
# open. Whose name one is tried under does not matter: anybody can list that they gave the keys of others.
# Recovery changes its key, and what was sealed to the one before is nobody's fault.
MOST_FAILURES = 16


@dataclass(frozen=True, slots=True)
class GrantReader:
    """Opens the grants that were sealed to one key.

    Attributes:
        failed: giver -> how many rows that came as from it did not open.
    """

    rows: Rows
    listings: Listings
    vault: bytes
    private: KemPrivate = field(repr=False)
    failed: Counter[bytes] = field(default_factory=Counter)

    def open(self, notice: EpochNotice, grant: GrantRow) -> bytes | None:
        """Return the key that a grant is of, or None: it holds none for this reader."""
        return self.open_as_from(notice, grant, self._givers(grant))

    def open_as_from(self, notice: EpochNotice, grant: GrantRow, givers: Iterable[bytes]) -> bytes | None:
        """Return that key where one of these gave it, and its row's giver did not waste this reader's work before.

        No row is read.
        """
        if self.failed[grant.giver] >= MOST_FAILURES:
            return None
        for giver in givers:
            context = GrantContext(Purpose.GRANT, self.vault, notice.compartment, grant.epoch, giver, grant.seat)
            with suppress(VerificationError):
                key = open_from(self.private, grant.sealed, context)
                if epoch_id(notice.compartment, notice.origin, key) == grant.epoch:
                    if self.failed[grant.giver]:
                        self.failed[grant.giver] -= 1  # somebody else may have put one beside it that does not open
                    return key
        self.failed[grant.giver] += 1
        return None

    def _givers(self, grant: GrantRow) -> Iterator[bytes]:
        yield grant.giver
        origins = {
            origin for origin, _ in self.listings.of(self.rows, ItemKind.GRANT).get(grant.epoch + grant.seat, ())
        }
        seats = {seat_in(row.bytes) for row in self.rows.geneses() if row.origin in origins}
        yield from seats - {grant.giver}
