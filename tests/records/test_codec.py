"""Casework and its sealed form: round trips, unknown fields, hostile content."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tables import each
from vault.casework.case import Case
from vault.casework.note import Note
from vault.casework.person import Person, PersonName
from vault.casework.vocabulary import NoteKind, PersonRole
from vault.errors import MalformedError, UsageError
from vault.ids import VersionId
from vault.records.versions import Content, decode_content, encode_content, from_fields, to_fields

NOTE = Note(kind=NoteKind.CONTACT, text="The hearing moved.")


def a_person() -> Person:
    names = (PersonName.written("Зарина Ташбаева"), PersonName.written("Zarina Tashbaeva"))
    return Person(role=PersonRole.CLIENT, names=names, born="1991-04", phones=("+996 555 010 203",))


def test_records_come_back_as_they_were() -> None:
    case = Case("A title", "asylum", "registered", "K7QM-3XPD", bytes(16), "2026-01-02")  # type: ignore[arg-type]  # words, as a reader gives them
    for value in (NOTE, a_person(), case):
        assert from_fields(type(value), msgspec.msgpack.decode(msgspec.msgpack.encode(to_fields(value)))) == value


def test_a_field_of_a_newer_program_survives_an_edit() -> None:
    known = {**to_fields(NOTE), "weather": {"sky": "grey"}}
    amended = Note(kind=NoteKind.SAFETY, text="The hearing moved again.")
    assert to_fields(amended, known=known) == {**to_fields(amended), "weather": {"sky": "grey"}}


def test_a_cleared_field_does_not_come_back_from_the_version_before() -> None:
    known = to_fields(a_person())
    cleared = Person(role=PersonRole.CLIENT)
    assert "born" not in to_fields(cleared, known=known)


def test_fields_that_break_a_rule_are_refused_without_naming_them() -> None:
    fields = {**to_fields(a_person()), "phones": ["secret words"]}
    with pytest.raises(MalformedError, match="does not hold that kind's fields") as refused:
        from_fields(Person, fields)
    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None


@each([{}, {"kind": "contact", "text": 5}, {"kind": "no such kind", "text": "words"}])
def test_fields_of_another_shape_are_refused(fields: dict[str, object]) -> None:
    with pytest.raises(MalformedError, match="a version of kind note does not hold that kind's fields"):
        from_fields(Note, fields)


def test_half_a_letter_is_refused_by_the_name_of_its_field() -> None:
    with pytest.raises(UsageError, match="text contains half a letter"):
        to_fields(Note(NoteKind.CONTACT, "said \ud800 twice"))


@given(
    st.dictionaries(st.text(max_size=8), st.one_of(st.text(), st.binary(), st.integers(0, 2**60), st.booleans())),
    st.lists(st.binary(min_size=32, max_size=32), max_size=3, unique=True),
)
def test_content_comes_back_as_it_was(fields: dict[str, object], parents: list[bytes]) -> None:
    content = Content("note", tuple(map(VersionId, parents)), (1_700_000_000_000, 3), fields)
    assert decode_content(encode_content(content)) == content


def _nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = [value]
    return value


GOOD: dict[Any, Any] = {"schema": 1, "kind": "note", "parents": [], "clock": [1, 0], "fields": {}}


@each(
    {
        "a member too many": ({**GOOD, "more": 1}, "other members"),
        "a member missing": ({k: v for k, v in GOOD.items() if k != "clock"}, "other members"),
        "a kind that is no word": ({**GOOD, "kind": 7}, "wrong type"),
        "a schema that is no number": ({**GOOD, "schema": "1"}, "wrong type"),
        "fields in a list": ({**GOOD, "fields": []}, "wrong type"),
        "half a clock": ({**GOOD, "clock": [1]}, "wrong type"),
        "a clock of bytes": ({**GOOD, "clock": b"\1\2"}, "wrong type"),
        "a clock whose time is no number": ({**GOOD, "clock": ["1", 2]}, "wrong type"),
        "a clock whose counter is no number": ({**GOOD, "clock": [1, "2"]}, "wrong type"),
        "a parent that is no id": ({**GOOD, "parents": [b"short"]}, "no version id"),
        "a parent that is text": ({**GOOD, "parents": ["x" * 32]}, "no version id"),
        "more than 256 parents": ({**GOOD, "parents": [i.to_bytes(32) for i in range(257)]}, "more than 256 parents"),
        "one parent twice": ({**GOOD, "parents": [bytes(32)] * 2}, "or one twice"),
        "parents in a map": ({**GOOD, "parents": {}}, "no version id"),
        "a key that is no string": ({**GOOD, "fields": {1: 2}}, "no string"),
        "nested much too deep": ({**GOOD, "fields": {"a": _nested(40)}}, "deeper than 32"),
        "nested one too deep": ({**GOOD, "fields": {"a": _nested(31)}}, "deeper than 32"),
        "an extension type": ({**GOOD, "fields": {"a": msgspec.msgpack.Ext(5, b"x")}}, "extension"),
        "no map": ([1, 2], "other members"),
    }
)
def test_malformed_content_is_refused(members: object, words: str) -> None:
    with pytest.raises(MalformedError, match=words):
        decode_content(msgspec.msgpack.encode(members))


def test_content_of_this_program_has_schema_1_and_any_plain_value() -> None:
    content = Content("note", (), (1, 0), {"a": 1.5, "b": None, "c": [True, {"d": "e"}]})
    assert msgspec.msgpack.decode(encode_content(content))["schema"] == 1
    assert decode_content(encode_content(content)) == content


def test_what_is_nested_as_deep_as_the_format_allows_is_read() -> None:
    fields = {"a": _nested(30)}
    assert decode_content(msgspec.msgpack.encode({**GOOD, "fields": fields})).fields == fields


def test_the_schema_and_both_parts_of_the_clock_are_the_writers() -> None:
    content = decode_content(msgspec.msgpack.encode({**GOOD, "schema": 2, "clock": [7, 3]}))
    assert (content.schema, content.clock) == (2, (7, 3))


@each(
    [
        b"",
        b"\xc1",
        b"\x91" * 5_000,
        b"\x81\xa1\xff\x01",
        encode_content(decode_content(msgspec.msgpack.encode(GOOD)))[:-1],
    ]
)
def test_bytes_that_are_no_content_are_refused(untrusted: bytes) -> None:
    with pytest.raises(MalformedError, match="no MessagePack"):
        decode_content(untrusted)
