from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.redaction.people import (
    CLIENT,
    CLIENT_PERSON,
    WITNESS,
    WITNESS_PERSON,
    WORKER,
    outcome,
    registry_of,
    renamed,
    text_left,
    usual_registry,
)
from tests.redaction.usual_notes import ENGLISH, FRENCH, RUSSIAN
from tests.tables import each
from vault.casework.person import Person, PersonName
from vault.casework.story import STORY
from vault.casework.vocabulary import NoteKind, PersonRole
from vault.errors import DependencyMissingError, InternalError, UsageError
from vault.names.normal import normal_text
from vault.redaction.detect import detect, find_shapes
from vault.redaction.find_registered import find_in, people_in
from vault.redaction.judging import forms, uncovered
from vault.redaction.profile import OF_SEVERAL, PROFILES, Profile, profile_named, profiles_of
from vault.redaction.questions import OpenQuestions
from vault.redaction.registry import RegisteredPerson, Registry, build_registry
from vault.redaction.spans import Action, IdentifierType, Span, fuse, strongest
from vault.redaction.spelled import spelled


@pytest.fixture(scope="module")
def registry() -> Registry:
    return usual_registry()


# Small half of the list of disguises; each names the witness Зафира Маратовна Скворкина.
DISGUISES = {
    "as written": "Скворкина",
    "zero-width space": "Сквор\u200bкина",
    "zero-width joiner": "Скв\u200dоркина",
    "soft hyphen": "Сквор\u00adкина",
    "hyphen and line break": "Сквор-\nкина",
    "hyphen, line break, indent": "Сквор-\n   кина",
    "bare line break": "Сквор\nкина",
    "bare space": "Сквор кина",
    "letter-spaced": "С к в о р к и н а",
    "dotted": "С.к.в.о.р.к.и.н.а",
    "one Latin look-alike": "Сквopкина",
    "Latin look-alikes throughout": "Ckbopkuha",
    "fullwidth": "Ｓｋｖｏｒｋｉｎａ",
    "mathematical": "𝐒𝐤𝐯𝐨𝐫𝐤𝐢𝐧𝐚",
    "combining marks": "Скво\u0301ркина",
    "right-to-left override": "\u202eСкворкина\u202c",
    "lower case": "скворкина",
    "upper case": "СКВОРКИНА",
    "genitive": "Скворкиной",
    "accusative": "Скворкину",
    "the family": "Скворкины",
    "masculine instrumental": "Скворкиным",
    "passport": "Skvorkina",
    "German": "Skworkina",
    "Latin, declined": "Skvorkinoi",
    "possessive": "Skvorkina’s",
    "elided": "d’Skvorkina",
    "Kyrgyz case": "Скворкинанын",
    "Arabic": "سكوركينا",
    "Arabic with and": "وسكوركينا",
    "Arabic with marks": "سَكوركينا",
    "handle with digits": "skvorkina_84",
    "handle glued": "zafiraskvorkina",
    "initial glued": "zskvorkina",
    "path": "t.me/skvorkina",
    "given name": "Зафирой",
    "patronymic": "Маратовне",
}


@each(DISGUISES)
def test_a_registered_name_is_found_in_disguise(disguise: str, registry: Registry) -> None:
    text = f"видели {disguise} там"
    found = [match for match in find_in(text, registry) if match.kind is IdentifierType.NAME]
    assert {entity for match in found for entity in match.entities} == {WITNESS}
    letters = [place for place, letter in enumerate(text) if 7 <= place < 7 + len(disguise) and letter.isalpha()]
    covered = {place for match in found for place in range(match.start, match.end)}
    uncovered = "".join(text[place] for place in letters if place not in covered)
    assert uncovered in {"", "tme"}


