"""`may` says what the table of roles says, names the rule for the log, and the refusal says whom to ask."""

from tests.tables import each
from vault.policy.decide import REFUSALS, Decision, may, whom_to_ask
from vault.policy.roles import ALLOWED, CASE_ACTIONS, Action, Role


@each(Action)
def test_a_decision_is_that_of_the_table_and_names_the_rule(action: Action) -> None:
    assert may(set(), action, holds_case=True) == Decision(allowed=False, rule="role")
    for role in Role:
        for holds in (False, True):
            for over in (False, True):
                found = may({role}, action, holds_case=holds, has_expired=over)
                if role not in ALLOWED[action]:
                    assert found == Decision(allowed=False, rule="role")
                elif action not in CASE_ACTIONS:
                    assert found == Decision(allowed=True, rule="role")
                elif not holds:
                    assert found == Decision(allowed=False, rule="grant")
                else:
                    assert found == Decision(allowed=not over, rule="expired" if over else "role+grant")


def test_nobody_holds_a_case_unless_it_is_said() -> None:
    assert may({Role.CASEWORKER}, Action.CASE_READ) == Decision(allowed=False, rule="grant")
    assert may({Role.CASEWORKER}, Action.CASE_READ, holds_case=True).allowed


def test_each_rule_that_refuses_has_its_words() -> None:
    assert set(REFUSALS) == {"role", "grant", "expired", "over"}


_ROLES = "An admin gives roles (change-roles)."


@each(
    [
        (Action.CASE_CREATE, "role", f"This needs the role caseworker or supervisor. {_ROLES}"),
        (Action.PARTNER_WRITE, "role", f"This needs the role admin, caseworker or supervisor. {_ROLES}"),
        (Action.CASE_READ, "grant", "Ask somebody who holds the case."),
        (Action.CASE_READ, "expired", "Ask somebody who holds the case."),
        (Action.CASE_READ, "over", "Ask an admin."),
    ]
)
def test_who_is_refused_hears_whom_to_ask(action: Action, rule: str, words: str) -> None:
    assert str(whom_to_ask(action, rule)).startswith(words)
