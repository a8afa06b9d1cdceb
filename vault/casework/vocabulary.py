"""Controlled vocabularies: the stored words of a case. A word, once written, is never reused for something else."""

from __future__ import annotations

from enum import StrEnum, unique
from typing import TypeVar

from vault.errors import UsageError
from vault.words.message import Message

_Word = TypeVar("_Word", bound=StrEnum)


@unique
class ReferralPurpose(StrEnum):
    """What the recipient needs it for."""

    LEGAL_REFERRAL = "legal-referral"
    COURT_CASE = "court-case"
    MEDICAL_CARE = "medical-care"
    SEARCH = "search-for-somebody"


def word_of(vocabulary: type[_Word], text: str, field: str) -> _Word:
    """Return the word of a vocabulary.

    Raises:
        UsageError: it has no such word; those that it has are named.
    """
    if text not in set(vocabulary):
        raise UsageError(Message("{field} must be one of: {names}", field=field, names=", ".join(vocabulary)))
    return vocabulary(text)


@unique
class PersonRole(StrEnum):
    """What a person is to the case. Redaction decides by it (`vault.redaction.profile`)."""

    CLIENT = "client"
    RELATIVE = "relative"
    WITNESS = "witness"
    WORKER = "worker"
    INTERPRETER = "interpreter"
    PERSECUTOR = "persecutor"
    GUARANTOR = "guarantor"
    CO_ACCUSED = "co-accused"
    DEPENDANT = "dependant"
    LAWYER = "lawyer"
    THIRD = "third"


@unique
class Sex(StrEnum):
    """As a person says of themselves, or their papers do; most records do without."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


@unique
class NameKind(StrEnum):
    """Where a written name comes from."""

    LEGAL = "legal"
    PASSPORT = "passport"
    BIRTH = "birth"
    FORMER = "former"
    MARRIED = "married"
    ALIAS = "alias"
    NICK = "nick"
    ONLINE_HANDLE = "online-handle"
    PSEUDONYM_OF_RECORD = "pseudonym-of-record"
    PRESS = "press"
    POLICE_LIST = "police-list"
    MISSPELT = "misspelt"


@unique
class DocumentKind(StrEnum):
    """What a number identifies."""

    PASSPORT = "passport"
    ID_CARD = "id-card"
    PIN = "pin"
    BIRTH_CERT = "birth-cert"
    UNHCR_CASE = "unhcr-case"
    ASYLUM_CERT = "asylum-cert"
    COURT_CASE = "court-case"
    WANTED_REF = "wanted-ref"
    PRISON_NO = "prison-no"
    OTHER = "other"


@unique
class Channel(StrEnum):
    """A way to reach a person."""

    PHONE = "phone"
    SMS = "sms"
    MESSENGER = "messenger"
    EMAIL = "email"
    IN_PERSON = "in-person"
    THROUGH_SOMEONE = "through-someone"
    NOT_KNOWN = "not-known"  # only what must never be used is known yet


@unique
class NoteKind(StrEnum):
    """What a note is about; a profile lets kinds leave, not notes."""

    CONTACT = "contact"
    INTERVIEW = "interview"
    LEGAL_ADVICE = "legal-advice"
    MEDICAL = "medical"
    SAFETY = "safety"
    ADMINISTRATION = "administration"
    SUPERVISION = "supervision"


@unique
class Risk(StrEnum):
    """How near the harm is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    IMMEDIATE = "immediate"
