"""Every kind of record."""

from __future__ import annotations

from vault.casework.case import Access, Case, Hold, Retention, Section
from vault.casework.disclosure import Approving, Disclosure, Heard, PageWords
from vault.casework.form import FormedRecord
from vault.casework.intake import RegisterEntry, Slip
from vault.casework.note import Note
from vault.casework.organisation_records import AttemptsKey, Deputy, DeviceName, Member, Order, Organisation, PackageKey
from vault.casework.partner import Partner
from vault.casework.person import Person
from vault.casework.questionnaires import FormDefinition

CaseworkRecord = (
    Case
    | Person
    | Note
    | Partner
    | Disclosure
    | PageWords
    | Heard
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
