"""The screen of the second person at this keyboard: read whole, then yes with the words to compare, or no and why."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec
import pytest
from textual.pilot import Pilot

from tests.services.approvals.keyboard import WANTED, Keyboard, keyboard, keyboard_template
from tests.services.colleague import NAME, PASSPHRASE
from tests.services.conftest import founded_template
from tests.tui.driving import drive, shown
from tests.tui.still import press, read_on, type_in
from tests.tui.still_answers import BESIDE, KEY_WORDS
from tui.shell.second import SecondApp, answer_of
from vault.errors import RefusedError
from vault.log.approval import Approval
from vault.platform import NobodyTypedError
from vault.services.approvals.pipe_process import PipeQuestion
from vault.services.approvals.question import ApprovalQuestion
from vault.services.approvals.side_by_side import Beside

__all__ = ["founded_template", "keyboard", "keyboard_template"]  # fixtures

pytestmark = pytest.mark.screen

EXPORT = ApprovalQuestion(
    act="export.begin",
    of={"profile": "lawyer", "recipient": KEY_WORDS},
    about=("this report leaves for Maître Lorvane",),
    reasons=("casework", "legal-referral"),
    expires_ms=0,
)
ASKED = PipeQuestion(b"", NAME, b"", EXPORT, ())
Steps = Callable[[SecondApp, Pilot[None]], Awaitable[None]]


def answered(asked: PipeQuestion, pages: tuple[Beside, ...], steps: Steps) -> SecondApp:
    app = SecondApp(asked, pages)

    async def taken(pilot: Pilot[None]) -> None:
        await steps(app, pilot)

    drive(app, taken, size=(80, 24))
    return app


def words(app: SecondApp) -> str:
    return " ".join(shown(app).split())


def test_all_of_it_is_read_before_a_yes_and_the_words_are_compared() -> None:
    async def steps(app: SecondApp, pilot: Pilot[None]) -> None:
        assert f"A question to you {NAME}" in words(app)
        assert "Вьюжанин called. Two men" in words(app)
        await press(pilot, "f4")
        assert "! You have not seen the question to its end. Read on, then F4." in words(app)
        await read_on(pilot)
        assert "profile: lawyer" in words(app)
        assert "this report leaves for Maître Lorvane" in words(app)
        await press(pilot, "f4", "down", "enter")
        assert "It is sealed for the key with these words. Compare them:" in words(app)
        await press(pilot, "escape", "f1")
        assert "Yes: approve it, with a reason" in words(app)
        await press(pilot, "escape", "f4", "down", "enter")
        await type_in(pilot, PASSPHRASE.decode())
        assert PASSPHRASE.decode() not in words(app)
        await pilot.press("enter")

    app = answered(ASKED, BESIDE, steps)
    assert (app.reason, bytes(app.passphrase)) == ("legal-referral", PASSPHRASE)


def test_a_no_says_why_on_the_screen_and_no_error_holds_the_reason() -> None:
    async def steps(app: SecondApp, pilot: Pilot[None]) -> None:
        await press(pilot, "n")
        await type_in(pilot, "He agreed to nothing.")
        await press(pilot, "enter")
        assert "You said no You signed nothing, and nothing was done." in words(app)
        assert "Tell who asked you: I do not approve it. He agreed to nothing." in words(app)
        await pilot.press("enter")

    app = answered(ASKED, BESIDE, steps)
    with pytest.raises(RefusedError, match=r"^the second person did not approve$"):
        answer_of(app, ASKED)


@pytest.mark.parametrize("key", ["escape", "ctrl+c"])
def test_who_leaves_did_not_approve(key: str) -> None:
    async def steps(_: SecondApp, pilot: Pilot[None]) -> None:
        await pilot.press(key)

    app = answered(ASKED, BESIDE, steps)
    assert not app.is_left_at_once
    with pytest.raises(RefusedError, match=r"^the second person did not approve$"):
        answer_of(app, ASKED)


@pytest.mark.parametrize("key", ["ctrl+l", "ctrl+backslash"])
def test_what_hides_all_at_once_ends_the_first_person_s_app_too(key: str) -> None:
    async def steps(_: SecondApp, pilot: Pilot[None]) -> None:
        await pilot.press(key)

    assert answered(ASKED, BESIDE, steps).is_left_at_once


def test_nobody_who_types_is_waited_for_no_longer() -> None:
    async def steps(app: SecondApp, _: Pilot[None]) -> None:
        app._touched_ms -= 60_001
        app._look_whether_idle()

    app = answered(msgspec.structs.replace(ASKED, longest_wait_s=60), BESIDE, steps)
    with pytest.raises(NobodyTypedError):
        answer_of(app, ASKED)


def test_the_approval_is_that_of_the_one_whose_passphrase_it_is(keyboard: Keyboard) -> None:
    asked = keyboard.question()

    async def steps(app: SecondApp, pilot: Pilot[None]) -> None:
        assert "Your own vault is not open here: a case is" in words(app)
        assert "looks at it themselves." in words(app)
        await press(pilot, "f4", "enter")
        await type_in(pilot, PASSPHRASE.decode())
        await pilot.press("enter")

    app = answered(asked, (), steps)
    approval = Approval.decode(answer_of(app, asked).approval)
    assert (approval.digest, approval.approver, approval.why) == (WANTED.digest, keyboard.second.seat, "casework")
    assert not any(app.passphrase), "it is wiped"
