from __future__ import annotations

import pytest

from tests.tables import each
from vault.casework.story import STORY
from vault.casework.vocabulary import NoteKind, PersonRole
from vault.errors import DependencyMissingError, UsageError
from vault.redaction.profile import OF_SEVERAL, PROFILES, Profile, profile_named, profiles_of
from vault.redaction.spans import Action, IdentifierType

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


@each([(identifier, role) for identifier in IdentifierType for role in (*PersonRole, None)])
def test_a_lawyer_gets_what_these_tables_name_and_nothing_else(
    identifier: IdentifierType, role: PersonRole | None
) -> None:
    assert LAWYER.action(identifier, role) is NOBODY_NAMED.get((identifier, role), Action.REMOVE)
    assert LAWYER_NAMED.action(identifier, role) is CLIENT_NAMED.get((identifier, role), Action.REMOVE)


def test_an_empty_profile_lets_nothing_leave() -> None:
    empty = Profile("empty", {}, {})
    assert not empty.is_of_one_client
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
    assert {"note-medical", "note-safety", "note-office", "safe-contact", "papers", "sections", OF_SEVERAL} <= set(
        profile.withheld
    )


def test_no_other_profile_says_what_it_withholds() -> None:
    assert {name for name, profile in PROFILES.items() if profile.withheld} == {"subject"}


def test_an_unknown_profile_is_refused_with_the_list() -> None:
    with pytest.raises(UsageError, match="profiles are: lawyer"):
        profile_named("everything")


TABLE = """
[profiles.p]
facts = ["place"]
[[records]]
profiles = ["p"]
kind = "note"
variants = ["contact"]
heading = "note"
fields = { text = "text" }
[[identifiers]]
profiles = ["p"]
types = ["name"]
roles = ["client"]
action = "keep"
"""
RECORD = '[[records]]\nprofiles = ["p"]\nkind = "event"\nheading = "event"\nfields = { text = "details" }\n'


def test_a_table_without_variants_or_roles_is_for_any_record_and_for_identifiers_of_nobody() -> None:
    text = TABLE.replace('roles = ["client"]\n', "") + RECORD
    profile = profiles_of(text)["p"]
    assert set(profile.records) == {("note", "contact"), ("event", "*")}
    assert profile.rule("event", "confirmed") == profile.rule("event", "*") is not None
    assert profile.rule("note", "contact") is not None
    assert profile.rule("note", "medical") is None
    assert profile.actions == {(IdentifierType.NAME, None): Action.KEEP}
    assert profile.facts == {"place"}
    assert profile.withheld == ()
    assert not profile.is_of_one_client


@each(
    {
        "a profile that there is not": (TABLE.replace('profiles = ["p"]', 'profiles = ["q"]', 1), "no profile q"),
        "an action for a profile that there is not": (
            TABLE.replace('["p"]\ntypes', '["p", "q"]\ntypes'),
            "there is no profile q",
        ),
        "two rows for a record": (TABLE + RECORD + RECORD, r"p has two rows for event \*"),
        "two actions for an identifier": (
            TABLE + '[[identifiers]]\nprofiles = ["p"]\ntypes = ["name"]\nroles = ["client"]\naction = "remove"',
            "p has two rows for name client",
        ),
        "two actions for a date of nobody": (
            TABLE + 2 * '[[identifiers]]\nprofiles = ["p"]\ntypes = ["date"]\naction = "keep"\n',
            "p has two rows for date",
        ),
        "a kind of note that there is not": (TABLE.replace("contact", "contakt"), "of kind note is never contakt"),
        "any note": (TABLE.replace('variants = ["contact"]\n', ""), r"of kind note is never \*"),
        "a role that there is not": (TABLE.replace('"client"', '"klient"'), "Invalid enum value 'klient'"),
        "a person of no role": (
            RECORD.replace("event", "person").replace("heading", 'variants = ["confirmed"]\nheading') + TABLE,
            "of kind person is never confirmed",
        ),
        "an event that is half confirmed": (
            TABLE + RECORD.replace("heading", 'variants = ["likely"]\nheading'),
            "of kind event is never likely",
        ),
        "an action that there is not": (TABLE.replace('"keep"', '"show"'), "Invalid enum value 'show'"),
        "a type that there is not": (TABLE.replace('"name"', '"nam"'), "Invalid enum value 'nam'"),
        "a key that nobody knows": (TABLE.replace("facts", "fakts"), "unknown field `fakts`"),
        "a key of an action that nobody knows": (TABLE.replace("roles", "role"), "unknown field `role`"),
        "a key of a record that nobody knows": (TABLE.replace("variants", "variant"), "unknown field `variant`"),
        "a table that nobody knows": (TABLE + "[more]", "unknown field `more`"),
        "a table without rows": ("[profiles.p]", "missing required field"),
    }
)
def test_a_table_that_says_something_twice_or_names_what_there_is_not_is_refused(text: str, why: str) -> None:
    with pytest.raises(DependencyMissingError, match=rf"profiles\.toml of this program cannot be used: .*{why}"):
        profiles_of(text)


def test_nobody_changes_what_may_leave() -> None:
    for profile in PROFILES.values():
        tables = [profile.records, profile.actions, *(rule.labels for rule in profile.records.values())]
        assert not any(hasattr(table, "__setitem__") for table in tables)
    assert not hasattr(PROFILES, "__setitem__")
