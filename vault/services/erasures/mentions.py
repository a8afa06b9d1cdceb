"""Records that stay and name the people who go: by a whole name, or perhaps, by a word of it that stands alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from vault.access.session import Session
from vault.casework.case import Case
from vault.casework.checks import checked_line
from vault.casework.intake import RegisterEntry, Slip
from vault.casework.person import Person
from vault.errors import UsageError
from vault.ids import CompartmentId, CompartmentKind, RecordId
from vault.index.fold import fold_word, fold_words
from vault.index.fold import words_of as indexed_words
from vault.index.heads import heads_in
from vault.index.search import search
from vault.names.forms import ENDINGS, FEWEST_LETTERS, PARTICLES, word_forms, words_of
from vault.policy.roles import ALLOWED, Action
from vault.records.codec import of_kind
from vault.records.content import texts_in
from vault.records.versions import open_each
from vault.services.cases.sections import opened_sections
from vault.services.erasures.belonging import heads
from vault.services.erasures.what_goes import Going
from vault.services.projection.kinds_held import held_of_kind
from vault.services.projection.places import name_of
from vault.services.projection.projection import up_to_date_index
from vault.words.message import Message

_MOST_NAMED = 200
_FEWEST_TO_BEGIN = 5
"""Of so many letters on, a word that only begins so is meant too, as search finds it. `Asyl` is no asylum."""
_OF_PEOPLE = frozenset({Person.KIND, RegisterEntry.KIND})
_Places = dict[tuple[bytes, bytes], str]


@dataclass(frozen=True, slots=True)
class Named:
    """A record that stays and holds all words of a name of a person who goes; or perhaps, one of them."""

    case: CompartmentId
    ref: str | Message
    record: RecordId
    kind: str


@dataclass(frozen=True, slots=True)
class Titles:
    """The cases that stay with a name, or a word of one, in their title, each with it; how many had it there before.

    What a case was called before stays in its history: the first of it says what the case is.
    """

    now: Mapping[CompartmentId, str] = field(default_factory=dict, repr=False)
    before: int = 0


class Spelt:
    """A whole one of these names, or one word of it as a text may have it: declined, in Latin letters, with an ending.

    Parts of names that many people share, and the shortest, count in the whole name alone.
    """

    def __init__(self, names: Collection[str]) -> None:
        self._names = [said for name in names if (said := words_in(name))]
        words = {word for name in names for word in (*words_of(name), *indexed_words(name))}
        told = {word for word in words if len(word) >= FEWEST_LETTERS and not word.isdecimal()}
        forms = {form for word in told if fold_word(word) not in PARTICLES for form in (word, *word_forms(word))}
        folded = {parts for form in forms if (parts := tuple(fold_words(indexed_words(form))))}
        short = {form for form in folded if FEWEST_LETTERS <= len("".join(form)) < _FEWEST_TO_BEGIN}
        self._whole = folded | {(*form[:-1], form[-1] + ending) for form in short for ending in ENDINGS}
        long = {form[0] for form in folded if len(form) == 1 and len(form[0]) >= _FEWEST_TO_BEGIN}
        self._beginnings = tuple(word for word in long if not any(word[:at] in long for at in range(1, len(word))))

    def queries(self) -> Iterator[str]:
        """Yield what the index is asked for."""
        yield from self._beginnings
        yield from (f'"{" ".join(form)}"' for form in self._whole if not form[-1].startswith(self._beginnings))

    def is_in(self, said: frozenset[str]) -> bool:
        """Say whether one of them stands among these words, as `words_in` returns them."""
        return any(said.issuperset(form) for form in (*self._names, *self._whole)) or any(
            word.startswith(self._beginnings) for word in said
        )


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
            {place: kind for place, kind, said in _not_indexed(session) if any(said >= name for name in wanted)}
        )
    return _staying(session, going, found)


def perhaps_named(session: Session, going: Going) -> list[Named]:
    """Return the notes, slips and others that stay and hold a first name, or another word of a name, in any case.

    People of one first name are many: a person has to look. Parts of names that many share are not looked for.
    """
    session.require(Action.CASE_LIST)
    if not going.names:
        return []
    index, found, spelt = up_to_date_index(session), _Places(), Spelt(going.names)
    for query in sorted(spelt.queries()):
        hits = search(index, query, limit=_MOST_NAMED).hits
        found.update({(hit.compartment, hit.record): hit.kind for hit in hits if hit.kind not in _OF_PEOPLE})
    found.update({place: kind for place, kind, said in _not_indexed(session) if spelt.is_in(said)})
    return _staying(session, going, found)


def titles_naming(session: Session, going: Going) -> Titles:
    """Return which cases of this member hold a name of the people who go in their title, and how many once did."""
    session.require(Action.CASE_LIST)
    if not going.names:
        return Titles()
    index, spelt = up_to_date_index(session), Spelt(going.names)
    now, before = dict[CompartmentId, str](), set[CompartmentId]()
    for case in held_of_kind(session, CompartmentKind.CASE):
        current = {head.version: head.record for head in heads_in(index, case, Case.KIND)}
        with session.database.reading() as rows:
            records = () if case in {*going.whole, *going.elsewhere} else set(current.values())
            sealed = [version for record in records for version in rows.versions(case, RecordId(record))]
        for version, head in of_kind(open_each(sealed, vault=session.vault, keyring=session.keyring)[0], Case):
            if spelt.is_in(words_in(head.title)):
                if version.id in current:
                    now[case] = head.title
                else:
                    before.add(case)
    return Titles(now, len(before))


def checked_title(going: Going, title: str) -> str:
    """Return a new title of a case that stays.

    Raises:
        UsageError: it is no title, or names the people who go.
    """
    if Spelt(going.names).is_in(words_in(title)):
        raise UsageError(
            Message("this title has a name of these people in it too"),
            next_step=Message("Type one that says what it is about, such as the kind and the year."),
        )
    return checked_line(title, "case title")


def _staying(session: Session, going: Going, found: _Places) -> list[Named]:
    """Return what of it stays, but for what a case says of itself: see `titles_naming`."""
    gone = {**going.found, **going.stays}
    return named_in(
        session,
        {
            (CompartmentId(home), RecordId(record)): kind
            for (home, record), kind in found.items()
            if (home, record) not in gone and home not in going.whole and kind != Case.KIND
        },
    )


def named_in(session: Session, found: Mapping[tuple[CompartmentId, RecordId], str]) -> list[Named]:
    """Return these records, each with the name of its place."""
    return [Named(home, name_of(session, home), record, kind) for (home, record), kind in found.items()]


def _not_indexed(session: Session) -> Iterator[tuple[tuple[bytes, bytes], str, frozenset[str]]]:
    """Yield the records of restricted sections, and the slips, each with its words."""
    for section, _, records in opened_sections(session):
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
