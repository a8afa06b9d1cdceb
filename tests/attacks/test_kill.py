"""kill -9 at random moments: what was acknowledged is there, nothing half-written is, and the log verifies.

The seed of a run is printed; CASEVAULT_SEED repeats it.
"""

from __future__ import annotations

import json
import os
import random
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.attacks.killing import draft_number, is_whole, made_text
from tests.services.founded import MEMBER, PASSPHRASE, Filled, fill, found
from vault.services.cases import cases
from vault.services.evidence import log_checking

_REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def seed() -> int:
    chosen = int(os.environ.get("CASEVAULT_SEED", secrets.randbelow(2**32)))
    print(f"CASEVAULT_SEED={chosen}")
    return chosen


@pytest.fixture
def office(tmp_path: Path) -> Filled:
    place = found(tmp_path)
    return Filled(place, *fill(place))


@pytest.mark.slow
@pytest.mark.parametrize("rounds", [8, pytest.param(200, marks=pytest.mark.long)])
def test_nothing_acknowledged_is_lost_when_children_of_one_unlocked_process_are_killed(
    office: Filled, seed: int, rounds: int
) -> None:
    command = [sys.executable, "-m", "tests.attacks.killing", str(office.path), str(office.state)]
    done = subprocess.run(
        [*command, office.refs[1], str(rounds), str(seed)], cwd=_REPOSITORY, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    promised = json.loads(done.stdout)
    assert len(promised["notes"]) >= rounds // 2
    with office.open() as session:
        assert session.warnings == ()
        stored = {note.record.hex(): note.value.text for note in cases.open_case(session, office.cases[1]).notes}
        found = log_checking.verify(session)
        assert draft_number(session) >= promised["draft"]
    assert found.verified, found.faults[:3]
    assert found.entries == found.expected
    assert set(promised["notes"]) <= stored.keys()
    written = [text for text in stored.values() if text.startswith("note ")]
    assert all(is_whole(text) for text in written)
    # What became durable and was not heard any more: at most the one in flight at each kill.
    assert len(written) - len(promised["notes"]) <= rounds


def start_note_add(
    office: Filled, home: Path, text: str, *, before: Callable[[], None] | None = None
) -> subprocess.Popen[bytes]:
    """Start the real command with the passphrase in a pipe and the text on standard input.

    `before` runs in the child before the command does.
    """
    reading, writing = os.pipe()
    os.write(writing, PASSPHRASE)
    os.close(writing)
    words = ["--vault", str(office.path), "--member", MEMBER, "--passphrase-fd", str(reading), "--json", "--no-input"]
    process = subprocess.Popen(
        [sys.executable, "-m", "vault", *words, "note", "add", office.refs[1]],
        cwd=_REPOSITORY,
        env={**os.environ, "XDG_STATE_HOME": str(home)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=[reading],
        preexec_fn=before,  # noqa: PLW1509 - only sets a limit
    )
    os.close(reading)
    assert process.stdin is not None
    process.stdin.write(text.encode())
    process.stdin.close()
    process.stdin = None
    return process


@pytest.mark.slow
@pytest.mark.parametrize("commands", [8, pytest.param(24, marks=pytest.mark.long)])
def test_nothing_acknowledged_is_lost_when_the_real_command_is_killed(
    office: Filled, tmp_path: Path, seed: int, commands: int
) -> None:
    chance = random.Random(seed)
    home = tmp_path / "home"
    shutil.copytree(office.state, home / "casevault")
    began = time.monotonic()
    whole, said = start_note_add(office, home, made_text(0, 0)).communicate()
    took = time.monotonic() - began
    acknowledged = [json.loads(whole)["note"]]
    for number in range(1, commands):
        process = start_note_add(office, home, made_text(number, number))
        time.sleep(chance.uniform(0.3, 1.1) * took)
        process.kill()
        said, complaint = process.communicate()
        if said.endswith(b"\n"):
            acknowledged.append(json.loads(said)["note"])
        assert not complaint, f"round {number}"
    shutil.rmtree(office.state)
    shutil.copytree(home / "casevault", office.state)
    with office.open() as session:
        assert session.warnings == ()
        stored = {note.record.hex(): note.value.text for note in cases.open_case(session, office.cases[1]).notes}
        found = log_checking.verify(session)
    assert found.verified, found.faults[:3]
    assert set(acknowledged) <= stored.keys()
    written = [text for text in stored.values() if text.startswith("note ")]
    assert all(is_whole(text) for text in written)
    assert len(acknowledged) <= len(written) <= commands
