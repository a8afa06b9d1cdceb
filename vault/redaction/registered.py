"""The people whose identifiers are looked for, and every form that a text may show them in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations, product

from vault.casework.contact import is_never_used
from vault.casework.dates import PartialDate
from vault.casework.person import Person
from vault.casework.vocabulary import PersonRole
from vault.names.forms import FEWEST_LETTERS, PARTICLES, lookalikes, word_forms, words_of
from vault.names.normal import normal
from vault.names.transliteration import latin_spellings
from vault.redaction.months import written_dates

_SHORT = FEWEST_LETTERS - 1  # one letter is an initial
_FEWEST_GLUED_LETTERS = 5
_FEWEST_LOCAL_PART = 4
_SPELLINGS_GLUED = 2
_NATIONAL_DIGITS = 9  # of a phone: what stays the same with and without country code and trunk digit
_FEWEST_DIGITS = 5
_BEHIND_A_CONTACT = b"contact"


@dataclass(frozen=True, slots=True)
class RegisteredPerson:
    """Someone the vault knows. `entity` is the record id; `documents` are numbers as written.

    `role` is None for whom only a restricted section names: a profile lets nothing of theirs stay and gives no code.
    """

    entity: bytes
    role: PersonRole | None
    names: tuple[str, ...] = field(default=(), repr=False)
    born: str | None = field(default=None, repr=False)
    phones: tuple[str, ...] = field(default=(), repr=False)
    emails: tuple[str, ...] = field(default=(), repr=False)
    documents: tuple[str, ...] = field(default=(), repr=False)


def registered_people(persons: Iterable[tuple[bytes, Person]]) -> Iterator[RegisteredPerson]:
    """Yield who is looked for of people's records, by record id.

    Who answers at a safe contact, or has a number that must never be used, is somebody else: a third person without a
    name, under an id that no record has. A safe contact that is a number or address of the person's own is theirs.
    """
    for entity, person in persons:
        yield RegisteredPerson(
            entity=entity,
            role=person.role,
            names=tuple(name.text for name in person.names),
            born=person.born,
            phones=person.phones,
            emails=person.emails,
            documents=tuple(document.number for document in person.documents),
        )
        if person.safe_contact is not None:
            contact = person.safe_contact
            is_own = is_never_used(contact.address, (*person.phones, *person.emails))
            lines = (*(() if is_own else (contact.address,)), *contact.never_use)
            yield RegisteredPerson(
                entity=entity + _BEHIND_A_CONTACT,
                role=PersonRole.THIRD,
                phones=tuple(line for line in lines if "@" not in line),
                emails=tuple(line for line in lines if "@" in line),
            )


def whole_words(person: RegisteredPerson) -> frozenset[str]:
    """Return those of `strong_words` that are a whole name of the person: it has no other word."""
    alone = tuple(name for name in person.names if len(words_of(name)) == 1)
    return strong_words(replace(person, names=alone))


def strong_words(person: RegisteredPerson) -> frozenset[str]:
    """Return plain words each of which alone points to the person: parts of names in all forms, and glued names."""
    spelled = _spelled_words(person)
    return spelled | lookalikes(spelled)


def _spelled_words(person: RegisteredPerson) -> frozenset[str]:
    forms = {
        form
        for name in person.names
        for word in words_of(name)
        if not _is_weak(word)
        for form in word_forms(word)
        if len(form) >= FEWEST_LETTERS
    }
    for name in person.names:
        forms.update(_glued(words_of(name)))
    return frozenset(forms)


def weak_words(person: RegisteredPerson) -> frozenset[str]:
    """Return plain words that point to the person only beside another word of the same person."""
    return frozenset(
        form
        for name in person.names
        for word in words_of(name)
        for form in word_forms(word)
        if _is_weak(word) or len(form) < FEWEST_LETTERS
    )


def short_words(person: RegisteredPerson) -> frozenset[str]:
    """Return plain forms of names of two letters, which point to nobody alone and may be ordinary words."""
    return frozenset(
        form
        for name in person.names
        for word in words_of(name)
        if len(plain := normal(word)) == _SHORT and plain not in PARTICLES
        for form in word_forms(word)
    )


def number_keys(person: RegisteredPerson) -> tuple[frozenset[str], frozenset[str]]:
    """Return the digits to look for: of phones (the last nine, or all), and of documents."""
    phones = (_digits(phone) for phone in person.phones)
    return (
        frozenset(digits[-_NATIONAL_DIGITS:] for digits in phones if len(digits) >= _FEWEST_DIGITS),
        frozenset(digits for number in person.documents if len(digits := _digits(number)) >= _FEWEST_DIGITS),
    )


def email_literals(person: RegisteredPerson) -> frozenset[str]:
    """Return plain e-mails and their local parts."""
    literals = {normal(email).strip() for email in person.emails}
    local_parts = {email.partition("@")[0] for email in literals}
    return frozenset(literals | {part for part in local_parts if len(part) >= _FEWEST_LOCAL_PART})


def document_literals(person: RegisteredPerson) -> frozenset[str]:
    """Return plain document numbers without spaces."""
    return frozenset(re.sub(r"[\s№]+", "", normal(number)) for number in person.documents)


def born_key(person: RegisteredPerson) -> tuple[int, int, int | None] | None:
    """Return (year, month, day or None) of birth; None if less than a month is known: a bare year names nobody."""
    if person.born is None:
        return None
    born = PartialDate.parse(person.born)
    return None if born.month is None else (born.year, born.month, born.day)


def spelled_names(person: RegisteredPerson) -> frozenset[str]:
    """Return what the verifier must not find of the names: plain words, names as written, and their plain forms."""
    whole = {form for name in person.names if len(words_of(name)) > 1 for form in (name.casefold(), normal(name))}
    written = {word.casefold() for name in person.names for word in words_of(name) if len(word) >= FEWEST_LETTERS}
    written -= {word for word in written if _is_weak(word)}
    return _spelled_words(person) | whole | written


def spelled_numbers(numbers: Iterable[str]) -> frozenset[str]:
    """Return what the verifier must not find of numbers: as written, and as digits."""
    forms: set[str] = set()
    for number in numbers:
        digits = _digits(number)
        forms |= {number.casefold(), normal(number)}
        forms |= {part for part in (digits, digits[-_NATIONAL_DIGITS:]) if len(part) >= _FEWEST_DIGITS}
    return frozenset(forms)


def spelled_birth(person: RegisteredPerson) -> frozenset[str]:
    """Return what the verifier must not find of the date of birth."""
    key = born_key(person)
    return frozenset() if key is None or key[2] is None else written_dates(key[0], key[1], key[2])


def _is_weak(word: str) -> bool:
    plain = normal(word).replace("'", "")
    return len(plain) < FEWEST_LETTERS or plain in PARTICLES


def _glued(words: tuple[str, ...]) -> set[str]:
    """Return names written as one word, as addresses and handles do: both, and an initial with the other."""
    spellings = [latin_spellings(word)[:_SPELLINGS_GLUED] for word in words]
    glued: set[str] = set()
    for firsts, seconds in combinations(spellings, 2):
        for first, second in product(firsts, seconds):
            glued |= {first + second, second + first, first[0] + second, second + first[0]}
            glued |= {second[0] + first, first + second[0]}
    return {form for form in glued if len(form) >= _FEWEST_GLUED_LETTERS}


def _digits(number: str) -> str:
    return "".join(letter for letter in normal(number) if letter.isdigit() and letter.isascii())
