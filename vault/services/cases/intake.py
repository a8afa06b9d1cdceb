"""Call slips: names and numbers in clear for every volunteer, so that they live two weeks and their key one.

A slip is moved into a case or closed within 14 days. From then on it is not listed; its earlier versions, which have
the words, are erased at the first unlock of a member who takes calls, ten minutes later or more (`erasures`). The key
of the intake is replaced once a week by the first supervisor who is there (`grants.intake_key`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from vault.access.session import Session
from vault.casework.case import Case
from vault.casework.contact import digits_of
from vault.casework.intake import RegisterEntry, Slip, SlipState, said_by
from vault.casework.note import Note
from vault.casework.person import Person
from vault.casework.story.events import Task
from vault.casework.vocabulary import PersonRole, word_of
from vault.durations import DAY_MS
from vault.errors import NotFoundError, UsageError
from vault.ids import CompartmentId, CompartmentKind, MemberId, RecordId, VersionId
from vault.index.full_text import SHORTEST_PHONE
from vault.index.heads import heads_of
from vault.index.search_text import fold_words, words_of
from vault.policy.roles import ALLOWED, Action
from vault.records.work import Entry, Work
from vault.services.cases.case_people import as_heard, never_used_in_calls
from vault.services.cases.cases import CaseMade, new_case
from vault.services.cases.editing import Edited, Following, Place, heads_at, keep_one, next_of
from vault.services.cases.register import entries_for
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.places import held_of_kind, the_one_of_kind
from vault.services.projection.projection import audit_of, read_valid, up_to_date_index
from vault.services.projection.short_ids import the_one_named, typed_id
from vault.services.projection.stored_records import Stored, stored_of_kind
from vault.words.message import Message
from vault.words.next_step import NextStep

SLIP_DAYS = 14
MOST_SAID = 20_000
"""Characters of what was said in a call; what is more is a note of a case."""
_Said: TypeAlias = Note | Person | Task


@dataclass(frozen=True, slots=True)
class SlipLine:
    """An open slip, whether it should have been moved or closed by now, and what in it must never be used."""

    stored: Stored[Slip]
    is_overdue: bool
    do_not_call: tuple[str, ...] = field(default=(), repr=False)

    @property
    def key(self) -> str:
        return self.stored.record.hex()

    @property
    def said(self) -> Slip:
        return self.stored.value


def add(
    session: Session,
    *,
    name: str = "",
    number: str = "",
    language: str = "",
    text: str = "",
    call_back: bool = False,
    when: str = "",
) -> RecordId:
    """Keep a call slip and return its id. No field is mandatory; `when` says when to call back, as it was said.

    Raises:
        UsageError: the text is longer than a call, or a field is no line; nothing was written.
    """
    rule = session.require(Action.INTAKE_WRITE)
    _require_short(text)
    slip = Slip(
        session.log.now_ms(), name=name, number=number, language=language, text=text, call_back=call_back, when=when
    )
    home = the_one_of_kind(session, CompartmentKind.INTAKE)
    return keep_one(session, home, slip, lambda: Entry(act="intake.edit", covers={Slip.KIND: 1}, pol=rule))


def _require_short(text: str) -> None:
    if len(text) > MOST_SAID:
        raise UsageError(
            Message("text of a slip is longer than {most_characters} characters", most_characters=MOST_SAID)
        )


def correct(
    session: Session,
    slip: str,
    *,
    name: str | None = None,
    number: str | None = None,
    language: str | None = None,
    text: str | None = None,
    call_back: bool | None = None,
    when: str | None = None,
) -> Edited:
    """Correct an open slip, as a new version of it; None leaves a field as it is.

    Raises:
        NotFoundError: no open slip with this id.
        UsageError: the text is longer than a call, or a field is no line; nothing was written.
    """
    rule = session.require(Action.INTAKE_WRITE)
    _require_short(text or "")
    stored, home = _open_slip(session, slip), the_one_of_kind(session, CompartmentKind.INTAKE)
    typed = {"name": name, "number": number, "language": language, "text": text, "call_back": call_back, "when": when}
    wanted: dict[str, Any] = {field: said for field, said in typed.items() if said is not None}
    up_to_date_index(session)
    place = Place(home, stored.record, Slip.KIND)
    following = next_of(Slip, heads_at(session, place), lambda said: replace(said, **wanted))
    if not following.is_different:
        return Edited(place, 0)
    with session.work(home) as work:
        work.write(home, stored.record, Slip.KIND, following.fields(), following.parents)
        work.commit(Entry(act="intake.edit", covers={Slip.KIND: 1}, pol=rule))
    return Edited(place, len(following.versions))


def list_open(session: Session, *, seen: set[RecordId] | None = None) -> list[SlipLine]:
    """Return the open slips, oldest first; the look is in the log before they are.

    Where those of `seen` alone are returned, it is there already; what is returned is added.
    """
    rule = session.require(Action.INTAKE_READ)
    return _seen_in_log(session, [slip for slip in _slips(session) if slip.value.state is SlipState.OPEN], seen, rule)


def _seen_in_log(
    session: Session, found: Sequence[Stored[Slip]], seen: set[RecordId] | None, rule: str
) -> list[SlipLine]:
    records = {slip.record for slip in found}
    if seen is None or records - seen:
        session.log_act(Entry(act="case.view", why="intake", covers={Slip.KIND: len(found)}, pol=rule))
    if seen is not None:
        seen |= records
    return _lines(session, found)


def find(session: Session, slip: str) -> Slip:
    """Return an open slip; the look is in the log before.

    Raises:
        NotFoundError: no open slip with this id.
    """
    rule = session.require(Action.INTAKE_READ)
    found = _open_slip(session, slip)
    session.log_act(Entry(act="case.view", why="intake", covers={Slip.KIND: 1}, pol=rule))
    return found.value


def find_open(session: Session, words: str, *, seen: set[RecordId] | None = None) -> list[SlipLine]:
    """Return the open slips that hold all words, the last one as a beginning, or a number that ends in these digits.

    They are in the log before they are returned; those of `seen` are there already, and what is found is added.
    """
    rule = session.require(Action.INTAKE_READ)
    asked, digits = fold_words(words_of(words)), digits_of(words)
    is_number = len(digits) >= SHORTEST_PHONE and not any(letter.isalpha() for letter in words)
    if not asked or not held_of_kind(session, CompartmentKind.INTAKE):
        return []

    def holds(slip: Slip) -> bool:
        if is_number and digits_of(slip.number).endswith(digits):
            return True
        said = fold_words(words_of(" ".join((slip.name, slip.number, slip.language, slip.text, slip.when))))
        return set(asked[:-1]) <= set(said) and any(word.startswith(asked[-1]) for word in said)

    found = [slip for slip in _slips(session) if slip.value.state is SlipState.OPEN and holds(slip.value)]
    return _seen_in_log(session, found, set() if seen is None else seen, rule)


def _lines(session: Session, found: Iterable[Stored[Slip]]) -> list[SlipLine]:
    latest = session.clock().trusted_ms - SLIP_DAYS * DAY_MS
    slips = sorted(found, key=lambda row: row.value.received)
    calls = [(slip.value.number, f"{slip.value.name}\n{slip.value.text}\n{slip.value.when}") for slip in slips]
    may_ask = bool(session.roles & ALLOWED[Action.CASE_SEARCH])
    never_used = never_used_in_calls(session, calls) if may_ask else [()] * len(slips)
    return [SlipLine(slip, slip.value.received < latest, never) for slip, never in zip(slips, never_used, strict=True)]


def takers(session: Session) -> list[str]:
    """Return the names of the members whose roles take calls, sorted."""
    session.require(Action.MEMBER_LIST)
    names, directory = names_of_members(session), session.directory
    taking = ALLOWED[Action.INTAKE_WRITE]
    found = [MemberId(member) for member in directory.members]
    return sorted((name_in(names, member) for member in found if directory.roles_of(member) & taking), key=str.casefold)


@dataclass(frozen=True, slots=True)
class Moved:
    """What a case got of a slip: the kinds of record, and the case where it was made for it."""

    kinds: tuple[str, ...]
    made: CaseMade | None = None


def require_open(session: Session, slip: str) -> None:
    """Return if there is an open slip with this id.

    Raises:
        NotFoundError: there is none.
    """
    session.require(Action.INTAKE_WRITE)
    _open_slip(session, slip)


def close(session: Session, slip: str) -> None:
    """Close a slip that becomes no case; its words are in no list from here on.

    What it said is erased later, once nobody may undo the closing.

    Raises:
        NotFoundError: no open slip with this id.
    """
    rule = session.require(Action.INTAKE_WRITE)
    stored = _open_slip(session, slip)
    home = the_one_of_kind(session, CompartmentKind.INTAKE)
    with session.work(home) as work:
        _keep_ended(session, work, stored, SlipState.CLOSED)
        work.commit(Entry(act="intake.edit", covers={Slip.KIND: 1}, pol=rule))


def move(
    session: Session,
    slip: str,
    case: CompartmentId,
    *,
    role: str = PersonRole.THIRD.value,
    same: RecordId | None = None,
) -> Moved:
    """Put all words of a slip into a case, as a note, perhaps a person and a task, and close it: in one entry.

    `slip` is its id as typed, or its beginning; `role` a word of `PersonRole`: what who called is to the case; `same` a
    person of the case who called: they get the spelling and the number, and nobody else is written.

    Raises:
        NotFoundError: no open slip with this id, or no such person in the case.
        UsageError: what it says does not fit a note or a person; nothing was written.
    """
    rule = session.require(Action.INTAKE_WRITE)
    session.require(Action.CASE_WRITE, case)
    stored = _open_slip(session, slip)
    said, audit = said_by(stored.value, word_of(PersonRole, role, "role")), audit_of(session, case)
    called = next((record for record in said if isinstance(record, Person)), None)
    known = None if same is None or called is None else _with_call(session, Place(case, same, Person.KIND), called)
    if known is not None:
        said = [record for record in said if not isinstance(record, Person)]
    is_spelt_anew = known is not None and known.after.names != known.before.names
    entries = entries_for(session, [known.after]) if known is not None and is_spelt_anew else _entries_of(session, said)
    with session.work(the_one_of_kind(session, CompartmentKind.INTAKE), case, *(home for home, _ in entries)) as work:
        kinds = _keep_said(session, work, stored, (*said, *entries), case)
        if known is not None and same is not None and known.is_different:
            work.write(case, same, Person.KIND, known.fields(), known.parents)
            kinds[Person.KIND] += 1
        work.commit(Entry(act="intake.edit", obj=audit, covers=kinds, pol=rule))
    return Moved(tuple(record.KIND for record in said))


def _with_call(session: Session, place: Place, called: Person) -> Following[Person]:
    """Return what a call makes of a person of the case."""
    up_to_date_index(session)
    return next_of(Person, heads_at(session, place), lambda person: as_heard(called, person).of(person), is_urgent=True)


def move_to_new(session: Session, slip: str, *, title: str, kind: str, role: str = PersonRole.CLIENT.value) -> Moved:
    """Make a case of a slip: found it, put all its words there as `move` does, and close it, in one entry.

    Raises:
        NotFoundError: no open slip with this id.
        UsageError: no title, an unknown word, or what the slip says fits no record; nothing was written.
    """
    session.require(Action.INTAKE_WRITE)
    rule = session.require(Action.CASE_CREATE)
    stored = _open_slip(session, slip)
    said = said_by(stored.value, word_of(PersonRole, role, "role"))
    founding = new_case(session, title=title, kind=kind)
    entries = _entries_of(session, said)
    with session.work(the_one_of_kind(session, CompartmentKind.INTAKE), *(home for home, _ in entries)) as work:
        case = founding.found(work)
        kinds = _keep_said(session, work, stored, (*said, *entries), case)
        covers = kinds + Counter({Case.KIND: 1})
        work.commit(Entry(act="case.create", obj=founding.head.audit, covers=covers, pol=rule))
    return Moved(tuple(record.KIND for record in said), founding.made(case))


def _open_slip(session: Session, slip: str) -> Stored[Slip]:
    found = [stored for stored in _slips(session) if stored.value.state is SlipState.OPEN]
    record = the_one_named(typed_id(slip), (stored.record for stored in found))
    if record is None:
        raise NotFoundError(
            Message("there is no open slip with this id"),
            next_step=Message("{list_slips} shows the open ones.", list_slips=NextStep.LIST_SLIPS),
        )
    return next(stored for stored in found if stored.record == record)


def caller(session: Session, slip: str, *, role: str = PersonRole.THIRD.value) -> Person | None:
    """Return the person that `move` would write of who called; None where neither a name nor a number was heard.

    Raises:
        NotFoundError: no open slip with this id.
    """
    session.require(Action.INTAKE_WRITE)
    said = said_by(_open_slip(session, slip).value, word_of(PersonRole, role, "role"))
    return next((record for record in said if isinstance(record, Person)), None)


def _entries_of(session: Session, said: Sequence[_Said]) -> list[tuple[CompartmentId, RegisterEntry]]:
    return entries_for(session, (record for record in said if isinstance(record, Person)))


def _keep_said(
    session: Session,
    work: Work,
    slip: Stored[Slip],
    said: Sequence[_Said | tuple[CompartmentId, RegisterEntry]],
    case: CompartmentId,
) -> Counter[str]:
    """Keep what a slip says in the case, entries of the register where they belong, and end the slip."""
    kinds = Counter([Slip.KIND])
    for placed in said:
        home, record = placed if isinstance(placed, tuple) else (case, placed)
        work.keep(home, record)
        kinds[record.KIND] += 1
    _keep_ended(session, work, slip, SlipState.MOVED, case)
    return kinds


def _keep_ended(
    session: Session, work: Work, slip: Stored[Slip], state: SlipState, case: CompartmentId | None = None
) -> None:
    home = the_one_of_kind(session, CompartmentKind.INTAKE)
    parents = [VersionId(head) for head in heads_of(up_to_date_index(session), home, slip.record, Slip.KIND)]
    work.keep(
        home,
        replace(slip.value, name="", number="", language="", text="", when="", state=state, case=case),
        slip.record,
        parents,
    )


def _slips(session: Session) -> list[Stored[Slip]]:
    return stored_of_kind(read_valid(session, the_one_of_kind(session, CompartmentKind.INTAKE)), Slip)
