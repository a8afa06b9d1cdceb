"""Change a record of a case, and see how it came to be as it is.

An edit is a version of its own: it names every version that it saw as replaced, keeps what this program does not know
of them, and takes nothing from the history.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any, Final, Generic, TypeVar

from vault.access.session import Session
from vault.casework.case import Case
from vault.casework.differences import Change, changes
from vault.casework.document import Document
from vault.casework.form import FormedRecord
from vault.casework.intake import RegisterEntry, Slip
from vault.casework.kinds import CaseworkRecord
from vault.casework.note import Note
from vault.casework.person import Person, SafeContact
from vault.casework.questionnaires import Filled
from vault.casework.story import STORY
from vault.errors import MalformedError, NotFoundError, UsageError, VerificationError
from vault.ids import CompartmentId, Origin, RecordId, VersionId
from vault.index.case_pages import cases_between
from vault.index.heads import heads_in, heads_of, records_between
from vault.index.people_index import people_in
from vault.policy.roles import Action
from vault.records.versions import OpenedVersion, from_fields, to_fields
from vault.records.work import Entry
from vault.services.cases.cases import find, log_view
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.projection import audit_of, up_to_date_index
from vault.services.projection.seats import members_of_logs
from vault.services.projection.short_ids import ids_between, typed_id
from vault.services.projection.stored_records import joined, read_record, read_versions
from vault.words.message import Message
from vault.words.next_step import NextStep

Editable = Case | Person | Note | Slip | FormedRecord
T = TypeVar("T", bound=Editable)
KINDS: dict[str, type[Any]] = {Case.KIND: Case, Person.KIND: Person, Note.KIND: Note, Document.KIND: Document, **STORY}
_KEPT: Final = {
    Case.KIND: ("risk", "risk_reason", "closed", "close_reason"),
    Note.KIND: ("withdrawn",),
    Person.KIND: ("who", "unregistered"),
}
"""Of which of two values the code knows the safer one (`joined`)."""
_JOIN: Final = NextStep.JOIN_VERSIONS
ARROW: Final = " → "
"""Between who wrote something that was set aside, and who took it over."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands: its case, its id there, and its kind."""

    case: CompartmentId
    record: RecordId
    kind: str


@dataclass(frozen=True, slots=True)
class Edited:
    """What came of an edit. `settled` is how many versions beside one another it replaced; 0: nothing was different.

    `is_unconfirmed`: the record said by whom it is confirmed, and says so no more.
    """

    place: Place
    settled: int
    is_unconfirmed: bool = False


@dataclass(frozen=True, slots=True)
class Earlier:
    """A version of a record, whether or not another replaced it; `by` names whose words it took over, too."""

    version: VersionId
    written_ms: int
    by: str = field(repr=False)
    is_current: bool
    value: Any = field(default=None, repr=False)
    changes: tuple[Change, ...] = field(default=(), repr=False)
    """What it changed of the versions that it replaced."""


def fields_told(earlier: Earlier) -> dict[str, object]:
    """Return what a version says, by field, for a history; of a filled form the answers by what was asked."""
    if earlier.value is None:
        return {}
    fields = to_fields(earlier.value)
    if isinstance(earlier.value, Filled):
        del fields["answers"]
        for name, answer in earlier.value.answers.items():
            fields[name if answer.label in fields else answer.label] = answer.value
    return fields


def locate(
    session: Session, text: str, kinds: frozenset[str] = frozenset(KINDS), *, case: CompartmentId | None = None
) -> Place:
    """Return the record with this id, or this beginning of one; a reference or an id of a case names the case's own.

    With `case` only what stands in it: two cases may have a record of one id.

    Raises:
        NotFoundError: no such record of these kinds among the member's cases, or several begin so.
        UsageError: the id stands in several cases, or is that of a case too.
    """
    typed, index = typed_id(text), up_to_date_index(session)
    among = records_between(index, *ids_between(typed)) if typed else set()
    found = {
        Place(CompartmentId(home), RecordId(record), kind)
        for record, home, kind in among
        if kind in kinds and case in {None, home}
    }
    if not found and Case.KIND in kinds:
        return own_record(session, find(session, text))
    if not found:
        raise NotFoundError(
            Message("you have no such record with this id"),
            next_step=Message("{show_case} shows the ids.", show_case=NextStep.SHOW_CASE),
        )
    if case is None and Case.KIND in kinds:
        own = {place.case for place in found if place.kind == Case.KIND}
        if not own.issuperset(cases_between(index, *ids_between(typed))):
            raise UsageError(
                Message("this is the id of a case and of a record: one was made to look like the other"),
                next_step=Message("Type the reference of the case, or name the case of the record (--case)."),
            )
    if len({place.record for place in found}) > 1:
        raise NotFoundError(
            Message("{count} ids begin with these digits", count=len(found)), next_step=Message("Type more of the id.")
        )
    if len(found) > 1:
        raise UsageError(
            Message("{count} cases have a record with this id: one was made to look like another", count=len(found)),
            next_step=Message("Name its case, too (--case)."),
        )
    return found.pop()


