"""What no record takes, however it came here: the refusal names the field, and what was said is not repeated."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from tests.tables import each, refused
from vault.casework.case import AsylumStage, Case, CaseKind, LogSize
from vault.casework.checks import TEXT_CHARACTERS
from vault.casework.disclosure import Approving
from vault.casework.document import DOCX, PLAIN, UNKNOWN, Body, media_of
from vault.casework.person import Person, SafeContact, why_same
from vault.casework.questionnaires import MOST_CHOICES, MOST_QUESTIONS, Filled, FormAnswer, Question, QuestionKind
from vault.casework.story.events import Event
from vault.casework.story.protection import MOST_STEPS, CheckIn
from vault.casework.vocabulary import Channel, PersonRole
from vault.errors import MalformedError, UsageError
from vault.words.message import english

ID = bytes(16)
CASE = Case("Appeal of a teacher", CaseKind.ASYLUM, AsylumStage.APPEAL_1, "K7QM-3XPD", ID, "2026-03-01")
STEPS = tuple(f"{hours}h call the lawyer" for hours in range(1, MOST_STEPS + 2))
DISPUTED = next(field for field in Event.FORM.fields if field.name == "disputed")


def question(kind: str = QuestionKind.CHOICE, **values: object) -> Question:
    return dataclasses.replace(Question("hurt", "Who hurt you?", kind, choices=("nobody", "a guard")), **values)  # type: ignore[arg-type]  # as decoded


REFUSALS: dict[str, tuple[Callable[[], object], str]] = {
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


@each(REFUSALS)
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
    refused(
        MalformedError,
        "a part of the wrong size",
        lambda change: dataclasses.replace(whole, **change),
        changes,
    )


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
