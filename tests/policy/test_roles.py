"""The whole table of roles and acts, written a second time by hand: a change of it is made twice, knowingly."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from tests.tables import each
from vault.durations import HOUR_MS
from vault.ids import CompartmentKind
from vault.policy.clocks import JUMP_MS, ClockState, has_expired, read_clock
from vault.policy.decide import REFUSALS, Decision, may, whom_to_ask
from vault.policy.rights import RIGHTS
from vault.policy.roles import ALLOWED, CASE_ACTIONS, Action, Role, includes

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


# The rights table, word by word: what counts in one vault must count in every copy of it, whatever the program (C5).
_W, _E, _A = "caseworker supervisor", "caseworker supervisor legal-reviewer", "admin"
_AS, _ALL = "admin supervisor", "admin supervisor caseworker intake legal-reviewer auditor field"
_WF, _IW = "caseworker supervisor field", "intake supervisor caseworker"
_IN_CASES = {
    **dict.fromkeys(("case", "person", "disclosure", "access", "section", "*"), _W),
    "note": _WF,
    "incident": _WF,
}
_WRITERS: dict[str, dict[str, str]] = {
    "case": {**_IN_CASES, "approval": _E, "disclosure": _E, "page-words": _E},
    "section": _IN_CASES,
    "directory": {
        **dict.fromkeys(("organisation", "attempts-key", "partner", "rule", "deputy", "order"), _A),
        **dict.fromkeys(("form", "calendar", "retention", "witness"), _A),
        **dict.fromkeys(("member", "device"), _AS),
    },
    "register": {"register-entry": _IW},
    "intake": {"slip": _IW},
    "sending": {"package-key": _E, "partner": _W},
    "audit": {},
}
_SHARED = dict.fromkeys(("directory", "register", "intake", "sending"), "")
_FOUNDERS = {"case": _W, "section": _W, **_SHARED, "audit": _ALL}


def _words(roles: AbstractSet[Role]) -> set[str]:
    return set(map(str, roles))


def test_the_rights_table_is_what_it_was() -> None:
    writers = {
        place.name.lower(): {kind: _words(roles) for kind, roles in row.items()}
        for place, row in RIGHTS.writers.items()
    }
    assert writers == {
        place: {kind: set(roles.split()) for kind, roles in row.items()} for place, row in _WRITERS.items()
    }
    assert {place.name.lower(): _words(roles) for place, roles in RIGHTS.founders.items()} == {
        place: set(roles.split()) for place, roles in _FOUNDERS.items()
    }


def test_a_role_may_what_its_column_says() -> None:
    kinds = {kind for row in RIGHTS.writers.values() for kind in row}
    for role in Role:
        for place in CompartmentKind:
            written = {kind for kind in kinds if RIGHTS.may_write({role}, place, kind)}
            # `*` stands for every kind that the table names nowhere, and is asked for as one of these.
            assert written == {kind for kind, roles in RIGHTS.writers[place].items() if role in roles}
            assert RIGHTS.may_write_some({role}, place) is bool(written)
            assert RIGHTS.may_found({role}, place) is (role in RIGHTS.founders[place])


def test_a_kind_that_no_row_names_is_valid_in_cases_and_sections_by_who_works_there() -> None:
    for role in Role:
        for place in CompartmentKind:
            works_there = place in {CompartmentKind.CASE, CompartmentKind.SECTION} and str(role) in _W.split()
            assert RIGHTS.may_write({role}, place, "unheard-of") is works_there


def test_a_kind_of_one_place_is_no_unheard_of_kind_of_another() -> None:
    for kind in ("slip", "member", "package-key", "partner", "register-entry", "form"):
        assert not RIGHTS.may_write(frozenset(Role), CompartmentKind.CASE, kind)
    assert not RIGHTS.may_write(frozenset(Role), CompartmentKind.SECTION, "approval")


# Rights that end, and clocks that people turn: 1970, 2038, back and forth, the 48 hours, and the way out.
NOON = 1_790_000_000_000
YEAR_2038_MS = (2**31 - 1) * 1000


@each(
    {
        "the first look is believed": (0, NOON, ClockState.STEADY, NOON),
        "no time went by": (NOON, NOON, ClockState.STEADY, NOON),
        "an hour went by": (NOON, NOON + HOUR_MS, ClockState.STEADY, NOON + HOUR_MS),
        "exactly 48 hours count": (NOON, NOON + JUMP_MS, ClockState.STEADY, NOON + JUMP_MS),
        "more is questioned before it counts": (NOON, NOON + JUMP_MS + 1, ClockState.JUMPED, NOON),
        "past the last second of 2038": (NOON, YEAR_2038_MS + 1000, ClockState.JUMPED, NOON),
        "an empty battery says 1970": (NOON, 0, ClockState.SET_BACK, NOON),
        "before 1970": (NOON, -1, ClockState.SET_BACK, NOON),
        "the network sets it back a little": (NOON, NOON - HOUR_MS, ClockState.STEADY, NOON),
        "further back is said aloud": (NOON, NOON - HOUR_MS - 1, ClockState.SET_BACK, NOON),
        "1970 was believed once": (1, 1 + JUMP_MS, ClockState.STEADY, 1 + JUMP_MS),
        "and what follows it by years is a jump": (1, NOON, ClockState.JUMPED, 1),
        "a time before 1970 was never believed": (-5, NOON, ClockState.STEADY, NOON),
    }
)
def test_which_time_counts(highest: int, wall: int, state: ClockState, counts: int) -> None:
    reading = read_clock(highest, wall)
    assert (reading.state, reading.trusted_ms, reading.wall_ms) == (state, counts, wall)


def test_a_clock_turned_back_and_forth_never_takes_time_back() -> None:
    highest = NOON
    for wall in (NOON + HOUR_MS, 0, NOON + 2 * HOUR_MS, YEAR_2038_MS, NOON + HOUR_MS, NOON + 3 * HOUR_MS):
        counts = read_clock(highest, wall).trusted_ms
        assert counts >= highest
        highest = counts
    assert highest == NOON + 3 * HOUR_MS


@each([(None, YEAR_2038_MS, False), (NOON, NOON - 1, False), (NOON, NOON, True), (NOON, NOON + 1, True)])
def test_a_right_is_over_at_its_moment(until: int | None, counts: int, over: bool) -> None:
    assert has_expired(until, counts) is over


def test_a_weekend_of_48_hours_is_the_limit_and_the_states_have_these_words_in_reports() -> None:
    assert (HOUR_MS, JUMP_MS) == (3_600_000, 172_800_000)
    assert [str(state) for state in ClockState] == ["steady", "jumped", "set-back"]


# `may` says what the table of roles says, names the rule for the log, and the refusal says whom to ask.
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


_ASK_ADMIN = "An admin gives roles (change-roles)."


@each(
    [
        (Action.CASE_CREATE, "role", f"This needs the role caseworker or supervisor. {_ASK_ADMIN}"),
        (Action.PARTNER_WRITE, "role", f"This needs the role admin, caseworker or supervisor. {_ASK_ADMIN}"),
        (Action.CASE_READ, "grant", "Ask somebody who holds the case."),
        (Action.CASE_READ, "expired", "Ask somebody who holds the case."),
        (Action.CASE_READ, "over", "Ask an admin."),
    ]
)
def test_who_is_refused_hears_whom_to_ask(action: Action, rule: str, words: str) -> None:
    assert str(whom_to_ask(action, rule)).startswith(words)
