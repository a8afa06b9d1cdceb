"""What holds a name: the whole of it, or perhaps, one word of it that stands alone, in records, titles and drafts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from vault.access.session import Session
from vault.casework.case import Case
from vault.casework.checks import checked_line
from vault.casework.intake import RegisterEntry, Slip
from vault.casework.person import Person
from vault.errors import UsageError
from vault.ids import CompartmentId, CompartmentKind, RecordId, VersionId
from vault.index.full_text import search
from vault.index.heads import heads_in
from vault.index.search_text import fold_word, fold_words
from vault.index.search_text import words_of as indexed_words
from vault.names.written_forms import ENDINGS, FEWEST_LETTERS, PARTICLES, word_forms, words_of
from vault.policy.roles import ALLOWED, Action
from vault.records.versions import OpenedVersion, of_kind, open_each, texts_in
from vault.services.erasures.reach import Left, Plan, Spot, people_called
from vault.services.erasures.removing import content_of, places_of
from vault.services.projection.places import held_of_kind
from vault.services.projection.projection import up_to_date_index
from vault.services.projection.stored_records import read_heads
from vault.words.message import Message

_MOST_NAMED = 200
_FEWEST_TO_BEGIN = 5
"""Of so many letters on, a word that only begins so is meant too, as search finds it. `Asyl` is no asylum."""
_OF_PEOPLE = frozenset({Person.KIND, RegisterEntry.KIND})
Opened = Iterable[tuple[CompartmentId, CompartmentId, list[OpenedVersion]]]


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


def naming(session: Session, names: Iterable[str], sections: Opened) -> dict[str, Left]:
    """Return for each name what holds it, in all that this member can open; of others' cases nothing is known.

    People of one first name are many: a person has to look. Parts of names that many share are not looked for.
    `sections` are those of `opened_sections`: the index knows nothing of them.
    """
    spelt = {name: Spelt([name]) for name in names}
    if not spelt:
        return {}
    index = up_to_date_index(session)
    beside = list(_not_indexed(session, sections))
    titles, drafts = list(_titles(session, list(spelt.values()))), list(_drafts(session))
    found: dict[str, Left] = {}
    for name, one in spelt.items():
        words, hits = words_in(name), search(index, name, limit=_MOST_NAMED).hits
        whole = {_spot(hit.compartment, hit.record): hit.kind for hit in hits}
        perhaps: dict[Spot, str] = {}
        for query in sorted(one.queries()):
            for hit in search(index, query, limit=_MOST_NAMED).hits:
                if hit.kind not in _OF_PEOPLE:
                    perhaps[_spot(hit.compartment, hit.record)] = hit.kind
        found[name] = Left(
            {**whole, **({spot: kind for spot, kind, said in beside if words <= said} if words else {})},
            {**perhaps, **{spot: kind for spot, kind, said in beside if one.is_in(said)}},
            {case: title for case, title, is_now in titles if is_now and one.is_in(words_in(title))},
            frozenset(case for case, title, is_now in titles if not is_now and one.is_in(words_in(title))),
            {draft: places for draft, places, said in drafts if one.is_in(said)},
        )
    return found


def namesakes(session: Session, name: str) -> dict[Spot, tuple[str, ...]]:
    """Return the people of this member's cases who have all the words of a name, with all that they are called."""
    hits = search(up_to_date_index(session), name, limit=_MOST_NAMED).hits
    spots = {_spot(hit.compartment, hit.record) for hit in hits if hit.kind == Person.KIND}
    called = {home: people_called(_heads(session, home, Person.KIND)) for home in {home for home, _ in spots}}
    return {(home, record): called[home].get(record, ()) for home, record in spots}


def checked_title(plan: Plan, title: str) -> str:
    """Return a new title of a case that stays.

    Raises:
        UsageError: it is no title, or names the people who go.
    """
    if Spelt(plan.names).is_in(words_in(title)):
        raise UsageError(
            Message("this title has a name of these people in it too"),
            next_step=Message("Type one that says what it is about, such as the kind and the year."),
        )
    return checked_line(title, "case title")


def _heads(session: Session, home: CompartmentId, kind: str) -> list[OpenedVersion]:
    found = heads_in(up_to_date_index(session), home, kind)
    return read_heads(session, home, frozenset(VersionId(head.version) for head in found))


def _spot(home: bytes, record: bytes) -> Spot:
    return CompartmentId(home), RecordId(record)


def _titles(session: Session, names: Collection[Spelt]) -> Iterator[tuple[CompartmentId, str, bool]]:
    """Yield the titles of this member's cases with one of these names in them, and whether the case has it now.

    What a case was called before stays in its history: the first of it says what the case is.
    """
    for case in held_of_kind(session, CompartmentKind.CASE):
        now = {head.version: head.record for head in heads_in(up_to_date_index(session), case, Case.KIND)}
        with session.database.reading() as rows:
            sealed = [version for record in set(now.values()) for version in rows.versions(case, RecordId(record))]
        for version, head in of_kind(open_each(sealed, vault=session.vault, keyring=session.keyring)[0], Case):
            said = words_in(head.title)
            if any(name.is_in(said) for name in names):
                yield case, head.title, version.id in now


def _not_indexed(session: Session, sections: Opened) -> Iterator[tuple[Spot, str, frozenset[str]]]:
    """Yield the records of restricted sections, and the slips, each with its words."""
    found = [(section, records) for section, _, records in sections]
    for home in held_of_kind(session, CompartmentKind.INTAKE) if session.roles & ALLOWED[Action.INTAKE_READ] else ():
        found.append((home, _heads(session, home, Slip.KIND)))
    for home, heads in found:
        for head in heads:
            yield (home, head.record), head.content.kind, said_in(head.content.fields)


def _drafts(session: Session) -> Iterator[tuple[Spot, frozenset[Spot], frozenset[str]]]:
    """Yield the unfinished texts of this member, each with the places that it goes with, and its words."""
    for draft in session.drafts().list() if session.own_drafts.path.exists() else ():
        places = frozenset(_spot(*place) for place in places_of(draft))
        yield _spot(draft.compartment, draft.record), places, said_in(content_of(draft))


def said_in(fields: object) -> frozenset[str]:
    """Return every word of the texts in the fields of a record, as they are compared."""
    return frozenset(word for text in texts_in(fields) for word in words_in(text))


def words_in(text: str) -> frozenset[str]:
    """Return the words of a text, as they are compared: as the index has them, so that both find the same."""
    return frozenset(fold_words(indexed_words(text)))
