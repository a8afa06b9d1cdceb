"""What the app makes of the library's words: keys in place of commands, and no name of an act."""

from __future__ import annotations

from tests.tables import each
from tui.screens.frame.wording import in_the_app, sentence
from vault.errors import RefusedError, UsageError, VaultError
from vault.words.message import Message
from vault.words.next_step import NextStep


@each(
    {
        "nothing of the command line": (
            UsageError(Message("--days is between 1 and 3660")),
            "Days is between 1 and 3660.",
        ),
        "advice of its own": (
            UsageError(Message("no day"), next_step=Message("Type 2026-12-24.")),
            "No day. Type 2026-12-24.",
        ),
        "a key in place of a command": (
            RefusedError(
                Message("this waits"),
                next_step=Message("Run {verify_log}; reading goes on.", verify_log=NextStep.VERIFY_LOG),
            ),
            "This waits. Run Log (F2, log; then v); reading goes on.",
        ),
    }
)
def test_an_error_says_what_happened_and_what_to_do_in_the_app(error: VaultError, said: str) -> None:
    assert sentence(error) == said


@each(
    {
        "with an argument": ("Take it: `casevault bundle import FILE`.", "Take it: Exchange (F2, exchange)."),
        "with an id": ("`casevault device revoke 3fa91c07` ends it.", "Devices (F2, devices; then l) ends it."),
        "only in a shell": ("Repair: `casevault clock repair`.", "Repair: `casevault clock repair`."),
    }
)
def test_a_command_that_the_app_has_is_named_by_its_keys(text: str, said: str) -> None:
    assert in_the_app(text) == said
