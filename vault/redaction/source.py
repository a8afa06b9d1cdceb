"""What goes into redaction: records as fields, every field of every record. The profile picks, not this file."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from vault.casework.case import Case
from vault.casework.form import YES, FormedRecord, Shape
from vault.casework.kinds import CaseworkRecord
from vault.casework.note import Note
from vault.casework.person import NO_LONGER, IdentityDocument, Person, PersonName
from vault.casework.vocabulary import PersonRole
from vault.redaction.decoded import written_apart
from vault.redaction.profile import ANY_VARIANT, CONFIRMED, NEEDED, PAPER, Profile
from vault.redaction.spans import IdentifierType

_WORD = re.compile(r"\w+")
# What shows nothing and turns what stands beside it: it would part a word, or let it read otherwise than it is written.
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1b\x7f\u202a-\u202e\u2066-\u2069]")
_MONTH: Final = len("2026-01")
_NOBODY_TWICE: Final[Mapping[bytes, bytes]] = MappingProxyType({})
_IDENTIFIERS = {
    "names": IdentifierType.NAME,
    "born": IdentifierType.BORN,
    "phones": IdentifierType.PHONE,
    "emails": IdentifierType.EMAIL,
    "documents": IdentifierType.DOCUMENT,
}


@dataclass(frozen=True, slots=True)
class SourceField:
    """One field. `identifier`: its values identify the record's person. `coded`: a vocabulary's word, nobody's own.

    `of` is another person of the case whom they identify, by role and record id.
    """

    name: str
    values: tuple[str, ...] = field(repr=False)
    identifier: IdentifierType | None = None
    coded: bool = False
    of: tuple[PersonRole, bytes] | None = None


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """One record. `variant` is the kind of a note or the role of a person; of what happened, whether it is confirmed.

    `entity` is a person's record id.
    `version` is the id of the version that the fields stand in: what a person kept holds where they read it;
    `is_exact`: they say it word for word.
    """

    kind: str
    variant: str
    fields: tuple[SourceField, ...]
    entity: bytes | None = None
    version: bytes = b""
    is_exact: bool = True


@dataclass(frozen=True, slots=True)
class DossierSource:
    """All records of a case that the exporter may read, in the order in which they are to be shown."""

    records: tuple[SourceRecord, ...]


def dossier_source(
    entries: Iterable[tuple[bytes, bytes, CaseworkRecord]], same: Mapping[bytes, bytes] = _NOBODY_TWICE
) -> DossierSource:
    """Return the source for records by record id and version id, in the given order.

    A record that names a person of the case by their id says who it is; `same` has the record that stands for another
    of the same person.
    """
    listed = tuple(entries)
    people = {entity: record for entity, _, record in listed if isinstance(record, Person)}
    found = []
    for entity, version, record in listed:
        source = source_record(entity, version, record)
        found.append(replace(source, fields=(*source.fields, *_people_in(record, people, same))))
    return DossierSource(tuple(found))


def said_now(text: str) -> tuple[SourceRecord, ...]:
    """Return what somebody writes for one export alone, which no record of the case has; nothing without a text."""
    return (SourceRecord(NEEDED, ANY_VARIANT, (SourceField("text", (text,)),)),) if text else ()


def said_on_paper(kind: str, version: bytes, text: str) -> SourceRecord:
    """Return the text of a paper of this kind, as it was read on its pages: not a letter of it is left out.

    Of what is hidden in it, the places are those in `text`.
    """
    return SourceRecord(PAPER, kind, (SourceField("text", (text,)),), version=version)


def _people_in(
    record: CaseworkRecord, people: Mapping[bytes, Person], same: Mapping[bytes, bytes]
) -> Iterator[SourceField]:
    """Yield whom a record with a form names by their id, as their first name that holds."""
    for asked in record.FORM.fields if isinstance(record, FormedRecord) else ():
        named = getattr(record, asked.name) if asked.shape is Shape.RECORD else None
        person = people.get(entity := same.get(named, named)) if isinstance(named, bytes) else None
        if person is not None and (names := tuple(name.text for name in person.current_names()[:1])):
            yield SourceField(asked.name, names, IdentifierType.NAME, of=(person.role, entity))


def words_of_texts(source: DossierSource, profile: Profile) -> frozenset[str]:
    """Return the distinct words of the free texts that a profile lets out, in small letters, as written or decoded."""
    found: set[str] = set()
    for record in source.records:
        rule = profile.rule(record.kind, record.variant)
        labels = frozenset[str]() if rule is None else rule.labels.keys()
        for part in record.fields:
            if part.name in labels and part.identifier is None and not part.coded:
                said = (text for value in part.values for text in (value, *(run.text for run in written_apart(value))))
                found.update(word for text in said for word in _WORD.findall(text.casefold()))
    return frozenset(found)


def source_record(entity: bytes, version: bytes, record: CaseworkRecord) -> SourceRecord:
    is_person = isinstance(record, Person)
    fields = [_field(part.name, getattr(record, part.name), is_person) for part in dataclasses.fields(record)]
    if isinstance(record, Case):
        fields += (_month(name, getattr(record, name)) for name in ("opened", "closed"))
    return SourceRecord(record.KIND, _variant(record), tuple(fields), entity if is_person else None, version)


def _month(name: str, day: str | None) -> SourceField:
    """Return the month of a day, for whom the day itself could tell one case from another."""
    return SourceField(f"{name}_month", () if day is None else (day[:_MONTH],), coded=True)


def _variant(record: CaseworkRecord) -> str:
    if isinstance(record, Person):
        return record.role
    if isinstance(record, Note | Case):
        return record.kind
    return CONFIRMED if isinstance(record, FormedRecord) and record.is_confirmed() else ANY_VARIANT


def _field(name: str, value: object, of_person: bool) -> SourceField:
    values = value if isinstance(value, tuple) else (value,)
    written = tuple(text for value in values if (text := _written(value)) is not None)
    identifier = _IDENTIFIERS.get(name) if of_person else None
    # A country is one of two letters, which the record checks.
    is_coded = isinstance(value, StrEnum | bool) or (of_person and name == "nationalities")
    return SourceField(name, written, identifier, coded=is_coded)


def _written(value: object) -> str | None:
    """Return how a value is written; None for what never leaves: without a text form, or a name that holds no more.

    What was not said to be so is not said not to be so.
    """
    if isinstance(value, PersonName):
        return None if value.kind in NO_LONGER else _UNSEEN.sub("", value.text)
    if isinstance(value, IdentityDocument):
        return f"{value.kind.value} {value.number}"
    if value is True:
        return YES
    return _UNSEEN.sub("", value) if isinstance(value, str) else None
