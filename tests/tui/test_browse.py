"""Choosing a file by looking: what is listed, what is not, and what comes of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.tui.desk import Desk
from tui.screens.frame.form_screen import entries_of, start_of


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    (folder / "from Dana").mkdir(parents=True)
    (folder / "from Dana" / "request").touch()
    for name in ("invitation", "Ärger", ".hidden", "evil\x1b[31m", "turned\u202eround"):
        (folder / name).touch()
    return folder


def test_folders_come_first_and_what_cannot_be_printed_as_it_is_is_left_out(stick: Path) -> None:
    found = entries_of(stick)
    assert found is not None
    assert [entry.label for entry in found if entry.path.parent == stick] == ["from Dana/", "invitation", "Ärger"]
    assert next(entry for entry in found if entry.label == "..").path == stick.parent


def test_a_folder_that_is_not_there_lists_nothing(tmp_path: Path) -> None:
    assert entries_of(tmp_path / "gone") is None


def test_names_that_are_no_text_are_left_out(stick: Path) -> None:
    Path(os.fsdecode(os.fsencode(stick) + b"/\xff\xfe")).touch()
    assert [entry.label for entry in entries_of(stick) or []].count("invitation") == 1
    assert not any("\udcff" in entry.label for entry in entries_of(stick) or [])


def test_looking_begins_where_something_was_typed(stick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(stick.parent))
    begins = {
        "": stick.parent,
        "stick": stick.parent,
        f"{stick}": stick,
        f"{stick}/invitation": stick,
        f"{stick}/no/such": stick.parent,
    }
    assert {typed: start_of(typed) for typed in begins} == begins


@pytest.mark.screen
def test_what_another_member_sent_is_chosen_by_looking(amina: Desk, stick: Path) -> None:
    amina.press(":devices", "escape", ":exchange")
    amina.go_to("file")
    amina.press(f" {stick}/", "down")
    amina.until("> from Dana/", "down")
    amina.press("enter", "end", "enter")
    assert amina.value("file") == str(stick / "from Dana" / "request")


@pytest.mark.screen
def test_a_new_file_is_placed_by_looking_and_never_over_one_that_is_there(amina: Desk, stick: Path) -> None:
    amina.press(":exchange", "left", "tab", "tab", f" {stick}/", "down", "end", "enter")
    amina.sees("This file is there already. F4 makes a new one.")
    amina.press("backspace", "f4")
    amina.at("EXCHANGE")
    assert amina.value("file") == str(stick.parent / "bundle")
    amina.press("down", "escape")
    assert amina.value("file") == str(stick.parent / "bundle")


@pytest.mark.screen
def test_a_folder_is_chosen_by_looking_and_no_file_in_its_place(amina: Desk, stick: Path) -> None:
    for keys, field in (((":backup",), "folder"), (("enter", "e"), "out")):
        amina.home()
        amina.press(*keys)
        amina.go_to(field)
        amina.press(f" {stick}/", "down")
        amina.sees("F4 this folder")
        amina.press("end", "enter")
        amina.sees("F4 takes this folder.")
        amina.press("f4")
        assert amina.value(field) == str(stick), field
