"""What was typed is taken back by word and by pause, a paste at once, and never into a text that it does not fit."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from tests.tables import each
from tui.widgets.fields import MOST_CHARACTERS, MOST_STEPS, PAUSE_MS, Step, Steps, difference


class Field:
    """A text under a clock that a test turns."""

    def __init__(self, text: str = "") -> None:
        self.text = text
        self.now = 1_000
        self.steps = Steps(lambda: self.now)

    def becomes(self, text: str) -> None:
        self.steps.changed(self.text, text)
        self.text = text

    def type(self, letters: str) -> None:
        for letter in letters:
            self.becomes(self.text + letter)

    def go(self, step: Step | None) -> str:
        self.text = self.text if step is None else step.of(self.text)
        return self.text

    def undo(self) -> str:
        return self.go(self.steps.undo(self.text))

    def redo(self) -> str:
        return self.go(self.steps.redo(self.text))


def test_typing_is_taken_back_word_by_word_and_done_again() -> None:
    field = Field()
    field.type("They called twice")
    assert [field.undo() for _ in range(4)] == ["They called ", "They ", "", ""]
    assert [field.redo() for _ in range(4)] == ["They ", "They called ", "They called twice", "They called twice"]


def test_a_pause_a_paste_and_a_line_end_begin_a_step() -> None:
    field = Field()
    field.type("ab")
    field.now += PAUSE_MS + 1
    field.type("cd")
    field.becomes("abcd, pasted words")
    field.type("\n")
    field.type("x")
    assert [field.undo() for _ in range(5)] == ["abcd, pasted words\n", "abcd, pasted words", "abcd", "ab", ""]


def test_what_was_erased_comes_back_by_word_and_what_is_typed_then_ends_what_could_be_done_again() -> None:
    field = Field("one two")
    for text in ("one tw", "one t", "one ", "one", "on"):
        field.becomes(text)
    assert [field.undo() for _ in range(2)] == ["one ", "one two"]
    field.undo()
    field.undo()
    field.redo()
    field.type("!")
    assert field.redo() == field.text == "one !"


def test_letters_erased_before_or_behind_the_cursor_come_back_by_the_word_and_a_pause_ends_it() -> None:
    field = Field("two men asked")
    for text in ("two men aske", "two men ask", "two men as"):  # Backspace
        field.becomes(text)
    field.now += PAUSE_MS + 1
    for text in ("wo men as", "o men as", " men as", "men as"):  # Delete, over the end of a word
        field.becomes(text)
    assert [field.undo() for _ in range(3)] == [" men as", "two men as", "two men asked"]
    assert [field.redo() for _ in range(3)] == ["two men as", " men as", "men as"]


def test_only_so_many_steps_and_letters_are_kept_and_the_last_one_always() -> None:
    field = Field()
    for _ in range(MOST_STEPS + 50):
        field.now += PAUSE_MS + 1
        field.type("x")
    assert len(field.steps.kept()["done"]) == MOST_STEPS
    field.becomes("y" * (MOST_CHARACTERS + 1))
    assert len(field.steps.kept()["done"]) == 1
    assert field.undo() == "x" * (MOST_STEPS + 50)


@each(
    {
        "nothing": None,
        "a text": "done",
        "half of it": {"done": []},
        "no places": {"done": [["a", "b", "c"]], "undone": []},
        "before the text": {"done": [[-1, "", "c"]], "undone": []},
        "another text": {"done": [[0, "", "of another draft"]], "undone": [[90, "x", "y"]]},
    }
)
def test_a_history_that_is_damaged_or_of_another_text_changes_no_letter(kept: object) -> None:
    field = Field("kept")
    field.steps.restore(kept)
    assert field.undo() == field.redo() == "kept"


TEXTS = st.text(st.sampled_from("ab \nж\ud83d"), max_size=12)


@given(TEXTS, TEXTS)
def test_a_difference_leads_there_and_back(before: str, after: str) -> None:
    step = difference(before, after)
    assert step.of(before) == after
    assert step.back().of(after) == before


@given(st.lists(TEXTS, min_size=1, max_size=20), st.lists(st.booleans(), max_size=40))
def test_whatever_was_typed_is_taken_back_to_the_beginning_and_done_again_across_a_lock(
    texts: list[str], moves: list[bool]
) -> None:
    field = Field()
    for number, text in enumerate(texts):
        field.now += PAUSE_MS * (number % 3)
        field.becomes(text)
    for is_back in moves:
        field.undo() if is_back else field.redo()
    again = Field(field.text)
    again.steps.restore(json.loads(json.dumps(field.steps.kept())))
    for _ in texts:
        again.redo()
    assert again.text == texts[-1]
    for _ in range(len(texts) + 1):
        again.undo()
    assert again.text == ""
