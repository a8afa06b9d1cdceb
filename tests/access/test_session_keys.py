"""An open session: under which keys it writes, what it judges once, and the files of its own that it opens."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.access.opened import NOW_MS, Parts
from tests.access.seats import SEAT
from vault.access import session as module
from vault.access.session import Session
from vault.errors import RefusedError
from vault.ids import CompartmentId, EpochId
from vault.policy.roles import Role
from vault.store.rows import Rows

CASE, OTHER, GONE = (CompartmentId(bytes([n]) * 16) for n in (1, 2, 3))
FIRST, SECOND = EpochId(b"e" * 16), EpochId(b"f" * 16)


@pytest.fixture(autouse=True)
def _all_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be missing: `tests/attacks/test_absent_keys.py` has what is."""
    monkeypatch.setattr(module, "waits_for", lambda *given, **named: [])
    monkeypatch.setattr(module, "require_here", lambda *given, **named: None)


# ---- compartments: what counts there, and under which key something is written


def state(*current: EpochId) -> SimpleNamespace:
    """Return what stands for a compartment's state with these current epochs."""
    return SimpleNamespace(current=current)


class Judge:
    """Stands for `Holding`: what counts in each compartment, and of which it was asked."""

    def __init__(self, patch: pytest.MonkeyPatch, known: dict[CompartmentId, SimpleNamespace]) -> None:
        self.known = known
        self.asked: list[CompartmentId] = []
        self.made: list[object] = []
        patch.setattr(module, "Authority", lambda *given: given)
        patch.setattr(module, "Holding", self)

    def __call__(self, *given: object) -> Judge:
        self.made.append(given)
        return self

    def state(self, compartment: CompartmentId) -> SimpleNamespace | None:
        self.asked.append(compartment)
        return self.known.get(compartment)


