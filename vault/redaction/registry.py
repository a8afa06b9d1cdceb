"""The registry: an index of every form of every registered person, built once per case and asked many times."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from vault.casework.vocabulary import PersonRole
from vault.redaction.actions import IdentifierType
from vault.redaction.registered import (
    RegisteredPerson,
    born_key,
    document_literals,
    email_literals,
    number_keys,
    short_words,
    spelled_birth,
    spelled_names,
    spelled_numbers,
    strong_words,
    weak_words,
    whole_words,
)

Entities = frozenset[bytes]
TypedEntities = tuple[IdentifierType, Entities]

PREFIX_LETTERS = 3


@dataclass(frozen=True, slots=True)
class Registry:
    """Look-ups from plain forms to people. Not shown: each key is someone's name or number.

    `words` alone point to a person, `weak` words only beside one of them; `whole` are those of `words` that are all
    of a name. `short` are forms of names of two letters: a person is asked about them wherever they stand.
    `numbers` are digits, `literals` whole tokens such as an e-mail. `born` is by (year, month, day) or
    (year, month, None).
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
        for form in strong_words(person):
            words[form].add(entity)
        for form in whole_words(person):
            whole[form].add(entity)
        for form in weak_words(person):
            weak[form].add(entity)
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
