"""Add people to a case."""

from __future__ import annotations

from collections.abc import Sequence

from vault.access.session import Session
from vault.casework.person import IdentityDocument, Person, PersonName, SafeContact
from vault.casework.vocabulary import DocumentKind, PersonRole, word_of
from vault.errors import UsageError
from vault.ids import CompartmentId, RecordId
from vault.policy.roles import Action
from vault.records.work import Entry
from vault.services.projection.projection import audit_of
from vault.words.message import Message


def add(
    session: Session,
    case: CompartmentId,
    *,
    role: str,
    names: Sequence[str],
    born: str | None = None,
    phones: Sequence[str] = (),
    emails: Sequence[str] = (),
    documents: Sequence[str] = (),
    safe_contact: SafeContact | None = None,
) -> RecordId:
    """Keep a person in a case and return the record's id.

    Args:
        session: who adds.
        case: the case's compartment.
        role: a word of `PersonRole`.
        names: one for each script or spelling known.
        born: YYYY, YYYY-MM or YYYY-MM-DD.
        phones: in any spacing.
        emails: addresses.
        documents: KIND:NUMBER, with a word of `DocumentKind`.
        safe_contact: how to reach them without harm.

    Raises:
        UsageError: a value has not the form that its field needs; nothing was written.
    """
    session.require(Action.CASE_WRITE, case)
    person = checked_person(
        role=role,
        names=names,
        born=born,
        phones=phones,
        emails=emails,
        documents=documents,
        safe_contact=safe_contact,
    )
    return keep(session, case, person)


def keep(session: Session, case: CompartmentId, person: Person) -> RecordId:
    """Keep a checked person in a case and return the record's id."""
    rule = session.require(Action.CASE_WRITE, case)
    with session.work(case) as work:
        record = work.keep(case, person)
        work.commit(Entry(act="person.create", obj=audit_of(session, case), covers={Person.KIND: 1}, pol=rule))
    return record


def checked_person(
    *,
    role: str,
    names: Sequence[str],
    born: str | None = None,
    phones: Sequence[str] = (),
    emails: Sequence[str] = (),
    documents: Sequence[str] = (),
    safe_contact: SafeContact | None = None,
) -> Person:
    """Return the person that typed values describe; see `add` for the values.

    Raises:
        UsageError: a value has not the form that its field needs.
    """
    return Person(
        role=word_of(PersonRole, role, "role"),
        names=tuple(PersonName.written(name) for name in names),
        born=born,
        phones=tuple(phones),
        emails=tuple(emails),
        documents=tuple(_document(text) for text in documents),
        safe_contact=safe_contact,
    )


def _document(text: str) -> IdentityDocument:
    kind, separator, number = text.partition(":")
    words = {word.value for word in DocumentKind}
    if not separator or kind not in words:
        raise UsageError(
            Message("a document is KIND:NUMBER, with KIND one of: {names}", names=", ".join(sorted(words)))
        )
    return IdentityDocument(DocumentKind(kind), number)
