"""What is said once: by the entry that founds a case or a section, and by the one that admits a member (FORMAT.md 4).

Whoever holds a case may write its record anew. Under which name logs know it, and to which case a section belongs, was
said when it was founded: nobody says it a second time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from vault.casework.access import Section
from vault.casework.case import Case
from vault.errors import MalformedError
from vault.ids import CompartmentId, CompartmentKind, Origin, VaultId
from vault.log.header import Header
from vault.log.items import Item, ItemKind
from vault.log.rosters.roster import ROSTER_RECORD, Roster, RosterChain
from vault.records.versions import OpenedVersion, open_each
from vault.seal.keyring import Keyring
from vault.store.rows import Rows
from vault.store.rowtypes import OperationRow
from vault.validity.authority import Entry

_FIXED = {(CompartmentKind.CASE, Case.KIND): ("audit",), (CompartmentKind.SECTION, Section.KIND): ("case", "audit")}


@dataclass(frozen=True, slots=True)
class SaidOnce:
    """Compares versions with what was said first, as one moment of the rows shows it."""

    rows: Rows
    vault: VaultId
    keyring: Keyring

    def failed_check(self, version: OpenedVersion, place: CompartmentKind, founding: Entry) -> str | None:
        """Return the check that a version fails: C5 for saying something else, C7 while the first is not here."""
        fixed = _FIXED.get((place, version.content.kind))
        if fixed is None:
            return None
        for n, item in enumerate(founding.items):
            if item != Item.in_compartment(ItemKind.VERSION, version.compartment, item.digest):
                continue
            if (version.origin, version.seq, version.n) == (founding.origin, founding.seq, n):
                return None
            first = self._opened(version.compartment, founding.origin, founding.seq, n, item)
            if first is None:
                return "C7"
            if first.content.kind == version.content.kind:
                said, says = first.content.fields, version.content.fields
                return None if all(said.get(name) == says.get(name) for name in fixed) else "C5"
        return "C5"

    def is_admission(self, version: OpenedVersion, row: OperationRow, entry: Entry, chain: RosterChain) -> bool:
        """Say whether a version of kind `member` stands in the entry that admits them, and replaces nothing.

        Args:
            version: opened.
            row: the entry that lists it.
            entry: the same, with its author.
            chain: the rosters that are valid.
        """
        if version.content.parents:
            return False
        member, named = version.content.fields.get("member"), Header.decode(row.header).roster
        return any(
            member in roster.members
            and all(before is None or member not in before.members for before in map(chain.by_root, roster.head.prev))
            and (entry.founds_vault or entry.recovers or named in roster.head.prev)
            for roster in self._rosters(version, entry, chain)
        )

    def _rosters(self, version: OpenedVersion, entry: Entry, chain: RosterChain) -> Iterator[Roster]:
        """Yield the rosters known here that an entry lists."""
        for n, item in enumerate(entry.items):
            if item != Item.in_compartment(ItemKind.VERSION, version.compartment, item.digest):
                continue
            found = self._opened(version.compartment, entry.origin, entry.seq, n, item)
            if found is not None and found.record == ROSTER_RECORD:
                with suppress(MalformedError):
                    roster = chain.by_root(Roster.from_fields(found.content.fields).root)
                    if roster is not None:
                        yield roster

    def _opened(self, compartment: CompartmentId, origin: Origin, seq: int, n: int, item: Item) -> OpenedVersion | None:
        """Return the version that a list names at a place, if it is here and opens."""
        rows = self.rows.versions_from(origin, seq, seq + 1)
        listed = [row for row in rows if (row.n, row.id, row.compartment) == (n, item.digest, compartment)]
        opened, _ = open_each(listed, vault=self.vault, keyring=self.keyring)
        return next(iter(opened), None)