def own_record(session: Session, case: CompartmentId) -> Place:
    """Return where the case's record of itself stands.

    Raises:
        NotFoundError: it has none that is valid.
    """
    found = [head.record for head in heads_in(up_to_date_index(session), case, Case.KIND)]
    if not found:
        raise NotFoundError(Message("you have no case with this id or reference"))
    return Place(case, RecordId(found[0]), Case.KIND)


def _nothing(_before: object, _after: object) -> Sequence[tuple[CompartmentId, RegisterEntry]]:
    return ()


def edit(
    session: Session,
    place: Place,
    kind: type[T],
    change: Callable[[T], T],
    *,
    act: str = "case.edit",
    action: Action = Action.CASE_WRITE,
    is_urgent: bool = False,
    then: Callable[[T], T | None] | None = None,
    beside: Callable[[T, T], Sequence[tuple[CompartmentId, RegisterEntry]]] = _nothing,
    dig: bytes | None = None,
) -> Edited:
    """Write what `change` makes of a record as its next version. When this returns, it is durable.

    What `then` makes of what stood before begins a further record in the same operation. `beside` gets the record
    before and after, and returns what the register gets in it. `dig` is the digest of a package that this is about.

    Of several versions beside one another all are replaced, and lists, warnings and the safer of two values are kept
    together. Where they differ otherwise, the change has to say what holds; one that `is_urgent` and does not follows
    the newest alone, and the others stay beside it.

    Raises:
        NotFoundError, RefusedError, UsageError: no such record, not granted, `change` refused, or it does not say what
            holds.
        VerificationError: none of its versions can be read.
    """
    rule = session.require(action, place.case)
    up_to_date_index(session)
    return write_next(
        session,
        place,
        kind,
        heads_at(session, replace(place, kind=kind.KIND)),
        change,
        act=act,
        obj=None,
        pol=rule,
        is_urgent=is_urgent,
        then=then,
        beside=beside,
        dig=dig,
    )


def keep_one(session: Session, home: CompartmentId, value: CaseworkRecord, entry: Callable[[], Entry]) -> RecordId:
    """Keep a new record in an operation of its own, and return its id. When this returns, it is durable.

    The entry is made last: that something has to arrive first is said before anything is looked up for it.
    """
    with session.work(home) as work:
        record = work.keep(home, value)
        work.commit(entry())
    return record


def write_next(
    session: Session,
    place: Place,
    kind: type[T],
    versions: Sequence[OpenedVersion],
    change: Callable[[T], T],
    *,
    act: str,
    obj: bytes | None,
    pol: str,
    is_urgent: bool = False,
    then: Callable[[T], T | None] | None = None,
    beside: Callable[[T, T], Sequence[tuple[CompartmentId, RegisterEntry]]] = _nothing,
    dig: bytes | None = None,
) -> Edited:
    """Write what `change` makes of the heads of a record, oldest first, as its next version; see `edit`.

    `obj` is the pseudonym of the compartment in the log; without it, that of a case is looked up.
    """
    following = next_of(kind, versions, change, is_urgent=is_urgent)
    further = None if then is None else then(following.before)
    if not following.is_different:
        return Edited(place, 0)
    audit = audit_of(session, place.case) if obj is None else obj
    beginning = [*beside(following.newest, following.after), *([] if further is None else [(place.case, further)])]
    covers = Counter([kind.KIND, *(record.KIND for _, record in beginning)])
    with session.work(place.case, *(home for home, _ in beginning)) as work:
        work.write(place.case, place.record, kind.KIND, following.fields(), following.parents)
        for home, record in beginning:
            work.keep(home, record)
        work.commit(Entry(act=act, obj=audit, covers=covers, dig=dig, pol=pol))
    return Edited(place, len(following.versions))


@dataclass(frozen=True, slots=True)
class Following(Generic[T]):
    """What a change makes of the heads of a record: before it, by all of them, and by the newest; and after it."""

    versions: Sequence[OpenedVersion]
    newest: T
    before: T
    after: T

    @property
    def is_different(self) -> bool:
        """Whether it has to be written: something was changed, or several heads become one."""
        return self.after != self.newest or len(self.versions) > 1

    @property
    def parents(self) -> list[VersionId]:
        return [version.id for version in self.versions]

    def fields(self) -> dict[str, object]:
        """Return its fields, with those of the heads that this program does not know."""
        known = {name: part for version in self.versions for name, part in version.content.fields.items()}
        return to_fields(self.after, known=known)


def next_of(
    kind: type[T], versions: Sequence[OpenedVersion], change: Callable[[T], T], *, is_urgent: bool = False
) -> Following[T]:
    """Return what `change` makes of the heads of a record, oldest first; nothing is written.

    Raises:
        NotFoundError, UsageError: there is no head, `change` refused, or what only one of them says would be lost.
        VerificationError: none of them can be read.
    """
    if not versions:
        raise NotFoundError(Message("you have no such record with this id"))
    readable = [version for version in versions if _value(version, kind) is not None]
    values = [value for version in readable if (value := _value(version, kind)) is not None]
    if not values:
        raise VerificationError(Message("no version of this record can be read here"))
    before = _with_lists(joined(values), values) if len(values) > 1 else values[-1]
    changed = change(before)
    if len(values) > 1 and _would_drop(before, values, change):
        if not is_urgent:
            raise UsageError(
                Message("the two versions of this record differ in what you did not give: one would be lost"),
                next_step=Message("Give that in the change too, or say first what stands: {join}.", join=_JOIN),
            )
        versions = readable[-1:]
    return Following(versions, values[-1], before, changed)


