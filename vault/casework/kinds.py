"""Every kind of record."""

from __future__ import annotations

from vault.casework.access import Access, Section
from vault.casework.approving import Approving
from vault.casework.case import Case
from vault.casework.directory import AttemptsKey, DeviceName, Member, Organisation, PackageKey
from vault.casework.disclosure import Disclosure
from vault.casework.form import FormedRecord
from vault.casework.hold import Hold, Retention
from vault.casework.intake import RegisterEntry, Slip
from vault.casework.membership import Deputy, Order
from vault.casework.note import Note
from vault.casework.own_forms.definition import FormDefinition
from vault.casework.partner import Partner
from vault.casework.person import Person

CaseworkRecord = (
    Case
    | Person
    | Note
    | Partner
    | Disclosure
    | Access
    | Section
    | Deputy
    | Order
    | Slip
    | RegisterEntry
    | Approving
    | Hold
    | Retention
    | Organisation
    | Member
    | DeviceName
    | AttemptsKey
    | PackageKey
    | FormDefinition
    | FormedRecord
)
