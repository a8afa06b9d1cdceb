"""What leaves under which profile: each field of each kind of record, each identifier of each role, and nothing new."""

from __future__ import annotations

import dataclasses
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.redaction.people import Counting
from tests.tables import each
from vault.casework.case import AsylumStage, Case, CaseKind
from vault.casework.document import DocumentKind as PaperKind
from vault.casework.form import Form, FormedRecord, FormField, Shape, asked
from vault.casework.kinds import CaseworkRecord
from vault.casework.note import Note
from vault.casework.person import IdentityDocument, Person, PersonName, SafeContact
from vault.casework.questionnaires import Filled, FormAnswer
from vault.casework.story import STORY
from vault.casework.story.protection import CheckIn
from vault.casework.vocabulary import Channel, DocumentKind, NoteKind, PersonRole, Risk, Sex
from vault.errors import DependencyMissingError, UsageError
from vault.export.data_json import render_data
from vault.export.dossier_report import Cover
from vault.redaction.apply import redact
from vault.redaction.profile import OF_SEVERAL, PROFILES, Profile, Series, profile_named, profiles_of
from vault.redaction.questions import OpenQuestions
from vault.redaction.registry import build_registry
from vault.redaction.source import DossierSource, SourceField, dossier_source, said_now, said_on_paper
from vault.redaction.spans import Action, IdentifierType
from vault.redaction.transform import PseudonymBook
from vault.words.message import Message

_TABLE = tomllib.loads(Path(__file__).with_name("what_leaves.toml").read_text("utf-8"))
_LEAVES: Mapping[str, Mapping[str, str]] = _TABLE["records"]
_FATES: Mapping[str, Mapping[str, Mapping[str, str]]] = _TABLE["identifiers"]
_CODE = re.compile(r"\[P-\w{3}\]")
_RECORD, _RELATIVE, _WITNESS = bytes([7]) * 16, bytes([8]) * 16, bytes([9]) * 16
_RELATIVE_PERSON = Person(PersonRole.RELATIVE, (PersonName.written("Lidia Oshmar"),))
_WITNESS_PERSON = Person(PersonRole.WITNESS, (PersonName.written("Temir Velief"),))
_FITTING: Mapping[str, Mapping[str, str]] = {CheckIn.KIND: {"at": "2031-01-02T22:00", "ladder": "1h: plantladder"}}


def _typed(field: FormField, day: int) -> str:
    """Return something that may stand in a field and in no other of the record."""
    if field.words is not None:
        return list(field.words)[-1].value
    if field.is_of_time:
        return f"2031-01-{day:02}"
    named = (_RELATIVE if day % 2 else _WITNESS).hex()
    by_shape = {Shape.YES_NO: "yes", Shape.RECORD: named, Shape.RECIPIENT: named, Shape.NUMBER: "7"}
    return by_shape.get(field.shape, f"plant{field.name.replace('_', '')}")


def whole(kind: type[FormedRecord]) -> FormedRecord:
    """Return a record with something in every field, confirmed and undisputed where its kind can be."""
    said = {field.name: _typed(field, day) for day, field in enumerate(kind.FORM.fields, 1)}
    undisputed = {"disputed": "no"} if "disputed" in said else {}
    return kind(**kind.FORM.from_typed(said | undisputed | dict(_FITTING.get(kind.KIND, {}))))


_HEAD = Case(
    title="planttitle",
    kind=CaseKind.ASYLUM,
    stage=AsylumStage.APPEAL_1,
    ref="K7QM-3XPD",
    audit=_RECORD,
    opened="2026-01-02",
    risk=Risk.HIGH,
    owner=_RECORD,
    deputy=_WITNESS,
    no_recovery_reason="plantrecovery",
    stage_since="2026-02-03",
    closed="2026-03-04",
    close_reason="plantclosed",
    risk_reason="plantrisk",
)


