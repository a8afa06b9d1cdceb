"""A command after wrong attempts: it says that it waits, and Ctrl+C ends the waiting."""

from __future__ import annotations

import signal
import subprocess
import time

from tests.cli.desk import REPOSITORY, Desk
from vault.access.pins.delays import AttemptFile, Attempts
from vault.seal.entrance.keyfile import HEADER_SIZE, KeyHeader


def count_of(desk: Desk) -> AttemptFile:
    header = KeyHeader.decode((desk.place.path / "keys").read_bytes()[:HEADER_SIZE])
    return AttemptFile.of(header, desk.place.state)


def test_the_fourth_attempt_says_that_it_waits_and_the_third_does_not(desk: Desk) -> None:
    count_of(desk)._save(Attempts(2, time.time_ns() // 1_000_000))
    desk.passphrase_file.write_bytes(b"guess")
    third = desk.run("case", "list", "--json")
    # As if the clock had been set back since: the whole delay is left, however slow this machine is.
    count_of(desk)._save(Attempts(3, time.time_ns() // 1_000_000 + 3_600_000))
    fourth = desk.run("case", "list", "--json")
    assert third.code == fourth.code == 12
    assert third.out == fourth.out
    assert [path.parent for path in desk.place.state.glob("attempts/*.json")] == [desk.place.state / "attempts"]
    assert "wrong attempts" not in third.err
    assert "There were wrong attempts: the next attempt is possible in 1 s. Ctrl+C cancels." in fourth.err


def test_ctrl_c_ends_the_waiting_and_counts_nothing(desk: Desk) -> None:
    # As above: the whole delay is left, however slow this machine is.
    earlier = Attempts(9, time.time_ns() // 1_000_000 + 3_600_000)
    count_of(desk)._save(earlier)
    process = subprocess.Popen(
        desk.command(*desk.given(), "case", "list"),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=desk.environment,
        cwd=REPOSITORY,
    )
    assert process.stderr is not None
    assert b"possible in 30 s" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode == 130
    assert count_of(desk).load() == earlier
