"""Forms that change nothing or cannot go on: nothing is written, nothing is lost, and what is wrong is said."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from tests.tables import each
from tests.tui.desk import Desk
from tests.tui.house import House
from tui.screens.cases.case import CaseScreen
from tui.screens.cases.case_records import open_form
from tui.screens.frame.record_form import RecordForm
from tui.widgets.overlays import Confirm
from vault.casework.case import Case
from vault.casework.questionnaires import Filled
from vault.casework.story import STORY
from vault.casework.story.events import Task
from vault.services.cases import cases, editing, story_records

pytestmark = pytest.mark.screen


def _versions(house: House) -> int:
    with house.open("Amina") as session:
        head = cases.open_case(session, house.case).head.record
        return len(editing.history(session, editing.Place(house.case, head, Case.KIND)))


def test_a_stage_that_is_chosen_back_has_its_day_again_and_f4_without_a_change_writes_nothing(house: House) -> None:
    before = _versions(house)
    with house.desk("Amina") as amina:
        amina.press("enter", "m")
        since = amina.value("on")
        assert since
        amina.go_to("stage")
        amina.press("right")
        assert amina.value("on") == ""
        amina.press("left")
        assert amina.value("on") == since
        amina.press("f4")
        amina.at(house.ref)
        amina.press("m")
        amina.clear("on")
        amina.press(" the day before", "f4")
        amina.at("Change case")
        amina.clear("on")
        amina.press(" 2026-10-01", "f4")
        amina.at(house.ref)
        amina.press("m")
        assert amina.value("on") == "2026-10-01"  # put right, and no second stage
        amina.press("escape")
    assert _versions(house) == before + 1


def test_a_record_is_kept_as_it_was_where_f4_changes_nothing_and_a_case_closed_with_a_task_says_so(
    house: House,
) -> None:
    with house.open("Amina") as session:
        story_records.add(session, house.case, Task(what="Call the interpreter", due="2150-12-24"))
    with house.desk("Amina") as amina:
        amina.press("enter", "d", "enter", "f4")
        amina.at("Dates and story")
        amina.press("end", "v")
        amina.sees("History")
        amina.sees_not("->")
        amina.press("escape", "escape", "m", "ctrl+w")
        amina.sees("!", "Why is this case closed?")
        amina.press("escape", "escape")
        amina.at(house.ref)


@pytest.fixture(scope="module")
def mira(house_template: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Mira's app, for whatever leaves her vault as it was."""
    with house_template.copied_to(tmp_path_factory.mktemp("mira")).desk("Mira") as desk:
        yield desk


@each(
    {
        "a count": ((":counts for",), "out", {"by": "kind"}, "f4"),
        "a full export": ((":export all",), "out", {}, "f4"),
        "a list": ((":import a list",), "file", {}, "f4"),
        "a proposal": ((":members", "p"), "file", {}, "f4"),
        "a request to join": ((":members", "a"), "request", {}, "f4"),
    }
)
def test_a_path_that_is_not_whole_is_refused_where_it_was_typed(
    way: tuple[str, ...], field: str, others: dict[str, str], key: str, mira: Desk
) -> None:
    mira.home()
    mira.press(*way)
    mira.fill(**others)
    mira.fill(**{field: "stick/file"})
    mira.press(key)
    mira.sees("!", "whole path")
    assert mira.focused() == field


def test_no_key_opens_help_or_the_commands_over_a_question(amina: Desk) -> None:
    amina.press("enter", "p", " Vera Tikhookova", "escape")
    there = list(amina.app.screen_stack)
    for key in ("f1", "f2", "f3", "f8"):
        amina.press(key)
        assert amina.app.screen_stack == there, key
    amina.press("escape")
    assert amina.value("names") == "Vera Tikhookova"


@pytest.mark.long
@each(["p", "f", "m", "t", "s n", "w g", "n", "f9"])
def test_a_form_in_which_nobody_typed_is_left_without_a_question(way: str, amina: Desk) -> None:
    amina.home()
    amina.press("enter")
    before = len(amina.app.screen_stack)
    amina.press(*way.split())
    assert len(amina.app.screen_stack) > before
    amina.press("escape")
    assert not isinstance(amina.screen, Confirm)


def test_a_record_of_any_kind_is_left_without_a_question_before_somebody_typed_and_with_one_after(
    amina: Desk, house_template: House
) -> None:
    amina.press("enter")
    where, screen = (house_template.case.hex(), house_template.ref), amina.screen
    assert isinstance(screen, CaseScreen)
    for kind in STORY.keys() - {Filled.KIND}:
        amina.call(partial(open_form, screen, where, kind, None, lambda _: None))
        assert isinstance(amina.screen, RecordForm), kind
        amina.press("escape")
        amina.at(house_template.ref)
    amina.press("t", " Call her", "escape")
    amina.sees("Leave without keeping this record?")
    amina.press("y")


def test_a_latin_letter_in_a_cyrillic_name_is_pointed_out_before_it_is_kept(amina: Desk) -> None:
    amina.press("enter", "p", " Асанов Бакиw")
    amina.sees("! “Бакиw” has Latin among its Cyrillic letters: w. A slip?")
    amina.press("backspace", "т")
    amina.sees_not("A slip?")
    amina.press("escape", "y")