def _person(role: PersonRole) -> Person:
    return Person(
        role,
        (PersonName.written("Zafira Oshmar"),),
        "1984-05-12",
        ("+996 555 010 203",),
        ("plant@example.org",),
        (IdentityDocument(DocumentKind.PASSPORT, "AN 1234567"),),
        SafeContact(Channel.PHONE, "+996 555 040 506"),
        _RECORD,
        Sex.OTHER,
        ("KG",),
        True,
    )


def _records() -> dict[str, CaseworkRecord]:
    """Return a record of every kind that a case can have, by kind and role or kind of note."""
    people = {f"person {role}": _person(role) for role in PersonRole}
    notes = {f"note {kind}": Note(kind, "planttext", "2026-03-01", _RECORD) for kind in NoteKind}
    answers = {name: FormAnswer("plantlabel", "text", "plantanswer") for name in ("text", "what", "place", "names")}
    filled = Filled("plantform", "planttitle", "2031-01-01", 1, answers)
    return {"case": _HEAD, **people, **notes, **{kind: whole(of) for kind, of in STORY.items()}, "filled": filled}


RECORDS = _records()


def source_of(record: CaseworkRecord) -> DossierSource:
    """Return the source of one record, of a note with what a report says beside its fields."""
    (source,) = dossier_source(
        [(_RECORD, _RECORD, record), (_RELATIVE, _RELATIVE, _RELATIVE_PERSON), (_WITNESS, _WITNESS, _WITNESS_PERSON)]
    ).records[:1]
    beside = (SourceField("written", ("2026-03-02",), coded=True), SourceField("by", ("caseworker",), coded=True))
    return DossierSource((replace(source, fields=source.fields + (beside if isinstance(record, Note) else ())),))


def left_of(record: CaseworkRecord, profile: Profile) -> list[str]:
    """Return the texts that the data file of a package has of a record, whatever was asked answered by keeping it."""
    source, registry, decisions = source_of(record), build_registry(()), dict[str, Action | str]()
    while isinstance(
        found := redact(source, profile, registry, decisions, PseudonymBook(choose=Counting())), OpenQuestions
    ):
        decisions |= {question.form: Action.KEEP for question in found.questions}
    data = json.loads(render_data(found, Cover(profile.purpose)))
    return [block["text"] for section in data["sections"] for block in section["blocks"]]


@cache
def left(name: str, profile: str) -> list[str]:
    return left_of(RECORDS[name], profile_named(profile))


def _fate(identifier: IdentifierType, role: str, profile: str) -> Action:
    fates = _FATES.get(role, {}).get(identifier, {})
    return next((Action(action) for action, names in fates.items() if profile in names.split()), Action.REMOVE)


def _written(name: str, field: SourceField, profile: str) -> list[str]:
    """Return how a field is written that leaves, as the fate of whom it identifies is."""
    if field.identifier is None:
        return list(field.values)
    role = field.of[0] if field.of else name.removeprefix("person ")
    fate = _fate(field.identifier, role, profile)
    if fate is Action.GENERALISE:
        return [value[:4] for value in field.values]
    return {Action.KEEP: list(field.values), Action.PSEUDONYM: ["[P-]"]}.get(fate, [])


def expected(name: str, profile: str) -> list[str]:
    """Return what the table says that is left of a record."""
    fields = {field.name: field for field in source_of(RECORDS[name]).records[0].fields}
    leaves = (field for field, profiles in _LEAVES.get(name, {}).items() if profile in profiles.split())
    return [text for field in leaves for text in _written(name, fields[field], profile)]


@each([(name, profile) for name in RECORDS for profile in PROFILES])
def test_of_each_record_each_profile_lets_out_the_fields_of_the_table_and_no_other(name: str, profile: str) -> None:
    assert sorted(_CODE.sub("[P-]", text) for text in left(name, profile)) == sorted(expected(name, profile))


def _rows() -> Iterable[tuple[str, str, str]]:
    for name, record in RECORDS.items():
        of = _LEAVES.get(name, {})
        fields = [field.name for field in source_of(record).records[0].fields]
        assert of.keys() <= set(fields), name
        yield from ((name, field, profile) for field in dict.fromkeys(fields) for profile in PROFILES)


