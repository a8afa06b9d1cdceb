"""Unlocking: what is asked, what is shown of it, and what is left of the passphrase."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from textual import events
from textual.pilot import Pilot
from typing_extensions import override

from tests.tui.driving import drive, painted, shown
from tests.tui.still import StillApp, StillGateway, press, settled, type_in
from tui.screens.cases.case_list import CaseList
from tui.screens.credentials.unlock import script_words
from tui.widgets.fields import PassphraseInput

pytestmark = pytest.mark.screen


# ---- unlocking -----------------------------------------------------------------------------------------------------


def test_unlocking_takes_the_passphrase_out_of_its_field_and_wipes_it() -> None:
    taken: list[bytearray] = []

    class Keeping(StillGateway):
        @override
        def unlock(self, member: str, passphrase: bytearray, waiting: Callable[[int], None] = lambda _: None) -> None:
            taken.append(passphrase)
            super().unlock(member, passphrase)

    async def steps(pilot: Pilot[None]) -> None:
        await settled(pilot)
        await type_in(pilot, "seven paper lanterns")
        field = pilot.app.screen.query_one(PassphraseInput)
        await pilot.press("ctrl+a", "ctrl+c")
        assert pilot.app.clipboard == ""
        await press(pilot, "enter")
        assert field.value == ""
        assert taken == [bytearray(20)]
        assert isinstance(pilot.app.screen, CaseList)

    drive(StillApp(Keeping()), steps)


def test_a_refused_passphrase_gets_one_sentence_and_an_empty_field() -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await settled(pilot)
        await type_in(pilot, "wrong")
        await press(pilot, "enter")
        text = " ".join(shown(pilot.app).split())
        assert (
            "! No key slot opens with this name and passphrase. Check member name, passphrase and keyboard layout,"
            " then try again." in text
        )
        assert "Lost for good? F9: recovery sheets bring you back in" in text
        assert "•" not in text
        assert pilot.app.focused is pilot.app.screen.query_one(PassphraseInput)

    drive(StillApp(), steps)


def test_who_is_asked_first_when_nobody_is_named() -> None:
    app = StillApp(member=None)

    async def steps(pilot: Pilot[None]) -> None:
        await settled(pilot)
        await type_in(pilot, "Amina")
        await press(pilot, "enter")
        await type_in(pilot, "seven paper lanterns")
        await press(pilot, "enter")
        assert ("unlock", "Amina") in app.still.done

    drive(app, steps)


def test_a_passphrase_typed_ahead_does_not_come_into_the_field_that_can_be_read() -> None:
    app = StillApp(member=None)

    async def steps(pilot: Pilot[None]) -> None:
        await settled(pilot)
        for key in ("A", "m", "i", "enter", "q", "x", "z", "enter"):
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await settled(pilot)
        assert ("unlock", "Ami") in app.still.done
        assert "qxz" not in shown(app)

    drive(app, steps)


def test_the_screen_says_that_it_works_while_the_passphrase_is_stretched() -> None:
    go_on = threading.Event()

    class Slow(StillGateway):
        @override
        def unlock(self, member: str, passphrase: bytearray, waiting: Callable[[int], None] = lambda _: None) -> None:
            go_on.wait(20)
            super().unlock(member, passphrase)

    async def steps(pilot: Pilot[None]) -> None:
        await pilot.pause()
        await pilot.press(*"seven paper lanterns", "enter")
        await pilot.pause(1.2)
        assert "Opening, 1 s so far" in shown(pilot.app)
        go_on.set()
        await settled(pilot)
        assert isinstance(pilot.app.screen, CaseList)

    drive(StillApp(Slow()), steps)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "none yet"),
        ("lantern 7", "Latin"),
        ("фонарь", "Cyrillic"),
        ("lanteрn", "mixed (Latin, Cyrillic)"),
        ("7 - 9", "none yet"),
    ],
)
def test_the_script_of_what_is_typed_is_said(typed: str, words: str) -> None:
    assert script_words(typed) == words


def test_f5_asks_for_keyfile_and_pin_and_they_reach_the_vault_once() -> None:
    came: list[tuple[str, str]] = []

    class Keeping(StillGateway):
        @override
        def unlock(self, member: str, passphrase: bytearray, waiting: Callable[[int], None] = lambda _: None) -> None:
            came.append((self.keyfile, self.pin))
            super().unlock(member, passphrase)

    gateway = Keeping()

    async def steps(pilot: Pilot[None]) -> None:
        await settled(pilot)
        assert "Keyfile" not in shown(pilot.app)
        await type_in(pilot, "seven paper lanterns")
        await press(pilot, "f5")
        assert "Keyfile: where it is, if you have one" in shown(pilot.app)
        await type_in(pilot, "/stick/holiday.bin")
        await press(pilot, "tab")
        await type_in(pilot, "246810")
        assert "246810" not in painted(pilot.app)
        await press(pilot, "enter")
        assert came == [("/stick/holiday.bin", "246810")]
        assert gateway.pin == ""
        assert isinstance(pilot.app.screen, CaseList)

    drive(StillApp(gateway), steps)


def test_f5_again_takes_back_what_was_typed_there() -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await settled(pilot)
        await press(pilot, "f5")
        await type_in(pilot, "/stick/holiday.bin")
        await press(pilot, "f5", "f5")
        assert "holiday" not in shown(pilot.app)

    drive(StillApp(), steps)


def test_f4_shows_how_long_the_passphrase_is_and_never_a_letter_of_it() -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await settled(pilot)
        await type_in(pilot, "фонарь")
        assert "Letters typed: Cyrillic\n" in shown(pilot.app).replace("  ", "").replace(" \n", "\n")
        await press(pilot, "f4")
        assert "Letters typed: Cyrillic, 6 characters" in shown(pilot.app)
        assert "фонарь" not in painted(pilot.app)

    drive(StillApp(), steps)


def test_whoever_must_wait_after_wrong_attempts_sees_the_seconds() -> None:
    go_on = threading.Event()

    class Waiting(StillGateway):
        @override
        def unlock(self, member: str, passphrase: bytearray, waiting: Callable[[int], None] = lambda _: None) -> None:
            waiting(17)
            go_on.wait(20)
            waiting(0)
            super().unlock(member, passphrase)

    async def steps(pilot: Pilot[None]) -> None:
        await pilot.pause()
        await pilot.press(*"seven paper lanterns", "enter")
        await pilot.pause(1.2)
        assert "this one waits 17 s" in shown(pilot.app)
        go_on.set()
        await settled(pilot)

    drive(StillApp(Waiting()), steps)
