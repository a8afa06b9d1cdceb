"""The screen of the second person at this keyboard: read whole, then yes with the words to compare, or no and why."""

from __future__ import annotations

import msgspec
import pytest

from tests.services.approvals.keyboard import WANTED, Keyboard, keyboard, keyboard_template
from tests.services.colleague import NAME, PASSPHRASE
from tests.services.conftest import founded_template
from tests.tables import refuses
from tests.tui.desk import Driver
from tests.tui.still_answers import BESIDE, KEY_WORDS
from tui.shell.second import SecondApp, answer_of
from vault.errors import RefusedError
from vault.log.approval import Approval
from vault.platform import NobodyTypedError
from vault.services.approvals.pipe_process import PipeQuestion
from vault.services.approvals.question import ApprovalQuestion

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


def test_all_of_it_is_read_before_a_yes_and_the_words_are_compared() -> None:
    app = SecondApp(ASKED, BESIDE)
    with Driver(app) as desk:
        desk.sees(f"A question to you {NAME}").sees("Вьюжанин called. Two men")
        desk.press("f4").sees("! You have not seen the question to its end. Read on, then F4.")
        desk.read_on().sees("profile: lawyer").sees("this report leaves for Maître Lorvane")
        desk.press("f4", "down", "enter").sees("It is sealed for the key with these words. Compare them:")
        desk.press("escape", "f1").sees("Yes: approve it, with a reason")
        desk.press("escape", "f4", "down", "enter").press(f" {PASSPHRASE.decode()}").sees_not(PASSPHRASE.decode())
        desk.press("enter")
    assert (app.reason, bytes(app.passphrase)) == ("legal-referral", PASSPHRASE)


def test_a_no_says_why_on_the_screen_and_no_error_holds_the_reason() -> None:
    app = SecondApp(ASKED, BESIDE)
    with Driver(app) as desk:
        desk.press("n").press(" He agreed to nothing.").press("enter")
        desk.sees("You said no You signed nothing, and nothing was done.")
        desk.sees("Tell who asked you: I do not approve it. He agreed to nothing.")
        desk.press("enter")
    refuses(RefusedError, r"^the second person did not approve$", answer_of, app, ASKED)


@pytest.mark.parametrize("key", ["escape", "ctrl+c"])
def test_who_leaves_did_not_approve(key: str) -> None:
    app = SecondApp(ASKED, BESIDE)
    with Driver(app) as desk:
        desk.press(key)
    assert not app.is_left_at_once
    refuses(RefusedError, r"^the second person did not approve$", answer_of, app, ASKED)


@pytest.mark.parametrize("key", ["ctrl+l", "ctrl+backslash"])
def test_what_hides_all_at_once_ends_the_first_person_s_app_too(key: str) -> None:
    app = SecondApp(ASKED, BESIDE)
    with Driver(app) as desk:
        desk.press(key)
    assert app.is_left_at_once


def test_nobody_who_types_is_waited_for_no_longer() -> None:
    app = SecondApp(msgspec.structs.replace(ASKED, longest_wait_s=60), BESIDE)
    with Driver(app) as desk:
        app._touched_ms -= 60_001
        desk.call(app._look_whether_idle)
    with pytest.raises(NobodyTypedError):
        answer_of(app, ASKED)


def test_the_approval_is_that_of_the_one_whose_passphrase_it_is(keyboard: Keyboard) -> None:
    asked = keyboard.question()

    app = SecondApp(asked, ())
    with Driver(app) as desk:
        desk.sees("Your own vault is not open here: a case is").sees("looks at it themselves.")
        desk.press("f4", "enter").press(f" {PASSPHRASE.decode()}").press("enter")
    approval = Approval.decode(answer_of(app, asked).approval)
    assert (approval.digest, approval.approver, approval.why) == (WANTED.digest, keyboard.second.seat, "casework")
    assert not any(app.passphrase), "it is wiped"
