from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from tests.tables import each, refused
from vault.casework.case import (
    STAGES,
    Access,
    AsylumStage,
    Case,
    CaseKind,
    ExtraditionStage,
    GrantReason,
    LogSize,
    Section,
    SectionKind,
    first_stage,
)
from vault.casework.checks import TEXT_CHARACTERS
from vault.casework.disclosure import Approving, Decision, Disclosure, PseudonymGiven
from vault.casework.document import DOCX, PLAIN, UNKNOWN, Body, media_of
from vault.casework.intake import RegisterEntry, Slip, SlipState
from vault.casework.kinds import CaseworkRecord
from vault.casework.note import Note
from vault.casework.organisation_records import AttemptsKey, Deputy, DeviceName, Member, Order, Organisation, PackageKey
from vault.casework.partner import Partner
from vault.casework.person import IdentityDocument, Person, PersonName, SafeContact, why_same
from vault.casework.questionnaires import MOST_CHOICES, MOST_QUESTIONS, Filled, FormAnswer, Question, QuestionKind
from vault.casework.script import Script
from vault.casework.story.events import Event
from vault.casework.story.protection import MOST_STEPS, CheckIn
from vault.casework.vocabulary import Channel, DocumentKind, NameKind, NoteKind, PersonRole, Risk
from vault.errors import MalformedError, UsageError
from vault.ids import MemberId, SeatId
from vault.records.versions import from_fields, to_fields
from vault.words.message import english

ID = bytes(range(16))
CASE = Case("Appeal of a teacher", CaseKind.ASYLUM, AsylumStage.APPEAL_1, "K7QM-3XPD", ID, "2026-03-01")
NAME = PersonName.written("Элмар Торгаев")
CONTACT = SafeContact(
    Channel.PHONE, "+996 555 010 203", "18:00-20:00", "about the books", "the sister: nothing", ("1",)
)
PERSON = Person(PersonRole.CLIENT, (NAME,), "1984-05", ("+996 555 010 203",), ("e.t@example.org",), (), CONTACT)
NOTE = Note(NoteKind.CONTACT, "Called at night.", "2026-03-01T05:40", ID)
PARTNER = Partner("Lawyer A", "age1examplekey", "acorn bottle cedar")
DISCLOSURE = Disclosure(
    ID,
    "lawyer",
    "appeal",
    ID,
    bytes(32),
    "2026-04-01",
    "main",
    (Decision("Oshmar", "remove"),),
    (PseudonymGiven(ID, "KX4"),),
)
RECORDS = (CASE, PERSON, NOTE, PARTNER, DISCLOSURE)


def test_vocabulary_words_may_arrive_as_plain_text_from_the_codec() -> None:
    case = Case("Title", "extradition", "refused-at-risk", "K7QM-3XPD", ID, "2026-03-01", "high")  # type: ignore[arg-type]  # decoded
    assert case.kind is CaseKind.EXTRADITION
    assert case.stage is ExtraditionStage.REFUSED_AT_RISK
    assert case.risk is Risk.HIGH


def test_each_kind_of_case_starts_in_a_stage_of_its_own() -> None:
    assert {kind: first_stage(kind) in STAGES[kind] for kind in CaseKind} == dict.fromkeys(CaseKind, True)


def test_a_name_keeps_its_text_with_single_spaces_and_gets_the_script_of_its_letters() -> None:
    assert PersonName.written("  Elmar   Torgaev ").text == "Elmar Torgaev"
    assert NAME.script is Script.CYRILLIC
    assert PERSON.display_name() == "Элмар Торгаев"
    assert Person(PersonRole.CLIENT).display_name() == ""


def changed(record: Any, **values: object) -> object:  # any record, with values that no caller checked: as decoded
    return dataclasses.replace(record, **values)


