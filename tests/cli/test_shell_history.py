"""The README's first steps at a real shell: what was typed as an answer is in no history of the shell."""

from __future__ import annotations

import shlex
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from tests.cli.desk import REPOSITORY, Desk

pytestmark = [pytest.mark.slow, pytest.mark.tool("tmux"), pytest.mark.tool("bash")]

MARKER = "Thistledown granary"


def test_answers_are_in_no_shell_history_and_the_commands_are(desk: Desk) -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        history = Path(folder) / "history"
        tmux = ["tmux", "-S", f"{folder}/tmux", "-f", "/dev/null"]
        names = {**desk.environment, "HISTFILE": str(history)}
        environment = [word for name, value in names.items() for word in ("-e", f"{name}={value}")]
        start = [*tmux, "new-session", "-d", "-x", "120", "-y", "40", *environment, "-c", str(REPOSITORY)]
        subprocess.run([*start, "bash --norc --noprofile -i"], check=True)

        def screen() -> str:
            return subprocess.run([*tmux, "capture-pane", "-p"], capture_output=True, text=True, check=True).stdout

        def wait_for(words: str) -> None:
            deadline = time.monotonic() + 20
            while words not in screen() and time.monotonic() < deadline:
                time.sleep(0.05)
            assert words in screen()

        def enter(line: str) -> None:
            subprocess.run([*tmux, "send-keys", "-l", line], check=True)
            subprocess.run([*tmux, "send-keys", "Enter"], check=True)

        try:
            wait_for("bash-")
            enter(f"alias cv={shlex.quote(shlex.join(desk.command(*desk.given())))}")
            enter("clear")
            enter("cv case new --kind family")
            wait_for("Title of the case:")
            enter(MARKER)
            wait_for("is kept")
            enter("clear")
            enter("cv search")
            wait_for("Words to search for:")
            enter(MARKER)
            wait_for("case")  # the hit
            enter("exit")
            deadline = time.monotonic() + 20
            while not history.exists() and time.monotonic() < deadline:
                time.sleep(0.05)
            kept = history.read_text()
        finally:
            subprocess.run([*tmux, "kill-server"], check=False, capture_output=True)
    assert "cv case new --kind family" in kept
    assert "cv search" in kept
    assert MARKER not in kept
