"""Invented people for `casevault demo`, from `demo_cases.toml`. No one here exists."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from vault.casework.person import SafeContact
from vault.data_files import read_table

ORGANISATION = "Harbour Legal Aid (invented)"
MEMBER = "Amina"
COLLEAGUE = "Joël"


class DemoPerson(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person as the command line would take them."""

    role: str
    names: tuple[str, ...]
    born: str | None = None
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    contact: SafeContact | None = None


class DemoRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A record with a form, as typed. A number stands for the day that lies so many days from today."""

    kind: str
    fields: Mapping[str, str | int]
    time: str = ""  # behind the first day, HH:MM


class DemoCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A case with its people, notes (kind, text), later stages (stage, days from today) and what happened."""

    title: str
    kind: str
    persons: tuple[DemoPerson, ...]
    notes: tuple[tuple[str, str], ...]
    stages: tuple[tuple[str, int], ...] = ()
    records: tuple[DemoRecord, ...] = ()


class _Demo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file has."""

    extradition: DemoCase
    detention: DemoCase
    family: DemoCase
    slips: tuple[tuple[str, str, str, str], ...]
    colleagues_note: str
    added_note: tuple[str, str]


_DEMO = read_table("vault.services", "demo_cases.toml", _Demo)
EXTRADITION, DETENTION, FAMILY = CASES = (_DEMO.extradition, _DEMO.detention, _DEMO.family)
SLIPS = _DEMO.slips
COLLEAGUES_NOTE = _DEMO.colleagues_note
ADDED_NOTE = _DEMO.added_note