@each(
    [
        ("пришла Скворкина З. М. вчера", "Скворкина З. М.", WITNESS),
        ("пришла З.М. Скворкина вчера", "З.М. Скворкина", WITNESS),
        ("пришла Скворкина Зафира Маратовна вчера", "Скворкина Зафира Маратовна", WITNESS),
        ("came Torgaev, Elmar today", "Torgaev, Elmar", CLIENT),
        ("came Nela O'Brannik today", "Nela O'Brannik", WORKER),
    ]
)
def test_neighbouring_words_of_one_person_are_one_place(
    text: str, covered: str, who: bytes, registry: Registry
) -> None:
    assert [(text[match.start : match.end], match.entities) for match in find_in(text, registry)] == [
        (covered, frozenset({who}))
    ]


def test_a_shared_surname_is_settled_by_the_given_name_beside_it() -> None:
    sister = renamed(WITNESS_PERSON, "Лиана Торгаева")
    registry = registry_of((CLIENT, CLIENT_PERSON), (WITNESS, sister))
    text = "Элмар Торгаев, потом Лиана Торгаева, потом Торгаевы"
    assert [match.entities for match in find_in(text, registry)] == [{CLIENT}, {WITNESS}, {CLIENT, WITNESS}]


def test_a_short_name_counts_only_beside_another_word_of_it() -> None:
    person = Person(PersonRole.WITNESS, (PersonName.written("Ли Эн"), PersonName.written("Мирза оглы Эр")))
    registry = registry_of((WITNESS, person))
    assert [match.start for match in find_in("если ли он эн оглы", registry)] == []
    assert [(match.start, match.end) for match in find_in("там Ли Эн был", registry)] == [(4, 9)]
    assert [(match.start, match.end) for match in find_in("там Мирза оглы был", registry)] == [(4, 14)]


def test_other_words_are_left_alone_and_no_form_is_in_a_representation(registry: Registry) -> None:
    for text in ("сквореши", "торг", "Elm", "kvorkin", "скоро кино", "maratoN"):
        assert find_in(text, registry) == [], text
    assert "скворкин" not in repr(registry).casefold()


@each(
    [
        ("тел. 0700445566,", "0700445566"),
        ("тел. +996 700 44-55-66,", "+996 700 44-55-66"),
        ("тел. +996 (700) 44 55 66,", "+996 (700) 44 55 66"),
        ("тел. 0700\n445566,", "0700\n445566"),
        ("тел. ٠٧٠٠٤٤٥٥٦٦,", "٠٧٠٠٤٤٥٥٦٦"),
        ("тел. 07004455661,", "07004455661"),
    ]
)
def test_a_registered_phone_is_found_in_any_spacing(text: str, covered: str, registry: Registry) -> None:
    found = [match for match in detect(text, registry) if match.kind is IdentifierType.PHONE]
    assert {entity for match in found for entity in match.entities} == {WITNESS}
    assert text[min(match.start for match in found) : max(match.end for match in found)] == covered


@each(["ID7654321", "id 7654321", "ІD 765 43 21", "№ 7654321"])
def test_a_registered_document_is_found_by_its_digits(text: str, registry: Registry) -> None:
    found = [match for match in detect(text, registry) if match.kind is IdentifierType.DOCUMENT]
    assert {(match.start, match.end, match.entities) for match in found} == {(0, len(text), frozenset({WITNESS}))}


@each(["nightowl77@example.org", "NightOwl77", "@nightowl77"])
def test_a_registered_email_is_found_whole_and_by_its_local_part(text: str, registry: Registry) -> None:
    assert any(match.entities == {WITNESS} and match.kind is IdentifierType.EMAIL for match in find_in(text, registry))


_BIRTHS = """
1990-07-03|03.07.1990|3/7/1990|07/03/1990|3-7-90|3 июля 1990|3 July 1990|July 3, 1990|3rd of July 1990|3 juillet 1990
3 липня 1990|٣ يوليو ١٩٩٠
"""


@each([*re.split(r"[|\n]", _BIRTHS.strip()), "3 июля\n1990"])
def test_a_registered_birth_is_found_however_it_is_written(text: str, registry: Registry) -> None:
    found = detect(f"род. {text} г.", registry)
    assert [(match.kind, match.entities, match.general) for match in found] == [
        (IdentifierType.BORN, frozenset({WITNESS}), "1990")
    ]


