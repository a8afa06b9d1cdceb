"""Choosing a file by looking: what is listed, what is not, and what comes of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.tui.driving import shown
from tests.tui.still import StillApp, go_to, press, type_in, walk
from tui.screens.frame.browse import PlaceInput, entries_of, start_of
from tui.screens.members.admit import AdmitScreen
from tui.screens.members.invite import InviteForm


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


@pytest.mark.parametrize(
    ("typed", "start"),
    [("", "HOME"), ("stick", "HOME"), ("{}", "{}"), ("{}/invitation", "{}"), ("{}/no/such", "HOME")],
)
def test_looking_begins_where_something_was_typed(
    typed: str, start: str, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(stick.parent))
    expected = stick.parent if start == "HOME" else stick
    assert start_of(typed.format(stick)) == expected


@pytest.mark.screen
def test_a_request_is_chosen_by_looking(stick: Path) -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":members", "a")
        await type_in(pilot, f"{stick}/")
        await press(pilot, "down")
        while "> from Dana/" not in " ".join(shown(app).split()):
            await press(pilot, "down")
        await press(pilot, "enter", "end", "enter")
        assert isinstance(app.screen, AdmitScreen)
        assert app.screen.query_one("#request", PlaceInput).value == str(stick / "from Dana" / "request")
        await press(pilot, "f4")

    walk(app, steps)
    assert ("look", stick / "from Dana" / "request") in app.still.done


@pytest.mark.screen
def test_a_new_file_is_placed_by_looking_and_never_over_one_that_is_there(stick: Path) -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":members", "i", "tab", "tab")
        await type_in(pilot, f"{stick}/")
        await press(pilot, "down", "end", "enter")
        assert "This file is there already. F4 makes a new one." in shown(app)
        await press(pilot, "backspace", "f4")
        assert isinstance(app.screen, InviteForm)
        assert app.screen.query_one("#out", PlaceInput).value == str(stick.parent / "invitation")
        await press(pilot, "down", "escape")
        assert app.screen.query_one("#out", PlaceInput).value == str(stick.parent / "invitation")

    walk(app, steps)


@pytest.mark.screen
@pytest.mark.parametrize(
    ("keys", "field"),
    [
        pytest.param((":backup",), "destination", id="backup"),
        pytest.param(("enter", "e"), "out", id="export"),
        pytest.param((":your access", "r", "s"), "out", id="sheets"),
    ],
)
def test_a_folder_is_chosen_by_looking_and_no_file_in_its_place(keys: tuple[str, ...], field: str, stick: Path) -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, *keys)
        await type_in(pilot, f"{stick}/")
        await press(pilot, "down")
        assert "F4 this folder" in shown(app)
        await press(pilot, "end", "enter")
        assert "F4 takes this folder." in shown(app)
        await press(pilot, "f4")
        assert app.screen.query_one(f"#{field}", PlaceInput).value == str(stick)

    walk(app, steps)


@pytest.mark.screen
@pytest.mark.parametrize("key", [":approve", ":exchange"])
def test_what_another_member_sent_is_chosen_by_looking(key: str, stick: Path) -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, key)
        await go_to(pilot, "file")
        await type_in(pilot, f"{stick}/")
        await press(pilot, "down")
        while "> invitation" not in " ".join(shown(app).split()):
            await press(pilot, "down")
        await press(pilot, "enter")
        assert app.screen.query_one("#file", PlaceInput).value == str(stick / "invitation")

    walk(app, steps)
