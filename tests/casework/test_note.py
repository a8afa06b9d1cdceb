"""A note from what was typed, and what its head says."""

from __future__ import annotations

from dataclasses import fields

import pytest

from tests.tables import each
from vault.casework.note import Note, note_head, note_of, typed_note
from vault.casework.vocabulary import NoteKind
from vault.errors import UsageError

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