REFUSALS: list[tuple[Callable[[], object], str]] = [
    (lambda: changed(CASE, title=" "), "case title is empty"),
    (lambda: changed(CASE, title="a\nSecretName"), "case title must be one line"),
    (lambda: changed(CASE, title="S" * 600), "case title is longer than 512 characters"),
    (lambda: changed(CASE, kind="SecretName"), "kind of a case must be one of: asylum, extradition"),
    (
        lambda: dataclasses.replace(CASE, stage=ExtraditionStage.FLAGGED),
        "stage of a case of kind asylum must be one of",
    ),
    (lambda: changed(CASE, audit=b"short"), "audit compartment of a case must be 16 bytes"),
    (lambda: changed(CASE, opened="2026-03"), "opening date of a case must be a full day"),
    (lambda: changed(CASE, risk="SecretName"), "risk of a case must be one of: low"),
    (lambda: PersonName("", Script.LATIN), "name is empty"),
    (lambda: PersonName("SecretName", "Grek"), "script of a name must be one of: Latn"),  # type: ignore[arg-type]  # as decoded
    (lambda: IdentityDocument(DocumentKind.PASSPORT, ""), "document number is empty"),
    (lambda: changed(CONTACT, never_use=(CONTACT.address,)), "on its own never-use list"),
    (lambda: changed(CONTACT, never_use="12"), "never-use list of the safe contact must be a list"),
    (lambda: changed(PERSON, role="SecretName"), "role of a person must be one of: client"),
    (lambda: changed(PERSON, names=("SecretName",)), "names of a person may hold only PersonName"),
    (lambda: changed(PERSON, born="SecretName"), "date of birth must be written YYYY"),
    (lambda: changed(PERSON, phones=("SecretName",)), "phone needs at least 3 digits"),
    (lambda: changed(PERSON, emails=("SecretName@",)), "e-mail must hold an @"),
    (lambda: Note(NoteKind.CONTACT, " \n"), "text is empty"),
    (lambda: Note("gossip", "SecretName"), "kind must be one of: contact"),  # type: ignore[arg-type]  # as decoded
    (lambda: Note(NoteKind.CONTACT, "x" * 1_000_001), "text is longer"),
    (lambda: Note(NoteKind.CONTACT, "SecretName", "2026-02-30"), "occurred is not a day of the calendar"),
    (lambda: Note(NoteKind.CONTACT, "SecretName", "2026-02-03T25:00"), "occurred must give the time as HH:MM"),
    (lambda: Note(NoteKind.CONTACT, "SecretName", amends=b""), "amends must be 16 bytes"),
    (lambda: Note(NoteKind.CONTACT, 7), "text must be text"),  # type: ignore[arg-type]  # as decoded
    (lambda: changed(PARTNER, age_recipient="ssh-ed25519"), "age key of a recipient must start with age1"),
    (lambda: changed(DISCLOSURE, digest=b""), "digest of a disclosure must be 32 bytes"),
    (lambda: PseudonymGiven(b"", "KX4"), "entity of a pseudonym must be 1 to"),
]


def test_the_names_of_the_words_are_what_the_store_keeps() -> None:
    assert [word.value for word in NoteKind] == [
        "contact",
        "interview",
        "legal-advice",
        "medical",
        "safety",
        "administration",
        "supervision",
    ]
    assert [word.value for word in PersonRole] == [
        "client",
        "relative",
        "witness",
        "worker",
        "interpreter",
        "persecutor",
        "guarantor",
        "co-accused",
        "dependant",
        "lawyer",
        "third",
    ]
    assert NameKind("passport") is NameKind.PASSPORT


# What no record takes, however it came here: the refusal names the field, and what was said is not repeated.
STEPS = tuple(f"{hours}h call the lawyer" for hours in range(1, MOST_STEPS + 2))
DISPUTED = next(field for field in Event.FORM.fields if field.name == "disputed")


def question(kind: str = QuestionKind.CHOICE, **values: object) -> Question:
    return dataclasses.replace(Question("hurt", "Who hurt you?", kind, choices=("nobody", "a guard")), **values)  # type: ignore[arg-type]  # as decoded