@each(list(_rows()))
def test_each_field_has_a_label_under_the_profiles_that_let_it_out(name: str, field: str, profile: str) -> None:
    kind, _, variant = name.partition(" ")
    rule = profile_named(profile).rule(kind, variant or ("confirmed" if hasattr(RECORDS[name], "confirmed") else "*"))
    leaves = profile in _LEAVES.get(name, {}).get(field, "").split()
    assert (rule is not None and field in rule.labels) is leaves


def test_no_profile_and_no_table_names_a_kind_that_there_is_not_or_a_profile_that_there_is_not() -> None:
    assert {kind if variant in {"*", "confirmed"} else f"{kind} {variant}"
            for profile in PROFILES.values() for kind, variant in profile.records} == set(_LEAVES)  # fmt: skip
    named = {name for of in _LEAVES.values() for profiles in of.values() for name in profiles.split()}
    assert named == set(PROFILES)


@each([(identifier, role, name) for identifier in IdentifierType for role in (*PersonRole, None) for name in PROFILES])
def test_each_identifier_of_each_role_has_the_fate_of_the_table(
    identifier: IdentifierType, role: PersonRole | None, name: str
) -> None:
    assert PROFILES[name].action(identifier, role) is _fate(identifier, role or "nobody", name)


@each(list(PROFILES))
def test_what_is_written_for_one_export_alone_leaves_by_the_profiles_of_the_table(name: str) -> None:
    profile, words = profile_named(name), "a lawyer tonight"
    found = redact(DossierSource(said_now(words)), profile, build_registry(()), {}, PseudonymBook(choose=Counting()))
    assert not isinstance(found, OpenQuestions)
    leaves = name in _LEAVES["needed"]["text"].split()
    assert [block.text for section in found.sections for block in section.blocks] == ([words] if leaves else [])
    assert profile.takes_a_text is leaves


@each([(name, kind) for name in PROFILES for kind in PaperKind])
def test_of_papers_the_kinds_of_the_table_may_leave_and_in_no_report(name: str, kind: PaperKind) -> None:
    source = DossierSource((said_on_paper(kind, b"", "a lawyer tonight"),))
    found = redact(source, profile_named(name), build_registry(()), {}, PseudonymBook(choose=Counting()))
    assert not isinstance(found, OpenQuestions)
    assert not found.sections
    leaves = _LEAVES.get(f"paper {kind}", _LEAVES["paper"])["text"].split()
    assert [paper.text for paper in found.papers] == (["a lawyer tonight"] if name in leaves else [])


@each([(kind, name) for kind in STORY for name in PROFILES if hasattr(RECORDS[kind], "confirmed")])
def test_what_nobody_confirmed_stays_where_a_profile_has_confirmed_facts_alone(kind: str, name: str) -> None:
    record: Any = RECORDS[kind]
    told = replace(record, confirmed=None)
    disputed = replace(record, disputed=True) if hasattr(record, "disputed") else told
    for unproven in (told, disputed):
        found = [_CODE.sub("[P-]", text) for text in left_of(unproven, profile_named(name))]
        assert sorted(found) == ([] if name in _TABLE["confirmed"].split() else sorted(expected(kind, name)))


# What comes later: a field in a kind that leaves, a kind, an answer of a form of the organisation.
def _with_more(record: CaseworkRecord) -> CaseworkRecord:
    """Return the record as a later program has it: its kind has a field more."""
    more = dataclasses.make_dataclass(
        "Later", [("more", str, dataclasses.field(default="plantmore"))], bases=(type(record),), frozen=True, slots=True
    )
    made: CaseworkRecord = more(**{part.name: getattr(record, part.name) for part in dataclasses.fields(record)})
    return made


