from __future__ import annotations

import pytest

from tests.tables import each
from vault.casework.vocabulary import NoteKind, PersonRole
from vault.errors import UsageError
from vault.redaction.actions import Action, IdentifierType
from vault.redaction.profile import Profile, profile_named

LAWYER = profile_named("lawyer")
LAWYER_NAMED = profile_named("lawyer-named")

NOBODY_NAMED: dict[tuple[IdentifierType, PersonRole | None], Action] = {
    **{(IdentifierType.NAME, role): Action.PSEUDONYM for role in PersonRole},
    (IdentifierType.DATE, None): Action.KEEP,
    (IdentifierType.TIME, None): Action.KEEP,
}
CLIENT_NAMED: dict[tuple[IdentifierType, PersonRole | None], Action] = {
    (IdentifierType.NAME, PersonRole.CLIENT): Action.KEEP,
    (IdentifierType.NAME, PersonRole.PERSECUTOR): Action.KEEP,
    (IdentifierType.NAME, PersonRole.RELATIVE): Action.PSEUDONYM,
    (IdentifierType.NAME, PersonRole.WITNESS): Action.PSEUDONYM,
    (IdentifierType.NAME, PersonRole.WORKER): Action.PSEUDONYM,
    (IdentifierType.NAME, PersonRole.INTERPRETER): Action.PSEUDONYM,
    (IdentifierType.NAME, PersonRole.GUARANTOR): Action.PSEUDONYM,
    (IdentifierType.NAME, PersonRole.CO_ACCUSED): Action.PSEUDONYM,
    (IdentifierType.NAME, PersonRole.DEPENDANT): Action.PSEUDONYM,
    (IdentifierType.NAME, PersonRole.LAWYER): Action.PSEUDONYM,
    (IdentifierType.NAME, PersonRole.THIRD): Action.PSEUDONYM,
    (IdentifierType.BORN, PersonRole.CLIENT): Action.KEEP,
    (IdentifierType.BORN, PersonRole.RELATIVE): Action.GENERALISE,
    (IdentifierType.DOCUMENT, PersonRole.CLIENT): Action.KEEP,
    (IdentifierType.DATE, None): Action.KEEP,
    (IdentifierType.TIME, None): Action.KEEP,
}


@pytest.mark.parametrize("role", [*PersonRole, None])
@pytest.mark.parametrize("identifier", IdentifierType)
def test_a_lawyer_gets_what_these_tables_name_and_nothing_else(
    identifier: IdentifierType, role: PersonRole | None
) -> None:
    assert LAWYER.action(identifier, role) is NOBODY_NAMED.get((identifier, role), Action.REMOVE)
    assert LAWYER_NAMED.action(identifier, role) is CLIENT_NAMED.get((identifier, role), Action.REMOVE)


def test_an_empty_profile_lets_nothing_leave() -> None:
    empty = Profile("empty", {}, {})
    assert empty.rule("note", NoteKind.INTERVIEW) is None
    assert {empty.action(identifier, role) for identifier in IdentifierType for role in PersonRole} == {Action.REMOVE}


@each(
    [
        ("case", "asylum", {"kind", "stage", "opened"}),
        ("person", "client", {"names", "born", "documents"}),
        ("person", "witness", {"names", "born", "documents"}),
        ("person", "worker", None),
        ("person", "interpreter", None),
        ("note", "contact", {"occurred", "written", "kind", "by", "text"}),
        ("note", "interview", {"occurred", "written", "kind", "by", "text"}),
        ("note", "legal-advice", {"occurred", "written", "kind", "by", "text"}),
        ("note", "medical", None),
        ("note", "safety", None),
        ("note", "administration", None),
        ("note", "supervision", None),
        ("partner", "*", None),
        ("disclosure", "*", None),
        ("something-new", "*", None),
    ]
)
def test_only_these_fields_of_these_records_are_written(kind: str, variant: str, fields: set[str] | None) -> None:
    for profile in (LAWYER, LAWYER_NAMED):
        rule = profile.rule(kind, variant)
        assert (None if rule is None else set(rule.labels)) == fields


@each(
    [
        ("case", "detention", {"kind", "stage"}),
        ("person", "client", {"names", "born", "documents"}),
        *(("person", role, None) for role in PersonRole if role is not PersonRole.CLIENT),
        *(("note", kind, None) for kind in NoteKind),
        ("incident", "confirmed", {"what", "at", "place", "by_whom"}),
        ("event", "confirmed", {"what", "at", "until", "place"}),
        (
            "detention",
            "confirmed",
            {"taken", "place", "order", "court", "expires", "lawyer_seen", "ended", "end"},
        ),
        ("wanted", "confirmed", {"system", "state", "category", "seen", "seen_how", "lifted"}),
        *((kind, "*", None) for kind in ("incident", "event", "detention", "wanted")),
        *((kind, "confirmed", None) for kind in ("risk", "safety-plan", "check-in", "step", "document", "hearing")),
    ]
)
def test_of_somebody_who_disappeared_only_these_fields_of_confirmed_records_are_written(
    kind: str, variant: str, fields: set[str] | None
) -> None:
    rule = profile_named("disappearance").rule(kind, variant)
    assert (None if rule is None else set(rule.labels)) == fields


def test_an_unknown_profile_is_refused_with_the_list() -> None:
    with pytest.raises(UsageError, match="profiles are: lawyer"):
        profile_named("everything")
