"""What a version changed of a record, in words: what is different alone, people by name, and of a text what differs."""

from __future__ import annotations

from typing import Any

from tests.tables import each
from vault.casework.differences import changes

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
