"""Search every case that this member holds, narrowed by what is typed among the words."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, NamedTuple

from vault.access.session import Session
from vault.casework.contact import digits_of, never_used_in
from vault.casework.document import Document
from vault.casework.person import Person
from vault.casework.script import script_of
from vault.casework.typed_dates import typed_day
from vault.errors import NotFoundError, RefusedError, UsageError
from vault.ids import CompartmentId, CompartmentKind, MemberId, Origin, RecordId, VersionId
from vault.index.case_pages import CaseRow, row_of
from vault.index.full_text import SHORTEST_PHONE, Hit, Hits, Within
from vault.index.full_text import search as search_index
from vault.index.people_index import find_alike, never_use_by_case
from vault.index.search_text import WordHit, fold, fold_word, hits_in, parse, snippet, word_places
from vault.names.likeness import Alike, alike, least_sure, parts_of, surest
from vault.names.written_forms import word_forms
from vault.policy.roles import Action
from vault.records.versions import Content, OpenedVersion, of_kind, texts_in
from vault.records.work import Entry
from vault.services.cases import sections
from vault.services.cases.cases import today
from vault.services.cases.editing import KINDS
from vault.services.projection.authors import all_names
from vault.services.projection.places import held_of_kind
from vault.services.projection.projection import audit_of, up_to_date_index
from vault.services.projection.seats import members_of_logs
from vault.services.projection.stored_records import extracted_text, read_versions
from vault.words.codes import word_of
from vault.words.message import Message, enumerated
from vault.words.next_step import NextStep

# Narrow a search by what is typed among its words: `kind:note by:Joel since:1.10.2026 until:yesterday`.

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


# Full-text search over every case that this member holds; snippets are cut from the opened records.
MOST_SHOWN = 1_000
_MOST_PSEUDONYMS = 64


class Why(StrEnum):
    """Why a record was found, as far as the words around the place show it; people also by how a name sounds."""

    EXACT = "exact"
    BEGINNING = "beginning"
    DIGITS = "digits"
    SPELLING = "spelling"
    INFLECTED = "inflected"
    EQUIVALENT = "equivalent"
    ENDING = "ending"
    LETTER = "letter"


WHY_WORDS: Final = {
    Why.EXACT: Message("exact"),
    Why.BEGINNING: Message("beginning of a word"),
    Why.DIGITS: Message("last digits"),
    Why.SPELLING: Message("spelling"),
    Why.INFLECTED: Message("inflected"),
    Why.EQUIVALENT: Message("other form of the name"),
    Why.ENDING: Message("other ending"),
    Why.LETTER: Message("1 letter"),
}


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """One hit: where it is, the words around what was searched, and what stands in it that must never be used.

    `title` is the name of a person, what a paper is called, else empty; `client` names the case; `marks` are the places
    in the snippet. Where it stands in a restricted section, `section` says in which, and `section_kind` of what kind
    that is.
    """

    case: CompartmentId
    ref: str
    record: RecordId
    kind: str
    snippet: str = field(repr=False)
    do_not_call: tuple[str, ...] = field(default=(), repr=False)
    title: str = field(default="", repr=False)
    client: str = field(default="", repr=False)
    is_closed: bool = False
    written_ms: int = 0
    marks: tuple[tuple[int, int], ...] = field(default=(), repr=False)
    why: Why = Why.EXACT
    section: CompartmentId | None = None
    section_kind: str = ""


class _Opened(NamedTuple):
    """A record that was found, and its text."""

    content: Content
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """The hits of a search, newest first; whether there are more; whether it found none, and left sections out."""

    hits: tuple[FoundRecord, ...]
    more: bool
    leaves_sections: bool = False


def search(
    session: Session,
    words: str,
    *,
    limit: int = 50,
    why: str = "casework",
    exact: bool = False,
    seen: set[VersionId] | None = None,
) -> Found:
    """Find records that hold all words, the last one also as a beginning; then people whose names sound so.

    What `narrowing` reads among the words (`kind:note by:Joel since:1.10.2026`) narrows it. `exact` leaves out what is
    only declined, spelt otherwise, in another script or with a typing error.

    One entry covers all hits shown; it holds counts and pseudonyms, never the words. `seen` is what an entry of this
    session covers already: where nothing else is found, there is no other entry. What is found is added.

    Raises:
        UsageError: there is no letter or digit to search for, or the limit is not between 1 and 1,000.
    """
    if not 1 <= limit <= MOST_SHOWN:
        raise UsageError(Message("--limit must be between 1 and {most_shown}", most_shown=MOST_SHOWN))
    rule = session.require(Action.CASE_SEARCH)
    words, narrowing = narrowed(session, words)
    if not any(letter.isalnum() for letter in words):
        raise UsageError(
            Message("there is nothing to search for"), next_step=Message("Type at least one word or number.")
        )
    index = up_to_date_index(session)
    spellings = None if exact else word_forms
    if narrowing is None:
        found = search_index(index, words, limit=limit, spellings=spellings)
    else:
        found = search_index(index, words, limit=MOST_SHOWN, spellings=spellings, within=narrowing.within)
        written = by_members(session, found.hits, narrowing.members)
        older = found.older if len(written) <= limit else 0
        found = found._replace(hits=written[:limit], older=older)
    heard = {} if exact else _heard(session, words, found.hits, limit, narrowing)
    hits = (*found.hits, *heard)
    cases = list(dict.fromkeys(CompartmentId(hit.case) for hit in hits))
    counts = {"hit": len(hits), "case": len(cases)}
    pseudonyms = tuple(audit_of(session, case) for case in cases[:_MOST_PSEUDONYMS])
    versions = {VersionId(hit.version) for hit in hits}
    if not seen or versions - seen:
        session.log_act(Entry(act="case.search", why=why, objs=pseudonyms, covers=counts, pol=rule))
    if seen is not None:
        seen |= versions
    rows = {case: row_of(index, case) for case in cases}
    opened = _opened(session, hits)
    never_use = never_use_by_case(index, cases)
    shown = (
        (hit, _found(hit, rows[CompartmentId(hit.case)], opened[VersionId(hit.version)], found, never_use))
        for hit in hits
        if VersionId(hit.version) in opened
    )
    records = tuple(_as_heard(record, words, heard[hit]) if hit in heard else record for hit, record in shown)
    return Found(records, found.more, not records and bool(held_of_kind(session, CompartmentKind.SECTION)))


def search_sections(
    session: Session, words: str, *, limit: int = 50, why: str = "casework", exact: bool = False
) -> Found:
    """Find records of the restricted sections that this member holds, the newest first, as `search` does in cases.

    The index knows nothing of a section: each is opened, and that is in the log before, once for a reason and session.
    """
    session.require(Action.CASE_SEARCH)
    words, narrowing = narrowed(session, words)
    query = parse(words, None if exact else word_forms)
    found: list[FoundRecord] = []
    if query is None:
        return Found((), more=False)
    index, asked = up_to_date_index(session), Hits((), query.words, None, query.forms)
    for section in held_of_kind(session, CompartmentKind.SECTION):
        if not session.allows(Action.CASE_READ, section).allowed:
            continue
        with suppress(NotFoundError, RefusedError):
            head = sections.open_section(session, section, why=why).head.value
            case = CompartmentId(head.case)
            row, never_use = row_of(index, case), never_use_by_case(index, [case])
            for version in in_narrowing(session, sections.records_of(session, section), narrowing):
                opened = _Opened(version.content, _visible_text(session, version))
                hit = Hit(section, version.record, version.id, case, version.content.kind)
                heard = None if exact else _sounds_so(version, words)
                if heard is not None or _has_all(opened.text, words, asked):
                    record = _found(hit, row, opened, asked, never_use)
                    is_heard = heard is not None and not _has_all(opened.text, words, asked)
                    whyso = record.why if heard is None or not is_heard else heard
                    found.append(replace(record, why=whyso, section=section, section_kind=head.what.value))
    found.sort(key=lambda record: -record.written_ms)
    return Found(tuple(found[:limit]), more=len(found) > limit)


def _has_all(text: str, words: str, asked: Hits) -> bool:
    """Say whether a text has each of the words as a beginning or in another form, or a number that ends so."""
    hits = {hit.wanted for hit in hits_in(text, (*asked.words, *asked.forms))}
    if set(asked.words) <= hits or (len(asked.words) == 1 and hits):
        return True
    digits = digits_of(words)
    is_number = len(digits) >= SHORTEST_PHONE and not any(letter.isalpha() for letter in words)
    return is_number and bool(never_used_in(text, (words,)))


def _sounds_so(version: OpenedVersion, words: str) -> Why | None:
    """Return why a person may be called so; None for whoever is not, and for what is no person."""
    for _, person in of_kind([version], Person):
        for name in person.names:
            parts = parts_of(name.text)
            whys = [surest(how for part in parts if (how := alike(word, part))) for word in parts_of(words)]
            if whys and all(whys):
                return _WHY_HEARD[least_sure([how for how in whys if how is not None])]
    return None


def _heard(
    session: Session, words: str, hits: Sequence[Hit], limit: int, narrowing: Narrowing | None
) -> dict[Hit, Why]:
    """Return people whose names sound like the words, who are not among the hits, each with the least sure reason.

    What the search is narrowed to, they are in, too.
    """
    if narrowing is not None and not narrowing.allows(Person.KIND):
        return {}
    within = Within() if narrowing is None else narrowing.within
    most, between = limit if narrowing is None else MOST_SHOWN, (within.since_ms, within.until_ms)
    found = find_alike(session.index(), words, limit=most, in_part=True, between_ms=between)
    held = {(hit.compartment, hit.record) for hit in hits}
    heard = {
        Hit(name.compartment, name.record, name.version, name.case, Person.KIND): _WHY_HEARD[least_sure(name.whys)]
        for name in found
        if (name.compartment, name.record) not in held
    }
    left = tuple(heard) if narrowing is None else by_members(session, tuple(heard), narrowing.members)
    return {hit: heard[hit] for hit in left[:limit]}


def _as_heard(record: FoundRecord, words: str, why: Why) -> FoundRecord:
    """Return a person who is called so in another spelling, with those words of the name marked."""
    asked = parts_of(words)
    marks = (
        (start, end)
        for start, end in word_places(record.snippet)
        if any(alike(word, part) for part in parts_of(record.snippet[start:end]) for word in asked)
    )
    return replace(record, why=why, marks=tuple(marks))


_WHY_HEARD = {
    Alike.SAME: Why.SPELLING,
    Alike.SPELLING: Why.SPELLING,
    Alike.SHORT: Why.SPELLING,
    Alike.INFLECTED: Why.INFLECTED,
    Alike.EQUIVALENT: Why.EQUIVALENT,
    Alike.ENDING: Why.ENDING,
    Alike.LETTER: Why.LETTER,
}


def _found(
    hit: Hit, row: CaseRow | None, opened: _Opened, asked: Hits, never_use: Mapping[bytes, Sequence[str]]
) -> FoundRecord:
    content, text = opened
    words = asked.words
    shown = snippet(text, (*words, *asked.forms))
    places = hits_in(shown, words)
    is_whole = _are_whole(places, words) or (len(shown) < len(text) and _are_whole(hits_in(text, words), words))
    by_digits = all(word.isdecimal() for word in words) and not set(words) <= {
        hit.wanted for hit in hits_in(text, words)
    }
    why = Why.EXACT if is_whole else Why.DIGITS if by_digits else Why.BEGINNING
    if not is_whole and not by_digits and asked.forms:
        places = hits_in(shown, (*words, *asked.forms))
        why = _why_so_written([hit.folded for hit in places], words, asked.forms)
    return FoundRecord(
        case=CompartmentId(hit.case),
        ref="" if row is None else row.ref,
        record=RecordId(hit.record),
        kind=hit.kind,
        snippet=shown,
        do_not_call=never_used_in(text, never_use.get(hit.case, ())),
        title=_title(content),
        client="" if row is None else row.name,
        is_closed=row is not None and row.closed is not None,
        written_ms=content.clock[0],
        marks=tuple((hit.start, hit.end) for hit in places),
        why=why,
    )


def _title(content: Content) -> str:
    fields = content.fields
    if content.kind == Document.KIND:
        return next(
            (said for name in ("title", "name") for said in texts_in(fields.get(name), besides=_NOT_SHOWN) if said), ""
        )
    return next(iter(texts_in(fields.get("names"), besides=_NOT_SHOWN)), "") if content.kind == Person.KIND else ""


def _are_whole(hits: Iterable[WordHit], words: Iterable[str]) -> bool:
    return set(words) <= {hit.folded for hit in hits}


def _why_so_written(written: Sequence[str], words: Sequence[str], forms: Sequence[str]) -> Why:
    """Return why a text was found that has not all words as they were typed; `written` are the words found in it."""
    others = [form for form in forms if any(word.startswith(form) for word in written)]
    if not others or all(any(word.startswith(asked) for word in written) for asked in words):
        return Why.BEGINNING
    scripts = {script_of(word) for word in words}
    return Why.INFLECTED if all(script_of(form) in scripts for form in others) else Why.SPELLING


def _opened(session: Session, hits: Sequence[Hit]) -> dict[VersionId, _Opened]:
    """Open the records that were found, and only these; those that are not here any more are left out."""
    wanted = [
        (CompartmentId(hit.compartment), RecordId(hit.record), frozenset({VersionId(hit.version)})) for hit in hits
    ]
    opened = [version for where in wanted for version in read_versions(session, *where)]
    return {version.id: _Opened(version.content, _visible_text(session, version)) for version in opened}


def _visible_text(session: Session, version: OpenedVersion) -> str:
    """Return the text of a record as one line of words: what its fields say, in their order, and a paper below it."""
    said = [str(word_of(text)) for text in texts_in(version.content.fields, besides=_NOT_SHOWN)]
    for _, document in of_kind([version], Document):
        read = extracted_text(session, document.extracted)
        said += [read] if read else []
    return " · ".join(said)


_NOT_SHOWN = frozenset({"kind", "script", "stage", "role", "media", "read_by", "authenticity"})
