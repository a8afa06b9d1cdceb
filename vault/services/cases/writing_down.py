"""Search before create: whoever writes down a person or makes a case is told first who may be known already.

Looked up is what is typed, by sound, number and year, among what this member may read, and in the register among what
others hold: of these only whom to ask is told. Commands, screens and whatever else lets somebody make a person or a
case come through here; nothing is written until they were told and say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from typing_extensions import override

from vault.access.session import Session
from vault.casework.person import Person, PersonChange, PersonName, why_same
from vault.casework.vocabulary import PersonRole
from vault.errors import NotFoundError, WaitingForDecisionError
from vault.ids import CompartmentId, CompartmentKind, MemberId, RecordId
from vault.policy.roles import ALLOWED, Action
from vault.services.cases import case_people, cases, intake, register, same_people, sections
from vault.services.cases.cases import CaseMade
from vault.services.cases.editing import Edited, Place
from vault.services.cases.intake import Moved
from vault.services.cases.same_people import Alike
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.places import held_of_kind
from vault.services.projection.projection import up_to_date_index
from vault.words.message import Message, enumerated


@dataclass(frozen=True, slots=True)
class Known:
    """Who may be known already: people of this member's cases with the reasons, and the names of colleagues to ask."""

    alike: tuple[Alike, ...] = ()
    ask: tuple[str, ...] = field(default=(), repr=False)

    def __bool__(self) -> bool:
        return bool(self.alike or self.ask)

    def told(self) -> list[Message]:
        """Return it in words, a sentence each; of what a colleague holds, only that it is there."""
        lines = [
            Message(
                "{name}, of {ref}, {why}",
                name=found.name,
                ref=found.ref,
                why=enumerated(why_same(names=found.names, numbers=found.numbers, born=found.born)),
            )
            for found in self.alike
        ]
        if self.ask:
            lines.append(Message("A match exists. Ask {names}.", names=enumerated(self.ask)))
        return lines


@dataclass(frozen=True, slots=True)
class Looked:
    """Who may be one person: people of this member's cases with the reasons, and colleagues who entered somebody so."""

    alike: tuple[Alike, ...] = ()
    members: tuple[MemberId, ...] = ()


class KnownAlreadyError(WaitingForDecisionError):
    """Nothing was written: somebody like this may be known already. `known` says who, and is for this member alone."""

    code = "known-already"
    usual_step = Message("Look there first. Repeat it with {option} if this is somebody else.", option="--anyway")

    def __init__(self, known: Known) -> None:
        super().__init__(Message("somebody like this may be known already"))
        self.known = known

    @override
    def data(self) -> dict[str, object]:
        likely = [
            {
                "case": found.place.case.hex(),
                "ref": found.ref,
                "person": found.place.record.hex(),
                "name": found.name,
                "spelled_like": list(found.names),
                "same_numbers": list(found.numbers),
                "born": found.born,
            }
            for found in self.known.alike
        ]
        return {"known": likely, "ask": list(self.known.ask)}


class StandsHereError(WaitingForDecisionError):
    """Nothing was written: somebody of that name stands in the case. `here` says who, and is for this member alone."""

    code = "stands-here"
    usual_step = Message(
        "Repeat it with {same} PERSON if this is that person, or with {option} if this is somebody else.",
        same="--same",
        option="--anyway",
    )

    def __init__(self, here: tuple[Alike, ...]) -> None:
        super().__init__(Message("somebody like who called stands in this case"))
        self.here = here

    @override
    def data(self) -> dict[str, object]:
        return {"here": [{"person": found.place.record.hex(), "name": found.name} for found in self.here]}


def known_of_person(session: Session, case: CompartmentId, person: Person) -> Known:
    """Return who may be this person, who is not written down yet in this case."""
    session.require(Action.CASE_WRITE, case)
    return _look(session, person)


def known_of_change(session: Session, place: Place, wanted: PersonChange) -> Known:
    """Return who of another case may have what is new of names and numbers: who stands in the same is no surprise."""
    session.require(Action.CASE_WRITE, place.case)
    up_to_date_index(session)
    if sections.is_section(session, place.case):
        apart, case = sections.person_at(session, place), sections.case_of_person(session, place)
        return Known() if apart is None else _look_for_added(session, apart, wanted.of(apart), case)
    stored = case_people.stored_at(session, place)
    return Known() if stored is None else _look_for_added(session, stored.value, wanted.of(stored.value), place.case)


