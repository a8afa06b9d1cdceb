"""Full-text search over every case that this member holds; snippets are cut from the opened records."""

from __future__ import annotations

from dataclasses import dataclass, field

from vault.access.session import Session
from vault.casework.contact import never_used_in
from vault.errors import UsageError
from vault.ids import CompartmentId, RecordId, VersionId
from vault.index.cases import row_of
from vault.index.never_use import never_use_by_case
from vault.index.search import Hit
from vault.index.search import search as search_index
from vault.index.snippet import snippet
from vault.policy.roles import Action
from vault.records.content import Content
from vault.records.work import Entry
from vault.services.projection.projection import audit_of, up_to_date_index
from vault.services.projection.reading import read_versions
from vault.words.message import Message

MOST_SHOWN = 1_000
_MOST_PSEUDONYMS = 64


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """One hit: where it is, the words around what was searched, and what stands in it that must never be used."""

    case: CompartmentId
    ref: str
    record: RecordId
    kind: str
    snippet: str = field(repr=False)
    do_not_call: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Found:
    """The hits of one search, newest first, and whether there are more."""

    hits: tuple[FoundRecord, ...]
    more: bool


def search(session: Session, words: str, *, limit: int = 50, why: str = "casework") -> Found:
    """Find records that hold all words, the last one also as a beginning.

    One entry covers all hits shown; it holds counts and pseudonyms, never the words.

    Raises:
        UsageError: there is no letter or digit to search for, or the limit is not between 1 and 1,000.
    """
    if not 1 <= limit <= MOST_SHOWN:
        raise UsageError(Message("--limit must be between 1 and {most_shown}", most_shown=MOST_SHOWN))
    rule = session.require(Action.CASE_SEARCH)
    if not any(letter.isalnum() for letter in words):
        raise UsageError(
            Message("there is nothing to search for"), next_step=Message("Type at least one word or number.")
        )
    index = up_to_date_index(session)
    found = search_index(index, words, limit=limit)
    cases = list(dict.fromkeys(CompartmentId(hit.case) for hit in found.hits))
    counts = {"hit": len(found.hits), "case": len(cases)}
    pseudonyms = tuple(audit_of(session, case) for case in cases[:_MOST_PSEUDONYMS])
    with session.work() as work:
        work.commit(Entry(act="case.search", why=why, objs=pseudonyms, covers=counts, pol=rule))
    rows = {case: row_of(index, case) for case in cases}
    refs = {case: row.ref for case, row in rows.items() if row is not None}
    texts = _texts(session, found.hits)
    never_use = never_use_by_case(index, cases)
    return Found(
        hits=tuple(
            FoundRecord(
                case=CompartmentId(hit.case),
                ref=refs.get(CompartmentId(hit.case), ""),
                record=RecordId(hit.record),
                kind=hit.kind,
                snippet=snippet(texts[VersionId(hit.version)], found.words),
                do_not_call=never_used_in(texts[VersionId(hit.version)], never_use.get(hit.case, ())),
            )
            for hit in found.hits
            if VersionId(hit.version) in texts
        ),
        more=found.more,
    )


def _texts(session: Session, hits: tuple[Hit, ...]) -> dict[VersionId, str]:
    """Open the records that were found, and only these; those that are not here any more have no text."""
    texts: dict[VersionId, str] = {}
    for hit in hits:
        version = VersionId(hit.version)
        opened = read_versions(session, CompartmentId(hit.compartment), RecordId(hit.record), frozenset({version}))
        if opened:
            texts[version] = _visible_text(opened[0].content)
    return texts


def _visible_text(content: Content) -> str:
    """Return the text of a record as one line of words: what its fields say, in their order."""
    return " · ".join(_strings(content.fields))


def _strings(value: object) -> list[str]:
    match value:
        case str():
            return [value]
        case dict():
            return [text for key, part in value.items() if key not in _NOT_SHOWN for text in _strings(part)]
        case list() | tuple():
            return [text for part in value for text in _strings(part)]
        case _:
            return []


_NOT_SHOWN = frozenset({"kind", "script", "stage", "role"})
