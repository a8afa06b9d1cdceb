"""Rights that end by themselves: what of a case a member's own index shows, and whose date has passed.

The lines of the case say until when (FORMAT.md 6). Hidden is all but the record that says why somebody holds it, so
that a later day brings everything back.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from vault.access.session import Session
from vault.casework.case import Access, GrantReason
from vault.errors import MalformedError
from vault.ids import CompartmentId, MemberId, Origin, RecordId
from vault.index.entries import RemovedRecord
from vault.index.file import Index
from vault.index.heads import access_records, had_version, heads_in, heads_of, heads_of_record
from vault.index.indexing import apply
from vault.records.versions import from_fields, open_each
from vault.seal.named import access_record
from vault.services.projection.seats import members_of_logs
from vault.words.message import Message, plural


@dataclass(frozen=True, slots=True)
class Term:
    """Until when a member holds a case, and who gave it for what reason.

    The day is that of the lines; `given_by` is whose log lists the record: the name in it anybody could write.
    """

    case: CompartmentId
    member: MemberId
    until_ms: int | None
    why: GrantReason
    given_by: MemberId


def term_of(session: Session, case: CompartmentId, record: RecordId, heads: Collection[bytes]) -> Term | None:
    """Return what the given heads of a member's access come to; None where none of them can be read."""
    with session.database.reading() as rows:
        sealed = rows.versions(case, record)
    opened, _ = open_each(sealed, vault=session.vault, keyring=session.keyring)
    authors = members_of_logs(session, (Origin(version.origin) for version in opened))
    index, state = session.index(), session.state_of(case)
    for version in opened:
        if version.id not in heads or version.content.kind != Access.KIND or not had_version(index, case, version.id):
            continue  # a row that no entry lists, or of another kind, is nobody's word
        try:
            access = from_fields(Access, version.content.fields)
        except MalformedError:
            continue
        if access_record(member := MemberId(access.member)) == record:
            until = None if state is None or state.case is None else state.case.until.get(member)
            return Term(case, member, until, access.why, authors.get(Origin(version.origin), MemberId(b"")))
    return None


def all_terms(session: Session, index: Index) -> list[Term]:
    """Return every date that stands in a case of this member's, and every grant that was written down without one."""
    terms = []
    for compartment, records in access_records(index).items():
        case = CompartmentId(compartment)
        if session.holds(case):
            found = (
                term_of(session, case, RecordId(record), heads_of(index, case, record, Access.KIND))
                for record in records
            )
            terms += [term for term in found if term is not None]
    return terms


def hide_expired_cases(session: Session, index: Index) -> None:
    """Take cases whose date has passed for this member out of the index, and bring back what was hidden before."""
    record = RecordId(access_record(session.member))
    dated = {CompartmentId(item): heads for item, heads in heads_of_record(index, record, Access.KIND).items()}
    terms = (term_of(session, case, record, heads) for case, heads in dated.items())
    ends = {term.case: term.until_ms for term in terms if term is not None and term.until_ms is not None}
    hidden = index.hides = session.hide_after(ends)
    for case in dated:
        heads = heads_in(index, case)
        dates = {head.record for head in heads if head.kind == Access.KIND}  # a record goes with all its kinds
        others = {head.record for head in heads} - dates
        if case in hidden and others:
            apply(index, [RemovedRecord(case, other) for other in sorted(others)], {})
            index.optimize()
        elif case not in hidden and not others:
            _ask_again(session, index, case)


def _ask_again(session: Session, index: Index, case: CompartmentId) -> None:
    """Have everything of the case judged and brought in again."""
    with session.database.reading() as rows:
        places = rows.places_in([case])
    apply(index, [], {}, pending=places)
    index.was_asked = False


def left_out_words(count: int) -> Message:
    """Return how many cases are left out of a report or an export of all, and why."""
    return plural(
        "{count} case is left out: it was lent to you until a day that has passed.",
        "{count} cases are left out: they were lent to you until a day that has passed.",
        count=count,
    )


def left_out_data(count: int) -> dict[str, int]:
    """Return the same for other programs."""
    return {"day_passed": count}