def heads_at(session: Session, place: Place) -> list[OpenedVersion]:
    """Return the heads of a record, oldest first, as far as the index is read; the caller asked, and logged."""
    heads = frozenset(map(VersionId, heads_of(session.index(), place.case, place.record, place.kind)))
    return sorted(read_versions(session, place.case, place.record, heads), key=_in_time)


def _with_lists(joined: T, values: Sequence[T]) -> T:
    """Return a record with the lists of all its versions: a line that only one of them has is not lost."""
    if isinstance(joined, Person | Slip):
        return joined
    lists = {
        each.name: [getattr(value, each.name) for value in reversed(values)] for each in dataclasses.fields(joined)
    }
    several = {name: said for name, said in lists.items() if isinstance(said[0], tuple) and len(set(said)) > 1}
    kept: Any = {name: tuple(dict.fromkeys(chain(*said))) for name, said in several.items()}
    return replace(joined, **kept)


def _would_drop(before: Editable, values: Sequence[Any], change: Callable[[Any], Any]) -> bool:
    """Say whether a change leaves out what one of several versions says: their fields differ, and it gives none."""
    for name in [] if isinstance(before, Slip) else [each.name for each in dataclasses.fields(before)]:
        said = [getattr(each, name) for each in values]
        if isinstance(before, Person):  # what only one of them says of a person, all say (`Person.joined`)
            said = [each for each in said if each is not None]
        if all(each == said[0] for each in said) or name in _KEPT.get(before.KIND, ()) or isinstance(said[0], tuple):
            continue
        try:
            made = [_but_never_use(getattr(change(replace(before, **{name: each})), name)) for each in said]
        except UsageError:  # it fits one of the versions alone
            return True
        if any(each != made[0] for each in made):
            return True
    return False


def _but_never_use(value: object) -> object:
    """Return a value as it is compared: of safe contacts the lists are one list."""
    return replace(value, never_use=()) if isinstance(value, SafeContact) else value


def history(session: Session, place: Place, *, why: str = "casework") -> list[Earlier]:
    """Return every valid version of a record, oldest first; opening them opens the case, which is in the log before."""
    log_view(session, place.case, why=why)
    current = set(heads_of(up_to_date_index(session), place.case, place.record, place.kind))
    every = read_record(session, place.case, place.record)
    versions = [version for version in every if version.content.kind == place.kind]
    aside = _set_aside(session, place, {version.id for version in every})
    members = members_of_logs(session, {*aside.values(), *(version.origin for version in versions)})
    names = names_of_members(session)
    called = names_told(session, place.case)
    found: list[Earlier] = []
    told: dict[VersionId, dict[str, object]] = {}
    for version in sorted(versions, key=_in_time):
        value = _value(version, KINDS[place.kind])
        wrote = [version.origin, *(aside[parent] for parent in version.content.parents if parent in aside)]
        by = ARROW.join(dict.fromkeys(name_in(names, members.get(origin)) for origin in reversed(wrote)))
        earlier = Earlier(version.id, version.content.clock[0], by, version.id in current, value)
        if said := fields_told(earlier):
            before = _before(said, [told[each] for each in told if each in version.content.parents])
            earlier, told[version.id] = replace(earlier, changes=tuple(changes(before, said, called))), said
        elif known := [told[each] for each in told if each in version.content.parents]:
            told[version.id] = known[-1]  # no change of it is told, and the next is compared with what was readable
        found.append(earlier)
    return found


def _set_aside(session: Session, place: Place, valid: Collection[VersionId]) -> dict[VersionId, Origin]:
    """Return the logs of versions of a record that are here and do not count: somebody may have taken them over."""
    with session.database.reading() as rows:
        placed = rows.placed(place.case, place.record)
    return {VersionId(each.id): Origin(each.origin) for each in placed if each.id not in valid}


def _before(said: Mapping[str, object], parents: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """Return what stood before a version, oldest of its parents first: what it took of one of them is no change."""
    before: dict[str, object] = {}
    for parent in parents:
        kept = {name: part for name, part in before.items() if part == said.get(name)}
        before = {**before, **parent, **kept}
    return before


def names_told(session: Session, home: CompartmentId) -> dict[bytes, str]:
    """Return the names by which a history calls the ids of members, and of the people of a case."""
    names: dict[bytes, str] = people_in(up_to_date_index(session), home)
    names.update(names_of_members(session).items())
    return names


def _value(version: OpenedVersion, kind: type[T]) -> T | None:
    try:
        return from_fields(kind, version.content.fields)
    except MalformedError:
        return None


def _in_time(version: OpenedVersion) -> tuple[tuple[int, int], bytes, int]:
    return version.content.clock, version.origin, version.seq
