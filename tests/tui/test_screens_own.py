"""One's own access: what is asked, what is refused, and that no secret stays on a screen that was left."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from typing_extensions import override

from tests.tui.driving import painted, shown
from tests.tui.still import StillApp, StillGateway, acts_of, go_to, press, settled, stands_on, type_in, walk, words_on
from tests.tui.stills.own import MADE, StillOwnAccess
from tests.tui.stills.recovery import ASKED, SHEETS, StillRecovery
from tui.gateway.own import Waiting
from tui.screens.own_access import OwnAccessScreen
from tui.screens.passphrase_form import PassphraseForm
from tui.screens.passphrase_paper import PassphrasePaper
from tui.screens.recovery import RecoveryScreen
from tui.screens.sheet_paper import SheetPaper
from tui.screens.sheet_typing import SheetTyping
from tui.screens.sheets_guide import SheetsGuide
from tui.values_own import Proof, RecoveryStanding
from tui.widgets.fields import SafeInput
from vault.errors import TryAgainError

pytestmark = pytest.mark.screen

RIGHT = "seven paper lanterns"


# ---- passphrase ----------------------------------------------------------------------------------------------------


def test_a_made_passphrase_is_shown_once_typed_back_and_only_then_counts() -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":your access", "p", "right")
        await go_to(pilot, "now")
        await type_in(pilot, RIGHT)
        await press(pilot, "f4")
        stands_on(app, PassphrasePaper)
        for number, word in enumerate(MADE, 1):
            assert f"{number}. {word}" in shown(app)
        await press(pilot, "f4")
        assert not any(word in painted(app) for word in MADE)
        assert "F4 compare" in words_on(pilot)
        await type_in(pilot, "amber kettle orchard")
        await press(pilot, "enter")
        assert "! That is not what was shown. Here it is once more." in words_on(pilot)
        assert "F4 it is on paper" in words_on(pilot)
        assert acts_of(app, "passphrase") == []
        await press(pilot, "f4")
        await type_in(pilot, " ".join(MADE))
        await press(pilot, "f4")
        stands_on(app, OwnAccessScreen)
        assert "The passphrase is changed. Copies of the vault from before" in words_on(pilot)
        assert not any(word in painted(app) for word in MADE)

    walk(app, steps)
    assert acts_of(app, "propose") == [("propose", "fr")]
    assert acts_of(app, "passphrase") == [("passphrase", " ".join(MADE))]


def test_a_wrong_old_passphrase_is_told_before_anything_is_written_down() -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":your access", "p", "f4")
        assert "! Type all that lets you in now." in words_on(pilot)
        await type_in(pilot, "wrong")
        await press(pilot, "f4")
        stands_on(app, PassphraseForm)
        assert "! No key slot opens with this name and passphrase." in words_on(pilot)
        assert app.focused is app.screen.query_one("#now")

    walk(app, steps)
    assert acts_of(app, "propose") == []


def test_ones_own_passphrase_is_typed_twice_and_refused_when_weak() -> None:
    class Strict(StillOwnAccess):
        @override
        def change_passphrase(self, proof: Proof, new: bytearray, waiting: Waiting) -> None:
            waiting(3)
            super().change_passphrase(proof, new, waiting)

    app = StillApp(StillGateway(Strict))

    async def fill(pilot: Pilot[None], new: str, again: str) -> None:
        for name, text in (("new", new), ("again", again), ("now", RIGHT)):
            await go_to(pilot, name)
            await type_in(pilot, text)
        await press(pilot, "f4")

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":your access", "p", "right", "right", "right", "f4")
        assert "! Type the new one." in words_on(pilot)
        await fill(pilot, "lantern", "lantexn")
        assert "! The two are not the same. Type both again." in words_on(pilot)
        assert app.screen.query_one("#new", SafeInput).value == ""
        await fill(pilot, "lantern", "lantern")
        assert "! This passphrase is too easy to guess. Type another one, or have one made for you." in words_on(pilot)
        assert app.screen.query_one("#now", SafeInput).value == RIGHT, "what lets somebody in is not typed again"
        await press(pilot, "backspace")
        await type_in(pilot, "a heron counts tin boats")
        await press(pilot, "tab")
        await type_in(pilot, "a heron counts tin boats")
        await press(pilot, "f4")
        stands_on(app, OwnAccessScreen)

    walk(app, steps)
    assert acts_of(app, "passphrase") == [("passphrase", "a heron counts tin boats")]


def test_a_change_that_fails_behind_the_paper_says_that_its_words_still_stand() -> None:
    class Full(StillOwnAccess):
        @override
        def change_passphrase(self, proof: Proof, new: bytearray, waiting: Waiting) -> None:
            if self._door.done[-1][0] != "full":
                self._door.done.append(("full",))
                raise TryAgainError("no room")
            super().change_passphrase(proof, new, waiting)

    app = StillApp(StillGateway(Full))

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":your access", "p", "tab")
        await type_in(pilot, RIGHT)
        await press(pilot, "f4", "f4")
        await type_in(pilot, " ".join(MADE))
        await press(pilot, "f4")
        assert "Nothing was changed; F4 tries the words on your paper again." in words_on(pilot)
        await type_in(pilot, RIGHT)
        await press(pilot, "f4")
        stands_on(app, OwnAccessScreen)

    walk(app, steps)
    assert len(acts_of(app, "propose")) == 1
    assert acts_of(app, "passphrase") == [("passphrase", " ".join(MADE))]


def test_leaving_the_paper_changes_nothing_and_leaves_no_word() -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":your access", "p")
        await go_to(pilot, "now")
        await type_in(pilot, RIGHT)
        await press(pilot, "f4", "escape")
        stands_on(app, PassphraseForm)
        assert "Nothing was changed." in words_on(pilot)
        assert not any(word in painted(app) for word in MADE)

    walk(app, steps)
    assert acts_of(app, "passphrase") == []


# ---- keyfile and security key --------------------------------------------------------------------------------------


def test_a_keyfile_is_added_and_then_asked_for_and_removed() -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":your access", "k")
        await press(pilot, "f4")
        assert "! Type the whole path of the new file" in words_on(pilot)
        await type_in(pilot, "/media/stick/holiday.bin")
        await press(pilot, "f4")
        assert "! Type all that lets you in now." in words_on(pilot)
        assert app.focused is app.screen.query_one("#now")
        await type_in(pilot, RIGHT)
        await press(pilot, "f4")
        assert "From now on you need /media/stick/holiday.bin too" in words_on(pilot)
        assert "keyfile needed too" in words_on(pilot)
        await press(pilot, "k")
        assert "NEED IT NO MORE keyfile" in words_on(pilot)
        await type_in(pilot, RIGHT)
        await press(pilot, "tab")
        await type_in(pilot, "/media/stick/holiday.bin")
        await press(pilot, "f4", "enter")
        assert acts_of(app, "remove") == [], "Enter, pressed without reading, means no"
        await press(pilot, "f4", "y")
        assert "The keyfile is needed no more." in words_on(pilot)

    walk(app, steps)
    assert acts_of(app, "keyfile") == [("keyfile", Path("/media/stick/holiday.bin"))]
    assert acts_of(app, "remove") == [("remove", "keyfile", "/media/stick/holiday.bin")]


@pytest.mark.parametrize("next_field", ["tab", "enter"])
def test_a_passphrase_typed_ahead_does_not_come_into_the_field_that_can_be_read(next_field: str) -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":your access", "k")
        for key in ("a", next_field, "s", "e", "v"):
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await settled(pilot)
        assert app.screen.query_one("#file", SafeInput).value == "a"
        assert app.screen.query_one("#now", SafeInput).value == "sev"

    walk(app, steps)


def test_a_security_key_is_asked_for_its_pin_which_nobody_sees() -> None:
    let_go = threading.Event()

    class Touched(StillOwnAccess):
        @override
        def add_security_key(self, proof: Proof, pin: str, waiting: Waiting) -> None:
            let_go.wait(20)
            super().add_security_key(proof, pin, waiting)

    app = StillApp(StillGateway(Touched))

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":your access", "y")
        await type_in(pilot, "246810")
        assert "246810" not in painted(app)
        await go_to(pilot, "now")
        await type_in(pilot, RIGHT)
        await pilot.press("f4")
        await pilot.pause(0.1)
        assert "Touch the security key when it blinks." in words_on(pilot)
        let_go.set()
        await settled(pilot)
        assert "security key needed too" in words_on(pilot)

    walk(app, steps)
    assert acts_of(app, "security key") == [("security key", "246810")]


# ---- sheets --------------------------------------------------------------------------------------------------------


class Due(StillRecovery):
    due = True


async def _type_words(pilot: Pilot[None], number: int, *, wrong: bool = False) -> None:
    for place in ASKED:
        await type_in(pilot, "acid" if wrong else SHEETS[number - 1].words[place - 1][:4])
        await press(pilot, "enter")


def test_the_guide_proposes_sheets_and_three_words_of_each_are_asked(tmp_path: Path) -> None:
    app = StillApp(StillGateway(Due))

    async def steps(pilot: Pilot[None]) -> None:
        stands_on(app, SheetsGuide)
        await press(pilot, "f4")
        await press(pilot, "f4")
        assert "! Type the whole path of a folder, from / or ~ on." in words_on(pilot)
        await type_in(pilot, str(tmp_path))
        await press(pilot, "f4")
        assert f"{tmp_path}/recovery-sheet-3-of-3.pdf"[-30:] in words_on(pilot).replace(" ", "")
        await press(pilot, "f4")
        assert "sheet 1 of 3, any 2 open everything" in words_on(pilot)
        await _type_words(pilot, 1)
        await _type_words(pilot, 2, wrong=True)
        assert "! Those are not the words of sheet 2. Look at the paper again." in words_on(pilot)
        assert "acid" not in words_on(pilot)
        await _type_words(pilot, 2)
        await _type_words(pilot, 3)
        stands_on(app, RecoveryScreen)
        assert "Three words of each sheet were compared." in words_on(pilot)

    walk(app, steps)
    assert acts_of(app, "write") == [("write", tmp_path, ())]
    assert app.still.done[-1] == ("forget",)


def test_the_guide_leads_to_the_drill_where_sheets_were_made_already() -> None:
    class Copied(Due):
        are_made = True

    app = StillApp(StillGateway(Copied))

    async def steps(pilot: Pilot[None]) -> None:
        assert "Recovery sheets of this vault were made here, and no drill has proven them." in words_on(pilot)
        await press(pilot, "f4")
        stands_on(app, SheetTyping)

    walk(app, steps)


def test_sheets_are_copied_by_hand_one_at_a_time_and_each_leaves_the_screen() -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":your access", "r", "s")
        await go_to(pilot, "way")
        await press(pilot, "right", "f4")
        for number in (1, 2, 3):
            stands_on(app, SheetPaper)
            assert f"CASEVAULT RECOVERY SHEET {number} of 3" in words_on(pilot)
            assert SHEETS[number - 1].rows[0].check in shown(app)
            await press(pilot, "f4")
            assert SHEETS[number - 1].rows[0].check not in painted(app)
            if number == 2:
                await _type_words(pilot, number, wrong=True)
                assert "! Those are not the words of sheet 2. Here it is once more." in words_on(pilot)
                await press(pilot, "f4")
            await _type_words(pilot, number)
        stands_on(app, RecoveryScreen)
        assert SHEETS[2].rows[0].check not in painted(app)

    walk(app, steps)
    assert app.still.done[-1] == ("forget",)


def test_leaving_the_paper_says_that_the_drill_compares_it() -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":your access", "r", "s")
        await go_to(pilot, "way")
        await press(pilot, "right", "f4", "escape")
        assert "! The paper was not compared. The drill (d) compares all of it." in words_on(pilot)
        assert SHEETS[0].rows[0].check not in painted(app)

    walk(app, steps)
    assert app.still.done[-1] == ("forget",)


async def _type_sheet(pilot: Pilot[None], number: int, slip: int = 0) -> None:
    for row in SHEETS[number - 1].rows:
        if row.number == slip:
            await type_in(pilot, "acid acne acid 000")
            await press(pilot, "enter")
            assert f"row {slip}: the words do not give the number beside them" in words_on(pilot)
        if row.number == 3:
            assert f"sheet (number {number}), row 3 of 11" in words_on(pilot)  # as the paper is headed
        await type_in(pilot, " ".join([*(word[:4] for word in row.words), row.check]))
        await press(pilot, "enter")


def test_a_drill_takes_the_sheets_row_by_row_and_a_slip_costs_one_row() -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":your access", "r", "d")
        await _type_sheet(pilot, 3, slip=4)
        assert "That sheet is whole. Now the next one." in words_on(pilot)
        assert "sheet 2 of the 2 that are needed" in words_on(pilot)
        await _type_sheet(pilot, 1)
        assert "PROVEN. The sheets open what you hold, except 1 case or section made without them." in words_on(pilot)

    walk(app, steps, size=(120, 40))
    assert acts_of(app, "drill") == [("drill", 2)]


def test_a_sheet_of_another_set_is_begun_again_at_its_first_row() -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":your access", "r", "d")
        await _type_sheet(pilot, 3)
        await _type_sheet(pilot, 3)
        assert "The second sheet (number 3) is the first sheet (number 3) once more" in words_on(pilot)
        assert "Second sheet, row 1 of 11" in words_on(pilot)

    walk(app, steps, size=(120, 40))


def test_who_manages_no_recovery_is_offered_none_of_it() -> None:
    class Theirs(StillRecovery):
        @override
        def standing(self) -> RecoveryStanding:
            return replace(super().standing(), may_manage=False, secret_is_here=False)

    app = StillApp(StillGateway(Theirs))

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":your access", "r")
        assert "F1 help f seal anew Esc back Ctrl+L lock" in words_on(pilot)
        await press(pilot, "s", "d", "n")
        stands_on(app, RecoveryScreen)

    walk(app, steps)


def test_new_sheets_are_confirmed_first_and_nothing_is_made_without() -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":your access", "r", "n", "enter")
        assert acts_of(app, "renew") == []
        await press(pilot, "n", "y")
        await go_to(pilot, "way")
        await press(pilot, "right", "f4")
        assert "CASEVAULT RECOVERY SHEET 1 of 3" in words_on(pilot)
        await press(pilot, "escape")
        assert "Burn the old sheets" in words_on(pilot)

    walk(app, steps)
    assert acts_of(app, "renew") == [("renew", "2-of-3", 0)]


def test_what_replaced_sheets_still_open_is_sealed_anew() -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":your access", "r", "f")
        assert "2 keys are new: replaced sheets do not open them. 1 key waits for somebody who may" in words_on(pilot)

    walk(app, steps, size=(120, 40))