SHARED_REFUSALS: dict[str, tuple[Callable[[], object], str]] = {
    "a title of no letters": (lambda: dataclasses.replace(CASE, title=7), "case title must be text"),  # type: ignore[arg-type]  # as decoded
    "a log of less than nothing": (lambda: LogSize(bytes(32), -1), "size of a log must be a number from 0"),
    "an endless approval": (lambda: Approving("export", bytes(32), bytes(1_025)), "an approval has at most 1024 bytes"),
    "an endless ladder": (
        lambda: CheckIn("she rings", "2026-11-30T22:00", "Amina", "Joel", ladder=STEPS), f"at most {MOST_STEPS} steps",
    ),
    "an answer of no letters": (lambda: FormAnswer("Hurt", "text", 7), "an answer must be text"),  # type: ignore[arg-type]  # as decoded
    "an endless answer": (lambda: FormAnswer("Hurt", "text", "x" * (TEXT_CHARACTERS + 1)), "an answer is longer than"),
    "version 0 of a form": (lambda: Filled("I", "Intake", version=0), "must be a number from 1 on"),
    "a version that is true": (lambda: Filled("I", "Intake", version=True), "must be a number from 1 on"),
    "endless answers": (
        lambda: Filled("I", "Intake", answers={str(n): FormAnswer("a", "text") for n in range(5 * MOST_QUESTIONS + 1)}),
        "a filled form has at most",
    ),
    "required perhaps": (lambda: question(required="perhaps"), "required must be true or false"),
    "one choice twice": (lambda: question(choices=("a guard", "a guard")), "must all be different"),
    "endless choices": (lambda: question(choices=tuple(map(str, range(MOST_CHOICES + 1)))), "must all be different"),
    "disputed perhaps": (lambda: DISPUTED.checked("perhaps"), "must be yes or no"),
    "disputed perhaps, typed": (lambda: DISPUTED.from_typed("perhaps"), "must be yes or no"),
}  # fmt: skip


