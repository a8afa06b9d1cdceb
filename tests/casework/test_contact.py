"""Which numbers are one line, and which ways of reaching somebody are on a never-use list."""

from __future__ import annotations

import datetime
from dataclasses import fields
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.english import in_english
from tests.tables import each
from vault.casework.contact import NeverUse, is_never_used, is_same_number, key_of, keys_asked, never_used_in
from vault.casework.differences import Answer, Chosen, Part, changes, chosen_fields, compare
from vault.casework.intake import Slip, said_by
from vault.casework.note import Note, contact_day, days_since, last_contact, note_head, note_of, silence, typed_note
from vault.casework.partner import KeyVersion, is_confirmed
from vault.casework.script import Script, script_of, strays
from vault.casework.story.events import Task
from vault.casework.story.protection import CheckIn, Every
from vault.casework.vocabulary import NoteKind, PersonRole
from vault.errors import UsageError

LIST = ("+996 555 010 203", "owl@example.org", "102", "his brother Timur")


@each([
    ("0555010203", True),
    ("(996) 555-01-02-03", True),
    ("٥٥٥ ٠١٠ ٢٠٣", True),
    ("010203", True),
    ("+996 555 010 204", False),
    ("102", True),
    ("+996 700 000 102", False),
    ("OWL@Example.org", True),
    ("owl203@example.org", False),
    ("his  brother timur", True),
    ("his sister", False),
    ("", False),
])  # fmt: skip
def test_a_way_is_on_the_list_by_its_digits_or_its_letters(way: str, is_on_it: bool) -> None:
    assert is_never_used(way, LIST) is is_on_it


@given(st.text("0123456789", min_size=7, max_size=12), st.sampled_from(["", "0", "+996", "8"]), st.sampled_from(" -("))
def test_spacing_and_what_stands_before_a_number_make_it_no_other_one(number: str, trunk: str, gap: str) -> None:
    assert is_same_number(trunk + gap.join(number), number)


def test_what_is_no_text_is_on_no_list() -> None:
    said: list[object] = [102, None, b"102", (102,)]
    assert [way for way in said if way in NeverUse(LIST)] == []


def test_a_text_says_what_of_the_list_stands_in_it_as_it_is_written() -> None:
    text = "Call 0555 010-203, not 0700 111 222; on 2026-11-28 write to owl@example.org."
    assert never_used_in(text, LIST) == ("0555 010-203", "owl@example.org")
    assert never_used_in(text, ()) == ()


_NUMBERS = st.text("0123", max_size=9)


@given(_NUMBERS, st.lists(_NUMBERS, max_size=4))
def test_a_list_says_of_a_number_what_its_lines_say_one_by_one(number: str, lines: list[str]) -> None:
    assert (number in NeverUse(lines)) is any(number == line or is_same_number(number, line) for line in lines)


@given(_NUMBERS, _NUMBERS.filter(bool))
def test_every_line_that_is_one_with_a_number_is_found_by_its_key(number: str, line: str) -> None:
    keys, ending = keys_asked(number)
    if is_never_used(number, [line]):
        assert key_of(line) in keys or (ending and key_of(line).endswith(ending))


# For how long a case had no contact: from its notes alone.
WRITTEN = 1_795_615_320_000  # 2026-11-25


@each([
    (NoteKind.CONTACT, None, "2026-11-25"),
    (NoteKind.CONTACT, "2026-11-20T14:02", "2026-11-20"),
    (NoteKind.CONTACT, "2026-11", "2026-11-01"),
    (NoteKind.CONTACT, "2026~", "2026-01-01"),
    (NoteKind.INTERVIEW, "2026-11-20", None),
])  # fmt: skip
def test_the_day_of_a_contact_is_when_it_was_or_when_it_was_written(
    kind: NoteKind, occurred: str | None, day: str | None
) -> None:
    assert contact_day(Note(kind, "A call.", occurred=occurred), WRITTEN) == day


DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@given(st.lists(DAYS, max_size=5), DAYS)
def test_the_last_contact_counts_and_a_day_to_come_is_no_silence(days: list[date], today: date) -> None:
    last = last_contact((Note(NoteKind.CONTACT, "A call.", occurred=day.isoformat()), 0) for day in days)
    assert last == (max(days).isoformat() if days else None)
    if last is not None:
        assert days_since(last, today.isoformat()) == max(today - max(days), timedelta()).days


def test_silence_is_said_in_words() -> None:
    said = in_english(silence(last, "2026-11-25") for last in (None, "2026-11-25", "2026-11-24", "2026-11-01"))
    assert said == (
        "no contact is noted", "last contact today", "no contact for 1 day", "no contact for 24 days",
    )  # fmt: skip


# A check-in: when the next one is, and what of its ladder comes when.
MOMENTS = st.datetimes(datetime.datetime(2000, 1, 1), datetime.datetime(2140, 1, 1)).map(
    lambda moment: moment.replace(second=0, microsecond=0)
)


@given(MOMENTS, MOMENTS, st.sampled_from(Every))
def test_the_next_one_is_at_the_same_time_of_the_series_and_never_past(
    at: datetime.datetime, now: datetime.datetime, every: Every
) -> None:
    record = CheckIn("she rings", at.isoformat(timespec="minutes"), "Amina", "Joel", every=every)
    found = datetime.datetime.fromisoformat(record.next_at(now) or "")
    first = datetime.datetime.fromisoformat(record.next_at(at - datetime.timedelta(days=1)) or "")
    apart = first - at
    assert (found - at) % apart == datetime.timedelta()
    assert found > max(at, now)
    assert found - apart <= max(at, now)


def test_the_steps_of_a_ladder_come_by_their_time_however_they_are_written() -> None:
    ladder = ("1d: the prosecutor", "30m, ring the sister", "2 h the lawyer")
    record = CheckIn("she rings", "2026-11-30T22:00", "Amina", "Joel", ladder=ladder)
    assert [step.what for step in record.steps()] == ["ring the sister", "the lawyer", "the prosecutor"]
    assert record.later() == ("2026-11-30T22:30", "2026-12-01T00:00", "2026-12-01T22:00")
    assert record.next_at(datetime.datetime(2026, 12, 1)) is None


@each(
    [
        ("Elmar Torgaev", Script.LATIN),
        ("Элмар Торгаев", Script.CYRILLIC),
        ("Өмүрбек", Script.CYRILLIC),
        ("رستم ولي", Script.ARABIC),
        ("ﻢﺘﺳﺭ", Script.ARABIC),
        ("Ｅｌｍａｒ", Script.LATIN),
        ("Élodie", Script.LATIN),
        ("12.03.1984", Script.COMMON),
        ("", Script.COMMON),
        ("Ελμαρ", Script.COMMON),
        ("Элмар aka E", Script.CYRILLIC),
    ]
)
def test_the_script_is_that_of_most_letters(text: str, script: Script) -> None:
    assert script_of(text) is script


@each(
    [
        ("Асанов Бакиw", "“Бакиw” has Latin among its Cyrillic letters: w. A slip?"),
        ("Аcaнoв", "“Аcaнoв” has Latin among its Cyrillic letters: c, a, o. A slip?"),
        ("Elmar Tоrgaev", "“Tоrgaev” has Cyrillic among its Latin letters: о. A slip?"),
        ("Вьюжанин Arseni", None),
        ("Иванов-Smith", None),
        ("Өмүрбек Жаңыл", None),
        ("Ahmad Haile317", None),
        ("17.5.1984", "“17.5.1984” is no name but a date or a number. A slip?"),
        ("+996 555 010 203", "“+996 555 010 203” is no name but a date or a number. A slip?"),
        ("Şeyma Işık", None),
        ("Зо\u0438\u0306", None),
    ]
)
def test_a_letter_of_another_script_in_a_word_is_pointed_out(name: str, said: str | None) -> None:
    assert [str(words) for words in strays([name]).values()] == ([] if said is None else [said])