def test_what_counts_in_compartments_is_judged_once_and_together(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = state(FIRST), state(SECOND)
    judge = Judge(monkeypatch, {CASE: one, OTHER: other})
    session: Any = parts.session()
    assert session.state_of(CASE) is one
    states = session.states_of([OTHER, CASE, GONE, OTHER])
    assert list(states.items()) == [(OTHER, other), (CASE, one), (GONE, None)]
    assert judge.asked == [CASE, OTHER, GONE]
    assert session.state_of(GONE) is None
    assert parts.database.read == len(judge.made) == 2
    session.learned.forget(CASE)
    session.state_of(CASE)
    assert judge.asked == [CASE, OTHER, GONE, CASE]


def test_it_is_judged_by_the_rosters_and_by_what_is_proven_of_the_rows(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = Judge(monkeypatch, {})
    session = parts.session()
    session.state_of(CASE)
    ((authority, listings),) = cast("list[tuple[Any, Any]]", judge.made)
    assert listings is session.learned.listings
    rows, chain, proven = authority
    assert (rows, chain) == ("rows", "chain")
    assert proven("origin", 7) == ("rows", "origin", 7)
    assert cast("Any", session.authority(cast("Rows", "others")))[0] == "others"


class Giving:
    """Stands for what gives keys on: whether somebody is behind, and what was done."""

    def __init__(self, patch: pytest.MonkeyPatch, *, behind: bool) -> None:
        self.done: list[tuple[str, object]] = []
        self.behind = behind
        patch.setattr(module, "join_epochs", self.join)
        patch.setattr(module, "give_to_behind", self.give)

    def join(self, log: Any, directory: Any, roles: Any, of: Any) -> None:
        self.done.append(("join", (log.now_ms(), directory.chain, roles, of.current)))

    def give(self, log: Any, directory: Any, roles: Any, of: Any) -> bool:
        self.done.append(("give", (log.now_ms(), directory.chain, roles, of.current)))
        return self.behind


@pytest.mark.parametrize(("behind", "done"), [(True, ["give"]), (False, ["give", "join"])])
def test_keys_are_given_to_who_is_behind_or_else_joined(
    parts: Parts, monkeypatch: pytest.MonkeyPatch, behind: bool, done: list[str]
) -> None:
    Judge(monkeypatch, {CASE: state(FIRST)})
    giving = Giving(monkeypatch, behind=behind)
    session = parts.session(Role.CASEWORKER)
    session.settle_keys(CASE)
    asked = (NOW_MS, "chain", {Role.CASEWORKER}, (FIRST,))
    assert giving.done == [(one, asked) for one in done]
    assert session.give_to_behind(CASE) is behind


def test_nothing_is_given_or_joined_where_not_even_the_founding_counts(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    Judge(monkeypatch, {})
    giving = Giving(monkeypatch, behind=True)
    session = parts.session()
    session.settle_keys(GONE)
    assert not session.give_to_behind(GONE)
    assert giving.done == []


Choose = Callable[[CompartmentId], EpochId | None]


def choosing(session: Session, patch: pytest.MonkeyPatch, *compartments: CompartmentId) -> Choose:
    """Return how a unit of work chooses the epoch to write under."""
    patch.setattr(module, "Work", lambda log, choose_epoch: (log, choose_epoch))
    log, choose = cast("tuple[Any, Choose]", session.work(*compartments))
    assert log is session.log
    return choose


def test_work_writes_under_the_one_current_key(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    Judge(monkeypatch, {CASE: state(SECOND)})
    parts.keys.held = {CASE: [FIRST, SECOND]}
    choose = choosing(parts.session(), monkeypatch)
    assert choose(CASE) == SECOND
    assert choose(GONE) is None


@pytest.mark.parametrize(
    ("current", "held"),
    [
        pytest.param((FIRST, SECOND), [FIRST, SECOND], id="two keys"),
        pytest.param((SECOND,), [FIRST], id="another key"),
    ],
)
def test_work_writes_nothing_under_a_key_that_others_replaced(
    parts: Parts, monkeypatch: pytest.MonkeyPatch, current: tuple[EpochId, ...], held: list[bytes]
) -> None:
    Judge(monkeypatch, {CASE: state(*current)})
    parts.keys.held = {CASE: held}
    with pytest.raises(RefusedError) as caught:
        choosing(parts.session(), monkeypatch)(CASE)
    assert caught.value.message == f"the key of compartment {CASE.hex()} was replaced by others"
    advice = "Ask somebody who shares the case to open it once, and exchange with them."
    assert caught.value.next_step == advice


def test_the_keys_of_each_compartment_are_settled_before_work_begins(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    Judge(monkeypatch, {CASE: state(FIRST), OTHER: state(SECOND)})
    giving = Giving(monkeypatch, behind=False)
    choosing(parts.session(), monkeypatch, CASE, OTHER)
    assert [done for done, _ in giving.done] == ["give", "join"] * 2


@pytest.mark.parametrize(("stale", "was", "over"), [(True, False, True), (False, False, False), (False, True, True)])
def test_another_directory_is_gone_on_under_and_all_is_judged_anew(
    parts: Parts, monkeypatch: pytest.MonkeyPatch, stale: bool, was: bool, over: bool
) -> None:
    session: Any = parts.session(Role.ADMIN)
    parts.log.period_is_over = was
    asked: list[object] = []

    def audit_is_stale(rows: object, log: Any) -> bool:
        asked.append((rows, log.roster, log.auditors))
        return stale

    monkeypatch.setattr(module, "audit_is_stale", audit_is_stale)
    session.learned.states[CASE] = None
    directory = SimpleNamespace(
        member_of=lambda seat: (seat, "member"),
        roles_of=lambda member: (member, "roles"),
        roster=b"roster",
        auditors=lambda: ["auditor"],
    )
    session.adopt(directory)
    assert session.directory is directory
    assert (session.member, session.roles) == ((SEAT, "member"), ((SEAT, "member"), "roles"))
    assert asked == [("rows", b"roster", ["auditor"])]
    assert parts.log.period_is_over == over
    assert session.learned.states == {}


# ---- its own files
