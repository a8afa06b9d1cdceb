"""Two versions of a record: what differs, and that nothing but what was answered is changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.english import in_english
from vault.casework.differences import Answer, Chosen, Part, chosen_fields, compare
from vault.errors import UsageError

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