def add_person(
    session: Session, case: CompartmentId, person: Person, *, section: CompartmentId | None = None, anyway: bool = False
) -> RecordId:
    """Keep a person (`case_people.checked_person`) in a case or in a restricted section of it; return the record.

    `anyway`: who may be known already was told, and this is somebody else, or the same one in another case.

    Raises:
        KnownAlreadyError: somebody may be known already; nothing was written.
        UsageError: their never-use list is too long to be read by anybody.
    """
    session.require(Action.CASE_WRITE, case)
    if not anyway:
        _require_new(known_of_person(session, case, person))
    if section is not None:
        return sections.add_person(session, section, person)
    return case_people.keep(session, case, person)


def change_person(session: Session, place: Place, wanted: PersonChange, *, anyway: bool = False) -> Edited:
    """Change a person of a case or of a restricted section, once what is new of names and numbers was looked up.

    Raises:
        KnownAlreadyError: somebody of another case may have one of them; nothing was written.
        UsageError: nothing to change, a name or number that the person has not, or a value of another shape.
    """
    session.require(Action.CASE_WRITE, place.case)
    if not anyway:
        _require_new(known_of_change(session, place, wanted))
    up_to_date_index(session)
    is_apart = sections.is_section(session, place.case)
    return (sections.change_person if is_apart else case_people.change)(session, place, wanted)


def known_of_case(session: Session, *, title: str, kind: str) -> Known:
    """Return who of the title of a new case may be known already. What cannot be founded is not looked up."""
    session.require(Action.CASE_CREATE)
    return _look(session, named_in(cases.new_case(session, title=title, kind=kind).head.title))


def make_case(
    session: Session,
    *,
    title: str,
    kind: str,
    alone_reason: str | None = None,
    no_recovery_reason: str | None = None,
    anyway: bool = False,
) -> CaseMade:
    """Found a case as `cases.create` does, once the names in its title were looked up.

    Raises:
        KnownAlreadyError: somebody of the title may be known already; nothing was written.
    """
    session.require(Action.CASE_CREATE)
    if not anyway:
        _require_new(known_of_case(session, title=title, kind=kind))
    return cases.create(
        session, title=title, kind=kind, alone_reason=alone_reason, no_recovery_reason=no_recovery_reason
    )


def known_of_call(
    session: Session,
    slip: str,
    case: CompartmentId,
    *,
    role: str = PersonRole.THIRD.value,
    same: RecordId | None = None,
    is_second: bool = False,
) -> Known:
    """Return who of other cases may have called, once it is said whether it is somebody of this one; see `move_slip`.

    Raises:
        StandsHereError: who called may be somebody of this case, and nobody said it.
        NotFoundError: no open slip with this id, or no such person in the case.
    """
    session.require(Action.INTAKE_WRITE)
    session.require(Action.CASE_WRITE, case)
    caller = intake.caller(session, slip, role=role)
    if caller is None:
        return Known()
    may_search = session.roles & ALLOWED[Action.CASE_SEARCH]
    here = tuple(same_people.alike_within(session, caller, case)) if may_search else ()
    if here and same is None and not is_second:
        raise StandsHereError(here)
    if same is not None:
        return _look_for_call(session, caller, Place(case, same, Person.KIND))
    known = _look(session, caller)
    elsewhere = tuple(found for found in known.alike if found.place.case != case)
    return Known(elsewhere, () if here else known.ask)


def move_slip(
    session: Session,
    slip: str,
    case: CompartmentId,
    *,
    role: str = PersonRole.THIRD.value,
    same: RecordId | None = None,
    is_second: bool = False,
    anyway: bool = False,
) -> Moved:
    """Move a slip into a case as `intake.move` does, once who called was looked up in this case, then in the others.

    `same` is the person of the case who called; `is_second`: who called is nobody of those there who are called so;
    `anyway`: nobody who may be known already, here or in another case, or the same in another case.

    Raises:
        StandsHereError: who called may be somebody of this case; nothing was written.
        KnownAlreadyError: who called may be known in another case; nothing was written.
        NotFoundError: no open slip with this id, or no such person in the case.
    """
    session.require(Action.INTAKE_WRITE)
    session.require(Action.CASE_WRITE, case)
    if not anyway:
        _require_new(known_of_call(session, slip, case, role=role, same=same, is_second=is_second))
    return intake.move(session, slip, case, role=role, same=same)


