"""Every service, every role, granted or not: what is asked before anything else is done, and what a refusal leaves.

A new function of a service that takes a session fails here until it has a row: an act, or the reason why it is none.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pytest

import vault.services
from tests.policy.services_table import ACTS, BY_A_SESSION, CALLS, NO_ACT
from tests.services.founded import found
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import NotFoundError, RefusedError
from vault.ids import CompartmentId, RecordId
from vault.policy.decide import may, refusal
from vault.policy.roles import ALLOWED, CASE_ACTIONS, Action, Role
from vault.services.cases import cases, notes, sections

NEVER_MADE = CompartmentId(bytes(16))


def _modules() -> Iterator[Any]:
    for module in pkgutil.walk_packages(vault.services.__path__, "vault.services."):
        yield importlib.import_module(module.name)


def _public(kind: Callable[[object], bool]) -> Iterator[tuple[str, Any]]:
    for module in _modules():
        for name, thing in vars(module).items():
            if not name.startswith("_") and kind(thing) and thing.__module__ == module.__name__:
                yield f"{module.__name__.rpartition('.')[2]}.{name}", thing


def _first_is_session(function: Any) -> bool:
    first = next(iter(inspect.signature(function).parameters.values()), None)
    return first is not None and first.annotation in {"Session", Session}


FUNCTIONS = {name: one for name, one in _public(inspect.isfunction) if _first_is_session(one)}
CLASSES = {
    name
    for name, one in _public(inspect.isclass)
    if any("Session" in str(part) for part in one.__annotations__.values())
}


class PassedError(Exception):
    """Policy let the last of the expected questions pass; what would come after it is not done."""


class Untouched:
    """An argument that nothing may look at before policy was asked."""

    def _touched(self, *_: object) -> NoReturn:
        raise AssertionError("an argument was used before policy was asked")

    __getattr__ = __iter__ = __len__ = __bool__ = __str__ = __eq__ = __hash__ = _touched


@dataclass(frozen=True, slots=True)
class World:
    """One open vault with a case, a note and a section of it."""

    session: Session
    case: CompartmentId
    note: RecordId
    section: CompartmentId


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with found(tmp_path_factory.mktemp("policy")).open() as session:
        case = cases.create(session, title="A title", kind="asylum").case
        note = notes.add(session, case, Note(NoteKind.CONTACT, "A note."))
        section = sections.create(session, case, what="health", title="A section")
        yield World(session, case, note, section)


@pytest.fixture(autouse=True)
def _roles_come_back(world: World) -> Iterator[None]:
    roles = world.session.roles
    yield
    world.session.roles, world.session.ends = roles, {}


def _ask(world: World, name: str, case: CompartmentId, monkeypatch: pytest.MonkeyPatch) -> None:
    """Call a service up to the last question that its row expects.

    Raises:
        PassedError: exactly these questions were asked, in this order, and policy let all of them pass.
    """
    asked: list[Action] = []
    really, expected = Session.require, ACTS[name]

    def require(self: Session, action: Action, of: CompartmentId | None = None) -> str:
        asked.append(action)
        rule = really(self, action, of)
        if tuple(asked) == expected:
            raise PassedError
        return rule

    with monkeypatch.context() as patched:
        patched.setattr(Session, "require", require)
        function = FUNCTIONS[name]
        if name in CALLS:
            CALLS[name](function, world.session, case, world.note, world.section)
        else:
            function(world.session, **_untouched(function, case))
    pytest.fail(f"{name} asked {asked}, not {expected}")


def _untouched(function: Any, case: CompartmentId) -> dict[str, object]:
    parameters = list(inspect.signature(function).parameters.values())[1:]
    return {
        one.name: case if one.annotation in {"CompartmentId", CompartmentId} else Untouched()
        for one in parameters
        if one.default is inspect.Parameter.empty
    }


def test_every_service_that_takes_a_session_has_its_row() -> None:
    assert set(FUNCTIONS) == set(ACTS) | set(NO_ACT), "give a new service its row in tests/policy/services_table.py"
    assert set(ACTS).isdisjoint(NO_ACT)
    assert set(BY_A_SESSION) == CLASSES
    assert set(CALLS) <= set(ACTS)


def test_every_action_is_asked_by_some_service() -> None:
    assert {action for actions in ACTS.values() for action in actions} == set(Action)


@pytest.mark.parametrize("granted", [True, False], ids=["granted", "not granted"])
@pytest.mark.parametrize("role", list(Role))
def test_each_service_does_what_policy_says(
    world: World, role: Role, granted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.session.roles = frozenset({role})
    for name, actions in ACTS.items():
        allowed = all(may({role}, action, holds_case=granted).allowed for action in actions)
        _check(world, name, world.case if granted else NEVER_MADE, allowed, monkeypatch)


def test_without_a_role_no_service_does_anything(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.session.roles = frozenset()
    for name in ACTS:
        _check(world, name, world.case, allowed=False, monkeypatch=monkeypatch)


def test_a_grant_that_is_over_ends_every_act_on_its_case(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.session.roles = frozenset(Role)
    world.session.ends = {world.case: 0, world.section: 0}
    monkeypatch.setattr("vault.services.projection.projection.hide_expired_cases", lambda *_: None)  # no record says so
    for name, actions in ACTS.items():
        _check(world, name, world.case, CASE_ACTIONS.isdisjoint(actions), monkeypatch)


def _check(world: World, name: str, case: CompartmentId, allowed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    session, actions = world.session, ACTS[name]
    before, known = session.log.size, set(session.refused)
    if allowed:
        with pytest.raises(PassedError):
            _ask(world, name, case, monkeypatch)
        return
    # What is not there and what is not yours cannot be told apart.
    with pytest.raises((RefusedError, NotFoundError)) as refused:
        _ask(world, name, case, monkeypatch)
    if session.roles & ALLOWED[actions[0]]:
        return
    assert session.log.size - before == len(session.refused - known) <= 1, f"{name} wrote before it was refused"
    if isinstance(refused.value, RefusedError):
        assert refused.value.message == refusal(actions[0], "role"), name


def test_the_probe_notices_an_argument_that_is_used_too_early() -> None:
    with pytest.raises(AssertionError, match="before policy was asked"):
        str(Untouched())
    assert Path(__file__).with_name("services_table.py").is_file()
