"""Search before create: whoever writes down a person or makes a case is told first who may be known already.

Looked up is what is typed, by sound, number and year, among what this member may read, and in the register among what
others hold: of these only whom to ask is told. Commands, screens and whatever else lets somebody make a person or a
case come through here; nothing is written until they were told and say so.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from typing_extensions import override

from vault.access.session import Session
from vault.casework.person import Person, PersonName, why_same
from vault.casework.vocabulary import PersonRole
from vault.errors import WaitingForDecisionError
from vault.ids import CompartmentId, CompartmentKind, RecordId
from vault.policy.roles import ALLOWED, Action
from vault.services.cases import alike, cases, intake, people, register, sections
from vault.services.cases.alike import Alike
from vault.services.cases.cases import CaseMade
from vault.services.cases.intake import Moved
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.kinds_held import held_of_kind
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


def add_person(
    session: Session, case: CompartmentId, person: Person, *, section: CompartmentId | None = None, anyway: bool = False
) -> RecordId:
    """Keep a checked person (`people.checked_person`) in a case, or in a restricted section of it; return the record.

    Args:
        session: who adds.
        case: the case.
        person: checked.
        section: where they stand apart; None for the case itself.
        anyway: who may be known already was told, and this is somebody else, or the same one in another case.

    Raises:
        KnownAlreadyError: somebody may be known already; nothing was written.
        UsageError: their never-use list is too long to be read by anybody.
    """
    session.require(Action.CASE_WRITE, case)
    if not anyway:
        _require_new(_look(session, person))
    if section is not None:
        return sections.add_person(session, section, person)
    return people.keep(session, case, person)


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
    founding = cases.new_case(session, title=title, kind=kind)  # what cannot be founded is not looked up
    if not anyway:
        _require_new(_look(session, _named_in(founding.head.title)))
    return cases.create(
        session, title=title, kind=kind, alone_reason=alone_reason, no_recovery_reason=no_recovery_reason
    )


def move_slip(
    session: Session, slip: str, case: CompartmentId, *, role: str = PersonRole.THIRD.value, anyway: bool = False
) -> Moved:
    """Move a slip into a case as `intake.move` does, once who called was looked up; this case itself is no surprise.

    Raises:
        KnownAlreadyError: who called may be known in another case; nothing was written.
        NotFoundError: no open slip with this id.
    """
    session.require(Action.INTAKE_WRITE)
    session.require(Action.CASE_WRITE, case)
    caller = intake.caller(session, slip, role=role)
    if caller is not None and not anyway:
        known = _look(session, caller)
        elsewhere = tuple(found for found in known.alike if found.place.case != case)
        is_here = len(elsewhere) < len(known.alike)
        _require_new(Known(elsewhere, () if is_here else known.ask))
    return intake.move(session, slip, case, role=role)


def make_case_of_slip(
    session: Session, slip: str, *, title: str, kind: str, role: str = PersonRole.THIRD.value, anyway: bool = False
) -> Moved:
    """Make a case of a slip as `intake.move_to_new` does, once who called and the names in its title were looked up.

    Raises:
        KnownAlreadyError: somebody may be known already; nothing was written.
        NotFoundError: no open slip with this id.
    """
    session.require(Action.INTAKE_WRITE)
    session.require(Action.CASE_CREATE)
    caller = intake.caller(session, slip, role=role)
    titled = _named_in(cases.new_case(session, title=title, kind=kind).head.title)
    if not anyway:
        _require_new(*(_look(session, person) for person in (caller, titled) if person is not None))
    return intake.move_to_new(session, slip, title=title, kind=kind, role=role)


def _named_in(title: str) -> Person:
    return Person(PersonRole.CLIENT, (PersonName.written(title),))


def _look(session: Session, person: Person) -> Known:
    may_search = bool(session.roles & ALLOWED[Action.CASE_SEARCH])
    found = tuple(alike.alike_to_new(session, person)) if may_search else ()
    return Known(found, _whom_to_ask(session, [name.text for name in person.names]))


def _whom_to_ask(session: Session, names: list[str]) -> tuple[str, ...]:
    """Return the colleagues who entered such a name; without a key of the register nobody can be asked for."""
    may_ask = session.roles & ALLOWED[Action.REGISTER_ASK] and held_of_kind(session, CompartmentKind.REGISTER)
    if not names or not may_ask:
        return ()
    others = [member for member in register.ask(session, names) if member != session.member]
    called = names_of_members(session)
    return tuple(str(name_in(called, member)) for member in others)


def _require_new(*looks: Known) -> None:
    found = {(each.place.case, each.place.record): each for known in looks for each in known.alike}
    every = Known(tuple(found.values()), tuple(dict.fromkeys(name for known in looks for name in known.ask)))
    if every:
        raise KnownAlreadyError(every)
