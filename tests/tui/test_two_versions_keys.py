"""Two versions of a record, key by key: what cannot be answered is said, and answers are left only after a yes."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.tui.desk import Desk
from tui.screens.cases.versions_screen import TwoVersions
from tui.values.cases_shown import SideShown, VersionsShown
from tui.widgets.fields import SafeInput
from vault.casework.differences import Piece, compare

pytestmark = pytest.mark.screen

NOW = 1_795_000_000_000
LEFT = SideShown("11" * 16, NOW, "Amina Ruskova", "", is_here=True)
RIGHT = SideShown("22" * 16, NOW, "Joel Brandvik", "the laptop", is_here=False)
PERSON: Mapping[str, object] = {"born": "1983", "phones": ["030 1"], "key": b"\x11" * 16}


def _pieces(left: Mapping[str, object], right: Mapping[str, object]) -> tuple[Piece, ...]:
    return tuple(compare(left, right))


def _show(desk: Desk, *pieces: Piece) -> list[object]:
    """Lay these two versions over the screen; return what they end with."""
    ended: list[object] = []
    screen = TwoVersions("TJFQ-CN2G", VersionsShown("33" * 16, "44" * 16, "person", LEFT, RIGHT, pieces))
    desk.call(lambda: desk.app.push_screen(screen, ended.append))
    desk.at("Two versions")
    return ended


def _line(desk: Desk) -> str:
    return desk.screen.query_one(SafeInput).value


def test_what_differs_in_no_word_offers_no_answer_and_is_left_for_later(amina: Desk) -> None:
    ended = _show(amina, *_pieces(PERSON, {**PERSON, "key": b"\x22" * 16}))
    amina.sees("nothing differs", "born: 1983")
    amina.sees_not("key", "take")
    for key in ("1", "2", "b", "e", "left", "right"):
        amina.press(key)
        amina.sees("nothing differs")
    amina.press("escape")
    assert ended == [""]


def test_a_list_is_taken_whole_or_both_and_a_value_is_written_from_what_was_written_before(amina: Desk) -> None:
    _show(amina, *_pieces(PERSON, {**PERSON, "born": "1985", "phones": ["030 2"]}))
    amina.press("e")
    amina.sees("What is right for born?")
    assert _line(amina) == "1983"
    amina.press("end", "ctrl+u", " 1984", "enter")
    amina.sees("difference 2 of 2")
    amina.press("e")
    amina.sees("! Take one, or both.")
    amina.press("left", "e")
    assert _line(amina) == "1984"
    amina.press("escape")


def test_answers_that_were_given_are_left_after_a_yes_alone(amina: Desk) -> None:
    ended = _show(amina, *_pieces(PERSON, {**PERSON, "born": "1985"}))
    amina.press("1", "escape")
    amina.sees("Leave the two versions for later?", "Then your answers here are gone; both versions stay.")
    amina.press("escape")
    amina.sees("√ chosen")
    assert ended == []
    amina.press("escape", "y")
    assert ended == [""]


def test_a_value_that_only_one_side_has_begins_with_it(amina: Desk) -> None:
    _show(amina, *_pieces({"born": "1983"}, {"born": "1983", "sex": "f"}))
    amina.press("e")
    assert _line(amina) == "f"
    amina.press("escape", "escape")
