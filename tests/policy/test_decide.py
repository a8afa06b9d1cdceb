"""What each role may do, as a table that a person can read and correct."""

import pytest

from vault.policy.decide import REFUSALS, Decision, may, whom_to_ask
from vault.policy.roles import ALLOWED, CASE_ACTIONS, Action, Role


def test_every_action_has_a_row() -> None:
    assert set(ALLOWED) == set(Action)


@pytest.mark.parametrize("action", sorted(CASE_ACTIONS))
@pytest.mark.parametrize("role", list(Role))
def test_no_role_alone_opens_a_case_that_was_not_granted(role: Role, action: Action) -> None:
    decision = may({role}, action, holds_case=False)
    assert not decision.allowed
    assert decision.rule in {"role", "grant"}


@pytest.mark.parametrize("action", list(Action))
def test_a_decision_names_the_rule_for_the_log(action: Action) -> None:
    role = min(ALLOWED[action])
    allowed = may({role}, action, holds_case=True)
    assert (allowed.allowed, allowed.rule) == (True, "role+grant" if action in CASE_ACTIONS else "role")
    assert may(set(), action) == Decision(allowed=False, rule="role")


def test_nobody_holds_a_case_unless_it_is_said() -> None:
    assert may({Role.CASEWORKER}, Action.CASE_READ) == Decision(allowed=False, rule="grant")
    assert may({Role.CASEWORKER}, Action.CASE_READ, holds_case=True).allowed


def test_each_rule_that_refuses_has_its_words() -> None:
    assert set(REFUSALS) == {"role", "grant", "expired", "over"}


@pytest.mark.parametrize("action", list(Action))
def test_nobody_without_a_role_may_do_anything(action: Action) -> None:
    assert not may(set(), action, holds_case=True).allowed


@pytest.mark.parametrize(
    ("role", "refused"),
    [
        pytest.param(Role.ADMIN, Action.CASE_READ, id="an admin does not read cases"),
        pytest.param(Role.ADMIN, Action.LOG_READ, id="an admin does not read the log"),
        pytest.param(Role.AUDITOR, Action.CASE_READ, id="an auditor does not read cases"),
        pytest.param(Role.AUDITOR, Action.CASE_SEARCH, id="an auditor does not search"),
        pytest.param(Role.INTAKE, Action.CASE_READ, id="intake does not open cases"),
        pytest.param(Role.LEGAL_REVIEWER, Action.CASE_WRITE, id="a legal reviewer does not write"),
        pytest.param(Role.CASEWORKER, Action.PARTNER_WRITE, id="a caseworker does not name recipients"),
        pytest.param(Role.SUPERVISOR, Action.LOG_READ, id="a supervisor does not read the log"),
    ],
)
def test_what_a_role_is_refused_even_with_the_grant(role: Role, refused: Action) -> None:
    assert may({role}, refused, holds_case=True).rule == "role"


def test_a_caseworker_works_on_a_granted_case() -> None:
    for action in CASE_ACTIONS:
        assert may({Role.CASEWORKER}, action, holds_case=True).allowed


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("role", list(Role))
def test_a_grant_that_is_over_allows_nothing_on_its_case_and_takes_nothing_else(role: Role, action: Action) -> None:
    over, running = may({role}, action, holds_case=True, has_expired=True), may({role}, action, holds_case=True)
    if action not in CASE_ACTIONS:
        assert over == running
    elif running.allowed:
        assert (over.allowed, over.rule) == (False, "expired")
    else:
        assert over.rule == "role"


@pytest.mark.parametrize("action", sorted(set(Action) - CASE_ACTIONS))
@pytest.mark.parametrize("role", list(Role))
def test_an_act_on_no_case_asks_for_the_role_alone(role: Role, action: Action) -> None:
    assert may({role}, action) == Decision(allowed=role in ALLOWED[action], rule="role")


@pytest.mark.parametrize(
    ("action", "rule", "words"),
    [
        (
            Action.CASE_CREATE,
            "role",
            "This takes the role caseworker or supervisor. An admin gives roles (`casevault member roles`).",
        ),
        (Action.PARTNER_WRITE, "role", "This takes the role admin. An admin gives roles (`casevault member roles`)."),
        (Action.CASE_READ, "grant", "Ask somebody who holds the case."),
        (Action.CASE_READ, "expired", "Ask somebody who holds the case."),
        (Action.CASE_READ, "over", "Ask an admin."),
    ],
)
def test_who_is_refused_hears_whom_to_ask(action: Action, rule: str, words: str) -> None:
    assert whom_to_ask(action, rule) == words
