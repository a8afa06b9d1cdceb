"""Every kind of record, by the word that is sealed with it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from vault.casework.access import Access, Section
from vault.casework.approving import Approving
from vault.casework.case import Case
from vault.casework.disclosure import Disclosure
from vault.casework.intake import RegisterEntry, Slip
from vault.casework.membership import Deputy, Order
from vault.casework.note import Note
from vault.casework.partner import Partner
from vault.casework.person import Person

CaseworkRecord = (
    Case | Person | Note | Partner | Disclosure | Access | Section | Deputy | Order | Slip | RegisterEntry | Approving
)

RECORD_KINDS: Mapping[str, type[CaseworkRecord]] = MappingProxyType(
    {
        Case.KIND: Case,
        Person.KIND: Person,
        Note.KIND: Note,
        Partner.KIND: Partner,
        Disclosure.KIND: Disclosure,
        Access.KIND: Access,
        Section.KIND: Section,
        Deputy.KIND: Deputy,
        Order.KIND: Order,
        Slip.KIND: Slip,
        RegisterEntry.KIND: RegisterEntry,
        Approving.KIND: Approving,
    }
)
