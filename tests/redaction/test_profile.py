from __future__ import annotations

import pytest

from tests.tables import each
from vault.casework.story import STORY
from vault.casework.vocabulary import NoteKind, PersonRole
from vault.errors import UsageError
from vault.redaction.actions import Action, IdentifierType
from vault.redaction.profile import PROFILES, Profile, profile_named

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


OF_THE_CLIENT = {
    "case": {"kind", "stage", "stage_since", "opened", "closed"},
    "detention": {
        *("taken", "place", "order", "court", "expires", "extended", "lawyer_seen", "devices", "ended", "end", "text"),
    },
    "hearing": {"at", "about", "court", "outcome", "orders", "fulfilled", "text"},
    "incident": {"what", "at", "place", "by_whom", "text"},
    "event": {"what", "at", "until", "place", "text"},
    "wanted": {"system", "state", "category", "charge", "seen", "seen_how", "lifted", "text"},
    "deadline": {"what", "at", "done", "end", "text"},
}
# What a copy has none of, and by which key its pages say so.
WITHHELD = {
    **dict.fromkeys(("risk", "safety-plan", "check-in"), "danger"),
    **dict.fromkeys(("task", "step", "subject-request"), "work"),
    **dict.fromkeys(("relation", "link"), "others"),
    "filled": "own-forms",
}


@each(sorted(STORY))
def test_each_kind_of_record_is_in_a_persons_own_copy_or_is_said_to_be_withheld(kind: str) -> None:
    profile = profile_named("subject")
    rule = profile.rule(kind, "*")
    assert (rule is None) == (kind in WITHHELD)
    assert rule is None or (set(rule.labels) == OF_THE_CLIENT[kind] and rule == profile.rule(kind, "confirmed"))
    assert rule is not None or WITHHELD[kind] in profile.withheld


def test_of_people_and_notes_a_copy_of_own_data_has_the_client_and_what_was_talked_about() -> None:
    profile = profile_named("subject")
    rules = {role: profile.rule("person", role) for role in PersonRole}
    assert {role for role, rule in rules.items() if rule} == {PersonRole.CLIENT}
    client = rules[PersonRole.CLIENT]
    assert client is not None
    assert set(client.labels) == {"names", "born", "documents", "phones", "emails", "sex", "nationalities"}
    left_out = {kind for kind in NoteKind if profile.rule("note", kind) is None}
    assert left_out == {NoteKind.MEDICAL, NoteKind.SAFETY, NoteKind.ADMINISTRATION, NoteKind.SUPERVISION}
    assert {"note-medical", "note-safety", "note-office", "safe-contact", "papers", "sections"} <= set(profile.withheld)


def test_no_other_profile_says_what_it_withholds() -> None:
    assert {name for name, profile in PROFILES.items() if profile.withheld} == {"subject"}


def test_an_unknown_profile_is_refused_with_the_list() -> None:
    with pytest.raises(UsageError, match="profiles are: lawyer"):
        profile_named("everything")