# Whose word makes the key of a recipient good: never of who brought it in, never across a change.
EVE, BOB, ROOT = b"eve", b"bob", b"root"


def version(key: str, member: bytes | None, *parents: bytes, says: bool = False) -> KeyVersion:
    return KeyVersion(key, frozenset(parents), member, confirms=says, by_admin=member == ROOT)


OLD = {b"1": version("K", EVE), b"2": version("K", BOB, b"1", says=True)}
ROWS = {
    "nobody said so": ({b"1": version("K", EVE)}, b"1", False),
    "who brought it in said so": ({b"1": version("K", EVE, says=True)}, b"1", False),
    "who brought it in said so later": (
        {b"1": version("K", EVE), b"2": version("K", EVE, b"1", says=True)}, b"2", False),
    "an admin brought it in and said so": ({b"1": version("K", ROOT, says=True)}, b"1", True),
    "an admin brought it in and said nothing": ({b"1": version("K", ROOT)}, b"1", False),
    "another said so": (OLD, b"2", True),
    "another whom nobody knows said so": (
        {b"1": version("K", EVE), b"2": version("K", None, b"1", says=True)}, b"2", False),
    "the phone was changed since": ({**OLD, b"3": version("K", EVE, b"2")}, b"3", True),
    "another key since": ({**OLD, b"3": version("E", EVE, b"2", says=True)}, b"3", False),
    "another key, and an innocent change after it": (
        {**OLD, b"3": version("E", EVE, b"2"), b"4": version("E", BOB, b"3")}, b"4", False),
    "another key, confirmed by another": (
        {**OLD, b"3": version("E", EVE, b"2"), b"4": version("E", BOB, b"3", says=True)}, b"4", True),
    "the key before, brought back": (
        {**OLD, b"3": version("N", BOB, b"2"), b"4": version("K", EVE, b"3")}, b"4", False),
    "the key before, brought back as if it had never gone": (
        {**OLD, b"3": version("N", BOB, b"2"), b"4": version("K", EVE, b"3", b"2")}, b"4", False),
    "another key beside it": ({**OLD, b"3": version("E", EVE, b"1")}, b"2", False),
    "what was before is not here": ({b"2": version("K", BOB, b"1", says=True)}, b"2", False),
    "what it names as before is not here, another said so later": (
        {b"2": version("K", EVE, b"1"), b"3": version("K", BOB, b"2", says=True)}, b"3", True),
    "brought in twice, once by who says so": (
        {b"1": version("K", EVE), b"2": version("K", BOB), b"3": version("K", BOB, b"1", b"2", says=True)},
        b"3", False),
    "said so of one of two that were joined later": (
        {b"1": version("K", EVE), b"2": version("K", BOB, b"1", says=True), b"3": version("K", EVE),
         b"4": version("K", EVE, b"2", b"3")}, b"4", False),
    "a version that is not there": (OLD, b"9", False),
}  # fmt: skip


@each(ROWS)
def test_a_key_is_confirmed_by_another_than_who_brought_it_in_or_by_an_admin(
    versions: dict[bytes, KeyVersion], head: bytes, counts: bool
) -> None:
    assert is_confirmed(versions, head) is counts


# Two versions of a record: what differs, and that nothing but what was answered is changed.
OURS = {
    "kind": "contact",
    "text": "Hearing at nine.\nInterpreter is booked.\nThe wife comes.\nNext call.",
    "names": [{"text": "A"}, {"text": "B"}],
    "born": "1984",
    "safe_contact": {"channel": "phone", "hours": "after six"},
}
THEIRS = {
    "kind": "contact",
    "text": "Hearing at nine.\nInterpreter is NOT booked.\nNext call.",
    "names": [{"text": "A"}, {"text": "C"}],
    "born": "1985",
    "safe_contact": {"channel": "phone"},
}


