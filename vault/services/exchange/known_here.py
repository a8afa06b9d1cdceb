"""Who came with a bundle and may be known here already: looked up after the import, as before somebody is written down.

What is told names cases that this member reads and colleagues to ask, and no person.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from vault.access.session import Session
from vault.casework.person import Person
from vault.ids import CompartmentId, CompartmentKind, RecordId
from vault.index.case_pages import row_of
from vault.index.heads import heads_in, records_of
from vault.index.people_index import everybody, who_is
from vault.names.written_forms import words_of
from vault.policy.roles import ALLOWED, Action
from vault.services.cases import register
from vault.services.cases.editing import Place
from vault.services.cases.people import stored_at
from vault.services.cases.writing_down import called, look_each
from vault.services.projection.kinds_held import held_of_kind
from vault.services.projection.projection import up_to_date_index
from vault.services.projection.reading import Stored
from vault.services.projection.seats import members_of_logs

_MOST_LOOKED_UP: Final = 500  # a device's first bundle brings thousands, and nobody is here to compare them with
_MOST_OWN: Final = 5_000
_MOST_NAMES: Final = 16
_MOST_WORDS: Final = 8

At: TypeAlias = tuple[bytes, bytes]
"""(case, record) of somebody."""


@dataclass(frozen=True, slots=True)
class MayBeKnown:
    """Somebody of a case, where else in this member's cases they may stand, with the references, and whom to ask."""

    place: Place
    ref: str
    others: tuple[Place, ...] = ()
    refs: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownHere:
    """Who may be known here already; of `passed_over` people nobody looked, because too many came at once."""

    people: tuple[MayBeKnown, ...] = ()
    passed_over: int = 0


def everybody_here(session: Session) -> dict[At, str]:
    """Return how the people of this member's cases are called, by where they stand."""
    session.require(Action.SYNC)
    return everybody(up_to_date_index(session))


def known_here(session: Session, before: dict[At, str], versions: Collection[tuple[CompartmentId, bytes]]) -> KnownHere:
    """Return who of those that came since may be one of those before; the look is in the log before it is returned.

    Looked up are the people of cases: a restricted section is opened for nothing of the kind.

    Args:
        session: who imported.
        before: who was here before the import.
        versions: what came in.
    """
    session.require(Action.SYNC)
    if not before or session.is_expired or session.log.is_forked:
        return KnownHere()
    came = [at for at in everybody(up_to_date_index(session)) if at not in before]
    passed_over = max(0, len(came) - _MOST_LOOKED_UP)
    people = {at: stored for at in came[-_MOST_LOOKED_UP:] if (stored := stored_at(session, _place(at))) is not None}
    found = list(_of_who_came(session, people, before))
    told = {(other.case, other.record) for each in found for other in each.others}
    index, ids = session.index(), [version for _, version in versions]
    changed = {(bytes(case), bytes(record)) for case, record in records_of(index, ids)}
    passed = told | changed
    others = {at: name for at, name in before.items() if at not in passed}
    same = frozenset(who for at in changed if (who := who_is(index, *at)) is not None)
    found += _of_who_was_here(session, others, same, ids)
    return KnownHere(tuple(found), passed_over)


def _of_who_came(session: Session, people: dict[At, Stored[Person]], before: Collection[At]) -> Iterator[MayBeKnown]:
    """Yield who of the people who came may be somebody who was here, or be known to others than who wrote them."""
    authors = members_of_logs(session, {stored.origin for stored in people.values() if stored.origin is not None})
    looks = look_each(session, [_shortened(stored.value) for stored in people.values()], why="casework")
    for (at, stored), looked in zip(people.items(), looks, strict=True):
        others = [found for found in looked.alike if (found.place.case, found.place.record) in before]
        members = tuple(
            member for member in looked.members if stored.origin is None or member != authors.get(stored.origin)
        )
        row = row_of(session.index(), at[0])
        if row is not None and (others or members):
            refs = tuple(dict.fromkeys(found.ref for found in others))
            places = tuple(found.place for found in others)
            yield MayBeKnown(_place(at), row.ref, places, refs, called(session, members))


def _of_who_was_here(
    session: Session, before: Mapping[At, str], same: Collection[bytes], versions: Collection[bytes]
) -> Iterator[MayBeKnown]:
    """Yield who of the people here was entered in the register by a colleague, in an entry that came now.

    Who is written to be one person with somebody of `same`, whom the bundle brought or changed, is no news.
    """
    asked = list(before.items())[-_MOST_OWN:]
    if not asked or not session.roles & ALLOWED[Action.REGISTER_ASK]:
        return
    for home in held_of_kind(session, CompartmentKind.REGISTER)[:1]:
        entries = {head.version for head in heads_in(session.index(), home)} & set(versions)
        if not entries:
            return
        found = register.ask_among(session, [[_short(name)] for _, name in asked], entries)
        for (at, _), members in zip(asked, found, strict=True):
            colleagues = tuple(member for member in members if member != session.member)
            row = row_of(session.index(), at[0])
            if colleagues and row is not None and who_is(session.index(), *at) not in same:
                yield MayBeKnown(_place(at), row.ref, ask=called(session, colleagues))


def _shortened(person: Person) -> Person:
    """Return somebody with as many names and words as people have: a colleague's program may have written more."""
    return replace(person, names=tuple(replace(name, text=_short(name.text)) for name in person.names[:_MOST_NAMES]))


def _short(name: str) -> str:
    return " ".join(words_of(name)[:_MOST_WORDS])


def _place(at: At) -> Place:
    return Place(CompartmentId(at[0]), RecordId(at[1]), Person.KIND)