@each(SHARED_REFUSALS)
def test_a_record_that_says_what_cannot_be_is_refused(make: Callable[[], object], words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        make()
    assert "perhaps" not in str(caught.value)
    assert "guard" not in str(caught.value)


def test_yes_or_no_is_taken_as_it_was_said_and_nothing_typed_is_no() -> None:
    assert [DISPUTED.from_typed(typed) for typed in ("yes", " no ", "")] == [True, False, False]
    assert [DISPUTED.checked(said) for said in (True, False)] == [True, False]


def test_a_body_whose_key_or_name_has_another_size_is_none() -> None:
    whole = Body(bytes(32), ID, bytes(32), 0)
    changes: list[dict[str, bytes | int]] = [{"digest": b""}, {"id": bytes(17)}, {"key": bytes(16)}, {"size": -1}]
    refused(MalformedError, "a part of the wrong size", lambda change: dataclasses.replace(whole, **change), changes)


@each(
    {
        "a phone picture": (b"\0\0\0\x18ftypheic", "a.jpg", "image/heic"),
        "a film": (b"\0\0\0\x18ftypisom", "a", "video/mp4"),
        "a sticker": (b"RIFF\0\0\0\0WEBPVP8 ", "a", "image/webp"),
        "a sound": (b"RIFF\0\0\0\0WAVEfmt ", "a.txt", "audio/wav"),
        "a box of something": (b"RIFF\0\0\0\0ACONanih", "a.wav", UNKNOWN),
        "words": ("Она позвонит".encode(), "a.pdf", PLAIN),
        "a Word file": (b"PK\x03\x04", "Statement.DOCX", DOCX),
        "nothing": (b"", "a.txt", UNKNOWN),
    }
)
def test_a_file_is_what_its_first_bytes_say_whatever_it_is_called(first: bytes, name: str, media: str) -> None:
    assert media_of(first, name) == media


def test_two_versions_of_a_person_joined_lose_no_warning_and_use_no_way_that_either_forbids() -> None:
    calls = SafeContact(Channel.PHONE, "+996 555 010 203", never_use=("owl@example.org",))
    warned = SafeContact(Channel.PHONE, "+996 700 111 222", never_use=("0555 010203", "his brother Timur"))
    one, other = (Person(PersonRole.CLIENT, safe_contact=contact) for contact in (calls, warned))
    joined = one.joined([other]).safe_contact
    assert joined is not None
    assert set(joined.never_use) == {"owl@example.org", "0555 010203", "his brother Timur"}
    assert joined.address == ""
    assert other.joined([one]).safe_contact == dataclasses.replace(
        warned, never_use=(*warned.never_use, "owl@example.org")
    )
    assert Person(PersonRole.CLIENT).joined([other]).safe_contact == warned


@each(
    {
        "all": (
            ["oshmar"], ["0555"], "1984", ["has 0555 too", "spelled like oshmar", "born 1984 there too"],
        ),
        "a number alone": ([], ["0555"], "", ["has 0555 too"]),
        "a birth alone": ([], [], "1984-05", ["born 1984-05 there too"]),
        "nothing": ([], [], "", []),
    }
)  # fmt: skip
def test_each_reason_why_two_may_be_one_person_is_said_and_no_other(
    names: list[str], numbers: list[str], born: str, said: list[str]
) -> None:
    assert [english(reason) for reason in why_same(names=names, numbers=numbers, born=born)] == said


def test_a_word_of_a_list_and_its_letters_are_one_and_no_other_word_is_taken() -> None:
    field = next(field for field in CheckIn.FORM.fields if field.words is not None)
    assert field.words is not None
    for word in field.words:
        assert field.checked(word) is field.checked(word.value) is word
    with pytest.raises(UsageError, match="must be one of"):
        field.checked("perhaps")


# Access, sections, deputies, orders, slips and the register: what they refuse, and that no word of them leaves.
AMINA, JOEL, SHARED_CASE = bytes(range(16)), bytes(range(16, 32)), bytes(range(32, 48))
ACCESS = Access(JOEL, GrantReason.AWAY, AMINA, 1_790_000_000_000)
SECTION = Section(SHARED_CASE, SectionKind.LOCATION, "Safe house", bytes(16))
DEPUTY = Deputy(AMINA, JOEL)
ORDER = Order(AMINA, JOEL, bytes(16), "leaves on Friday")
SLIP = Slip(1_790_000_000_000, "Ilham", "+49 30 5550 1234", "Uzbek", "calls from the station", call_back=True)
ENTRY = RegisterEntry(bytes(32), (bytes(32), bytes(range(32))), JOEL)
OWNED = Case(
    "A title",
    CaseKind.ASYLUM,
    AsylumStage.PRE_REG,
    "K7QM-3XPD",
    SHARED_CASE,
    "2026-01-02",
    owner=AMINA,
    alone_reason="asked",
)
OF_THE_ORGANISATION = (
    Organisation("Ferry Legal Desk, asked"),
    Member(MemberId(JOEL), "Ilham"),
    DeviceName(SeatId(AMINA), "Laptop at the station"),
    AttemptsKey(b"asked" + bytes(91)),
    PackageKey(b"asked" + bytes(27)),
)
SHARING_RECORDS: tuple[CaseworkRecord, ...] = (ACCESS, SECTION, DEPUTY, ORDER, SLIP, ENTRY, OWNED, *OF_THE_ORGANISATION)


def test_the_kind_words_are_stable_because_they_are_sealed_with_each_record() -> None:
    assert [one.KIND for one in (*RECORDS, *SHARING_RECORDS)] == [
        "case", "person", "note", "partner", "disclosure",
        "access", "section", "deputy", "order", "slip", "register-entry", "case",
        "organisation", "member", "device", "attempts-key", "package-key",
    ]  # fmt: skip


@each(SHARING_RECORDS)
def test_a_record_comes_back_from_its_sealed_form_and_keeps_what_it_does_not_know(record: CaseworkRecord) -> None:
    sealed = msgspec.msgpack.decode(msgspec.msgpack.encode({**to_fields(record), "weather": "grey"}))
    assert from_fields(type(record), sealed) == record
    assert to_fields(record, known=sealed)["weather"] == "grey"


@each((*RECORDS, *SHARING_RECORDS))
def test_a_record_is_frozen_and_its_repr_holds_no_content(record: CaseworkRecord) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(record, dataclasses.fields(record)[0].name, "other")
    of_casework = ("teacher", "Торгаев", "555", "example.org", "night", "Lawyer A", "appeal'", "Oshmar")
    for content in (*of_casework, "Safe house", "Friday", "Ilham", "station", "A title", "asked"):
        assert content not in repr(record)


@each([(AttemptsKey, {"kem": bytes(95)}), (PackageKey, {"seed": b""})])
def test_what_is_no_key_is_no_record_of_its_kind(kind: type[CaseworkRecord], fields: dict[str, object]) -> None:
    with pytest.raises(MalformedError, match=kind.KIND):
        from_fields(kind, fields)


def test_a_case_of_an_older_vault_has_no_owner_and_opens() -> None:
    fields = {key: part for key, part in to_fields(OWNED).items() if key not in {"owner", "deputy", "alone_reason"}}
    case = from_fields(Case, fields)
    assert (case.owner, case.deputy, case.alone_reason) == (None, None, None)


def test_a_slip_needs_no_word_at_all() -> None:
    assert Slip(0).state is SlipState.OPEN


def test_hashes_of_a_register_entry_have_no_order_and_no_doubles() -> None:
    first, second = bytes(32), bytes(range(32))
    assert RegisterEntry(first, (second, first, second), JOEL) == RegisterEntry(first, (first, second), JOEL)


SHARING_REFUSALS: list[tuple[Callable[[], object], str]] = [
    (lambda: changed(ACCESS, member=b"x"), "member of an access must be 16 bytes"),
    (lambda: changed(ACCESS, why="SecretName"), "reason of an access must be one of: owner"),
    (lambda: changed(ACCESS, given_by=b""), "giver of an access must be 16 bytes"),
    (lambda: changed(ACCESS, until=-1), "end of an access must be a moment"),
    (lambda: changed(ACCESS, until=True), "end of an access must be a moment"),
    (lambda: changed(ACCESS, until=253_402_300_800_000), "end of an access must be a moment"),
    (lambda: changed(ACCESS, until="SecretName"), "end of an access must be a moment"),
    (lambda: changed(SECTION, case=b""), "case of a section must be 16 bytes"),
    (lambda: changed(SECTION, what="SecretName"), "kind of a section must be one of: location"),
    (lambda: changed(SECTION, title=" "), "title of a section is empty"),
    (lambda: changed(SECTION, audit=b""), "audit pseudonym of a section must be 16 bytes"),
    (lambda: changed(DEPUTY, member=b""), "member with a deputy must be 16 bytes"),
    (lambda: changed(DEPUTY, deputy=b""), "deputy of a member must be 16 bytes"),
    (lambda: changed(DEPUTY, deputy=AMINA), "members cannot be their own deputies"),
    (lambda: changed(ORDER, leaver=b""), "leaver of an order must be 16 bytes"),
    (lambda: changed(ORDER, successor=b""), "successor of an order must be 16 bytes"),
    (lambda: changed(ORDER, successor=AMINA), "cases must go to another member"),
    (lambda: changed(ORDER, made_by=b""), "giver of an order must be 16 bytes"),
    (lambda: changed(ORDER, reason=""), "reason is empty"),
    (lambda: changed(SLIP, received=None), "time of a slip must be a moment"),
    (lambda: changed(SLIP, name="a\nSecretName"), "name of a slip must be one line"),
    (lambda: changed(SLIP, text=7), "text of a slip must be text"),
    (lambda: changed(SLIP, state="SecretName"), "state of a slip must be one of: open"),
    (lambda: changed(SLIP, state="closed"), "a slip that is moved or closed holds no words"),
    (lambda: changed(SLIP, case=b""), "case of a slip must be 16 bytes"),
    (lambda: changed(ENTRY, key=b"short"), "key of a register entry must be 32 bytes"),
    (lambda: changed(ENTRY, hashes=()), "a register entry has 1 to 256 hashes"),
    (lambda: changed(ENTRY, hashes=(b"short",)), "hash of a register entry must be 32 bytes"),
    (lambda: changed(ENTRY, contact=b""), "contact seat of a register entry must be 16 bytes"),
    (lambda: changed(OWNED, owner=b""), "owner of a case must be 16 bytes"),
    (lambda: changed(OWNED, deputy=b""), "deputy of a case must be 16 bytes"),
    (lambda: changed(OWNED, alone_reason=" "), "reason why a case has no deputy is empty"),
]


@each([*REFUSALS, *SHARING_REFUSALS])
def test_a_refusal_names_the_field_and_never_the_value(make: Callable[[], object], message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        make()
    assert "SecretName" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
