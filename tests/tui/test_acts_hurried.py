"""An act of the app is done once it was shown, whole, and as it was agreed: also for who types ahead, or leaves."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.tui.desk import Desk
from tests.tui.driving import shown
from tests.tui.house import House
from tests.tui.still import press, settled, type_in
from tui.gateway.acts_and_packages import Acting
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.services.cases import case_people, cases, notes

pytestmark = pytest.mark.screen


@contextmanager
def held_up(monkeypatch: pytest.MonkeyPatch, name: str) -> Iterator[Callable[[], None]]:
    """Let a step of the gateway wait, as on a slow disk; give what lets it go on."""
    real: Callable[..., Any] = getattr(Acting, name)
    gate = threading.Event()

    def slow(*args: Any, **named: Any) -> Any:
        gate.wait(20)
        return real(*args, **named)

    monkeypatch.setattr(Acting, name, slow)
    yield gate.set
    gate.set()


def keys(desk: Desk, *typed: str) -> None:
    """Press keys while a worker waits: nothing comes to rest meanwhile."""

    async def go() -> None:
        for key in typed:
            await desk.pilot.press(key)
            await asyncio.sleep(0.1)

    desk._run(go())


def text(desk: Desk) -> str:
    return " ".join(shown(desk.app).split())


def test_what_is_not_read_yet_is_not_erased(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with house.open("Amina") as amina:
        made = cases.create(amina, title="Haile317 asylum", kind="asylum")
        case_people.add(amina, made.case, role="client", names=["Ahmad Haile317"])
    with house.desk("Amina") as desk, held_up(monkeypatch, "shown") as let_go:
        desk.press("slash", " Haile317", "enter", "enter", "2")

        async def open_form() -> None:
            await press(desk.pilot, "f2")
            await type_in(desk.pilot, "erase for good")
            await desk.pilot.press("enter")
            await asyncio.sleep(0.2)

        desk._run(open_form())
        keys(desk, "f4")
        assert "What would be done is still being read." in text(desk)
        let_go()
        desk._run(settled(desk.pilot))
        desk.sees("This is erased for good", f"New title of {made.ref}")
    with house.open("Amina") as amina:
        assert list(case_people.names_in(amina, made.case).values()) == ["Ahmad Haile317"]


def test_a_form_is_not_left_while_its_act_works_and_its_letter_comes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with house.open("Amina") as amina:
        notes.add(amina, house.case, Note(NoteKind.CONTACT, "by mistake"))
    with house.desk("Amina") as desk:
        desk.press("enter", "end", ":erase for good", "f4")
        desk.sees("for good?")
        with held_up(monkeypatch, "carry_out") as let_go:
            keys(desk, "y", "escape", "f4", "escape")
            assert "Erasing" in text(desk)
            let_go()
            desk._run(settled(desk.pilot))
        desk.sees("The letter about it")


def test_another_act_throws_away_nothing_that_was_typed(house: House) -> None:
    with house.desk("Amina") as desk:
        desk.press("enter", "m", " of a teacher", "ctrl+w")
        desk.sees("Keep what you typed first (F4), or leave it (Esc).", "of a teacher")
        desk.press("f4", "m", "ctrl+w")
        desk.sees("Why is this case closed?")
