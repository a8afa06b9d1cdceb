"""Who gave a grant, and what opens it (FORMAT.md 6): each seat whose log lists it says that it did, and HPKE binds one.

The giver in a row is a hint. Whoever holds a compartment has the grants of all others, can list one as their own and
pass it on before the log of its giver comes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from vault.errors import VerificationError
from vault.ids import RECOVERY_SEAT
from vault.log.genesis import SEAT_IN_GENESIS
from vault.log.items import ItemKind
from vault.seal.keyring import epoch_id
from vault.seal.purposes import Purpose
from vault.seal.recipients import GrantContext, KemPrivate, grant_digest, open_from
from vault.store.rows import Rows
from vault.store.rowtypes import GrantRow
from vault.validity.authority import Listings

# Of one giver so many may fail to open before a reader leaves the others alone: those of an honest seat open.
# Recovery changes its key, and what was sealed to the one before is nobody's fault.
MOST_FAILURES = 16


@dataclass(frozen=True, slots=True)
class GrantReader:
    """Opens the grants that were sealed to one key.

    Attributes:
        failed: giver -> how many grants as from it did not open.
    """

    rows: Rows
    listings: Listings
    vault: bytes
    private: KemPrivate = field(repr=False)
    failed: Counter[bytes] = field(default_factory=Counter)

    def open(self, compartment: bytes, grant: GrantRow) -> bytes | None:
        """Return the key of the epoch that a grant is of, or None: it holds none for this reader."""
        return self.open_as_from(compartment, grant, self._givers(grant))

    def open_as_from(self, compartment: bytes, grant: GrantRow, givers: Iterable[bytes]) -> bytes | None:
        """Return that key where one of these gave it, and did not waste this reader's work before; no row is read."""
        for giver in givers:
            if self.failed[giver] >= MOST_FAILURES:
                continue
            context = GrantContext(Purpose.GRANT, self.vault, compartment, grant.epoch, giver, grant.seat)
            with suppress(VerificationError):
                key = open_from(self.private, grant.sealed, context)
                if epoch_id(self.vault, compartment, key) == grant.epoch:
                    return key
            self.failed[giver] += grant.seat != RECOVERY_SEAT
        return None

    def _givers(self, grant: GrantRow) -> Iterator[bytes]:
        yield grant.giver
        origins = {origin for origin, _ in self.listings.of(self.rows, ItemKind.GRANT).get(grant.digest, ())}
        seats = {row.bytes[SEAT_IN_GENESIS] for row in self.rows.geneses() if row.origin in origins}
        yield from seats - {grant.giver}


@dataclass(frozen=True, slots=True)
class GivenGrants:
    """The grants here that hold together: those that a log of their named giver lists, and all others by that giver."""

    listed: frozenset[bytes]
    by_giver: Mapping[bytes, Collection[bytes]]

    def of(self, seat: bytes) -> frozenset[bytes]:
        """Return the digests of those that name as giver this seat, or another that lists them."""
        return self.listed.union(self.by_giver.get(seat, ()))


def given_grants(rows: Rows, listings: Listings) -> GivenGrants:
    """Return what is here of grants, looked at once for all logs."""
    places = listings.of(rows, ItemKind.GRANT)
    seats = {row.origin: row.bytes[SEAT_IN_GENESIS] for row in rows.geneses()}
    whole = [row for row in rows.grants() if row.digest == grant_digest(row.epoch, row.seat, row.sealed)]
    by_giver: dict[bytes, list[bytes]] = {}
    for row in whole:
        by_giver.setdefault(row.giver, []).append(row.digest)
    return GivenGrants(
        frozenset(
            row.digest for row in whole if row.giver in {seats.get(origin) for origin, _ in places.get(row.digest, ())}
        ),
        by_giver,
    )