def test_each_difference_is_answered_on_its_own() -> None:
    pieces = compare(OURS, THEIRS)
    differs = [(place, piece.name, piece.left, piece.right) for place, piece in enumerate(pieces) if piece.is_open]
    assert [found[1:] for found in differs] == [
        ("text", ("Interpreter is booked.",), ("Interpreter is NOT booked.",)),
        ("text", ("The wife comes.",), ()),
        ("names", ({"text": "A"}, {"text": "B"}), ({"text": "A"}, {"text": "C"})),
        ("born", ("1984",), ("1985",)),
        ("safe_contact.hours", ("after six",), ()),
    ]
    chosen = (
        Chosen(Answer.BOTH), Chosen(Answer.RIGHT), Chosen(Answer.BOTH), Chosen(Answer.WRITTEN, "~1984"),
        Chosen(Answer.LEFT),
    )  # fmt: skip
    answers = {found[0]: answer for found, answer in zip(differs, chosen, strict=True)}
    assert chosen_fields(pieces, answers, ("Amina", "Joel")) == {
        "kind": "contact",
        "text": "Hearing at nine.\nAmina: Interpreter is booked.\nJoel: Interpreter is NOT booked.\nNext call.",
        "names": [{"text": "A"}, {"text": "B"}, {"text": "C"}],
        "born": "~1984",
        "safe_contact": {"channel": "phone", "hours": "after six"},
    }
    place = next(found[0] for found in differs if found[1] == "born")
    for wrong, said in (
        ({}, "a difference is not answered yet"),
        (answers | {place: Chosen(Answer.BOTH)}, "only one value is possible here"),
    ):
        with pytest.raises(UsageError) as refused:
            chosen_fields(pieces, wrong)
        assert in_english([refused.value.message]) == (said,)


_LINE = st.sampled_from(["", "one", "two", "three"])
_FIELDS = st.fixed_dictionaries(
    {"text": st.lists(_LINE, min_size=1, max_size=6).map("\n".join)},
    optional={
        "born": st.sampled_from(["1984", "1985"]),
        "phones": st.lists(_LINE, max_size=3),
        "safe_contact": st.fixed_dictionaries({"hours": _LINE, "never_use": st.lists(_LINE, max_size=2)}),
    },
)


@given(_FIELDS, _FIELDS)
def test_one_side_for_all_gives_that_version_again(left: dict[str, object], right: dict[str, object]) -> None:
    pieces = compare(left, right)
    for answer, whole in ((Answer.LEFT, left), (Answer.RIGHT, right)):
        every = {place: Chosen(answer) for place in range(len(pieces))}
        made = chosen_fields(pieces, every)
        assert {name: value for name, value in _full(made).items() if value != []} == {
            name: value for name, value in _full(whole).items() if value != []
        }
    assert all(piece.part in Part for piece in pieces)


def _full(fields: dict[str, object]) -> dict[str, object]:
    """Return the fields flat; an empty map says nothing."""
    flat: dict[str, object] = {}
    for name, value in fields.items():
        flat |= {f"{name}.{part}": inner for part, inner in value.items()} if isinstance(value, dict) else {name: value}
    return flat


# What a version changed of a record, in words: what is different alone, people by name, and of a text what differs.
ANNA = b"\x0a" * 16
TEXT = "She was called to the office of the prosecutor on {} March, with two guards, and came back in the evening."