def found(text: str) -> list[str]:
    plain = normal_text(text)
    return [text[slice(*plain.source_range(*place))] for place in spelled(plain, text)]


@each(
    [
        ("Phone zero five five, five zero one - two", "zero five five, five zero one - two"),
        ("Phone double five 7 oh two.", "double five 7 oh two"),
        ("тел. восемь девятьсот двенадцать три четыре пять", "восемь девятьсот двенадцать три четыре пять"),
        ("au zéro six douze quarante-trois", "zéro six douze quarante-trois"),
        ("born on the third of February of the year ninety.", "third of February of the year ninety"),
        ("February the third, nineteen ninety", "February the third, nineteen ninety"),
        ("on the third of may", "third of may"),
        ("in the year ninety", "year ninety"),
        ("родился третьего февраля девяностого года", "третьего февраля девяностого года"),
        ("3 февраля девяностого года", "3 февраля девяностого года"),
        ("12 февраля девяностого года", "февраля девяностого года"),
        ("в восемьдесят пятом году", "восемьдесят пятом году"),
        ("в девяностом году", "девяностом году"),
        ("née le trois février quatre-vingt-dix", "trois février quatre-vingt-dix"),
        ("en l’an deux mille", "an deux mille"),
        ("le premier mars mille neuf cent dix", "premier mars mille neuf cent dix"),
        ("zero\u200b five\nFIVE", "zero\u200b five\nFIVE"),
    ]
)
def test_a_number_or_date_in_words_is_found(text: str, expected: str) -> None:
    assert found(text) == [expected]


@each(
    [
        "No one may go. The first may be shared.",
        "one of the first three",
        "twenty-one",
        "In March two men came.",
        "двадцать два года",
        "пятый год",
        "два года назад, три раза",
        "5 5 5, 3 февраля 1990 года",
        "une fois, deux fois",
        "one. Two. Three.",
    ]
)
def test_ordinary_counting_is_not(text: str) -> None:
    assert found(text) == []


def test_a_run_of_any_length_is_cut_into_questions_of_one_line() -> None:
    assert [len(run.split()) for run in found("one " * 40)] == [16, 16, 8]


@each(
    [
        ("phone zero five five five zero", "phone [removed]"),
        ("родился третьего февраля девяностого года", "родился [removed]"),
        ("née le trois février quatre-vingt-dix", "née le [removed]"),
        ("he met velief there", "he met [removed] there"),
        ("elle a vu oshmar hier", "elle a vu [removed] hier"),
    ]
)
def test_what_is_written_in_small_letters_or_words_does_not_leave_undecided(text: str, left: str) -> None:
    assert text_left(text) == left


def test_a_kept_run_stays_and_its_words_are_not_asked_again() -> None:
    assert text_left("phone zero Five five", {"zero five five": Action.KEEP}) == "phone zero Five five"


@each({"English": ENGLISH, "French": FRENCH, "Russian": RUSSIAN})
def test_usual_notes_raise_few_questions(text: str) -> None:
    result = outcome(text, registry=usual_registry())
    questions = result.questions if isinstance(result, OpenQuestions) else ()
    assert len(questions) <= 25 * len(text.split()) / 1000


KNOWN = "interrogated refoulement qu'il l'avocat jusqu'à client's préfecture prefecture sœur x"


@each(KNOWN.split())
def test_words_in_small_letters_that_a_list_knows_are_not_asked_about(word: str) -> None:
    assert list(forms(uncovered(f"a {word} b", ()), frozenset())) == []


# Words that look like people: who is known in any form, and names that nobody has entered.
REGISTRY = build_registry(
    (
        RegisteredPerson(b"a", PersonRole.CLIENT, ("Арсений Вьюжанин",)),
        RegisteredPerson(b"l", PersonRole.RELATIVE, ("Lidia Vyuzhanina",)),
    )
)


