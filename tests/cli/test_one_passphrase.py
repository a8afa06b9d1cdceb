"""`casevault shell`: one passphrase for several commands, and nothing stays open behind it."""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path

import pytest

from tests.cli.desk import Desk
from tests.cli.typist import Typist

_OPEN = "The vault is open"
_PROMPT = "casevault> "


def _begin(desk: Desk, *more: str) -> Typist:
    shell = Typist(desk, *desk.given(), "shell", *more)
    shell.wait_for(_OPEN)
    shell.wait_for(_PROMPT)
    return shell


def _unlocks(desk: Desk) -> int:
    entries = desk.run("log", "list", "--json").json()["entries"]
    return [entry["act"] for entry in entries].count("unlock.ok")


def test_a_morning_of_commands_takes_one_passphrase(desk: Desk) -> None:
    before = _unlocks(desk)
    shell = _begin(desk)
    shell.type("case new --kind asylum")
    shell.wait_for("Title of the case")
    shell.type("Morning in the shell")
    (ref,) = shell.wait_for(r"Case ([0-9A-Z-]{9}) is saved").groups()
    shell.wait_for(_PROMPT)
    shell.type(f"casevault case show {ref}")
    shell.wait_for("Morning in the shell")
    shell.wait_for(_PROMPT)
    shell.type("case show NOPE-NOPE")
    shell.wait_for("you have no case with this id or reference")
    shell.wait_for(_PROMPT)
    shell.type("exit")
    shell.wait_for("Locked.")
    assert shell.end() == 0
    assert _unlocks(desk) == before + 2  # the shell's, and this look's
    titles = [case["title"] for case in desk.run("case", "list", "--json").json()["cases"]]
    assert titles.count("Morning in the shell") == 1


def test_what_does_not_go_in_the_shell_is_said_and_ends_nothing(desk: Desk) -> None:
    shell = _begin(desk)
    for typed, said in (
        ("app", "does not work inside the shell"),
        ("--quiet shell", "does not work inside the shell"),
        ("--vault elsewhere.vault case list", "does not work inside the shell"),
        ("--member=Somebody case list", "does not work inside the shell"),
        ("passphrase change", "Leave with `exit` first"),
        ("note add 'half", "a quotation mark is not closed"),
        ("frobnicate", "there is no such command"),
        ("status", "none since the last unlock"),
    ):
        shell.type(typed)
        shell.wait_for(said)
        shell.wait_for(_PROMPT)
    shell.type_bytes(b"\x04")
    shell.wait_for("Locked.")
    assert shell.end() == 0


def _sleeps_until_the_alarm(pid: int) -> bool:
    """Say whether it waits for a key: an alarm between its handler and the wait would be heard after the wait only."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    caught = re.search(r"SigCgt:\s*([0-9a-f]+)", status)
    hears = caught is not None and bool(int(caught[1], 16) >> (signal.SIGALRM - 1) & 1)
    return hears and re.search(r"State:\s*S", status) is not None


@pytest.mark.parametrize("asks", [False, True])
def test_a_command_that_asks_and_is_not_answered_locks_too(desk: Desk, asks: bool) -> None:
    """The shortest time is a minute: the clock of the process is run ahead by its own alarm."""
    shell = _begin(desk, "--idle", "1")
    if asks:
        shell.type("case new --kind asylum")
        shell.wait_for("Title of the case")
    in_turn = 0
    while in_turn < 3:
        time.sleep(0.01)
        in_turn = in_turn + 1 if _sleeps_until_the_alarm(shell.pid) else 0
    os.kill(shell.pid, signal.SIGALRM)
    shell.wait_for("Locked: nobody typed for 1 minute")
    assert shell.end() == 0
    assert desk.run("case", "list").code == 0


def test_a_script_is_told_to_give_each_command_by_itself(desk: Desk) -> None:
    answer = desk.run("shell")
    assert (answer.code, "A script gives each command by itself" in answer.err) == (5, True)