@each(
    {
        "what stays": ({"title": "Arrest"}, {"title": "Arrest"}, []),
        "what was never filled in": ({}, {"text": None, "ill_treatment": False, "names": []}, []),
        "a new field": ({}, {"title": "Arrest"}, ["title: Arrest"]),
        "another value": ({"stage": "flagged"}, {"stage": "arrested"}, ["stage: flagged -> arrested"]),
        "a field that was emptied": ({"place": "Osh"}, {"place": None}, ["place: Osh -> nothing"]),
        "yes and no": ({"exposed": True}, {"exposed": False}, ["exposed: yes -> no"]),
        "a first yes": ({"exposed": False}, {"exposed": True}, ["exposed: yes"]),
        "a person": ({"owner": None}, {"owner": ANNA}, ["owner: Anna"]),
        "a person in a form": ({}, {"who is it": ANNA.hex()}, ["who is it: Anna"]),
        "somebody without a name here": ({"owner": b"\x0b" * 16}, {"owner": ANNA}, ["owner: 0b0b0b0b -> Anna"]),
        "random ids and keys": ({"audit": b"a", "who": b"w"}, {"audit": b"b", "body": {"key": b"k"}}, []),
        "who is called at a check-in": ({"who": "Ilham"}, {"who": "Sana"}, ["who: Ilham -> Sana"]),
        "names without their script": (
            {},
            {"names": [{"text": "Ильхам", "script": "Cyrl", "kind": "legal"}]},
            ["names: Ильхам, legal"],
        ),
        "a word of a long text": (
            {"text": TEXT.format(3)},
            {"text": TEXT.format(4)},
            ["text: … the prosecutor on 3 March, with two … -> … the prosecutor on 4 March, with two …"],
        ),
        "the end of a long text": (
            {"text": TEXT.format(3)},
            {"text": TEXT.format(3) + " Nothing else."},
            ["text: … in the evening. -> … in the evening. Nothing else."],
        ),
    }
)
def test_a_change_says_what_is_different_alone(before: dict[str, Any], after: dict[str, Any], said: list[str]) -> None:
    assert [f"{change.name}: {change.said}" for change in changes(before, after, {ANNA: "Anna"})] == said


# A note from what was typed, and what its head says.
ID = bytes(range(16))
WHOLE = Note(NoteKind.MEDICAL, "He limps.", "2026-11-24T14:02", ID)


def test_what_was_typed_becomes_the_note_and_what_is_blank_is_left_out() -> None:
    typed = {"kind": "medical", "occurred": " 24.11.2026 ", "text": "He limps."}
    assert note_of(typed) == Note(NoteKind.MEDICAL, "He limps.", "2026-11-24")
    assert note_of({"kind": "", "occurred": " ", "text": "x", "cursor": "7"}) == Note(NoteKind.CONTACT, "x")


def test_every_field_is_typed_and_comes_back_as_it_was() -> None:
    assert set(typed_note({})) == {field.name for field in fields(Note)}
    assert note_of(WHOLE.typed()) == WHOLE


@each(
    {
        "kind": ({"kind": "gossip", "text": "SecretName"}, "kind must be one of"),
        "date": ({"occurred": "SecretName", "text": "x"}, "occurred must be written"),
        "text": ({"text": " "}, "text is empty"),
    }
)
def test_a_wrong_field_is_named_and_its_value_is_not(typed: dict[str, str], problem: str) -> None:
    with pytest.raises(UsageError, match=problem) as refused:
        note_of(typed)
    assert "SecretName" not in str(refused.value)


def test_a_head_says_every_field_that_is_filled_in_and_nothing_else() -> None:
    assert [str(words) for words in note_head(WHOLE)] == ["medical", "of 2026-11-24 14:02", "corrects 00010203"]
    assert [str(words) for words in note_head(Note(NoteKind.CONTACT, "x"))] == ["contact"]
    kind, earlier = note_head(Note(NoteKind.LEGAL_ADVICE, "x", amends=b"x" * 16), earlier="that one")
    assert (str(kind), str(earlier)) == ("legal advice", "corrects that one")


# What a call slip says becomes records of a case, its promise with a date.
RECEIVED = int(datetime.datetime(2026, 11, 28, 7).astimezone().timestamp() * 1000)


@each(
    {
        "a word and a time": ("tomorrow 10:00", "2026-11-29T10:00"),
        "a date": ("29.11.2026 10:00", "2026-11-29T10:00"),
        "a time of that day": ("17:00", "2026-11-28T17:00"),
        "no date": ("when she can", None),
        "nothing": ("", None),
    }
)
def test_a_promise_to_call_back_is_due_when_it_was_said(when: str, due: str | None) -> None:
    slip = Slip(received=RECEIVED, name="Noor", call_back=True, when=when)
    (task,) = [record for record in said_by(slip, PersonRole.CLIENT) if isinstance(record, Task)]
    assert task.due == due
    assert when in task.what
