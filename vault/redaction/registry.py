"""The people whose identifiers are looked for, and an index of every form that a text may show them in."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations, product
from types import MappingProxyType

from vault.casework.contact import is_never_used
from vault.casework.dates import PartialDate
from vault.casework.person import Person
from vault.casework.vocabulary import PersonRole
from vault.names.normal import normal
from vault.names.written_forms import FEWEST_LETTERS, PARTICLES, latin_spellings, lookalikes, word_forms, words_of
from vault.redaction.spans import IdentifierType, Match
from vault.redaction.spelled import written_dates
from vault.redaction.units import Unit

# The people whose identifiers are looked for, and every form that a text may show them in.

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
    return strong_words(replace(person, names=tuple(name for name in person.names if len(words_of(name)) == 1)))


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


# The registry: an index of every form of every registered person, built once per case and asked many times.
Entities = frozenset[bytes]
TypedEntities = tuple[IdentifierType, Entities]

PREFIX_LETTERS = 3


@dataclass(frozen=True, slots=True)
class Registry:
    """Look-ups from plain forms to people. Not shown: each key is someone's name or number.

    `words` alone point to a person, `weak` words only beside one of them; `whole` are those of `words` that are all
    of a name. `short` are forms of names of two letters: a person is asked about them wherever they stand.
    `numbers` are digits, `literals` whole tokens such as an e-mail. `born` is by (year, month, day) or
    (year, month, None). `seen` has what each text holds: one case is redacted several times over.
    """

    persons: Mapping[bytes, RegisteredPerson] = field(repr=False)
    words: Mapping[str, Entities] = field(repr=False)
    whole: Mapping[str, Entities] = field(repr=False)
    weak: Mapping[str, Entities] = field(repr=False)
    short: frozenset[str] = field(repr=False)
    prefixes: frozenset[str] = field(repr=False)
    numbers: Mapping[str, TypedEntities] = field(repr=False)
    number_lengths: tuple[int, ...] = field(repr=False)
    literals: Mapping[str, TypedEntities] = field(repr=False)
    born: Mapping[tuple[int, int, int | None], Entities] = field(repr=False)
    seen: dict[str, tuple[list[Match], tuple[Unit, ...]]] = field(default_factory=dict, repr=False, compare=False)

    def role(self, entity: bytes) -> PersonRole | None:
        """Return what a registered person is to the case; None for whom only a restricted section names."""
        return self.persons[entity].role

    def forbidden_forms(self, hides: Callable[[IdentifierType, PersonRole | None], bool]) -> tuple[str, ...]:
        """Return the spellings that finished files must not hold as whole words, for the verifier.

        `hides` says whether the profile hides a type of identifier of a role. A spelling that somebody shares whose
        identifier stays, such as the surname of a family, is not among them: it may stand there rightly.
        """
        hidden: set[str] = set()
        allowed: set[str] = set()
        for person in self.persons.values():
            for kind, forms in _spellings(person):
                (hidden if hides(kind, person.role) else allowed).update(forms)
        return tuple(sorted(hidden - allowed))


def build_registry(persons: Iterable[RegisteredPerson]) -> Registry:
    """Return the index. Costs about a millisecond for each part of a Cyrillic name that was not met before."""
    by_entity = {person.entity: person for person in persons}
    words: dict[str, set[bytes]] = defaultdict(set)
    whole: dict[str, set[bytes]] = defaultdict(set)
    weak: dict[str, set[bytes]] = defaultdict(set)
    born: dict[tuple[int, int, int | None], set[bytes]] = defaultdict(set)
    numbers: dict[str, tuple[IdentifierType, set[bytes]]] = {}
    literals: dict[str, tuple[IdentifierType, set[bytes]]] = {}
    for entity, person in by_entity.items():
        for index, forms_of in ((words, strong_words), (whole, whole_words), (weak, weak_words)):
            for form in forms_of(person):
                index[form].add(entity)
        if (key := born_key(person)) is not None:
            born[key].add(entity)
        phones, documents = number_keys(person)
        _add(numbers, IdentifierType.DOCUMENT, documents, entity)
        _add(numbers, IdentifierType.PHONE, phones, entity)
        _add(literals, IdentifierType.DOCUMENT, document_literals(person), entity)
        _add(literals, IdentifierType.EMAIL, email_literals(person), entity)
    return Registry(
        persons=MappingProxyType(by_entity),
        words=_frozen(words),
        whole=_frozen(whole),
        weak=_frozen(weak),
        short=frozenset().union(*map(short_words, by_entity.values())),
        prefixes=frozenset(word[:PREFIX_LETTERS] for word in words),
        numbers=_frozen_typed(numbers),
        number_lengths=tuple(sorted({len(digits) for digits in numbers})),
        literals=_frozen_typed(literals),
        born=MappingProxyType({key: frozenset(entities) for key, entities in born.items()}),
    )


def _spellings(person: RegisteredPerson) -> tuple[tuple[IdentifierType, frozenset[str]], ...]:
    return (
        (IdentifierType.NAME, spelled_names(person)),
        (IdentifierType.BORN, spelled_birth(person)),
        (IdentifierType.PHONE, spelled_numbers(person.phones)),
        (IdentifierType.EMAIL, email_literals(person)),
        (IdentifierType.DOCUMENT, spelled_numbers(person.documents)),
    )


def _add(
    index: dict[str, tuple[IdentifierType, set[bytes]]], kind: IdentifierType, forms: Iterable[str], entity: bytes
) -> None:
    for form in forms:
        index.setdefault(form, (kind, set()))[1].add(entity)


def _frozen(index: Mapping[str, set[bytes]]) -> Mapping[str, Entities]:
    return MappingProxyType({form: frozenset(entities) for form, entities in index.items()})


def _frozen_typed(index: Mapping[str, tuple[IdentifierType, set[bytes]]]) -> Mapping[str, TypedEntities]:
    return MappingProxyType({form: (kind, frozenset(entities)) for form, (kind, entities) in index.items()})
