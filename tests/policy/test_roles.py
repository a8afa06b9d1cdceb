"""The whole table of roles and acts, written a second time by hand: a change of it is made twice, knowingly."""

from tests.tables import each
from vault.policy.roles import ALLOWED, CASE_ACTIONS, Role, includes

# Columns: admin, supervisor, caseworker, intake, legal-reviewer, auditor, field.
_ROLES = ("admin", "supervisor", "caseworker", "intake", "legal-reviewer", "auditor", "field")
_MAY = """
case.create      . x x . . . .
case.list        . x x x x . x
case.read        . x x . x . x
case.write       . x x . . . .
note.write       . x x . . . x
case.search      . x x x x . x
case.export      . x x . x . .
export.all       . x x . x . .
case.share       . x x . . . .
case.erase       . x x . . . .
section.create   . x x . . . .
break.glass      . x x . . . .
form.read        x x x x x x x
form.write       x . . . . . .
partner.read     x x x x x x x
partner.write    x x x . . . .
intake.read      . x x x . . .
intake.write     . x x x . . .
register.ask     . x x x . . .
register.write   . x x x . . .
member.list      x x x x x x x
member.admit     x x . . . . .
member.end       x . . . . . .
role.change      x . . . . . .
deputy.set       x . . . . . .
retention.set    x . . . . . .
handover.order   x . . . . . .
away.set         x x x . . . .
approve          x x x . x . .
recovery.manage  x . . . . . .
clock.repair     . x . . . . .
own.device       x x x x x x x
own.keys         x x x x x x x
sync             x x x x x x x
log.read         . . . . . x .
log.verify       x x x x x x x
backup.make      x x x x x x x
"""


def test_each_role_may_do_what_its_column_says_and_nothing_else() -> None:
    expected = {}
    for line in _MAY.strip().splitlines():
        act, *marks = line.split()
        expected[act] = {role for role, mark in zip(_ROLES, marks, strict=True) if mark == "x"}
    assert {str(act): set(map(str, roles)) for act, roles in ALLOWED.items()} == expected


def test_these_acts_need_the_grant_of_a_case_too() -> None:
    acts = {"case.read", "case.write", "note.write", "case.export", "case.share", "case.erase", "section.create"}
    acts |= {"break.glass"}
    assert set(map(str, CASE_ACTIONS)) == acts


@each(
    [
        ("admin", set()),
        ("supervisor", {"caseworker", "intake", "legal-reviewer", "field"}),
        ("caseworker", {"intake", "legal-reviewer", "field"}),
        ("intake", set()),
        ("legal-reviewer", set()),
        ("auditor", set()),
        ("field", set()),
    ]
)
def test_a_role_includes_another_that_allows_nothing_more(role: str, included: set[str]) -> None:
    assert {other.value for other in Role if includes({Role(role)}, other)} == {role, *included}