@each(
    {
        "known in another form": ("Звонил Арсению утром", [("Арсению", {b"a"})]),
        "known in another script": ("Told Arseniy about it", [("Arseniy", {b"a"})]),
        "not entered": ("Told him that Kaltbrunner files today", [("Kaltbrunner", set())]),
        "once": ("With Orvillard, for Orvillard", [("Orvillard", set())]),
        "the first word of a sentence": ("Kaltbrunner files. Orvillard waits", []),
        "words with a capital": ("On Monday in November, at the Prefecture of the Court", []),
        "capitals alone": ("The UNHCR wrote", []),
        "nothing": ("", []),
    }
)
def test_what_looks_like_people_is_found_with_who_it_may_be(text: str, found: list[tuple[str, set[bytes]]]) -> None:
    assert [(spotted.word, set(spotted.who)) for spotted in people_in(text, REGISTRY)] == found


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
        ("detention", "confirmed", {"taken", "place", "order", "court", "expires", "lawyer_seen", "ended", "end"}),
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
        *("taken", "place", "order", "court", "expires", "extended", "lawyer_seen", "devices", "ended", "end", "text")
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
    **dict.fromkeys(("consent", "referral"), "sharing"),
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


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("+7 912 345-67-89", IdentifierType.PHONE),
        ("8 (912) 345 67 89", IdentifierType.PHONE),
        ("0555 12 34 56", IdentifierType.PHONE),
        ("+380 67 123 45 67", IdentifierType.PHONE),
        ("06 12 34 56 78", IdentifierType.PHONE),
        ("٠٥٥٥ ١٢ ٣٤ ٥٦", IdentifierType.PHONE),
        ("4509 123456", IdentifierType.DOCUMENT),
        ("AN1234567", IdentifierType.DOCUMENT),
        ("АН № 1234567", IdentifierType.DOCUMENT),
        ("20507199012345", IdentifierType.DOCUMENT),
        ("someone.else+x@mail.example.org", IdentifierType.EMAIL),
        ("@nobody_here", IdentifierType.HANDLE),
        ("https://example.org/a?b=c", IdentifierType.URL),
        ("t.me/nobody_here", IdentifierType.URL),
        ("www.example.org", IdentifierType.URL),
        ("FR76 3000 6000 0112 3456 7890 189", IdentifierType.IBAN),
        ("42.8746, 74.5698", IdentifierType.COORDINATES),
        ("42°52′28″N 74°34′11″E", IdentifierType.COORDINATES),
        ("2024-03-12", IdentifierType.DATE),
        ("2024-03-12T10:30", IdentifierType.DATE),
        ("12.03.2024", IdentifierType.DATE),
        ("12/3/24", IdentifierType.DATE),
        ("12 марта 2024", IdentifierType.DATE),
        ("12 березня 2024", IdentifierType.DATE),
        ("1er août 2024", IdentifierType.DATE),
        ("March 12, 2024", IdentifierType.DATE),
        ("12th of March 2024", IdentifierType.DATE),
        ("март 2024", IdentifierType.DATE),
        ("١٢ مارس ٢٠٢٤", IdentifierType.DATE),
        ("2024", IdentifierType.DATE),
        ("10:30", IdentifierType.TIME),
    ],
)
@pytest.mark.parametrize("frame", ["{}", "было {}, потом", "({})"])
def test_a_shape_is_found_whole_and_named(text: str, kind: IdentifierType, frame: str) -> None:
    framed = frame.format(text)
    found = [(framed[shape.start : shape.end], shape.kind) for shape in find_shapes(normal_text(framed))]
    assert found == [(text, kind)]


@each(["5", "12 officers", "слово", "1.5", "a/b", "section 14a", "@"])
def test_ordinary_tokens_have_no_shape(text: str) -> None:
    assert list(find_shapes(normal_text(text))) == []


