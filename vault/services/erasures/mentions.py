"""Records that stay and name the people who go: by a whole name, or perhaps, by a word of it that stands alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from vault.access.session import Session
from vault.casework.case import Case
from vault.casework.intake import RegisterEntry, Slip
from vault.casework.person import Person
from vault.ids import CompartmentId, CompartmentKind, RecordId
from vault.index.fold import fold_word, fold_words
from vault.index.fold import words_of as indexed_words
from vault.index.search import search
from vault.names.forms import FEWEST_LETTERS, PARTICLES, word_forms, words_of
from vault.policy.roles import ALLOWED, Action
from vault.records.content import texts_in
from vault.services.cases.sections import opened_sections
from vault.services.erasures.belonging import heads
from vault.services.erasures.what_goes import Going
from vault.services.projection.kinds_held import held_of_kind
from vault.services.projection.places import name_of
from vault.services.projection.projection import up_to_date_index
from vault.words.message import Message

_MOST_NAMED = 200
_OF_PEOPLE = frozenset({Case.KIND, Person.KIND, RegisterEntry.KIND})
_Places = dict[tuple[bytes, bytes], str]


@dataclass(frozen=True, slots=True)
class Named:
    """A record that stays and holds all words of a name of a person who goes; or perhaps, one of them."""

    case: CompartmentId
    ref: str | Message
    record: RecordId
    kind: str


def named_elsewhere(session: Session, going: Going) -> list[Named]:
    """Return the records that stay and name the people who go; of others' cases nothing is known.

    So do those that stay because only one of their heads says that they belong to these people.
    """
    session.require(Action.CASE_LIST)
    index, found = up_to_date_index(session), _Places()
    if going.names:
        found.update(going.claimed.items())
    for name in going.names:
        found.update({(hit.compartment, hit.record): hit.kind for hit in search(index, name, limit=_MOST_NAMED).hits})
    wanted = [words for name in going.names if (words := words_in(name))]
    if wanted:
        found.update(
            {place: kind for place, kind, said in _not_indexed(session, going) if any(said >= name for name in wanted)}
        )
    return _staying(session, going, found)


def perhaps_named(session: Session, going: Going) -> list[Named]:
    """Return the notes, slips and others that stay and hold a first name, or another word of a name, in any case.

    People of one first name are many: a person has to look. Parts of names that many share are not looked for.
    """
    session.require(Action.CASE_LIST)
    words = {word for name in going.names for word in words_of(name) if len(word) >= FEWEST_LETTERS}
    alone = {
        fold_word(form) for word in words if fold_word(word) not in PARTICLES for form in (word, *word_forms(word))
    }
    index, found = up_to_date_index(session), _Places()
    for form in sorted(alone):
        hits = search(index, f'"{form}"', limit=_MOST_NAMED).hits
        found.update({(hit.compartment, hit.record): hit.kind for hit in hits if hit.kind not in _OF_PEOPLE})
    if alone:
        found.update({place: kind for place, kind, said in _not_indexed(session, going) if not alone.isdisjoint(said)})
    return _staying(session, going, found)


def _staying(session: Session, going: Going, found: _Places) -> list[Named]:
    gone = {**going.found, **going.stays}
    return named_in(
        session,
        {
            (CompartmentId(home), RecordId(record)): kind
            for (home, record), kind in found.items()
            if (home, record) not in gone and home not in going.whole
        },
    )


def named_in(session: Session, found: Mapping[tuple[CompartmentId, RecordId], str]) -> list[Named]:
    """Return these records, each with the name of its place."""
    return [Named(home, name_of(session, home), record, kind) for (home, record), kind in found.items()]


def _not_indexed(session: Session, going: Going) -> Iterator[tuple[tuple[bytes, bytes], str, frozenset[str]]]:
    """Yield the records of restricted sections of these cases, and the slips, each with its words."""
    for section, case, records in opened_sections(session):
        if case in going.cases:
            for head in records:
                yield (section, head.record), head.content.kind, said_in(head.content.fields)
    if session.roles & ALLOWED[Action.INTAKE_READ]:
        for home in held_of_kind(session, CompartmentKind.INTAKE):
            for head in heads(session, home, Slip.KIND):
                yield (home, head.record), head.content.kind, said_in(head.content.fields)


def said_in(fields: object) -> frozenset[str]:
    """Return every word of the texts in the fields of a record, as they are compared."""
    return frozenset(word for text in texts_in(fields) for word in words_in(text))


def words_in(text: str) -> frozenset[str]:
    """Return the words of a text, as they are compared: as the index has them, so that both find the same."""
    return frozenset(fold_words(indexed_words(text)))
