"""Narrow a search by what is typed among its words: `kind:note by:Joel since:1.10.2026 until:yesterday`."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from vault.access.session import Session
from vault.casework.typed_dates import typed_day
from vault.errors import NotFoundError, UsageError
from vault.ids import CompartmentId, MemberId, Origin, RecordId
from vault.index.full_text import Hit, Within
from vault.index.search_text import fold, fold_word
from vault.records.versions import OpenedVersion
from vault.services.cases.cases import today
from vault.services.cases.editing import KINDS
from vault.services.projection.authors import all_names
from vault.services.projection.seats import members_of_logs
from vault.words.message import Message, enumerated
from vault.words.next_step import NextStep

_TYPED: Final = re.compile(r'(?<!\S)(kind|by|since|until):("[^"]*"|\S*)', re.IGNORECASE)
_FOUND: Final = tuple(sorted(KINDS))


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a search is narrowed to: records of a kind, of some days, written by one of some members.

    None for `members` is everybody.
    """

    within: Within
    members: frozenset[MemberId] | None = None

    def allows(self, kind: str) -> bool:
        """Say whether records of this kind are in it."""
        return not self.within.kinds or kind in self.within.kinds


def narrowed(session: Session, words: str) -> tuple[str, Narrowing | None]:
    """Return the words that are searched, and what they narrow the search to; None where nothing does.

    A kind and a name may be given by their beginning. A day is one of this computer's zone, and belongs to the search.

    Raises:
        UsageError: no kind or no day is so called, or a day can be read in two ways.
        NotFoundError: no member is called so.
    """
    typed = [(name.lower(), value.strip('"')) for name, value in _TYPED.findall(words)]
    if not typed:
        return words, None
    within, members = Within(), None
    for name, value in typed:
        match name:
            case "kind":
                within = within._replace(kinds=_kinds(value))
            case "by":
                members = _members(session, value)
            case "since":
                within = within._replace(since_ms=_midnight(session, value, "since:"))
            case _:
                within = within._replace(until_ms=_midnight(session, value, "until:", days=1) - 1)
    return _TYPED.sub(" ", words), Narrowing(within, members)


def by_members(session: Session, hits: Sequence[Hit], members: frozenset[MemberId] | None) -> tuple[Hit, ...]:
    """Return those of the hits that one of the members wrote."""
    if members is None:
        return tuple(hits)
    origins = {hit: _origin(session, hit) for hit in hits}
    whose = members_of_logs(session, {origin for origin in origins.values() if origin is not None})
    return tuple(hit for hit in hits if (origin := origins[hit]) is not None and whose.get(origin) in members)


def in_narrowing(
    session: Session, versions: Sequence[OpenedVersion], narrowing: Narrowing | None
) -> list[OpenedVersion]:
    """Return those of opened versions that the search is narrowed to."""
    if narrowing is None:
        return list(versions)
    within = narrowing.within
    left = [
        version
        for version in versions
        if narrowing.allows(version.content.kind) and within.since_ms <= version.content.clock[0] <= within.until_ms
    ]
    if narrowing.members is None:
        return left
    whose = members_of_logs(session, {version.origin for version in left})
    return [version for version in left if whose.get(version.origin) in narrowing.members]


def _origin(session: Session, hit: Hit) -> Origin | None:
    with session.database.reading() as rows:
        places = rows.places_in_record(CompartmentId(hit.compartment), RecordId(hit.record))
    return next((Origin(origin) for version, origin, _ in places if version == hit.version), None)


def _kinds(value: str) -> tuple[str, ...]:
    found = tuple(kind for kind in _FOUND if kind.startswith(value.lower()))
    if not found:
        raise UsageError(
            Message("no kind of record has this name"),
            next_step=Message("They are: {kinds}.", kinds=enumerated(_FOUND)),
        )
    return found


def _members(session: Session, value: str) -> frozenset[MemberId]:
    wanted = _plain(value)
    every = all_names(session)
    found = {member for member, names in every.items() if any(_plain(name).startswith(wanted) for name in names)}
    if not found:
        raise NotFoundError(
            Message("no member has this name"),
            next_step=Message("{list_members} lists the members.", list_members=NextStep.LIST_MEMBERS),
        )
    return frozenset(found)


def _plain(name: str) -> str:
    """Return a name as it may be typed on another keyboard: without case and accents."""
    return fold_word(fold(name.strip()).casefold())


def _midnight(session: Session, value: str, field: str, *, days: int = 0) -> int:
    now = datetime.date.fromisoformat(today(session))
    day = datetime.date.fromisoformat(typed_day(value, now, field)) + datetime.timedelta(days=days)
    # A zone of this computer changes its distance from UTC: the moment is asked for that day.
    return int(datetime.datetime.combine(day, datetime.time()).astimezone().timestamp()) * 1000