def _look_for_call(session: Session, caller: Person, place: Place) -> Known:
    """Look up what a call adds to a person of the case."""
    stored = case_people.stored_at(session, place)
    if stored is None:
        raise NotFoundError(Message("you have no such record with this id"))
    before = stored.value
    return _look_for_added(session, before, case_people.as_heard(caller, before).of(before), place.case)


def known_of_case_of_slip(
    session: Session, slip: str, *, title: str, kind: str, role: str = PersonRole.CLIENT.value
) -> Known:
    """Return who called, or is in the title of the new case, and may be known already; see `make_case_of_slip`."""
    session.require(Action.INTAKE_WRITE)
    session.require(Action.CASE_CREATE)
    caller = intake.caller(session, slip, role=role)
    titled = named_in(cases.new_case(session, title=title, kind=kind).head.title)
    return _together([_look(session, person) for person in (caller, titled) if person is not None])


def make_case_of_slip(
    session: Session, slip: str, *, title: str, kind: str, role: str = PersonRole.CLIENT.value, anyway: bool = False
) -> Moved:
    """Make a case of a slip as `intake.move_to_new` does, once who called and the names in its title were looked up.

    Raises:
        KnownAlreadyError: somebody may be known already; nothing was written.
        NotFoundError: no open slip with this id.
    """
    session.require(Action.INTAKE_WRITE)
    session.require(Action.CASE_CREATE)
    if not anyway:
        _require_new(known_of_case_of_slip(session, slip, title=title, kind=kind, role=role))
    return intake.move_to_new(session, slip, title=title, kind=kind, role=role)


def look_each(session: Session, persons: Sequence[Person], *, why: str = "intake") -> list[Looked]:
    """Look up who of these may be known already: the one look before and after somebody is written down.

    It finds what this member's roles may look at, and says nothing of the rest.
    """
    may_search = bool(session.roles & ALLOWED[Action.CASE_SEARCH]) and bool(persons)
    found = same_people.alike_to_new(session, persons, why=why) if may_search else [[] for _ in persons]
    asked = _whom_to_ask(session, [[name.text for name in person.names] for person in persons])
    return [Looked(tuple(here), members) for here, members in zip(found, asked, strict=True)]


def named_in(title: str) -> Person:
    """Return who may be meant by the title of a case, to look them up."""
    return Person(PersonRole.CLIENT, (PersonName.written(title),))


def _look(session: Session, person: Person) -> Known:
    (looked,) = look_each(session, [person])
    return Known(looked.alike, called(session, looked.members))


def _look_for_added(session: Session, before: Person, after: Person, case: CompartmentId) -> Known:
    """Look up what a person did not have before; whom to ask for the names that they had, is nothing new."""
    had = {name.text for name in before.names}
    names = tuple(name for name in after.names if name.text not in had)
    added = replace(
        after,
        names=names,
        phones=tuple(phone for phone in after.phones if phone not in before.phones),
        emails=tuple(email for email in after.emails if email not in before.emails),
        documents=tuple(document for document in after.documents if document not in before.documents),
    )
    if not (names or added.phones or added.emails or added.documents):
        return Known()
    found = (
        same_people.alike_to_added(session, added, after, case) if session.roles & ALLOWED[Action.CASE_SEARCH] else []
    )
    asked, before_asked = _whom_to_ask(session, [[name.text for name in names], sorted(had)] if names else [[], []])
    return Known(tuple(found), called(session, [member for member in asked if member not in before_asked]))


def _whom_to_ask(session: Session, people: Sequence[Sequence[str]]) -> list[tuple[MemberId, ...]]:
    """Return the colleagues who entered such names; without a key of the register nobody can be asked for."""
    may_ask = session.roles & ALLOWED[Action.REGISTER_ASK] and held_of_kind(session, CompartmentKind.REGISTER)
    if not may_ask or not any(people):
        return [()] * len(people)
    found = register.ask_each(session, people)
    return [tuple(member for member in members if member != session.member) for members in found]


def called(session: Session, members: Sequence[MemberId]) -> tuple[str, ...]:
    """Return the names of the colleagues who are to be asked."""
    names = names_of_members(session) if members else {}
    return tuple(str(name_in(names, member)) for member in members)


def _together(looks: Sequence[Known]) -> Known:
    found = {(each.place.case, each.place.record): each for known in looks for each in known.alike}
    return Known(tuple(found.values()), tuple(dict.fromkeys(name for known in looks for name in known.ask)))


def _require_new(known: Known) -> None:
    if known:
        raise KnownAlreadyError(known)
