"""The people of a case: added, changed and shown; and which of their numbers must never be used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from vault.access.session import Session
from vault.casework.contact import MOST_NEVER_USED, NeverUse, is_never_used, is_same_number, ways_in
from vault.casework.intake import RegisterEntry
from vault.casework.person import ContactChange, IdentityDocument, Person, PersonChange, PersonName, SafeContact
from vault.casework.vocabulary import DocumentKind, PersonRole, Sex, word_of
from vault.errors import NotFoundError, UsageError
from vault.ids import CompartmentId, CompartmentKind, Origin, RecordId
from vault.index.full_text import search
from vault.index.people_index import never_use_among, never_use_by_case, people_in
from vault.policy.roles import Action
from vault.records.work import Entry
from vault.services.cases.cases import log_view
from vault.services.cases.editing import Edited, Place, edit, heads_at, next_of
from vault.services.cases.register import accounted_for, entered, entries_for, take_out
from vault.services.projection.places import held_of_kind
from vault.services.projection.projection import audit_of, up_to_date_index
from vault.services.projection.seats import members_of_logs
from vault.services.projection.stored_records import Stored, stored_of_kind
from vault.words.message import Message

# Add people to a case, change what is known of them, and show one.

_MOST_NAMESAKES = 200


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
        role=role, names=names, born=born, phones=phones, emails=emails, documents=documents, safe_contact=safe_contact
    )
    return keep(session, case, person)


def keep(session: Session, case: CompartmentId, person: Person) -> RecordId:
    """Keep a checked person in a case and return the record's id; the register gets an entry of them with it.

    Whoever writes down somebody new comes here by `writing_down.add_person`, which first looks who is known already.

    Raises:
        UsageError: their never-use list is too long to be read by anybody.
    """
    rule = session.require(Action.CASE_WRITE, case)
    _require_short_list(person)
    entries = entries_for(session, [person])
    covers = Counter([Person.KIND, *(entry.KIND for _, entry in entries)])
    with session.work(case, *(home for home, _ in entries)) as work:
        record = work.keep(case, person)
        for home, entry in entries:
            work.keep(home, entry)
        work.commit(Entry(act="person.create", obj=audit_of(session, case), covers=covers, pol=rule))
    return record


def change(session: Session, place: Place, wanted: PersonChange) -> Edited:
    """Change what is known of a person. A name is never taken away: it becomes `misspelt` or `former`.

    With another name the register gets another entry. Who is left out of it goes from there too: what this member, and
    who else wrote them down, entered of these names alone, and not for others who are called so.

    Raises:
        UsageError: nothing to change, a name or number that the person has not, or a value of another shape.
    """
    if wanted == PersonChange():
        raise UsageError(Message("there is nothing to change"))

    def changed(person: Person) -> Person:
        after = wanted.of(person)
        if wanted.contact.never_use:  # a longer list of another program can still be changed, and made shorter
            _require_short_list(after)
        return after

    def entries(before: Person, after: Person) -> list[tuple[CompartmentId, RegisterEntry]]:
        written = set() if before.unregistered else {name.text for name in before.names}
        return [] if written.issuperset(name.text for name in after.names) else entries_for(session, [after])

    warns = bool(wanted.contact.never_use)  # a warning is never held up
    if not wanted.unregistered:
        return edit(session, place, Person, changed, act="person.edit", is_urgent=warns, beside=entries)
    session.require_sound_log(*held_of_kind(session, CompartmentKind.REGISTER))  # there something goes
    stored = stored_at(session, place)
    if stored is not None:
        next_of(Person, heads_at(session, place), changed)  # what is refused is refused before an entry goes
        take_out(session, _entered(session, place, stored.value))
    return edit(session, place, Person, changed, act="person.edit", is_urgent=warns, beside=entries)


def _entered(session: Session, place: Place, person: Person) -> list[tuple[CompartmentId, RecordId]]:
    """Return what the register has of a person who is left out of it."""
    index = up_to_date_index(session)
    with session.database.reading() as rows:
        logs = {Origin(version.origin) for version in rows.placed(place.case, place.record)}
    by, names = {session.member, *members_of_logs(session, logs).values()}, [name.text for name in person.names]
    hits = {hit for name in names for hit in search(index, name, limit=_MOST_NAMESAKES).hits if hit.kind == Person.KIND}
    places = {Place(CompartmentId(hit.compartment), RecordId(hit.record), Person.KIND) for hit in hits} - {place}
    others = [other.value for each in places if (other := stored_at(session, each)) is not None]
    who = person.who
    kept = [other for other in others if not other.unregistered and (who is None or other.who != who)]
    return accounted_for(entered(session), names, by, [name.text for other in kept for name in other.names])


def as_heard(caller: Person, person: Person) -> PersonChange:
    """Return what a call adds to a person who called: the spelling, behind the others, and a number not known yet."""
    known = {" ".join(name.text.casefold().split()) for name in person.names}
    return PersonChange(
        spellings=tuple(name for name in caller.names if " ".join(name.text.casefold().split()) not in known),
        add_phones=tuple(
            phone for phone in caller.phones if not any(is_same_number(phone, other) for other in person.phones)
        ),
    )


def show(session: Session, place: Place, *, why: str = "casework") -> Stored[Person]:
    """Return a person of a case; opening them opens the case, which is in the log before.

    Raises:
        NotFoundError: there is no such person.
    """
    log_view(session, place.case, why=why)
    up_to_date_index(session)  # a second look shows what was written since the first
    found = stored_at(session, place)
    if found is None:
        raise NotFoundError(Message("you have no such record with this id"))
    return found


def stored_at(session: Session, place: Place) -> Stored[Person] | None:
    """Return the person who stands at a place of a case, as far as the index is read; the caller asked, and logged."""
    return next(iter(stored_of_kind(heads_at(session, place), Person)), None)


def checked_person(
    *,
    role: str,
    names: Sequence[str],
    born: str | None = None,
    phones: Sequence[str] = (),
    emails: Sequence[str] = (),
    documents: Sequence[str] = (),
    safe_contact: SafeContact | None = None,
    sex: str | None = None,
    nationalities: Sequence[str] = (),
    unregistered: bool = False,
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
        documents=tuple(map(document_of, documents)),
        safe_contact=safe_contact,
        sex=None if sex is None else word_of(Sex, sex, "sex"),
        nationalities=tuple(nationalities),
        unregistered=unregistered or None,
    )


def names_in(session: Session, case: CompartmentId) -> dict[RecordId, str]:
    """Return what the people of a case are called, by the ids of their records."""
    session.require(Action.CASE_READ, case)
    return {RecordId(record): name for record, name in people_in(up_to_date_index(session), case).items()}


def contact_change(channel: str | None, typed: Mapping[str, Sequence[str]]) -> ContactChange:
    """Return what was typed of a safe contact: one line of each field, any number of the never-use list."""

    def first(name: str) -> str | None:
        return next(iter(typed.get(name, ())), None)

    return ContactChange(
        channel=channel,
        address=first("address"),
        hours=first("hours"),
        code_phrase=first("code_phrase"),
        may_tell=first("may_tell"),
        never_use=tuple(typed.get("never_use", ())),
        use_again=tuple(typed.get("use_again", ())),
    )


def _require_short_list(person: Person) -> None:
    if person.safe_contact is not None and len(person.safe_contact.never_use) > MOST_NEVER_USED:
        raise UsageError(
            Message("never-use list of a person has more than {most_lines} lines", most_lines=MOST_NEVER_USED)
        )


def document_of(text: str) -> IdentityDocument:
    """Return the document that KIND:NUMBER describes.

    Raises:
        UsageError: no such kind, or no number.
    """
    kind, separator, number = text.partition(":")
    words = {word.value for word in DocumentKind}
    if not separator or kind not in words:
        raise UsageError(
            Message("a document is KIND:NUMBER, with KIND one of: {names}", names=", ".join(sorted(words)))
        )
    return IdentityDocument(DocumentKind(kind), number)


# Which numbers and addresses must never be used: said by the people of a case, asked wherever one is typed.
def never_use_in(session: Session, case: CompartmentId) -> NeverUse:
    """Return what must never be used in a case, as its people said it."""
    session.require(Action.CASE_READ, case)
    return NeverUse(never_use_by_case(up_to_date_index(session), [case]).get(case, ()))


def never_used(session: Session, case: CompartmentId, ways: Iterable[str]) -> tuple[str, ...]:
    """Return those of typed numbers and addresses that are on a never-use list of the case."""
    lines = never_use_in(session, case)
    return tuple(way for way in ways if is_never_used(way, lines))


def never_used_in_calls(session: Session, calls: Sequence[tuple[str, str]]) -> list[tuple[str, ...]]:
    """Return, for the number and the words of each call, what in them must never be used.

    Any case counts that this member holds: a call has none yet.
    """
    session.require(Action.CASE_SEARCH)
    said = [{number: None, **ways_in(words)} if number.strip() else ways_in(words) for number, words in calls]
    listed = NeverUse(never_use_among(up_to_date_index(session), {way for ways in said for way in ways}))
    return [tuple(way for way in ways if is_never_used(way, listed)) for ways in said]
