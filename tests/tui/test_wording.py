"""What the app makes of the library's words: its keys for what to do, and no name of an act."""

from __future__ import annotations

from tests.tables import each
from tui.screens.frame.wording import sentence
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
