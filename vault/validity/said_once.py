"""What is said once: by the entry that founds a case or a section, and by the one that admits a member (FORMAT.md 4).

Whoever holds a case may write its record anew. Under which name logs know it, and to which case a section belongs, was
said when it was founded: nobody says it a second time.

Its author decides how much an entry lists, and how many versions ask what it says: each place of it is opened once for
all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import merge

from vault.casework.case import Case, Section
from vault.ids import CompartmentId, CompartmentKind, Origin, VaultId
from vault.log.items import Item, ItemKind
from vault.records.versions import OpenedVersion, open_each
from vault.seal.keyring import Keyring
from vault.store.rows import Rows
from vault.store.rowtypes import SealedVersion
from vault.validity.authority import Entry

_FIXED = {(CompartmentKind.CASE, Case.KIND): ("audit",), (CompartmentKind.SECTION, Section.KIND): ("case", "audit")}
FirstAsked = tuple[CompartmentId, str, Origin, int, bytes]
"""Compartment, kind, and the entry that founds the compartment, with the digest of its list."""


def says_once(place: CompartmentKind, kind: str) -> bool:
    """Tell whether something of a version of this kind, in a compartment of that kind, is said once."""
    return (place, kind) in _FIXED


@dataclass(slots=True)
class FirstSaid:
    """How far a founding entry was read for the first version of a kind; no later row takes that back.

    Attributes:
        at: the place of the first one; until it is found, the next to look at.
        says: what the first one says, as far as it is said once.
    """

    at: int = 0
    says: tuple[object, ...] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class SaidOnce:
    """Compares versions with what was said first, as one moment of the rows shows it.

    `said_first` can be kept for the next moment.
    """

    rows: Rows
    vault: VaultId
    keyring: Keyring
    said_first: dict[FirstAsked, FirstSaid] = field(default_factory=dict)
    _placed: dict[tuple[Origin, int, bytes], dict[bytes | None, list[int]]] = field(default_factory=dict)

    def failed_check(self, version: OpenedVersion, place: CompartmentKind, founding: Entry) -> str | None:
        """Return the check that a version fails that says something once: C5, or C7 while the first is not here."""
        kind = version.content.kind
        fixed = _FIXED[place, kind]
        first = self._first(version.compartment, kind, founding)
        if first.says is None and not self._read_on(first, version.compartment, kind, founding, fixed):
            return "C7"
        return None if first.says == _said(version, fixed) else "C5"

    def said_in(self, compartment: CompartmentId, place: CompartmentKind, founding: Entry) -> bytes | None:
        """Return the id of the version that says once what a case or a section is; of one not here that may be it."""
        for (home, kind), fixed in _FIXED.items():
            if home is place:
                first = self._first(compartment, kind, founding)
                if first.says is not None or not self._read_on(first, compartment, kind, founding, fixed):
                    return founding.items[first.at].digest
        return None

    def _first(self, compartment: CompartmentId, kind: str, founding: Entry) -> FirstSaid:
        asked = (compartment, kind, founding.origin, founding.seq, founding.list_digest)
        return self.said_first.setdefault(asked, FirstSaid())

    def is_admission(self, version: OpenedVersion, entry: Entry) -> bool:
        """Say whether a version of kind `member` replaces nothing, and its entry lists an admission of that member."""
        member = version.content.fields.get("member")
        if version.content.parents:
            return False
        return any(certificate.is_first and certificate.member == member for certificate in entry.admitted(self.vault))

    def _read_on(
        self, first: FirstSaid, compartment: CompartmentId, kind: str, founding: Entry, fixed: tuple[str, ...]
    ) -> bool:
        """Look for the first version of a kind; say whether all that the entry lists before it is here and opens."""
        placed = self._places(founding)
        for first.at in merge(placed.get(compartment, ()), placed[None]):
            item = founding.items[first.at]
            if item == Item.in_compartment(ItemKind.VERSION, compartment, item.digest):
                listed = [
                    sealed
                    for sealed in self.rows.version_at(founding.origin, founding.seq, first.at)
                    if (sealed.id, sealed.compartment) == (item.digest, compartment)
                ]
                opened = self._opened(listed)
                if opened is None:
                    return False
                if opened.content.kind == kind:
                    first.says = _said(opened, fixed)
                    return True
        return True

    def _places(self, founding: Entry) -> dict[bytes | None, list[int]]:
        """Return the versions of a list by compartment: their places; under None those of which nothing here tells."""
        asked = (founding.origin, founding.seq, founding.list_digest)
        if asked not in self._placed:
            of: dict[int, bytes] = {
                row.n: row.compartment
                for row in self.rows.version_rows(founding.origin, founding.seq, founding.seq + 1)
                if founding.items[row.n : row.n + 1]
                == (Item.in_compartment(ItemKind.VERSION, row.compartment, row.id),)
            }
            placed: dict[bytes | None, list[int]] = {None: []}
            for n, item in enumerate(founding.items):
                if item.kind == ItemKind.VERSION:
                    placed.setdefault(of.get(n), []).append(n)
            self._placed[asked] = placed
        return self._placed[asked]

    def _opened(self, listed: list[SealedVersion]) -> OpenedVersion | None:
        """Return what the rows of one listed version come to, if one of them opens."""
        opened, _ = open_each(listed, vault=self.vault, keyring=self.keyring)
        return next(iter(opened), None)


def _said(version: OpenedVersion, fixed: tuple[str, ...]) -> tuple[object, ...]:
    return tuple(version.content.fields.get(name) for name in fixed)