@each(
    [
        ("03.07.1990", ((1990, 7, 3), (1990, 3, 7))),
        ("25.07.1990", ((1990, 7, 25),)),
        ("07/25/90", ((1990, 7, 25),)),
        ("03.07.29", ((2029, 7, 3), (2029, 3, 7))),
        ("3 июля", ()),
        ("июль 1990", ((1990, 7, None),)),
        ("31.02.1990", ()),
        ("1990", ()),
    ]
)
def test_a_date_says_which_days_it_can_mean(text: str, days: tuple[tuple[int, int, int | None], ...]) -> None:
    assert [shape.days for shape in find_shapes(normal_text(text))] == [days]


ONE, OTHER = b"1" * 16, b"2" * 16

SPANS = st.lists(
    st.builds(
        lambda start, length, kind, action, entity, source, general: Span(
            start, start + length, kind, action, entity, source, general
        ),
        st.integers(0, 40),
        st.integers(1, 12),
        st.sampled_from([IdentifierType.NAME, IdentifierType.PHONE]),
        st.sampled_from(Action),
        st.sampled_from([None, ONE, OTHER]),
        st.sampled_from(["registry", "pattern"]),
        st.sampled_from(["", "1990"]),
    ),
    max_size=12,
)


def places(spans: list[Span] | tuple[Span, ...]) -> set[int]:
    return {place for span in spans for place in range(span.start, span.end)}


@given(SPANS, st.randoms())
def test_the_order_of_spans_does_not_matter(spans: list[Span], random: st.DataObject) -> None:
    shuffled = list(spans)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert fuse(shuffled) == fuse(spans)


@given(SPANS)
def test_fused_spans_cover_the_same_characters_without_overlap(spans: list[Span]) -> None:
    fused = fuse(spans)
    assert places(fused) == places(spans)
    assert all(left.end <= right.start for left, right in itertools.pairwise(fused))


@given(SPANS)
def test_no_character_gets_a_weaker_action_than_any_span_asked_for_and_each_knows_what_to_put(
    spans: list[Span],
) -> None:
    fused = fuse(spans)
    for span in spans:
        (holder,) = [found for found in fused if found.start <= span.start and span.end <= found.end]
        assert strongest([span.action, holder.action]) is holder.action
    for span in fused:
        assert span.action is not Action.PSEUDONYM or span.entity is not None
        assert span.action is not Action.GENERALISE or span.general
    assert strongest([]) is Action.REMOVE


def span(start: int, end: int, action: Action, entity: bytes | None = None, general: str = "") -> Span:
    return Span(start, end, IdentifierType.NAME, action, entity, general=general)


@each(
    [
        ([span(0, 5, Action.KEEP), span(3, 8, Action.REMOVE)], [span(0, 8, Action.REMOVE)]),
        ([span(0, 5, Action.KEEP), span(5, 8, Action.REMOVE)], [span(0, 5, Action.KEEP), span(5, 8, Action.REMOVE)]),
        ([span(0, 5, Action.PSEUDONYM, ONE), span(3, 8, Action.PSEUDONYM, ONE)], [span(0, 8, Action.PSEUDONYM, ONE)]),
        ([span(0, 5, Action.PSEUDONYM, ONE), span(3, 8, Action.PSEUDONYM, OTHER)], [span(0, 8, Action.REMOVE)]),
        (
            [span(0, 4, Action.GENERALISE, ONE, "1990"), span(0, 4, Action.KEEP)],
            [span(0, 4, Action.GENERALISE, ONE, "1990")],
        ),
        ([span(0, 4, Action.GENERALISE, ONE, "1990"), span(2, 6, Action.KEEP)], [span(0, 6, Action.REMOVE, ONE)]),
    ]
)
def test_overlaps_become_their_union_under_the_strongest_action(spans: list[Span], fused: list[Span]) -> None:
    assert list(fuse(spans)) == fused


@each([(3, 3), (4, 3), (-1, 2)])
def test_an_empty_or_reversed_span_is_refused(start: int, end: int) -> None:
    with pytest.raises(InternalError, match="at least one character"):
        span(start, end, Action.KEEP)