@dataclass(frozen=True, slots=True)
class _Planted(FormedRecord):
    KIND: ClassVar[str] = "planted"
    FORM: ClassVar[Form] = Form(Message("planted"), headline=("what",), dated_by="at")

    what: str = asked(Message("What"), is_required=True)
    person: bytes | None = asked(Message("Who"), Shape.RECORD)
    at: str | None = asked(Message("On"), Shape.DATE)
    place: str | None = asked(Message("Place"))
    confirmed: str | None = asked(Message("Confirmed by"))
    text: str | None = asked(Message("Details"), Shape.TEXT)


@each([(name, profile) for name in RECORDS for profile in PROFILES])
def test_a_field_that_comes_later_leaves_under_no_profile(name: str, profile: str) -> None:
    later = _with_more(RECORDS[name])
    assert ("more", ("plantmore",)) in [(part.name, part.values) for part in source_of(later).records[0].fields]
    assert left_of(later, profile_named(profile)) == left(name, profile)


@each(list(PROFILES))
def test_a_kind_of_record_that_comes_later_leaves_under_no_profile(profile: str) -> None:
    assert left_of(whole(_Planted), profile_named(profile)) == []


@each(list(PROFILES))
def test_no_answer_to_a_form_of_the_organisation_leaves_under_any_profile(profile: str) -> None:
    assert left("filled", profile) == []


# What is one of the profiles, and how it is told.
def test_the_list_of_profiles_is_one_and_says_of_each_in_a_line_who_is_named_and_what_it_is_for() -> None:
    told = {str(profile.about) for profile in PROFILES.values()}
    assert len(told) == len(PROFILES)
    assert all(0 < len(about) <= 60 for about in told)
    assert all(profile.purpose for profile in PROFILES.values())
    of_one = {name for name, profile in PROFILES.items() if profile.is_of_one_client}
    assert of_one == {"urgent", "medical", "disappearance", "subject"}
    assert {name for name, profile in PROFILES.items() if profile.series is Series.PACKAGE} == {"donor-report"}
    assert {name for name, profile in PROFILES.items() if profile.has_next_alone} == {"enquiry"}
    assert {name for name, profile in PROFILES.items() if profile.has_new_notes} == {"urgent"}
    assert {name for name, profile in PROFILES.items() if profile.is_reviewed_after} == {"urgent"}
    assert {name: set(profile.may_stay) for name, profile in PROFILES.items() if profile.may_stay} == {
        "medical": {"detention"}
    }


# What a copy of own data has none of, and by which key its pages say so.
WITHHELD = {
    **dict.fromkeys(("risk", "safety-plan", "check-in"), "danger"),
    **dict.fromkeys(("task", "step", "subject-request"), "work"),
    **dict.fromkeys(("relation", "link"), "others"),
    **dict.fromkeys(("consent", "referral"), "sharing"),
    "filled": "own-forms",
}


@each(sorted(STORY))
def test_each_kind_of_record_is_in_a_persons_own_copy_or_is_said_to_be_withheld(kind: str) -> None:
    profile = profile_named("subject")
    assert (profile.rule(kind, "*") is None) == (kind in WITHHELD)
    assert profile.rule(kind, "*") == profile.rule(kind, "confirmed")
    assert WITHHELD.get(kind, OF_SEVERAL) in profile.withheld


def test_a_copy_of_own_data_alone_says_what_it_has_none_of() -> None:
    assert {name for name, profile in PROFILES.items() if profile.withheld} == {"subject"}
    kept_back = {"note-medical", "note-safety", "note-office", "safe-contact", "papers", "sections", OF_SEVERAL}
    assert kept_back <= set(profile_named("subject").withheld)


def test_an_unknown_profile_is_refused_with_the_list() -> None:
    with pytest.raises(UsageError, match="profiles are: lawyer"):
        profile_named("everything")


def test_an_empty_profile_lets_nothing_leave() -> None:
    empty = Profile("empty", {}, {})
    assert not [kind for kind in (*STORY, "case", "note", "person") if empty.rule(kind, "*")]
    assert {empty.action(identifier, role) for identifier in IdentifierType for role in PersonRole} == {Action.REMOVE}


TABLE = """
[profiles.p]
about = "nobody"
purpose = "none"
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
